//! The typed door from the page to the server: server functions, 5-10 lines each.
//!
//! Every function is a public endpoint, so its body begins by asking who is calling. Every URL is named by `endpoint`,
//! because the names that server functions get by themselves hash the path of the checkout.

pub mod account;
pub mod changes;
pub mod chat;
pub mod message;
pub mod sse;
pub mod tasks;
pub mod tokens;
pub mod view;
pub mod widgets;

use leptos::prelude::*;
use leptos::server_fn::{codec::JsonEncoding, error::ServerFnErrorErr};
use serde::{Deserialize, Serialize};

use crate::domain::password::Weakness;
use crate::domain::quota::Quota;

/// What can go wrong between the page and the server. Each variant has its text in the catalogue; causes stay in the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum ApiError {
    /// Nobody is signed in, or no longer.
    SignedOut,
    /// It does not exist, or is somebody else's.
    NotFound,
    /// The e-mail address and the password do not belong together.
    WrongCredentials,
    /// The password must be given once more.
    ConfirmPassword,
    /// It was given, and is not the person's.
    WrongPassword,
    /// Signing up needs the set-up link, or is closed.
    SignUpClosed,
    /// Nobody can sign in at the address at which the browser is; they can at this one.
    OtherAddress(String),
    /// No account was made. That there is one with the address is not said: whoever asks may be anybody.
    SignUpRefused,
    /// Not an e-mail address.
    EmailInvalid,
    /// The password is too short, or too long.
    PasswordInvalid,
    /// The password is easy to guess.
    PasswordWeak(Weakness),
    /// The message says nothing.
    Blank,
    /// The text is too long.
    TooLong,
    /// The request could not be understood.
    Invalid,
    /// An answer is being written in that thread.
    Busy,
    /// The thread takes no more messages.
    Closed,
    /// Too many requests; try again after so many seconds.
    TooMany(u32),
    /// As much as one person may have is there.
    QuotaReached(Quota),
    /// Something is down for a while (the database); try again.
    Unavailable,
    /// Something failed; the log has it under this request id.
    Internal(String),
    /// The server could not be reached, or the connection broke.
    Network,
}

impl std::fmt::Display for ApiError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{self:?}")
    }
}
impl std::error::Error for ApiError {}

impl FromServerFnError for ApiError {
    type Encoder = JsonEncoding;

    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        match error {
            ServerFnErrorErr::Request(_) | ServerFnErrorErr::Response(_) => Self::Network,
            #[cfg(feature = "ssr")]
            ServerFnErrorErr::Args(_) | ServerFnErrorErr::MissingArg(_) | ServerFnErrorErr::Deserialization(_) => {
                crate::server::page::refuse(Self::Invalid);
                Self::Invalid
            }
            // An answer that the page cannot read is not ours: a proxy's, for a server that is away.
            #[cfg(not(feature = "ssr"))]
            ServerFnErrorErr::Deserialization(_) => Self::Network,
            other => Self::Internal(other.to_string()),
        }
    }
}
