//! What a stream says: `chatkit/types.py`, "THREAD STREAM EVENT TYPES" and "THREAD ITEM UPDATE TYPES".

use serde::{Deserialize, Serialize};

use super::{
    item::{Annotation, AssistantContent, GeneratedImage, ThreadItem, WorkflowTask},
    thread::Thread,
};
use crate::domain::id::ItemId;

/// One frame of a stream.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type")]
pub enum ThreadStreamEvent {
    /// The thread exists now.
    #[serde(rename = "thread.created")]
    ThreadCreated {
        /// The thread.
        thread: Thread,
    },
    /// The thread's title or status changed.
    #[serde(rename = "thread.updated")]
    ThreadUpdated {
        /// The thread.
        thread: Thread,
    },
    /// An item begins.
    #[serde(rename = "thread.item.added")]
    ItemAdded {
        /// The item so far.
        item: ThreadItem,
    },
    /// An item grows.
    #[serde(rename = "thread.item.updated")]
    ItemUpdated {
        /// Which.
        item_id: ItemId,
        /// How.
        update: ItemUpdate,
    },
    /// An item is whole, and stored.
    #[serde(rename = "thread.item.done")]
    ItemDone {
        /// The item.
        item: ThreadItem,
    },
    /// An item is gone.
    #[serde(rename = "thread.item.removed")]
    ItemRemoved {
        /// Which.
        item_id: ItemId,
    },
    /// An item is another one now: it takes the place of the one with its id.
    #[serde(rename = "thread.item.replaced")]
    ItemReplaced {
        /// The item.
        item: ThreadItem,
    },
    /// What the client may do while the stream runs.
    #[serde(rename = "stream_options")]
    StreamOptions {
        /// The options.
        stream_options: StreamOptions,
    },
    /// What goes on, until the next item; not stored.
    #[serde(rename = "progress_update")]
    Progress {
        /// An icon's name.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        icon: Option<String>,
        /// What goes on.
        text: String,
    },
    /// Something happened that the client's other views should know; not stored.
    #[serde(rename = "client_effect")]
    ClientEffect {
        /// Its name.
        name: String,
        /// Its data.
        #[serde(default)]
        data: serde_json::Map<String, serde_json::Value>,
    },
    /// There is no answer, or no more of it.
    #[serde(rename = "error")]
    Error {
        /// `stream.error`, or `custom` with a message for the person.
        code: ErrorCode,
        /// In the person's language.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        message: Option<String>,
        /// Trying again may help.
        allow_retry: bool,
    },
    /// Something to know.
    #[serde(rename = "notice")]
    Notice {
        /// How serious.
        level: NoticeLevel,
        /// In the person's language, Markdown.
        message: String,
        /// A heading.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        title: Option<String>,
    },
}

/// `StreamOptions`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct StreamOptions {
    /// The client may stop the answer.
    pub allow_cancel: bool,
}

/// `ErrorCode` of `chatkit/errors.py`, and `custom`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ErrorCode {
    /// An unexpected failure.
    #[serde(rename = "stream.error")]
    StreamError,
    /// A failure that is told in words.
    #[serde(rename = "custom")]
    Custom,
}

/// How serious a notice is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NoticeLevel {
    /// Good to know.
    Info,
    /// Take care.
    Warning,
    /// Something is wrong.
    Danger,
}

/// How an item grows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type")]
pub enum ItemUpdate {
    /// A part begins.
    #[serde(rename = "assistant_message.content_part.added")]
    ContentPartAdded {
        /// Its place.
        content_index: usize,
        /// The part so far.
        content: AssistantContent,
    },
    /// More text.
    #[serde(rename = "assistant_message.content_part.text_delta")]
    TextDelta {
        /// The part's place.
        content_index: usize,
        /// The text.
        delta: String,
    },
    /// A reference to a source.
    #[serde(rename = "assistant_message.content_part.annotation_added")]
    AnnotationAdded {
        /// The part's place.
        content_index: usize,
        /// The place among the part's annotations.
        annotation_index: usize,
        /// The reference.
        annotation: Annotation,
    },
    /// A part is whole.
    #[serde(rename = "assistant_message.content_part.done")]
    ContentPartDone {
        /// Its place.
        content_index: usize,
        /// The part.
        content: AssistantContent,
    },
    /// A text of a widget grows.
    #[serde(rename = "widget.streaming_text.value_delta")]
    WidgetTextDelta {
        /// The id of the component.
        component_id: String,
        /// The text.
        delta: String,
        /// Whether that was the last of it.
        done: bool,
    },
    /// A widget is another one now.
    #[serde(rename = "widget.root.updated")]
    WidgetRootUpdated {
        /// The root.
        widget: serde_json::Value,
    },
    /// A part of a widget is another one now.
    #[serde(rename = "widget.component.updated")]
    WidgetComponentUpdated {
        /// The id of the component.
        component_id: String,
        /// The component.
        component: serde_json::Value,
    },
    /// A step begins.
    #[serde(rename = "workflow.task.added")]
    WorkflowTaskAdded {
        /// Its place.
        task_index: usize,
        /// The step.
        task: WorkflowTask,
    },
    /// A step changed.
    #[serde(rename = "workflow.task.updated")]
    WorkflowTaskUpdated {
        /// Its place.
        task_index: usize,
        /// The step.
        task: WorkflowTask,
    },
    /// A picture has come further.
    #[serde(rename = "generated_image.updated")]
    GeneratedImageUpdated {
        /// The picture so far.
        image: GeneratedImage,
        /// How far, 0 to 1.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        progress: Option<f64>,
    },
}
