//! Thread items: `chatkit/types.py`, "THREAD ITEM TYPES".

mod workflow;

pub use workflow::{StatusIndicator, StepKind, Summary, Workflow, WorkflowKind, WorkflowTask};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{attachment::Attachment, object};
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
    /// A call of a tool that the client has.
    ClientToolCall(ClientToolCall),
    /// Something to look at and to use, made of components.
    Widget {
        /// The root: a Card, a ListView or a Basic (`super::widget`). As JSON, because it is handed on as it came.
        widget: Value,
        /// What copying it gives.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        copy_text: Option<String>,
    },
    /// A picture that a model drew.
    GeneratedImage {
        /// The picture, once there is something of it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        image: Option<GeneratedImage>,
    },
    /// Questions to the person.
    StructuredInput(StructuredInput),
    /// What the assistant did on the way.
    Workflow {
        /// The steps.
        workflow: Workflow,
    },
    /// One step by itself.
    Task {
        /// The step.
        task: WorkflowTask,
    },
    /// The assistant is done.
    EndOfTurn {},
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
            Self::ClientToolCall(_) => "client_tool_call",
            Self::Widget { .. } => "widget",
            Self::GeneratedImage { .. } => "generated_image",
            Self::StructuredInput(_) => "structured_input",
            Self::Workflow { .. } => "workflow",
            Self::Task { .. } => "task",
            Self::EndOfTurn {} => "end_of_turn",
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
            Self::HiddenContextItem { .. } | Self::SdkHiddenContext { .. } => "system",
            _ => "assistant",
        }
    }

    /// Its plain text.
    pub fn text(&self) -> String {
        match self {
            Self::UserMessage(message) => message.text(),
            Self::AssistantMessage { content } => content.iter().map(|part| part.text.as_str()).collect(),
            Self::Widget { copy_text, .. } => copy_text.clone().unwrap_or_default(),
            Self::StructuredInput(form) => {
                let questions: Vec<&str> = form.inputs.iter().map(|input| input.question.as_str()).collect();
                questions.join("\n")
            }
            Self::Workflow { workflow } => {
                let titles: Vec<&str> = workflow.tasks.iter().filter_map(WorkflowTask::title).collect();
                titles.join("\n")
            }
            Self::Task { task } => task.title().unwrap_or_default().to_owned(),
            Self::SdkHiddenContext { content } => content.clone(),
            Self::ClientToolCall(_) | Self::GeneratedImage { .. } | Self::EndOfTurn {} | Self::HiddenContextItem { .. } => String::new(),
        }
    }
}

/// `UserMessageItem`, without the fields of every item.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct UserMessage {
    /// Text and tags.
    pub content: Vec<UserContent>,
    /// Files, as they were when the message was sent.
    #[serde(default)]
    pub attachments: Vec<Attachment>,
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
    #[serde(default, deserialize_with = "object::optional", skip_serializing_if = "Option::is_none")]
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
    pub annotations: Vec<Annotation>,
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

/// `Annotation`: where in a text a source belongs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename = "annotation")]
pub struct Annotation {
    /// What is referred to.
    pub source: Source,
    /// Behind how many characters of the text it belongs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub index: Option<i64>,
}

/// `Source`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Source {
    /// `URLSource`.
    Url {
        /// What all sources have.
        #[serde(flatten)]
        about: About,
        /// The address.
        url: String,
        /// Whose it is.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        attribution: Option<String>,
    },
    /// `FileSource`.
    File {
        /// What all sources have.
        #[serde(flatten)]
        about: About,
        /// The file's name.
        filename: String,
    },
    /// `EntitySource`: something of ours, such as a task.
    Entity(Entity),
}

/// `SourceBase`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct About {
    /// Its title.
    pub title: String,
    /// More about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// When it is from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timestamp: Option<String>,
    /// The heading under which it is listed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
}

/// `EntitySource`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entity {
    /// What all sources have.
    #[serde(flatten)]
    pub about: About,
    /// Its id.
    pub id: String,
    /// An icon's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub icon: Option<String>,
    /// A label beside the icon.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// A label in the text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inline_label: Option<String>,
    /// Whether it can be clicked.
    #[serde(default)]
    pub interactive: bool,
    /// For the integration.
    #[serde(default)]
    pub data: Map<String, Value>,
    /// Ignored by clients (deprecated in the SDK), handed on as it came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preview: Option<Preview>,
}

/// How an entity's preview is loaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Preview {
    /// When it is looked at.
    Lazy,
}

/// `ClientToolCallItem`, without the fields of every item.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ClientToolCall {
    /// Whether the client has answered.
    #[serde(default)]
    pub status: CallStatus,
    /// The model's id of the call.
    pub call_id: String,
    /// The tool.
    pub name: String,
    /// What it takes.
    pub arguments: Map<String, Value>,
    /// What the client answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub output: Option<Value>,
}

/// How far a call of a client's tool is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CallStatus {
    /// The client has not answered.
    #[default]
    Pending,
    /// It has.
    Completed,
}

/// `GeneratedImage`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GeneratedImage {
    /// Its id.
    pub id: String,
    /// Where it is.
    pub url: String,
}

/// `StructuredInputItem`, without the fields of every item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StructuredInput {
    /// Whether the person has answered.
    #[serde(default)]
    pub status: InputStatus,
    /// The questions.
    pub inputs: Vec<Question>,
}

/// How far a form is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InputStatus {
    /// Not answered.
    #[default]
    Pending,
    /// Answered.
    Answered,
    /// The person wanted to answer none of it.
    Skipped,
}

/// `StructuredInput` of the SDK: one question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Question {
    /// Its id within the form.
    pub id: String,
    /// The question.
    pub question: String,
    /// The answer, once there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<Answer>,
    /// How it is answered.
    #[serde(flatten)]
    pub kind: QuestionKind,
}

/// How a question is answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum QuestionKind {
    /// By choosing; words of one's own are allowed, too.
    MultipleChoice {
        /// What can be chosen.
        options: Vec<Choice>,
        /// Whether several can be.
        #[serde(default)]
        multiple: bool,
    },
    /// In words.
    Freeform {
        /// What is wanted.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        description: Option<String>,
    },
}

/// One thing to choose.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    /// Its text.
    pub value: String,
}

/// `StructuredInputAnswer`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Answer {
    /// What was chosen or written.
    #[serde(default)]
    pub values: Vec<String>,
    /// The person did not want to answer.
    #[serde(default)]
    pub skipped: bool,
}
