//! JWTs (RFC 7519) of a front end of one's own: HS256 by `JWT_SECRET`, `sub` is a person's id, `exp` must be there.

use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use crate::domain::id::UserId;

#[derive(Deserialize)]
struct Claims {
    sub: String,
}

/// Whose token it is, if it is good now.
pub fn subject(token: &str, secret: &SecretString) -> Option<UserId> {
    let key = DecodingKey::from_secret(secret.expose_secret().as_bytes());
    let mut rules = Validation::new(Algorithm::HS256);
    rules.validate_aud = false;
    let claims = decode::<Claims>(token, &key, &rules).ok()?.claims;
    claims.sub.parse().ok()
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
        let read = |token: &str| subject(token, &secret.into());
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
            unsigned.to_owned(),
            String::new(),
        ] {
            assert_eq!(read(&wrong), None, "{wrong}");
        }
    }
}
