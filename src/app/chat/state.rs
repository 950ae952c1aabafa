//! What the page knows of the open thread: plain data, changed by pure methods only.

use crate::api::view::{Access, ChatUpdate, ItemBody, ItemView, ThreadView};

/// What the conversation is busy with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(in crate::app) enum Phase {
    /// Nothing: a message can be sent.
    #[default]
    Idle,
    /// Another thread is being opened.
    Opening,
    /// An answer is being written.
    Answering,
    /// The connection broke while an answer was being written.
    Reconnecting,
}

/// What "try again" does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::app) enum Again {
    /// There is no point in it.
    No,
    /// Sends the text that is back in the composer.
    Send,
    /// Lets the last message be answered anew.
    Answer,
    /// Asks the server how the thread stands, and goes on from there.
    Look,
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::app) struct Failure {
    pub message: String,
    pub again: Again,
}

/// What an update means beyond the thread itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::app) enum News {
    /// Nothing.
    None,
    /// The thread got its id (which it had not before) or another title.
    Thread,
    /// Tasks have changed.
    Tasks,
    /// This task is to be shown.
    Open(String),
    /// Nothing more will come.
    End,
}

/// The open thread.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(in crate::app) struct ThreadState {
    /// `None` for a new thread until the server has named it.
    pub id: Option<String>,
    pub title: String,
    /// Oldest first.
    pub items: Vec<ItemView>,
    pub earlier: Option<String>,
    /// A message that was sent and that the server has not confirmed.
    pub sending: Option<String>,
    pub phase: Phase,
    pub progress: Option<String>,
    pub notice: Option<String>,
    pub failure: Option<Failure>,
    /// The thread does not exist.
    pub missing: bool,
    /// Whether it takes messages.
    pub access: Access,
}

impl ThreadState {
    /// The state of a thread that has just been loaded.
    pub fn loaded(view: ThreadView) -> Self {
        Self {
            id: Some(view.id),
            title: view.title,
            items: view.items,
            earlier: view.earlier,
            access: view.access,
            phase: if view.live { Phase::Answering } else { Phase::Idle },
            ..Self::default()
        }
    }

    /// Takes over what the server knows, but keeps older items that were loaded before.
    pub fn reload(&mut self, view: ThreadView) {
        let first = view.items.first().map(|item| item.id.clone());
        let kept = first.and_then(|first| self.items.iter().position(|item| item.id == first));
        let mut fresh = Self::loaded(view);
        if let Some(kept) = kept.filter(|kept| *kept > 0) {
            self.items.truncate(kept);
            self.items.append(&mut fresh.items);
            fresh.items = std::mem::take(&mut self.items);
            fresh.earlier = self.earlier.take();
        }
        fresh.notice = self.notice.take();
        *self = fresh;
    }

    /// Puts older items before those that are there.
    pub fn prepend(&mut self, mut older: ThreadView) {
        older.items.retain(|item| self.items.iter().all(|known| known.id != item.id));
        older.items.append(&mut self.items);
        self.items = older.items;
        self.earlier = older.earlier;
    }

    /// A message is on its way, or its answer is asked for again.
    pub fn ask(&mut self, text: Option<String>) {
        self.sending = text;
        self.phase = Phase::Answering;
        self.progress = None;
        self.notice = None;
        self.failure = None;
    }

    /// There will be no answer.
    pub fn fail(&mut self, message: String, again: Again) {
        self.rest();
        self.failure = Some(Failure { message, again });
    }

    /// Nothing more will come.
    pub fn rest(&mut self) {
        self.phase = Phase::Idle;
        self.progress = None;
        // A step whose end was never told does not spin for ever.
        for item in &mut self.items {
            if let ItemBody::Steps(steps) = &mut item.body {
                steps.steps.iter_mut().for_each(|step| step.running = false);
            }
        }
    }

    /// Takes in one update. Applying an update again changes nothing, because a log is replayed after a reconnect.
    pub fn apply(&mut self, update: ChatUpdate) -> News {
        if self.phase == Phase::Reconnecting {
            self.phase = Phase::Answering;
        }
        match update {
            ChatUpdate::Thread { id, title } => {
                let changed = self.id.as_ref() != Some(&id) || self.title != title;
                self.id = Some(id);
                self.title = title;
                return if changed { News::Thread } else { News::None };
            }
            ChatUpdate::Item(item) => {
                self.progress = None;
                if matches!(item.body, ItemBody::User { .. }) {
                    self.sending = None;
                }
                match self.items.iter_mut().rfind(|known| known.id == item.id) {
                    Some(known) => *known = item,
                    None => self.items.push(item),
                }
            }
            ChatUpdate::Blocks { item, from, blocks } => {
                self.progress = None;
                if let Some(ItemBody::Answer { blocks: known, .. }) = self.body_mut(&item) {
                    known.truncate(from);
                    known.extend(blocks);
                }
            }
            ChatUpdate::Removed(id) => self.items.retain(|item| item.id != id),
            ChatUpdate::Progress(text) => self.progress = Some(text),
            ChatUpdate::Notice(text) => self.notice = Some(text),
            ChatUpdate::Tasks => return News::Tasks,
            ChatUpdate::Open(task) => return News::Open(task),
            ChatUpdate::Failed { message, retry } => {
                self.sending = None;
                self.fail(message, if retry { Again::Answer } else { Again::No });
            }
            ChatUpdate::Done => {
                self.rest();
                return News::End;
            }
        }
        News::None
    }

