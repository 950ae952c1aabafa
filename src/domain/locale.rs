//! The language of the page, and the language and script of a message.

use chrono::Weekday;
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

/// In which digits the page writes dates and counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Digits {
    /// 123.
    #[default]
    Latin,
    /// ۱۲۳.
    Urdu,
}

impl Digits {
    /// The name in forms and in the database.
    pub fn name(self) -> &'static str {
        match self {
            Self::Latin => "latin",
            Self::Urdu => "urdu",
        }
    }

    /// The digits of a name; anything unknown is `Latin`.
    pub fn from_name(name: &str) -> Self {
        match name {
            "urdu" => Self::Urdu,
            _ => Self::Latin,
        }
    }

    /// A text of ours in these digits. What stands in it between isolates is somebody else's, and stays as it is.
    pub fn show(self, text: String) -> String {
        if self == Self::Latin {
            return text;
        }
        let mut depth = 0_usize;
        let shown = |c: char| {
            match c {
                '\u{2066}'..='\u{2068}' => depth += 1,
                '\u{2069}' => depth = depth.saturating_sub(1),
                _ => {}
            }
            match c.to_digit(10).and_then(|digit| char::from_u32(u32::from('۰') + digit)) {
                Some(digit) if depth == 0 => digit,
                _ => c,
            }
        };
        text.chars().map(shown).collect()
    }
}

/// The day on which a person's week begins: what "this week" and "next Sunday" mean depends on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum WeekStart {
    /// As in ISO 8601.
    #[default]
    Monday,
    /// As in Pakistan, India, America.
    Sunday,
    /// As in much of the Arab world and Iran.
    Saturday,
}

impl WeekStart {
    /// All there are.
    pub const ALL: [Self; 3] = [Self::Monday, Self::Sunday, Self::Saturday];

    /// The name in forms and in the database.
    pub fn name(self) -> &'static str {
        match self {
            Self::Monday => "monday",
            Self::Sunday => "sunday",
            Self::Saturday => "saturday",
        }
    }

    /// The day of a name; anything unknown is `Monday`.
    pub fn from_name(name: &str) -> Self {
        Self::ALL.into_iter().find(|day| day.name() == name).unwrap_or_default()
    }

    /// The day.
    pub fn weekday(self) -> Weekday {
        match self {
            Self::Monday => Weekday::Mon,
            Self::Sunday => Weekday::Sun,
            Self::Saturday => Weekday::Sat,
        }
    }
}

/// How somebody reads the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Reader {
    /// The language.
    pub locale: Locale,
    /// The digits.
    pub digits: Digits,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_digits_are_shown_as_chosen_and_those_of_others_as_they_are() {
        let text = "26 نومبر، “\u{2068}7up 2 l\u{2069}” 5 بجے";
        assert_eq!(Digits::Latin.show(text.to_owned()), text);
        assert_eq!(Digits::Urdu.show(text.to_owned()), "۲۶ نومبر، “\u{2068}7up 2 l\u{2069}” ۵ بجے");
        assert_eq!(Digits::Urdu.show("0123456789 x".to_owned()), "۰۱۲۳۴۵۶۷۸۹ x");
        for digits in [Digits::Latin, Digits::Urdu] {
            assert_eq!(Digits::from_name(digits.name()), digits);
        }
    }
}
