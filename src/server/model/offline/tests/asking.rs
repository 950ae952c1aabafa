//! One request to the assistant, as the agent makes it.

use std::time::Duration;

use chrono::{DateTime, Utc};
use futures::StreamExt;
use serde_json::json;

use super::{
    super::{
        super::{Finish, Message, Model, ModelEvent, ModelRequest, ToolCall, ToolSpec},
        OfflineModel,
    },
    fake::TOOLS,
};
use crate::domain::{language::wanted, locale::Script};

/// Asks with the tools that the conversation always has.
pub(super) fn ask(messages: Vec<Message>, now: DateTime<Utc>) -> (String, Vec<ToolCall>) {
    ask_with(messages, now, &TOOLS)
}

pub(super) fn ask_with(messages: Vec<Message>, now: DateTime<Utc>, tools: &[&str]) -> (String, Vec<ToolCall>) {
    let said = messages.iter().filter_map(|message| match message {
        Message::User { text, .. } => Some(text.as_str()),
        _ => None,
    });
    let script = wanted(said, Script::En).script;
    let request = ModelRequest {
        system: String::new(),
        messages,
        tools: tools
            .iter()
            .map(|name| ToolSpec {
                name: (*name).to_owned(),
                description: String::new(),
                parameters: json!({}).into(),
            })
            .collect(),
        now,
        calendar: chrono_tz::Asia::Karachi.into(),
        script,
        model: None,
        tool_choice: None,
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let events: Vec<ModelEvent> = runtime.block_on(OfflineModel::new(Duration::ZERO).ask(request).map(Result::unwrap).collect());
    assert!(matches!(events.last(), Some(ModelEvent::Done { finish: Finish::Stop, .. })));
    let mut said = String::new();
    let mut calls = Vec::new();
    for event in events {
        match event {
            ModelEvent::Text(piece) => said.push_str(&piece),
            ModelEvent::ToolCall(call) => calls.push(call),
            _ => {}
        }
    }
    (said, calls)
}