    /// Whether an answer is being written, as far as the page knows.
    pub fn busy(&self) -> bool {
        matches!(self.phase, Phase::Answering | Phase::Reconnecting)
    }

    /// The tool that the assistant calls and the page has to answer for, if it waits for one.
    pub fn pending_call(&self) -> Option<&str> {
        match self.items.last().map(|item| &item.body) {
            Some(ItemBody::Call { name, pending: true, .. }) if self.phase == Phase::Idle && self.access == Access::Open => Some(name),
            _ => None,
        }
    }

    /// Takes over the widgets of a thread that was asked for again; everything else stays as it is.
    pub fn renew_widgets(&mut self, view: ThreadView) {
        for fresh in view.items {
            if let ItemBody::Widget { .. } = fresh.body
                && let Some(known) = self.body_mut(&fresh.id)
            {
                *known = fresh.body;
            }
        }
    }

    /// Whether a message can be answered anew now.
    pub fn takes_retry(&self) -> bool {
        self.phase == Phase::Idle && self.access == Access::Open
    }

    /// The message that an answer belongs to, if it is here: the one before it.
    pub fn question_of(&self, id: &str) -> Option<&str> {
        let at = self.items.iter().rposition(|item| item.id == id)?;
        let before = self.items[..at].iter().rev();
        let mut messages = before.filter(|item| matches!(item.body, ItemBody::User { .. }));
        messages.next().map(|item| item.id.as_str())
    }

    /// Whether the person has written something after an item.
    pub fn goes_on_after(&self, id: &str) -> bool {
        let later = self.items.iter().rev().take_while(|item| item.id != id);
        later.into_iter().any(|item| matches!(item.body, ItemBody::User { .. }))
    }

    /// Remembers what the reader thinks of an answer; gives what they thought before.
    pub fn rate(&mut self, id: &str, rated: Option<bool>) -> Option<bool> {
        match self.body_mut(id) {
            Some(ItemBody::Answer { rating, .. }) => std::mem::replace(rating, rated),
            _ => None,
        }
    }

    /// An opinion did not get through: back to the one before, unless there is another one by now.
    pub fn unrate(&mut self, id: &str, failed: Option<bool>, before: Option<bool>) {
        if let Some(ItemBody::Answer { rating, .. }) = self.body_mut(id)
            && *rating == failed
        {
            *rating = before;
        }
    }

    /// Whether there is nothing to see of the answer yet, so that a line must say that one is coming.
    pub fn waiting(&self) -> bool {
        self.busy()
            && (self.progress.is_some()
                || self.sending.is_some()
                || !matches!(self.items.last().map(|item| &item.body), Some(ItemBody::Answer { blocks, .. }) if !blocks.is_empty()))
    }

    /// Whether this is the start screen.
    pub fn blank(&self) -> bool {
        self.id.is_none() && self.items.is_empty() && self.sending.is_none() && self.phase == Phase::Idle && !self.missing
    }

    /// What an item is; `None` if it is gone.
    pub fn body(&self, id: &str) -> Option<&ItemBody> {
        self.items.iter().rfind(|item| item.id == id).map(|item| &item.body)
    }

