//! What the page sends: a message with all that the composer can put into it. The server makes the protocol's own input of it.

use serde::{Deserialize, Serialize};

/// A message on its way to the server.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Outgoing {
    /// Text and tags, in their order.
    pub parts: Vec<Part>,
    /// The ids of files that were uploaded.
    #[serde(default)]
    pub attachments: Vec<String>,
    /// What of an earlier answer it refers to.
    #[serde(default)]
    pub quote: Option<String>,
    /// The model that was chosen.
    #[serde(default)]
    pub model: Option<String>,
    /// The tool that was chosen.
    #[serde(default)]
    pub tool: Option<String>,
}

/// A part of a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Part {
    /// Plain text.
    Text(String),
    /// A task that is named by a tag.
    Task {
        /// Its id.
        id: String,
        /// Its title.
        title: String,
    },
}

impl Outgoing {
    /// A message of nothing but text.
    pub fn text(text: String) -> Self {
        Self {
            parts: vec![Part::Text(text)],
            ..Self::default()
        }
    }

    /// Its words; tags by their titles.
    pub fn words(&self) -> String {
        let parts: Vec<&str> = self
            .parts
            .iter()
            .map(|part| match part {
                Part::Text(text) | Part::Task { title: text, .. } => text.as_str(),
            })
            .collect();
        parts.concat()
    }
}
