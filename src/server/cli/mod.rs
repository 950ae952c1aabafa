//! The command line. One file per group of commands; each works against the database that the server uses, also while it runs.

mod database;
mod doctor;
mod healthcheck;
mod logging;
mod mcp;
mod migrate;
mod output;
mod password;
mod serve;
mod token;
mod user;

use std::{fmt, path::Path, process::ExitCode};

use clap::{Parser, Subcommand};

use self::{database::Database, logging::Verbosity};
use super::{
    attachments,
    auth::{EmailAddress, PasswordError},
    config::{Config, ConfigError},
    db::{
        DbError,
        embedded::{EmbeddedError, Role},
    },
    serve::ServeError,
    store::StoreError,
};
use crate::domain::id::TokenId;

/// Kaam: a task manager that people talk to.
#[derive(Debug, Parser)]
#[command(name = "kaam", version, about, long_about = None)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Migrates the database, then serves (what `kaam` alone does)
    Serve,
    /// Brings the database's schema up to date
    Migrate,
    /// Accounts
    #[command(subcommand)]
    User(user::UserCommand),
    /// API tokens
    #[command(subcommand)]
    Token(token::TokenCommand),
    /// Serves the tools to an assistant on this machine: the Model Context Protocol over standard input and output
    Mcp(mcp::McpCommand),
    /// Checks database, migrations, model endpoint, data directory and attachments, and says what to do
    Doctor,
    /// Asks the running server whether it can work: exit code 0 if so, else 1 (for containers)
    Healthcheck,
    /// Writes the text of the PDF on standard input to standard output (the server starts this for itself)
    #[command(hide = true)]
    ReadPdf,
}

/// Why a command ended without doing what it should.
#[derive(Debug)]
pub enum CliError {
    /// `.env` cannot be read.
    EnvFile(dotenvy::Error),
    /// A variable has a wrong value.
    Config(ConfigError),
    /// The embedded database does not open.
    Embedded(EmbeddedError),
    /// There is no database, or it cannot be migrated.
    Db(DbError),
    /// The database does not answer, or refuses.
    Store(StoreError),
    /// No threads, or no log.
    Start(std::io::Error),
    /// The server ended.
    Serve(ServeError),
    /// The password cannot be used.
    Password(PasswordError),
    /// No password could be read.
    NoPassword(std::io::Error),
    /// Nobody sits there to type one.
    NoTerminal,
    /// The two that were typed differ.
    PasswordsDiffer,
    /// The name is too long.
    NameTooLong,
    /// Not an IANA zone.
    NoSuchZone(String),
    /// There is an account with that address.
    EmailTaken(EmailAddress),
    /// There is none.
    NoSuchUser(EmailAddress),
    /// There is no such token.
    NoSuchToken(TokenId),
    /// Neither an account nor a token says whose tasks.
    NobodyNamed,
    /// The token in the environment is good for nothing.
    WrongToken,
    /// The protocol ended before it should.
    Mcp(Box<dyn std::error::Error + Send + Sync>),
    /// The output cannot be written.
    Output(std::io::Error),
}

impl fmt::Display for CliError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            // The value may be a secret: only its name is told.
            Self::EnvFile(dotenvy::Error::LineParse(line, _)) => {
                let name = line.split('=').next().unwrap_or_default().trim();
                write!(
                    f,
                    ".env: the line of {name} cannot be read. A line is NAME=value; put a value with spaces into quotes"
                )
            }
            Self::EnvFile(cause) => write!(f, ".env cannot be read: {cause}"),
            Self::Config(error) => error.fmt(f),
            Self::Embedded(error) => error.fmt(f),
            Self::Db(error) => error.fmt(f),
            Self::Store(error) => error.fmt(f),
            Self::Start(cause) => write!(f, "could not start: {cause}"),
            Self::Serve(error) => error.fmt(f),
            Self::Password(error) => error.fmt(f),
            Self::NoPassword(cause) => write!(f, "no password could be read: {cause}"),
            Self::NoTerminal => f.write_str("there is no terminal to ask for the password; pipe it in with --password-stdin"),
            Self::PasswordsDiffer => f.write_str("the two passwords differ"),
            Self::NameTooLong => f.write_str("the name is longer than 100 characters"),
            Self::NoSuchZone(name) => write!(f, "{name} is not a time zone. Example: Asia/Karachi"),
            Self::EmailTaken(email) => write!(f, "there is an account with {email}"),
            Self::NoSuchUser(email) => write!(f, "there is no account with {email}; `kaam user list` shows all"),
            Self::NoSuchToken(id) => write!(f, "there is no token {id}; `kaam token list EMAIL` shows a person's"),
            Self::NobodyNamed => {
                f.write_str("say whose tasks: `kaam mcp --user EMAIL`, or a token in KAAM_TOKEN (`kaam token add EMAIL --name N`)")
            }
            Self::WrongToken => {
                f.write_str("the token in KAAM_TOKEN is wrong, has ended or was revoked; `kaam token add EMAIL --name N` makes one")
            }
            Self::Mcp(cause) => write!(f, "the protocol on standard input and output failed: {cause}"),
            Self::Output(cause) => write!(f, "the output could not be written: {cause}"),
        }
    }
}
impl std::error::Error for CliError {}

