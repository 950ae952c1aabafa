//! The assistant's surroundings: a small list of tasks in memory, through the same calls as in the application, and its forms.

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use serde_json::{Value, json};

use super::super::super::{Message, Reference, ToolCall};
use crate::domain::{
    deed::{Deed, PlannedDeed},
    language::{find_all, find_matches},
    locale::Script,
    task::Due,
    texts::{self, Consent},
};

/// Monday, 23 November 2026, 10:30 in Karachi.
pub(super) const NOW: &str = "2026-11-23T05:30:00Z";

/// The tools that the conversation always has.
pub(super) const TOOLS: [&str; 8] = [
    "add_task",
    "add_tasks",
    "list_tasks",
    "find_tasks",
    "complete_task",
    "delete_task",
    "update_task",
    "undo",
];

/// A form that waits for its answer.
struct Form {
    calls: Vec<ToolCall>,
    /// The labels, and the tasks that they mean.
    options: Vec<(String, Option<String>)>,
    text: String,
}

pub(super) struct Fake {
    pub(super) tasks: Vec<Value>,
    next: usize,
    pub(super) messages: Vec<Message>,
    pub(super) now: DateTime<Utc>,
    pub(super) calls: Vec<(String, Value)>,
    /// The tools that are offered.
    pub(super) tools: Vec<&'static str>,
    /// The task that is selected on the page.
    pub(super) selected: Option<String>,
    form: Option<Form>,
    /// The tasks before each change.
    before: Vec<Vec<Value>>,
}

impl Fake {
    /// Without forms: questions are asked in words.
    pub(super) fn new(titles: &[&str]) -> Self {
        let mut fake = Self {
            tasks: Vec::new(),
            next: 1,
            messages: Vec::new(),
            now: NOW.parse().unwrap(),
            calls: Vec::new(),
            tools: TOOLS.to_vec(),
            selected: None,
            form: None,
            before: Vec::new(),
        };
        for title in titles {
            fake.run("add_task", &json!({"title": title}));
        }
        fake.before.clear();
        fake
    }

    /// With forms, and a page.
    pub(super) fn with_forms(titles: &[&str]) -> Self {
        let mut fake = Self::new(titles);
        fake.tools.extend(["ask_person", "get_page_context"]);
        fake
    }

    /// Gives a task a date, as in `2026-11-24T17:00`.
    pub(super) fn due(&mut self, title: &str, due: &str) {
        let id = self.task(title)["id"].clone();
        self.run("update_task", &json!({"task_id": id, "due": due}));
        self.before.clear();
    }

    pub(super) fn local(&self) -> NaiveDateTime {
        self.now.with_timezone(&chrono_tz::Asia::Karachi).naive_local()
    }

    fn run(&mut self, name: &str, arguments: &Value) -> Value {
        match name {
            "add_task" | "add_tasks" | "complete_task" | "delete_task" | "update_task" => self.before.push(self.tasks.clone()),
            _ => {}
        }
        match name {
            "add_task" => {
                let task = self.added(arguments);
                json!({"task": task})
            }
            "add_tasks" => {
                let many = arguments["tasks"].as_array().unwrap().clone();
                let added: Vec<Value> = many.iter().map(|task| self.added(task)).collect();
                json!({"added": added, "failed": []})
            }
            "list_tasks" => self.listed(arguments),
            "find_tasks" => self.found(arguments),
            "undo" => match self.before.pop() {
                Some(before) => {
                    let after = std::mem::replace(&mut self.tasks, before);
                    let has = |all: &[Value], task: &Value| all.iter().any(|other| other["id"] == task["id"]);
                    let restored: Vec<&Value> = self.tasks.iter().filter(|task| !after.contains(task)).collect();
                    let removed: Vec<&Value> = after
                        .iter()
                        .filter(|task| !has(&self.tasks, task))
                        .map(|task| &task["title"])
                        .collect();
                    json!({"restored": restored, "removed_titles": removed})
                }
                None => json!({"error": "There is nothing to undo in this conversation."}),
            },
            _ => self.changed(name, arguments),
        }
    }

    fn added(&mut self, arguments: &Value) -> Value {
        let text = |key: &str| arguments.get(key).and_then(Value::as_str);
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
        task
    }

