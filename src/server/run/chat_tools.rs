//! Tools that only a conversation has: asking the person, looking at their page, opening a task on it. None of them changes a task.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::Value;

use crate::server::{
    model::ToolSpec,
    tools::{
        coerce,
        outside::{read_arguments, without_nulls},
        schema,
    },
};

/// Asks the person which tasks they mean.
pub const ASK_PERSON: &str = "ask_person";
/// Opens a task on the person's page.
pub const OPEN_TASK: &str = "open_task";
/// Looks at the person's page: a tool of the client.
pub const GET_PAGE_CONTEXT: &str = "get_page_context";

/// Arguments of `ask_person`.
#[derive(Debug, Deserialize, JsonSchema)]
pub(super) struct AskPerson {
    /// The question, in the person's language, without the titles of the tasks.
    pub question: String,
    /// The ids of the tasks that fit, at least two.
    pub task_ids: Vec<String>,
    /// What is done to the tasks that the person chooses. Leave it out if you only want to know which ones they mean.
    #[serde(default)]
    #[schemars(schema_with = "deeds")]
    pub tool: Option<String>,
    /// For update_task: what is to be different.
    #[serde(default)]
    pub changes: Option<Changes>,
    /// Whether the person may choose several tasks; only one if absent.
    #[serde(default)]
    pub multiple: Option<bool>,
}

/// What `update_task` is to change.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
pub(super) struct Changes {
    /// The new title.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    title: Option<String>,
    /// The new notes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    notes: Option<String>,
    /// The new due date: YYYY-MM-DD, YYYY-MM-DDTHH:MM, the person's words, or "none".
    #[serde(default, skip_serializing_if = "Option::is_none")]
    due: Option<String>,
    /// How often it comes back, as for update_task; "none" stops it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    repeat: Option<String>,
    /// The new priority, p1 to p4.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    priority: Option<String>,
}

fn deeds(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
    schemars::json_schema!({ "type": "string", "enum": DEEDS })
}

/// The tools that `ask_person` may name.
pub(super) const DEEDS: [&str; 3] = ["complete_task", "update_task", "delete_task"];

/// Arguments of `open_task`.
#[derive(Debug, Deserialize, JsonSchema)]
pub(super) struct OpenTask {
    /// The task's id.
    pub task_id: String,
}

/// No arguments.
#[derive(Debug, Deserialize, JsonSchema)]
struct Nothing {}

/// Reads the arguments of a tool of the conversation; `None` where they are not as its schema has them.
pub(super) fn read<T: DeserializeOwned + JsonSchema>(arguments: &str) -> Option<T> {
    let args = coerce::object(serde_json::from_str(arguments).ok()?)?;
    let args = read_arguments(without_nulls(args), schema::plain::<T>()).ok()?;
    serde_json::from_value(Value::Object(args)).ok()
}

/// What a model is told of these tools; of the client's only those that the client has.
pub(super) fn specs(client_tools: &[String]) -> Vec<ToolSpec> {
    let spec = |name: &str, description: &str, parameters| ToolSpec {
        name: name.into(),
        description: description.into(),
        parameters: Arc::new(parameters),
    };
    let mut specs = vec![
        spec(
            ASK_PERSON,
            "Asks the person to choose among their tasks, by a form, when several fit what they want. Their choice is carried out by the tool \
             that you name. Call it by itself, not beside other tools, and say nothing more in that turn.",
            schema::plain::<AskPerson>(),
        ),
        spec(
            OPEN_TASK,
            "Opens a task on the person's page, when they want to see it.",
            schema::plain::<OpenTask>(),
        ),
    ];
    if client_tools.iter().any(|tool| tool == GET_PAGE_CONTEXT) {
        specs.push(spec(
            GET_PAGE_CONTEXT,
            "Tells what the person sees: the task they selected, the open view, their time zone. Call it when they say \"this task\" or \"it\" and the \
             conversation does not tell which one.",
            schema::plain::<Nothing>(),
        ));
    }
    specs
}
