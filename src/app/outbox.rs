//! Messages that the server has not confirmed. The browser keeps each from before it is sent until it is confirmed, with the key under which
//! the server stores it once, however often it comes. What the connection did not carry waits, in its order, and goes when there is a
//! connection again: by the tab that leads, whichever tab it was written in, also after a reload.

use std::cell::{Cell, RefCell};
use std::pin::pin;
use std::time::Duration;

use futures::FutureExt;
use futures::channel::oneshot;
use futures::future::select;
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde::{Deserialize, Serialize};

use super::browser::{self, Sleep, shared};
use super::chat::follow::{in_time, unless_silent};
use crate::api::message::Outgoing;
use crate::api::sse::Frame;
use crate::api::view::ChatUpdate;
use crate::api::{ApiError, chat as door};

/// What tabs tell each other: that the outbox is another one now, and (before its id) that a message which had waited made a thread.
pub(super) const CHANGED: &str = "outbox";
pub(super) const MADE: &str = "made:";

/// A message that is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Kept {
    pub key: String,
    /// `None`: a new one. All that wait for a new one belong into the same.
    pub thread: Option<String>,
    pub message: Outgoing,
    /// The names of its files.
    pub files: Vec<String>,
    /// Its first sending came to nothing, or its page is gone.
    pub waits: bool,
    /// The server does not take it.
    pub refused: Option<ApiError>,
}

/// The messages of one person.
#[derive(Clone, Copy)]
pub(super) struct Outbox {
    /// Under which the browser keeps them.
    name: StoredValue<String>,
    pub list: RwSignal<Vec<Kept>>,
    /// The thread that a message has made, after it had waited.
    pub made: RwSignal<Option<String>>,
}

thread_local! {
    /// Ends the wait of the one that sends.
    static WAKE: RefCell<Option<oneshot::Sender<()>>> = const { RefCell::new(None) };
    static IS_SENDING: Cell<bool> = const { Cell::new(false) };
}

impl Outbox {
    pub fn new(person: &str) -> Self {
        Self {
            name: StoredValue::new(["kaam.outbox.", person].concat()),
            list: RwSignal::new(Vec::new()),
            made: RwSignal::new(None),
        }
    }

    pub fn name(self) -> String {
        self.name.try_get_value().unwrap_or_default()
    }

    /// Takes up what an earlier page has left.
    pub fn begin(self) {
        if !self.read().is_empty() {
            self.edit(&mut |list| list.iter_mut().for_each(|kept| kept.waits = true));
        }
    }

    /// The words of all messages.
    pub fn words(self) -> Vec<String> {
        self.read().iter().map(|kept| kept.message.words()).collect()
    }

    /// Goes with the session.
    pub fn clear(self) {
        self.edit(&mut Vec::clear);
    }

    /// Keeps a message.
    pub fn keep(self, kept: Kept) {
        let waits = kept.waits;
        let mut kept = Some(kept);
        self.edit(&mut |list| list.extend(kept.take()));
        if waits {
            self.wake();
        }
    }

    /// The server has it, or it goes another way.
    pub fn remove(self, key: &str) {
        self.edit(&mut |list| list.retain(|kept| kept.key != key));
    }

    /// The connection did not carry it.
    pub fn let_wait(self, key: &str) {
        self.edit(&mut |list| list.iter_mut().filter(|kept| kept.key == key).for_each(|kept| kept.waits = true));
        self.wake();
    }

    /// Whether messages wait for a thread, behind which the next one belongs.
    pub fn has_waiting(self, thread: Option<&str>) -> bool {
        let waits = |kept: &Kept| kept.waits && kept.refused.is_none() && kept.thread.as_deref() == thread;
        self.list.with_untracked(|list| list.iter().any(waits))
    }

    /// Another tab has changed it.
    pub fn changed_elsewhere(self) {
        self.list.set(self.read());
        self.wake();
    }

    /// Now there may be a connection, or something to send; nothing where another tab sends.
    pub fn wake(self) {
        if let Some(wake) = WAKE.take() {
            let _ = wake.send(());
        }
        if shared::leads() && !IS_SENDING.replace(true) {
            spawn_local(async move {
                self.send_all().await;
                IS_SENDING.set(false);
            });
        }
    }

