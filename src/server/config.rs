//! Every environment variable, read once. The rest of the program sees [`Config`] and never the environment.
//!
//! `.env.example` describes the same variables for people; a test holds the two lists equal. A secret may also lie in a file that
//! `NAME_FILE` names. An empty value is as good as none.

mod host;
mod read;

use std::{
    fmt,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    path::PathBuf,
    sync::Arc,
    time::Duration,
};

use secrecy::SecretString;
use url::Url;

use super::{db::address::Address, proxies::TrustedProxies};

pub use host::AllowedHost;
pub use read::{ConfigError, Problem};
use read::{Reader, Variable};

use crate::domain::quota::{MEGABYTE, Quotas};

/// Gemini's OpenAI-compatible endpoint.
pub const DEFAULT_BASE_URL: &str = "https://generativelanguage.googleapis.com/v1beta/openai/";
/// The model asked when none is named.
pub const DEFAULT_MODEL: &str = "gemini-3.8-flash";

const DATABASE_URL: Variable = Variable::new("DATABASE_URL", "postgres://kaam:secret@db.example.com:5432/kaam?sslmode=require");
const DIRECT_URL: Variable = Variable::new(
    "DATABASE_DIRECT_URL",
    "postgres://kaam:secret@db.example.com:5432/kaam?sslmode=require",
);
const DATA_DIR: Variable = Variable::new("KAAM_DATA_DIR", "./data");
const ATTACHMENTS: Variable = Variable::new("KAAM_ATTACHMENTS_URL", "s3://bucket/prefix");
const LISTEN: Variable = Variable::new("LEPTOS_SITE_ADDR", "127.0.0.1:3000");
const PORT: Variable = Variable::new("PORT", "8080");
const PUBLIC_URL: Variable = Variable::new("KAAM_PUBLIC_URL", "https://kaam.example.com");
const ALLOWED_HOSTS: Variable = Variable::new("KAAM_ALLOWED_HOSTS", "kaam.lan,kaam:3000");
const AI_KEY: Variable = Variable::new("AI_API_KEY", "AIza...");
const GEMINI_KEY: Variable = Variable::new("GEMINI_API_KEY", "AIza...");
const AI_BASE_URL: Variable = Variable::new("AI_BASE_URL", "http://127.0.0.1:11434/v1");
const AI_MODEL: Variable = Variable::new("AI_MODEL", "gemini-3.8-flash,gemini-3.5-flash-lite");
const ANSWER_TOKENS: Variable = Variable::new("AI_ANSWER_TOKENS", "4096");
const VISION: Variable = Variable::new("AI_MODEL_VISION", "auto");
const TRANSCRIBE_URL: Variable = Variable::new("AI_TRANSCRIBE_URL", "https://api.openai.com/v1");
const TRANSCRIBE_MODEL: Variable = Variable::new("AI_TRANSCRIBE_MODEL", "whisper-1");
const TRANSCRIBE_KEY: Variable = Variable::new("AI_TRANSCRIBE_KEY", "sk-...");
const CONNECT: Variable = Variable::new("AI_CONNECT_SECONDS", "10");
const FIRST_TOKEN: Variable = Variable::new("AI_FIRST_TOKEN_SECONDS", "60");
const GAP: Variable = Variable::new("AI_GAP_SECONDS", "60");
const RUN: Variable = Variable::new("AI_RUN_SECONDS", "600");
const TOOL_ROUNDS: Variable = Variable::new("AI_TOOL_ROUNDS", "8");
const MESSAGES: Variable = Variable::new("KAAM_MESSAGES_PER_MINUTE", "60");
const FILES: Variable = Variable::new("KAAM_FILES_PER_PERSON", "1000");
const TASKS: Variable = Variable::new("KAAM_TASKS_PER_PERSON", "100000");
const RUNS: Variable = Variable::new("KAAM_RUNS_PER_PERSON", "8");
const CALLS: Variable = Variable::new("AI_TOOL_CALLS_PER_TURN", "64");
const TOKENS: Variable = Variable::new("KAAM_TOKENS_PER_DAY", "1000000");
const SIGN_UPS: Variable = Variable::new("KAAM_SIGN_UPS_PER_HOUR", "20");
const TOKEN: Variable = Variable::new("KAAM_TOKEN", "kaam_...");
const TOOL_CALLS: Variable = Variable::new("KAAM_TOOL_CALLS_PER_MINUTE", "300");
const JWT: Variable = Variable::new("JWT_SECRET", "the output of `openssl rand -base64 32`");
const CORS: Variable = Variable::new("CORS_ALLOWED_ORIGINS", "https://app.example.com,http://localhost:5173");
const PROXIES: Variable = Variable::new("KAAM_TRUSTED_PROXIES", "127.0.0.0/8,::1,172.17.0.1");
const SIGN_UP: Variable = Variable::new("KAAM_SIGN_UP", "setup");
const LOG: Variable = Variable::new("RUST_LOG", "info,kaam=debug");
const LOG_FORMAT: Variable = Variable::new("KAAM_LOG_FORMAT", "text");

