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

    /// Takes over how the thread stands on the server while no answer is followed. A failure that is not about the connection stays, unless
    /// there is another answer.
    pub fn renew(&mut self, view: ThreadView) {
        let is_over = view.live;
        let failure = self.failure.take().filter(|failure| !is_over && failure.again != Again::Look);
        self.reload(view);
        self.failure = failure;
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
                // While there is nothing to read yet, what is going on is still worth saying.
                if !matches!(&item.body, ItemBody::Answer { blocks, .. } if blocks.is_empty()) {
                    self.progress = None;
                }
                if matches!(item.body, ItemBody::User { .. }) {
                    self.sending = None;
                }
                match self.items.iter_mut().rfind(|known| known.id == item.id) {
                    Some(known) => *known = item,
                    None => self.items.push(item),
                }
            }
            ChatUpdate::Blocks { item, from, keep, blocks } => {
                self.progress = None;
                if let Some(ItemBody::Answer { blocks: known, .. }) = self.body_mut(&item) {
                    let mut blocks = blocks.into_iter();
                    if keep > 0
                        && let Some(growing) = known.get_mut(from)
                    {
                        growing.truncate(growing.floor_char_boundary(keep));
                        growing.push_str(&blocks.next().unwrap_or_default());
                        known.truncate(from + 1);
                    } else {
                        known.truncate(from);
                    }
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

    /// What the reader thinks of an answer.
    pub fn rating(&self, id: &str) -> Option<bool> {
        match self.body(id) {
            Some(ItemBody::Answer { rating, .. }) => *rating,
            _ => None,
        }
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
mod tests;
