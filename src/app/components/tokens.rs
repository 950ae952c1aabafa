//! API tokens on the settings page: make, copy once, see, revoke. Plain forms alone: what they change, the server draws.

use std::time::Duration;

use leptos::prelude::*;
use leptos_router::hooks::use_location;

use super::fields::password_field;
use super::icon::{CHECK, COPY, icon};
use super::problem::{Problem, told_by};
use crate::api::ApiError;
use crate::api::tokens::load_tokens;
use crate::api::view::{ClientSetup, TokenView, TokensView};
use crate::app::first::{First, Json, first};
use crate::app::{browser, here};

/// The path of the forms, which errors are told by.
const FORMS: &str = "/api/tokens/";

/// The card.
#[component]
pub(in crate::app) fn Tokens() -> impl IntoView {
    let texts = here();
    let first = first(|| async { First::Tokens(load_tokens().await) });
    let error = told_by(FORMS);
    let search = use_location().search;
    let problem = Signal::derive(move || error.clone().filter(|_| search.with(|search| search.contains("__err="))));
    view! {
        <section class="card" id="tokens" aria-labelledby="tokens-title">
            <h2 id="tokens-title">{texts.tokens}</h2>
            <p class="hint">{texts.tokens_note}</p>
            <Problem error=problem />
            <Suspense fallback=move || {
                view! { <p class="faint">{texts.loading}</p> }
            }>
                {move || Suspend::new(async move {
                    match first.await {
                        Json(First::Tokens(Ok(view))) => whole(view),
                        Json(First::Tokens(Err(error))) => failed(error),
                        _ => ().into_any(),
                    }
                })}
            </Suspense>
        </section>
    }
    .into_any()
}

fn failed(error: ApiError) -> AnyView {
    view! { <Problem error=Signal::stored(Some(error)) /> }.into_any()
}

fn whole(
    TokensView {
        fresh,
        tokens,
        clients,
        asks_password,
    }: TokensView,
) -> AnyView {
    let texts = here();
    let is_fresh = !fresh.is_empty();
    let new = is_fresh.then(|| {
        view! {
            <div class="notice token-new" role="status">
                <p>{texts.token_made}</p>
                {copyable(fresh, "token-value")}
            </div>
        }
        .into_any()
    });
    let list = match tokens.is_empty() {
        true => view! { <p class="faint">{texts.no_tokens}</p> }.into_any(),
        false => {
            let rows: Vec<AnyView> = tokens.into_iter().map(row).collect();
            view! { <ul class="token-list" data-testid="tokens">{rows}</ul> }.into_any()
        }
    };
    let setups: Vec<AnyView> = clients.into_iter().map(setup).collect();
    view! {
        {new}
        {list}
        {form(asks_password)}
        <details class="setups" open=is_fresh>
            <summary>{texts.connect}</summary>
            <p class="hint">{texts.connect_note}</p>
            {setups}
        </details>
    }
    .into_any()
}

fn form(asks_password: bool) -> AnyView {
    let texts = here();
    let scope = |name: &'static str, label: &'static str, is_on: bool| {
        view! {
            <label class="choice">
                <input type="checkbox" name=name value="true" checked=is_on />
                {label}
            </label>
        }
        .into_any()
    };
    let end = |days: &'static str, label: &'static str| view! { <option value=days selected=days == "90">{label}</option> }.into_any();
    let [month, quarter, year, never] = texts.token_lifetimes;
    let [read, write, delete] = texts.token_scopes;
    view! {
        <form method="post" action="/api/tokens/add" data-testid="token-form">
            <label class="label" for="token-name">
                {texts.token_name}
            </label>
            <input id="token-name" class="field" type="text" name="name" dir="auto" required maxlength="100" autocomplete="off" />
            <fieldset class="choices">
                <legend class="label">{texts.token_may}</legend>
                {scope("read", read, true)}
                {scope("write", write, true)}
                {scope("delete", delete, false)}
            </fieldset>
            <label class="label" for="token-days">
                {texts.token_lasts}
            </label>
            <select id="token-days" class="field" name="days">
                {end("30", month)}
                {end("90", quarter)}
                {end("365", year)}
                {end("0", never)}
            </select>
            {asks_password.then(|| password_field("token-password", "password", texts.current_password))}
            <button class="button strong" data-testid="token-add">
                {texts.make_token}
            </button>
        </form>
    }
    .into_any()
}

fn row(token: TokenView) -> AnyView {
    let texts = here();
    let names = ["read", "write", "delete"];
    let scopes: Vec<&str> = names
        .iter()
        .zip(texts.token_scopes)
        .filter_map(|(name, label)| token.scopes.iter().any(|scope| scope == name).then_some(label))
        .collect();
    let ends = match (token.ends.is_empty(), token.is_over) {
        (true, _) => texts.token_endless.to_owned(),
        (false, true) => texts.token_ended.with(&token.ends),
        (false, false) => texts.token_ends.with(&token.ends),
    };
    let used = match token.used.is_empty() {
        true => texts.token_unused.to_owned(),
        false => texts.token_used.with(&token.used),
    };
    let calls: Vec<AnyView> = token
        .calls
        .into_iter()
        .map(|call| {
            view! {
                <li>
                    <code dir="ltr">{call.tool}</code>
                    " · "
                    {call.outcome}
                    " · "
                    {call.at}
                </li>
            }
            .into_any()
        })
        .collect();
    let calls = (!calls.is_empty()).then(|| {
        view! {
            <details>
                <summary>{texts.token_calls}</summary>
                <ul>{calls}</ul>
            </details>
        }
        .into_any()
    });
    view! {
        <li class="token" class:is-over=token.is_over data-testid="token">
            <p class="token-name">
                <bdi>{token.name}</bdi>
            </p>
            <p class="hint">{[texts.token_was_made.with(&token.made), ends, used].join(" · ")}</p>
            <p class="hint">{scopes.join(" · ")}</p>
            {calls}
            <details class="revoke">
                <summary>{texts.revoke}</summary>
                <form method="post" action="/api/tokens/revoke">
                    <p>{texts.revoke_note}</p>
                    <input type="hidden" name="id" value=token.id />
                    <button class="button danger" data-testid="revoke">
                        {texts.revoke_now}
                    </button>
                </form>
            </details>
        </li>
    }
    .into_any()
}

fn setup(ClientSetup { name, text }: ClientSetup) -> AnyView {
    view! {
        <h3 class="small-title" dir="auto">
            {name}
        </h3>
        {copyable(text, "setup")}
    }
    .into_any()
}

/// A text of programs, which can be copied by one click where there is JavaScript, and selected where not.
fn copyable(text: String, testid: &'static str) -> AnyView {
    let texts = here();
    let copied = RwSignal::new(false);
    let shown = text.clone();
    let copy = move |_| {
        if browser::copy(&text) {
            copied.set(true);
            set_timeout(
                move || {
                    let _ = copied.try_set(false);
                },
                Duration::from_secs(2),
            );
        }
    };
    view! {
        <div class="copyable">
            <pre dir="ltr" tabindex="0" data-testid=testid>
                {shown}
            </pre>
            <button type="button" class="copy" on:click=copy aria-label=texts.copy title=texts.copy>
                {move || if copied.get() { icon(CHECK) } else { icon(COPY) }}
                <span class="hidden" role="status">
                    {move || copied.get().then_some(texts.copied)}
                </span>
            </button>
        </div>
    }
    .into_any()
}
