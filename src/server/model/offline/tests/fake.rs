//! The assistant's surroundings: a small list of tasks in memory, through the same calls as in the application.

use std::time::Duration;

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use futures::StreamExt;
use serde_json::{Value, json};

use super::super::{
    super::{Finish, Message, Model, ModelEvent, ModelRequest, ToolCall, ToolSpec},
    OfflineModel,
};
use crate::domain::{language::wanted, locale::Script};

/// Monday, 23 November 2026, 10:30 in Karachi.
pub(super) const NOW: &str = "2026-11-23T05:30:00Z";

pub(super) struct Fake {
    pub(super) tasks: Vec<Value>,
    next: usize,
    pub(super) messages: Vec<Message>,
    now: DateTime<Utc>,
    pub(super) calls: Vec<(String, Value)>,
}

impl Fake {
    pub(super) fn new(titles: &[&str]) -> Self {
        let mut fake = Self {
            tasks: Vec::new(),
            next: 1,
            messages: Vec::new(),
            now: NOW.parse().unwrap(),
            calls: Vec::new(),
        };
        for title in titles {
            fake.run("add_task", &json!({"title": title}));
        }
        fake
    }

    pub(super) fn local(&self) -> NaiveDateTime {
        self.now.with_timezone(&chrono_tz::Asia::Karachi).naive_local()
    }

    fn run(&mut self, name: &str, arguments: &Value) -> Value {
        let text = |key: &str| arguments.get(key).and_then(Value::as_str);
        let place = |tasks: &[Value]| text("task_id").and_then(|id| tasks.iter().position(|t| t["id"] == id));
        let due = |words: &str| {
            let (date, time) = words.split_once('T').map_or((words, None), |(d, t)| (d, Some(t)));
            let day: NaiveDate = date.parse().unwrap();
            let mut due = json!({"date": date, "weekday": day.format("%A").to_string()});
            if let Some(time) = time {
                assert_eq!(time.len(), 5, "{time}");
                due["time"] = json!(time);
            }
            due
        };
        match name {
            "add_task" => {
                let mut task = json!({"id": format!("tsk_{:032x}", self.next), "title": arguments["title"], "status": "pending", "priority": text("priority").unwrap_or("p4"),
                    "created_at": NOW, "updated_at": NOW});
                self.next += 1;
                if let Some(words) = text("due") {
                    task["due"] = due(words);
                }
                if let Some(rule) = text("repeat") {
                    task["repeat"] = json!(rule);
                }
                self.tasks.push(task.clone());
                json!({"task": task})
            }
            "list_tasks" => {
                let status = text("status").unwrap_or("pending");
                let query = text("query").unwrap_or("").to_lowercase();
                let date = |t: &Value| t["due"]["date"].as_str().map(str::to_owned);
                let tasks: Vec<&Value> = self
                    .tasks
                    .iter()
                    .filter(|t| status == "all" || t["status"] == status)
                    .filter(|t| t["title"].as_str().unwrap().to_lowercase().contains(&query))
                    .filter(|t| text("due_from").is_none_or(|from| date(t).is_some_and(|d| d.as_str() >= from)))
                    .filter(|t| text("due_to").is_none_or(|to| date(t).is_some_and(|d| d.as_str() <= to)))
                    .collect();
                json!({"tasks": tasks, "has_more": false})
            }
            _ => {
                let Some(at) = place(&self.tasks) else {
                    return json!({"error": "there is no such task"});
                };
                match name {
                    "complete_task" => {
                        self.tasks[at]["status"] = json!("completed");
                        self.tasks[at]["completed_at"] = json!(NOW);
                        json!({"task": self.tasks[at]})
                    }
                    "delete_task" => json!({"task": self.tasks.remove(at)}),
                    "update_task" => {
                        let mut changed = Vec::new();
                        for key in ["title", "priority", "notes", "repeat", "status"] {
                            if let Some(value) = text(key) {
                                self.tasks[at][key] = json!(value);
                                changed.push(key);
                            }
                        }
                        match text("due") {
                            Some("none") => {
                                self.tasks[at].as_object_mut().unwrap().remove("due");
                                changed.push("due");
                            }
                            Some(words) => {
                                self.tasks[at]["due"] = due(words);
                                changed.push("due");
                            }
                            None => {}
                        }
                        json!({"task": self.tasks[at], "changed": changed})
                    }
                    other => json!({"error": format!("no tool {other}")}),
                }
            }
        }
    }

    /// Says something, lets the assistant work, and returns its words.
    pub(super) fn say(&mut self, text: &str) -> String {
        self.calls.clear();
        self.messages.push(Message::user(text));
        for _ in 0..8 {
            let (said, calls) = ask(self.messages.clone(), self.now);
            self.messages.push(Message::Assistant {
                text: said.clone(),
                calls: calls.clone(),
            });
            if calls.is_empty() {
                assert!(!said.trim().is_empty(), "no words for {text}");
                return said;
            }
            for call in calls {
                let arguments: Value = serde_json::from_str(&call.arguments).unwrap();
                let result = self.run(&call.name, &arguments);
                self.calls.push((call.name.clone(), arguments));
                self.messages.push(Message::Tool {
                    call_id: call.id,
                    name: call.name,
                    result,
                });
            }
        }
        panic!("the assistant never came to an end: {text}");
    }

    pub(super) fn deeds(&self) -> Vec<&str> {
        self.calls
            .iter()
            .map(|(name, _)| name.as_str())
            .filter(|name| *name != "list_tasks")
            .collect()
    }

    pub(super) fn titles(&self) -> Vec<&str> {
        self.tasks.iter().map(|t| t["title"].as_str().unwrap()).collect()
    }

    pub(super) fn task(&self, title: &str) -> &Value {
        self.tasks
            .iter()
            .find(|t| t["title"] == title)
            .unwrap_or_else(|| panic!("no {title} in {:?}", self.tasks))
    }
}

pub(super) fn ask(messages: Vec<Message>, now: DateTime<Utc>) -> (String, Vec<ToolCall>) {
    let tools = ["add_task", "list_tasks", "complete_task", "delete_task", "update_task"];
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
