//! What has changed of a person's: hints to whoever shows it, never the content. Everything that changes something says so here, after its
//! transaction: the tools, the page and the chat alike.
//!
//! Listeners of this process hear at once; other processes on the same database hear by one NOTIFY for all that came together while the
//! last one was on its way, because a NOTIFY with every commit would make all commits wait for each other. A hint may be lost with its
//! process or its connection: whoever listens again is told [`Hint::All`], and looks at everything.

use std::{
    collections::HashMap,
    fmt,
    hash::{BuildHasher, RandomState},
    str::FromStr,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use sqlx::postgres::PgListener;
use tokio::{
    sync::broadcast::{Receiver, Sender, channel},
    time::timeout,
};

use super::{ANSWER, Store, StoreError, bounded};
use crate::domain::id::{RunId, ThreadId, UserId};

/// A listener that is so many hints behind is told that it missed some, and looks at everything.
const BACKLOG: usize = 64;
/// The channel between processes, and how many hints fit into the 8000 bytes of one NOTIFY.
const CHANNEL: &str = "kaam_changes";
const HINTS_AT_ONCE: usize = 64;
/// The channel on which processes tell each other that a run is wanted stopped.
const STOP_CHANNEL: &str = "kaam_stop";
/// Processes say on it which runs of others they follow.
const FOLLOW_CHANNEL: &str = "kaam_follow";
/// The owners of such runs say on it that there is more in their logs.
const LOG_CHANNEL: &str = "kaam_log";
/// A process that ends says on it that others can go on with its runs.
pub(super) const RELEASE_CHANNEL: &str = "kaam_release";
/// A NOTIFY has less than 8,000 bytes; a run's id and the end of its line have 37.
const RUNS_AT_ONCE: usize = 200;
/// After so much silence the connection on which others are heard is asked whether it lives.
const SILENCE: Duration = Duration::from_secs(15);

/// What has changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hint {
    /// Anything may have: some hints were missed.
    All,
    /// Tasks.
    Tasks,
    /// A session has ended, or a token: whoever listens with one looks whether it is still good.
    SignedOut,
    /// The list of threads.
    Threads,
    /// A thread and its place in the list: its title, its status, or that it is there.
    Thread(ThreadId),
    /// An answer has begun in a thread: this run.
    Run(ThreadId, RunId),
}

impl fmt::Display for Hint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => f.write_str("all"),
            Self::Tasks => f.write_str("tasks"),
            Self::SignedOut => f.write_str("signed-out"),
            Self::Threads => f.write_str("threads"),
            Self::Thread(id) => write!(f, "thread:{id}"),
            Self::Run(id, run) => write!(f, "run:{id}:{run}"),
        }
    }
}

/// No hint that this version knows.
#[derive(Debug, PartialEq, Eq)]
pub struct UnknownHint;

impl FromStr for Hint {
    type Err = UnknownHint;

    fn from_str(text: &str) -> Result<Self, UnknownHint> {
        let thread = |id: &str| id.parse::<ThreadId>().map_err(|_| UnknownHint);
        match text.split_once(':') {
            Some(("thread", id)) => thread(id).map(Self::Thread),
            Some(("run", ids)) => {
                let (id, run) = ids.split_once(':').ok_or(UnknownHint)?;
                Ok(Self::Run(thread(id)?, run.parse().map_err(|_| UnknownHint)?))
            }
            None if text == "all" => Ok(Self::All),
            None if text == "tasks" => Ok(Self::Tasks),
            None if text == "signed-out" => Ok(Self::SignedOut),
            None if text == "threads" => Ok(Self::Threads),
            _ => Err(UnknownHint),
        }
    }
}

/// A hint that was told, and its number among those of this process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Told {
    /// What has changed.
    pub hint: Hint,
    /// Its number.
    pub number: u64,
}

/// Hears of a person's changes.
pub struct Listening {
    /// The hints from now on.
    pub hints: Receiver<Told>,
    /// The number of the last hint before them.
    pub last: u64,
}

/// Those who listen to one person's changes.
struct Listeners {
    sender: Sender<Told>,
    /// The number of the last hint that they were told; at first one that no hint has.
    last: u64,
}

