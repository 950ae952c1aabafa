//! Asks the server and listens to what it answers; connects again, and finds out what became of a message.

use std::collections::BTreeMap;
use std::pin::pin;
use std::time::Duration;

use futures::FutureExt;
use futures::future::{AbortHandle, Abortable, Either, LocalBoxFuture, select};
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::driver::Chat;
use super::state::{Again, News, Phase, ThreadState};
use crate::api::message::Outgoing;
use crate::api::sse::{Events, Frame};
use crate::api::view::{Act, PageContext};
use crate::api::{ApiError, chat as door};
use crate::app::browser::{self, Sleep, shared};

/// Answers come within seconds, and heartbeats every 15 s; without anything for so long the connection is dead.
const SILENCE: Duration = Duration::from_secs(35);
/// How often a broken connection is made again before the reader is asked.
const TRIES: u32 = 5;
/// So long the page that asked may take to answer for its tool, before one that only followed does.
const COURTESY: Duration = Duration::from_secs(3);

/// What is asked of the server.
pub(super) enum Ask {
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
    /// What was done in a widget, and what to call when that is over, with whether the server took it.
    Act(Act, Callback<bool>),
}

/// What comes, unless there is silence: then nothing. (In a box: every kind of future would be code of its own in the page.)
pub(in crate::app) async fn unless_silent<T>(what: LocalBoxFuture<'_, T>) -> Option<T> {
    let mut silence = Sleep::new(SILENCE);
    match select(what, pin!(silence.over())).await {
        Either::Left((what, _)) => Some(what),
        Either::Right(((), _)) => None,
    }
}

/// What the server answers. A line may have died without a word (sleep, a router, a proxy), and the browser would wait for ever: silence is
/// taken for a broken connection. What is given up is dropped, by which `server_fn` aborts a request that has no headers yet; the server may
/// have had it all the same.
pub(in crate::app) async fn in_time<T>(answer: impl Future<Output = Result<T, ApiError>>) -> Result<T, ApiError> {
    unless_silent(answer.boxed_local()).await.unwrap_or(Err(ApiError::Network))
}

/// How listening ended.
enum End {
    /// With its final event.
    Done,
    /// Without, but connecting again may help.
    Broken,
    /// The server refused.
    Refused(ApiError),
    /// Not at all: another tab leads, and its stream tells of this answer as well.
    Led,
}

impl Chat {
    pub(super) fn start(self, ask: Ask) {
        self.hang_up();
        self.spawn(self.drive(ask));
    }

    pub(super) fn spawn(self, work: impl Future<Output = ()> + 'static) {
        let (handle, registration) = AbortHandle::new_pair();
        self.listening.set_value(Some(handle));
        self.stop_wanted.set_value(false);
        spawn_local(async move {
            let _ = Abortable::new(work, registration).await;
        });
    }

    /// Stops listening. The run itself goes on.
    pub(super) fn hang_up(self) {
        if let Some(Some(handle)) = self.listening.try_update_value(Option::take) {
            handle.abort();
        }
    }

    /// Asks and listens to the end. Then hints count that came meanwhile.
    pub(super) async fn drive(self, ask: Ask) {
        self.pursue(ask).await;
        self.look_if_missed();
    }

    /// Asks, listens, and connects again as long as there is hope.
    async fn pursue(self, ask: Ask) {
        let is_send = matches!(ask, Ask::Send { .. });
        let is_output = matches!(ask, Ask::Output(_));
        let only_follows = matches!(ask, Ask::Follow);
        let mut seen = None;
        let mut tries = 0;
        let mut is_own = !only_follows;
        let mut connection = self.connect(ask).await;
        loop {
            let end = match connection {
                Ok(events) => self.listen(events, is_own, &mut seen, &mut tries).await,
                Err(error) => End::of(error),
            };
            // The server has confirmed the message when it has shown it.
            let unsent = is_send && self.unconfirmed.with_value(Option::is_some);
            let id = self.state.with_untracked(|state| state.id.clone());
            match (end, id) {
                (End::Done, id) => {
                    // An answer that ended before it was followed is told by nobody.
                    let has_missed = tries > 0 || (only_follows && seen.is_none());
                    if let (true, Some(id)) = (has_missed, id) {
                        self.reload(id).await;
                    }
                    break;
                }
                (End::Refused(ApiError::Unavailable) | End::Broken, _) if unsent => return self.keep_waiting(),
                (End::Refused(ApiError::SignedOut), _) if unsent => {
                    self.keep_waiting();
                    return browser::go("/sign-in");
                }
                (End::Refused(error), _) if unsent => return self.give_back(&error),
                // Another page of the person was faster.
                (End::Refused(ApiError::Invalid | ApiError::Busy), Some(_)) if is_output => {
                    self.state.update(ThreadState::rest);
                    return self.unseen.update_value(|unseen| unseen.push(String::new()));
                }
                (End::Refused(error), _) => return self.fail(&error, Again::Look),
                (End::Broken, Some(id)) => {
                    if tries == TRIES {
                        return self.state.update(|state| state.fail(self.texts.lost.to_owned(), Again::Look));
                    }
                    self.state.update(|state| state.phase = Phase::Reconnecting);
                    if browser::is_online() {
                        let mut pause = Sleep::new(Duration::from_secs(1 << tries));
                        pause.over().await;
                        tries += 1;
                    } else {
                        browser::online().await;
                        tries = 1;
                    }
                    is_own = false;
                    connection = Ok(shared::follow(id, seen.clone()));
                }
                (End::Led, Some(id)) => {
                    is_own = false;
                    connection = Ok(shared::follow(id, seen.clone()));
                }
                (End::Broken | End::Led, None) => return self.fail(&ApiError::Network, Again::No),
            }
        }
        self.threads_changed.update(|count| *count += 1);
        if only_follows && self.state.with_untracked(|state| state.pending_call().is_some()) {
            Sleep::new(COURTESY).over().await;
        }
        self.serve_call();
    }