    fn listed(&self, arguments: &Value) -> Value {
        let text = |key: &str| arguments.get(key).and_then(Value::as_str);
        let status = text("status").unwrap_or("pending");
        let query = text("query").unwrap_or("").to_lowercase();
        let date = |t: &Value| t["due"]["date"].as_str().map(str::to_owned);
        let now = self.local();
        let mut tasks: Vec<&Value> = self
            .tasks
            .iter()
            .filter(|t| status == "all" || t["status"] == status)
            .filter(|t| text("priority").is_none_or(|priority| t["priority"] == priority))
            .filter(|t| arguments["overdue"] != true || due_of(t).is_some_and(|due| due.is_past(now)))
            .filter(|t| t["title"].as_str().unwrap().to_lowercase().contains(&query))
            .filter(|t| text("due_from").is_none_or(|from| date(t).is_some_and(|d| d.as_str() >= from)))
            .filter(|t| text("due_to").is_none_or(|to| date(t).is_some_and(|d| d.as_str() <= to)))
            .collect();
        tasks.sort_by_key(|task| {
            let due = due_of(task);
            let day = due.as_ref().map_or(NaiveDate::MAX, |due| due.date);
            (task["status"] == "completed", day, due.and_then(|due| due.time).is_none())
        });
        let start = text("after").map_or(0, |after| tasks.iter().position(|task| task["id"] == after).unwrap() + 1);
        let limit = usize::try_from(arguments["limit"].as_i64().unwrap_or(50)).unwrap().min(100);
        let total = tasks.len();
        let page: Vec<&Value> = tasks.into_iter().skip(start).take(limit).collect();
        let more = limit > 0 && start + page.len() < total;
        let mut result = json!({"tasks": page, "has_more": more, "total": total});
        if more {
            result["after"] = page.last().unwrap()["id"].clone();
        }
        result
    }

    fn found(&self, arguments: &Value) -> Value {
        let words = arguments["words"].as_str().unwrap();
        let all: Vec<&Value> = self
            .tasks
            .iter()
            .filter(|task| arguments["include_completed"] == true || task["status"] == "pending")
            .collect();
        let titles: Vec<&str> = all.iter().map(|task| task["title"].as_str().unwrap()).collect();
        let every = arguments["every"] == true;
        let found = if every {
            find_all(words, &titles)
        } else {
            find_matches(words, &titles)
        };
        let tasks: Vec<&Value> = found.into_iter().take(if every { 50 } else { 10 }).map(|at| all[at]).collect();
        json!({"tasks": tasks})
    }

