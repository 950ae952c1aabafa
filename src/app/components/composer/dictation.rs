//! Speaking instead of typing: by the browser's own dictation where it has one, else by a recording that the server writes down.

use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::app::Session;
use crate::app::browser;
use crate::app::browser::speech::{self, Deaf};
use crate::app::browser::upload::{self, Answer};
use crate::app::chat::compose::Compose;
use crate::app::components::icon::{MICROPHONE, STOP, icon};
use crate::app::here;
use crate::app::text::composing::Composing;
use crate::domain::locale::Locale;

/// Under which name the browser remembers the language that is spoken.
const MEMORY: &str = "kaam.spoken";

/// What the microphone is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Hearing {
    Off,
    /// The browser asks the person.
    Asking,
    Listening,
    Recording,
    /// The server writes it down.
    Writing,
}

/// Dictation into the draft.
#[derive(Clone, Copy)]
pub(super) struct Dictation {
    compose: Compose,
    hearing: RwSignal<Hearing>,
    trouble: RwSignal<Option<&'static str>>,
    spoken: RwSignal<Locale>,
    /// The ways there are; none while the page is not alive.
    dictates: RwSignal<bool>,
    records: RwSignal<bool>,
    texts: &'static Composing,
}

impl Dictation {
    pub fn new(compose: Compose) -> Self {
        let Session { viewer, texts } = Session::here();
        let dictation = Self {
            compose,
            hearing: RwSignal::new(Hearing::Off),
            trouble: RwSignal::new(None),
            spoken: RwSignal::new(texts.locale),
            dictates: RwSignal::new(false),
            records: RwSignal::new(false),
            texts: texts.composing,
        };
        Effect::new(move || {
            dictation.dictates.set(speech::can_dictate());
            dictation.records.set(viewer.transcribes && speech::can_record());
            if let Some(spoken) = browser::remembered(MEMORY).as_deref().and_then(Locale::from_tag) {
                dictation.spoken.set(spoken);
            }
        });
        on_cleanup(speech::hang_up);
        dictation
    }

    /// Whether the microphone is on.
    pub fn is_on(self) -> bool {
        !matches!(self.hearing.get(), Hearing::Off | Hearing::Writing)
    }

    /// Whether the text may not be changed by hand, because it is being spoken.
    pub fn holds_field(self) -> bool {
        matches!(self.hearing.get(), Hearing::Listening)
    }

    /// Ends; what was said so far stays.
    pub fn stop(self) {
        speech::stop();
    }

    /// Ends at once, because the message goes.
    pub fn cut(self) {
        if self.hearing.get_untracked() == Hearing::Listening {
            speech::hang_up();
            self.hearing.set(Hearing::Off);
        }
    }

    fn toggle(self) {
        self.trouble.set(None);
        match self.hearing.get_untracked() {
            Hearing::Off if self.dictates.get_untracked() => self.dictate(),
            Hearing::Off => spawn_local(self.record()),
            Hearing::Asking | Hearing::Writing => {}
            Hearing::Listening | Hearing::Recording => self.stop(),
        }
    }

    fn dictate(self) {
        let draft = self.compose.draft;
        let before = draft.get_untracked();
        self.hearing.set(Hearing::Listening);
        let heard = move |words: String| {
            let _ = draft.try_update(|draft| {
                *draft = before.clone();
                draft.append(&words);
            });
        };
        let over = move |deaf: Option<Deaf>| {
            speech::hang_up();
            let _ = self.hearing.try_set(Hearing::Off);
            if let Some(deaf) = deaf {
                // The browser has a service for this, but does not reach it: from now on the server writes.
                if deaf == Deaf::Failed && self.records.try_get_untracked() == Some(true) {
                    self.dictates.set(false);
                    return self.toggle();
                }
                self.tell(deaf);
            }
        };
        let language = match self.spoken.get_untracked() {
            Locale::En => "en-US",
            Locale::Ur => "ur-PK",
        };
        speech::dictate(language, heard, over);
    }

