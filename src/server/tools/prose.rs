//! What a call gave, as a sentence: the line after the JSON, for people who look over an assistant's shoulder.

use serde_json::Value;

use crate::domain::{
    dates::{self, PluralCategory},
    locale::Script,
};

/// A sentence about the result of a tool.
pub(super) fn about(tool: &str, result: &Value) -> String {
    let one = || task(&result["task"]);
    let many = |name: &str| result[name].as_array().map_or(0, Vec::len);
    let failed = match many("failed") {
        0 => String::new(),
        count => format!(" {} could not be; see `failed`.", counted(count)),
    };
    let mut text = match tool {
        "add_task" => format!("Added {}.", one()),
        "complete_task" => format!("Completed {}.", one()),
        "delete_task" => format!("Deleted {}.", one()),
        "update_task" => match list(&result["changed"]).as_str() {
            "" => format!("Nothing was other than before: {}.", one()),
            changed => format!("Changed {changed}: {}.", one()),
        },
        "add_tasks" => format!("Added {}.{failed}", counted(many("added"))),
        "complete_tasks" => format!("Completed {}.{failed}", counted(many("completed"))),
        "undo" => match (many("restored"), many("removed")) {
            (restored, 0) => format!("Taken back: {} as before.", counted(restored)),
            (0, removed) => format!("Taken back: {} gone.", counted(removed)),
            (restored, removed) => format!("Taken back: {} as before, {} gone.", counted(restored), counted(removed)),
        },
        _ => match (many("tasks"), result["has_more"] == true) {
            (0, _) => "No tasks.".to_owned(),
            (count, false) => format!("{}.", counted(count)),
            (count, true) => format!("{}, and there are more: give `after` to see them.", counted(count)),
        },
    };
    if result["undo_token"].is_string() {
        text.push_str(" To take it back, call undo with the undo_token.");
    }
    text
}

fn task(task: &Value) -> String {
    let title = task["title"].as_str().unwrap_or_default();
    let due = &task["due"];
    match (due["weekday"].as_str(), due["date"].as_str(), due["time"].as_str()) {
        (Some(weekday), Some(date), Some(time)) => format!("“{title}”, due {weekday} {date} at {time}"),
        (Some(weekday), Some(date), None) => format!("“{title}”, due {weekday} {date}"),
        _ => format!("“{title}”"),
    }
}

fn counted(count: usize) -> String {
    match dates::plural(count, Script::En) {
        PluralCategory::One => format!("{count} task"),
        _ => format!("{count} tasks"),
    }
}

fn list(names: &Value) -> String {
    let names: Vec<&str> = names.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    names.join(", ")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_sentence_for_each_result() {
        let milk = json!({ "title": "Milk", "due": { "date": "2026-11-24", "weekday": "Tuesday", "time": "17:00" } });
        for (tool, result, expected) in [
            (
                "add_task",
                json!({ "task": milk }),
                "Added “Milk”, due Tuesday 2026-11-24 at 17:00.",
            ),
            (
                "delete_task",
                json!({ "task": { "title": "Milk" }, "undo_token": "undo_1" }),
                "Deleted “Milk”. To take it back, call undo with the undo_token.",
            ),
            (
                "update_task",
                json!({ "task": { "title": "Milk" }, "changed": [] }),
                "Nothing was other than before: “Milk”.",
            ),
            (
                "update_task",
                json!({ "task": { "title": "Milk" }, "changed": ["title", "due"] }),
                "Changed title, due: “Milk”.",
            ),
            (
                "add_tasks",
                json!({ "added": [milk], "failed": [{}, {}] }),
                "Added 1 task. 2 tasks could not be; see `failed`.",
            ),
            ("list_tasks", json!({ "tasks": [], "has_more": false }), "No tasks."),
            (
                "list_tasks",
                json!({ "tasks": [milk, milk], "has_more": true }),
                "2 tasks, and there are more: give `after` to see them.",
            ),
        ] {
            assert_eq!(about(tool, &result), expected);
        }
    }
}
