//! A widget: HTML that the server made (`server::page::widget`), and what happens in it. The elements say by attributes what they do, so
//! that the listeners are on the outermost element alone, and the browser keeps the values.

use leptos::ev::SubmitEvent;
use leptos::html::Div;
use leptos::prelude::*;
use leptos::wasm_bindgen::{JsCast, JsValue};
use leptos::web_sys::{Element, Event, HtmlElement, js_sys};

use crate::app::{browser, here};

/// What somebody did in a widget.
#[derive(Clone)]
pub(in crate::app) struct WidgetAction {
    /// The action's `type`.
    pub kind: String,
    /// The action's payload as JSON, with the values of the form in it.
    pub payload: String,
    /// Whether the page handles it, and not the server.
    pub is_client: bool,
    /// Whether its answer streams.
    pub streaming: bool,
    /// To be called when it is over, with whether it was done: until then the control is busy. What was not done is not shown as done.
    pub done: Callback<bool>,
}

/// Shows a widget. New HTML takes the place of the old without losing what was typed, what is unfolded, and where the focus is.
#[component]
pub(in crate::app) fn WidgetView(#[prop(into)] html: Signal<String>, act: Callback<WidgetAction>) -> impl IntoView {
    let texts = here();
    let whole = NodeRef::<Div>::new();
    let first = html.get_untracked();
    Effect::new(move |before: Option<String>| {
        let now = html.get();
        if let Some(whole) = whole.get_untracked() {
            match before {
                Some(before) if before != now => replace(&whole, &now),
                None if !browser::is_touch() && browser::focus_is_lost() => {
                    if let Ok(Some(field)) = whole.query_selector("[data-focus]") {
                        focus(&field);
                    }
                }
                _ => {}
            }
        }
        now
    });
    let click = move |event: leptos::ev::MouseEvent| {
        if let Some(button) = closest(&event, "[data-clear]") {
            clear(&button);
        } else if let Some(control) = closest(&event, "[data-on=click]") {
            perform(&control, &control, act);
        }
    };
    let change = move |event: Event| {
        if let Some(control) = closest(&event, "[data-on=change]") {
            perform(&control, &control, act);
        }
    };
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let Some(form) = closest(&event, "form") else { return };
        // What the browser checks by itself, it has: a form that is not valid is not submitted.
        let wrong = named(&form).into_iter().find(|field| !keeps_pattern(field, texts.widget_pattern));
        if let Some(field) = wrong {
            call(&field, "reportValidity");
        } else if form.has_attribute("data-action") {
            let button = event.submitter().map(|button| Element::from(button).clone());
            perform(&form, button.as_ref().unwrap_or(&form), act);
        }
    };
    let input = move |event: Event| {
        if let Some(field) = closest(&event, "[data-pattern]") {
            keeps_pattern(&field, texts.widget_pattern);
        }
    };
    let focused = move |event: leptos::ev::FocusEvent| {
        if let Some(field) = closest(&event, "[data-select]") {
            call(&field, "select");
        }
    };
    view! {
        <div
            class="widget"
            data-testid="widget"
            node_ref=whole
            inner_html=first
            on:click=click
            on:change=change
            on:submit=submit
            on:input=input
            on:focusin=focused
        ></div>
    }
    .into_any()
}

fn closest(event: &Event, selector: &str) -> Option<Element> {
    let target: Element = event.target()?.dyn_into().ok()?;
    target.closest(selector).ok().flatten()
}

/// Tells what was done. `shows` is what shows that it is on its way.
fn perform(bound: &Element, shows: &Element, act: Callback<WidgetAction>) {
    // Nothing twice, and nothing in what waits for an answer.
    let is_busy = |element: &Element| element.closest("[data-busy]").ok().flatten().is_some();
    if is_busy(bound) || is_busy(shows) {
        if !bound.has_attribute("data-busy") {
            take_back(bound);
        }
        return;
    }
    let Some(action) = bound.get_attribute("data-action").and_then(|json| js_sys::JSON::parse(&json).ok()) else {
        return;
    };
    let payload = with_values(get(&action, "payload"), values(bound));
    let loading = bound.get_attribute("data-loading").unwrap_or_default();
    let mut busy = vec![bound.clone(), shows.clone()];
    let root = bound.closest(".w-root").ok().flatten().filter(|_| loading == "container");
    busy.extend(root.clone());
    for element in &busy {
        let _ = element.set_attribute("data-busy", "");
    }
    let shown = match loading.as_str() {
        "container" => root,
        "none" => None,
        _ => Some(shows.clone()),
    };
    if let Some(shown) = &shown {
        let _ = shown.set_attribute("aria-busy", "true");
    }
    // A callback must be able to go between threads, which elements cannot: they stay here.
    let busy = StoredValue::new_local((busy, bound.clone()));
    let done = Callback::new(move |is_done: bool| {
        busy.try_with_value(|(busy, bound)| {
            if !is_done {
                take_back(bound);
            }
            for element in busy {
                let _ = element.remove_attribute("data-busy");
                let _ = element.remove_attribute("aria-busy");
            }
        });
    });
    act.run(WidgetAction {
        kind: get(&action, "type").as_string().unwrap_or_default(),
        payload: js_sys::JSON::stringify(&payload)
            .ok()
            .and_then(|json| JsValue::from(json).as_string())
            .unwrap_or_else(|| "null".to_owned()),
        is_client: get(&action, "handler").as_string().as_deref() == Some("client"),
        streaming: get(&action, "streaming").as_bool().unwrap_or(true),
        done,
    });
}

