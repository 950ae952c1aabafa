//! Secrets that we hand out: 256 random bits, kept as a hash only. Nothing slower than SHA-256 is needed, for they cannot be guessed.

use sha2::{Digest, Sha256};

/// What is kept of a secret.
pub type SecretHash = [u8; 32];

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// A new secret: 32 bytes of the system's randomness as 43 letters that need no escaping in a URL.
pub fn random() -> String {
    base64url(&rand::random::<[u8; 32]>())
}

/// What is kept of it.
pub fn hash(secret: &str) -> SecretHash {
    Sha256::digest(secret.as_bytes()).into()
}

/// Base64 with the alphabet for URLs, without padding (RFC 4648, 5).
fn base64url(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 4 / 3 + 1);
    for chunk in bytes.chunks(3) {
        let bits = chunk
            .iter()
            .enumerate()
            .fold(0_u32, |bits, (i, byte)| bits | u32::from(*byte) << (16 - 8 * i));
        text.extend((0..=chunk.len()).map(|i| char::from(ALPHABET[(bits >> (18 - 6 * i)) as usize & 63])));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64url_is_that_of_the_rfc() {
        for (bytes, text) in [
            ("", ""),
            ("f", "Zg"),
            ("fo", "Zm8"),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg"),
            ("fooba", "Zm9vYmE"),
            ("foobar", "Zm9vYmFy"),
        ] {
            assert_eq!(base64url(bytes.as_bytes()), text);
        }
        assert_eq!(base64url(&[0xfb, 0xff, 0xfe]), "-__-");
    }

    #[test]
    fn secrets_differ_and_have_43_letters() {
        let (one, other) = (random(), random());
        assert_ne!(one, other);
        assert_eq!((one.len(), other.len()), (43, 43));
        assert_ne!(hash(&one), hash(&other));
    }
}
