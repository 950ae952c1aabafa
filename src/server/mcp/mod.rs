//! The Model Context Protocol: the tools, some resources and two prompts, for the assistants that people use elsewhere.
//!
//! ```text
//! POST /mcp -> host -> guard (token, rate, size, scope, Accept) -> rmcp (protocol, Origin) -> handler -> calls -> tools -> store
//! kaam mcp  -------------------------------------> rmcp (standard input, output) -> handler -> calls -> ...
//! ```
//!
//! No sessions: every request stands by itself, in both eras of the specification (2026-07-28; 2025-11-25 and before). A session of the
//! older era would not be bound to a token, so none is ever opened.

mod confirm;
pub mod guard;
mod handler;
mod listen;
pub mod metadata;
mod prompts;
mod resources;

use axum::{
    Router,
    http::Method,
    middleware::from_fn_with_state,
    routing::{get, post_service},
};
use rmcp::{
    ServerHandler,
    transport::streamable_http_server::{StreamableHttpServerConfig, StreamableHttpService, session::never::NeverSessionManager},
};

pub use self::handler::{Kaam, Who};
use super::{
    auth::{
        cors::{self, Foreign},
        host,
    },
    config::Config,
    state::AppState,
};

/// The largest request, in bytes: 25 tasks with notes fit.
pub const BODY_MAX: usize = 1024 * 1024;

/// Pages of the named origins may call; no cookies.
const FOREIGN: Foreign = Foreign {
    methods: &[Method::POST],
    prefixes: &["mcp-"],
    with_cookies: false,
};

/// The routes, with what `serve` makes answering behind the token, the limits and the checks of this module.
pub fn routes<H: ServerHandler>(state: &AppState, serve: impl Fn() -> H + Send + Sync + 'static) -> Router<AppState> {
    let service = StreamableHttpService::new(move || Ok(serve()), NeverSessionManager::default().into(), config(&state.config));
    let endpoint = Router::new()
        // What is no POST is answered by the protocol's own 405.
        .route(
            "/mcp",
            post_service(service.clone()).get_service(service.clone()).delete_service(service),
        )
        .layer(from_fn_with_state(state.clone(), guard::guard))
        .layer(from_fn_with_state(state.clone(), host::known_host));
    cors::open_to(FOREIGN, &state.config, endpoint).merge(
        Router::new()
            .route("/.well-known/oauth-protected-resource", get(metadata::document))
            .route("/.well-known/oauth-protected-resource/mcp", get(metadata::document)),
    )
}

/// The handler of a request that came over HTTP: who calls is in the request.
pub fn over_http(state: &AppState) -> impl Fn() -> Kaam + Send + Sync + 'static {
    let kaam = Kaam::new(state.calls.clone(), Who::Request);
    move || kaam.clone()
}

fn config(config: &Config) -> StreamableHttpServerConfig {
    StreamableHttpServerConfig::default()
        .with_legacy_session_mode(false)
        .with_json_response(true)
        .with_max_request_body_bytes(BODY_MAX)
        // `auth::host` has looked at the host already.
        .disable_allowed_hosts()
        .with_allowed_origins(origins(config))
        .enforce_origin_validation()
}

/// Whose pages may call, each with its port: our own, those that are named, and those of this machine.
fn origins(config: &Config) -> Vec<String> {
    let port = config.public_url.port_or_known_default().unwrap_or(80);
    let own = match config.public_url.host_str() {
        Some(host) => format!("{}://{host}:{port}", config.public_url.scheme()),
        None => config.public_origin(),
    };
    let named = config.cors_allowed_origins.iter().map(|origin| match url::Url::parse(origin) {
        Ok(url) => format!(
            "{}://{}:{}",
            url.scheme(),
            url.host_str().unwrap_or_default(),
            url.port_or_known_default().unwrap_or(80)
        ),
        Err(_) => origin.clone(),
    });
    let near = ["http://localhost:*", "http://127.0.0.1:*", "http://[::1]:*"].map(str::to_owned);
    std::iter::once(own).chain(named).chain(near).collect()
}
