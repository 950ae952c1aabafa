//! `/sign-in`.

use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos_meta::Title;

use crate::api::account::sign_in;
use crate::api::account::sign_up_state;
use crate::api::view::{Elsewhere, SignUpMode};
use crate::app::components::fields::password_field;
use crate::app::components::icon::{ALERT, icon};
use crate::app::components::problem::{Problem, told};
use crate::app::components::sending::Sending;
use crate::app::components::switches::{Switches, word_mark};
use crate::app::first::{First, Json, first};
use crate::app::{Session, browser, here};

/// The form for those who have an account.
#[component]
pub(in crate::app) fn SignInPage() -> impl IntoView {
    let texts = here();
    let sending = Sending::new(told());
    let send = move |event: SubmitEvent| {
        let [email, password] = ["email", "password"].map(|name| browser::field(&event, name));
        sending.send(event, sign_in(email, password), "/chat");
    };
    let mode = first(|| async { First::SignUp(sign_up_state(None).await) });
    view! {
        <Title text=texts.sign_in />
        <main id="main" class="door">
            <div class="door-box">
                {word_mark()}
                <h1>{texts.sign_in}</h1>
                <p class="faint">{texts.sign_in_note}</p>
                {elsewhere()}
                <Problem error=sending.error />
                <form method="post" action="/api/account/sign-in" on:submit=send>
                    {email_field()}
                    {password_field("password", "password", texts.password)}
                    {sending.button(texts.sign_in)}
                </form>
                // How somebody without an account gets one.
                <Suspense>
                    {move || Suspend::new(async move {
                        match mode.await {
                            Json(First::SignUp(Ok(SignUpMode::NeedsLink))) => no_account_yet(),
                            Json(First::SignUp(Ok(SignUpMode::Closed))) => ().into_any(),
                            _ => view! { <p class="faint">{texts.no_account} " " <a href="/sign-up">{texts.sign_up}</a></p> }.into_any(),
                        }
                    })}
                </Suspense>
            </div>
            <Switches />
        </main>
    }
    .into_any()
}

/// A server that nobody has set up: the way in is in its terminal.
fn no_account_yet() -> AnyView {
    let texts = here();
    view! {
        <div class="notice new-server" data-testid="new-server">
            {icon(ALERT)}
            <div>
                <h2>{texts.new_server}</h2>
                <p>{texts.needs_link_note}</p>
            </div>
        </div>
    }
    .into_any()
}

/// Where to sign in, if that is not possible at the address at which the browser is.
pub(super) fn elsewhere() -> AnyView {
    let Session { viewer, texts } = Session::here();
    let Some(Elsewhere { address, unknown }) = viewer.elsewhere else {
        return ().into_any();
    };
    let (there, link) = (texts.other_address, address.clone());
    let unknown = unknown.map(|host| view! { <p>{texts.unknown_host.view(host)}</p> }.into_any());
    view! {
        <div class="notice" role="status" data-testid="elsewhere">
            {icon(ALERT)}
            <div>
                <p>{there.0} <a href=link dir="ltr">{address}</a> {there.1}</p>
                {unknown}
            </div>
        </div>
    }
    .into_any()
}

/// Where the address goes, here and on the page for new accounts.
pub(super) fn email_field() -> AnyView {
    view! {
        <label class="label" for="email">
            {here().email}
        </label>
        <input id="email" class="field" type="email" name="email" dir="ltr" required autocomplete="username" />
    }
    .into_any()
}
