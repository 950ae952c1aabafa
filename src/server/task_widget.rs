//! The list of tasks in the conversation: a ListView whose rows complete, reopen, reschedule and delete by actions, without the model.
//!
//! The widget that is stored is what it was when it was made. Whoever reads it calls [`freshen`]: the rows keep their order, and say what
//! the tasks are now.

use std::collections::HashMap;

use chrono::{NaiveDate, NaiveDateTime, NaiveTime};
use serde::{Deserialize, Deserializer, de::IgnoredAny};
use serde_json::{Value, json};

use super::store::{Store, StoreError};
use crate::{
    domain::{
        id::{TaskId, UserId},
        locale::Locale,
        task::{Due, Priority, Task, TaskStatus},
        texts,
    },
    protocol::item::{ItemBody, ThreadItem},
    protocol::widget::{
        ActionConfig, Alignment, Badge, BadgeColor, Button, Caption, Checkbox, Color, Component, ControlSize, ControlVariant, DatePicker,
        Handler, Layout, Limit, ListView, ListViewItem, LoadingBehavior, SmallSize, Stack, Text, Typography,
    },
};

/// The id of the root, by which these widgets are known.
const ROOT: &str = "kaam.tasks";
/// Rows that are shown at first; more by a click.
const SHOWN: u32 = 10;
/// Rows of one list; more tasks than that are in the task panel.
pub const ROWS_MAX: usize = 50;

/// Completes a task, or opens it again: `{"task_id", "done"}`.
pub const SET_DONE: &str = "task.set_done";
/// Gives a task another date: `{"task_id", "due"}`; an empty `due` takes the date away.
pub const RESCHEDULE: &str = "task.reschedule";
/// Deletes a task: `{"task_id"}`.
pub const DELETE: &str = "task.delete";
/// Takes a task out of the trash: `{"task_id"}`.
pub const RESTORE: &str = "task.restore";
/// Opens a task on the page; the client's business: `{"task_id"}`.
pub const OPEN: &str = "task.open";

/// A row: a task, as far as the list shows it. Read from the results of tools, too.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Row {
    /// The task's id.
    pub id: String,
    /// Its title.
    pub title: String,
    status: TaskStatus,
    #[serde(default)]
    priority: Priority,
    #[serde(default)]
    due: Option<RowDue>,
    /// The task is deleted.
    #[serde(rename = "trashed_at", default, deserialize_with = "is_there")]
    pub gone: bool,
    /// It is deleted, and can be taken out of the trash.
    #[serde(skip, default)]
    in_trash: bool,
}

/// Whether there is a value.
fn is_there<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    Ok(Option::<IgnoredAny>::deserialize(deserializer)?.is_some())
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
struct RowDue {
    date: NaiveDate,
    #[serde(default)]
    time: Option<String>,
}

impl From<&Task> for Row {
    fn from(task: &Task) -> Self {
        Self {
            id: task.id.to_string(),
            title: task.title.clone(),
            status: task.status,
            priority: task.priority,
            due: task.due.as_ref().map(|due| RowDue {
                date: due.date,
                time: due.time.map(|time| time.format("%H:%M").to_string()),
            }),
            gone: false,
            in_trash: false,
        }
    }
}

impl Row {
    /// The task in the result of a tool; `None` where it is none. One that was just deleted lies in the trash.
    pub fn of(task: &Value) -> Option<Self> {
        let row = Self::deserialize(task).ok()?;
        Some(Self { in_trash: row.gone, ..row })
    }

    fn is_done(&self) -> bool {
        self.status == TaskStatus::Completed
    }

    fn due(&self) -> Option<Due> {
        self.due.as_ref().map(|due| Due {
            date: due.date,
            time: due.time.as_deref().and_then(|time| NaiveTime::parse_from_str(time, "%H:%M").ok()),
        })
    }
}

/// The list of these tasks. `now` is the person's clock.
pub fn widget(rows: &[Row], now: NaiveDateTime, locale: Locale) -> Value {
    Component::ListView(ListView {
        id: Some(ROOT.into()),
        limit: Some(Limit::Count(SHOWN)),
        children: rows.iter().map(|row| item(row, now, locale)).collect(),
        ..ListView::default()
    })
    .to_value()
}

