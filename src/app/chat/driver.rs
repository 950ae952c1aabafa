//! Follows the server: sends, listens, connects again, and tells the rest of the page what concerns it.

use std::collections::BTreeMap;
use std::pin::pin;
use std::time::Duration;

use futures::future::{AbortHandle, Abortable, Either, select};
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::commands::{self, Meaning};
use super::compose::{Compose, Taken};
use super::state::{Again, News, Phase, ThreadState};
use crate::api::message::Outgoing;
use crate::api::sse::{Frame, Updates};
use crate::api::view::{Access, Act, ChatUpdate, PageContext};
use crate::api::{ApiError, chat as door};
use crate::app::browser::{self, Sleep, speak};
use crate::app::components::confirm::Question;
use crate::app::components::widget::WidgetAction;
use crate::app::text::Texts;
use crate::domain::text;

/// Heartbeats come every 15 s; without any frame for so long the connection is dead.
const SILENCE: Duration = Duration::from_secs(35);
/// How often a broken connection is made again before the reader is asked.
const TRIES: u32 = 5;
/// The tool of the page, and the action of widgets that is the page's.
const PAGE_CONTEXT: &str = "get_page_context";
const OPEN_TASK: &str = "task.open";

/// What is asked of the server.
enum Ask {
    Send {
        message: Outgoing,
        key: String,
    },
    Follow,
    /// The message with an id anew, or the last one.
    Retry(Option<String>),
    /// A form's answers by the ids of its questions, or none of them.
    Form {
        item: String,
        answers: BTreeMap<String, Vec<String>>,
        skip: bool,
    },
    /// What the page tells of itself; nothing where it has no such tool.
    Output(Option<PageContext>),
    /// What was done in a widget, and what to call when that is over.
    Act(Act, Callback<()>),
}

/// How listening ended.
enum End {
    /// With its final event.
    Done,
    /// Without, but connecting again may help.
    Broken,
    /// The server refused.
    Refused(ApiError),
}

/// The open conversation, for everything that draws it or acts on it.
#[derive(Clone, Copy)]
pub(in crate::app) struct Chat {
    pub state: RwSignal<ThreadState>,
    /// The next message.
    pub compose: Compose,
    /// What of an answer the next message refers to.
    pub quote: RwSignal<Option<String>>,
    /// What is asked before much goes.
    pub asked: RwSignal<Option<Question>>,
    /// The answer that is being read aloud.
    pub spoken: RwSignal<Option<String>>,
    /// Counts up whenever tasks have changed.
    pub tasks_changed: RwSignal<u32>,
    /// Counts up whenever the list of threads has changed.
    pub threads_changed: RwSignal<u32>,
    /// Puts a path into the address bar.
    navigate: Callback<String>,
    texts: &'static Texts,
    listening: StoredValue<Option<AbortHandle>>,
    /// The last message that was not confirmed, and its key: sent again, it is the same message.
    unconfirmed: StoredValue<Option<(Taken, String)>>,
    stop_wanted: StoredValue<bool>,
}

impl Chat {
    pub fn new(
        first: ThreadState,
        texts: &'static Texts,
        tasks_changed: RwSignal<u32>,
        threads_changed: RwSignal<u32>,
        navigate: Callback<String>,
    ) -> Self {
        let quote = RwSignal::new(None);
        let chat = Self {
            state: RwSignal::new(first),
            compose: Compose::new(quote),
            quote,
            asked: RwSignal::new(None),
            spoken: RwSignal::new(None),
            tasks_changed,
            threads_changed,
            navigate,
            texts,
            listening: StoredValue::new(None),
            unconfirmed: StoredValue::new(None),
            stop_wanted: StoredValue::new(false),
        };
        on_cleanup(move || chat.hang_up());
        chat
    }

