//! Who is calling, and whether they may.
//!
//! ```text
//! browser --cookie--> session (layer) -> session_store -> current_user::CurrentUser
//! program --Bearer--> tokens ----------------------------> current_user::ApiCaller
//! ```
//!
//! `origin` refuses what a foreign page makes a browser send, `host` what comes under a foreign name, and `cors` says what the pages of known
//! origins may; `limits` slows down guessing, `devices` knows the browsers of an account, which others' guessing does not slow; `setup_link`
//! lets the first person in.

pub mod cors;
pub mod current_user;
pub mod devices;
pub mod email;
pub mod host;
pub mod jwt;
pub mod limits;
pub mod origin;
pub mod passwords;
pub mod secret;
pub mod session;
pub mod session_store;
pub mod setup_link;
pub mod strength;
pub mod tokens;

pub use current_user::{ApiCaller, CurrentUser};
pub use email::EmailAddress;
pub use passwords::{PasswordError, Passwords};
pub use strength::About;
