//! What a request must pass before the protocol looks at it: a token (cookies count for nothing), the person's rate, the size, the kind of
//! answer, and the scope of what it asks for.

use axum::{
    body::{Body, Bytes, to_bytes},
    extract::{Request, State},
    http::{HeaderValue, Method, header, request::Parts},
    middleware::Next,
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::{
    BODY_MAX,
    metadata::{self, Problem, WHERE_TOKENS_COME_FROM},
};
use crate::domain::actor::Door;
use crate::server::{
    auth::{ApiCaller, current_user, jwt::Entrance, tokens::Scope},
    error::AppError,
    state::AppState,
    tools::coerce,
};

/// The middleware of `/mcp`. Puts the [`ApiCaller`] into the request.
pub async fn guard(State(state): State<AppState>, request: Request, next: Next) -> Response {
    match admit(&state, request).await {
        Ok(request) => next.run(request).await,
        Err(response) => *response,
    }
}

async fn admit(state: &AppState, request: Request) -> Result<Request, Box<Response>> {
    let refuse = |error: AppError| Box::new(error.into_response());
    let (mut parts, body) = request.into_parts();
    let Some(caller) = current_user::by_token(&parts, state, Entrance::Mcp).await.map_err(refuse)? else {
        let problem = match parts.headers.contains_key(header::AUTHORIZATION) {
            true => Problem::BadToken,
            false => Problem::NoToken,
        };
        let challenge = metadata::challenge(&state.config, problem);
        return Err(challenged(AppError::NeedsToken(WHERE_TOKENS_COME_FROM), challenge));
    };
    if let Some(retry_after) = state.tool_calls.check(caller.user.id, state.clock.now()) {
        return Err(refuse(AppError::TooMany { retry_after }));
    }
    let body = to_bytes(body, BODY_MAX)
        .await
        .map_err(|_| refuse(AppError::TooLarge { limit: BODY_MAX }))?;
    let mut body = body;
    if parts.method == Method::POST {
        body = plain_arguments(body);
        let asked: Option<Asked> = serde_json::from_slice(&body).ok();
        accept(&mut parts, asked.as_ref()).map_err(refuse)?;
        check_scope(state, &caller, asked).await?;
    }
    // What serves the page by cookies must not see the request's: nothing behind this point may rest on them.
    parts.headers.remove(header::COOKIE);
    parts.extensions.insert(caller);
    Ok(Request::from_parts(parts, Body::from(body)))
}

/// The method whose answer is a stream.
const LISTEN: &str = "subscriptions/listen";

/// What is looked at of a request here. What is no such thing is for the protocol to refuse.
#[derive(Deserialize)]
struct Asked {
    method: String,
    #[serde(default)]
    params: Option<Params>,
}

#[derive(Deserialize)]
struct Params {
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    arguments: Option<Map<String, Value>>,
}

/// A request whose client takes an answer as a whole only: it is told nothing in between.
#[derive(Debug, Clone, Copy)]
pub(super) struct TakesNoStream;

/// Lets pass what takes the kind of answer that comes. The protocol has clients name both kinds, and refuses those that do not; but many name
/// none, or the one that they want.
fn accept(parts: &mut Parts, asked: Option<&Asked>) -> Result<(), AppError> {
    let named: Vec<String> = parts
        .headers
        .get_all(header::ACCEPT)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter(|range| !range.trim().is_empty() && !is_excluded(range))
        .map(|range| range.split(';').next().unwrap_or_default().trim().to_ascii_lowercase())
        .collect();
    let takes = |kinds: [&str; 3]| named.is_empty() || named.iter().any(|named| kinds.contains(&named.as_str()));
    if asked.is_some_and(|asked| asked.method == LISTEN) {
        if !takes(["text/event-stream", "text/*", "*/*"]) {
            return Err(AppError::NotAcceptable(
                "This answer is a stream of events: send `Accept: text/event-stream`.",
            ));
        }
    } else if !takes(["application/json", "application/*", "*/*"]) {
        return Err(AppError::NotAcceptable(
            "The answer is JSON: send `Accept: application/json, text/event-stream`.",
        ));
    }
    if !named.iter().any(|named| named == "text/event-stream") {
        parts.extensions.insert(TakesNoStream);
    }
    parts
        .headers
        .insert(header::ACCEPT, HeaderValue::from_static("application/json, text/event-stream"));
    Ok(())
}

/// Whether a media range says that it is not wanted (`q=0`).
fn is_excluded(range: &str) -> bool {
    let weights = range.split(';').skip(1).filter_map(|parameter| parameter.split_once('='));
    let mut weights = weights.filter(|(name, _)| name.trim().eq_ignore_ascii_case("q"));
    weights.any(|(_, weight)| weight.trim().parse() == Ok(0.0_f32))
}

/// The body, with the arguments of a call as an object where they came as the text of one.
fn plain_arguments(body: Bytes) -> Bytes {
    let Ok(mut message) = serde_json::from_slice::<Value>(&body) else {
        return body;
    };
    let read = match message.pointer_mut("/params/arguments") {
        Some(arguments) if arguments.is_string() => coerce::object(arguments.clone()).map(|read| *arguments = read.into()),
        _ => None,
    };
    match read {
        Some(()) => message.to_string().into(),
        None => body,
    }
}

/// The scope of what is asked for: a tool's own, `read` for what shows tasks beside the tools, any for the rest. Handlers ask again, so a
/// request that hides from this one gains nothing but another form of the refusal.
async fn check_scope(state: &AppState, caller: &ApiCaller, asked: Option<Asked>) -> Result<(), Box<Response>> {
    let shows = asked.as_ref().is_some_and(|asked| shows_tasks(&asked.method));
    let tool = asked
        .filter(|asked| asked.method == "tools/call")
        .and_then(|asked| asked.params)
        .and_then(|params| Some((params.name?, params.arguments.unwrap_or_default())));
    let reach = tool.as_ref().and_then(|(name, _)| state.calls.tools.reach(name));
    let wanted = reach.unwrap_or(Scope::Read);
    // A tool that writes needs no `read`: some programs only ever add.
    let is_allowed = match reach.is_some() || shows {
        true => caller.scopes.allow(wanted),
        false => !caller.scopes.names().is_empty(),
    };
    if is_allowed {
        return Ok(());
    }
    if let (Some((name, args)), Some(_)) = (&tool, reach)
        && let Err(error) = state.calls.note(caller, Door::Mcp, name, args, "forbidden").await
    {
        return Err(Box::new(AppError::from(error).into_response()));
    }
    let problem = Problem::Scope {
        wanted,
        held: caller.scopes.names(),
    };
    Err(challenged(current_user::lacks(wanted), metadata::challenge(&state.config, problem)))
}

/// Resources, prompts (with tasks in them), completions of both, and what tells of changes.
fn shows_tasks(method: &str) -> bool {
    let prefixes = ["resources/", "prompts/", "completion/", "subscriptions/"];
    prefixes.iter().any(|prefix| method.starts_with(prefix))
}

fn challenged(error: AppError, challenge: HeaderValue) -> Box<Response> {
    let mut response = error.into_response();
    response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
    Box::new(response)
}
