//! What the page asks of the browser. Nothing here may be called while rendering: only in effects and event handlers.

pub(super) mod shared;
pub(super) mod sight;
pub(super) mod speak;
pub(super) mod speech;
pub(super) mod upload;

use std::collections::BTreeMap;
use std::time::Duration;

use futures::channel::oneshot;
use leptos::prelude::*;
use leptos::wasm_bindgen::{JsCast, JsValue};
use leptos::web_sys::{Element, FormData, HtmlElement, HtmlFormElement, HtmlInputElement, Node, SubmitEvent, js_sys};

use crate::api::view::PageContext;
use crate::domain::locale::Locale;

/// The forms that end a session.
pub(super) const SIGN_OUT: &str = "form[action$='/sign-out']";

/// Waits. Dropped earlier, it takes its timer with it.
pub(super) struct Sleep {
    timer: Option<TimeoutHandle>,
    over: oneshot::Receiver<()>,
}

impl Sleep {
    pub fn new(duration: Duration) -> Self {
        let (tell, over) = oneshot::channel();
        let timer = set_timeout_with_handle(
            move || {
                let _ = tell.send(());
            },
            duration,
        )
        .ok();
        Self { timer, over }
    }

    pub async fn over(&mut self) {
        let _ = (&mut self.over).await;
    }
}

impl Drop for Sleep {
    fn drop(&mut self) {
        if let Some(timer) = self.timer.take() {
            timer.clear();
        }
    }
}

/// Leaves this page for another one of ours, with a full load.
pub(super) fn go(path: &str) {
    let _ = location().set_href(path);
}

/// The path of the page's address.
pub(super) fn path() -> String {
    location().pathname().unwrap_or_default()
}

/// Whether nobody sees the page.
pub(super) fn is_hidden() -> bool {
    document().hidden()
}

/// Whether the browser has a connection to anywhere. Where it says no there is none; where it says yes there may be one.
pub(super) fn is_online() -> bool {
    let navigator = js_sys::Reflect::get(&window(), &"navigator".into());
    let online = navigator.and_then(|navigator| js_sys::Reflect::get(&navigator, &"onLine".into()));
    online.ok().and_then(|online| online.as_bool()) != Some(false)
}

/// Waits until the browser has a connection.
pub(super) async fn online() {
    while !is_online() {
        Sleep::new(Duration::from_millis(500)).over().await;
    }
}

/// A name that no other message has.
pub(super) fn random_key() -> String {
    let part = || (js_sys::Math::random() * 9_007_199_254_740_992.0) as u64;
    [part().to_string(), part().to_string()].join("-")
}

/// The IANA name of the browser's zone; empty where it is not known.
pub(super) fn zone() -> String {
    let format = js_sys::Intl::DateTimeFormat::new(&js_sys::Array::new(), &js_sys::Object::new());
    js_sys::Reflect::get(&format.resolved_options(), &"timeZone".into())
        .ok()
        .and_then(|zone| zone.as_string())
        .unwrap_or_default()
}

/// What stands in a field of the form that is being sent.
pub(super) fn field(event: &SubmitEvent, name: &str) -> String {
    let form: Option<HtmlFormElement> = event.target().and_then(|form| form.dyn_into().ok());
    form.and_then(|form| FormData::new_with_form(&form).ok())
        .and_then(|data| data.get(name).as_string())
        .unwrap_or_default()
}

/// Puts the focus on the first element that a selector finds.
pub(super) fn focus(selector: &str) {
    if let Ok(Some(element)) = document().query_selector(selector)
        && let Some(element) = element.dyn_ref::<HtmlElement>()
    {
        let _ = element.focus();
    }
}

/// Whether the reader uses a finger: opening the keyboard unasked would hide half of the page.
pub(super) fn is_touch() -> bool {
    // By reflection: naming these types would need features of web-sys that the server's build does not have.
    let call = |target: &JsValue| -> Option<bool> {
        let ask: js_sys::Function = js_sys::Reflect::get(target, &"matchMedia".into()).ok()?.dyn_into().ok()?;
        let list = ask.call1(target, &"(pointer: coarse)".into()).ok()?;
        js_sys::Reflect::get(&list, &"matches".into()).ok()?.as_bool()
    };
    call(&window()).unwrap_or(false)
}

/// Whether the focus is nowhere, for example because what had it is gone.
pub(super) fn focus_is_lost() -> bool {
    document().active_element().is_none_or(|element| element.tag_name() == "BODY")
}

/// Closes a popover if it is open.
pub(super) fn hide_popover(id: &str) {
    let hide = |element: &Element| -> Option<()> {
        let hide: js_sys::Function = js_sys::Reflect::get(element, &"hidePopover".into()).ok()?.dyn_into().ok()?;
        // Throws where it is not open, which is as well.
        let _ = hide.call0(element);
        Some(())
    };
    if let Some(element) = document().get_element_by_id(id) {
        hide(&element);
    }
}

