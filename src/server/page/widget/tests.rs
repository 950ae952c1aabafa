use std::collections::HashSet;

use serde_json::{Value, json};

use super::{examples::EXAMPLES, html};
use crate::{
    domain::locale::Locale,
    protocol::widget::{Component, MAX_DEPTH, MAX_NODES, TYPES, WidgetError},
};

fn parsed(json: &str) -> Value {
    serde_json::from_str(json).unwrap()
}

fn types_of(component: &Component, found: &mut HashSet<&'static str>) {
    found.insert(component.kind());
    component.children().iter().for_each(|child| types_of(child, found));
}

#[test]
fn examples_show_every_type_and_come_back_unchanged() {
    let mut found = HashSet::new();
    for (name, json) in EXAMPLES {
        let value = parsed(json);
        let component = Component::read(&value).unwrap_or_else(|error| panic!("{name}: {error}"));
        types_of(&component, &mut found);
        assert_eq!(component.to_value(), value, "{name}");
    }
    assert_eq!(found.len(), TYPES.len());
}

#[test]
fn examples_as_html() {
    for (name, json) in EXAMPLES {
        let html = html(&parsed(json), name, Locale::En).unwrap();
        // A line a tag, so that a change shows where it is.
        insta::assert_snapshot!(*name, html.replace("><", ">\n<"));
        assert_well_formed(&html);
        assert_well_formed(&super::html(&parsed(json), name, Locale::Ur).unwrap());
    }
}

/// Every tag is closed in its order, names and attributes are among those that are used here, and no id is there twice.
fn assert_well_formed(html: &str) {
    const VOID: [&str; 4] = ["input", "img", "hr", "br"];
    const TAGS: &str = "div form details summary ul ol li p h1 h2 h3 h4 h5 h6 span bdi label button input textarea select option img hr br \
        a svg path rect title desc table caption thead tbody tr th td figure figcaption strong em del code pre blockquote";
    const ATTRIBUTES: &str = "class style id role type name value min max step rows placeholder pattern autocomplete title dir lang for src \
        alt href target rel loading decoding tabindex scope colspan rowspan start method required disabled checked selected hidden open \
        viewBox preserveAspectRatio d x y width height focusable vector-effect aria-label aria-labelledby aria-hidden data-action data-on \
        data-loading data-name data-theme data-open data-focus data-select data-clear data-default data-part data-pattern data-row data-1p-ignore data-lpignore \
        data-bwignore";
    let (tags, attributes): (HashSet<&str>, HashSet<&str>) = (TAGS.split_whitespace().collect(), ATTRIBUTES.split_whitespace().collect());
    let (mut open, mut ids, mut rest) = (Vec::new(), HashSet::new(), html);
    while let Some(at) = rest.find('<') {
        rest = &rest[at + 1..];
        // Values are escaped, so the first `>` is the tag's end; markdown's own are no exception.
        let end = rest.find('>').unwrap_or_else(|| panic!("a tag without an end: {rest}"));
        let (tag, behind) = (&rest[..end], &rest[end + 1..]);
        rest = behind;
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop(), Some(name), "closed out of order in {html}");
            continue;
        }
        let name = tag.split(' ').next().unwrap();
        assert!(tags.contains(name), "<{tag}> in {html}");
        let mut inner = tag[name.len()..].trim_end_matches('/');
        while let Some(begin) = inner.find(|c: char| c != ' ') {
            inner = &inner[begin..];
            let stop = inner.find(['=', ' ']).unwrap_or(inner.len());
            let attribute = &inner[..stop];
            assert!(attributes.contains(attribute), "{attribute} in <{tag}>");
            inner = &inner[stop..];
            if let Some(quoted) = inner.strip_prefix("=\"") {
                let close = quoted.find('"').unwrap_or_else(|| panic!("an open value in <{tag}>"));
                assert_harmless(attribute, &quoted[..close]);
                if attribute == "id" {
                    assert!(ids.insert(quoted[..close].to_owned()), "{} twice in {html}", &quoted[..close]);
                }
                inner = &quoted[close + 1..];
            }
        }
        if !VOID.contains(&name) {
            open.push(name);
        }
    }
    assert!(open.is_empty(), "left open: {open:?} in {html}");
}

fn assert_harmless(attribute: &str, value: &str) {
    match attribute {
        "style" => {
            for bad in [
                "url",
                "expression",
                "image",
                "\\",
                "/*",
                "@",
                "&",
                "<",
                "{",
                "}",
                "!",
                "import",
                "attr(",
            ] {
                assert!(!value.contains(bad), "{bad} in style=\"{value}\"");
            }
            for declaration in value.split(';').filter(|declaration| !declaration.is_empty()) {
                let (property, _) = declaration.split_once(':').unwrap_or_else(|| panic!("style=\"{value}\""));
                assert!(
                    property.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-'),
                    "style=\"{value}\""
                );
                assert!(
                    !["position", "behavior", "content", "background", "background-image"].contains(&property),
                    "{value}"
                );
            }
        }
        "src" => assert!(
            (value.starts_with('/') && !value.starts_with("//")) || value.starts_with("data:image/"),
            "{value}"
        ),
        "href" => assert!(
            ["https://", "http://", "mailto:", "#"]
                .iter()
                .any(|scheme| value.to_ascii_lowercase().trim_start().starts_with(scheme)),
            "{value}"
        ),
        _ => {}
    }
}

