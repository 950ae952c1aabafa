//! Who changes tasks, and by which door: what the history of tasks says of each change.

/// Who did it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Actor {
    /// The person, by their own hand.
    Person,
    /// The assistant, in a conversation with the person.
    Assistant,
    /// A program that acts for the person, with their token.
    Program,
}

impl Actor {
    /// The word of the store.
    pub fn name(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::Assistant => "assistant",
            Self::Program => "program",
        }
    }
}

/// The way a change came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Door {
    /// The page's lists of tasks.
    Page,
    /// A message of a conversation.
    Chat,
    /// A list of tasks in a conversation.
    Widget,
    /// `POST /mcp`.
    Mcp,
    /// `POST /api/v1/tools/{name}`.
    Http,
    /// `kaam mcp`.
    Stdio,
}

impl Door {
    /// The word of the store.
    pub fn name(self) -> &'static str {
        match self {
            Self::Page => "page",
            Self::Chat => "chat",
            Self::Widget => "widget",
            Self::Mcp => "mcp",
            Self::Http => "http",
            Self::Stdio => "stdio",
        }
    }
}
