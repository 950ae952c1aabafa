//! Files, and requests that tell how far they are. `fetch` cannot tell that of what it sends, so this is `XMLHttpRequest`.

use std::cell::RefCell;

use futures::channel::oneshot;
use leptos::wasm_bindgen::closure::Closure;
use leptos::wasm_bindgen::prelude::wasm_bindgen;
use leptos::wasm_bindgen::{JsCast, JsValue};
use leptos::web_sys::js_sys::{Array, Function, JSON, Reflect};

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = XMLHttpRequest)]
    #[derive(Clone)]
    type Xhr;
    #[wasm_bindgen(constructor, js_class = "XMLHttpRequest")]
    fn new() -> Xhr;
    #[wasm_bindgen(method, catch)]
    fn open(this: &Xhr, method: &str, url: &str) -> Result<(), JsValue>;
    #[wasm_bindgen(method, catch, js_name = setRequestHeader)]
    fn set_request_header(this: &Xhr, name: &str, value: &str) -> Result<(), JsValue>;
    #[wasm_bindgen(method, catch)]
    fn send(this: &Xhr, body: &JsValue) -> Result<(), JsValue>;
    #[wasm_bindgen(method)]
    fn abort(this: &Xhr);
    #[wasm_bindgen(method, getter)]
    fn status(this: &Xhr) -> u16;
    #[wasm_bindgen(method, getter, js_name = responseText)]
    fn response_text(this: &Xhr) -> String;
    #[wasm_bindgen(method, getter)]
    fn upload(this: &Xhr) -> JsValue;
    #[wasm_bindgen(method, setter)]
    fn set_onloadend(this: &Xhr, then: &JsValue);

    #[wasm_bindgen(js_name = FormData)]
    type Form;
    #[wasm_bindgen(constructor, js_class = "FormData")]
    fn new() -> Form;
    #[wasm_bindgen(method)]
    fn append(this: &Form, name: &str, value: &JsValue);

    #[wasm_bindgen(js_namespace = URL, js_name = createObjectURL)]
    fn create_object_url(file: &JsValue) -> String;
    #[wasm_bindgen(js_namespace = URL, js_name = revokeObjectURL)]
    fn revoke_object_url(url: &str);
}

/// What the browser holds of an upload, by the key of its entry: a file, and the request that is on its way.
struct Held {
    key: u32,
    file: JsValue,
    request: Option<Xhr>,
}

thread_local! {
    static HELD: RefCell<Vec<Held>> = const { RefCell::new(Vec::new()) };
}

/// A file as the browser describes it.
pub(in crate::app) struct FileInfo {
    pub name: String,
    pub size: u64,
    pub mime_type: String,
}

/// How a request ended.
pub(in crate::app) enum Answer {
    /// With 2xx, and this text.
    Fine(String),
    /// With another status.
    Refused(u16),
    /// Without an answer, or given up.
    Broken,
}

/// The files of a field, of what is dropped, or of what is pasted: `files` of an event's target or of the thing that carries them.
pub(in crate::app) fn files_of(event: &JsValue, carrier: &str) -> Vec<JsValue> {
    let get = |of: &JsValue, name: &str| {
        Reflect::get(of, &name.into())
            .ok()
            .filter(|value| !value.is_null() && !value.is_undefined())
    };
    let files = get(event, carrier).and_then(|carrier| get(&carrier, "files"));
    files.map(|files| Array::from(&files).to_vec()).unwrap_or_default()
}

/// The text of a kind among what is pasted.
pub(in crate::app) fn pasted_as(event: &JsValue, kind: &str) -> Option<String> {
    let carrier = Reflect::get(event, &"clipboardData".into()).ok()?;
    let read = Reflect::get(&carrier, &"getData".into()).ok()?.dyn_into::<Function>().ok()?;
    let text = read.call1(&carrier, &kind.into()).ok()?.as_string()?;
    (!text.trim().is_empty()).then_some(text)
}

/// Whether formatted text is among what is pasted.
pub(in crate::app) fn pasted_text(event: &JsValue) -> bool {
    pasted_as(event, "text/plain").is_some() && pasted_as(event, "text/html").is_some()
}

/// Whether files are among what is dragged over the page. What they are is only told when they are dropped.
pub(in crate::app) fn drags_files(event: &JsValue) -> bool {
    let types = Reflect::get(event, &"dataTransfer".into()).and_then(|carrier| Reflect::get(&carrier, &"types".into()));
    types.is_ok_and(|types| types.is_object() && Array::from(&types).includes(&"Files".into(), 0))
}

/// Describes a file.
pub(in crate::app) fn info(file: &JsValue) -> FileInfo {
    let get = |name: &str| Reflect::get(file, &name.into()).unwrap_or(JsValue::UNDEFINED);
    FileInfo {
        name: get("name").as_string().unwrap_or_default(),
        size: get("size").as_f64().unwrap_or_default() as u64,
        mime_type: get("type").as_string().unwrap_or_default(),
    }
}

/// A URL under which this page finds a file of the person, until it is given up.
pub(in crate::app) fn picture_url(file: &JsValue) -> String {
    create_object_url(file)
}

/// Gives such a URL up.
pub(in crate::app) fn forget_picture(url: &str) {
    revoke_object_url(url);
}

