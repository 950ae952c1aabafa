//! The clock as others see it: passed in, so that tests can hold it still.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::id::{AttachmentId, ItemId, RunId, TaskId, ThreadId, TokenId, UserId};

/// Gives the time and new ids. The real one is `server::clock::SystemClock`.
pub trait Clock: Send + Sync + 'static {
    /// Now.
    fn now(&self) -> DateTime<Utc>;
    /// A random UUID (version 4), for ids that leave the server.
    fn random_uuid(&self) -> Uuid;
    /// A UUID in the order of time (version 7).
    fn ordered_uuid(&self) -> Uuid;

    /// A new thread's id.
    fn thread_id(&self) -> ThreadId {
        ThreadId(self.random_uuid())
    }
    /// A new item's id.
    fn item_id(&self) -> ItemId {
        ItemId(self.random_uuid())
    }
    /// A new attachment's id.
    fn attachment_id(&self) -> AttachmentId {
        AttachmentId(self.random_uuid())
    }
    /// A new run's id.
    fn run_id(&self) -> RunId {
        RunId(self.ordered_uuid())
    }
    /// A new task's id.
    fn task_id(&self) -> TaskId {
        TaskId(self.ordered_uuid())
    }
    /// A new account's id.
    fn user_id(&self) -> UserId {
        UserId(self.ordered_uuid())
    }
    /// A new API token's id.
    fn token_id(&self) -> TokenId {
        TokenId(self.ordered_uuid())
    }
}
