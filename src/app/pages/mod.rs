//! The pages, one address a file.

pub(super) mod chat;
pub(super) mod not_found;
pub(super) mod settings;
pub(super) mod sign_in;
pub(super) mod sign_up;
pub(super) mod tasks;
pub(super) mod widgets;