    /// Sends until nothing waits.
    async fn send_all(self) {
        let mut tries = 0;
        loop {
            let next = next(&self.read());
            if next.is_empty() {
                return;
            }
            let mut has_sent = false;
            for kept in next {
                if !browser::is_online() {
                    break;
                }
                match bring(&kept).await {
                    Ok(thread) => {
                        has_sent = true;
                        self.edit(&mut |list| arrived(list, &kept.key, &thread));
                        // The stream says the latter, too, where it comes through.
                        let kind = if kept.thread.is_none() { MADE } else { "run:" };
                        shared::say([kind, &thread].concat());
                    }
                    Err(ApiError::SignedOut) => return,
                    Err(ApiError::Network | ApiError::Unavailable) => break,
                    // An answer is being written there: after it.
                    Err(ApiError::Busy | ApiError::TooMany(_)) => {}
                    Err(error) => self.edit(&mut |list| {
                        let those = list.iter_mut().filter(|known| known.key == kept.key);
                        those.for_each(|known| known.refused = Some(error.clone()));
                    }),
                }
            }
            if has_sent {
                tries = 0;
                continue;
            }
            let (wake, woken) = oneshot::channel();
            WAKE.set(Some(wake));
            select(pin!(Sleep::new(Duration::from_secs(1 << tries)).over()), woken).await;
            tries = (tries + 1).min(5);
        }
    }

    fn read(self) -> Vec<Kept> {
        let text = browser::remembered(&self.name()).unwrap_or_default();
        serde_json::from_slice(text.as_bytes()).unwrap_or_default()
    }

    /// Changes what is kept. What other tabs have changed meanwhile is changed with it.
    fn edit(self, change: &mut dyn FnMut(&mut Vec<Kept>)) {
        let mut list = self.read();
        change(&mut list);
        let text = serde_json::to_string(&list).unwrap_or_default();
        browser::remember(&self.name(), (!list.is_empty()).then_some(text.as_str()));
        self.list.set(list);
        shared::tell(CHANGED);
    }
}

/// What can be sent now: of each thread the first that waits.
fn next(list: &[Kept]) -> Vec<Kept> {
    let mut next: Vec<Kept> = Vec::new();
    for kept in list.iter().filter(|kept| kept.waits && kept.refused.is_none()) {
        if next.iter().all(|before| before.thread != kept.thread) {
            next.push(kept.clone());
        }
    }
    next
}

/// A message has arrived, in this thread: what waited behind it for a new one follows it there.
fn arrived(list: &mut Vec<Kept>, key: &str, thread: &str) {
    let was_new = list.iter().any(|kept| kept.key == key && kept.thread.is_none());
    list.retain(|kept| kept.key != key);
    let followers = list.iter_mut().filter(|kept| was_new && kept.waits && kept.thread.is_none());
    followers.for_each(|kept| kept.thread = Some(thread.to_owned()));
}

/// Sends a message and gives its thread. The stream of its answer is let go: whoever shows the thread follows it by themselves.
async fn bring(kept: &Kept) -> Result<String, ApiError> {
    let mut events = in_time(door::send(kept.thread.clone(), kept.message.clone(), kept.key.clone())).await?;
    if let Some(thread) = &kept.thread {
        return Ok(thread.clone());
    }
    loop {
        match unless_silent(events.next().boxed_local()).await.flatten().map(Frame::read) {
            Some(Ok(Frame::Update(_, ChatUpdate::Thread { id, .. }))) => return Ok(id),
            Some(Ok(_)) => {}
            Some(Err(error)) => return Err(error),
            None => return Err(ApiError::Network),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(key: &str, thread: Option<&str>) -> Kept {
        Kept {
            key: key.into(),
            thread: thread.map(str::to_owned),
            message: Outgoing::text(key.into()),
            files: Vec::new(),
            waits: true,
            refused: None,
        }
    }
    fn keys(list: &[Kept]) -> Vec<&str> {
        list.iter().map(|kept| kept.key.as_str()).collect()
    }

    #[test]
    fn the_order_of_a_thread_is_kept_and_threads_do_not_wait_for_each_other() {
        let mut list = vec![kept("1", Some("a")), kept("2", None), kept("3", Some("a")), kept("4", None)];
        assert_eq!(keys(&next(&list)), ["1", "2"]);
        list[0].refused = Some(ApiError::Closed);
        list[1].waits = false;
        assert_eq!(keys(&next(&list)), ["3", "4"], "what is refused, or on its way, is not sent");
    }

    #[test]
    fn what_waits_for_a_new_thread_follows_its_first_message() {
        let mut list = vec![kept("1", None), kept("2", None), kept("3", Some("a")), kept("4", None)];
        list[3].waits = false;
        arrived(&mut list, "1", "t");
        assert_eq!(keys(&list), ["2", "3", "4"]);
        let threads: Vec<_> = list.iter().map(|kept| kept.thread.as_deref()).collect();
        assert_eq!(
            threads,
            [Some("t"), Some("a"), None],
            "what is being sent in another tab makes its own"
        );
        arrived(&mut list, "3", "a");
        assert_eq!(keys(&list), ["2", "4"]);
    }

    #[test]
    fn what_is_kept_survives_as_text() {
        let list = vec![kept("1", None)];
        let text = serde_json::to_string(&list).unwrap();
        assert_eq!(serde_json::from_str::<Vec<Kept>>(&text).unwrap(), list);
    }
}
