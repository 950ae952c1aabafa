//! Every URL on one page, grouped by who calls it.

use std::sync::OnceLock;

use axum::{
    Json, Router,
    extract::{DefaultBodyLimit, Request, State},
    http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header, request::Parts},
    middleware::{Next, from_fn, from_fn_with_state},
    response::{IntoResponse, Redirect, Response},
    routing::{MethodRouter, get, post},
};
use leptos::{
    nonce::use_nonce,
    prelude::{AnyView, IntoAny, provide_context, use_context},
};
use leptos_axum::{AxumRouteListing, LeptosRoutes, ResponseOptions, generate_route_list, render_app_async_with_context};
use serde_json::json;
use tower_http::{
    catch_panic::CatchPanicLayer,
    compression::{
        CompressionLayer, DefaultPredicate,
        predicate::{NotForContentType, Predicate as _},
    },
    limit::RequestBodyLimitLayer,
    set_header::SetResponseHeaderLayer,
};

use super::{
    assets,
    auth::{
        cors::{self, Foreign},
        current_user::by_session,
        origin, session,
    },
    chatkit, deadline,
    error::AppError,
    mcp, page, request_id, rest,
    state::AppState,
};
use crate::{api::view::Viewer, app};

/// ChatKit's front ends on the named origins, with the person's session or with a token.
const FOREIGN: Foreign = Foreign {
    methods: &[Method::GET, Method::POST, Method::PUT],
    prefixes: &["chatkit-", "x-chatkit-", "openai-"],
    with_cookies: true,
};

/// The whole server.
pub fn router(state: AppState) -> Router {
    let assistants = mcp::routes(&state, mcp::over_http(&state));
    with_assistants(state, assistants)
}

/// The whole server, with what answers on `/mcp`.
pub fn with_assistants(state: AppState, assistants: Router<AppState>) -> Router {
    let sessions = session::layer(&state.config, state.store.clone(), state.clock.clone());

    // People, with a browser: the pages, and the server functions that they call (`leptos_routes` adds both; the latter under `/api/`).
    let pages = Router::new()
        .route("/", get(|| async { Redirect::to("/chat") }))
        .leptos_routes_with_context(&state, page_routes(), page_context(state.clone()), shell(&state))
        .layer(from_fn_with_state(state.clone(), page_guard))
        .layer(RequestBodyLimitLayer::new(chatkit::BODY_MAX))
        .layer(from_fn_with_state(state.clone(), origin::same_origin))
        .layer(no_store());

    // ChatKit clients, ours or anybody's.
    let clients: Router<AppState> = Router::new()
        .route("/chatkit", post(chatkit::endpoint))
        .route("/api/chatkit", post(chatkit::endpoint))
        .route("/chatkit/attachments", new_files())
        .route("/api/chatkit/attachments", new_files())
        .route("/chatkit/attachments/{id}", files())
        .route("/api/chatkit/attachments/{id}", files())
        .layer(from_fn_with_state(state.clone(), origin::known_origin));
    let clients = cors::open_to(FOREIGN, &state.config, clients).layer(no_store());

    // Programs that work on a person's tasks with a token: no session, no cookie.
    let programs = rest::routes(&state).merge(assistants).layer(no_store());

    // Whoever keeps it running.
    let operators = Router::new()
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/readyz", get(ready))
        .layer(no_store());

    // Files of the site, and addresses where nothing is.
    let others = Router::new().fallback(elsewhere).layer(sessions.clone()).with_state(state.clone());

    let all = Router::new()
        .merge(pages)
        .merge(clients)
        .layer(from_fn_with_state(state.clone(), session::touch))
        .layer(sessions)
        .merge(operators)
        .merge(programs)
        .fallback_service(others)
        // A font is compressed as it is.
        .layer(CompressionLayer::new().compress_when(DefaultPredicate::new().and(NotForContentType::const_new("font/woff2"))))
        .layer(SetResponseHeaderLayer::if_not_present(
            header::X_CONTENT_TYPE_OPTIONS,
            HeaderValue::from_static("nosniff"),
        ))
        .layer(SetResponseHeaderLayer::if_not_present(
            header::REFERRER_POLICY,
            HeaderValue::from_static("same-origin"),
        ))
        .layer(SetResponseHeaderLayer::if_not_present(
            header::X_FRAME_OPTIONS,
            HeaderValue::from_static("DENY"),
        ))
        .layer(SetResponseHeaderLayer::if_not_present(
            header::STRICT_TRANSPORT_SECURITY,
            state.config.is_https().then(|| HeaderValue::from_static("max-age=31536000")),
        ))
        .layer(from_fn(deadline::layer))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(from_fn(request_id::layer))
        .with_state(state);
    // Layers of a router run when its routes are chosen already; so what changes the address stands around it.
    Router::new().fallback_service(all).layer(from_fn(without_slash))
}