/// The list in words, a task a line: what copying it gives.
pub fn words(rows: &[Row], now: NaiveDateTime, locale: Locale) -> String {
    let line = |row: &Row| {
        let mark = if row.is_done() { "[x]" } else { "[ ]" };
        match row.due() {
            None => format!("{mark} {}", row.title),
            Some(due) => format!("{mark} {} — {}", row.title, texts::due_words(&due, locale, now)),
        }
    };
    rows.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// The tasks that a widget lists; none if it is no list of ours.
pub fn ids(widget: &Value) -> Vec<TaskId> {
    keys(widget).filter_map(|(key, _)| key.parse().ok()).collect()
}

/// Gives the lists of tasks among these items the state of now.
///
/// # Errors
/// See [`StoreError`].
pub async fn freshen<'i>(
    store: &Store,
    user: UserId,
    items: impl IntoIterator<Item = &'i mut ThreadItem>,
    now: NaiveDateTime,
    locale: Locale,
) -> Result<(), StoreError> {
    let mut lists: Vec<&mut ItemBody> = Vec::new();
    let mut all = Vec::new();
    for item in items {
        if let ItemBody::Widget { widget, .. } = &item.body {
            let ids = ids(widget);
            if !ids.is_empty() {
                all.extend(ids);
                lists.push(&mut item.body);
            }
        }
    }
    let tasks = store.tasks_by_id(user, &all).await?;
    let tasks: HashMap<TaskId, Task> = tasks.into_iter().map(|task| (task.id, task)).collect();
    let missing: Vec<TaskId> = all.into_iter().filter(|id| !tasks.contains_key(id)).collect();
    let trash = store.in_trash(user, &missing).await?;
    for body in lists {
        if let ItemBody::Widget { widget, copy_text } = body {
            let rows = rows_now(widget, &tasks, &trash);
            *copy_text = Some(words(&rows, now, locale));
            *widget = self::widget(&rows, now, locale);
        }
    }
    Ok(())
}

/// The rows of a list with the tasks as they are now. Those that are gone are shown as such.
fn rows_now(widget: &Value, tasks: &HashMap<TaskId, Task>, trash: &[TaskId]) -> Vec<Row> {
    keys(widget)
        .map(|(key, item)| match key.parse().ok().and_then(|id: TaskId| tasks.get(&id)) {
            Some(task) => Row::from(task),
            None => Row {
                id: key.to_owned(),
                title: title_in(item).unwrap_or_default().to_owned(),
                status: TaskStatus::Pending,
                priority: Priority::default(),
                due: None,
                in_trash: key.parse().is_ok_and(|id| trash.contains(&id)),
                gone: true,
            },
        })
        .collect()
}

/// The rows of a list of ours, by their keys.
fn keys(widget: &Value) -> impl Iterator<Item = (&str, &Value)> {
    let rows = match widget.get("id").and_then(Value::as_str) {
        Some(ROOT) => widget.get("children").and_then(Value::as_array),
        _ => None,
    };
    rows.into_iter()
        .flatten()
        .filter_map(|item| item.get("key").and_then(Value::as_str).map(|key| (key, item)))
}

/// The title in a row that was made here.
fn title_in(item: &Value) -> Option<&str> {
    match item {
        Value::Object(component) if component.get("type").and_then(Value::as_str) == Some("Text") => component.get("value")?.as_str(),
        Value::Object(component) => component.get("children").and_then(title_in),
        Value::Array(children) => children.iter().find_map(title_in),
        _ => None,
    }
}

fn action(kind: &str, payload: Value, handler: Handler) -> ActionConfig {
    ActionConfig {
        handler: Some(handler),
        loading_behavior: Some(LoadingBehavior::Auto),
        streaming: Some(false),
        ..ActionConfig::new(kind, payload)
    }
}

