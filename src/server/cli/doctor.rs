//! `kaam doctor`: a line for each check, and what to do about what is wrong.

use std::{borrow::Cow, fs, io, path::Path, process::ExitCode, time::Duration};

use sqlx::PgPool;

use super::{CliError, database::Database, logging, logging::Verbosity, output, start_runtime};
use crate::server::{
    attachments::Blobs,
    config::{AttachmentsAt, Config, ModelChoice, ModelEndpoint},
    db::{self, Schema, embedded::Role},
    model::{
        ModelError,
        openai::{Limits, OpenAiConfig, OpenAiModel, address, tls},
    },
};

/// Whoever waits for a check does not wait as long as for an answer.
const PATIENCE: Duration = Duration::from_secs(15);

/// What a check found.
enum Finding {
    Right(String),
    Wrong { what: String, advice: Cow<'static, str> },
}

/// Runs all checks. The exit code is 1 if something is wrong.
pub(super) fn run() -> Result<ExitCode, CliError> {
    let mut all_right = true;
    let mut report = |name: &str, finding: Finding| match finding {
        Finding::Right(what) => output::line(format_args!("ok       {name}: {what}")),
        Finding::Wrong { what, advice } => {
            all_right = false;
            output::line(format_args!("problem  {name}: {what}. {advice}"))
        }
    };

    match Config::from_process() {
        Err(error) => report(
            "settings",
            Finding::Wrong {
                what: error.to_string(),
                advice: "Mend it and run `kaam doctor` again".into(),
            },
        )?,
        Ok(config) => {
            logging::start(&config, Verbosity::Command);
            report("settings", Finding::Right(settings(&config)))?;
            report("data directory", data_dir(&config.data_dir))?;
            // Kept until the end: the embedded database stops when it is dropped.
            let opened = Database::open(&config, Role::Command);
            start_runtime()?.block_on(async {
                let pools = match &opened {
                    Ok(database) => database.open_ways(Role::Command).await.map_err(|error| error.to_string()),
                    Err(error) => Err(error.to_string()),
                };
                match pools {
                    Err(what) => report(
                        "database",
                        Finding::Wrong {
                            what,
                            advice: "Nothing works without it".into(),
                        },
                    )?,
                    Ok(pools) => {
                        let which = match (&config.database_url, &config.database_direct_url) {
                            (None, _) => "the embedded one answers",
                            (Some(_), None) => "that of DATABASE_URL answers",
                            (Some(_), Some(_)) => "that of DATABASE_URL answers, and DATABASE_DIRECT_URL hears it",
                        };
                        report("database", Finding::Right(which.into()))?;
                        report("migrations", migrations(&pools.direct).await)?;
                    }
                }
                report("attachments", attachments(&config.attachments).await)?;
                for (name, finding) in model(&config).await {
                    report(name, finding)?;
                }
                Ok::<_, CliError>(())
            })?;
        }
    }
    Ok(if all_right { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn settings(config: &Config) -> String {
    format!(
        "listens on {}, people go to {}, sign-up is {}",
        config.listen,
        config.public_origin(),
        config.sign_up
    )
}

fn data_dir(path: &Path) -> Finding {
    let shown = path.display();
    match can_write(path) {
        Ok(()) => Finding::Right(format!("{shown} can be written to")),
        Err(cause) => Finding::Wrong {
            what: format!("{shown} cannot be written to ({cause})"),
            advice: "Run Kaam as the user who owns it, or choose another with KAAM_DATA_DIR".into(),
        },
    }
}

fn can_write(folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    let file = folder.join(format!(".doctor-{}", std::process::id()));
    fs::write(&file, b"")?;
    fs::remove_file(file)
}

async fn migrations(pool: &PgPool) -> Finding {
    match db::schema(pool).await {
        Ok(Schema::UpToDate) => Finding::Right("all are applied".into()),
        Ok(Schema::Behind { missing }) => Finding::Wrong {
            what: format!("{missing} not yet applied"),
            advice: "Run `kaam migrate`, or start the server, which does it by itself".into(),
        },
        Ok(Schema::Ahead) => Finding::Wrong {
            what: "the database is of a newer Kaam".into(),
            advice: "Install that version".into(),
        },
        Err(error) => Finding::Wrong {
            what: error.to_string(),
            advice: "Look at the database's log".into(),
        },
    }
}

async fn attachments(at: &AttachmentsAt) -> Finding {
    let (place, advice) = match at {
        AttachmentsAt::Folder(folder) => (
            folder.display().to_string(),
            "Run Kaam as the user who owns it, or choose another with KAAM_DATA_DIR",
        ),
        AttachmentsAt::Bucket { name, prefix } => (
            format!("s3://{name}/{prefix}"),
            "Look at KAAM_ATTACHMENTS_URL and the AWS_* variables; Kaam reads, writes, lists and deletes there",
        ),
    };
    tls::install();
    let checked = async { Blobs::open(at)?.check().await };
    let what = match tokio::time::timeout(PATIENCE, checked).await {
        Ok(Ok(())) => return Finding::Right(format!("{place} can be written to")),
        Ok(Err(cause)) => format!("{place} cannot be used ({cause})"),
        Err(_) => format!("{place} does not answer"),
    };
    Finding::Wrong {
        what,
        advice: advice.into(),
    }
}

/// The endpoint, and whether its models call tools.
async fn model(config: &Config) -> Vec<(&'static str, Finding)> {
    let ModelChoice::Endpoint(endpoint) = &config.model else {
        let what = "the built-in assistant answers; set AI_API_KEY or AI_BASE_URL for a better one";
        return vec![("model", Finding::Right(what.into()))];
    };
    let model = match client(config, endpoint) {
        Ok(model) => model,
        Err(finding) => return vec![("model", finding)],
    };
    match model.check().await {
        Err(error) => vec![("model", failed(error.to_string(), &error, endpoint))],
        Ok(found) => {
            let at = match model.other_address() {
                None => endpoint.base_url.to_string(),
                Some(found) => format!("{found}, and not at {}; set AI_BASE_URL={found}", endpoint.base_url),
            };
            let mut findings = vec![("model", Finding::Right(format!("{found} ({at})")))];
            for name in model.models() {
                findings.push(("tools", tools(&model, name, endpoint).await));
            }
            findings
        }
    }
}

fn client(config: &Config, endpoint: &ModelEndpoint) -> Result<OpenAiModel, Finding> {
    let model = OpenAiModel::new(OpenAiConfig {
        base_url: endpoint.base_url.clone(),
        api_key: endpoint.api_key.clone(),
        models: endpoint.models.clone(),
        sees_pictures: config.sees_pictures,
        answer_tokens: config.answer_tokens,
        limits: Limits {
            connect: config.limits.connect,
            first_token: config.limits.first_token.min(PATIENCE),
            gap: config.limits.gap.min(PATIENCE),
            whole: config.limits.run.min(4 * PATIENCE),
            attempts: 1,
            ..Limits::default()
        },
    });
    model.map_err(|error| Finding::Wrong {
        what: error.to_string(),
        advice: "Look at AI_API_KEY, AI_BASE_URL and AI_MODEL".into(),
    })
}

/// Without tools a model cannot work with tasks; so one is tried.
async fn tools(model: &OpenAiModel, name: &str, endpoint: &ModelEndpoint) -> Finding {
    match model.try_tool(name).await {
        Ok(true) => Finding::Right(format!("{name} calls them")),
        Ok(false) => Finding::Right(format!(
            "{name} takes them, but answered in words when it was asked to call one. If tasks are not added, name another in AI_MODEL"
        )),
        // A model that is being loaded takes its time.
        Err(error @ ModelError::TimedOut(_)) => Finding::Right(format!("{name} was not tried to the end: {error}")),
        Err(error) => failed(format!("{name}: {error}"), &error, endpoint),
    }
}

fn failed(what: String, error: &ModelError, endpoint: &ModelEndpoint) -> Finding {
    let is_here = address::is_loopback(&endpoint.base_url);
    let advice = match error {
        ModelError::Unauthorized(_) if endpoint.api_key.is_none() => "Set AI_API_KEY".into(),
        ModelError::Unauthorized(_) => "Look at AI_API_KEY (or GEMINI_API_KEY)".into(),
        ModelError::Unreachable(_) | ModelError::TimedOut(_) if is_here => beside(endpoint).into(),
        ModelError::Unreachable(_) | ModelError::TimedOut(_) => "Look at AI_BASE_URL and the network".into(),
        ModelError::NoSuchModel(_) => "Name one that the endpoint has in AI_MODEL".into(),
        ModelError::WrongAddress(_) => {
            "Look at AI_BASE_URL: it is the part before /chat/completions, as a rule with /v1 at its end (tried with it and without)".into()
        }
        ModelError::NoTools(_) => "Name a model that supports tools in AI_MODEL, or start its server with them".into(),
        ModelError::TooLong(_) => "Give the model more context (Ollama: num_ctx, llama.cpp: -c), or name another in AI_MODEL".into(),
        ModelError::RateLimited(_) => "Wait, or raise the quota with the provider".into(),
        ModelError::Refused(_) => "It is the endpoint's own reason; look at AI_MODEL and AI_BASE_URL, and at docs/models.md".into(),
        _ => "Look at AI_BASE_URL, or try again later".into(),
    };
    Finding::Wrong {
        what: format!("{what} ({})", endpoint.base_url),
        advice,
    }
}

/// What to do about a model on this machine that does not answer. In a container, "this machine" is the container itself.
fn beside(endpoint: &ModelEndpoint) -> String {
    let port = endpoint.base_url.port().map(|port| format!(":{port}")).unwrap_or_default();
    let path = endpoint.base_url.path();
    let scheme = endpoint.base_url.scheme();
    let host = format!(
        "name the host in AI_BASE_URL: {scheme}://host.docker.internal{port}{path} (Docker; on Linux with \
         --add-host=host.docker.internal:host-gateway) or {scheme}://host.containers.internal{port}{path} (Podman), and let the model's \
         server listen on 0.0.0.0"
    );
    match address::is_in_container() {
        true => format!("Kaam runs in a container here, and localhost is the container itself: {host}"),
        false => format!("Is the model's server running? Where Kaam runs in a container, localhost is the container itself: {host}"),
    }
}
