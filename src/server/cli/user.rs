//! `kaam user ...`: accounts.

use clap::Subcommand;

use super::{CliError, output, password};
use crate::{
    domain::{
        text::{self, TextError},
        time::Clock,
    },
    server::{
        auth::{About, EmailAddress, Passwords},
        clock::SystemClock,
        db::Pools,
        store::{
            Store, StoreError,
            accounts::{NewUser, NewUserError, Tokens, User},
            changes::Hint,
        },
    },
};

/// The longest name, in characters.
const NAME_MAX: usize = 100;

#[derive(Debug, Subcommand)]
pub(super) enum UserCommand {
    /// Makes an account; asks for the password
    Add {
        /// The address to sign in with
        email: EmailAddress,
        /// The name to show
        #[arg(long, default_value = "")]
        name: String,
        /// The time zone, such as Asia/Karachi; without it, that of this machine
        #[arg(long)]
        zone: Option<String>,
        /// Reads the password from standard input instead (its first line)
        #[arg(long)]
        password_stdin: bool,
        /// Makes an administrator
        #[arg(long)]
        admin: bool,
    },
    /// Lists the accounts: address, name, role and the day they were made, separated by tabs
    List,
    /// Deletes an account with all its threads and tasks, without asking
    Delete {
        /// The address to sign in with
        email: EmailAddress,
    },
    /// Gives an account another password, signs it out everywhere and revokes its API tokens
    SetPassword {
        /// The address to sign in with
        email: EmailAddress,
        /// Leaves the account's API tokens as they are
        #[arg(long)]
        keep_tokens: bool,
        /// Reads the password from standard input instead of asking (its first line)
        #[arg(long)]
        password_stdin: bool,
    },
}

pub(super) async fn run(command: UserCommand, pools: Pools) -> Result<(), CliError> {
    let store = Store::new(pools);
    match command {
        UserCommand::Add {
            email,
            name,
            zone,
            password_stdin,
            admin,
        } => {
            let new = Add {
                email,
                name: name_of(&name)?,
                is_zone_given: zone.is_some(),
                zone: zone.map_or_else(|| Ok(zone_of_machine()), zone_of)?,
                password_stdin,
                admin,
            };
            add(&store, new).await
        }
        UserCommand::List => list(&store).await,
        UserCommand::Delete { email } => {
            let user = find(&store, &email).await?;
            store.delete_user(user.id).await?;
            output::remark(format_args!("Deleted {email}."));
            Ok(())
        }
        UserCommand::SetPassword {
            email,
            keep_tokens,
            password_stdin,
        } => {
            let tokens = if keep_tokens { Tokens::Keep } else { Tokens::Revoke };
            set_password(&store, &email, tokens, password_stdin).await
        }
    }
}

async fn new_hash(from_stdin: bool, email: &str, name: &str) -> Result<String, CliError> {
    let password = password::read(from_stdin)?;
    Ok(Passwords::default().hash(password, About { email, name }).await?)
}

async fn set_password(store: &Store, email: &EmailAddress, tokens: Tokens, password_stdin: bool) -> Result<(), CliError> {
    let user = find(store, email).await?;
    let hash = new_hash(password_stdin, &user.email, &user.name).await?;
    let revoked = store.set_password(user.id, &hash, tokens, SystemClock.now()).await?;
    // The server ends what is open of this person's at once.
    store.changed(user.id, Hint::SignedOut);
    store.changes_told().await;
    output::remark(format_args!("{email} has a new password and is signed out everywhere."));
    match tokens {
        Tokens::Revoke => output::remark(format_args!("API tokens revoked: {revoked}.")),
        Tokens::Keep => {
            let kept = store.tokens(user.id).await?.len();
            output::remark(format_args!("API tokens that still work: {kept}."));
        }
    }
    Ok(())
}

/// The account with that address.
pub(super) async fn find(store: &Store, email: &EmailAddress) -> Result<User, CliError> {
    match store.credentials(email.as_str()).await {
        Ok((user, _)) => Ok(user),
        Err(StoreError::NotFound) => Err(CliError::NoSuchUser(email.clone())),
        Err(error) => Err(error.into()),
    }
}

struct Add {
    email: EmailAddress,
    name: String,
    zone: String,
    is_zone_given: bool,
    password_stdin: bool,
    admin: bool,
}

async fn add(store: &Store, new: Add) -> Result<(), CliError> {
    // Before anybody types a password for nothing.
    match find(store, &new.email).await {
        Ok(_) => return Err(CliError::EmailTaken(new.email)),
        Err(CliError::NoSuchUser(_)) => {}
        Err(error) => return Err(error),
    }
    let password_hash = new_hash(new.password_stdin, new.email.as_str(), &new.name).await?;
    let user = NewUser {
        id: SystemClock.user_id(),
        email: new.email.as_str(),
        name: &new.name,
        password_hash: &password_hash,
        zone: &new.zone,
        is_admin: new.admin,
        at: SystemClock.now(),
    };
    match store.create_user(&user, None).await {
        Ok(()) => {
            if !new.is_zone_given {
                // Dates of the account are understood in it.
                output::remark(format_args!(
                    "The account's time zone is {}, as on this machine. For another one, use --zone, or the settings of the page.",
                    new.zone
                ));
            }
            output::line(user.id)
        }
        Err(NewUserError::EmailTaken) => Err(CliError::EmailTaken(new.email)),
        Err(NewUserError::SetupLinkUsed) => Err(StoreError::Conflict("the set-up link was used").into()),
        Err(NewUserError::Store(error)) => Err(error.into()),
    }
}

async fn list(store: &Store) -> Result<(), CliError> {
    for user in store.users().await? {
        let role = if user.is_admin { "admin" } else { "user" };
        output::line(format_args!(
            "{}\t{}\t{role}\t{}",
            user.email,
            user.name,
            user.created_at.format("%Y-%m-%d")
        ))?;
    }
    Ok(())
}

fn name_of(text: &str) -> Result<String, CliError> {
    match text::line(text, NAME_MAX) {
        Ok(name) => Ok(name),
        Err(TextError::Blank) => Ok(String::new()),
        Err(TextError::TooLong) => Err(CliError::NameTooLong),
    }
}

/// The zone of this machine; UTC where it is not known.
fn zone_of_machine() -> String {
    let variable = std::env::var("TZ").ok().map(|name| name.trim_start_matches(':').to_owned());
    let named = variable.or_else(|| iana_time_zone::get_timezone().ok());
    named.and_then(|name| zone_of(name).ok()).unwrap_or_else(|| "UTC".to_owned())
}

fn zone_of(name: String) -> Result<String, CliError> {
    if name.parse::<chrono_tz::Tz>().is_ok() {
        Ok(name)
    } else {
        Err(CliError::NoSuchZone(name))
    }
}
