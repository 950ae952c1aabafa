//! How long a password is, and what makes one easy to guess.

use serde::{Deserialize, Serialize};

/// The shortest password, in characters. None that is shorter by two can be hard to guess for a program that tries millions in a second.
pub const MIN_CHARS: usize = 10;
/// The longest password, in characters.
pub const MAX_CHARS: usize = 200;

/// Why a password is refused although it is long enough.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Weakness {
    /// It is one of those that are tried first, or nearly so.
    Common,
    /// It follows the keys of a keyboard.
    Keyboard,
    /// It repeats itself.
    Repeats,
    /// It goes on as the alphabet or numbers do.
    Sequence,
    /// It is a date or a year.
    Date,
    /// It is a word or a name.
    Word,
    /// It is made of the person's own name or address.
    Personal,
    /// It is easy to guess in some other way.
    Guessable,
}

impl Weakness {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Common,
        Self::Keyboard,
        Self::Repeats,
        Self::Sequence,
        Self::Date,
        Self::Word,
        Self::Personal,
        Self::Guessable,
    ];
}
