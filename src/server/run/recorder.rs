//! The recorder of a run: the single writer. It numbers events, makes their JSON once, and hands them with the items to the flusher.

use std::sync::Arc;

use tokio::sync::mpsc;

use super::{
    Live, ending,
    flusher::{End, Entry},
    log,
    pending::Pending,
};
use crate::{
    domain::{
        id::ItemId,
        locale::Script,
        texts::{self, Failure},
        time::Clock,
    },
    protocol::{
        event::{ErrorCode, ThreadStreamEvent},
        item::{ItemBody, ThreadItem},
    },
    server::store::flush::{Change, Ending, Release},
};

/// Takes the events of a run. What an event says of an item is stored with it (`chatkit/server.py`, `_process_events`): whole items are
/// added, replaced ones saved, removed ones deleted, a thread's title and status kept.
pub struct Recorder {
    live: Arc<Live>,
    entries: mpsc::UnboundedSender<Entry>,
    clock: Arc<dyn Clock>,
    seq: i64,
    position: i64,
    pending: Pending,
    /// What is held back to go out with the end.
    held: Option<Entry>,
    /// Tokens of the model, so far.
    tokens: i64,
    /// The language of what the server itself says in the conversation.
    pub script: Script,
}

impl Recorder {
    /// `seq` is the number of the newest event, `position` the place of the newest item.
    pub(super) fn new(
        live: Arc<Live>,
        entries: mpsc::UnboundedSender<Entry>,
        clock: Arc<dyn Clock>,
        seq: i64,
        position: i64,
        script: Script,
    ) -> Self {
        Self {
            live,
            entries,
            clock,
            seq,
            position,
            pending: Pending::default(),
            held: None,
            tokens: 0,
            script,
        }
    }

    /// A new item of this run's thread.
    pub fn item(&self, body: ItemBody) -> ThreadItem {
        ThreadItem {
            id: self.clock.item_id(),
            thread_id: self.live.key.thread,
            created_at: self.clock.now(),
            body,
        }
    }

    /// Records an event, and what it says of the thread.
    pub fn event(&mut self, event: ThreadStreamEvent) {
        self.pending.apply(&event);
        let changes = match &event {
            ThreadStreamEvent::ItemDone { item } | ThreadStreamEvent::ItemReplaced { item } => {
                self.position += 1;
                vec![Change::Put(self.position, item.clone())]
            }
            ThreadStreamEvent::ItemRemoved { item_id } => vec![Change::Remove(*item_id)],
            ThreadStreamEvent::ThreadUpdated { thread } => vec![Change::Thread {
                title: thread.metadata.title.clone(),
                status: thread.metadata.status.clone(),
                domains: thread.metadata.allowed_image_domains.clone(),
            }],
            _ => Vec::new(),
        };
        let is_hidden = matches!(&event, ThreadStreamEvent::ItemDone { item } if item.body.is_hidden());
        let events = if is_hidden { Vec::new() } else { vec![event] };
        self.send(events, changes, None);
    }

    /// Records an event about an item.
    pub fn update(&mut self, item_id: ItemId, update: crate::protocol::event::ItemUpdate) {
        self.event(ThreadStreamEvent::ItemUpdated { item_id, update });
    }

    /// Stores a whole item and tells of it; hidden ones are stored only.
    pub fn item_done(&mut self, item: ThreadItem) {
        self.event(ThreadStreamEvent::ItemDone { item });
    }

    /// Takes in an event that was recorded before, by another process.
    pub(super) fn replay(&mut self, event: &ThreadStreamEvent) {
        match event {
            // It began anew there, and is still not whole.
            ThreadStreamEvent::ItemReplaced { item } if self.pending.items().iter().any(|known| known.id == item.id) => {
                self.pending.apply(&ThreadStreamEvent::ItemAdded { item: item.clone() });
            }
            event => self.pending.apply(event),
        }
    }

    /// The items that are not whole, as far as they have come.
    pub(super) fn open_items(&self) -> &[ThreadItem] {
        self.pending.items()
    }

    /// Tells that an item that is not whole begins anew. Nothing is stored: it is not whole.
    pub(super) fn restart(&mut self, item: &ThreadItem) {
        self.pending.apply(&ThreadStreamEvent::ItemAdded { item: item.clone() });
        let event = ThreadStreamEvent::ItemReplaced { item: item.clone() };
        self.send(vec![event], Vec::new(), None);
    }

    /// From here on everything goes out with the end, at once: the last item and the end of the run are stored together, or neither is.
    pub(super) fn hold(&mut self) {
        self.held.get_or_insert_with(|| Entry::of(&self.live));
    }

    /// Lets the run go: another process goes on with it.
    pub(super) fn release(mut self, why: Release) {
        self.held = None;
        self.send(Vec::new(), Vec::new(), Some(End::Released(why)));
    }

    /// Keeps the answers that are not whole, if they say something.
    pub(super) fn keep_answers(&mut self) {
        for item in self.pending.take_answers() {
            self.item_done(item);
        }
    }

    /// Ends the run, with a last event if there is one.
    pub(super) fn end(mut self, event: Option<ThreadStreamEvent>, mut end: Ending) {
        end.spent = (self.tokens > 0).then(|| (self.clock.now().date_naive(), self.tokens));
        self.send(event.into_iter().collect(), Vec::new(), Some(End::Over(end)));
    }

    /// Notes what a turn of the model cost.
    pub(super) fn spent(&mut self, tokens: i64) {
        self.tokens = self.tokens.saturating_add(tokens.max(0));
    }

    /// Ends the run because of a failure in here.
    pub(super) fn fail_internal(self, reason: &str) {
        let event = ThreadStreamEvent::Error {
            code: ErrorCode::StreamError,
            message: Some(texts::failure(self.script, Failure::Internal).into()),
            allow_retry: true,
        };
        self.end(Some(event), ending("failed", Some(reason.into())));
    }

    fn send(&mut self, events: Vec<ThreadStreamEvent>, changes: Vec<Change>, end: Option<End>) {
        let events = log::number(events, self.seq + 1);
        self.seq += events.len() as i64;
        let held = self.held.take();
        let holds = held.is_some() && end.is_none();
        let mut entry = held.unwrap_or_else(|| Entry::of(&self.live));
        entry.events.extend(events);
        entry.changes.extend(changes);
        entry.end = end;
        if holds {
            self.held = Some(entry);
            return;
        }
        // The flusher lives as long as the process.
        let _ = self.entries.send(entry);
    }
}
