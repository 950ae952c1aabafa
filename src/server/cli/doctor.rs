//! `kaam doctor`: a line for each check, and what to do about what is wrong.

use std::{fs, io, path::Path, process::ExitCode, time::Duration};

use sqlx::PgPool;

use super::{CliError, database::Database, logging, logging::Verbosity, output, start_runtime};
use crate::server::{
    attachments::Blobs,
    config::{AttachmentsAt, Config, ModelChoice},
    db::{self, Schema, embedded::Role},
    model::{
        ModelError,
        openai::{Limits, OpenAiConfig, OpenAiModel, tls},
    },
};

/// Whoever waits for a check does not wait as long as for an answer.
const PATIENCE: Duration = Duration::from_secs(15);

/// What a check found.
enum Finding {
    Right(String),
    Wrong { what: String, advice: &'static str },
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
                advice: "Mend it and run `kaam doctor` again",
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
                            advice: "Nothing works without it",
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
                report("model", model(&config).await)
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
            advice: "Run Kaam as the user who owns it, or choose another with KAAM_DATA_DIR",
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
            advice: "Run `kaam migrate`, or start the server, which does it by itself",
        },
        Ok(Schema::Ahead) => Finding::Wrong {
            what: "the database is of a newer Kaam".into(),
            advice: "Install that version",
        },
        Err(error) => Finding::Wrong {
            what: error.to_string(),
            advice: "Look at the database's log",
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
    Finding::Wrong { what, advice }
}

async fn model(config: &Config) -> Finding {
    let ModelChoice::Endpoint(endpoint) = &config.model else {
        return Finding::Right("the built-in assistant answers; set AI_API_KEY or AI_BASE_URL for a better one".into());
    };
    let model = OpenAiModel::new(OpenAiConfig {
        base_url: endpoint.base_url.clone(),
        api_key: endpoint.api_key.clone(),
        models: endpoint.models.clone(),
        sees_pictures: config.sees_pictures,
        limits: Limits {
            connect: config.limits.connect,
            first_token: config.limits.first_token.min(PATIENCE),
            ..Limits::default()
        },
    });
    let model = match model {
        Ok(model) => model,
        Err(error) => {
            return Finding::Wrong {
                what: error.to_string(),
                advice: "Look at AI_API_KEY, AI_BASE_URL and AI_MODEL",
            };
        }
    };
    match model.check().await {
        Ok(found) => Finding::Right(format!("{} ({})", found, endpoint.base_url)),
        Err(error) => {
            let advice = match error {
                ModelError::Unauthorized(_) if endpoint.api_key.is_none() => "Set AI_API_KEY",
                ModelError::Unauthorized(_) => "Look at AI_API_KEY (or GEMINI_API_KEY)",
                ModelError::Unreachable(_) | ModelError::TimedOut(_) => "Look at AI_BASE_URL and the network",
                ModelError::NoSuchModel(_) => "Name one that the endpoint has in AI_MODEL",
                ModelError::RateLimited(_) => "Wait, or raise the quota with the provider",
                _ => "Look at AI_BASE_URL, or try again later",
            };
            Finding::Wrong {
                what: format!("{error} ({})", endpoint.base_url),
                advice,
            }
        }
    }
}
