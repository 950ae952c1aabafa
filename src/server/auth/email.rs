//! Login addresses.

use std::{fmt, str::FromStr};

/// The longest address that mail can carry (RFC 5321, 4.5.3.1.3, with its errata).
const MAX_BYTES: usize = 254;

/// An address in the form in which it is kept: lower case, without white space around it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EmailAddress(String);

/// The text is no e-mail address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotAnEmail;

impl fmt::Display for NotAnEmail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not an e-mail address")
    }
}
impl std::error::Error for NotAnEmail {}

impl EmailAddress {
    /// The address.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for EmailAddress {
    type Err = NotAnEmail;

    /// As browsers check `<input type="email">`, and letters of all scripts.
    fn from_str(text: &str) -> Result<Self, NotAnEmail> {
        let text = text.trim().to_lowercase();
        let (local, domain) = text.split_once('@').ok_or(NotAnEmail)?;
        let right = text.len() <= MAX_BYTES && !local.is_empty() && local.chars().all(of_local_part) && domain.split('.').all(is_label);
        if right { Ok(Self(text)) } else { Err(NotAnEmail) }
    }
}

fn of_local_part(c: char) -> bool {
    c.is_alphanumeric() || ".!#$%&'*+/=?^_`{|}~-".contains(c)
}

fn is_label(label: &str) -> bool {
    !label.is_empty()
        && label.len() <= 63
        && !label.starts_with('-')
        && !label.ends_with('-')
        && label.chars().all(|c| c.is_alphanumeric() || c == '-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_kept_in_one_form() {
        for (text, kept) in [
            (" Amina@Example.COM \n", "amina@example.com"),
            ("a.b+c@x-y.example", "a.b+c@x-y.example"),
            ("root@localhost", "root@localhost"),
            ("علی@مثال.پاکستان", "علی@مثال.پاکستان"),
        ] {
            assert_eq!(text.parse::<EmailAddress>().map(|e| e.to_string()), Ok(kept.to_owned()));
        }
    }

    #[test]
    fn what_is_no_address() {
        let long = format!("{}@example.com", "x".repeat(250));
        for text in [
            "", "@", "a", "a@", "@b", "a@b@c", "a b@c", "a@b..c", "a@.c", "a@-b", "a\0@b", "<a@b>", "a@b\nc", "\"a\"@b", &long,
        ] {
            assert_eq!(text.parse::<EmailAddress>(), Err(NotAnEmail), "{text:?}");
        }
    }
}
