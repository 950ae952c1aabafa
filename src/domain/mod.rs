//! Plain types and pure rules, for the server and the page alike. Knows nobody: no I/O, no clock, no randomness.

pub mod actor;
pub mod dates;
pub mod deed;
pub mod id;
pub mod language;
pub mod locale;
pub mod password;
pub mod quota;
pub mod repeat;
pub mod scope;
pub mod task;
pub mod text;
pub mod texts;
pub mod time;