/// Puts a text on the clipboard, where the browser lets us.
pub(super) fn copy(text: &str) -> bool {
    let write = || -> Option<()> {
        let navigator = js_sys::Reflect::get(&window(), &"navigator".into()).ok()?;
        let clipboard = js_sys::Reflect::get(&navigator, &"clipboard".into())
            .ok()
            .filter(JsValue::is_object)?;
        let write: js_sys::Function = js_sys::Reflect::get(&clipboard, &"writeText".into()).ok()?.dyn_into().ok()?;
        write.call1(&clipboard, &text.into()).ok().map(drop)
    };
    write().is_some()
}

/// What the browser remembers under a name.
pub(super) fn remembered(name: &str) -> Option<String> {
    let storage = js_sys::Reflect::get(&window(), &"localStorage".into()).ok()?;
    let get: js_sys::Function = js_sys::Reflect::get(&storage, &"getItem".into()).ok()?.dyn_into().ok()?;
    get.call1(&storage, &name.into()).ok()?.as_string()
}

/// Lets the browser remember a text under a name, or forget it.
pub(super) fn remember(name: &str, text: Option<&str>) {
    let write = || -> Option<()> {
        let storage = js_sys::Reflect::get(&window(), &"localStorage".into()).ok()?;
        let function = if text.is_some() { "setItem" } else { "removeItem" };
        let function: js_sys::Function = js_sys::Reflect::get(&storage, &function.into()).ok()?.dyn_into().ok()?;
        function
            .call2(&storage, &name.into(), &text.unwrap_or_default().into())
            .ok()
            .map(drop)
    };
    // Without storage nothing is remembered, and nothing else is lost.
    let _ = write();
}

/// Lets the browser forget all whose names begin so.
pub(super) fn forget(prefix: &str) {
    let names = || -> Option<js_sys::Array> {
        let storage = js_sys::Reflect::get(&window(), &"localStorage".into()).ok()?;
        Some(js_sys::Object::keys(storage.dyn_ref::<js_sys::Object>()?))
    };
    for name in names().unwrap_or_default().iter().filter_map(|name| name.as_string()) {
        if name.starts_with(prefix) {
            remember(&name, None);
        }
    }
}

/// Sends the first form that a selector finds, without asking anybody about it.
pub(super) fn submit(selector: &str) {
    if let Ok(Some(form)) = document().query_selector(selector)
        && let Some(form) = form.dyn_ref::<HtmlFormElement>()
    {
        let _ = form.submit();
    }
}

/// Whether a dialog or a popover is open, which has the Escape key for itself.
pub(super) fn has_overlay() -> bool {
    document().query_selector("dialog[open], :popover-open").ok().flatten().is_some()
}

/// Scrolls what is inside a scrolling box until this element shows.
pub(super) fn reveal(id: &str) {
    let show = |element: &Element| -> Option<()> {
        let show: js_sys::Function = js_sys::Reflect::get(element, &"scrollIntoView".into()).ok()?.dyn_into().ok()?;
        let nearest = js_sys::Object::new();
        js_sys::Reflect::set(&nearest, &"block".into(), &"nearest".into()).ok()?;
        show.call1(element, &nearest).ok().map(drop)
    };
    if let Some(element) = document().get_element_by_id(id) {
        let _ = show(&element);
    }
}

/// What stands behind the `#` of the address.
pub(super) fn fragment() -> Option<String> {
    let hash = location().hash().ok()?;
    hash.strip_prefix('#').filter(|id| !id.is_empty()).map(str::to_owned)
}

/// Goes to an element, marks it and gives it the focus. Whether there is one.
pub(super) fn show(id: &str) -> bool {
    let Some(element) = document().get_element_by_id(id) else {
        return false;
    };
    let _ = element.set_attribute("tabindex", "-1");
    let _ = element.set_attribute("data-shown", "");
    if let Some(element) = element.dyn_ref::<HtmlElement>() {
        let _ = element.focus();
    }
    element.scroll_into_view();
    true
}

/// A step of the focus through elements of a class, in a circle.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    First,
    Last,
    Next,
    Before,
}

/// Moves the focus among the elements of a class.
pub(super) fn move_focus(class: &str, step: Step) {
    let elements = document().get_elements_by_class_name(class);
    let count = elements.length();
    let now = document().active_element();
    let at = (0..count).find(|at| elements.item(*at) == now);
    let to = match (step, at) {
        (Step::First, _) | (Step::Next, None) => 0,
        (Step::Last, _) | (Step::Before, None) => count.saturating_sub(1),
        (Step::Next, Some(at)) => (at + 1) % count,
        (Step::Before, Some(at)) => (at + count - 1) % count,
    };
    if let Some(element) = elements.item(to)
        && let Some(element) = element.dyn_ref::<HtmlElement>()
    {
        let _ = element.focus();
    }
}