/// Those who listen in this process, and what other processes have not been told. Cheap to clone; all clones are one.
#[derive(Clone)]
pub(super) struct Changes(Arc<Inner>);

struct Inner {
    /// Tells what comes from this process from what comes from others.
    origin: u64,
    /// Of the last hint of this process.
    number: AtomicU64,
    listeners: Mutex<HashMap<UserId, Listeners>>,
    untold: Mutex<Untold>,
}

#[derive(Default)]
struct Untold {
    hints: Vec<(UserId, Hint)>,
    /// A task is telling them.
    is_telling: bool,
}

impl Default for Changes {
    fn default() -> Self {
        Self(Arc::new(Inner {
            // The one source of randomness that needs no crate; two processes must differ, and nothing else depends on it.
            origin: RandomState::new().hash_one(0),
            number: AtomicU64::new(0),
            listeners: Mutex::default(),
            untold: Mutex::default(),
        }))
    }
}

impl fmt::Debug for Changes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Changes").finish_non_exhaustive()
    }
}

impl Changes {
    fn listeners(&self) -> MutexGuard<'_, HashMap<UserId, Listeners>> {
        self.0.listeners.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A number that nothing had before.
    fn number(&self) -> u64 {
        self.0.number.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// Tells those who listen to a person's changes; whether there are any.
    fn tell(&self, listeners: &mut Listeners, hint: Hint) -> bool {
        listeners.last = self.number();
        let told = Told {
            hint,
            number: listeners.last,
        };
        listeners.sender.send(told).is_ok()
    }

    /// Hears of a person's changes from now on. Whoever listens again, and is given the same last number, has missed nothing: where a hint
    /// came while nobody listened, the number is another one.
    fn listen(&self, user: UserId, most: usize) -> Option<Listening> {
        let mut listeners = self.listeners();
        // Before the table grows, those who are gone make room.
        if listeners.len() == listeners.capacity() {
            listeners.retain(|_, listeners| listeners.sender.receiver_count() > 0);
        }
        let listeners = listeners.entry(user).or_insert_with(|| Listeners {
            sender: channel(BACKLOG).0,
            last: self.number(),
        });
        (listeners.sender.receiver_count() < most).then(|| Listening {
            hints: listeners.sender.subscribe(),
            last: listeners.last,
        })
    }

    fn untold(&self) -> MutexGuard<'_, Untold> {
        self.0.untold.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tells those who listen in this process.
    fn deliver(&self, user: UserId, hint: Hint) {
        let mut listeners = self.listeners();
        if listeners.get_mut(&user).is_some_and(|listeners| !self.tell(listeners, hint)) {
            listeners.remove(&user);
        }
    }

    /// Some hints of other processes were missed: whoever listens looks at everything.
    fn missed(&self) {
        self.listeners().retain(|_, listeners| self.tell(listeners, Hint::All));
    }

    /// Keeps a hint for other processes. Whether somebody must begin to tell them.
    fn keep(&self, user: UserId, hint: Hint) -> bool {
        let mut untold = self.untold();
        if !untold.hints.contains(&(user, hint)) {
            untold.hints.push((user, hint));
        }
        !std::mem::replace(&mut untold.is_telling, true)
    }

    /// The text of the next NOTIFY; `None` where all is told.
    fn next(&self) -> Option<String> {
        let mut untold = self.untold();
        if untold.hints.is_empty() {
            untold.is_telling = false;
            return None;
        }
        let count = untold.hints.len().min(HINTS_AT_ONCE);
        let lines = untold.hints.drain(..count).map(|(user, hint)| format!("\n{} {hint}", user.0));
        Some(lines.fold(self.0.origin.to_string(), |text, line| text + &line))
    }

    /// Takes in the NOTIFY of another process.
    fn hear(&self, payload: &str) {
        let mut lines = payload.lines();
        if lines.next() == Some(&self.0.origin.to_string()) {
            return;
        }
        for line in lines {
            if let Some((user, hint)) = line.split_once(' ')
                && let (Ok(user), Ok(hint)) = (user.parse(), hint.parse())
            {
                self.deliver(UserId(user), hint);
            }
        }
    }
}

/// What other processes say, heard on one connection.
pub struct Hearing {
    listener: PgListener,
    changes: Changes,
    /// Of the last NOTIFY.
    logged: Vec<RunId>,
}

/// What is said of runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Heard {
    /// This one, maybe of this process, is wanted stopped.
    StopWanted(RunId),
    /// This one, maybe of this process, is followed by another process.
    Followed(RunId),
    /// This one, of another process, has more in its log.
    Logged(RunId),
    /// Runs wait for whoever goes on with them.
    Released,
}

