//! The open conversation: what is known of it (`state`), and how that follows the server (`driver`). Drawing it is for
//! `components`.

pub(in crate::app) mod driver;
pub(in crate::app) mod state;
