//! What the user sees: the HTML around every page, and which page is at which address.
//!
//! Every page is rendered on the server with everything in it, so that it can be read without JavaScript; every form also works as a
//! plain form. What the first render needs beyond the address comes from contexts that the server provides: [`Viewer`] and [`Assets`].
//! Each list (threads, items, tasks) comes from a blocking resource once and is a plain signal from then on.

mod browser;
mod chat;
mod components;
mod drafts;
mod first;
mod live;
mod outbox;
mod pages;
pub mod text;

use leptos::{nonce::use_nonce, prelude::*};
use leptos_meta::{MetaTags, Title, provide_meta_context};
use leptos_router::components::{FlatRoutes, Route, Router};
use leptos_router::{OptionalParamSegment, SsrMode, StaticSegment};

use self::components::confirm::Confirm;
use self::components::sidebar::Sidebar;
use self::first::Json;
use self::live::Live;
use self::pages::{
    chat::ChatPage, not_found::NotFoundPage, settings::SettingsPage, sign_in::SignInPage, sign_up::SignUpPage, tasks::TasksPage,
    widgets::WidgetsPage,
};
use self::text::{Texts, texts};
use crate::api::view::Viewer;
use crate::domain::locale::Locale;

/// Noto Nastaliq Urdu.
const URDU_FONT: &str = "/fonts/noto-nastaliq-urdu-3.007.woff2";

/// How the font is loaded: only where letters of its range are shown in it. A page in Urdu asks for it at once, and does without it if it is
/// late: all of its text would jump under the reader's eyes; the next page has it. A few words of Urdu in another page wait for it.
fn urdu_face(is_urdu: bool) -> String {
    let display = if is_urdu { "optional" } else { "swap" };
    [
        "@font-face{font-family:\"Kaam Nastaliq\";src:url(\"",
        URDU_FONT,
        "\") format(\"woff2\");font-weight:400 700;font-display:",
        display,
        ";unicode-range:U+20,U+600-6FF,U+200C-200F,U+FD3E-FD3F,U+FDF2,U+FDFA;ascent-override:180%;descent-override:80%;line-gap-override:0%}",
    ]
    .concat()
}

/// Where the page's script and style are: their version is part of their URLs, so that they can be kept for ever.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assets {
    /// Changes whenever one of the files does.
    pub version: String,
}

/// Who is looking, and in which language: the same for the whole life of a page, because a change loads it anew.
#[derive(Clone)]
struct Session {
    viewer: Viewer,
    texts: &'static Texts,
}

impl Session {
    /// The session of this page.
    fn here() -> Self {
        use_context().unwrap_or_else(|| Self {
            viewer: Viewer::default(),
            texts: texts(Viewer::default().locale),
        })
    }
}

/// What the parts of the page tell each other about threads.
#[derive(Clone, Copy)]
struct Threads {
    /// Counts up whenever the list has changed.
    changed: RwSignal<u32>,
    /// The id and the new title of a thread that was renamed in the list.
    renamed: RwSignal<Option<(String, String)>>,
    /// The id of a thread that was put away or taken out again in the list.
    archived: RwSignal<Option<(String, bool)>>,
}

/// The texts in the language of this page.
fn here() -> &'static Texts {
    Session::here().texts
}

/// The HTML document; rendered on the server only.
pub fn shell(options: LeptosOptions) -> impl IntoView {
    let viewer = use_context::<Viewer>().unwrap_or_default();
    view! {
        <!DOCTYPE html>
        <html lang=viewer.locale.tag() dir=viewer.locale.dir() data-theme=viewer.theme.name()>
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1, interactive-widget=resizes-content" />
                <meta name="color-scheme" content="light dark" />
                <meta name="theme-color" media="(prefers-color-scheme: light)" content="#faf8f3" />
                <meta name="theme-color" media="(prefers-color-scheme: dark)" content="#171a17" />
                <meta name="description" content="A task manager you can talk to, in English, Roman Urdu and Urdu." />
                <link rel="icon" href="/favicon.svg" type="image/svg+xml" />
                <link rel="manifest" href="/manifest.webmanifest" />
                <Loading />
                <AutoReload options />
                <MetaTags />
            </head>
            <body>
                <App />
            </body>
        </html>
    }
}

