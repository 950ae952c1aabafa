//! Bodies of the server functions of [`crate::api::account`].

use http::{HeaderName, HeaderValue, header, request::Parts};
use leptos::prelude::use_context;
use leptos_axum::{ResponseOptions, redirect};
use tower_sessions::Session;

use super::{Caller, LOCALE_COOKIE, THEME_COOKIE, caller, failed, go_back, here, internal, locale_of, of_app, refuse, theme_of};
use crate::{
    api::{
        ApiError,
        view::{Elsewhere, Me, SignUpMode, Theme, Viewer},
    },
    domain::{
        id::UserId,
        locale::{Digits, Locale, WeekStart},
        text::{self, TextError},
    },
    server::{
        auth::{
            About, EmailAddress, PasswordError, current_user,
            devices::{self, Devices},
            host,
            limits::{Attempt, Whence},
            secret, session,
        },
        config::SignUp,
        request_id,
        state::AppState,
        store::{
            StoreError,
            accounts::{NewUser, NewUserError, User},
            changes::Hint,
        },
    },
};

/// The longest name, in characters.
const NAME_MAX: usize = 100;
/// A year.
const COOKIE_SECONDS: u32 = 365 * 24 * 60 * 60;

/// Who is looking. Nobody is a good answer, too.
pub async fn viewer() -> Result<Viewer, ApiError> {
    let (state, parts) = here().map_err(refuse)?;
    let user = current_user::by_session(&parts, &state)
        .await
        .map_err(|error| refuse(of_app(error)))?;
    Ok(viewer_of(&state, user, &parts))
}

/// The person who was found, in the language and colours that they chose.
pub fn viewer_of(state: &AppState, user: Option<User>, parts: &Parts) -> Viewer {
    let locale = locale_of(user.as_ref(), &parts.headers);
    let theme = theme_of(user.as_ref(), &parts.headers);
    let digits = user.as_ref().map(|user| user.digits).unwrap_or_default();
    let week_start = user.as_ref().map(|user| user.week_start).unwrap_or_default();
    Viewer {
        me: user.map(me),
        locale,
        theme,
        digits,
        week_start,
        models: state.runs.models(),
        transcribes: false,
        elsewhere: host::elsewhere(parts, &state.config).map(|why| Elsewhere {
            address: state.config.public_origin(),
            unknown: match why {
                host::Elsewhere::Unknown(name) => Some(name),
                host::Elsewhere::Unsafe => None,
            },
        }),
    }
}

/// Refuses to let somebody in at an address at which their session would not count.
fn at_our_address(state: &AppState, parts: &Parts) -> Result<(), ApiError> {
    match host::elsewhere(parts, &state.config) {
        None => Ok(()),
        Some(_) => Err(refuse(ApiError::OtherAddress(state.config.public_origin()))),
    }
}

fn me(user: User) -> Me {
    let name = if user.name.is_empty() { user.email.clone() } else { user.name };
    Me {
        email: user.email,
        name,
        zone: user.zone,
    }
}

/// Whether, and how, an account can be made now.
pub async fn sign_up_state(setup: Option<String>) -> Result<SignUpMode, ApiError> {
    let (state, _) = here().map_err(refuse)?;
    match state.config.sign_up {
        SignUp::Open => Ok(SignUpMode::Open),
        SignUp::Closed => Ok(SignUpMode::Closed),
        SignUp::Setup => {
            let token = setup.unwrap_or_default();
            if !token.is_empty() && state.store.is_setup_link(&secret::hash(&token)).await.map_err(failed)? {
                return Ok(SignUpMode::Setup);
            }
            // Without a link that could still be used, the first account has been made.
            let is_open = state.store.has_setup_link().await.map_err(failed)?;
            Ok(if is_open { SignUpMode::NeedsLink } else { SignUpMode::Closed })
        }
    }
}

