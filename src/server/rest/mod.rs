//! The same tools over plain HTTP, for scripts: `POST /api/v1/tools/{name}` with the arguments as JSON, and the document that describes it.

mod openapi;

use axum::{
    Json, Router,
    body::to_bytes,
    extract::{Path, Request, State},
    http::{Method, header},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use serde_json::{Map, Value};

use super::{
    auth::{
        cors::{self, Foreign},
        current_user::{by_token, lacks},
        jwt::Entrance,
    },
    error::AppError,
    mcp::{BODY_MAX, metadata::WHERE_TOKENS_COME_FROM},
    media_type,
    state::AppState,
    tools::{coerce, outside::OutsideError},
};
use crate::domain::actor::Door;

/// Pages of others call with a token, never with cookies.
const FOREIGN: Foreign = Foreign {
    methods: &[Method::POST],
    prefixes: &[],
    with_cookies: false,
};

/// The routes.
pub fn routes(state: &AppState) -> Router<AppState> {
    let routes = Router::new()
        .route("/api/v1/tools/{name}", post(call))
        .route("/api/v1/openapi.json", get(document))
        .method_not_allowed_fallback(async || AppError::MethodNotAllowed);
    cors::open_to(FOREIGN, &state.config, routes)
}

/// `POST /api/v1/tools/{name}`.
async fn call(State(state): State<AppState>, Path(name): Path<String>, request: Request) -> Result<Json<Value>, AppError> {
    let (parts, body) = request.into_parts();
    let caller = by_token(&parts, &state, Entrance::Tools)
        .await?
        .ok_or(AppError::NeedsToken(WHERE_TOKENS_COME_FROM))?;
    if let Some(retry_after) = state.tool_calls.check(caller.user.id, state.clock.now()) {
        return Err(AppError::TooMany { retry_after });
    }
    let body = to_bytes(body, BODY_MAX).await.map_err(|_| AppError::TooLarge { limit: BODY_MAX })?;
    let is_json = media_type::is(&parts.headers, "application/json");
    // A tool without arguments may be called without a body.
    let mut args = match body.is_empty() {
        true => Map::new(),
        false if is_json => {
            let wrong = |what: &str| AppError::Invalid(format!("The body is not a JSON object of the tool's arguments: {what}."));
            let body = serde_json::from_slice(&body).map_err(|error| wrong(&error.to_string()))?;
            coerce::object(body).ok_or_else(|| wrong("it is another value"))?
        }
        false => return Err(AppError::UnsupportedMediaType("application/json")),
    };
    // The header that scripts know from elsewhere says the same as the argument.
    if let Some(key) = parts.headers.get("idempotency-key")
        && state.calls.tools.takes_key(&name)
    {
        let key = key
            .to_str()
            .map_err(|_| AppError::Invalid("`Idempotency-Key` must be plain ASCII.".into()))?;
        args.entry("idempotency_key").or_insert_with(|| key.into());
    }
    match state.calls.call(&caller, Door::Http, &name, args).await {
        Ok(result) => Ok(Json(result)),
        Err(error) => Err(match error {
            OutsideError::Forbidden(scope) => lacks(scope),
            OutsideError::NoSuchTool | OutsideError::NoSuchTask => AppError::NotFound,
            OutsideError::KeyReused => AppError::KeyReused,
            OutsideError::Full(quota) => AppError::QuotaReached(quota),
            OutsideError::Wrong(text) => AppError::Invalid(text),
            OutsideError::Failed(cause) => cause.into(),
        }),
    }
}

/// `GET /api/v1/openapi.json`: for anybody, for it says nothing about anybody.
async fn document(State(state): State<AppState>) -> Response {
    let document = openapi::document(&state.config.public_origin(), &state.calls.tools.offers());
    ([(header::ACCESS_CONTROL_ALLOW_ORIGIN, "*")], Json(document)).into_response()
}