/// Gives a control that acts by itself the state that it had: it was the action. What is typed into a form stays, to be sent again.
fn take_back(bound: &Element) {
    if bound.get_attribute("data-on").as_deref() != Some("change") {
        return;
    }
    // Of radio buttons another one was chosen.
    let group = get(bound, "name");
    let root = bound.closest(".widget").ok().flatten();
    let others = root.iter().flat_map(named);
    let same = others.filter(|other| bound.get_attribute("type").as_deref() == Some("radio") && get(other, "name") == group);
    for control in same.chain([bound.clone()]) {
        set(&control, property(&control), &default(&control));
    }
}

/// The values of the form around an element; of the control alone where there is none.
fn values(bound: &Element) -> Vec<(String, JsValue)> {
    let controls = match bound.closest("form").ok().flatten() {
        Some(form) => named(&form),
        None => vec![bound.clone()],
    };
    let value = |control: Element| {
        let name = control.get_attribute("data-name")?;
        let is_off = get(&control, "disabled").as_bool() == Some(true);
        let value = match control.get_attribute("type").as_deref() {
            _ if is_off => return None,
            Some("checkbox") => get(&control, "checked"),
            Some("radio") if get(&control, "checked").as_bool() != Some(true) => return None,
            _ => get(&control, "value"),
        };
        Some((name, value))
    };
    controls.into_iter().filter_map(value).collect()
}

/// The payload with the values in it; dots in names lead into objects. A payload that is no object stays as it is.
fn with_values(payload: JsValue, values: Vec<(String, JsValue)>) -> JsValue {
    let payload = match payload {
        none if none.is_null() || none.is_undefined() => {
            if values.is_empty() {
                return JsValue::NULL;
            }
            js_sys::Object::new().into()
        }
        other => other,
    };
    if is_plain(&payload) {
        for (name, value) in values {
            put(&payload, &name, &value);
        }
    }
    payload
}

fn is_plain(value: &JsValue) -> bool {
    value.is_object() && !js_sys::Array::is_array(value)
}

fn put(object: &JsValue, name: &str, value: &JsValue) {
    // Would lead to what all objects share.
    if name.split('.').any(|part| part == "__proto__") {
        return;
    }
    let mut object = object.clone();
    let mut parts = name.split('.').peekable();
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            set(&object, part, value);
            return;
        }
        let mut inner = get(&object, part);
        if !is_plain(&inner) {
            inner = js_sys::Object::new().into();
            set(&object, part, &inner);
        }
        object = inner;
    }
}

/// The controls with a name.
fn named(root: &Element) -> Vec<Element> {
    marked(root, "data-name")
}

fn marked(root: &Element, attribute: &str) -> Vec<Element> {
    let all = root.get_elements_by_tag_name("*");
    (0..all.length())
        .filter_map(|at| all.item(at))
        .filter(|element| element.has_attribute(attribute))
        .collect()
}

/// A textarea's pattern, which browsers do not check. `false` if the text is not of it.
fn keeps_pattern(field: &Element, message: &str) -> bool {
    let Some(pattern) = field.get_attribute("data-pattern") else {
        return true;
    };
    let test = || -> Option<bool> {
        let class: js_sys::Function = get(&window(), "RegExp").dyn_into().ok()?;
        // A pattern that is none holds for all, as in HTML.
        let source = ["^(?:", &pattern, ")$"].concat();
        let expression = js_sys::Reflect::construct(&class, &js_sys::Array::of2(&source.into(), &"u".into())).ok()?;
        let test: js_sys::Function = get(&expression, "test").dyn_into().ok()?;
        test.call1(&expression, &get(field, "value")).ok()?.as_bool()
    };
    // An empty field is a matter of `required`.
    let is_kept = get(field, "value").as_string().is_some_and(|text| text.is_empty()) || test().unwrap_or(true);
    if let Ok(set_validity) = get(field, "setCustomValidity").dyn_into::<js_sys::Function>() {
        let _ = set_validity.call1(field, &if is_kept { "" } else { message }.into());
    }
    is_kept
}