    /// Sends what stands in the composer, or does what it says, unless an answer is still being written. Waits for files that are on their
    /// way. Gives whether a new thread is wanted instead.
    pub fn submit(self) -> bool {
        let compose = self.compose;
        let draft = compose.draft.get_untracked();
        compose.needs_words.set(false);
        compose.waits.set(false);
        let meant = match commands::read(&draft) {
            Meaning::Message(meant) => meant,
            Meaning::NeedsWords => {
                compose.needs_words.set(true);
                return false;
            }
            Meaning::NewThread => {
                compose.draft.set(Default::default());
                return true;
            }
        };
        if !self.is_free() || untrack(|| compose.refuses(&meant)) {
            return false;
        }
        if untrack(|| compose.files.are_coming()) {
            compose.waits.set(true);
        } else {
            self.deliver(compose.take(&meant));
        }
        false
    }

    /// Sends a text, unless an answer is still being written. What is in the composer stays there.
    pub fn send(self, text: String) {
        if self.is_free() && text::message(&text).is_ok() {
            self.deliver(self.compose.aside(text));
        }
    }

    fn is_free(self) -> bool {
        self.state.with_untracked(|state| state.phase == Phase::Idle)
    }

    fn deliver(self, taken: Taken) {
        let message = taken.message.clone();
        let words = taken.words();
        let key = self
            .unconfirmed
            .with_value(|last| {
                let same = last.as_ref().filter(|(before, _)| before.message == message);
                same.map(|(_, key)| key.clone())
            })
            .unwrap_or_else(browser::random_key);
        self.unconfirmed.set_value(Some((taken, key.clone())));
        self.state.update(|state| state.ask(Some(words)));
        self.start(Ask::Send { message, key });
    }

    /// Does what the failure offers.
    pub fn again(self, again: Again) {
        match again {
            Again::No => {}
            Again::Send => {
                self.submit();
            }
            Again::Answer => {
                self.state.update(|state| state.ask(None));
                self.start(Ask::Retry(None));
            }
            Again::Look => {
                let thread = self.state.with_untracked(|state| state.id.clone());
                self.open(thread);
            }
        }
    }

    /// Stops the answer. The stream then ends by itself, so that what is there of the answer stays.
    pub fn stop(self) {
        if !self.state.with_untracked(ThreadState::busy) {
            return;
        }
        match self.state.with_untracked(|state| state.id.clone()) {
            Some(id) => spawn_local(async move {
                if let Err(error) = door::stop(id).await {
                    self.state.update(|state| state.notice = Some(self.texts.error(&error)));
                }
            }),
            None => self.stop_wanted.set_value(true),
        }
    }

    /// Opens a thread, or the start screen.
    pub fn open(self, thread: Option<String>) {
        self.hang_up();
        self.hush();
        let Some(id) = thread else {
            self.state.set(ThreadState::default());
            return;
        };
        self.state.update(|state| {
            if state.id.as_ref() != Some(&id) {
                *state = ThreadState {
                    id: Some(id.clone()),
                    ..ThreadState::default()
                };
            }
            state.failure = None;
            state.phase = Phase::Opening;
        });
        self.spawn(async move {
            match door::thread(id, None).await {
                Ok(view) => {
                    self.state.update(|state| state.reload(view));
                    if self.state.with_untracked(ThreadState::busy) {
                        self.drive(Ask::Follow).await;
                    }
                }
                Err(ApiError::NotFound) => self.state.update(|state| {
                    state.rest();
                    state.missing = true;
                }),
                Err(error) => self.fail(&error, Again::Look),
            }
        });
    }

    /// Follows the answer that was being written when the page was made.
    pub fn follow(self) {
        self.start(Ask::Follow);
    }

    /// Answers for the page's tool, if the assistant waits for it.
    pub fn serve_call(self) {
        let Some(name) = self
            .state
            .try_with_untracked(|state| state.pending_call().map(str::to_owned))
            .flatten()
        else {
            return;
        };
        let output = (name == PAGE_CONTEXT).then(|| browser::page_context(self.texts.locale));
        self.state.update(|state| state.ask(None));
        self.start(Ask::Output(output));
    }

    /// Sends a form, or leaves it.
    pub fn answer_form(self, item: String, answers: BTreeMap<String, Vec<String>>, skip: bool) {
        if self.is_free() {
            self.state.update(|state| state.ask(None));
            self.start(Ask::Form { item, answers, skip });
        }
    }