/// A slash at the end of an address makes it no other one. A browser that goes to a page is sent on instead ([`elsewhere`]), so that it shows
/// the address that counts.
async fn without_slash(mut request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let plain = path.trim_end_matches('/');
    if plain != path && !plain.is_empty() && !asks_for_page(request.method(), request.headers()) {
        let query = request.uri().query().map(|query| format!("?{query}")).unwrap_or_default();
        let mut parts = request.uri().clone().into_parts();
        parts.path_and_query = format!("{plain}{query}").parse().ok();
        if let Ok(uri) = Uri::from_parts(parts) {
            *request.uri_mut() = uri;
        }
    }
    next.run(request).await
}

fn asks_for_page(method: &Method, headers: &HeaderMap) -> bool {
    let accepted = headers.get(header::ACCEPT).and_then(|accept| accept.to_str().ok());
    matches!(*method, Method::GET | Method::HEAD) && accepted.is_some_and(|accept| accept.contains("text/html"))
}

/// The pages' routes, listed once in a process: while `generate_route_list` runs it sets a flag of the whole process, and a resource that is
/// first polled meanwhile, by another router's page, waits for ever (leptos-rs/leptos issue 4773).
fn page_routes() -> Vec<AxumRouteListing> {
    static ROUTES: OnceLock<Vec<AxumRouteListing>> = OnceLock::new();
    ROUTES.get_or_init(|| generate_route_list(app::App)).clone()
}

/// What belongs to one person, as it is now, is kept by no cache, unless the answer says otherwise.
fn no_store() -> SetResponseHeaderLayer<HeaderValue> {
    SetResponseHeaderLayer::if_not_present(header::CACHE_CONTROL, HeaderValue::from_static("no-store"))
}

/// Uploads in one go.
fn new_files() -> MethodRouter<AppState> {
    post(chatkit::upload).layer(DefaultBodyLimit::max(chatkit::UPLOAD_MAX))
}

/// The second phase of an upload, and downloads.
fn files() -> MethodRouter<AppState> {
    get(chatkit::download)
        .post(chatkit::upload)
        .put(chatkit::upload)
        .layer(DefaultBodyLimit::max(chatkit::UPLOAD_MAX))
}

/// Pages for people who are signed in send the others to sign in, and those two pages send people who are to the chat. Works out the
/// [`Viewer`], which the page must know before its first line is rendered. Under a name that is not ours nobody is signed in, and those two
/// pages say where to go.
async fn page_guard(State(state): State<AppState>, request: Request, next: Next) -> Response {
    // A server function asks by itself who is calling.
    if request.uri().path().starts_with("/api/") {
        return next.run(request).await;
    }
    let (mut parts, body) = request.into_parts();
    let user = match by_session(&parts, &state).await {
        Ok(user) => user,
        Err(error) => return error.into_response(),
    };
    let path = parts.uri.path();
    let is_for_strangers = matches!(path, "/sign-in" | "/sign-up");
    if user.is_none() && !is_for_strangers {
        return Redirect::to("/sign-in").into_response();
    }
    if user.is_some() && is_for_strangers {
        return Redirect::to("/chat").into_response();
    }
    let viewer = page::account::viewer_of(&state, user, &parts);
    let is_unknown = viewer.elsewhere.as_ref().is_some_and(|elsewhere| elsewhere.unknown.is_some());
    parts.extensions.insert(viewer);
    let mut response = next.run(Request::from_parts(parts, body)).await;
    if is_unknown {
        *response.status_mut() = StatusCode::FORBIDDEN;
    }
    response
}

