//! The tasks that a run comes upon: shown as one list, and linked where an answer names them.

use chrono::NaiveDateTime;
use serde_json::{Map, Value};

use super::chat_tools::OPEN_TASK;
use crate::{
    domain::{locale::Locale, text},
    protocol::item::{About, Annotation, Entity, Source},
    server::{
        model::ToolCall,
        task_widget::{self, ROWS_MAX, Row},
    },
};

/// The most links in one answer.
const LINKS_MAX: usize = 50;

/// What a run has found and changed.
#[derive(Default)]
pub(super) struct TasksSeen {
    /// Found by looking, and not shown yet.
    listed: Vec<Row>,
    /// Made, changed or deleted, and not shown yet.
    changed: Vec<Row>,
    /// Everything that was seen.
    known: Vec<(String, String)>,
}

impl TasksSeen {
    /// Takes in what a call came to: `task`, `tasks`, `added` or `restored` tasks, or the `results` of several calls.
    pub fn see(&mut self, call: &ToolCall, result: &Value) {
        if let Some(results) = result.get("results").and_then(Value::as_array) {
            let name = result.get("tool").and_then(Value::as_str).unwrap_or(&call.name);
            let each = ToolCall {
                name: name.to_owned(),
                ..call.clone()
            };
            for result in results {
                self.see(&each, result);
            }
        }
        let made = ["added", "restored"].into_iter().find_map(|key| result.get(key)?.as_array());
        let many = result.get("tasks").and_then(Value::as_array).or(made);
        let is_list = many.is_some() && made.is_none() && result.get("task").is_none();
        for task in result.get("task").into_iter().chain(many.into_iter().flatten()) {
            let Ok(mut row) = serde_json::from_value::<Row>(task.clone()) else {
                continue;
            };
            row.gone = call.name.starts_with("delete_");
            if !row.gone && !self.known.iter().any(|(id, _)| *id == row.id) {
                self.known.push((row.id.clone(), row.title.clone()));
            }
            let place = match call.name.as_str() {
                OPEN_TASK => continue,
                "list_tasks" | "find_tasks" => &mut self.listed,
                _ if is_list && call.name.starts_with("list_") => &mut self.listed,
                _ => &mut self.changed,
            };
            place.retain(|known| known.id != row.id);
            place.push(row);
        }
    }

    /// What was seen so far has been shown.
    pub fn shown(&mut self) {
        self.listed.clear();
        self.changed.clear();
    }

    /// The list to show, with its words; `None` if there is nothing new. What was changed is shown, and not what was found on the way.
    pub fn widget(&mut self, now: NaiveDateTime, locale: Locale) -> Option<(Value, String)> {
        let (listed, changed) = (std::mem::take(&mut self.listed), std::mem::take(&mut self.changed));
        let mut rows = if changed.is_empty() { listed } else { changed };
        if rows.is_empty() {
            return None;
        }
        rows.truncate(ROWS_MAX);
        Some((task_widget::widget(&rows, now, locale), task_widget::words(&rows, now, locale)))
    }

    /// Links for the tasks that a text names: each where it is named first, by the number of characters before its end.
    pub fn annotations(&self, text: &str) -> Vec<Annotation> {
        let mut found: Vec<(usize, Annotation)> = Vec::new();
        for (id, title) in &self.known {
            let Some(at) = text::find_whole(text, title) else { continue };
            let end = text[..at + title.len()].chars().count();
            let annotation = Annotation {
                source: Source::Entity(Entity {
                    about: About {
                        title: title.clone(),
                        ..About::default()
                    },
                    id: id.clone(),
                    icon: Some("check-circle".into()),
                    label: None,
                    inline_label: None,
                    interactive: true,
                    data: Map::from_iter([("type".to_owned(), Value::from("task"))]),
                    preview: None,
                }),
                index: i64::try_from(end).ok(),
            };
            found.push((end, annotation));
        }
        found.sort_by_key(|(end, _)| *end);
        found.into_iter().take(LINKS_MAX).map(|(_, annotation)| annotation).collect()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn call(name: &str) -> ToolCall {
        ToolCall {
            id: "c".into(),
            name: name.into(),
            arguments: "{}".into(),
            extra_content: None,
        }
    }
    fn task(id: &str, title: &str) -> Value {
        json!({ "id": id, "title": title, "status": "pending", "priority": "p4" })
    }
    fn now() -> NaiveDateTime {
        chrono::DateTime::UNIX_EPOCH.naive_utc()
    }

    #[test]
    fn what_was_changed_is_shown_and_not_what_was_looked_at_on_the_way() {
        let mut seen = TasksSeen::default();
        seen.see(&call("list_tasks"), &json!({ "tasks": [task("a", "A"), task("b", "B")] }));
        seen.see(&call("complete_task"), &json!({ "task": task("b", "B") }));
        assert_eq!(seen.widget(now(), Locale::En).unwrap().1, "[ ] B");
        assert!(seen.widget(now(), Locale::En).is_none(), "shown once");
        seen.see(&call("list_tasks"), &json!({ "tasks": [task("a", "A")] }));
        assert_eq!(seen.widget(now(), Locale::En).unwrap().1, "[ ] A");
        let chosen = json!({ "tool": "complete_task", "results": [{ "task": task("a", "A") }, { "task": task("b", "B") }] });
        seen.see(&call("ask_person"), &chosen);
        assert_eq!(seen.widget(now(), Locale::En).unwrap().1, "[ ] A\n[ ] B");
        seen.see(&call("add_tasks"), &json!({ "added": [task("c", "C")], "failed": [] }));
        seen.see(&call("undo"), &json!({ "restored": [task("d", "D")], "removed": ["tsk_e"] }));
        assert_eq!(seen.widget(now(), Locale::En).unwrap().1, "[ ] C\n[ ] D");
        seen.see(&call("open_task"), &json!({ "task": task("a", "A") }));
        seen.see(&call("add_task"), &json!({ "error": "no" }));
        assert!(seen.widget(now(), Locale::En).is_none());
    }

    #[test]
    fn titles_are_linked_where_they_stand_whole() {
        let mut seen = TasksSeen::default();
        seen.see(
            &call("list_tasks"),
            &json!({ "tasks": [task("a", "tea"), task("b", "دودھ لینا"), task("c", "nowhere")] }),
        );
        let links = seen.annotations("The team has tea; پھر **دودھ لینا**.");
        let ends: Vec<(Option<i64>, &str)> = links
            .iter()
            .map(|link| match &link.source {
                Source::Entity(entity) => (link.index, entity.id.as_str()),
                _ => unreachable!(),
            })
            .collect();
        assert_eq!(ends, [(Some(16), "a"), (Some(33), "b")]);
    }
}