    async fn record(self) {
        self.hearing.set(Hearing::Asking);
        let begun = move || {
            let _ = self.hearing.try_set(Hearing::Recording);
        };
        let (sound, kind) = match speech::record(begun).await {
            Ok(recorded) => recorded,
            Err(deaf) => return self.tell(deaf),
        };
        if self.hearing.try_set(Hearing::Writing).is_some() {
            return;
        }
        let params = [
            "{\"audio_base64\":",
            &upload::json_text(&sound),
            ",\"mime_type\":",
            &upload::json_text(&kind),
            "}",
        ];
        let answer = upload::chatkit("input.transcribe", &params.concat()).await;
        let text = match answer {
            Answer::Fine(json) => upload::json_at(&json, &["text"]).and_then(|text| text.as_string()),
            Answer::Refused(_) | Answer::Broken => return self.tell(Deaf::Failed),
        };
        match text.filter(|text| !text.trim().is_empty()) {
            Some(text) => {
                let _ = self.compose.draft.try_update(|draft| draft.append(text.trim()));
                let _ = self.hearing.try_set(Hearing::Off);
            }
            None => self.tell(Deaf::Silence),
        }
    }

    fn tell(self, deaf: Deaf) {
        let texts = self.texts;
        let _ = self.hearing.try_set(Hearing::Off);
        let _ = self.trouble.try_set(Some(match deaf {
            Deaf::Denied => texts.denied,
            Deaf::NoMicrophone => texts.no_microphone,
            Deaf::Silence => texts.silence,
            Deaf::Failed => texts.deaf,
        }));
    }

    /// The button; nothing where there is no way to dictate.
    pub fn button(self) -> AnyView {
        let texts = here();
        let is_there = move || self.dictates.get() || self.records.get();
        let label = move || {
            if self.is_on() {
                texts.composing.stop_dictating
            } else {
                texts.composing.dictate
            }
        };
        view! {
            {move || {
                is_there()
                    .then(|| {
                        view! {
                            <button
                                type="button"
                                class="round"
                                class:hears=move || self.is_on()
                                data-testid="dictate"
                                aria-label=label
                                title=label
                                disabled=move || self.hearing.get() == Hearing::Writing
                                on:click=move |_| self.toggle()
                            >
                                {move || if self.is_on() { icon(STOP) } else { icon(MICROPHONE) }}
                            </button>
                        }
                        .into_any()
                    })
            }}
        }
        .into_any()
    }

    /// What the microphone is doing, and in which language.
    pub fn bar(self) -> AnyView {
        let texts = here();
        let line = move || match self.hearing.get() {
            Hearing::Off => None,
            Hearing::Asking => Some(texts.composing.allow),
            Hearing::Listening => Some(texts.composing.listening),
            Hearing::Recording => Some(texts.composing.recording),
            Hearing::Writing => Some(texts.composing.writing),
        };
        let language = move |locale: Locale, name: &'static str| {
            let speak = move |_| {
                browser::remember(MEMORY, Some(locale.tag()));
                if self.spoken.get_untracked() != locale {
                    self.spoken.set(locale);
                    // What was said so far stays.
                    self.cut();
                    self.toggle();
                }
            };
            view! {
                <button type="button" lang=locale.tag() aria-pressed=move || (self.spoken.get() == locale).to_string() on:click=speak>
                    {name}
                </button>
            }
            .into_any()
        };
        let switch = move || {
            self.holds_field().then(|| {
                view! {
                    <span class="switch" role="group" aria-label=texts.composing.spoken data-testid="spoken">
                        {language(Locale::Ur, "اردو")}
                        {language(Locale::En, "English")}
                    </span>
                }
                .into_any()
            })
        };
        view! {
            <div class="dictation" class:hears=move || self.is_on() hidden=move || line().is_none()>
                <p role="status" data-testid="dictation">
                    {line}
                </p>
                {switch}
            </div>
            {move || {
                self.trouble
                    .get()
                    .map(|trouble| {
                        view! {
                            <p class="problem" role="alert" data-testid="deaf">
                                {trouble}
                            </p>
                        }
                        .into_any()
                    })
            }}
        }
        .into_any()
    }
}
