//! The microphone: the browser's own dictation, or a recording.

use std::cell::RefCell;
use std::time::Duration;

use futures::channel::oneshot;
use leptos::prelude::{TimeoutHandle, set_timeout_with_handle, window};
use leptos::wasm_bindgen::closure::Closure;
use leptos::wasm_bindgen::{JsCast, JsValue};
use leptos::web_sys::js_sys::{Array, Function, Object, Promise, Reflect};

/// The longest recording.
const LONGEST: Duration = Duration::from_secs(120);

/// Why nothing can be heard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::app) enum Deaf {
    /// The person, or the browser, does not allow the microphone.
    Denied,
    /// There is none.
    NoMicrophone,
    /// Nobody spoke.
    Silence,
    /// Anything else, such as no connection to the browser's service.
    Failed,
}

/// What listens, with what it calls back: gone when this is.
struct Ear {
    recogniser: JsValue,
    /// A recording's microphone, which stays lit until it is told.
    stream: Option<JsValue>,
    limit: Option<TimeoutHandle>,
    _calls: Vec<Closure<dyn FnMut(JsValue)>>,
}

thread_local! {
    static EAR: RefCell<Option<Ear>> = const { RefCell::new(None) };
}

pub(super) fn get(of: &JsValue, name: &str) -> JsValue {
    Reflect::get(of, &name.into()).unwrap_or(JsValue::UNDEFINED)
}

pub(super) fn call(of: &JsValue, name: &str, argument: Option<&JsValue>) -> Result<JsValue, JsValue> {
    let function: Function = get(of, name).dyn_into()?;
    match argument {
        None => function.call0(of),
        Some(argument) => function.call1(of, argument),
    }
}

fn recogniser() -> Option<Function> {
    let of = |name: &str| get(&window(), name).dyn_into::<Function>().ok();
    of("SpeechRecognition").or_else(|| of("webkitSpeechRecognition"))
}

/// Whether the browser takes dictation.
pub(in crate::app) fn can_dictate() -> bool {
    recogniser().is_some()
}

/// Whether the browser can record sound.
pub(in crate::app) fn can_record() -> bool {
    get(&window(), "MediaRecorder").is_function() && get(&get(&window(), "navigator"), "mediaDevices").is_object()
}

/// Takes dictation in a language until [`stop`]. `heard` is told all words so far, each time; `over` once, at the end.
pub(in crate::app) fn dictate(language: &str, mut heard: impl FnMut(String) + 'static, mut over: impl FnMut(Option<Deaf>) + 'static) {
    let made = recogniser().and_then(|class| Reflect::construct(&class, &Array::new()).ok());
    let Some(recogniser) = made else {
        return over(Some(Deaf::Failed));
    };
    let set = |name: &str, value: &JsValue| {
        let _ = Reflect::set(&recogniser, &name.into(), value);
    };
    set("lang", &language.into());
    set("continuous", &true.into());
    set("interimResults", &true.into());
    let results = Closure::<dyn FnMut(JsValue)>::new(move |event: JsValue| {
        let results = get(&event, "results");
        let count = get(&results, "length").as_f64().unwrap_or_default() as u32;
        let words = (0..count).filter_map(|at| {
            let best = Reflect::get_u32(&Reflect::get_u32(&results, at).ok()?, 0).ok()?;
            Some(get(&best, "transcript").as_string()?.trim().to_owned())
        });
        heard(words.filter(|words| !words.is_empty()).collect::<Vec<_>>().join(" "));
    });
    let failure = std::rc::Rc::new(std::cell::Cell::new(None));
    let failed = Closure::<dyn FnMut(JsValue)>::new({
        let failure = failure.clone();
        move |event: JsValue| {
            failure.set(match get(&event, "error").as_string().as_deref() {
                Some("not-allowed" | "service-not-allowed") => Some(Deaf::Denied),
                Some("audio-capture") => Some(Deaf::NoMicrophone),
                Some("no-speech") => Some(Deaf::Silence),
                // We did that.
                Some("aborted") => None,
                _ => Some(Deaf::Failed),
            });
        }
    });
    let ended = Closure::<dyn FnMut(JsValue)>::new(move |_| over(failure.get()));
    set("onresult", results.as_ref());
    set("onerror", failed.as_ref());
    set("onend", ended.as_ref());
    let begun = call(&recogniser, "start", None);
    EAR.set(Some(Ear {
        recogniser: recogniser.clone(),
        stream: None,
        limit: None,
        _calls: vec![results, failed, ended],
    }));
    if begun.is_err() {
        let _ = call(&get(&recogniser, "onend"), "call", None);
    }
}