    async fn connect(self, ask: Ask) -> Result<Events, ApiError> {
        let thread = self.state.with_untracked(|state| state.id.clone());
        let over = match &ask {
            Ask::Act(_, done) => Some(*done),
            _ => None,
        };
        let answer = in_time(async {
            match (ask, thread) {
                (Ask::Send { message, key }, thread) => door::send(thread, message, key).await,
                (Ask::Follow, Some(thread)) => Ok(shared::follow(thread, None)),
                (Ask::Retry(item), Some(thread)) => door::retry(thread, item).await,
                (Ask::Form { item, answers, skip }, Some(thread)) => door::form(thread, item, answers, skip).await,
                (Ask::Output(output), Some(thread)) => door::tool_output(thread, output).await,
                (Ask::Act(act, _), Some(thread)) => door::action(thread, act).await,
                (_, None) => Err(ApiError::NotFound),
            }
        })
        .await;
        if let Some(over) = over {
            over.run(answer.is_ok());
        }
        answer
    }

    async fn listen(self, mut events: Events, is_own: bool, seen: &mut Option<String>, tries: &mut u32) -> End {
        let mut failed = false;
        loop {
            // What has no place in the log yet would be told by nobody else.
            if is_own && seen.is_some() && !failed && shared::is_led() {
                return End::Led;
            }
            let Some(next) = unless_silent(events.next().boxed_local()).await else {
                return End::Broken;
            };
            match next.map(Frame::read) {
                Some(Ok(Frame::Heartbeat)) => {}
                Some(Ok(Frame::Update(id, update))) => {
                    if let Some((run, _)) = id.as_ref().and_then(|id| id.split_once('.')) {
                        self.followed.set_value(Some(run.to_owned()));
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
            if browser::path() == "/chat" {
                self.move_draft(&id);
            }
            self.navigate.run(["/chat/", &id].concat());
            if self.stop_wanted.try_update_value(std::mem::take) == Some(true) {
                self.stop();
            }
        }
        self.threads_changed.update(|count| *count += 1);
    }

    /// After a break the log may have ended before it was read to its end: the thread itself knows everything.
    async fn reload(self, id: String) {
        if let Ok(view) = in_time(door::thread(id, None)).await {
            let failure = self.state.with_untracked(|state| state.failure.clone());
            self.state.update(|state| {
                state.reload(view);
                state.rest();
                state.failure = failure;
            });
            self.tasks_changed.update(|count| *count += 1);
        }
    }

    pub(super) fn fail(self, error: &ApiError, again: Again) {
        if *error == ApiError::SignedOut {
            return browser::go("/sign-in");
        }
        self.state.update(|state| state.fail(self.texts.error(error), again));
    }

    /// The server has the message.
    fn confirmed(self) {
        if let Some(Some((taken, key))) = self.unconfirmed.try_update_value(Option::take) {
            taken.confirmed();
            self.outbox.remove(&key);
        }
    }

    /// The connection did not carry the message: it stays in the conversation, and goes when there is a connection again.
    pub(super) fn keep_waiting(self) {
        let _ = self.state.try_update(|state| {
            state.sending = None;
            state.rest();
        });
        if let Some(Some((taken, key))) = self.unconfirmed.try_update_value(Option::take) {
            taken.confirmed();
            self.outbox.let_wait(&key);
        }
    }

    /// The server does not take the message: all of it goes back to where it was written. Its key is kept, so that it can arrive only once.
    fn give_back(self, error: &ApiError) {
        let _ = self.state.try_update(|state| state.sending.take());
        if let Some((taken, key)) = self.unconfirmed.get_value() {
            self.outbox.remove(&key);
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
