//! Against a server on this machine, and against recorded streams.

#[path = "../../../tests/scripted_model.rs"]
mod scripted_model;

mod asking;
mod failing;
mod quirks;
mod sending;

use chrono::Utc;
use serde_json::json;

use super::super::{Extra, File, FileContent, Message, ModelError, ModelEvent, ModelRequest, ToolCall, ToolSpec};
use crate::domain::locale::Script;

fn request(messages: Vec<Message>) -> ModelRequest {
    let tool = |name: &str| ToolSpec {
        name: name.into(),
        description: "A tool.".into(),
        parameters: json!({"type": "object", "properties": {}}).into(),
    };
    ModelRequest {
        system: "You help.".into(),
        messages,
        tools: [tool("add_task"), tool("list_tasks")].into(),
        now: chrono::DateTime::<Utc>::UNIX_EPOCH,
        calendar: chrono_tz::Tz::UTC.into(),
        script: Script::En,
        model: None,
        tool_choice: None,
    }
}

fn user(text: &str) -> Message {
    Message::user(text)
}

fn call(id: &str, name: &str, arguments: &str) -> ToolCall {
    ToolCall {
        id: id.into(),
        name: name.into(),
        arguments: arguments.into(),
        extra_content: None,
    }
}

/// Joins neighbouring texts, which the network may cut as it likes.
fn joined(events: &[Result<ModelEvent, ModelError>]) -> Vec<Result<ModelEvent, ModelError>> {
    let mut out: Vec<Result<ModelEvent, ModelError>> = Vec::new();
    for event in events {
        match (out.last_mut(), event) {
            (Some(Ok(ModelEvent::Text(all))), Ok(ModelEvent::Text(more))) => all.push_str(more),
            _ => out.push(event.clone()),
        }
    }
    out
}
