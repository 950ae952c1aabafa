//! Threads and pages: `chatkit/types.py`, "THREAD TYPES" and `Page`.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::item::ThreadItem;
use crate::domain::id::ThreadId;

/// A cut of a list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Page<T> {
    /// The entries.
    pub data: Vec<T>,
    /// There are more.
    pub has_more: bool,
    /// The id of the last entry, where there are more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
}

impl<T> Default for Page<T> {
    fn default() -> Self {
        Self {
            data: Vec::new(),
            has_more: false,
            after: None,
        }
    }
}

impl<T> Page<T> {
    /// Makes a page of the first `limit` of rows, of which one more was asked for.
    pub fn cut(mut rows: Vec<T>, limit: usize, id: impl Fn(&T) -> String) -> Self {
        let has_more = rows.len() > limit;
        rows.truncate(limit);
        let after = if has_more { rows.last().map(id) } else { None };
        Self {
            data: rows,
            has_more,
            after,
        }
    }
}

/// `ThreadMetadata`: a thread without its items. Server-side metadata never leaves, so `metadata` is always empty.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ThreadMetadata {
    /// Its title, if it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Its id.
    pub id: ThreadId,
    /// When it was made, UTC.
    pub created_at: DateTime<Utc>,
    /// Whether it takes messages.
    #[serde(default)]
    pub status: ThreadStatus,
    /// Where pictures in widgets and answers may come from; everywhere where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub allowed_image_domains: Option<Vec<String>>,
    /// Always empty.
    #[serde(default)]
    pub metadata: Map<String, Value>,
}

/// `Thread`: with a page of its items.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Thread {
    /// The thread.
    #[serde(flatten)]
    pub metadata: ThreadMetadata,
    /// Its items; empty in lists and events.
    pub items: Page<ThreadItem>,
}

impl From<ThreadMetadata> for Thread {
    fn from(metadata: ThreadMetadata) -> Self {
        Self {
            metadata,
            items: Page::default(),
        }
    }
}

/// `ThreadStatus`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ThreadStatus {
    /// Takes messages.
    #[default]
    Active,
    /// Takes none for now.
    Locked {
        /// Why.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
    },
    /// Takes none any more.
    Closed {
        /// Why.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
    },
}
