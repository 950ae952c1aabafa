//! The built-in assistant: answers without a key and without a network.
//!
//! It is a model like any other. It sees one [`ModelRequest`] and answers with text or tool calls; everything it knows of the
//! conversation it reads from the messages, each time anew:
//!
//! ```text
//! messages -> conversation (turns, what was asked, what "it" is)
//!          -> plan (what the newest message wants), answering (whether it answers what was asked)
//!          -> step (what to do now: call a tool, ask), either (a task that is there, or a new one?), lookup (which tasks there are), telling (what came out)
//! ```

mod answering;
mod chosen;
mod conversation;
mod either;
mod lookup;
mod plan;
mod step;
mod telling;
mod wire;

#[cfg(test)]
mod tests;

use std::time::Duration;

use futures::{StreamExt, stream};

use super::{Finish, Model, ModelEvent, ModelRequest, ModelStream, ToolCall, Usage};

/// Its name, where a model has one.
pub const NAME: &str = "offline";

/// Between two words, so that a reader sees the answer being written.
const PACE: Duration = Duration::from_millis(12);

/// The built-in assistant.
#[derive(Debug, Clone)]
pub struct OfflineModel {
    pace: Duration,
}

/// What the assistant does in one turn.
#[derive(Debug, Clone, PartialEq)]
enum Reply {
    /// Says something.
    Say(String),
    /// Calls tools.
    Call(Vec<ToolCall>),
}

impl OfflineModel {
    /// An assistant that waits between two words; tests wait zero.
    pub fn new(pace: Duration) -> Self {
        Self { pace }
    }
}

impl Default for OfflineModel {
    fn default() -> Self {
        Self::new(PACE)
    }
}

impl Model for OfflineModel {
    fn ask(&self, request: ModelRequest) -> ModelStream {
        let events = match step::answer(&request) {
            Reply::Say(text) => pieces(&text).map(ModelEvent::Text).collect::<Vec<_>>(),
            Reply::Call(calls) => calls.into_iter().map(ModelEvent::ToolCall).collect(),
        };
        let done = ModelEvent::Done {
            finish: Finish::Stop,
            usage: Usage::default(),
        };
        let pace = self.pace;
        stream::iter(events.into_iter().chain([done]).enumerate())
            .then(move |(at, event)| async move {
                if at > 0 && !pace.is_zero() && matches!(event, ModelEvent::Text(_)) {
                    tokio::time::sleep(pace).await;
                }
                Ok(event)
            })
            .boxed()
    }

    fn name(&self) -> String {
        NAME.to_owned()
    }

    fn reads_files(&self) -> bool {
        false
    }
}

/// A text in pieces of one word with the space behind it.
fn pieces(text: &str) -> impl Iterator<Item = String> + '_ {
    text.split_inclusive([' ', '\n']).map(str::to_owned)
}