    fn body_mut(&mut self, id: &str) -> Option<&mut ItemBody> {
        self.items.iter_mut().rfind(|item| item.id == id).map(|item| &mut item.body)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::view::{Dir, StepView, StepsView};
    use crate::domain::locale::Script;

    fn user(id: &str) -> ItemView {
        ItemView {
            id: id.into(),
            body: ItemBody::User {
                html: "buy milk".into(),
                dir: Dir::Ltr,
                script: Script::En,
            },
        }
    }
    fn answer(id: &str, blocks: &[&str]) -> ItemView {
        let blocks = blocks.iter().map(|block| (*block).to_owned()).collect();
        ItemView {
            id: id.into(),
            body: ItemBody::Answer {
                blocks,
                script: Script::En,
                rating: None,
            },
        }
    }
    fn steps(id: &str, running: bool) -> ItemView {
        ItemView {
            id: id.into(),
            body: ItemBody::Steps(StepsView {
                steps: vec![StepView {
                    title: "Adding".into(),
                    detail: String::new(),
                    running,
                }],
                ..StepsView::default()
            }),
        }
    }
    fn blocks(from: usize, blocks: &[&str]) -> ChatUpdate {
        ChatUpdate::Blocks {
            item: "a".into(),
            from,
            blocks: blocks.iter().map(|block| (*block).to_owned()).collect(),
        }
    }
    fn view(ids: &[&str], live: bool) -> ThreadView {
        ThreadView {
            id: "t".into(),
            title: "T".into(),
            items: ids.iter().map(|id| user(id)).collect(),
            earlier: None,
            live,
            access: Access::Open,
        }
    }
    fn ids(state: &ThreadState) -> Vec<&str> {
        state.items.iter().map(|item| item.id.as_str()).collect()
    }

    #[test]
    fn a_first_message_is_named_answered_and_ended() {
        let mut state = ThreadState::default();
        assert!(state.blank());
        state.ask(Some("buy milk".into()));
        assert!(!state.blank() && state.busy() && state.waiting());

        assert_eq!(
            state.apply(ChatUpdate::Thread {
                id: "t".into(),
                title: String::new()
            }),
            News::Thread
        );
        assert_eq!(
            state.apply(ChatUpdate::Thread {
                id: "t".into(),
                title: String::new()
            }),
            News::None
        );
        state.apply(ChatUpdate::Item(user("u")));
        assert_eq!(state.sending, None);
        state.apply(ChatUpdate::Item(steps("s", true)));
        assert!(state.waiting());
        assert_eq!(state.apply(ChatUpdate::Tasks), News::Tasks);
        state.apply(ChatUpdate::Item(answer("a", &[])));
        assert!(state.waiting());
        state.apply(blocks(0, &["<p>Add"]));
        assert!(!state.waiting());
        state.apply(blocks(0, &["<p>Added.</p>", "<p>Any"]));
        state.apply(blocks(1, &["<p>Anything else?</p>"]));
        assert_eq!(state.apply(ChatUpdate::Done), News::End);

        assert_eq!(ids(&state), ["u", "s", "a"]);
        assert_eq!(
            state.body("a"),
            Some(&answer("a", &["<p>Added.</p>", "<p>Anything else?</p>"]).body)
        );
        assert_eq!(state.body("s"), Some(&steps("s", false).body), "nothing spins after the end");
        assert!(!state.busy());
    }

    #[test]
    fn a_replayed_log_gives_the_same_thread() {
        let log = [
            ChatUpdate::Thread {
                id: "t".into(),
                title: "Milk".into(),
            },
            ChatUpdate::Item(user("u")),
            ChatUpdate::Item(steps("s", true)),
            ChatUpdate::Item(steps("s", false)),
            ChatUpdate::Item(answer("a", &[])),
            blocks(0, &["one", "two"]),
            blocks(1, &["deux", "trois"]),
        ];
        let mut once = ThreadState::loaded(view(&[], true));
        log.iter().cloned().for_each(|update| {
            once.apply(update);
        });
        let mut twice = once.clone();
        log.iter().cloned().for_each(|update| {
            twice.apply(update);
        });
        assert_eq!(once, twice);
    }

    #[test]
    fn a_failure_says_whether_trying_again_may_help_and_asking_again_clears_it() {
        let mut state = ThreadState::loaded(view(&["u"], true));
        state.apply(ChatUpdate::Failed {
            message: "down".into(),
            retry: true,
        });
        assert_eq!(
            state.failure,
            Some(Failure {
                message: "down".into(),
                again: Again::Answer
            })
        );
        state.apply(ChatUpdate::Done);
        assert!(state.failure.is_some() && !state.busy());
        state.ask(None);
        assert!(state.failure.is_none() && state.busy());
        state.apply(ChatUpdate::Failed {
            message: "no".into(),
            retry: false,
        });
        assert_eq!(state.failure.map(|failure| failure.again), Some(Again::No));
    }

    #[test]
    fn notices_stay_and_progress_goes() {
        let mut state = ThreadState::loaded(view(&["u"], true));
        state.apply(ChatUpdate::Notice("shortened".into()));
        state.apply(ChatUpdate::Progress("busy".into()));
        assert!(state.waiting());
        state.apply(ChatUpdate::Item(answer("a", &["x"])));
        assert!(state.progress.is_none() && !state.waiting());
        state.apply(ChatUpdate::Done);
        assert_eq!(state.notice.as_deref(), Some("shortened"));
    }

    #[test]
    fn any_update_ends_the_reconnecting() {
        let mut state = ThreadState::loaded(view(&["u"], true));
        state.phase = Phase::Reconnecting;
        state.apply(ChatUpdate::Progress("busy".into()));
        assert_eq!(state.phase, Phase::Answering);
    }

    #[test]
    fn items_go_and_strangers_are_ignored() {
        let mut state = ThreadState::loaded(view(&["u"], true));
        state.apply(ChatUpdate::Item(answer("a", &["x"])));
        state.apply(ChatUpdate::Removed("a".into()));
        state.apply(ChatUpdate::Removed("b".into()));
        state.apply(blocks(5, &["late"]));
        assert_eq!(ids(&state), ["u"]);
    }

    #[test]
    fn older_items_come_before_and_survive_a_reload() {
        let mut state = ThreadState::loaded(ThreadView {
            earlier: Some("c".into()),
            ..view(&["c", "d"], false)
        });
        state.prepend(ThreadView {
            earlier: Some("a".into()),
            ..view(&["a", "b", "c"], false)
        });
        assert_eq!(ids(&state), ["a", "b", "c", "d"]);
        state.reload(ThreadView {
            earlier: Some("c".into()),
            ..view(&["c", "d", "e"], false)
        });
        assert_eq!(ids(&state), ["a", "b", "c", "d", "e"]);
        assert_eq!(state.earlier.as_deref(), Some("a"));
        state.reload(view(&["x"], false));
        assert_eq!(ids(&state), ["x"], "an unknown beginning replaces everything");
    }

    fn call(id: &str, pending: bool) -> ItemView {
        ItemView {
            id: id.into(),
            body: ItemBody::Call {
                name: "get_page_context".into(),
                title: "Looking".into(),
                pending,
            },
        }
    }

    #[test]
    fn a_call_is_answered_once_the_answer_rests() {
        let mut state = ThreadState::loaded(view(&["u"], true));
        state.apply(ChatUpdate::Item(call("c", true)));
        assert_eq!(state.pending_call(), None, "the stream is still open");
        state.apply(ChatUpdate::Done);
        assert_eq!(state.pending_call(), Some("get_page_context"));
        state.access = Access::Archived;
        assert_eq!(state.pending_call(), None);
        state.access = Access::Open;
        state.apply(ChatUpdate::Item(call("c", false)));
        assert_eq!(state.pending_call(), None);
    }

    #[test]
    fn only_widgets_are_renewed() {
        let widget = |html: &str| ItemView {
            id: "w".into(),
            body: ItemBody::Widget {
                html: html.into(),
                copy: String::new(),
            },
        };
        let mut state = ThreadState::loaded(view(&["u"], false));
        state.apply(ChatUpdate::Item(widget("old")));
        state.apply(ChatUpdate::Item(answer("a", &["x"])));
        state.rate("a", Some(true));
        let mut fresh = view(&["u"], false);
        fresh.items.extend([widget("new"), answer("a", &["y"])]);
        state.renew_widgets(fresh);
        assert_eq!(state.body("w"), Some(&widget("new").body));
        assert!(matches!(state.body("a"), Some(ItemBody::Answer { blocks, rating: Some(true), .. }) if *blocks == ["x"]));
    }

    #[test]
    fn an_answer_is_asked_for_anew_by_the_message_before_it() {
        let mut state = ThreadState::loaded(view(&[], false));
        for item in [
            answer("a0", &["x"]),
            user("u1"),
            steps("s1", false),
            answer("a1", &["x"]),
            answer("b1", &["x"]),
        ] {
            state.apply(ChatUpdate::Item(item));
        }
        assert_eq!(state.question_of("a0"), None, "its message is further up");
        assert_eq!((state.question_of("a1"), state.question_of("b1")), (Some("u1"), Some("u1")));
        assert!(state.goes_on_after("a0") && !state.goes_on_after("a1"));
        state.apply(ChatUpdate::Item(user("u2")));
        assert!(state.goes_on_after("a1") && !state.goes_on_after("u2"));
        assert!(state.takes_retry());
        state.access = Access::Archived;
        assert!(!state.takes_retry());
    }

    #[test]
    fn an_opinion_that_fails_is_what_it_was_before() {
        let mut state = ThreadState::loaded(view(&[], false));
        state.apply(ChatUpdate::Item(answer("a", &["x"])));
        let rating = |state: &ThreadState| match state.body("a") {
            Some(ItemBody::Answer { rating, .. }) => *rating,
            _ => None,
        };
        assert_eq!(state.rate("a", Some(true)), None);
        let before = state.rate("a", Some(false));
        state.unrate("a", Some(false), before);
        assert_eq!(rating(&state), Some(true));
        // Another opinion since then stays.
        let before = state.rate("a", None);
        state.rate("a", Some(false));
        state.unrate("a", None, before);
        assert_eq!(rating(&state), Some(false));
    }
}
