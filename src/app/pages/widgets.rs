//! `/widgets`: every kind of widget, for developers.

use std::time::Duration;

use leptos::html::Textarea;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_meta::Title;

use crate::api::ApiError;
use crate::api::view::{DrawnWidget, WidgetExample};
use crate::api::widgets::{load_widgets, render_widget};
use crate::app::components::bar::Bar;
use crate::app::components::each::each;
use crate::app::components::icon::{ALERT, icon};
use crate::app::components::problem::Problem;
use crate::app::components::widget::{WidgetAction, WidgetView};
use crate::app::first::{First, Json, first};
use crate::app::{browser, here};

/// How long an action stays on its way, so that it can be seen.
const SENDING: Duration = Duration::from_millis(400);

/// The gallery.
#[component]
pub(in crate::app) fn WidgetsPage() -> impl IntoView {
    let texts = here();
    let first = first(|| async { First::Widgets(load_widgets().await) });
    view! {
        <Title text=texts.widgets />
        <div class="page">
            <div class="middle">
                <Bar title=texts.widgets.to_owned() />
                <main id="main" class="main scroller" tabindex="-1">
                    <div class="column sheet">
                        <p class="faint">{texts.widgets_note}</p>
                        <Own />
                        <Suspense fallback=move || {
                            view! { <p class="faint">{texts.loading}</p> }
                        }>
                            {move || Suspend::new(async move {
                                match first.await {
                                    Json(First::Widgets(Ok(examples))) => gallery(examples),
                                    Json(First::Widgets(Err(error))) => view! { <Problem error=Signal::stored(Some(error)) /> }.into_any(),
                                    _ => ().into_any(),
                                }
                            })}
                        </Suspense>
                    </div>
                </main>
            </div>
        </div>
    }
    .into_any()
}

fn gallery(examples: Vec<WidgetExample>) -> AnyView {
    let keys = examples.iter().map(|example| example.name.clone()).collect::<Vec<_>>();
    let examples = StoredValue::new(examples);
    let section = move |name: String| {
        let texts = here();
        let example = examples.with_value(|examples| examples.iter().find(|example| example.name == name).cloned());
        let (html, json) = example.map(|example| (example.html, example.json)).unwrap_or_default();
        let id = ["widget-", &name].concat();
        let (title, labelled_by) = (name.clone(), id.clone());
        view! {
            <section class="specimen" data-testid="example" data-name=name aria-labelledby=labelled_by>
                <h2 id=id>
                    <bdi lang="en">{title}</bdi>
                </h2>
                <Shown html=Signal::stored(html) />
                <details class="source">
                    <summary>{texts.widget_source}</summary>
                    <pre dir="ltr" lang="en" tabindex="0">
                        {json}
                    </pre>
                </details>
            </section>
        }
        .into_any()
    };
    each(move || keys.clone(), section)
}

/// A widget, and what it would send.
#[component]
fn Shown(html: Signal<String>) -> impl IntoView {
    let texts = here();
    let sent = RwSignal::new(String::new());
    let act = Callback::new(move |action: WidgetAction| {
        let handler = if action.is_client { "client" } else { "server" };
        let kind = serde_json::to_string(&action.kind).unwrap_or_default();
        let streaming = if action.streaming { "true" } else { "false" };
        let parts = [
            "{\"type\":",
            &kind,
            ",\"payload\":",
            &action.payload,
            ",\"handler\":\"",
            handler,
            "\",\"streaming\":",
            streaming,
            "}",
        ];
        sent.set(parts.concat());
        set_timeout(move || action.done.run(true), SENDING);
    });
    view! {
        <WidgetView html act />
        <p class="sent" role="status">
            {move || {
                let sent = sent.get();
                (!sent.is_empty())
                    .then(|| {
                        view! {
                            {texts.widget_sent}
                            " "
                            <code dir="ltr" lang="en" data-testid="sent">
                                {sent}
                            </code>
                        }
                    })
            }}
        </p>
    }
    .into_any()
}

/// A developer's own.
#[component]
fn Own() -> impl IntoView {
    let texts = here();
    let field = NodeRef::<Textarea>::new();
    let html = RwSignal::new(String::new());
    let wrong = RwSignal::new(String::new());
    let error = RwSignal::new(None::<ApiError>);
    let draw = move |_| {
        let Some(json) = field.get_untracked().map(|field| field.value()) else {
            return;
        };
        spawn_local(async move {
            let answer = render_widget(json).await;
            // The page may be gone by then.
            let _ = error.try_set(None);
            match answer {
                Ok(DrawnWidget::Html(drawn)) => {
                    let _ = wrong.try_set(String::new());
                    let _ = html.try_set(drawn);
                }
                Ok(DrawnWidget::Wrong(why)) => drop(wrong.try_set(why)),
                Err(ApiError::SignedOut) => browser::go("/sign-in"),
                Err(other) => drop(error.try_set(Some(other))),
            }
        });
    };
    view! {
        <section class="card" data-testid="own" aria-labelledby="own-title">
            <h2 id="own-title">
                <label for="own-json">{texts.widget_json}</label>
            </h2>
            <textarea
                id="own-json"
                class="field code"
                dir="ltr"
                lang="en"
                rows="6"
                spellcheck="false"
                autocomplete="off"
                placeholder=r#"{"type": "Card", "children": [{"type": "Text", "value": "…"}]}"#
                node_ref=field
            ></textarea>
            <Problem error />
            {move || {
                let why = wrong.get();
                (!why.is_empty())
                    .then(|| {
                        view! {
                            <p class="problem" role="alert" data-testid="widget-wrong">
                                {icon(ALERT)}
                                <span>{texts.widget_wrong} " " <bdi dir="ltr" lang="en">{why}</bdi></span>
                            </p>
                        }
                    })
            }}
            <button type="button" class="button strong" data-testid="draw" on:click=draw>
                {texts.widget_draw}
            </button>
            <Shown html=html.into() />
        </section>
    }
    .into_any()
}
