//! What the load program and the chaos program share: a small HTTP client, and a server that is started, watched and ended.

pub mod http;
pub mod server;