/// Puts a text into every string of a widget, one at a time, but for the `type` of components.
fn poisoned(value: &Value, poison: &str) -> Vec<Value> {
    let mut all = Vec::new();
    match value {
        Value::String(_) => all.push(Value::String(poison.to_owned())),
        Value::Number(_) => all.push(Value::String(poison.to_owned())),
        Value::Array(list) => {
            for (at, entry) in list.iter().enumerate() {
                for changed in poisoned(entry, poison) {
                    let mut list = list.clone();
                    list[at] = changed;
                    all.push(Value::Array(list));
                }
            }
        }
        Value::Object(object) => {
            for (key, entry) in object.iter().filter(|(key, _)| *key != "type" || object.contains_key("payload")) {
                for changed in poisoned(entry, poison) {
                    let mut object = object.clone();
                    object.insert(key.clone(), changed);
                    all.push(Value::Object(object));
                }
            }
        }
        Value::Null | Value::Bool(_) => {}
    }
    all
}

#[test]
fn hostile_strings_stay_text() {
    let poisons = [
        "\"><img src=x onerror=alert(1)>",
        "' onmouseover='alert(1)",
        "x; background: url(https://evil.example/a.png)",
        "red;position:fixed;inset:0",
        "expression(alert(1))",
        "javascript:alert(1)",
        "//evil.example/a.png",
        "data:text/html,<script>alert(1)</script>",
        "</textarea></title></style></script><script>alert(1)</script>",
        "\u{0}\u{202e}\u{2066}<!-- --!><![CDATA[",
        "calc(1px + url(x))",
        "var(--x, url(x))",
        "`${x}` {{x}} \\3c script\\3e ",
    ];
    let mut drawn = 0;
    for (name, json) in EXAMPLES.iter().filter(|(name, _)| *name != "icon") {
        let value = parsed(json);
        for poison in poisons {
            for changed in poisoned(&value, poison) {
                // A word that must be one of a few is an error, which is as well.
                if let Ok(html) = html(&changed, name, Locale::En) {
                    assert_well_formed(&html);
                    drawn += 1;
                }
            }
        }
    }
    assert!(drawn > 5_000, "{drawn}");
}

#[test]
fn scopes_cannot_leave_their_ids() {
    let html = html(&parsed(EXAMPLES[1].1), "a\"><b id='x", Locale::En).unwrap();
    assert_well_formed(&html);
    assert!(html.contains("id=\"w-abidx-"), "{html}");
}

fn nested(depth: usize) -> Value {
    let mut value = json!({ "type": "Text", "value": "deep" });
    for _ in 0..depth - 2 {
        value = json!({ "type": "Col", "children": [value] });
    }
    json!({ "type": "Card", "children": [value] })
}

#[test]
fn limits_hold() {
    assert!(html(&nested(MAX_DEPTH), "x", Locale::En).is_ok());
    assert!(
        matches!(html(&nested(MAX_DEPTH + 1), "x", Locale::En), Err(WidgetError::TooDeep(place)) if place.matches("children").count() == MAX_DEPTH)
    );
    assert!(matches!(html(&nested(400), "x", Locale::En), Err(WidgetError::TooDeep(_))));
    let many = |count: usize| json!({ "type": "Basic", "children": vec![json!({ "type": "Spacer" }); count] });
    assert!(html(&many(MAX_NODES - 1), "x", Locale::En).is_ok());
    assert_eq!(html(&many(MAX_NODES), "x", Locale::En), Err(WidgetError::TooMany));
    let long = json!({ "type": "Card", "children": [{ "type": "Text", "value": "x".repeat(3 * 1024 * 1024) }] });
    assert_eq!(html(&long, "x", Locale::En), Err(WidgetError::TooLarge));
    let mut payload = json!(1);
    for _ in 0..MAX_DEPTH {
        payload = json!([payload]);
    }
    let deep = json!({ "type": "Card", "children": [], "confirm": { "label": "x", "action": { "type": "x", "payload": payload } } });
    assert!(matches!(html(&deep, "x", Locale::En), Err(WidgetError::TooDeep(_))));
}

#[test]
fn forms_in_forms_and_rows_without_tables_stay_valid() {
    let form =
        json!({ "type": "Form", "children": [{ "type": "Button", "submit": true, "label": "Go" }], "onSubmitAction": { "type": "inner" } });
    let card =
        json!({ "type": "Card", "asForm": true, "children": [form.clone()], "confirm": { "label": "OK", "action": { "type": "outer" } } });
    let html = html(&json!({ "type": "Basic", "children": [card, form] }), "x", Locale::En).unwrap();
    assert_well_formed(&html);
    assert_eq!(html.matches("<form").count(), 2, "{html}");
}

/// What the fuzzer once found, and what it starts from: run here without it.
#[test]
fn the_fuzzers_corpus_is_drawn_or_refused() {
    let corpus = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus/widget");
    let mut count = 0;
    for entry in std::fs::read_dir(corpus).unwrap() {
        let bytes = std::fs::read(entry.unwrap().path()).unwrap();
        if let Ok(value) = serde_json::from_slice::<Value>(&bytes)
            && let Ok(html) = html(&value, "fuzz", Locale::Ur)
        {
            assert_well_formed(&html);
        }
        count += 1;
    }
    assert!(count >= EXAMPLES.len(), "{count}");
}

#[test]
fn what_grows_while_it_is_drawn_is_refused() {
    let quotes = json!({ "type": "Card", "children": [{ "type": "Text", "value": "\"".repeat(500_000) }] });
    assert_eq!(html(&quotes, "x", Locale::En), Err(WidgetError::TooLarge));
    let many: Vec<Value> = (0..200)
        .map(|_| json!({ "type": "Markdown", "value": "- a\n".repeat(2_000) }))
        .collect();
    assert_eq!(
        html(&json!({ "type": "Card", "children": many }), "x", Locale::En),
        Err(WidgetError::TooLarge)
    );
}