/// Checks the password and signs in. Nobody's address and a wrong password are told apart by nothing, not by time either.
pub async fn sign_in(email: String, password: String) -> Result<(), ApiError> {
    let (state, parts) = here().map_err(refuse)?;
    at_our_address(&state, &parts)?;
    let email: EmailAddress = email.parse().map_err(|_| refuse(ApiError::WrongCredentials))?;
    let now = state.clock.now();
    let devices = Devices::of(&parts.headers, &state.config);
    let known = state
        .store
        .known_device(email.as_str(), &devices.hashes(), now - devices::LIFETIME)
        .await;
    let attempt = match known.map_err(failed)? {
        Some(device) => attempt(&state, &email, Whence::Known(device))?,
        None => attempt(&state, &email, Whence::Stranger(state.config.trusted_proxies.peer(&parts)))?,
    };
    let (user, hash) = match state.store.credentials(email.as_str()).await {
        Ok((user, hash)) => (Some(user), hash),
        Err(StoreError::NotFound) => (None, None),
        Err(error) => return Err(failed(error)),
    };
    let is_right = state.passwords.verify(password.into(), hash).await.map_err(password_failed)?;
    match user {
        Some(user) if is_right => {
            attempt.forgive();
            enter(&state, &parts, user.id).await
        }
        _ => Err(refuse(ApiError::WrongCredentials)),
    }
}

/// Makes an account and signs in.
pub async fn sign_up(email: String, password: String, name: String, zone: String, setup: String) -> Result<(), ApiError> {
    let (state, parts) = here().map_err(refuse)?;
    at_our_address(&state, &parts)?;
    let setup_link = match state.config.sign_up {
        SignUp::Open => None,
        SignUp::Setup => Some(secret::hash(&setup)),
        SignUp::Closed => return Err(refuse(ApiError::SignUpClosed)),
    };
    let email: EmailAddress = email.parse().map_err(|_| refuse(ApiError::EmailInvalid))?;
    let name = name_of(&name)?;
    let peer = state.config.trusted_proxies.peer(&parts);
    let counted = state.attempts.sign_up(state.clock.now(), peer);
    counted.map_err(|too_many| refuse(ApiError::TooMany(too_many.retry_after)))?;
    let attempt = attempt(&state, &email, Whence::Stranger(peer))?;
    // Asked before the hashing, which is dear; what counts is asked again in the transaction.
    if let Some(hash) = &setup_link
        && !state.store.is_setup_link(hash).await.map_err(failed)?
    {
        return Err(refuse(ApiError::SignUpClosed));
    }
    let password_hash = state
        .passwords
        .hash(
            password.into(),
            About {
                email: email.as_str(),
                name: &name,
            },
        )
        .await
        .map_err(password_failed)?;
    let id = state.clock.user_id();
    let user = NewUser {
        id,
        email: email.as_str(),
        name: &name,
        password_hash: &password_hash,
        zone: if is_zone(&zone) { &zone } else { "UTC" },
        // Whoever holds the set-up link has started the server, or was given it by the one who has.
        is_admin: setup_link.is_some(),
        at: state.clock.now(),
    };
    match state.store.create_user(&user, setup_link.as_ref().map(<[u8; 32]>::as_slice)).await {
        Ok(()) => {}
        Err(NewUserError::EmailTaken) => return Err(refuse(ApiError::SignUpRefused)),
        Err(NewUserError::SetupLinkUsed) => return Err(refuse(ApiError::SignUpClosed)),
        Err(NewUserError::Store(error)) => return Err(failed(error)),
    }
    attempt.forgive();
    enter(&state, &parts, id).await
}

/// Signs out. Whoever is not signed in is none the worse.
pub async fn sign_out() -> Result<(), ApiError> {
    let (state, parts) = here().map_err(refuse)?;
    if let Some(session) = parts.extensions.get::<Session>() {
        let user = session::user(session).await.map_err(session_failed)?;
        session::end(session).await.map_err(session_failed)?;
        set_cookie(&session::ended_cookie(&state.config));
        if let Some(user) = user {
            state.store.changed(user, Hint::SignedOut);
        }
        // Not "storage": that would destroy what other people of this browser have not sent yet. What is this person's there, the page has asked
        // about and removed before.
        if let Some(response) = use_context::<ResponseOptions>() {
            response.insert_header(HeaderName::from_static("clear-site-data"), HeaderValue::from_static("\"cache\""));
        }
    }
    redirect("/sign-in");
    Ok(())
}

