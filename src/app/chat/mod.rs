//! The open conversation: what is known of it (`state`), what is done with it (`driver`, `acts`), and how it follows the server (`follow`); the
//! next message (`compose`): its text (`draft`), what that means (`commands`), and its files (`files`). Drawing all of it is for `components`.

mod acts;
pub(in crate::app) mod commands;
pub(in crate::app) mod compose;
pub(in crate::app) mod draft;
pub(in crate::app) mod driver;
pub(in crate::app) mod files;
pub(in crate::app) mod follow;
pub(in crate::app) mod state;