    fn changed(&mut self, name: &str, arguments: &Value) -> Value {
        let text = |key: &str| arguments.get(key).and_then(Value::as_str);
        let Some(at) = text("task_id").and_then(|id| self.tasks.iter().position(|t| t["id"] == id)) else {
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

    /// Says something, lets the assistant work, and returns its words, or those of its form.
    pub(super) fn say(&mut self, text: &str) -> String {
        self.tagged(text, &[])
    }

    /// The same, with tags.
    pub(super) fn tagged(&mut self, text: &str, ids: &[&str]) -> String {
        // Whoever writes a message leaves the form; what it asked is told in words.
        if let Some(form) = self.form.take() {
            self.messages.push(Message::Assistant {
                text: form.text,
                calls: Vec::new(),
            });
        }
        self.calls.clear();
        let mut message = Message::user(text);
        if let Message::User { references, .. } = &mut message {
            *references = ids
                .iter()
                .map(|id| Reference {
                    text: String::new(),
                    task_id: (*id).to_owned(),
                })
                .collect();
        }
        self.messages.push(message);
        self.work()
    }

    /// Chooses in the form, by a number from 1.
    pub(super) fn choose(&mut self, number: usize) -> String {
        self.calls.clear();
        let form = self.form.take().expect("a form");
        let (_, id) = &form.options[number - 1];
        let results: Vec<Value> = match id {
            Some(id) => {
                let asked: Value = serde_json::from_str(&form.calls[0].arguments).unwrap();
                match asked["tool"].as_str() {
                    Some(tool) => {
                        let mut arguments = asked.get("changes").cloned().unwrap_or_else(|| json!({}));
                        arguments["task_id"] = json!(id);
                        let result = self.run(tool, &arguments);
                        self.calls.push((tool.to_owned(), arguments));
                        vec![json!({"tool": tool, "results": [result]})]
                    }
                    None => vec![json!({"task_ids": [id]})],
                }
            }
            None if number == 1 => form.calls.clone().iter().map(|call| self.call(call)).collect(),
            None => form.calls.iter().map(|_| json!({"declined": "no"})).collect(),
        };
        self.told(&form.calls, results);
        self.work()
    }

    /// Writes into the form instead of choosing.
    pub(super) fn write_in(&mut self, words: &str) -> String {
        self.calls.clear();
        let form = self.form.take().expect("a form");
        let results = form.calls.iter().map(|_| json!({"declined": "no", "said": [words]})).collect();
        self.told(&form.calls, results);
        self.work()
    }

    /// Whether a form waits.
    pub(super) fn asks(&self) -> bool {
        self.form.is_some()
    }

    fn told(&mut self, calls: &[ToolCall], results: Vec<Value>) {
        self.messages.push(Message::Assistant {
            text: String::new(),
            calls: calls.to_vec(),
        });
        for (call, result) in calls.iter().zip(results) {
            self.messages.push(Message::Tool {
                call_id: call.id.clone(),
                name: call.name.clone(),
                result,
            });
        }
    }

    fn call(&mut self, call: &ToolCall) -> Value {
        let arguments: Value = serde_json::from_str(&call.arguments).unwrap();
        let result = match call.name.as_str() {
            "get_page_context" => json!({"selected_task": self.selected, "open_view": "chat"}),
            name => self.run(name, &arguments),
        };
        self.calls.push((call.name.clone(), arguments));
        result
    }

    fn work(&mut self) -> String {
        // As many rounds as the server allows.
        for _ in 0..9 {
            let (said, calls) = self.asked();
            if calls.is_empty() {
                assert!(!said.trim().is_empty(), "no words");
                self.messages.push(Message::Assistant { text: said.clone(), calls });
                return said;
            }
            if let Some(form) = self.form_for(&calls) {
                let text = form.text.clone();
                self.form = Some(form);
                return text;
            }
            let results: Vec<Value> = calls.iter().map(|call| self.call(call)).collect();
            self.told(&calls, results);
        }
        panic!("the assistant never came to an end: {:?}", self.messages.last());
    }

    /// The form that these calls lead to, as the server makes it.
    fn form_for(&self, calls: &[ToolCall]) -> Option<Form> {
        if !self.tools.contains(&"ask_person") {
            return None;
        }
        let id_of = |call: &ToolCall| serde_json::from_str::<Value>(&call.arguments).unwrap()["task_id"].clone();
        let titles: Vec<&str> = calls
            .iter()
            .filter_map(|call| self.tasks.iter().find(|task| task["id"] == id_of(call)))
            .map(|task| task["title"].as_str().unwrap())
            .collect();
        let (question, options) = if let [only] = calls
            && only.name == "ask_person"
        {
            let asked: Value = serde_json::from_str(&only.arguments).unwrap();
            let ids = asked["task_ids"].as_array().unwrap();
            let tasks: Vec<_> = ids
                .iter()
                .map(|id| {
                    let task = self.tasks.iter().find(|task| task["id"] == *id).unwrap();
                    let title = task["title"].as_str().unwrap().to_owned();
                    let mut known = crate::domain::task::Task::new(
                        id.as_str().unwrap().parse().unwrap(),
                        title,
                        due_of(task),
                        "Asia/Karachi",
                        self.now,
                    );
                    known.notes = task["notes"].as_str().map(str::to_owned);
                    known
                })
                .collect();
            let labels = texts::choices(Script::En, &tasks, &|at| at.naive_utc());
            let options = labels
                .into_iter()
                .zip(ids.iter().map(|id| id.as_str().map(str::to_owned)))
                .collect();
            (asked["question"].as_str().unwrap().to_owned(), options)
        } else {
            let deletes = calls.iter().filter(|call| call.name == "delete_task").count();
            let changes = calls
                .iter()
                .filter(|call| ["complete_task", "update_task", "delete_task"].contains(&call.name.as_str()));
            if deletes < 2 && changes.count() < 6 {
                return None;
            }
            let planned = PlannedDeed {
                deed: if deletes > 0 { Deed::Delete } else { Deed::Complete },
                titles: titles.iter().map(|&title| title.to_owned()).collect(),
            };
            let Consent { question, yes, no } = texts::consent(Script::En, vec![planned]);
            (question, vec![(yes, None), (no, None)])
        };
        let numbered: String = options
            .iter()
            .enumerate()
            .map(|(at, (label, _))| format!("\n{}. {label}", at + 1))
            .collect();
        Some(Form {
            calls: calls.to_vec(),
            text: format!("{question}{numbered}"),
            options,
        })
    }

    fn asked(&self) -> (String, Vec<ToolCall>) {
        super::asking::ask_with(self.messages.clone(), self.now, &self.tools)
    }

    pub(super) fn deeds(&self) -> Vec<&str> {
        self.calls
            .iter()
            .map(|(name, _)| name.as_str())
            .filter(|name| !LOOKS.contains(name))
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

    /// The titles of the tasks that are done.
    pub(super) fn completed(&self) -> Vec<&str> {
        let done = self.tasks.iter().filter(|task| task["status"] == "completed");
        done.map(|task| task["title"].as_str().unwrap()).collect()
    }
}

/// Calls that change nothing.
pub(super) const LOOKS: [&str; 4] = ["list_tasks", "find_tasks", "ask_person", "get_page_context"];

fn due(words: &str) -> Value {
    let (date, time) = words.split_once('T').map_or((words, None), |(d, t)| (d, Some(t)));
    let day: NaiveDate = date.parse().unwrap();
    let mut due = json!({"date": date, "weekday": day.format("%A").to_string()});
    if let Some(time) = time {
        assert_eq!(time.len(), 5, "{time}");
        due["time"] = json!(time);
    }
    due
}

fn due_of(task: &Value) -> Option<Due> {
    let time = task["due"]["time"].as_str().map(|time| format!("{time}:00").parse().unwrap());
    Some(Due {
        date: task["due"]["date"].as_str()?.parse().unwrap(),
        time,
    })
}
