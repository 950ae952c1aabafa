//! Typed ids. Made on the server only (`server::clock`), opaque to every client.
//!
//! Threads, items and attachments carry 122 random bits (UUID version 4), because their ids travel to foreign front ends;
//! everything else is a UUID version 7, whose order is the order of creation.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use uuid::Uuid;

/// The text is not an id of the wanted kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotAnId;

impl fmt::Display for NotAnId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not an id")
    }
}
impl std::error::Error for NotAnId {}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident = $prefix:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(pub Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!($prefix, "_{}"), self.0.simple())
            }
        }
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }
        impl FromStr for $name {
            type Err = NotAnId;
            /// Reads exactly what `Display` writes: the prefix and 32 hexadecimal digits.
            fn from_str(text: &str) -> Result<Self, NotAnId> {
                let hex = text.strip_prefix(concat!($prefix, "_")).ok_or(NotAnId)?;
                if hex.len() != 32 {
                    return Err(NotAnId);
                }
                Uuid::try_parse(hex).map(Self).map_err(|_| NotAnId)
            }
        }
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }
        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    )*};
}

ids! {
    /// An account.
    UserId = "usr";
    /// A conversation; `thread` on the wire.
    ThreadId = "thr";
    /// One entry of a thread: a message, a workflow, a widget ...
    ItemId = "itm";
    /// The work that answers one user message.
    RunId = "run";
    /// A task of a person.
    TaskId = "tsk";
    /// A file of a person, sent or to be sent with a message.
    AttachmentId = "atc";
    /// An API token's row, not its secret.
    TokenId = "tok";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_reads_what_it_writes_and_nothing_else() {
        let id = ThreadId(Uuid::from_u128(7));
        assert_eq!(id.to_string().parse(), Ok(id));
        for wrong in [
            "",
            "thr_",
            "itm_00000000000000000000000000000007",
            "thr_7",
            "thr_zz000000000000000000000000000000",
        ] {
            assert_eq!(wrong.parse::<ThreadId>(), Err(NotAnId), "{wrong}");
        }
    }
}
