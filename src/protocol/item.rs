//! Thread items: `chatkit/types.py`, "THREAD ITEM TYPES".

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::domain::id::{ItemId, ThreadId};

/// One entry of a thread.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ThreadItem {
    /// Its id.
    pub id: ItemId,
    /// The thread it is in.
    pub thread_id: ThreadId,
    /// When it was made, UTC.
    pub created_at: DateTime<Utc>,
    /// What it is.
    #[serde(flatten)]
    pub body: ItemBody,
}

/// What an item is, by its `type`. Stored as it stands here.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ItemBody {
    /// What the person wrote.
    UserMessage(UserMessage),
    /// What the assistant answered.
    AssistantMessage {
        /// The parts of the answer.
        content: Vec<AssistantContent>,
    },
    /// What the assistant did on the way.
    Workflow {
        /// The steps.
        workflow: Workflow,
    },
    /// What the model said and did between the visible items (its tool calls and their results); never reaches a client.
    HiddenContextItem {
        /// For the model's history.
        content: Value,
    },
    /// A note of the SDK to the model; never reaches a client.
    SdkHiddenContext {
        /// The note.
        content: String,
    },
}

impl ItemBody {
    /// The name of the `type` field.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::UserMessage(_) => "user_message",
            Self::AssistantMessage { .. } => "assistant_message",
            Self::Workflow { .. } => "workflow",
            Self::HiddenContextItem { .. } => "hidden_context_item",
            Self::SdkHiddenContext { .. } => "sdk_hidden_context",
        }
    }

    /// Whether clients must not see it.
    pub fn is_hidden(&self) -> bool {
        matches!(self, Self::HiddenContextItem { .. } | Self::SdkHiddenContext { .. })
    }

    /// Who speaks: `user`, `assistant` or `system`.
    pub fn role(&self) -> &'static str {
        match self {
            Self::UserMessage(_) => "user",
            Self::AssistantMessage { .. } | Self::Workflow { .. } => "assistant",
            Self::HiddenContextItem { .. } | Self::SdkHiddenContext { .. } => "system",
        }
    }

    /// Its plain text.
    pub fn text(&self) -> String {
        match self {
            Self::UserMessage(message) => message.text(),
            Self::AssistantMessage { content } => content.iter().map(|part| part.text.as_str()).collect(),
            Self::Workflow { workflow } => {
                let titles: Vec<&str> = workflow
                    .tasks
                    .iter()
                    .filter_map(|WorkflowTask::Custom(task)| task.title.as_deref())
                    .collect();
                titles.join("\n")
            }
            Self::HiddenContextItem { .. } => String::new(),
            Self::SdkHiddenContext { content } => content.clone(),
        }
    }
}

/// `UserMessageItem`, without the fields of every item.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct UserMessage {
    /// Text and tags.
    pub content: Vec<UserContent>,
    /// Files; none until attachments exist here.
    #[serde(default)]
    pub attachments: Vec<Value>,
    /// What of an earlier answer the message refers to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quoted_text: Option<String>,
    /// The model and tool that the person chose.
    pub inference_options: InferenceOptions,
}

impl UserMessage {
    /// The words of the message; tags by their text.
    pub fn text(&self) -> String {
        let parts: Vec<&str> = self
            .content
            .iter()
            .map(|part| match part {
                UserContent::InputText { text } | UserContent::InputTag { text, .. } => text.as_str(),
            })
            .collect();
        parts.join("")
    }
}

/// `UserMessageContent`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum UserContent {
    /// Plain text.
    InputText {
        /// The text.
        text: String,
    },
    /// A reference to something.
    InputTag {
        /// What is referred to.
        id: String,
        /// How it is written.
        text: String,
        /// For the integration.
        data: Map<String, Value>,
        /// The heading under which it was offered.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        group: Option<String>,
        /// Whether it can be clicked.
        #[serde(default)]
        interactive: bool,
    },
}

/// `InferenceOptions`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct InferenceOptions {
    /// The tool that must be used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tool_choice: Option<ToolChoice>,
    /// The model that must be used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
}

/// `ToolChoice`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ToolChoice {
    /// The tool's id.
    pub id: String,
}

/// `AssistantMessageContent`: always `output_text`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename = "output_text")]
pub struct AssistantContent {
    /// References to sources.
    #[serde(default)]
    pub annotations: Vec<Value>,
    /// The text, Markdown.
    pub text: String,
}

impl AssistantContent {
    /// A part with this text and no annotations.
    pub fn new(text: impl Into<String>) -> Self {
        Self {
            annotations: Vec::new(),
            text: text.into(),
        }
    }
}

/// `Workflow`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Workflow {
    /// `custom` or `reasoning`.
    #[serde(rename = "type")]
    pub kind: WorkflowKind,
    /// The steps.
    pub tasks: Vec<WorkflowTask>,
    /// Whether it is drawn unfolded.
    #[serde(default)]
    pub expanded: bool,
}

/// The kinds of workflow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WorkflowKind {
    /// Steps of our own.
    Custom,
    /// A model's thoughts.
    Reasoning,
}

/// `Task`, a step of a workflow. Kaam makes custom ones only.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum WorkflowTask {
    /// `CustomTask`.
    Custom(CustomTask),
}

/// `CustomTask`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CustomTask {
    /// How far it is.
    pub status_indicator: StatusIndicator,
    /// What it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// An icon's name (`chatkit/icons.py`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub icon: Option<String>,
    /// More about it, Markdown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content: Option<String>,
}

/// How far a step is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StatusIndicator {
    /// Not told.
    None,
    /// Going on.
    Loading,
    /// Done.
    Complete,
}
