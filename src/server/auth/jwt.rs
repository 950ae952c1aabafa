//! JWTs (RFC 7519) of a front end of one's own: HS256 by `JWT_SECRET`, `sub` is a person's id, `exp` must be there. `scope` (RFC 8693, names
//! with spaces between) says what it is good for; `aud`, where it is there, must name this server: a token for another one is refused. How far
//! one goes that says neither is a matter of the [`Entrance`]. `nbf` is heeded, and a token with `crit` is refused.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use super::tokens::Scopes;
use crate::domain::id::UserId;

#[derive(Deserialize)]
struct Claims {
    sub: String,
    exp: i64,
    scope: Option<String>,
}

/// Where a token is shown. The chat is what these tokens are for; the tools are for programs that others wrote, too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Entrance {
    /// `/chatkit`: without `scope` it may do all that its person may.
    Chat,
    /// `/api/v1/tools`: without `scope` it may look.
    Tools,
    /// `/mcp`: likewise, and `aud` must be there, because the Model Context Protocol takes only tokens that were made for the server.
    Mcp,
}

/// What a good token says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Jwt {
    /// Whose it is.
    pub user: UserId,
    /// What it is good for.
    pub scopes: Scopes,
    /// When it ends.
    pub until: Option<DateTime<Utc>>,
}

/// Reads a token, if it is good now, at this entrance, and for one of these audiences.
pub fn read(token: &str, secret: &SecretString, audiences: &[String], entrance: Entrance) -> Option<Jwt> {
    let (required, unsaid): (&[&str], Scopes) = match entrance {
        Entrance::Chat => (&["exp"], Scopes::ALL),
        Entrance::Tools => (&["exp"], Scopes::of(["read"])),
        Entrance::Mcp => (&["exp", "aud"], Scopes::of(["read"])),
    };
    let key = DecodingKey::from_secret(secret.expose_secret().as_bytes());
    let mut rules = Validation::new(Algorithm::HS256);
    rules.set_audience(audiences);
    rules.set_required_spec_claims(required);
    rules.validate_nbf = true;
    // Whatever it names must be understood (RFC 7515, 4.1.11), and none of it is.
    if has_critical(token) {
        return None;
    }
    let claims = decode::<Claims>(token, &key, &rules).ok()?.claims;
    let scopes = claims.scope.map_or(unsaid, |scope| Scopes::of(scope.split_whitespace()));
    Some(Jwt {
        user: claims.sub.parse().ok()?,
        scopes,
        until: DateTime::from_timestamp(claims.exp, 0),
    })
}

/// Whether the header names extensions that must be understood; a header that cannot be read counts as one that does.
fn has_critical(token: &str) -> bool {
    let header = token.split('.').next().unwrap_or_default();
    let read = URL_SAFE_NO_PAD.decode(header).ok();
    let read = read.and_then(|bytes| serde_json::from_slice::<serde_json::Map<String, serde_json::Value>>(&bytes).ok());
    read.is_none_or(|header| header.contains_key("crit"))
}

#[cfg(test)]
mod tests {
    use jsonwebtoken::{EncodingKey, Header, encode};
    use serde_json::{Value, json};

    use super::*;

    const FUTURE: i64 = 4_102_444_800;

    fn token(algorithm: Algorithm, secret: &str, claims: &Value) -> String {
        encode(&Header::new(algorithm), claims, &EncodingKey::from_secret(secret.as_bytes())).unwrap()
    }

