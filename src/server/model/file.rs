//! Files of a person, as a model is given them.

use bytes::Bytes;

/// A file that came with a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// Its id.
    pub id: String,
    /// Its name, as the person has it.
    pub name: String,
    /// Its media type.
    pub mime_type: String,
    /// What is in it.
    pub content: FileContent,
}

/// What is in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FileContent {
    /// It was not brought: the message is old, or there was no room.
    NotRead,
    /// There is no text in it, or none that can be read.
    Unreadable,
    /// It is gone.
    Gone,
    /// Its text.
    Text {
        /// The beginning, or all of it.
        text: String,
        /// Whether there is more.
        is_cut: bool,
    },
    /// A picture.
    Picture(Bytes),
}