fn item(row: &Row, now: NaiveDateTime, locale: Locale) -> Component {
    let payload = json!({ "task_id": row.id });
    let server = |kind: &str| Some(action(kind, payload.clone(), Handler::Server));
    let words = texts::task_row(locale);
    let due = row.due();
    let is_late = !row.is_done() && due.as_ref().is_some_and(|due| due.is_past(now));

    let mut about = vec![Component::Text(Text {
        value: row.title.clone(),
        line_through: Some(row.is_done() || row.gone).filter(|through| *through),
        typography: Typography {
            color: (row.is_done() || row.gone).then(|| Color::from("secondary")),
            ..Typography::default()
        },
        ..Text::default()
    })];
    if let Some(due) = &due {
        let mut text = texts::due_words(due, locale, now);
        if is_late {
            text.push_str(words.late);
        }
        about.push(Component::Caption(Caption {
            value: text,
            typography: Typography {
                color: is_late.then(|| Color::from("danger")),
                ..Typography::default()
            },
            ..Caption::default()
        }));
    }
    let about = Component::Col(Stack {
        layout: Layout {
            gap: Some(0.into()),
            flex: Some(1.into()),
            ..Layout::default()
        },
        children: about,
        ..Stack::default()
    });

    let mut children = Vec::new();
    if row.gone {
        children.push(about);
        children.push(badge(words.deleted, BadgeColor::Secondary));
        if row.in_trash {
            children.push(button(words.restore, server(RESTORE)));
        }
    } else {
        children.push(Component::Checkbox(Checkbox {
            name: "done".into(),
            label: None,
            default_checked: Some(row.is_done()),
            on_change_action: server(SET_DONE),
            id: Some(format!("done-{}", row.id)),
            ..Checkbox::default()
        }));
        children.push(about);
        if let Some((name, color)) = urgency(row.priority, locale) {
            children.push(badge(name, color));
        }
        if !row.is_done() {
            children.push(Component::DatePicker(DatePicker {
                name: "due".into(),
                placeholder: Some(words.reschedule.into()),
                default_value: due.as_ref().map(|due| format!("{}T00:00:00", due.date)),
                on_change_action: server(RESCHEDULE),
                variant: Some(ControlVariant::Ghost),
                size: Some(ControlSize::Sm),
                clearable: Some(true),
                ..DatePicker::default()
            }));
        }
        children.push(button(words.delete, server(DELETE)));
    }
    Component::ListViewItem(ListViewItem {
        key: Some(row.id.clone()),
        align: Some(Alignment::Center),
        gap: Some(3.into()),
        on_click_action: (!row.gone).then(|| action(OPEN, payload.clone(), Handler::Client)),
        children,
        ..ListViewItem::default()
    })
}

fn button(label: &str, on_click_action: Option<ActionConfig>) -> Component {
    Component::Button(Button {
        label: Some(label.into()),
        on_click_action,
        variant: Some(ControlVariant::Ghost),
        size: Some(ControlSize::Sm),
        ..Button::default()
    })
}

fn badge(label: &str, color: BadgeColor) -> Component {
    Component::Badge(Badge {
        label: label.to_owned(),
        color: Some(color),
        size: Some(SmallSize::Sm),
        ..Badge::default()
    })
}

fn urgency(priority: Priority, locale: Locale) -> Option<(&'static str, BadgeColor)> {
    let name = texts::priority(locale, priority)?;
    let color = match priority {
        Priority::P1 => BadgeColor::Danger,
        Priority::P2 => BadgeColor::Warning,
        _ => BadgeColor::Info,
    };
    Some((name, color))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn task(n: u128, title: &str) -> Task {
        Task {
            id: TaskId(uuid::Uuid::from_u128(n)),
            title: title.into(),
            notes: None,
            status: TaskStatus::Pending,
            priority: Priority::P1,
            due: Some(Due {
                date: NaiveDate::from_ymd_opt(2026, 11, 24).unwrap(),
                time: NaiveTime::from_hms_opt(17, 0, 0),
            }),
            repeat: None,
            zone: None,
            created_at: chrono::DateTime::UNIX_EPOCH,
            updated_at: chrono::DateTime::UNIX_EPOCH,
            completed_at: None,
            trashed_at: None,
        }
    }
    fn now() -> NaiveDateTime {
        NaiveDate::from_ymd_opt(2026, 11, 23).unwrap().and_hms_opt(10, 0, 0).unwrap()
    }

    #[test]
    fn a_list_looks_like_this() {
        let rows = [Row::from(&task(1, "call Ahmed"))];
        insta::assert_json_snapshot!(widget(&rows, now(), Locale::En));
        assert_eq!(words(&rows, now(), Locale::En), "[ ] call Ahmed — Tomorrow, 5:00 PM");
    }

    #[test]
    fn a_list_says_what_tasks_are_now() {
        let (stays, goes) = (task(1, "call Ahmed"), task(2, "دودھ لینا"));
        let old = widget(&[Row::from(&stays), Row::from(&goes)], now(), Locale::En);
        assert_eq!(ids(&old), [stays.id, goes.id]);
        let mut done = stays.clone();
        done.status = TaskStatus::Completed;
        let fresh = widget(&rows_now(&old, &HashMap::from([(done.id, done)]), &[]), now(), Locale::Ur);
        assert_eq!(ids(&fresh), [stays.id, goes.id], "the order stays");
        let text = fresh.to_string();
        assert!(
            text.contains(r#""defaultChecked":true"#) && text.contains("دودھ لینا") && text.contains("حذف شدہ"),
            "{text}"
        );
    }

    #[test]
    fn other_widgets_are_none_of_ours() {
        for other in [
            json!({ "type": "Card", "children": [] }),
            json!(null),
            json!({ "type": "ListView", "children": [{ "key": "x" }] }),
        ] {
            assert!(ids(&other).is_empty());
        }
    }
}
