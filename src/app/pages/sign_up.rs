//! `/sign-up`, with `?setup=` from the set-up link.

use leptos::ev::SubmitEvent;
use leptos::html::Input;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

use crate::api::ApiError;
use crate::api::account::{sign_up, sign_up_state};
use crate::api::view::SignUpMode;
use crate::app::components::fields::new_password_field;
use crate::app::components::problem::{Problem, told};
use crate::app::components::sending::Sending;
use crate::app::components::switches::{Switches, word_mark};
use crate::app::first::{First, Json, first};
use crate::app::pages::sign_in::{elsewhere, email_field};
use crate::app::{browser, here};

/// The form for a new account, or why there is none.
#[component]
pub(in crate::app) fn SignUpPage() -> impl IntoView {
    let setup = use_query_map().with_untracked(|query| query.get("setup"));
    let mode = {
        let setup = setup.clone();
        first(move || {
            let setup = setup.clone();
            async move { First::SignUp(sign_up_state(setup).await) }
        })
    };
    let setup = StoredValue::new(setup.unwrap_or_default());
    let texts = here();
    view! {
        <Title text=texts.sign_up />
        <main id="main" class="door">
            <div class="door-box">
                {word_mark()}
                {elsewhere()}
                <Suspense fallback=move || {
                    view! { <p class="faint">{texts.loading}</p> }
                }>
                    {move || Suspend::new(async move {
                        match mode.await {
                            Json(First::SignUp(Ok(mode))) => view! { <Door mode setup=setup.get_value() /> }.into_any(),
                            Json(First::SignUp(Err(error))) => view! { {problem(error)} {have_account()} }.into_any(),
                            Json(_) => ().into_any(),
                        }
                    })}
                </Suspense>
            </div>
            <Switches />
        </main>
    }
    .into_any()
}

fn have_account() -> AnyView {
    let texts = here();
    view! { <p class="faint">{texts.have_account} " " <a href="/sign-in">{texts.sign_in}</a></p> }.into_any()
}

fn problem(error: ApiError) -> AnyView {
    view! { <Problem error=Signal::stored(Some(error)) /> }.into_any()
}

#[component]
fn Door(mode: SignUpMode, setup: String) -> impl IntoView {
    let texts = here();
    let (title, note) = match mode {
        SignUpMode::Open => (texts.sign_up, texts.sign_up_note),
        SignUpMode::Setup => (texts.set_up, texts.set_up_note),
        SignUpMode::NeedsLink => (texts.needs_link, texts.needs_link_note),
        SignUpMode::Closed => (texts.closed, texts.closed_note),
    };
    let is_open = matches!(mode, SignUpMode::Open | SignUpMode::Setup);
    view! {
        <h1>{title}</h1>
        <p class="faint" data-testid="sign-up-note">
            {note}
        </p>
        {is_open.then(|| view! { <Form setup /> }.into_any())}
        // Before the first account there is none.
        {(mode != SignUpMode::Setup).then(have_account)}
    }
    .into_any()
}

#[component]
fn Form(setup: String) -> impl IntoView {
    let texts = here();
    let sending = Sending::new(told());
    let send = move |event: SubmitEvent| {
        let [email, password, name, zone, setup] = ["email", "password", "name", "zone", "setup"].map(|name| browser::field(&event, name));
        sending.send(event, sign_up(email, password, name, zone, setup), "/chat");
    };
    let zone = NodeRef::<Input>::new();
    Effect::new(move || {
        if let Some(zone) = zone.get() {
            zone.set_value(&browser::zone());
        }
    });
    view! {
        <Problem error=sending.error />
        <form method="post" action="/api/account/sign-up" on:submit=send>
            <input type="hidden" name="setup" value=setup />
            <input type="hidden" name="zone" value="" node_ref=zone />
            <label class="label" for="name">
                {texts.your_name}
                <span class="faint">" (" {texts.optional} ")"</span>
            </label>
            <input id="name" class="field" type="text" name="name" dir="auto" maxlength="100" autocomplete="name" />
            {email_field()}
            {new_password_field("password", texts.password)}
            {sending.button(texts.make_account)}
        </form>
    }
    .into_any()
}