    /// Does what was done in a widget.
    pub fn act(self, item: String, action: WidgetAction) {
        let WidgetAction {
            kind,
            payload,
            is_client,
            streaming,
            done,
        } = action;
        if is_client {
            if kind == OPEN_TASK
                && let Some(task) = browser::json_field(&payload, "task_id")
            {
                browser::open_task(&task);
            }
            return done.run(());
        }
        let Some(thread) = self.state.with_untracked(|state| state.id.clone()) else {
            return;
        };
        let act = Act { item, kind, payload };
        if streaming {
            if self.is_free() {
                self.state.update(|state| state.ask(None));
                self.start(Ask::Act(act, done));
            } else {
                done.run(());
            }
            return;
        }
        spawn_local(async move {
            match door::sync_action(thread, act).await {
                Ok(item) => {
                    if let Some(item) = item {
                        let _ = self.state.try_update(|state| state.apply(ChatUpdate::Item(item)));
                    }
                    let _ = self.tasks_changed.try_update(|count| *count += 1);
                }
                Err(error) => {
                    let _ = self.state.try_update(|state| state.notice = Some(self.texts.error(&error)));
                    self.refresh_widgets();
                }
            }
            done.run(());
        });
    }

    /// Asks again for the widgets of the thread, because what they show has changed.
    pub fn refresh_widgets(self) {
        let Some(id) = self.state.with_untracked(|state| state.id.clone()) else {
            return;
        };
        spawn_local(async move {
            if let Ok(view) = door::thread(id.clone(), None).await {
                let _ = self.state.try_update(|state| {
                    if state.id.as_ref() == Some(&id) {
                        state.renew_widgets(view);
                    }
                });
            }
        });
    }

    /// Keeps what the reader thinks of an answer; the same again takes it back.
    pub fn rate(self, item: String, rating: Option<bool>) {
        let Some(thread) = self.state.with_untracked(|state| state.id.clone()) else {
            return;
        };
        let before = self.state.try_update(|state| state.rate(&item, rating)).flatten();
        spawn_local(async move {
            if let Err(error) = door::rate(thread, item.clone(), rating).await {
                let _ = self.state.try_update(|state| {
                    state.unrate(&item, rating, before);
                    state.notice = Some(self.texts.error(&error));
                });
            }
        });
    }

    /// Lets the message that an answer belongs to be answered anew. Where the person has written more since then, that goes: they are asked
    /// before.
    pub fn retry(self, answer: String) {
        let texts = self.texts;
        if !self.state.with_untracked(|state| state.goes_on_after(&answer)) {
            return self.retry_now(answer);
        }
        self.asked.set(Some(Question {
            text: texts.answer_again_question,
            name: String::new(),
            note: Some(texts.answer_again_note),
            yes_text: texts.answer_again,
            yes: Callback::new(move |()| self.retry_now(answer.clone())),
        }));
    }

    fn retry_now(self, answer: String) {
        let wanted = answer.clone();
        let then = move || {
            let question = |state: &ThreadState| state.question_of(&answer).filter(|_| state.takes_retry()).map(str::to_owned);
            if let Some(message) = self.state.try_with_untracked(question).flatten() {
                self.state.update(|state| state.ask(None));
                self.start(Ask::Retry(Some(message)));
            }
        };
        // The message may be further up than what is loaded.
        self.load_until(Box::new(move |state| state.question_of(&wanted).is_some()), Box::new(then));
    }

