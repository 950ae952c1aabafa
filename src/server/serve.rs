//! Bringing the server up and down.

mod listen;

use std::{future::Future, net::SocketAddr, path::Path, sync::Arc, time::Duration};

use leptos::config::{LeptosOptions, errors::LeptosConfigError, get_config_from_str};
use socket2::SockRef;
use tokio::net::TcpStream;
use tokio_util::sync::CancellationToken;

use super::{
    agent::Limits,
    assets,
    attachments::{Attachments, Blobs, PdfReader},
    auth::{Passwords, limits::Limiter, setup_link},
    calls::Calls,
    clock::SystemClock,
    config::{Config, ModelChoice},
    connections::{self, Bounds},
    db::Pools,
    limits::SendLimits,
    model::{
        Model,
        choice::Choice,
        offline::OfflineModel,
        openai::{BuildError, OpenAiConfig, OpenAiModel, Transcriber, tls},
    },
    router::router,
    run::{Assistant, Files, Runs},
    seats::Seats,
    state::AppState,
    store::{Store, StoreError},
    tools::Registry,
};
use crate::{app::Assets, domain::time::Clock};

/// How long answers that are being written may take to be stored when the server stops.
const PATIENCE: Duration = Duration::from_millis(2000);
/// How long open connections may take after that.
const LAST_WORDS: Duration = Duration::from_millis(800);

/// A connection on which nothing that was sent arrives for so long is over. Long enough for a tunnel: a client of `/chatkit` that goes stops
/// its answer.
#[cfg(target_os = "linux")]
const UNHEARD: Duration = Duration::from_secs(120);

/// Why the server does not serve.
#[derive(Debug)]
pub enum ServeError {
    /// The address is taken, or not ours.
    Listen(SocketAddr, std::io::Error),
    /// `Leptos.toml` or a `LEPTOS_*` variable is wrong.
    Leptos(LeptosConfigError),
    /// The model's settings are wrong.
    Model(BuildError),
    /// The place for attachments cannot be opened.
    Attachments(object_store::Error),
    /// The database does not answer.
    Store(StoreError),
    /// The listener failed.
    Io(std::io::Error),
}

impl std::fmt::Display for ServeError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Listen(address, cause) => {
                write!(
                    f,
                    "cannot listen on {address}: {cause}. Set LEPTOS_SITE_ADDR (or PORT) to a free address, e.g. 127.0.0.1:3001"
                )
            }
            Self::Leptos(cause) => write!(f, "Leptos.toml or a LEPTOS_* variable is wrong: {cause}"),
            Self::Model(cause) => write!(f, "the model's settings are wrong: {cause}"),
            Self::Attachments(cause) => write!(
                f,
                "the place for attachments cannot be opened: {cause}. Look at KAAM_DATA_DIR or KAAM_ATTACHMENTS_URL"
            ),
            Self::Store(cause) => write!(f, "{cause}"),
            Self::Io(cause) => write!(f, "the server failed: {cause}"),
        }
    }
}
impl std::error::Error for ServeError {}

/// The Leptos options: `Leptos.toml` in the working folder if it is there, else the same file as it was at the build; `LEPTOS_*` variables
/// override both.
///
/// # Errors
/// [`ServeError::Leptos`].
pub fn leptos_options() -> Result<LeptosOptions, ServeError> {
    let text = match std::fs::read_to_string(Path::new("Leptos.toml")) {
        Ok(text) => text,
        Err(_) => include_str!("../../Leptos.toml").to_owned(),
    };
    get_config_from_str(&text).map_err(ServeError::Leptos)
}

/// The model that the settings choose.
///
/// # Errors
/// [`ServeError::Model`].
pub fn model(config: &Config) -> Result<Arc<dyn Model>, ServeError> {
    Ok(match &config.model {
        ModelChoice::Offline => Arc::new(OfflineModel::default()),
        ModelChoice::Endpoint(endpoint) => {
            let endpoint = OpenAiModel::new(OpenAiConfig {
                base_url: endpoint.base_url.clone(),
                api_key: endpoint.api_key.clone(),
                models: endpoint.models.clone(),
                sees_pictures: config.sees_pictures,
                answer_tokens: config.answer_tokens,
                limits: super::model::openai::Limits {
                    connect: config.limits.connect,
                    first_token: config.limits.first_token,
                    gap: config.limits.gap,
                    whole: config.limits.run,
                    ..Default::default()
                },
            })
            .map_err(ServeError::Model)?;
            Arc::new(Choice::new(endpoint, OfflineModel::default()))
        }
    })
}