/// Keeps the language and the colours: in a cookie, and with the account.
pub async fn set_appearance(locale: Locale, theme: Theme, back: String) -> Result<(), ApiError> {
    let (state, parts) = here().map_err(refuse)?;
    if let Some(user) = current_user::by_session(&parts, &state)
        .await
        .map_err(|error| refuse(of_app(error)))?
    {
        state.store.set_appearance(user.id, locale, theme.name()).await.map_err(failed)?;
    }
    remember(&state, LOCALE_COOKIE, locale.tag());
    remember(&state, THEME_COOKIE, theme.name());
    go_back(&back);
    Ok(())
}

/// Changes name, zone, digits and the first day of the week.
pub async fn set_profile(name: String, zone: String, digits: Digits, week_start: WeekStart) -> Result<(), ApiError> {
    let Caller { state, user, .. } = caller().await?;
    let name = name_of(&name)?;
    if !is_zone(&zone) {
        return Err(refuse(ApiError::Invalid));
    }
    state
        .store
        .set_profile(user.id, &name, &zone, digits, week_start)
        .await
        .map_err(failed)?;
    redirect("/settings");
    Ok(())
}

pub async fn set_zone(zone: String) -> Result<(), ApiError> {
    let Caller { state, user, .. } = caller().await?;
    if !is_zone(&zone) {
        return Err(refuse(ApiError::Invalid));
    }
    let set = state
        .store
        .set_profile(user.id, &user.name, &zone, user.digits, user.week_start)
        .await;
    set.map_err(failed)
}

fn attempt(state: &AppState, email: &EmailAddress, whence: Whence) -> Result<Attempt, ApiError> {
    let begun = state.attempts.begin(state.clock.now(), email.as_str(), whence);
    begun.map_err(|too_many| refuse(ApiError::TooMany(too_many.retry_after)))
}

/// Signs in, remembers the browser, and goes to the chat.
pub(super) async fn enter(state: &AppState, parts: &Parts, user: UserId) -> Result<(), ApiError> {
    let Some(session) = parts.extensions.get::<Session>() else {
        tracing::error!("a server function was called without a session");
        return Err(refuse(ApiError::Internal(request_id::current())));
    };
    let now = state.clock.now();
    session::begin(session, user, now).await.map_err(session_failed)?;
    let mut devices = Devices::of(&parts.headers, &state.config);
    let known = state.store.known_device_of(user, &devices.hashes()).await.map_err(failed)?;
    // A secret that this account does not know may be somebody else's, put there for us: a new one is made.
    let device = known.unwrap_or_else(|| devices.add());
    state.store.remember_device(user, &device, now).await.map_err(failed)?;
    set_cookie(&devices.cookie(&state.config));
    redirect("/chat");
    Ok(())
}

pub(super) fn session_failed(cause: tower_sessions::session::Error) -> ApiError {
    tracing::warn!(error = %cause, "sessions unavailable");
    refuse(ApiError::Unavailable)
}

pub(super) fn password_failed(error: PasswordError) -> ApiError {
    refuse(match error {
        PasswordError::Length => ApiError::PasswordInvalid,
        PasswordError::Weak(weakness) => ApiError::PasswordWeak(weakness),
        PasswordError::Busy => ApiError::TooMany(5),
        error @ (PasswordError::Hash(_) | PasswordError::Stopped(_)) => internal(&error),
    })
}

/// A name may be left out.
fn name_of(text: &str) -> Result<String, ApiError> {
    match text::line(text, NAME_MAX) {
        Ok(name) => Ok(name),
        Err(TextError::Blank) => Ok(String::new()),
        Err(TextError::TooLong) => Err(refuse(ApiError::TooLong)),
    }
}

fn is_zone(name: &str) -> bool {
    name.parse::<chrono_tz::Tz>().is_ok()
}

/// Remembers a choice for a year. The value is one of ours and needs no quoting.
fn remember(state: &AppState, name: &str, value: &'static str) {
    let secure = if state.config.is_https() { "; Secure" } else { "" };
    set_cookie(&format!("{name}={value}; Path=/; Max-Age={COOKIE_SECONDS}; SameSite=Lax{secure}"));
}

fn set_cookie(cookie: &str) {
    if let (Some(response), Ok(cookie)) = (use_context::<ResponseOptions>(), HeaderValue::from_str(cookie)) {
        response.append_header(header::SET_COOKIE, cookie);
    }
}
