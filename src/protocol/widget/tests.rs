use serde_json::json;

use super::*;

fn error(value: Value) -> String {
    Component::read(&value).unwrap_err().to_string()
}

#[test]
fn unknown_properties_nulls_and_single_children_are_read() {
    let value = json!({
        "type": "Card", "shine": 7, "size": null, "padding": 4, "children": [
            null,
            { "type": "Transition", "children": { "type": "Text", "value": "x", "color": { "light": "a", "dark": "b" } } },
            { "type": "Col", "children": null, "gap": "4px", "border": { "size": 1 } },
            { "type": "Row", "children": [], "border": { "x": 2, "y": { "size": 3, "style": "dotted" } }, "padding": { "top": "1rem" } },
        ]
    });
    let card = Component::read(&value).unwrap();
    assert_eq!(
        card.to_value(),
        json!({
            "type": "Card", "padding": 4, "children": [
                { "type": "Transition", "children": { "type": "Text", "value": "x", "color": { "light": "a", "dark": "b" } } },
                { "type": "Col", "children": [], "gap": "4px", "border": { "size": 1 } },
                { "type": "Row", "children": [], "border": { "x": 2, "y": { "size": 3, "style": "dotted" } }, "padding": { "top": "1rem" } },
            ]
        })
    );
}

/// Found by the fuzzer.
#[test]
fn a_transition_of_several_loses_none() {
    let value =
        json!({ "type": "Card", "children": [{ "type": "Transition", "children": [{ "type": "Spacer" }, { "type": "Divider" }] }] });
    assert_eq!(Component::read(&value).unwrap().to_value(), value);
}

#[test]
fn errors_say_where() {
    assert_eq!(error(json!(7)), "the root: a component must be an object with a `type`");
    assert_eq!(
        error(json!({ "type": "Text", "value": "x" })),
        "the root must be a Card, a ListView or a Basic, not a Text"
    );
    let inside = |child: Value| json!({ "type": "Card", "children": [{ "type": "Spacer" }, { "type": "Row", "children": [child] }] });
    assert_eq!(
        error(inside(json!({ "type": "Marquee" }))),
        "children[1].children[0]: there is no component of type `Marquee`"
    );
    assert_eq!(
        error(inside(json!([]))),
        "children[1].children[0]: a component must be an object with a `type`"
    );
    assert_eq!(
        error(inside(json!({ "type": "Text" }))),
        "children[1].children[0]: Text: missing field `value`"
    );
    assert_eq!(
        error(inside(json!({ "type": "Box", "gap": 3, "flex": [] }))),
        "children[1].children[0]: Box: `flex`: a number or a CSS string is wanted"
    );
    let wrong = error(inside(json!({ "type": "Badge", "label": "x", "color": "mauve" })));
    assert!(
        wrong.starts_with("children[1].children[0]: Badge: `color`: unknown variant `mauve`"),
        "{wrong}"
    );
}

#[test]
fn widgets_are_built_here_as_the_sdk_writes_them() {
    let widget = Component::ListView(ListView {
        children: vec![Component::ListViewItem(ListViewItem {
            children: vec![Component::Checkbox(Checkbox {
                name: "done".into(),
                default_checked: Some(false),
                on_change_action: Some(ActionConfig::new("task.done", json!({ "id": 1 }))),
                ..Checkbox::default()
            })],
            gap: Some(2.into()),
            ..ListViewItem::default()
        })],
        ..ListView::default()
    });
    assert_eq!(
        widget.to_value(),
        json!({ "type": "ListView", "children": [{ "type": "ListViewItem", "gap": 2, "children": [{
            "type": "Checkbox", "name": "done", "defaultChecked": false, "onChangeAction": {
                "type": "task.done", "payload": { "id": 1 }, "handler": "server", "loadingBehavior": "auto", "streaming": true
            }
        }] }] })
    );
    assert_eq!(Component::read(&widget.to_value()), Ok(widget));
}
