//! The tasks that a run comes upon: shown as one list, and linked where an answer names them.

use chrono::NaiveDateTime;
use serde_json::{Map, Value};

use super::effects::tasks_in;
use crate::{
    domain::{locale::Locale, text},
    protocol::item::{About, Annotation, Entity, Source},
    server::{
        task_widget::{self, ROWS_MAX, Row},
        tools::Kind,
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
    /// Takes in what a call came to; `kind` is that of the tool that it called.
    pub fn see(&mut self, kind: Option<Kind>, result: &Value) {
        // What a tool of the conversation or of the client gives is shown by itself.
        let Some(kind) = kind else { return };
        for task in tasks_in(result) {
            // What is gone for good is given by its id.
            let Some(row) = Row::of(task) else { continue };
            if !row.gone && !self.known.iter().any(|(id, _)| *id == row.id) {
                self.known.push((row.id.clone(), row.title.clone()));
            }
            let place = match kind {
                Kind::Reads => &mut self.listed,
                Kind::Adds | Kind::Changes | Kind::Deletes => &mut self.changed,
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

    fn task(id: &str, title: &str) -> Value {
        json!({ "id": id, "title": title, "status": "pending", "priority": "p4" })
    }
    fn now() -> NaiveDateTime {
        chrono::DateTime::UNIX_EPOCH.naive_utc()
    }

    #[test]
    fn what_was_changed_is_shown_and_not_what_was_looked_at_on_the_way() {
        let mut seen = TasksSeen::default();
        seen.see(Some(Kind::Reads), &json!({ "tasks": [task("a", "A"), task("b", "B")] }));
        seen.see(Some(Kind::Changes), &json!({ "task": task("b", "B") }));
        assert_eq!(seen.widget(now(), Locale::En).unwrap().1, "[ ] B");
        assert!(seen.widget(now(), Locale::En).is_none(), "shown once");
        seen.see(Some(Kind::Reads), &json!({ "tasks": [task("a", "A")] }));
        assert_eq!(seen.widget(now(), Locale::En).unwrap().1, "[ ] A");
        let chosen = json!({ "tool": "complete_task", "results": [{ "task": task("a", "A") }, { "task": task("b", "B") }] });
        seen.see(Some(Kind::Changes), &chosen);
        assert_eq!(seen.widget(now(), Locale::En).unwrap().1, "[ ] A\n[ ] B");
        seen.see(Some(Kind::Adds), &json!({ "added": [task("c", "C")], "failed": [] }));
        seen.see(Some(Kind::Changes), &json!({ "restored": [task("d", "D")], "removed": ["tsk_e"] }));
        assert_eq!(seen.widget(now(), Locale::En).unwrap().1, "[ ] C\n[ ] D");
        seen.see(None, &json!({ "task": task("a", "A") }));
        seen.see(Some(Kind::Adds), &json!({ "error": "no" }));
        assert!(seen.widget(now(), Locale::En).is_none());
    }

    #[test]
    fn titles_are_linked_where_they_stand_whole() {
        let mut seen = TasksSeen::default();
        seen.see(
            Some(Kind::Reads),
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
