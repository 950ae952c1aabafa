//! Kaam: a task manager that people talk to, in English, Roman Urdu and Urdu.
//!
//! # The way of a message
//!
//! ```text
//! browser --GET /chat----------> server::router -> app (rendered on the server) -> api -> server::page -> server::store
//! browser --send (server fn)---> api::chat -> server::page -> run::Runs::ask -> agent::answer <-> model (ModelEvent)
//!                                                                                 |  \-> run::effects -> tools -> store
//! browser <--SSE (server fn)---- page::view <- run::follow <- run::flusher <- run::recorder <- run::translate <- AgentEvent
//! ChatKit client --POST /chatkit-> chatkit -> the same Runs::ask ... -> the same flusher -> SSE
//! ```
//!
//! # Where to look
//!
//! - [`domain`]: plain types and pure rules; knows nobody.
//! - [`protocol`]: the ChatKit wire.
//! - [`app`]: what the user sees; [`api`]: its typed door to the server.
//! - `server`: everything with I/O. Start at `server::router`, every URL on one page.
//!
//! `ARCHITECTURE.md` has the table of who may use whom, and a test that holds it.

#![recursion_limit = "256"]

pub mod api;
pub mod app;
pub mod domain;
pub mod protocol;
#[cfg(feature = "ssr")]
pub mod server;

/// Brings the page to life in the browser; called by the script in the page's head.
#[cfg(feature = "hydrate")]
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    console_error_panic_hook::set_once();
    leptos::mount::hydrate_body(app::App);
}
