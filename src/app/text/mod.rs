//! Every text of the interface, in both languages. A text that is missing in one of them does not compile.

pub mod composing;
mod en;
mod ur;

pub use en::EN;
pub use ur::UR;

use leptos::prelude::*;

use crate::api::ApiError;
use crate::domain::locale::{Locale, Script, WeekStart};
use crate::domain::password::Weakness;
use crate::domain::text::{direction, direction_around, stretches};
use crate::domain::texts;

/// The catalogue of a language.
pub fn texts(locale: Locale) -> &'static Texts {
    match locale {
        Locale::En => &EN,
        Locale::Ur => &UR,
    }
}

/// A text with a value in it: what is before the value, and what is behind it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Around(pub &'static str, pub &'static str);

impl Around {
    /// The whole as plain text, for attributes and for the server.
    pub fn with(self, value: &str) -> String {
        [self.0, value, self.1].concat()
    }

    /// The whole as a view; the value is isolated, so that its direction does not disturb the rest.
    pub fn view(self, value: String) -> impl IntoView {
        view! {
            {self.0}
            {value_of(value)}
            {self.1}
        }
    }
}

/// A value inside a text of ours: isolated, and in the direction of most of its letters.
pub(super) fn value_of(value: String) -> impl IntoView {
    let direction = direction(&value);
    view! { <bdi dir=direction>{words(&value, direction)}</bdi> }
}

/// A sentence of ours that names what the person wrote in isolates: isolated itself, in its own direction, which is not that of what it names.
pub(super) fn told(text: &str, locale: Locale) -> AnyView {
    let direction = direction_around(text).unwrap_or(locale.dir());
    view! { <bdi dir=direction>{words(text, direction)}</bdi> }.into_any()
}

/// A text that is shown in this direction, with its Urdu marked where that is to the right.
pub(super) fn words(text: &str, direction: &str) -> Vec<AnyView> {
    let part = |(is_urdu, part): (bool, &str)| {
        let part = part.to_owned();
        if is_urdu {
            view! { <span lang="ur">{part}</span> }.into_any()
        } else {
            part.into_any()
        }
    };
    if direction == "rtl" {
        vec![text.to_owned().into_any()]
    } else {
        stretches(text).into_iter().map(part).collect()
    }
}

/// A message that can be sent by one click, and the language it is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Suggestion(pub Script, pub &'static str);

