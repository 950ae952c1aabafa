//! Whose tasks have changed: told to whoever listens in this process. Everything that changes tasks says so here, after its transaction:
//! the tools, the page and the chat alike.

use std::fmt;

use tokio::sync::broadcast::{Receiver, Sender, channel};

use super::Store;
use crate::domain::id::UserId;

/// A listener that is so many changes behind is told that it missed some, and looks at everything.
const BACKLOG: usize = 256;

/// The channel. Cheap to clone; all clones are one.
#[derive(Clone)]
pub(super) struct Changes(Sender<UserId>);

impl Default for Changes {
    fn default() -> Self {
        Self(channel(BACKLOG).0)
    }
}

impl fmt::Debug for Changes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Changes").finish_non_exhaustive()
    }
}

impl Store {
    /// Says that a person's tasks have changed. Call it when the change is committed.
    pub fn tasks_changed(&self, user: UserId) {
        // Nobody listens: that is no error.
        let _ = self.changes.0.send(user);
    }

    /// Hears of changes from now on.
    pub fn listen_for_changes(&self) -> Receiver<UserId> {
        self.changes.0.subscribe()
    }
}