/// A file of the site; where there is none, a browser is shown that there is no such page, in the language of whoever asks. A slash at the end
/// of an address makes it no other one.
async fn elsewhere(State(state): State<AppState>, request: Request) -> Response {
    let (mut parts, body) = request.into_parts();
    let file = assets::file(&state, &parts).await;
    if file.status() != StatusCode::NOT_FOUND || !asks_for_page(&parts.method, &parts.headers) {
        return file;
    }
    let path = parts.uri.path();
    let plain = path.trim_end_matches('/');
    if plain != path && plain.starts_with('/') && !plain.starts_with("//") && !plain.contains('\\') {
        let query = parts.uri.query().map(|query| format!("?{query}")).unwrap_or_default();
        return Redirect::permanent(&format!("{plain}{query}")).into_response();
    }
    let user = match by_session(&parts, &state).await {
        Ok(user) => user,
        Err(error) => return error.into_response(),
    };
    let viewer = page::account::viewer_of(&state, user, &parts);
    parts.extensions.insert(viewer);
    let (parts_of_page, around) = (state.clone(), page_context(state.clone()));
    let context = move || {
        provide_context(parts_of_page.clone());
        around();
    };
    let draw = render_app_async_with_context(context, shell(&state));
    let mut response = draw(Request::from_parts(parts, body)).await;
    *response.status_mut() = StatusCode::NOT_FOUND;
    response
}

/// The document around every page.
fn shell(state: &AppState) -> impl Fn() -> AnyView + Clone + Send + Sync + 'static {
    let leptos = state.leptos.clone();
    move || app::shell(leptos.clone()).into_any()
}

/// What the page and the server functions find in Leptos' context.
fn page_context(state: AppState) -> impl Fn() + Clone + Send + Sync + 'static {
    // `cargo leptos watch` reloads the page over a socket of its own; it says so by this variable, as it does to Leptos' `AutoReload`.
    let reloads = std::env::var_os("LEPTOS_WATCH").is_some();
    let dev = if reloads { " ws:" } else { "" };
    move || {
        provide_context(state.assets.clone());
        if let Some(viewer) = use_context::<Parts>().and_then(|parts| parts.extensions.get::<Viewer>().cloned()) {
            provide_context(viewer);
        }
        if let (Some(nonce), Some(response)) = (use_nonce(), use_context::<ResponseOptions>()) {
            // Styles in attributes are those of widgets, which `page::widget` makes from lists of what is allowed.
            let policy = format!(
                "default-src 'self'; script-src 'self' 'nonce-{nonce}' 'wasm-unsafe-eval'; style-src 'self' 'nonce-{nonce}'; style-src-attr 'unsafe-inline'; \
                 img-src 'self' data: blob:; font-src 'self'; connect-src 'self'{dev}; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'"
            );
            if let Ok(policy) = HeaderValue::from_str(&policy) {
                response.insert_header(header::CONTENT_SECURITY_POLICY, policy);
            }
            // A page shows what belongs to one person, as it is now.
            response.insert_header(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        }
    }
}

/// 200 while the database answers and the server is not stopping.
async fn ready(State(state): State<AppState>) -> Response {
    if state.runs.is_stopping() {
        return (StatusCode::SERVICE_UNAVAILABLE, Json(json!({ "status": "stopping" }))).into_response();
    }
    match state.store.ping().await {
        Ok(()) => Json(json!({ "status": "ready" })).into_response(),
        Err(error) => AppError::from(error).into_response(),
    }
}

fn panicked(cause: Box<dyn std::any::Any + Send>) -> Response {
    let text = cause
        .downcast_ref::<&str>()
        .map(ToString::to_string)
        .or_else(|| cause.downcast_ref::<String>().cloned());
    AppError::Internal(format!("panic: {}", text.unwrap_or_default()).into()).into_response()
}