/// The model that hears when none is named.
const DEFAULT_TRANSCRIBE_MODEL: &str = "whisper-1";
/// The shortest secret that HS256 may have (RFC 7518, 3.2).
const JWT_BYTES: usize = 32;

/// How Kaam was told to run.
#[derive(Debug, Clone)]
pub struct Config {
    /// A Postgres of the operator's; `None` means the embedded one.
    pub database_url: Option<SecretString>,
    /// The way to it for what needs a session, where `database_url` leads through a pooler; only together with that.
    pub database_direct_url: Option<SecretString>,
    /// Where the embedded database and the attachments lie.
    pub data_dir: PathBuf,
    /// Where the bytes of attachments lie.
    pub attachments: AttachmentsAt,
    /// This program, which is started once more for what may crash (`server::attachments::PdfReader`).
    pub program: PathBuf,
    /// Where to listen.
    pub listen: SocketAddr,
    /// Whether nothing but a port was said: then on all addresses of both kinds, where the machine has both.
    pub listen_on_both: bool,
    /// The origin that people see, without a path.
    pub public_url: Url,
    /// Whether `public_url` was worked out from `listen`.
    public_url_is_derived: bool,
    /// Names by which this server may be called, beside its own.
    pub allowed_hosts: Vec<AllowedHost>,
    /// Who answers.
    pub model: ModelChoice,
    /// Whether the model sees pictures; `None` where it is tried out.
    pub sees_pictures: Option<bool>,
    /// The most tokens of one answer of the model; `None` leaves it to the endpoint.
    pub answer_tokens: Option<u32>,
    /// Who hears.
    pub transcribe: Option<TranscribeEndpoint>,
    /// The bounds of a run.
    pub limits: RunLimits,
    /// Messages that one person may send in a minute; half of them at once.
    pub messages_per_minute: u32,
    /// Requests over MCP and the tools' HTTP that one person's programs may make in a minute.
    pub tool_calls_per_minute: u32,
    /// How much of this server one person may take.
    pub quotas: Quotas,
    /// Attempts to make an account, from one address in an hour.
    pub sign_ups_per_hour: u32,
    /// The key of foreign sign-ins (HS256).
    pub jwt_secret: Option<SecretString>,
    /// Foreign origins that may call `/chatkit` and `/mcp`, as browsers write them in `Origin`.
    pub cors_allowed_origins: Vec<String>,
    /// The proxies that are believed when they say for whom they ask.
    pub trusted_proxies: Arc<TrustedProxies>,
    /// Who may make an account.
    pub sign_up: SignUp,
    /// The API token that `kaam mcp` works with.
    pub token: Option<SecretString>,
    /// The filter of the log, if one was named.
    pub log_filter: Option<String>,
    /// How the log is written.
    pub log_format: LogFormat,
}

/// Who answers.
#[derive(Debug, Clone)]
pub enum ModelChoice {
    /// The assistant inside.
    Offline,
    /// An OpenAI-compatible endpoint.
    Endpoint(ModelEndpoint),
}

/// An OpenAI-compatible endpoint.
#[derive(Debug, Clone)]
pub struct ModelEndpoint {
    /// The part before `/chat/completions`.
    pub base_url: Url,
    /// Local servers need none.
    pub api_key: Option<SecretString>,
    /// The models, in the order in which they are tried; never empty.
    pub models: Vec<String>,
}

/// An OpenAI-compatible endpoint that turns sound into text.
#[derive(Debug, Clone)]
pub struct TranscribeEndpoint {
    /// The part before `/audio/transcriptions`.
    pub base_url: Url,
    /// Local servers need none.
    pub api_key: Option<SecretString>,
    /// The model.
    pub model: String,
}