impl Hearing {
    /// What is said of runs next. Hints of changes are delivered meanwhile.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] while the database is away.
    pub async fn next(&mut self) -> Result<Heard, StoreError> {
        loop {
            if let Some(run) = self.logged.pop() {
                return Ok(Heard::Logged(run));
            }
            match timeout(SILENCE, self.listener.try_recv()).await {
                Ok(heard) => match heard? {
                    Some(heard) if heard.channel() == CHANNEL => self.changes.hear(heard.payload()),
                    Some(heard) if heard.channel() == LOG_CHANNEL => {
                        self.logged = heard.payload().lines().filter_map(|run| run.parse().ok()).collect();
                    }
                    Some(heard) if heard.channel() == RELEASE_CHANNEL => return Ok(Heard::Released),
                    Some(heard) => {
                        if let Ok(run) = heard.payload().parse() {
                            return Ok(match heard.channel() {
                                FOLLOW_CHANNEL => Heard::Followed(run),
                                _ => Heard::StopWanted(run),
                            });
                        }
                    }
                    // The connection broke, and the next call makes it again.
                    None => self.changes.missed(),
                },
                // Nothing to hear, or a line that has died without a word.
                Err(_) => {
                    bounded(ANSWER, async {
                        sqlx::query("select 1").execute(&mut self.listener).await?;
                        Ok(())
                    })
                    .await?;
                }
            }
        }
    }
}

impl Store {
    /// Says that something of a person's has changed. Call it when the change is committed.
    pub fn changed(&self, user: UserId, hint: Hint) {
        self.changes.deliver(user, hint);
        if self.changes.keep(user, hint) {
            let store = self.clone();
            tokio::spawn(async move {
                while let Some(payload) = store.changes.next() {
                    if let Err(error) = store.notify(CHANNEL, &payload).await {
                        tracing::debug!(%error, "other processes were not told of a change");
                    }
                }
            });
        }
    }

    /// Says that a person's tasks have changed. Call it when the change is committed.
    pub fn tasks_changed(&self, user: UserId) {
        self.changed(user, Hint::Tasks);
    }

    /// Waits until other processes have been told of all changes: for a process that is about to end.
    pub async fn changes_told(&self) {
        while self.changes.untold().is_telling {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// Hears of a person's changes from now on; at most so many listeners a person at once, `None` for one more.
    pub fn listen_for_changes(&self, user: UserId, most: usize) -> Option<Listening> {
        self.changes.listen(user, most)
    }

    /// The place of a hint of this process among those of all processes.
    pub fn place_of_hint(&self, number: u64) -> String {
        format!("{:x}.{number}", self.changes.0.origin)
    }

    /// Tells the other processes that this run is wanted stopped. A hint: who misses it finds out when it renews its lease.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn notify_stop(&self, run: RunId) -> Result<(), StoreError> {
        self.notify(STOP_CHANNEL, &run.to_string()).await
    }

    /// Tells whoever owns this run that it is followed here. A hint: whoever misses it is read from time to time.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn notify_followed(&self, run: RunId) -> Result<(), StoreError> {
        self.notify(FOLLOW_CHANNEL, &run.to_string()).await
    }

