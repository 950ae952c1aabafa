//! Bodies of the server functions of [`crate::api::tokens`].
//!
//! A new token is shown once. The form that makes it is answered by a redirect, so the token travels to the next page in a cookie that no
//! script can read and that lives for minutes; that page takes it away. The server keeps nothing but its hash.

use chrono::TimeDelta;
use http::{HeaderMap, HeaderValue, header};
use leptos::prelude::use_context;
use leptos_axum::{ResponseOptions, redirect};

use super::{Caller, caller, failed, here, refuse, security};
use crate::{
    api::{
        ApiError,
        view::{CallView, ClientSetup, TokenView, TokensView},
    },
    domain::{
        text::{self, TextError},
        texts,
    },
    server::{
        auth::{
            secret,
            session::cookie,
            tokens::{self, DAYS, DAYS_MAX, Scope},
        },
        state::AppState,
        store::{
            StoreError,
            accounts::{ApiToken, NewToken},
        },
    },
};

/// The cookie that carries a new token to the page that shows it.
const FRESH: &str = "kaam_new_token";
/// So many seconds it lives.
const FRESH_SECONDS: u32 = 120;
/// Where all of this is.
const SETTINGS: &str = "/settings#tokens";
/// The longest name, in characters.
const NAME_MAX: usize = 100;
/// The most tokens of one person.
const TOKENS_MAX: usize = 50;
/// So many calls are shown of each token.
const CALLS: i64 = 5;
/// What stands for a token where none was made just now.
const PLACEHOLDER: &str = "kaam_YOUR_TOKEN";

/// The tokens, the new one, and the set-ups.
pub async fn list() -> Result<TokensView, ApiError> {
    let caller = caller().await?;
    let (_, parts) = here().map_err(refuse)?;
    let fresh = fresh(&caller, &parts.headers).await?;
    let mut views = Vec::new();
    for token in caller.state.store.tokens(caller.user.id).await.map_err(failed)? {
        views.push(view(&caller, token).await?);
    }
    // The newest first: it is the one that somebody looks for.
    views.reverse();
    let origin = caller.state.config.public_origin();
    let shown = if fresh.is_empty() { PLACEHOLDER } else { &fresh };
    Ok(TokensView {
        clients: setups(&origin, shown),
        tokens: views,
        fresh,
        asks_password: security::must_confirm(&caller.state, &parts).await?,
    })
}

/// Makes one. It ends after some months where no number of days was said; 0 says that it does not end.
pub async fn add(name: String, scopes: [bool; 3], days: Option<u32>, password: String) -> Result<(), ApiError> {
    let Caller { state, user, .. } = caller().await?;
    let days = days.unwrap_or(DAYS);
    let name = match text::line(&name, NAME_MAX) {
        Ok(name) => name,
        Err(TextError::Blank) => return Err(refuse(ApiError::Blank)),
        Err(TextError::TooLong) => return Err(refuse(ApiError::TooLong)),
    };
    let scopes: Vec<&str> = [Scope::Read, Scope::Write, Scope::Delete]
        .into_iter()
        .zip(scopes)
        .filter(|(_, wanted)| *wanted)
        .map(|(scope, _)| scope.name())
        .collect();
    let has_room = state.store.tokens(user.id).await.map_err(failed)?.len() < TOKENS_MAX;
    if scopes.is_empty() || days > DAYS_MAX || !has_room {
        return Err(refuse(ApiError::Invalid));
    }
    security::confirm(&state, &user, password).await?;
    let now = state.clock.now();
    let token = tokens::random();
    let new = NewToken {
        id: state.clock.token_id(),
        user: user.id,
        name: &name,
        secret_hash: &secret::hash(&token),
        scopes: &scopes,
        at: now,
        expires_at: (days > 0).then(|| now + TimeDelta::days(days.into())),
    };
    state.store.create_token(&new).await.map_err(failed)?;
    carry(&state, &token, FRESH_SECONDS);
    redirect(SETTINGS);
    Ok(())
}

/// Ends one.
pub async fn revoke(id: String) -> Result<(), ApiError> {
    let Caller { state, user, .. } = caller().await?;
    let id = id.parse().map_err(|_| refuse(ApiError::NotFound))?;
    state.store.delete_token(user.id, id).await.map_err(failed)?;
    redirect(SETTINGS);
    Ok(())
}

