//! The language of the page, and the language and script of a message.

use serde::{Deserialize, Serialize};

/// The language of the interface.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Locale {
    /// English, left to right.
    #[default]
    En,
    /// Urdu, right to left.
    Ur,
}

impl Locale {
    /// The BCP 47 tag, as in `<html lang>`.
    pub fn tag(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Ur => "ur",
        }
    }

    /// The base direction, as in `<html dir>`.
    pub fn dir(self) -> &'static str {
        match self {
            Self::En => "ltr",
            Self::Ur => "rtl",
        }
    }

    /// Reads a tag such as `ur`, `ur-PK` or `en-US`; `None` for any other language.
    pub fn from_tag(tag: &str) -> Option<Self> {
        match tag.split(['-', '_']).next().map(str::to_ascii_lowercase).as_deref() {
            Some("en") => Some(Self::En),
            Some("ur") => Some(Self::Ur),
            _ => None,
        }
    }

    /// The first language of an `Accept-Language` header that the page speaks. Weights are taken to be in order,
    /// as browsers send them.
    pub fn from_accept_language(header: &str) -> Option<Self> {
        header
            .split(',')
            .find_map(|part| Self::from_tag(part.split(';').next().unwrap_or(part).trim()))
    }
}

/// The language of a message, by the way it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub enum Script {
    /// English.
    #[default]
    #[serde(rename = "en")]
    En,
    /// Urdu in Latin letters.
    #[serde(rename = "ur-Latn")]
    UrLatn,
    /// Urdu in its own script.
    #[serde(rename = "ur")]
    Ur,
}

impl From<Locale> for Script {
    fn from(locale: Locale) -> Self {
        match locale {
            Locale::En => Self::En,
            Locale::Ur => Self::Ur,
        }
    }
}

impl Script {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::En, Self::UrLatn, Self::Ur];

    /// The one of three texts that is in this language.
    pub fn choose<T>(self, en: T, roman: T, urdu: T) -> T {
        match self {
            Self::En => en,
            Self::UrLatn => roman,
            Self::Ur => urdu,
        }
    }

    /// The BCP 47 tag, as in `lang`.
    pub fn tag(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::UrLatn => "ur-Latn",
            Self::Ur => "ur",
        }
    }

    /// How the language is named to a model.
    pub fn english_name(self) -> &'static str {
        match self {
            Self::En => "English",
            Self::UrLatn => "Roman Urdu (Urdu in Latin letters)",
            Self::Ur => "Urdu in Urdu script",
        }
    }
}