/// Empties the field that a button belongs to.
fn clear(button: &Element) {
    let field = button.get_attribute("data-clear").and_then(|id| document().get_element_by_id(&id));
    let Some(field) = field else { return };
    if get(&field, "value").as_string().is_some_and(|text| !text.is_empty()) {
        set(&field, "value", &"".into());
        if let Ok(event) = Event::new("change") {
            // Whoever listens hears it as if it had been typed; it does not bubble by itself.
            event.init_event_with_bubbles("change", true);
            let _ = field.dispatch_event(&event);
        }
    }
    focus(&field);
}

/// Puts new HTML in, and then what the reader had made of the old.
fn replace(whole: &Element, html: &str) {
    let typed: Vec<(String, JsValue, JsValue)> = keyed(whole)
        .into_iter()
        .map(|(key, control)| (key, default(&control), live(&control)))
        .filter(|(_, default, live)| !js_sys::Object::is(default, live))
        .collect();
    let folds: Vec<(String, Option<String>)> = marked(whole, "data-open")
        .iter()
        .filter(|fold| fold.has_attribute("open") != (fold.get_attribute("data-open").as_deref() == Some("true")))
        .map(|fold| (fold.id(), fold.get_attribute("data-open")))
        .collect();
    let focused = document().active_element().filter(|element| whole.contains(Some(element)));
    let selection = focused
        .as_ref()
        .map(|element| (get(element, "selectionStart"), get(element, "selectionEnd")));

    whole.set_inner_html(html);

    for (key, control) in keyed(whole) {
        let known = typed
            .iter()
            .find(|(known, before, _)| *known == key && js_sys::Object::is(before, &default(&control)));
        if let Some((_, before, live)) = known {
            set(&control, property(&control), live);
            // A choice that is not there any more.
            if !js_sys::Object::is(&self::live(&control), live) {
                set(&control, property(&control), before);
            }
        }
    }
    for fold in marked(whole, "data-open") {
        if folds.contains(&(fold.id(), fold.get_attribute("data-open"))) {
            set(&fold, "open", &(!fold.has_attribute("open")).into());
        }
    }
    let again = focused.and_then(|element| document().get_element_by_id(&element.id()));
    if let (Some(element), Some((start, end))) = (again, selection) {
        focus(&element);
        if let Ok(select) = get(&element, "setSelectionRange").dyn_into::<js_sys::Function>()
            && !start.is_null()
        {
            let _ = select.call2(&element, &start, &end);
        }
    }
}

/// The controls, and what stays of each from one HTML to the next: the row that it is in, its name, of a radio button also its value; and
/// where all that is the same, which of them it is.
fn keyed(whole: &Element) -> Vec<(String, Element)> {
    let mut keyed: Vec<(String, Element)> = Vec::new();
    for control in named(whole) {
        let row = control.closest("[data-row]").ok().flatten();
        let row = row.and_then(|row| row.get_attribute("data-row")).unwrap_or_default();
        let name = control.get_attribute("data-name").unwrap_or_default();
        let value = control.get_attribute("value").filter(|_| is_ticked(&control)).unwrap_or_default();
        let mut key = [&row, "\0", &name, "\0", &value].concat();
        while keyed.iter().any(|(known, _)| *known == key) {
            key.push('\0');
        }
        keyed.push((key, control));
    }
    keyed
}

fn is_ticked(control: &Element) -> bool {
    matches!(control.get_attribute("type").as_deref(), Some("radio" | "checkbox"))
}

fn property(control: &Element) -> &'static str {
    if is_ticked(control) { "checked" } else { "value" }
}

fn live(control: &Element) -> JsValue {
    get(control, property(control))
}

fn default(control: &Element) -> JsValue {
    match control.get_attribute("data-default") {
        Some(default) => default.into(),
        None if is_ticked(control) => get(control, "defaultChecked"),
        None => get(control, "defaultValue"),
    }
}

fn focus(element: &Element) {
    if let Some(element) = element.dyn_ref::<HtmlElement>() {
        let _ = element.focus();
    }
}

// By reflection, because the kinds of controls share these properties but no type.

fn get(object: &JsValue, name: &str) -> JsValue {
    js_sys::Reflect::get(object, &name.into()).unwrap_or(JsValue::UNDEFINED)
}

fn set(object: &JsValue, name: &str, value: &JsValue) {
    let _ = js_sys::Reflect::set(object, &name.into(), value);
}

fn call(object: &JsValue, name: &str) {
    if let Ok(method) = get(object, name).dyn_into::<js_sys::Function>() {
        let _ = method.call0(object);
    }
}