/// Where the bytes of attachments lie.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AttachmentsAt {
    /// In a folder.
    Folder(PathBuf),
    /// In a bucket that speaks S3; its keys, region and endpoint are in the `AWS_*` variables.
    Bucket {
        /// Its name.
        name: String,
        /// What all names in it begin with.
        prefix: String,
    },
}

/// The bounds of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RunLimits {
    /// To connect to the endpoint.
    pub connect: Duration,
    /// Until the first piece of an answer.
    pub first_token: Duration,
    /// Between two pieces of an answer.
    pub gap: Duration,
    /// The whole run.
    pub run: Duration,
    /// Model turns that call tools, in one run.
    pub tool_rounds: u32,
}

/// Who may make an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignUp {
    /// The first person, with the set-up link; then nobody.
    Setup,
    /// Anybody.
    Open,
    /// Nobody; `kaam user add` makes accounts.
    Closed,
}

/// How the log is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Text,
    /// A JSON object a line.
    Json,
}

impl Config {
    /// Reads the configuration by asking `get` for each variable.
    ///
    /// # Errors
    /// The first variable with a wrong value.
    pub fn read(get: impl Fn(&str) -> Option<String>) -> Result<Self, ConfigError> {
        let reader = Reader::new(&get);
        let listen = listen(&reader)?;
        let public_url = reader.parsed(PUBLIC_URL, origin)?;
        let data_dir: PathBuf = reader.text(DATA_DIR).unwrap_or_else(|| "./data".into()).into();
        let model = model(&reader)?;
        let database_url = reader.secret_that(DATABASE_URL, is_postgres)?;
        let database_direct_url = reader.secret_that(DIRECT_URL, is_postgres)?;
        if database_direct_url.is_some() && database_url.is_none() {
            return Err(DIRECT_URL.wrong(Problem::Alone));
        }
        Ok(Self {
            database_url,
            database_direct_url,
            attachments: match reader.parsed(ATTACHMENTS, bucket)? {
                Some(bucket) => bucket,
                None => AttachmentsAt::Folder(data_dir.join("attachments")),
            },
            data_dir,
            program: std::env::current_exe().unwrap_or_else(|_| "kaam".into()),
            listen,
            listen_on_both: reader.text(LISTEN).is_none() && reader.text(PORT).is_some(),
            public_url_is_derived: public_url.is_none(),
            public_url: match public_url {
                Some(url) => url,
                None => derived(listen)?,
            },
            allowed_hosts: reader
                .parsed(ALLOWED_HOSTS, |value| {
                    list(value).iter().map(|name| AllowedHost::read(name)).collect()
                })?
                .unwrap_or_default(),
            sees_pictures: reader
                .one_of(VISION, &[("auto", None), ("on", Some(true)), ("off", Some(false))])?
                .flatten(),
            answer_tokens: Some(reader.number(ANSWER_TOKENS, 0, 10_000_000)?).filter(|tokens| *tokens > 0),
            transcribe: transcribe(&reader, &model)?,
            model,
            limits: RunLimits {
                connect: reader.seconds(CONNECT, 10, 300)?,
                first_token: reader.seconds(FIRST_TOKEN, 60, 3600)?,
                gap: reader.seconds(GAP, 60, 3600)?,
                run: reader.seconds(RUN, 600, 86_400)?,
                tool_rounds: reader.number(TOOL_ROUNDS, 8, 100)?,
            },
            messages_per_minute: reader.number(MESSAGES, 60, 1_000_000)?,
            tool_calls_per_minute: reader.number(TOOL_CALLS, 300, 1_000_000)?,
            quotas: quotas(&reader)?,
            sign_ups_per_hour: reader.number(SIGN_UPS, 20, 1_000_000)?,
            jwt_secret: reader.secret_that(JWT, |value| {
                if value.len() < JWT_BYTES {
                    Err(Problem::TooShort { bytes: JWT_BYTES })
                } else {
                    Ok(())
                }
            })?,
            cors_allowed_origins: reader.parsed(CORS, origins)?.unwrap_or_default(),
            trusted_proxies: Arc::new(reader.parsed(PROXIES, proxies)?.unwrap_or_default()),
            sign_up: reader
                .one_of(
                    SIGN_UP,
                    &[("setup", SignUp::Setup), ("open", SignUp::Open), ("closed", SignUp::Closed)],
                )?
                .unwrap_or(SignUp::Setup),
            token: reader.secret(TOKEN)?,
            log_filter: reader.parsed(LOG, |value| match tracing_subscriber::EnvFilter::try_new(value) {
                Ok(_) => Ok(value.to_owned()),
                Err(cause) => Err(Problem::NotAFilter(cause.to_string())),
            })?,
            log_format: reader
                .one_of(LOG_FORMAT, &[("text", LogFormat::Text), ("json", LogFormat::Json)])?
                .unwrap_or(LogFormat::Text),
        })
    }