impl From<ConfigError> for CliError {
    fn from(error: ConfigError) -> Self {
        Self::Config(error)
    }
}
impl From<EmbeddedError> for CliError {
    fn from(error: EmbeddedError) -> Self {
        Self::Embedded(error)
    }
}
impl From<DbError> for CliError {
    fn from(error: DbError) -> Self {
        Self::Db(error)
    }
}
impl From<StoreError> for CliError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}
impl From<ServeError> for CliError {
    fn from(error: ServeError) -> Self {
        Self::Serve(error)
    }
}
impl From<PasswordError> for CliError {
    fn from(error: PasswordError) -> Self {
        Self::Password(error)
    }
}

/// Reads the command line and does what it says. The exit code is 0, 1 for a failure, 2 for a command that cannot be understood.
pub fn main() -> ExitCode {
    match run(Cli::parse().command.unwrap_or(Command::Serve)) {
        Ok(code) => code,
        Err(error) => {
            output::complain(&error);
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> Result<ExitCode, CliError> {
    // Without settings, log or database: it reads what strangers made.
    if matches!(command, Command::ReadPdf) {
        return Ok(attachments::read_pdf());
    }
    read_env_file()?;
    if matches!(command, Command::Doctor) {
        return doctor::run();
    }
    let config = Config::from_process()?;
    // It has no business with the database: the server says what is the matter with it.
    if matches!(command, Command::Healthcheck) {
        return healthcheck::run(&config);
    }
    let (role, verbosity) = match command {
        Command::Serve => (Role::Server, Verbosity::Server),
        _ => (Role::Command, Verbosity::Command),
    };
    logging::start(&config, verbosity);
    // Before any thread of the runtime: the child process is bound to the thread that starts it. Dropped last.
    let database = Database::open(&config, role)?;
    let runtime = start_runtime()?;
    runtime.block_on(async {
        let pools = database.connect(role).await?;
        match command {
            Command::Serve => serve::run(config, pools).await,
            Command::Migrate => migrate::run(),
            Command::User(command) => user::run(command, pools).await,
            Command::Token(command) => token::run(command, pools).await,
            Command::Mcp(command) => mcp::run(command, &config, pools).await,
            Command::Doctor | Command::Healthcheck | Command::ReadPdf => Ok(()),
        }
    })?;
    Ok(ExitCode::SUCCESS)
}

fn start_runtime() -> Result<tokio::runtime::Runtime, CliError> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(CliError::Start)
}

/// `.env` of this folder, if there is one. What the process's environment has goes first.
fn read_env_file() -> Result<(), CliError> {
    match dotenvy::from_path(Path::new(".env")) {
        Err(cause) if !cause.not_found() => Err(CliError::EnvFile(cause)),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    fn parse(line: &str) -> Result<Cli, clap::Error> {
        Cli::try_parse_from(line.split_whitespace())
    }

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn what_is_promised_is_understood() {
        for line in [
            "kaam",
            "kaam serve",
            "kaam migrate",
            "kaam user add a@x.example",
            "kaam user add a@x.example --name N --password-stdin --admin",
            "kaam user list",
            "kaam user delete a@x.example",
            "kaam user set-password a@x.example --password-stdin",
            "kaam user set-password a@x.example --keep-tokens",
            "kaam token add a@x.example --name N --expires never",
            "kaam token add a@x.example --name N",
            "kaam token add a@x.example --name N --scope read --scope write --expires 30",
            "kaam token add a@x.example --name N --scope read write delete",
            "kaam token list a@x.example",
            "kaam token revoke tok_00000000000000000000000000000001",
            "kaam mcp",
            "kaam mcp --user a@x.example",
            "kaam doctor",
            "kaam healthcheck",
        ] {
            assert!(parse(line).is_ok(), "{line}: {:?}", parse(line).err());
        }
    }

    #[test]
    fn what_is_wrong_is_refused() {
        for line in [
            "kaam dance",
            "kaam user add",
            "kaam user add nobody",
            "kaam token add a@x.example",
            "kaam token add a@x.example --name N --scope all",
            "kaam token add a@x.example --name N --expires 0",
            "kaam token revoke 7",
        ] {
            assert!(parse(line).is_err(), "{line}");
        }
    }
}