/// Whether an event comes from inside an element that a selector finds.
pub(super) fn comes_from(event: &leptos::web_sys::Event, selector: &str) -> bool {
    let from = event.target().and_then(|target| target.dyn_into::<Element>().ok());
    from.is_some_and(|from| from.closest(selector).ok().flatten().is_some())
}

/// Clicks the first element that a selector finds.
pub(super) fn click(selector: &str) {
    if let Ok(Some(element)) = document().query_selector(selector)
        && let Some(element) = element.dyn_ref::<HtmlElement>()
    {
        element.click();
    }
}

/// Shows a task in the list beside the chat, and selects it.
pub(super) fn open_task(id: &str) {
    let by_method = |element: &Element, name: &str| {
        let method = js_sys::Reflect::get(element, &name.into())
            .ok()?
            .dyn_into::<js_sys::Function>()
            .ok()?;
        // Throws where the panel is not a popover just now, which is as well.
        method.call0(element).ok()
    };
    if let Some(panel) = document().get_element_by_id("tasks")
        && panel.client_height() == 0
    {
        by_method(&panel, "showPopover");
    }
    let selector = ["#task-", id, " .task-select"].concat();
    if let Ok(Some(row)) = document().query_selector(&selector) {
        reveal(&["task-", id].concat());
        if let Some(row) = row.dyn_ref::<HtmlElement>() {
            row.click();
            let _ = row.focus();
        }
    }
}

/// A text in a JSON object.
pub(super) fn json_field(json: &str, name: &str) -> Option<String> {
    let object = js_sys::JSON::parse(json).ok()?;
    js_sys::Reflect::get(&object, &name.into()).ok()?.as_string()
}

/// What the page tells the assistant of itself.
pub(super) fn page_context(locale: Locale) -> PageContext {
    let selected = document().query_selector(".task[aria-current=true]").ok().flatten();
    let view = location().pathname().unwrap_or_default();
    PageContext {
        selected_task: selected.and_then(|row| row.get_attribute("data-task-id")),
        time_zone: zone(),
        open_view: view.split('/').nth(1).unwrap_or_default().to_owned(),
        locale,
        local_time: js_sys::Date::new_0().to_string().into(),
    }
}

/// The question of a field of a form, and its number there.
fn answer_name(name: &str) -> Option<(&str, &str)> {
    name.strip_prefix("answers[")
        .and_then(|rest| rest.strip_suffix(']')?.rsplit_once("]["))
}

/// The answer that a button is by itself.
pub(super) fn chosen(button: &Element) -> Option<BTreeMap<String, Vec<String>>> {
    let name = button.get_attribute("name")?;
    let (id, _) = answer_name(&name)?;
    Some(BTreeMap::from([(id.to_owned(), vec![button.get_attribute("value")?])]))
}

/// The answers in a form, by the ids of its questions: its fields are called `answers[id][n]`. What number 0 says comes first.
pub(super) fn answers(form: &Element) -> BTreeMap<String, Vec<String>> {
    let mut answers: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let fields = form.get_elements_by_tag_name("input");
    for at in 0..fields.length() {
        let Some(field) = fields.item(at).and_then(|field| field.dyn_into::<HtmlInputElement>().ok()) else {
            continue;
        };
        let name = field.name();
        let place = answer_name(&name);
        let counts = match field.type_().as_str() {
            "text" => !field.value().trim().is_empty(),
            _ => field.checked(),
        };
        if let (Some((id, n)), true) = (place, counts) {
            let values = answers.entry(id.to_owned()).or_default();
            let at = if n == "0" { 0 } else { values.len() };
            values.insert(at, field.value());
        }
    }
    answers
}

/// What is selected inside an element; nothing if that is nothing, or elsewhere.
pub(super) fn selected_in(element: &Element) -> Option<String> {
    let get = js_sys::Reflect::get(&document(), &"getSelection".into())
        .ok()?
        .dyn_into::<js_sys::Function>()
        .ok()?;
    let selection = get.call0(&document()).ok().filter(JsValue::is_object)?;
    let anchor = js_sys::Reflect::get(&selection, &"anchorNode".into())
        .ok()?
        .dyn_into::<Node>()
        .ok()?;
    let text = String::from(js_sys::Object::from(selection).to_string());
    (element.contains(Some(&anchor)) && !text.trim().is_empty()).then_some(text)
}