/// Puts the parts together. The database is migrated.
///
/// # Errors
/// [`ServeError::Attachments`] and [`ServeError::Model`].
pub async fn state(
    config: Config,
    pools: impl Into<Pools>,
    clock: Arc<dyn Clock>,
    model: Arc<dyn Model>,
    leptos: LeptosOptions,
) -> Result<AppState, ServeError> {
    let store = Store::new(pools);
    let limits = Limits {
        run: config.limits.run,
        tool_rounds: config.limits.tool_rounds as usize,
        calls_per_turn: config.quotas.calls_per_turn as usize,
    };
    let quotas = config.quotas;
    let sign_ups = config.sign_ups_per_hour as usize;
    let per_minute = config.messages_per_minute;
    let calls_per_minute = config.tool_calls_per_minute;
    let tools = Registry::within(&quotas);
    let version = assets::version(&leptos.site_root, &leptos.output_name).await;
    // The bucket's client is built without a provider of its own.
    tls::install();
    let blobs = Blobs::open(&config.attachments).map_err(ServeError::Attachments)?;
    let attachments = Attachments::new(store.clone(), blobs, clock.clone(), &config.public_origin(), quotas.file_bytes);
    let transcriber = match &config.transcribe {
        None => None,
        Some(endpoint) => {
            let key = endpoint.api_key.clone();
            let built = Transcriber::new(&endpoint.base_url, key, endpoint.model.clone(), config.limits.connect);
            Some(Arc::new(built.map_err(ServeError::Model)?))
        }
    };
    let files = Files::new(attachments.clone(), PdfReader::new(config.program.clone()));
    let assistant = Assistant::new(store.clone(), model, tools.clone(), files, clock.clone(), limits);
    Ok(AppState {
        runs: Runs::start(store.clone(), Arc::new(assistant), clock.clone(), quotas),
        calls: Calls {
            store: store.clone(),
            tools,
            clock: clock.clone(),
        },
        config: Arc::new(config),
        store,
        clock,
        passwords: Passwords::default(),
        attempts: Arc::new(Limiter::new(sign_ups)),
        // Each is at most 14 MB.
        uploads: Seats::new(4, 24),
        files: Arc::new(SendLimits::new(120, 240)),
        // Each is at most some 20 MB, while it is made.
        drawings: Seats::new(1, 4),
        sends: Arc::new(SendLimits::new((per_minute / 2).max(1), per_minute)),
        attachments,
        transcriber,
        tool_calls: Arc::new(SendLimits::new((calls_per_minute / 2).max(1), calls_per_minute)),
        leptos,
        assets: Assets { version },
    })
}

/// Serves until `stop` comes, then ends answers and connections in order.
///
/// # Errors
/// See [`ServeError`].
pub async fn run(mut config: Config, pools: Pools, stop: impl Future<Output = ()> + Send + 'static) -> Result<(), ServeError> {
    let leptos = leptos_options()?;
    let listener = listen::listen(&config).map_err(|cause| ServeError::Listen(config.listen, cause))?;
    config.bound_to(listener.local_addr().map_err(ServeError::Io)?);
    let model = model(&config)?;
    let public = config.public_origin();
    tracing::info!(model = %model.name(), "the model that answers");
    let state = state(config, pools, Arc::new(SystemClock), model, leptos).await?;
    if state.config.database_url.is_none() {
        // The embedded database has one server: whoever left runs behind is gone, and nobody need wait for their leases to end.
        state.runs.take_over_all().await.map_err(ServeError::Store)?;
    }
    let link = setup_link::offer(&state.config, &state.store, state.clock.now())
        .await
        .map_err(ServeError::Store)?;
    announce(&public, state.config.listen, link.as_deref());

    let runs = state.runs.clone();
    let sweeping = CancellationToken::new();
    tokio::spawn(state.attachments.clone().keep_swept(sweeping.clone()));
    let proxies = state.config.trusted_proxies.clone();
    let bounds = Bounds::of_system();
    tracing::debug!(?bounds, "connections");
    let app = router(state);
    let (ended, mut end) = tokio::sync::watch::channel(false);
    let drain = async move {
        stop.await;
        sweeping.cancel();
        tracing::info!(answers = runs.count(), "stopping");
        runs.shut_down(PATIENCE).await;
        let _ = ended.send(true);
    };
    tokio::select! {
        () = connections::serve(vec![listener], app, bounds, proxies, prepare, drain) => {}
        // Connections that nobody closes must not hold the process.
        () = async {
            let _ = end.wait_for(|ended| *ended).await;
            tokio::time::sleep(LAST_WORDS).await;
        } => {}
    }
    tracing::info!("stopped");
    Ok(())
}

/// A token goes out when it is there, not when there are more. Whoever is gone without a word is found out by the next sign of life of a
/// stream, and has it no longer.
fn prepare(connection: &TcpStream) {
    let socket = SockRef::from(connection);
    let prepared = socket.set_tcp_nodelay(true);
    #[cfg(target_os = "linux")]
    let prepared = prepared.and_then(|()| socket.set_tcp_user_timeout(Some(UNHEARD)));
    if let Err(error) = prepared {
        tracing::debug!(%error, "a connection could not be prepared");
    }
}

/// The lines for the person at the terminal; the log goes to standard error.
#[expect(clippy::print_stdout, reason = "this is what the command prints")]
fn announce(public: &str, listen: SocketAddr, link: Option<&str>) {
    println!("Kaam is at {public} (listening on {listen})");
    if let Some(link) = link {
        println!("Make the first account here (the link works once): {link}");
    }
}