/// Keeps a file for its upload.
pub(in crate::app) fn hold(key: u32, file: JsValue) {
    HELD.with_borrow_mut(|held| held.push(Held { key, file, request: None }));
}

/// The file that is kept.
pub(in crate::app) fn held(key: u32) -> Option<JsValue> {
    HELD.with_borrow(|held| held.iter().find(|held| held.key == key).map(|held| held.file.clone()))
}

/// Gives up the file and what is on its way.
pub(in crate::app) fn let_go(key: u32) {
    let request = HELD.with_borrow_mut(|held| {
        let at = held.iter().position(|held| held.key == key)?;
        held.swap_remove(at).request
    });
    // Behind the borrow: it calls back at once.
    if let Some(request) = request {
        request.abort();
    }
}

/// A text as JSON has it.
pub(in crate::app) fn json_text(text: &str) -> String {
    JSON::stringify(&text.into())
        .ok()
        .and_then(|json| json.as_string())
        .unwrap_or_default()
}

/// A value inside a JSON text, by its path.
pub(in crate::app) fn json_at(json: &str, path: &[&str]) -> Option<JsValue> {
    let whole = JSON::parse(json).ok()?;
    path.iter()
        .try_fold(whole, |value, name| Reflect::get(&value, &(*name).into()).ok())
}

/// Asks the server by the ChatKit protocol, with the session of the page.
pub(in crate::app) async fn chatkit(kind: &str, params: &str) -> Answer {
    let body = ["{\"type\":\"", kind, "\",\"params\":", params, "}"].concat();
    let json = [("content-type".to_owned(), "application/json".to_owned())];
    request("POST", "/chatkit", &json, &body.into(), None).await
}

/// Brings a kept file to where the server wants it. `progress` is told how much of it is there, 0 to 1.
pub(in crate::app) async fn bring(key: u32, file: &JsValue, descriptor: &JsValue, progress: impl FnMut(f64) + 'static) -> Answer {
    let get = |name: &str| Reflect::get(descriptor, &name.into()).unwrap_or(JsValue::UNDEFINED);
    let (Some(url), Some(method)) = (get("url").as_string(), get("method").as_string()) else {
        return Answer::Broken;
    };
    let headers = get("headers");
    let names = if headers.is_object() {
        Reflect::own_keys(&headers).unwrap_or_default()
    } else {
        Array::new()
    };
    let headers: Vec<(String, String)> = names
        .iter()
        .filter_map(|name| Some((name.as_string()?, Reflect::get(&headers, &name).ok()?.as_string()?)))
        .collect();
    let body: JsValue = if method == "POST" {
        let form = Form::new();
        form.append("file", file);
        form.into()
    } else {
        file.clone()
    };
    request(&method, local(&url), &headers, &body, Some((key, Box::new(progress)))).await
}

/// The path of a URL of ours: the page may be seen under another name than the server knows.
fn local(url: &str) -> &str {
    let behind = url.split_once("://").map_or(url, |(_, behind)| behind);
    match (behind.len() == url.len(), behind.find('/')) {
        (false, Some(at)) => &behind[at..],
        _ => url,
    }
}

type Progress = Box<dyn FnMut(f64)>;

async fn request(method: &str, url: &str, headers: &[(String, String)], body: &JsValue, progress: Option<(u32, Progress)>) -> Answer {
    let xhr = Xhr::new();
    if xhr.open(method, url).is_err() {
        return Answer::Broken;
    }
    for (name, value) in headers {
        let _ = xhr.set_request_header(name, value);
    }
    // Kept until the end of the request, which is the end of this function.
    let _heard = progress.map(|(key, mut tell)| {
        HELD.with_borrow_mut(|held| {
            if let Some(held) = held.iter_mut().find(|held| held.key == key) {
                held.request = Some(xhr.clone());
            }
        });
        let heard = Closure::<dyn FnMut(JsValue)>::new(move |event: JsValue| {
            let number = |name: &str| {
                Reflect::get(&event, &name.into())
                    .ok()
                    .and_then(|value| value.as_f64())
                    .unwrap_or_default()
            };
            tell(number("loaded") / number("total").max(1.0));
        });
        let _ = Reflect::set(&xhr.upload(), &"onprogress".into(), heard.as_ref());
        heard
    });
    let (tell, over) = oneshot::channel::<()>();
    let mut tell = Some(tell);
    let ended = Closure::<dyn FnMut()>::new(move || {
        if let Some(tell) = tell.take() {
            let _ = tell.send(());
        }
    });
    xhr.set_onloadend(ended.as_ref().unchecked_ref());
    if xhr.send(body).is_err() {
        return Answer::Broken;
    }
    let _ = over.await;
    match xhr.status() {
        200..300 => Answer::Fine(xhr.response_text()),
        0 => Answer::Broken,
        status => Answer::Refused(status),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_of_ours_lose_their_host() {
        assert_eq!(
            local("https://kaam.example.com/chatkit/attachments/a?x=1"),
            "/chatkit/attachments/a?x=1"
        );
        assert_eq!(local("/chatkit/attachments/a"), "/chatkit/attachments/a");
        assert_eq!(local("http://x"), "http://x");
    }
}