    #[test]
    fn only_a_good_token_names_its_person() {
        let user = UserId(uuid::Uuid::from_u128(7));
        let secret = "0123456789abcdef0123456789abcdef";
        let here = ["https://kaam.example/mcp".to_owned(), "https://kaam.example".to_owned()];
        let of = |token: &str| super::read(token, &secret.into(), &here, Entrance::Chat);
        let read = |token: &str| of(token).map(|jwt| jwt.user);
        let good = json!({ "sub": user.to_string(), "exp": FUTURE });
        assert_eq!(read(&token(Algorithm::HS256, secret, &good)), Some(user));
        let unsigned =
            "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.eyJzdWIiOiJ1c3JfMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDciLCJleHAiOjQxMDI0NDQ4MDB9.";
        for wrong in [
            token(Algorithm::HS256, "another secret of enough bytes!!", &good),
            token(Algorithm::HS512, secret, &good),
            token(Algorithm::HS256, secret, &json!({ "sub": user.to_string(), "exp": 1 })),
            token(Algorithm::HS256, secret, &json!({ "sub": user.to_string() })),
            token(Algorithm::HS256, secret, &json!({ "sub": "me", "exp": FUTURE })),
            token(
                Algorithm::HS256,
                secret,
                &json!({ "sub": user.to_string(), "exp": FUTURE, "aud": "https://other.example/mcp" }),
            ),
            unsigned.to_owned(),
            String::new(),
        ] {
            assert_eq!(read(&wrong), None, "{wrong}");
        }
        for aud in [
            json!("https://kaam.example/mcp"),
            json!(["https://other.example", "https://kaam.example"]),
        ] {
            let claims = json!({ "sub": user.to_string(), "exp": FUTURE, "aud": aud });
            assert_eq!(read(&token(Algorithm::HS256, secret, &claims)), Some(user), "{claims}");
        }
        for (scope, scopes) in [("read delete", Scopes::of(["read", "delete"])), ("", Scopes::of([]))] {
            let claims = json!({ "sub": user.to_string(), "exp": FUTURE, "scope": scope });
            assert_eq!(of(&token(Algorithm::HS256, secret, &claims)).map(|jwt| jwt.scopes), Some(scopes));
        }
        let jwt = of(&token(Algorithm::HS256, secret, &good)).unwrap();
        assert_eq!((jwt.scopes, jwt.until), (Scopes::ALL, DateTime::from_timestamp(FUTURE, 0)));
    }

    #[test]
    fn what_is_not_yet_good_or_not_understood_is_refused() {
        let secret = "0123456789abcdef0123456789abcdef";
        let user = UserId(uuid::Uuid::from_u128(7)).to_string();
        let read = |token: &str| super::read(token, &secret.into(), &[], Entrance::Chat);
        let claims = json!({ "sub": user, "exp": FUTURE, "nbf": 1 });
        assert!(read(&token(Algorithm::HS256, secret, &claims)).is_some());
        let claims = json!({ "sub": user, "exp": FUTURE, "nbf": FUTURE - 1 });
        assert_eq!(read(&token(Algorithm::HS256, secret, &claims)), None);

        // The library writes no such header: signed by hand.
        let claims = URL_SAFE_NO_PAD.encode(json!({ "sub": user, "exp": FUTURE }).to_string());
        let signed = |header: Value| {
            let body = format!("{}.{claims}", URL_SAFE_NO_PAD.encode(header.to_string()));
            let key = EncodingKey::from_secret(secret.as_bytes());
            let signature = jsonwebtoken::crypto::sign(body.as_bytes(), &key, Algorithm::HS256).unwrap();
            format!("{body}.{signature}")
        };
        assert!(read(&signed(json!({ "alg": "HS256" }))).is_some());
        for crit in [json!(["exp"]), json!(["b64"]), json!([]), Value::Null] {
            assert_eq!(read(&signed(json!({ "alg": "HS256", "crit": crit }))), None);
        }
    }

    #[test]
    fn what_is_not_said_is_little_beside_the_chat() {
        let user = UserId(uuid::Uuid::from_u128(7));
        let secret = "0123456789abcdef0123456789abcdef";
        let here = "https://kaam.example/mcp";
        let scopes = |more: Value, entrance| {
            let mut claims = json!({ "sub": user.to_string(), "exp": FUTURE });
            claims.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            let token = token(Algorithm::HS256, secret, &claims);
            super::read(&token, &secret.into(), &[here.to_owned()], entrance).map(|jwt| jwt.scopes)
        };
        let (look, all) = (Some(Scopes::of(["read"])), Some(Scopes::ALL));
        for (claims, [chat, tools, mcp]) in [
            (json!({}), [all, look, None]),
            (json!({ "aud": here }), [all, look, look]),
            (json!({ "aud": [] }), [None; 3]),
            (json!({ "scope": "read write delete" }), [all, all, None]),
            (json!({ "aud": here, "scope": "read write delete" }), [all; 3]),
            (json!({ "aud": here, "scope": "" }), [Some(Scopes::of([])); 3]),
        ] {
            assert_eq!(scopes(claims.clone(), Entrance::Chat), chat, "{claims}");
            assert_eq!(scopes(claims.clone(), Entrance::Tools), tools, "{claims}");
            assert_eq!(scopes(claims.clone(), Entrance::Mcp), mcp, "{claims}");
        }
    }
}
