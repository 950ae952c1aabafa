//! The list of parts that requests are served with. Cheap to clone.

use std::sync::Arc;

use axum::extract::FromRef;
use leptos::config::LeptosOptions;

use super::{
    attachments::Attachments,
    auth::{Passwords, limits::Limiter},
    calls::Calls,
    config::Config,
    limits::SendLimits,
    model::openai::Transcriber,
    run::Runs,
    seats::Seats,
    store::Store,
};
use crate::{app::Assets, domain::time::Clock};

/// What every handler may use.
#[derive(Clone)]
pub struct AppState {
    /// The settings.
    pub config: Arc<Config>,
    /// The data.
    pub store: Store,
    /// Time and ids.
    pub clock: Arc<dyn Clock>,
    /// Hashing, off the runtime.
    pub passwords: Passwords,
    /// Attempts to sign in.
    pub attempts: Arc<Limiter>,
    /// Large bodies that are being read.
    pub uploads: Seats,
    /// Files that one person sends.
    pub files: Arc<SendLimits>,
    /// Widgets that are being drawn for developers.
    pub drawings: Seats,
    /// Messages a person sends.
    pub sends: Arc<SendLimits>,
    /// The files of people.
    pub attachments: Attachments,
    /// Who turns sound into text, if somebody does.
    pub transcriber: Option<Arc<Transcriber>>,
    /// Requests of a person's programs.
    pub tool_calls: Arc<SendLimits>,
    /// What programs call tools with.
    pub calls: Calls,
    /// The answers that are being written.
    pub runs: Runs,
    /// What Leptos wants to know.
    pub leptos: LeptosOptions,
    /// Where the page's files are.
    pub assets: Assets,
}

impl FromRef<AppState> for LeptosOptions {
    fn from_ref(state: &AppState) -> Self {
        state.leptos.clone()
    }
}
