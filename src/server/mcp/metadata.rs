//! OAuth 2.0 Protected Resource Metadata (RFC 9728), and the challenges that point to it.

use axum::{
    Json,
    extract::State,
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;

use crate::server::{auth::tokens::Scope, config::Config, state::AppState};

/// Where tokens come from, for people: there is no authorisation server.
pub const WHERE_TOKENS_COME_FROM: &str = "Kaam has no authorisation server: make a token on its settings page (\"API tokens\"), or with \
     `kaam token add EMAIL --name NAME` on its machine, and send it as `Authorization: Bearer kaam_...`.";

/// All scopes.
pub const SCOPES: [&str; 3] = ["read", "write", "delete"];

/// Without `authorization_servers`: there is none, and a list of none is left out (RFC 9728, 3.2).
#[derive(Serialize)]
struct Document {
    resource: String,
    resource_name: &'static str,
    scopes_supported: [&'static str; 3],
    bearer_methods_supported: [&'static str; 1],
    resource_documentation: String,
    /// Not in the RFC, which allows more members.
    token_instructions: &'static str,
}

/// `GET /.well-known/oauth-protected-resource`, and the same with `/mcp` behind it.
pub async fn document(State(state): State<AppState>) -> Response {
    let origin = state.config.public_origin();
    let document = Document {
        resource: format!("{origin}/mcp"),
        resource_name: "Kaam",
        scopes_supported: SCOPES,
        bearer_methods_supported: ["header"],
        resource_documentation: format!("{origin}/settings#tokens"),
        token_instructions: WHERE_TOKENS_COME_FROM,
    };
    // Anybody's page may read it: it says nothing about anybody.
    let open = [(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"))];
    (open, Json(document)).into_response()
}

/// `WWW-Authenticate` of a 401 or a 403.
pub(super) fn challenge(config: &Config, problem: Problem) -> HeaderValue {
    let metadata = format!("{}/.well-known/oauth-protected-resource/mcp", config.public_origin());
    let text = match problem {
        Problem::NoToken => format!(
            "Bearer realm=\"kaam\", resource_metadata=\"{metadata}\", scope=\"{}\"",
            SCOPES.join(" ")
        ),
        Problem::BadToken => format!(
            "Bearer realm=\"kaam\", error=\"invalid_token\", error_description=\"The token is wrong, has ended, was revoked or is not for this server\", \
             resource_metadata=\"{metadata}\""
        ),
        Problem::Scope { wanted, held } => {
            // The client asks for what it has and what it lacks, so that it does not lose the former.
            let scopes = match held.as_str() {
                "" => wanted.name().to_owned(),
                held => format!("{held} {}", wanted.name()),
            };
            format!("Bearer realm=\"kaam\", error=\"insufficient_scope\", scope=\"{scopes}\", resource_metadata=\"{metadata}\"")
        }
    };
    HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static("Bearer realm=\"kaam\""))
}

/// What is wrong with a request's token.
pub(super) enum Problem {
    /// There is none.
    NoToken,
    /// It is good for nothing.
    BadToken,
    /// It does not go that far.
    Scope {
        /// How far it must go.
        wanted: Scope,
        /// How far it goes.
        held: String,
    },
}