    /// Tells those who follow these runs elsewhere that there is more in their logs. A hint as well.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn notify_logged(&self, runs: &[RunId]) -> Result<(), StoreError> {
        for some in runs.chunks(RUNS_AT_ONCE) {
            let lines: Vec<String> = some.iter().map(RunId::to_string).collect();
            self.notify(LOG_CHANNEL, &lines.join("\n")).await?;
        }
        Ok(())
    }

    async fn notify(&self, channel: &str, payload: &str) -> Result<(), StoreError> {
        sqlx::query("select pg_notify($1, $2)")
            .bind(channel)
            .bind(payload)
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// Begins to hear what other processes say: of changes, and which runs of this process are wanted stopped.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn hear_others(&self) -> Result<Hearing, StoreError> {
        let mut listener = PgListener::connect_with(&self.direct).await?;
        let channels = [STOP_CHANNEL, FOLLOW_CHANNEL, LOG_CHANNEL, RELEASE_CHANNEL, CHANNEL];
        listener.listen_all(channels).await?;
        // What was said before this moment was not heard.
        self.changes.missed();
        Ok(Hearing {
            listener,
            changes: self.changes.clone(),
            logged: Vec::new(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user(number: u128) -> UserId {
        UserId(uuid::Uuid::from_u128(number))
    }

    #[test]
    fn hints_are_written_and_read() {
        let id: ThreadId = "thr_00000000000000000000000000000001".parse().unwrap();
        let run: RunId = "run_00000000000000000000000000000002".parse().unwrap();
        for (hint, text) in [
            (Hint::All, "all"),
            (Hint::Tasks, "tasks"),
            (Hint::Threads, "threads"),
            (Hint::SignedOut, "signed-out"),
            (Hint::Thread(id), "thread:thr_00000000000000000000000000000001"),
            (
                Hint::Run(id, run),
                "run:thr_00000000000000000000000000000001:run_00000000000000000000000000000002",
            ),
        ] {
            assert_eq!(hint.to_string(), text);
            assert_eq!(text.parse(), Ok(hint));
        }
        for text in [
            "",
            "task",
            "thread:",
            "thread:x",
            "run",
            "run:thr_00000000000000000000000000000001",
            "all:x",
        ] {
            assert_eq!(text.parse::<Hint>(), Err(UnknownHint), "{text}");
        }
    }

    #[test]
    fn what_comes_together_is_told_once_and_to_others_only() {
        let (one, two) = (Changes::default(), Changes::default());
        assert!(one.keep(user(1), Hint::Tasks));
        assert!(!one.keep(user(1), Hint::Tasks), "somebody tells it already");
        assert!(!one.keep(user(2), Hint::Threads));
        let payload = one.next().unwrap();
        assert_eq!(payload.lines().count(), 3);
        assert_eq!(one.next(), None);
        assert!(one.keep(user(1), Hint::Tasks), "and the next one begins anew");

        let mut heard = [&one, &two].map(|changes| changes.listen(user(1), 1).unwrap().hints);
        let mut next = |at: usize| heard[at].try_recv().map(|told| told.hint).ok();
        one.hear(&payload);
        two.hear(&payload);
        two.hear("nonsense\nx y\n\n");
        assert_eq!(next(0), None);
        assert_eq!(next(1), Some(Hint::Tasks));
        assert_eq!(next(1), None);
        two.missed();
        assert_eq!(next(1), Some(Hint::All));
    }

    #[test]
    fn who_listens_again_knows_whether_a_hint_was_missed() {
        let changes = Changes::default();
        let listen = |most| changes.listen(user(1), most);
        let mut first = listen(1).unwrap();
        assert!(listen(1).is_none(), "one more than may listen");
        changes.deliver(user(1), Hint::Tasks);
        let told = first.hints.try_recv().unwrap();
        assert_ne!(told.number, first.last);
        drop(first);
        changes.deliver(user(2), Hint::Tasks);
        let again = listen(1).unwrap();
        assert_eq!(again.last, told.number, "nothing of theirs has come");
        drop(again);
        changes.deliver(user(1), Hint::Threads);
        let late = listen(1).unwrap();
        assert_ne!(late.last, told.number, "something has");
    }

    #[test]
    fn one_notification_holds_as_many_hints_as_fit() {
        let changes = Changes::default();
        for number in 0..200 {
            changes.keep(
                user(number),
                Hint::Run(ThreadId(uuid::Uuid::from_u128(number)), RunId(uuid::Uuid::from_u128(number))),
            );
        }
        let payloads: Vec<String> = std::iter::from_fn(|| changes.next()).collect();
        assert_eq!(payloads.iter().map(|payload| payload.lines().count() - 1).sum::<usize>(), 200);
        assert!(payloads.iter().all(|payload| payload.len() < 8000));
    }
}