/// The links and the script that bring the page to life.
#[component]
fn Loading() -> impl IntoView {
    let version = use_context::<Assets>().map(|assets| assets.version).unwrap_or_default();
    let url = |file: &str| ["/pkg/", file, "?v=", &version].concat();
    let (css, js, wasm) = (url("kaam.css"), url("kaam.js"), url("kaam.wasm"));
    let start = [
        "import(\"",
        &js,
        "\").then(m=>m.default({module_or_path:\"",
        &wasm,
        "\"}).then(()=>m.hydrate()))",
    ]
    .concat();
    // A page in Urdu needs its font at once. Others load it where they show Urdu, which the style sheet finds out.
    let is_urdu = use_context::<Viewer>().is_some_and(|viewer| viewer.locale == Locale::Ur);
    let font = is_urdu.then(|| view! { <link rel="preload" href=URDU_FONT r#as="font" r#type="font/woff2" crossorigin="anonymous" /> });
    view! {
        <link rel="stylesheet" href=css />
        <style nonce=use_nonce() inner_html=urdu_face(is_urdu)></style>
        {font}
        <link rel="modulepreload" href=js nonce=use_nonce() />
        <link rel="preload" href=wasm r#as="fetch" r#type="application/wasm" crossorigin="anonymous" />
        <script type="module" nonce=use_nonce() inner_html=start></script>
    }
}

/// The page.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    // Redirects that server functions ask for are meant for browsers without JavaScript: here every form knows where to go.
    let _ = leptos::server_fn::redirect::set_redirect_hook(|_| ());

    let Json(viewer) = SharedValue::new_str(|| Json(use_context::<Viewer>().unwrap_or_default())).into_inner();
    let texts = texts(viewer.locale);
    let is_signed_in = viewer.me.is_some();
    let live = Live::new(viewer.me.as_ref().map_or("", |me| &me.email));
    provide_context(Session { viewer, texts });

    let threads = Threads {
        changed: live.threads,
        renamed: RwSignal::new(None),
        archived: RwSignal::new(None),
    };
    Effect::new(move || {
        if let Some(body) = document().body() {
            let _ = body.dataset().set("hydrated", "true");
            if browser::speak::can_speak() {
                let _ = body.dataset().set("speaks", "true");
            }
        }
        if is_signed_in {
            live.listen(texts);
        }
    });

    view! {
        <Title formatter=|title: String| if title.is_empty() { "Kaam · کام".to_owned() } else { [&title, " · Kaam"].concat() } />
        <a class="skip" href="#main" rel="external">
            {texts.skip}
        </a>
        <Router>
            <div class="app" class:signed-in=is_signed_in>
                {is_signed_in.then(|| view! { <Sidebar threads /> <Confirm asked=live.leaving id="leaving" /> }.into_any())}
                <FlatRoutes fallback=NotFoundPage>
                    <Route
                        path=(StaticSegment("chat"), OptionalParamSegment("thread"))
                        view=move || view! { <ChatPage threads live /> }
                        ssr=SsrMode::Async
                    />
                    <Route path=StaticSegment("tasks") view=move || view! { <TasksPage live /> } ssr=SsrMode::Async />
                    <Route path=StaticSegment("settings") view=SettingsPage ssr=SsrMode::Async />
                    <Route path=StaticSegment("widgets") view=WidgetsPage ssr=SsrMode::Async />
                    <Route path=StaticSegment("sign-in") view=SignInPage ssr=SsrMode::Async />
                    <Route path=StaticSegment("sign-up") view=SignUpPage ssr=SsrMode::Async />
                </FlatRoutes>
            </div>
        </Router>
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_font_that_is_loaded_early_is_the_one_of_the_style_sheet() {
        assert!(super::urdu_face(true).contains(&format!("url(\"{}\")", super::URDU_FONT)));
        assert!(include_str!("../../style/tokens.css").contains("\"Kaam Nastaliq\""));
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/public").to_owned() + super::URDU_FONT;
        assert!(std::fs::read(file).is_ok_and(|bytes| bytes.starts_with(b"wOF2")));
    }
}
