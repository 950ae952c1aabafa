//! The open conversation: what is known of it (`state`), and how that follows the server (`driver`); the next message (`compose`): its
//! text (`draft`), what that means (`commands`), and its files (`files`). Drawing all of it is for `components`.

pub(in crate::app) mod commands;
pub(in crate::app) mod compose;
pub(in crate::app) mod draft;
pub(in crate::app) mod driver;
pub(in crate::app) mod files;
pub(in crate::app) mod state;
