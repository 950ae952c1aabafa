//! What has changed, and the answers that are written, for all pages of one browser over one stream.
#![expect(
    missing_docs,
    reason = "the server macro makes a struct of the arguments, whose fields cannot carry docs"
)]

use leptos::prelude::*;
use leptos::server_fn::codec::Json;
use serde::{Deserialize, Serialize};

use super::ApiError;
use super::sse::{Events, Sse};

/// A thread whose answer is followed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Following {
    /// Its id.
    pub thread: String,
    /// The id of the last event that was seen of its answer.
    pub after: Option<String>,
}

/// Streams two kinds of events. Those without a name are hints, a word each (see the server's `store::changes::Hint`), with their place as
/// `id`; the first one is always `all`, which says something only where its place is not known. Those with the name of a thread tell
/// of its answer as [`send`](super::chat::send) does; where none is written, at once that it is over. At most 20 threads, each by name once.
#[server(endpoint = "changes", input = Json, output = Sse)]
pub async fn changes(follow: Vec<Following>) -> Result<Events, ApiError> {
    crate::server::page::changes::changes(follow).await
}
