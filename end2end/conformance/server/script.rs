//! The language of the scripts: what a message's text (or an action's payload) says that is to be answered. `../script.py` is its twin.

use kaam::protocol::{
    event::{ItemUpdate, NoticeLevel},
    item::{Annotation, ItemBody, Summary, WorkflowKind, WorkflowTask},
    thread::ThreadStatus,
};
use serde::Deserialize;
use serde_json::{Map, Value};

/// What a message's text holds: the steps of its answer, and those of the answers that follow a tool's output or a form.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Script {
    pub steps: Vec<Step>,
    #[serde(default)]
    pub then: Vec<Vec<Step>>,
}

/// A text with no script in it is answered with nothing.
pub(crate) fn read(text: &str) -> Result<Script, String> {
    match text.trim_start().as_bytes().first() {
        Some(b'[') => serde_json::from_str(text).map(|steps| Script { steps, then: Vec::new() }),
        Some(b'{') => serde_json::from_str(text),
        _ => Ok(Script::default()),
    }
    .map_err(|error| error.to_string())
}

/// What `threads.sync_custom_action` does.
#[derive(Debug, Clone, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum SyncStep {
    /// The widget is another one now.
    Change {
        widget: Value,
        #[serde(default)]
        copy_text: Option<String>,
    },
    /// Nothing comes of it.
    Nothing,
    /// It cannot be done.
    Fail,
}

/// One step of an answer.
#[derive(Debug, Clone, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Step {
    /// An answer in words.
    Text {
        deltas: Vec<String>,
        #[serde(default)]
        annotations: Vec<Annotation>,
    },
    /// Thoughts, each in pieces.
    Reasoning { thoughts: Vec<Vec<String>> },
    /// A workflow begins.
    Workflow {
        kind: WorkflowKind,
        #[serde(default)]
        tasks: Vec<WorkflowTask>,
    },
    /// A step joins the workflow.
    TaskAdded { task: WorkflowTask },
    /// A step of the workflow changes.
    TaskUpdated { index: usize, task: WorkflowTask },
    /// The workflow is whole.
    EndWorkflow {
        #[serde(default)]
        summary: Option<Summary>,
        #[serde(default)]
        expanded: bool,
    },
    /// A widget, through these states.
    Widget {
        states: Vec<Value>,
        #[serde(default)]
        copy_text: Option<String>,
    },
    /// A picture that is being drawn.
    Image {
        id: String,
        frames: Vec<String>,
        /// The steps that drawing takes, for its progress.
        #[serde(default)]
        of: Option<u32>,
        url: String,
    },
    /// A call of the client's tool; it ends the answer.
    ClientTool {
        call_id: String,
        name: String,
        arguments: Map<String, Value>,
    },
    /// The events on items, one by one. `as` names an item of this script, `id` one of an earlier answer.
    Added { r#as: String, item: ItemBody },
    Updated {
        #[serde(default)]
        r#as: Option<String>,
        #[serde(default)]
        id: Option<String>,
        update: ItemUpdate,
    },
    Done {
        #[serde(default)]
        r#as: Option<String>,
        item: ItemBody,
    },
    Removed {
        #[serde(default)]
        r#as: Option<String>,
        #[serde(default)]
        id: Option<String>,
    },
    Replaced {
        #[serde(default)]
        r#as: Option<String>,
        #[serde(default)]
        id: Option<String>,
        item: ItemBody,
    },
    /// Many messages of the person's kind: `Message 0` and so on.
    Messages { count: usize },
    Progress {
        text: String,
        #[serde(default)]
        icon: Option<String>,
    },
    Effect {
        name: String,
        #[serde(default)]
        data: Map<String, Value>,
    },
    Notice {
        level: NoticeLevel,
        message: String,
        #[serde(default)]
        title: Option<String>,
    },
    /// The thread changes; told behind the next event, or at the end.
    Thread {
        #[serde(default)]
        title: Option<String>,
        #[serde(default)]
        status: Option<ThreadStatus>,
        #[serde(default)]
        allowed_image_domains: Option<Vec<String>>,
        #[serde(default)]
        metadata: Option<Map<String, Value>>,
    },
    /// A failure.
    Error {
        kind: ErrorKind,
        #[serde(default)]
        message: Option<String>,
        #[serde(default)]
        allow_retry: Option<bool>,
    },
    /// Waits until the test opens this gate.
    Pause { gate: String },
    /// Says which items the thread holds, hidden ones too.
    History,
    /// Says what the responder was given.
    Input,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ErrorKind {
    /// Any failure.
    Unexpected,
    /// `StreamError`.
    Stream,
    /// `CustomStreamError`.
    Custom,
}