    /// Reads the configuration from the environment of this process.
    ///
    /// # Errors
    /// As [`Config::read`].
    pub fn from_process() -> Result<Self, ConfigError> {
        Self::read(|name| std::env::var_os(name).map(|value| value.to_string_lossy().into_owned()))
    }

    /// Whether the built-in assistant answers.
    pub fn uses_offline_model(&self) -> bool {
        matches!(self.model, ModelChoice::Offline)
    }

    /// Notes the address that was really bound, which differs where port 0 was asked for.
    pub fn bound_to(&mut self, address: SocketAddr) {
        self.listen = address;
        if self.public_url_is_derived
            && let Ok(url) = derived(address)
        {
            self.public_url = url;
        }
    }

    /// The public origin as browsers write it: no slash at the end, no port where it is the scheme's own.
    pub fn public_origin(&self) -> String {
        self.public_url.origin().ascii_serialization()
    }

    /// Whether the operator has said what the public origin is.
    pub fn names_its_address(&self) -> bool {
        !self.public_url_is_derived
    }

    /// Whether people reach us by HTTPS, so that cookies can be `Secure`.
    pub fn is_https(&self) -> bool {
        self.public_url.scheme() == "https"
    }
}

impl fmt::Display for SignUp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Setup => "setup",
            Self::Open => "open",
            Self::Closed => "closed",
        })
    }
}

fn quotas(reader: &Reader<'_>) -> Result<Quotas, ConfigError> {
    let usual = Quotas::default();
    let megabytes = u32::try_from(usual.file_bytes / MEGABYTE).unwrap_or(u32::MAX);
    Ok(Quotas {
        file_bytes: u64::from(reader.number(FILES, megabytes, 1_000_000_000)?) * MEGABYTE,
        tasks: reader.number(TASKS, usual.tasks, 1_000_000_000)?,
        runs: reader.number(RUNS, usual.runs, 1_000_000)?,
        calls_per_turn: reader.number(CALLS, usual.calls_per_turn, 10_000)?,
        tokens_per_day: match reader.text(TOKENS) {
            Some(_) => Some(reader.number(TOKENS, u32::MAX, u32::MAX)?.into()),
            None => usual.tokens_per_day,
        },
    })
}

fn listen(reader: &Reader<'_>) -> Result<SocketAddr, ConfigError> {
    if let Some(address) = reader.parsed(LISTEN, |value| value.parse().map_err(|_| Problem::NotAnAddress))? {
        return Ok(address);
    }
    Ok(match reader.parsed(PORT, |value| value.parse().map_err(|_| Problem::NotAPort))? {
        Some(port) => SocketAddr::from((Ipv4Addr::UNSPECIFIED, port)),
        None => SocketAddr::from((Ipv4Addr::LOCALHOST, 3000)),
    })
}

/// "All addresses" is nothing to put into a link.
fn derived(listen: SocketAddr) -> Result<Url, ConfigError> {
    let host = match listen.ip() {
        ip if ip.is_unspecified() => "localhost".to_owned(),
        IpAddr::V4(ip) => ip.to_string(),
        IpAddr::V6(ip) => format!("[{ip}]"),
    };
    Url::parse(&format!("http://{host}:{}", listen.port())).map_err(|cause| LISTEN.wrong(Problem::NotAUrl(cause)))
}

