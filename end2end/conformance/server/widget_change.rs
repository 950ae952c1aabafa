//! From one state of a widget to the next: a text that grows is told by what is new, anything else by the whole widget
//! (`chatkit/server.py`, `diff_widget`).

use kaam::protocol::event::ItemUpdate;
use serde_json::Value;

pub(crate) fn changes(before: &Value, after: &Value) -> Vec<ItemUpdate> {
    let mut grown = Vec::new();
    if is_other(before, after, &mut grown) {
        return vec![ItemUpdate::WidgetRootUpdated { widget: after.clone() }];
    }
    grown
}

fn text_of(component: &Value) -> Option<&str> {
    let is_text = matches!(component["type"].as_str(), Some("Markdown" | "Text"));
    component["value"].as_str().filter(|_| is_text)
}

/// Whether more than grown texts is new; those are collected.
fn is_other(before: &Value, after: &Value, grown: &mut Vec<ItemUpdate>) -> bool {
    match (before, after) {
        (Value::Object(old), Value::Object(new)) => {
            let is_component = old.contains_key("type");
            let mut names: Vec<&String> = old.keys().chain(new.keys()).collect();
            names.sort();
            names.dedup();
            names.into_iter().any(|name| {
                if is_component
                    && name == "value"
                    && let (Some(text), Some(longer), Some(id)) = (text_of(before), text_of(after), after["id"].as_str())
                    && let Some(delta) = longer.strip_prefix(text)
                {
                    if !delta.is_empty() {
                        grown.push(ItemUpdate::WidgetTextDelta {
                            component_id: id.into(),
                            delta: delta.into(),
                            done: after["streaming"] != true,
                        });
                    }
                    return false;
                }
                match (old.get(name), new.get(name)) {
                    (Some(old), Some(new)) => is_other(old, new, grown),
                    _ => true,
                }
            })
        }
        (Value::Array(old), Value::Array(new)) => old.len() != new.len() || old.iter().zip(new).any(|(old, new)| is_other(old, new, grown)),
        _ => before != after,
    }
}