/// The texts of the page.
#[derive(Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the English text says what each one is")]
pub struct Texts {
    pub locale: Locale,
    pub composing: &'static composing::Composing,
    // The frame.
    pub skip: &'static str,
    pub menu: &'static str,
    pub close: &'static str,
    pub cancel: &'static str,
    pub save: &'static str,
    pub delete: &'static str,
    pub navigation: &'static str,
    pub chat: &'static str,
    pub tasks: &'static str,
    pub settings: &'static str,
    pub sign_out: &'static str,
    pub sign_out_question: Around,
    pub sign_out_note: &'static str,
    pub language: &'static str,
    pub colours: &'static str,
    pub colours_system: &'static str,
    pub colours_light: &'static str,
    pub colours_dark: &'static str,
    pub loading: &'static str,
    pub try_again: &'static str,
    // Threads.
    pub threads: &'static str,
    pub new_thread: &'static str,
    pub untitled: &'static str,
    pub no_threads: &'static str,
    pub more_threads: &'static str,
    pub thread_options: Around,
    pub thread_live: &'static str,
    pub rename: &'static str,
    pub new_title: &'static str,
    pub delete_thread: &'static str,
    pub delete_thread_question: Around,
    pub delete_thread_note: &'static str,
    // Chat.
    pub greeting: Around,
    pub greeting_note: &'static str,
    pub suggestions_label: &'static str,
    pub suggestions: [Suggestion; 4],
    pub conversation: &'static str,
    pub earlier: &'static str,
    pub newest: &'static str,
    pub you: &'static str,
    pub assistant: &'static str,
    pub steps: &'static str,
    pub step_running: &'static str,
    pub step_done: &'static str,
    pub thinking: &'static str,
    pub reconnecting: &'static str,
    pub lost: &'static str,
    pub message: &'static str,
    pub placeholder: &'static str,
    pub send: &'static str,
    pub stop: &'static str,
    pub composer_hint: &'static str,
    pub too_long: Around,
    pub copy: &'static str,
    pub copied: &'static str,
    pub quote_answer: &'static str,
    pub rate_good: &'static str,
    pub rate_bad: &'static str,
    pub answer_again: &'static str,
    pub answer_again_question: Around,
    pub answer_again_note: &'static str,
    pub read_aloud: &'static str,
    pub stop_reading: &'static str,
    pub archive: &'static str,
    pub archived: &'static str,
    pub archived_note: &'static str,
    pub reopen: &'static str,
    pub locked_note: &'static str,
    pub thread_missing: &'static str,
    // Tasks.
    pub task_panel: &'static str,
    pub show_tasks: &'static str,
    pub hide_tasks: &'static str,
    /// The name of the field for a new task, for screen readers; its example; its button.
    pub new_task: &'static str,
    pub new_task_example: &'static str,
    pub add_lines_question: Around,
    /// On a part of the line that was taken for a date: what it does when it is pressed. The words, and what they mean, stand before it.
    pub taken_label: &'static str,
    pub taken_note: &'static str,
    pub add: &'static str,
    pub undo: &'static str,
    pub undone: &'static str,
    pub pending: &'static str,
    pub completed: &'static str,
    pub no_pending: &'static str,
    pub no_pending_note: &'static str,
    /// The lists could not be loaded.
    pub tasks_unknown: &'static str,
    pub tasks_unknown_note: &'static str,
    pub no_completed: &'static str,
    /// What was done to a task.
    pub was_done: Around,
    pub was_reopened: Around,
    pub was_moved: Around,
    pub was_deleted: Around,
    pub was_undone: Around,
    pub complete_task: Around,
    pub delete_task: Around,
    pub delete_task_question: Around,
    pub overdue: &'static str,
    /// On the mark of a task that comes back.
    pub repeats: &'static str,
    pub priorities: [&'static str; 3],
    // Accounts.
    pub sign_in: &'static str,
    pub sign_in_note: &'static str,
    pub sign_up: &'static str,
    pub sign_up_note: &'static str,
    pub set_up: &'static str,
    pub set_up_note: &'static str,
    pub email: &'static str,
    pub password: &'static str,
    pub password_rule: &'static str,
    pub your_name: &'static str,
    pub optional: &'static str,
    pub make_account: &'static str,
    pub no_account: &'static str,
    pub have_account: &'static str,
    pub new_server: &'static str,
    pub needs_link: &'static str,
    pub needs_link_note: &'static str,
    pub closed: &'static str,
    pub closed_note: &'static str,
    pub profile: &'static str,
    pub zone: &'static str,
    pub zone_note: &'static str,
    pub digits: &'static str,
    pub week_start: &'static str,
    pub week_starts: [(WeekStart, &'static str); 3],
    pub use_zone: Around,
    pub zone_differs: Around,
    pub saved: &'static str,
    pub appearance: &'static str,
    pub account: &'static str,
    // Security.
    pub security: &'static str,
    pub current_password: &'static str,
    pub new_password: &'static str,
    pub revoke_tokens: &'static str,
    pub change_password: &'static str,
    pub change_password_note: &'static str,
    pub password_changed: &'static str,
    // The assistant.
    pub assistant_title: &'static str,
    pub answered_by: Around,
    pub built_in_note: &'static str,
    // Opinions of answers.
    pub ratings: &'static str,
    pub no_ratings: &'static str,
    pub rated_item: &'static str,
    // Tokens.
    pub tokens: &'static str,
    pub tokens_note: &'static str,
    pub no_tokens: &'static str,
    pub token_made: &'static str,
    pub token_name: &'static str,
    pub token_may: &'static str,
    pub token_scopes: [&'static str; 3],
    pub token_lasts: &'static str,
    pub token_lifetimes: [&'static str; 4],
    pub make_token: &'static str,
    pub token_was_made: Around,
    pub token_ends: Around,
    pub token_ended: Around,
    pub token_endless: &'static str,
    pub token_used: Around,
    pub token_unused: &'static str,
    pub token_calls: &'static str,
    pub revoke: &'static str,
    pub revoke_note: &'static str,
    pub revoke_now: &'static str,
    pub connect: &'static str,
    pub connect_note: &'static str,
    // Widgets, for developers.
    pub developers: &'static str,
    pub widgets: &'static str,
    pub widgets_note: &'static str,
    pub widget_json: &'static str,
    pub widget_draw: &'static str,
    pub widget_wrong: &'static str,
    pub widget_source: &'static str,
    pub widget_sent: &'static str,
    pub widget_pattern: &'static str,
    // Errors.
    pub not_found: &'static str,
    pub not_found_note: &'static str,
    pub to_chat: &'static str,
    pub signed_out: &'static str,
    pub gone: &'static str,
    pub wrong_credentials: &'static str,
    pub confirm_password: &'static str,
    pub wrong_password: &'static str,
    pub other_address: Around,
    pub unknown_host: Around,
    pub sign_up_refused: &'static str,
    pub email_invalid: &'static str,
    pub password_invalid: &'static str,
    pub weak_common: &'static str,
    pub weak_keyboard: &'static str,
    pub weak_repeats: &'static str,
    pub weak_sequence: &'static str,
    pub weak_date: &'static str,
    pub weak_word: &'static str,
    pub weak_personal: &'static str,
    pub weak: &'static str,
    pub blank: &'static str,
    pub text_too_long: &'static str,
    pub invalid: &'static str,
    pub busy: &'static str,
    pub thread_closed: &'static str,
    pub too_many: Around,
    pub unavailable: &'static str,
    pub internal: &'static str,
    pub internal_with: Around,
    pub network: &'static str,
}

impl Texts {
    /// What an error means and what to do about it.
    pub fn error(&self, error: &ApiError) -> String {
        match error {
            ApiError::SignedOut => self.signed_out,
            ApiError::NotFound => self.gone,
            ApiError::WrongCredentials => self.wrong_credentials,
            ApiError::ConfirmPassword => self.confirm_password,
            ApiError::WrongPassword => self.wrong_password,
            ApiError::SignUpClosed => self.closed_note,
            ApiError::OtherAddress(address) => return self.other_address.with(address),
            ApiError::SignUpRefused => self.sign_up_refused,
            ApiError::EmailInvalid => self.email_invalid,
            ApiError::PasswordInvalid => self.password_invalid,
            ApiError::PasswordWeak(weakness) => match weakness {
                Weakness::Common => self.weak_common,
                Weakness::Keyboard => self.weak_keyboard,
                Weakness::Repeats => self.weak_repeats,
                Weakness::Sequence => self.weak_sequence,
                Weakness::Date => self.weak_date,
                Weakness::Word => self.weak_word,
                Weakness::Personal => self.weak_personal,
                Weakness::Guessable => self.weak,
            },
            ApiError::Blank => self.blank,
            ApiError::TooLong => self.text_too_long,
            ApiError::Invalid => self.invalid,
            ApiError::Busy => self.busy,
            ApiError::Closed => self.thread_closed,
            ApiError::TooMany(seconds) => return self.too_many.with(&seconds.to_string()),
            ApiError::QuotaReached(quota) => return texts::quota_reached(self.locale.into(), *quota),
            ApiError::Unavailable => self.unavailable,
            // Anything that is not an id is a cause, which is for logs and not for people.
            ApiError::Internal(id) if id.is_empty() || id.contains(' ') => self.internal,
            ApiError::Internal(id) => return self.internal_with.with(id),
            ApiError::Network => self.network,
        }
        .to_owned()
    }

    /// The title of a thread, or what stands for it until it has one.
    pub fn thread_title(&self, title: &str) -> String {
        if title.is_empty() { self.untitled } else { title }.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::password::{MAX_CHARS, MIN_CHARS};
    use crate::domain::quota::Quota;

    #[test]
    fn every_error_has_words_in_both_languages() {
        let errors = [
            ApiError::SignedOut,
            ApiError::NotFound,
            ApiError::WrongCredentials,
            ApiError::ConfirmPassword,
            ApiError::WrongPassword,
            ApiError::SignUpClosed,
            ApiError::OtherAddress("https://kaam.example.com".into()),
            ApiError::SignUpRefused,
            ApiError::EmailInvalid,
            ApiError::PasswordInvalid,
            ApiError::Blank,
            ApiError::TooLong,
            ApiError::Invalid,
            ApiError::Busy,
            ApiError::Closed,
            ApiError::TooMany(7),
            ApiError::QuotaReached(Quota::Files(7_000_000)),
            ApiError::QuotaReached(Quota::Tasks(7)),
            ApiError::QuotaReached(Quota::Runs(7)),
            ApiError::QuotaReached(Quota::Tokens(7)),
            ApiError::Unavailable,
            ApiError::Internal("req-1".into()),
            ApiError::Internal("a cause of some kind".into()),
            ApiError::Network,
        ];
        let weak = Weakness::ALL.map(ApiError::PasswordWeak);
        for error in errors.into_iter().chain(weak) {
            let (english, urdu) = (EN.error(&error), UR.error(&error));
            assert!(!english.is_empty() && !urdu.is_empty() && english != urdu, "{error:?}");
            assert!(!english.contains("cause"), "{english}");
        }
        assert!(EN.error(&ApiError::TooMany(7)).contains('7') && UR.error(&ApiError::TooMany(7)).contains('7'));
        assert!(UR.error(&ApiError::Internal("req-1".into())).contains("req-1"));
    }

    #[test]
    fn the_rule_for_passwords_names_their_lengths() {
        for text in [EN.password_rule, EN.password_invalid, UR.password_rule, UR.password_invalid] {
            assert!(
                text.contains(&MIN_CHARS.to_string()) && text.contains(&MAX_CHARS.to_string()),
                "{text}"
            );
        }
    }

    #[test]
    fn suggestions_are_written_in_their_language() {
        for Suggestion(script, text) in EN.suggestions.iter().chain(&UR.suggestions) {
            let direction = if *script == Script::Ur { "rtl" } else { "ltr" };
            assert_eq!(crate::domain::text::direction(text), direction, "{text}");
        }
    }
}