fn model(reader: &Reader<'_>) -> Result<ModelChoice, ConfigError> {
    let api_key = match reader.secret(AI_KEY)? {
        Some(key) => Some(key),
        None => reader.secret(GEMINI_KEY)?,
    };
    let base_url = reader.parsed(AI_BASE_URL, base_url)?;
    let models = reader.parsed(AI_MODEL, |value| match list(value) {
        models if models.is_empty() => Err(Problem::NoModel),
        models => Ok(models),
    })?;
    if api_key.is_none() && base_url.is_none() && models.is_none() {
        return Ok(ModelChoice::Offline);
    }
    Ok(ModelChoice::Endpoint(ModelEndpoint {
        base_url: match base_url {
            Some(url) => url,
            None => Url::parse(DEFAULT_BASE_URL).map_err(|cause| AI_BASE_URL.wrong(Problem::NotAUrl(cause)))?,
        },
        api_key,
        models: models.unwrap_or_else(|| vec![DEFAULT_MODEL.to_owned()]),
    }))
}

/// Sound is turned into text where an address or a model for it is named; what is missing is the chat model's.
fn transcribe(reader: &Reader<'_>, chat: &ModelChoice) -> Result<Option<TranscribeEndpoint>, ConfigError> {
    let url = reader.parsed(TRANSCRIBE_URL, |value| endpoint_url(value, "/audio/transcriptions"))?;
    let model = reader.text(TRANSCRIBE_MODEL);
    let key = reader.secret(TRANSCRIBE_KEY)?;
    if url.is_none() && model.is_none() {
        return Ok(None);
    }
    let chat = match chat {
        ModelChoice::Offline => None,
        ModelChoice::Endpoint(endpoint) => Some(endpoint),
    };
    Ok(Some(TranscribeEndpoint {
        base_url: match (url, chat) {
            (Some(url), _) => url,
            (None, Some(chat)) => chat.base_url.clone(),
            (None, None) => return Err(TRANSCRIBE_URL.wrong(Problem::Missing)),
        },
        api_key: key.or_else(|| chat.and_then(|chat| chat.api_key.clone())),
        model: model.unwrap_or_else(|| DEFAULT_TRANSCRIBE_MODEL.into()),
    }))
}

fn list(value: &str) -> Vec<String> {
    value
        .split(',')
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .map(str::to_owned)
        .collect()
}

fn is_postgres(value: &str) -> Result<(), Problem> {
    value.parse::<Address>().map(|_| ()).map_err(Problem::Database)
}

fn http_url(value: &str) -> Result<Url, Problem> {
    let url = Url::parse(value).map_err(Problem::NotAUrl)?;
    if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
        return Err(Problem::NotHttp);
    }
    Ok(url)
}

/// A URL of nothing but scheme, host and port.
fn origin(value: &str) -> Result<Url, Problem> {
    let url = http_url(value)?;
    let bare =
        url.path() == "/" && url.query().is_none() && url.fragment().is_none() && url.username().is_empty() && url.password().is_none();
    if bare { Ok(url) } else { Err(Problem::NotAnOrigin) }
}

fn origins(value: &str) -> Result<Vec<String>, Problem> {
    list(value)
        .iter()
        .map(|part| {
            if part == "*" {
                Err(Problem::Wildcard)
            } else {
                origin(part).map(|url| url.origin().ascii_serialization())
            }
        })
        .collect()
}

fn proxies(value: &str) -> Result<TrustedProxies, Problem> {
    TrustedProxies::parse(value).map_err(Problem::NotANetwork)
}

fn base_url(value: &str) -> Result<Url, Problem> {
    endpoint_url(value, "/chat/completions")
}

/// People paste the whole address of the endpoint; what is wanted is the part before `path`.
fn endpoint_url(value: &str, path: &str) -> Result<Url, Problem> {
    let value = value.trim_end_matches('/');
    http_url(value.strip_suffix(path).unwrap_or(value))
}

fn bucket(value: &str) -> Result<AttachmentsAt, Problem> {
    let url = Url::parse(value).map_err(Problem::NotAUrl)?;
    let bare =
        url.query().is_none() && url.fragment().is_none() && url.username().is_empty() && url.password().is_none() && url.port().is_none();
    match url.host_str() {
        Some(name) if url.scheme() == "s3" && bare => Ok(AttachmentsAt::Bucket {
            name: name.into(),
            prefix: url.path().trim_matches('/').into(),
        }),
        _ => Err(Problem::NotABucket),
    }
}

#[cfg(test)]
mod tests;