/// The token that was just made, if this is the page that shows it; it is not shown again. Empty if there is none, or it is not theirs.
async fn fresh(caller: &Caller, headers: &HeaderMap) -> Result<String, ApiError> {
    let Some(token) = cookie(headers, FRESH) else {
        return Ok(String::new());
    };
    carry(&caller.state, "", 0);
    // Looked up by itself: being shown is no use of it.
    let is_theirs = match caller.state.store.token_by_secret(&secret::hash(token)).await {
        Ok(owner) => owner.user.id == caller.user.id,
        Err(StoreError::NotFound) => false,
        Err(error) => return Err(failed(error)),
    };
    Ok(if is_theirs { token.to_owned() } else { String::new() })
}

fn carry(state: &AppState, token: &str, seconds: u32) {
    let secure = if state.config.is_https() { "; Secure" } else { "" };
    let cookie = format!("{FRESH}={token}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Strict{secure}");
    if let (Some(response), Ok(cookie)) = (use_context::<ResponseOptions>(), HeaderValue::from_str(&cookie)) {
        response.append_header(header::SET_COOKIE, cookie);
    }
}

async fn view(caller: &Caller, token: ApiToken) -> Result<TokenView, ApiError> {
    let Caller { state, user, locale } = caller;
    let calls = state.store.calls_of_token(user.id, token.id, CALLS).await.map_err(failed)?;
    let when = |at, with_time| caller.when(at, with_time);
    Ok(TokenView {
        id: token.id.to_string(),
        name: token.name,
        made: when(token.created_at, false),
        ends: token.expires_at.map(|at| when(at, false)).unwrap_or_default(),
        is_over: token.expires_at.is_some_and(|at| at <= state.clock.now()),
        used: token.last_used_at.map(|at| when(at, true)).unwrap_or_default(),
        calls: calls
            .into_iter()
            .map(|call| CallView {
                outcome: texts::call_outcome(*locale, &call.outcome).to_owned(),
                at: when(call.created_at, true),
                tool: call.tool,
            })
            .collect(),
        scopes: token.scopes,
    })
}

/// How the usual programs are told of this server. The names are those of the programs, in every language.
fn setups(origin: &str, token: &str) -> Vec<ClientSetup> {
    let url = format!("{origin}/mcp");
    let bearer = format!("Authorization: Bearer {token}");
    [
        (
            "Claude Code",
            format!("claude mcp add --transport http kaam {url} --header \"{bearer}\""),
        ),
        (
            "Claude Desktop (claude_desktop_config.json)",
            format!(
                "{{\n  \"mcpServers\": {{\n    \"kaam\": {{\n      \"command\": \"npx\",\n      \"args\": [\"-y\", \"mcp-remote\", \"{url}\", \"--header\", \
                 \"{bearer}\"]\n    }}\n  }}\n}}"
            ),
        ),
        (
            "ChatGPT (OpenAI API: tools)",
            format!("{{\n  \"type\": \"mcp\",\n  \"server_label\": \"kaam\",\n  \"server_url\": \"{url}\",\n  \"authorization\": \"{token}\"\n}}"),
        ),
        (
            "Cursor (~/.cursor/mcp.json)",
            format!(
                "{{\n  \"mcpServers\": {{\n    \"kaam\": {{\n      \"url\": \"{url}\",\n      \"headers\": {{ \"Authorization\": \"Bearer {token}\" }}\n    }}\n  }}\n}}"
            ),
        ),
        (
            "VS Code (.vscode/mcp.json)",
            format!(
                "{{\n  \"servers\": {{\n    \"kaam\": {{\n      \"type\": \"http\",\n      \"url\": \"{url}\",\n      \"headers\": {{ \"Authorization\": \"Bearer \
                 {token}\" }}\n    }}\n  }}\n}}"
            ),
        ),
        (
            "curl",
            format!(
                "curl {origin}/api/v1/tools/add_task \\\n  -H \"{bearer}\" -H \"Content-Type: application/json\" \\\n  -d '{{\"title\": \"Water the plants\", \"due\": \
                 \"tomorrow at 5pm\"}}'"
            ),
        ),
    ]
    .into_iter()
    .map(|(name, text)| ClientSetup {
        name: name.to_owned(),
        text,
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_setup_names_the_server_and_the_token() {
        let setups = setups("https://kaam.example", "kaam_x");
        assert_eq!(setups.len(), 6);
        for setup in &setups {
            assert!(
                setup.text.contains("https://kaam.example/") && setup.text.contains("kaam_x"),
                "{}",
                setup.text
            );
            if setup.text.starts_with('{') {
                serde_json::from_str::<serde_json::Value>(&setup.text).unwrap_or_else(|error| panic!("{}: {error}", setup.name));
            }
        }
    }
}