    /// Reads an answer aloud, or stops.
    pub fn speak(self, answer: String, texts: Vec<(String, &'static str)>) {
        speak::hush();
        if self.spoken.with_untracked(|spoken| spoken.as_ref() == Some(&answer)) {
            return self.spoken.set(None);
        }
        self.spoken.set(Some(answer));
        speak::say(texts, move || drop(self.spoken.try_set(None)));
    }

    /// Nothing is read aloud any more.
    pub fn hush(self) {
        if let Some(Some(_)) = self.spoken.try_update(Option::take) {
            speak::hush();
        }
    }

    /// Takes an archived thread out again.
    pub fn reopen(self) {
        let Some(id) = self.state.with_untracked(|state| state.id.clone()) else {
            return;
        };
        spawn_local(async move {
            match door::archive(id, false).await {
                Ok(()) => {
                    let _ = self.state.try_update(|state| state.access = Access::Open);
                    let _ = self.threads_changed.try_update(|count| *count += 1);
                }
                Err(error) => drop(self.state.try_update(|state| state.notice = Some(self.texts.error(&error)))),
            }
        });
    }

    /// Loads the items before the first one; `then` is called when they are there.
    pub fn earlier(self, then: impl FnOnce() + 'static) {
        spawn_local(async move {
            if self.load_earlier().await {
                then();
            }
        });
    }

    /// Loads older items until this one is there, or there are no more; `then` is called in the end.
    pub fn reach(self, item: String, then: impl FnOnce() + 'static) {
        self.load_until(Box::new(move |state| state.body(&item).is_some()), Box::new(then));
    }

    /// Loads older items until what is wanted is there, or there are no more; `then` is called in the end.
    fn load_until(self, is_there: Box<dyn Fn(&ThreadState) -> bool>, then: Box<dyn FnOnce()>) {
        let lacks = move || {
            let lacks = |state: &ThreadState| !is_there(state) && state.earlier.is_some();
            self.state.try_with_untracked(lacks) == Some(true)
        };
        spawn_local(async move {
            while lacks() && self.load_earlier().await {}
            then();
        });
    }

    /// Whether there are more items now.
    async fn load_earlier(self) -> bool {
        let (id, before) = self.state.with_untracked(|state| (state.id.clone(), state.earlier.clone()));
        let (Some(id), Some(before)) = (id, before) else {
            return false;
        };
        let answer = door::thread(id.clone(), Some(before)).await;
        if self
            .state
            .try_with_untracked(|state| state.id.as_ref() != Some(&id))
            .unwrap_or(true)
        {
            return false;
        }
        match answer {
            Ok(older) => {
                self.state.update(|state| state.prepend(older));
                true
            }
            Err(error) => {
                self.state.update(|state| state.notice = Some(self.texts.error(&error)));
                false
            }
        }
    }

    fn start(self, ask: Ask) {
        self.hang_up();
        self.spawn(self.drive(ask));
    }

    fn spawn(self, work: impl Future<Output = ()> + 'static) {
        let (handle, registration) = AbortHandle::new_pair();
        self.listening.set_value(Some(handle));
        self.stop_wanted.set_value(false);
        spawn_local(async move {
            let _ = Abortable::new(work, registration).await;
        });
    }

    /// Stops listening. The run itself goes on.
    fn hang_up(self) {
        if let Some(Some(handle)) = self.listening.try_update_value(Option::take) {
            handle.abort();
        }
    }

    /// Asks, listens, and connects again as long as there is hope.
    async fn drive(self, ask: Ask) {
        let is_send = matches!(ask, Ask::Send { .. });
        let mut seen = None;
        let mut tries = 0;
        let mut connection = self.connect(ask).await;
        loop {
            let end = match connection {
                Ok(updates) => self.listen(updates, &mut seen, &mut tries).await,
                Err(error) => End::of(error),
            };
            // The server has confirmed the message when it has shown it.
            let unsent = is_send && self.unconfirmed.with_value(Option::is_some);
            let id = self.state.with_untracked(|state| state.id.clone());
            match (end, id) {
                (End::Done, id) => {
                    if let (true, Some(id)) = (tries > 0, id) {
                        self.reload(id).await;
                    }
                    break;
                }
                (End::Refused(error), _) if unsent => return self.give_back(&error),
                (End::Refused(error), _) => return self.fail(&error, Again::Look),
                (End::Broken, Some(id)) if !unsent => {
                    if tries == TRIES {
                        return self.state.update(|state| state.fail(self.texts.lost.to_owned(), Again::Look));
                    }
                    self.state.update(|state| state.phase = Phase::Reconnecting);
                    Sleep::new(Duration::from_secs(1 << tries)).over().await;
                    tries += 1;
                    connection = door::follow(id, seen.clone()).await;
                }
                (End::Broken, _) => return self.give_back(&ApiError::Network),
            }
        }
        self.threads_changed.update(|count| *count += 1);
        self.serve_call();
    }

    async fn connect(self, ask: Ask) -> Result<Updates, ApiError> {
        let thread = self.state.with_untracked(|state| state.id.clone());
        match (ask, thread) {
            (Ask::Send { message, key }, thread) => door::send(thread, message, key).await,
            (Ask::Follow, Some(thread)) => door::follow(thread, None).await,
            (Ask::Retry(item), Some(thread)) => door::retry(thread, item).await,
            (Ask::Form { item, answers, skip }, Some(thread)) => door::form(thread, item, answers, skip).await,
            (Ask::Output(output), Some(thread)) => door::tool_output(thread, output).await,
            (Ask::Act(act, done), Some(thread)) => {
                let answer = door::action(thread, act).await;
                done.run(());
                answer
            }
            (_, None) => Err(ApiError::NotFound),
        }
    }

    async fn listen(self, mut updates: Updates, seen: &mut Option<String>, tries: &mut u32) -> End {
        let mut failed = false;
        loop {
            let mut silence = Sleep::new(SILENCE);
            let next = match select(pin!(updates.next()), pin!(silence.over())).await {
                Either::Left((next, _)) => next,
                Either::Right(((), _)) => return End::Broken,
            };
            match next {
                Some(Ok(Frame::Heartbeat)) => {}
                Some(Ok(Frame::Update(id, update))) => {
                    if id.is_some() {
                        *seen = id;
                    }
                    // From now on a break is a new one; a remembered break still means a reload at the end.
                    *tries = (*tries).min(1);
                    let news = self.state.try_update(|state| state.apply(update));
                    let (is_failed, is_confirmed) = self
                        .state
                        .with_untracked(|state| (state.failure.is_some(), state.sending.is_none()));
                    failed = is_failed;
                    if is_confirmed {
                        self.confirmed();
                    }
                    match news {
                        Some(News::Thread) => self.named(),
                        Some(News::Tasks) => self.tasks_changed.update(|count| *count += 1),
                        Some(News::Open(task)) => browser::open_task(&task),
                        Some(News::End) | None => return End::Done,
                        Some(News::None) => {}
                    }
                }
                Some(Err(error)) => return End::of(error),
                // A failure is an end, too.
                None if failed => return End::Done,
                None => return End::Broken,
            }
        }
    }

    /// The thread has an id now, or another title.
    fn named(self) {
        self.confirmed();
        if let Some(id) = self.state.with_untracked(|state| state.id.clone()) {
            self.navigate.run(["/chat/", &id].concat());
            if self.stop_wanted.try_update_value(std::mem::take) == Some(true) {
                self.stop();
            }
        }
        self.threads_changed.update(|count| *count += 1);
    }

    /// After a break the log may have ended before it was read to its end: the thread itself knows everything.
    async fn reload(self, id: String) {
        if let Ok(view) = door::thread(id, None).await {
            let failure = self.state.with_untracked(|state| state.failure.clone());
            self.state.update(|state| {
                state.reload(view);
                state.rest();
                state.failure = failure;
            });
            self.tasks_changed.update(|count| *count += 1);
        }
    }

    fn fail(self, error: &ApiError, again: Again) {
        if *error == ApiError::SignedOut {
            return browser::go("/sign-in");
        }
        self.state.update(|state| state.fail(self.texts.error(error), again));
    }

    /// The server has the message.
    fn confirmed(self) {
        if let Some(Some((taken, _))) = self.unconfirmed.try_update_value(Option::take) {
            taken.confirmed();
        }
    }

    /// The message did not arrive: all of it goes back to where it was written. Its key is kept, so that it can arrive only once.
    fn give_back(self, error: &ApiError) {
        let _ = self.state.try_update(|state| state.sending.take());
        if let Some(taken) = self.unconfirmed.with_value(|last| last.as_ref().map(|(taken, _)| taken.clone())) {
            self.compose.give_back(taken);
        }
        self.fail(error, Again::Send);
    }
}

impl End {
    fn of(error: ApiError) -> Self {
        match error {
            ApiError::Network => Self::Broken,
            error => Self::Refused(error),
        }
    }
}
