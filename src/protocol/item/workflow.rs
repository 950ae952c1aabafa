//! What the assistant did on the way: workflows and their steps.

use serde::{Deserialize, Serialize};

use super::Source;

/// `Workflow`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Workflow {
    /// `custom` or `reasoning`.
    #[serde(rename = "type")]
    pub kind: WorkflowKind,
    /// The steps.
    pub tasks: Vec<WorkflowTask>,
    /// What stands over it when it is done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub summary: Option<Summary>,
    /// Whether it is drawn unfolded.
    #[serde(default)]
    pub expanded: bool,
}

/// `WorkflowSummary`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Summary {
    /// In words.
    Custom {
        /// The words.
        title: String,
        /// An icon's name.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        icon: Option<String>,
    },
    /// How long it took.
    Duration {
        /// Seconds.
        duration: i64,
    },
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

/// `Task`, a step of a workflow.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WorkflowTask {
    /// How far it is.
    #[serde(default)]
    pub status_indicator: StatusIndicator,
    /// What it is.
    #[serde(flatten)]
    pub kind: StepKind,
}

/// The kinds of step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum StepKind {
    /// `CustomTask`.
    Custom {
        /// What it does.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        title: Option<String>,
        /// An icon's name (`chatkit/icons.py`).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        icon: Option<String>,
        /// More about it, Markdown.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        content: Option<String>,
    },
    /// `SearchTask`.
    WebSearch {
        /// What it does.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        title: Option<String>,
        /// The search that stands for all.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        title_query: Option<String>,
        /// What was searched for.
        #[serde(default)]
        queries: Vec<String>,
        /// What was found.
        #[serde(default)]
        sources: Vec<Source>,
    },
    /// `ThoughtTask`.
    Thought {
        /// What it is about.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        title: Option<String>,
        /// The thought, Markdown.
        content: String,
    },
    /// `FileTask`.
    File {
        /// What it does.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        title: Option<String>,
        /// The files.
        #[serde(default)]
        sources: Vec<Source>,
    },
    /// `ImageTask`.
    Image {
        /// What it does.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        title: Option<String>,
    },
}

impl WorkflowTask {
    /// A step of our own.
    pub fn custom(status_indicator: StatusIndicator, title: String) -> Self {
        Self {
            status_indicator,
            kind: StepKind::Custom {
                title: Some(title),
                icon: None,
                content: None,
            },
        }
    }

    /// What it does, in a few words.
    pub fn title(&self) -> Option<&str> {
        match &self.kind {
            StepKind::Custom { title, .. }
            | StepKind::WebSearch { title, .. }
            | StepKind::Thought { title, .. }
            | StepKind::File { title, .. }
            | StepKind::Image { title } => title.as_deref(),
        }
    }
}

/// How far a step is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StatusIndicator {
    /// Not told.
    #[default]
    None,
    /// Going on.
    Loading,
    /// Done.
    Complete,
}