/// Records until [`stop`], or for two minutes; gives the sound in base64 and its media type.
pub(in crate::app) async fn record(begun: impl FnOnce()) -> Result<(String, String), Deaf> {
    let devices = get(&get(&window(), "navigator"), "mediaDevices");
    let wish = Object::new();
    let _ = Reflect::set(&wish, &"audio".into(), &true.into());
    let stream = match call(&devices, "getUserMedia", Some(&wish)) {
        Ok(promise) => settled(promise).await,
        Err(error) => Err(error),
    };
    let stream = stream.map_err(|error| match get(&error, "name").as_string().as_deref() {
        Some("NotAllowedError" | "SecurityError") => Deaf::Denied,
        Some("NotFoundError" | "NotReadableError") => Deaf::NoMicrophone,
        _ => Deaf::Failed,
    })?;
    let class: Function = get(&window(), "MediaRecorder").dyn_into().map_err(|_| Deaf::Failed)?;
    let recorder = Reflect::construct(&class, &Array::of1(&stream)).map_err(|_| Deaf::Failed)?;
    let pieces = Array::new();
    let piece = Closure::<dyn FnMut(JsValue)>::new({
        let pieces = pieces.clone();
        move |event: JsValue| {
            pieces.push(&get(&event, "data"));
        }
    });
    let (tell, over) = oneshot::channel::<()>();
    let mut tell = Some(tell);
    let ended = Closure::<dyn FnMut(JsValue)>::new(move |_| {
        if let Some(tell) = tell.take() {
            let _ = tell.send(());
        }
    });
    let _ = Reflect::set(&recorder, &"ondataavailable".into(), piece.as_ref());
    let _ = Reflect::set(&recorder, &"onstop".into(), ended.as_ref());
    call(&recorder, "start", None).map_err(|_| Deaf::Failed)?;
    EAR.set(Some(Ear {
        recogniser: recorder.clone(),
        stream: Some(stream),
        limit: set_timeout_with_handle(stop, LONGEST).ok(),
        _calls: vec![piece, ended],
    }));
    begun();
    let _ = over.await;
    hang_up();
    let kind = get(&recorder, "mimeType").as_string().unwrap_or_default();
    encode(&pieces, &kind).await.map(|sound| (sound, kind)).ok_or(Deaf::Failed)
}

/// The pieces of a recording in base64.
async fn encode(pieces: &Array, kind: &str) -> Option<String> {
    let options = Object::new();
    Reflect::set(&options, &"type".into(), &kind.into()).ok()?;
    let class: Function = get(&window(), "Blob").dyn_into().ok()?;
    let blob = Reflect::construct(&class, &Array::of2(pieces, &options)).ok()?;
    let class: Function = get(&window(), "FileReader").dyn_into().ok()?;
    let reader = Reflect::construct(&class, &Array::new()).ok()?;
    let (tell, over) = oneshot::channel::<()>();
    let mut tell = Some(tell);
    let read = Closure::<dyn FnMut()>::new(move || {
        if let Some(tell) = tell.take() {
            let _ = tell.send(());
        }
    });
    Reflect::set(&reader, &"onloadend".into(), read.as_ref()).ok()?;
    call(&reader, "readAsDataURL", Some(&blob)).ok()?;
    let _ = over.await;
    let url = get(&reader, "result").as_string()?;
    url.split_once(',')
        .map(|(_, sound)| sound.to_owned())
        .filter(|sound| !sound.is_empty())
}

/// Ends what is being heard; what was heard so far counts.
pub(in crate::app) fn stop() {
    let listening = EAR.with_borrow(|ear| ear.as_ref().map(|ear| ear.recogniser.clone()));
    // Behind the borrow: it may call back at once.
    if let Some(listening) = listening {
        let _ = call(&listening, "stop", None);
    }
}

/// Lets go of the microphone.
pub(in crate::app) fn hang_up() {
    let Some(ear) = EAR.take() else { return };
    if let Some(limit) = ear.limit {
        limit.clear();
    }
    if let Some(tracks) = ear.stream.and_then(|stream| call(&stream, "getTracks", None).ok()) {
        for track in Array::from(&tracks).iter() {
            let _ = call(&track, "stop", None);
        }
    }
    if let Some(abort) = get(&ear.recogniser, "abort").dyn_ref::<Function>() {
        let _ = Reflect::set(&ear.recogniser, &"onend".into(), &JsValue::NULL);
        let _ = abort.call0(&ear.recogniser);
    }
}

/// Waits for a promise.
async fn settled(promise: JsValue) -> Result<JsValue, JsValue> {
    let (tell, over) = oneshot::channel::<Result<JsValue, JsValue>>();
    let tell = std::rc::Rc::new(RefCell::new(Some(tell)));
    let other = tell.clone();
    let kept = Closure::<dyn FnMut(JsValue)>::new(move |value| {
        if let Some(tell) = tell.take() {
            let _ = tell.send(Ok(value));
        }
    });
    let broken = Closure::<dyn FnMut(JsValue)>::new(move |error| {
        if let Some(tell) = other.take() {
            let _ = tell.send(Err(error));
        }
    });
    let _ = promise.unchecked_into::<Promise>().then2(&kept, &broken);
    over.await.unwrap_or(Err(JsValue::UNDEFINED))
}
