//! Passwords: argon2id with OWASP's parameters, off the runtime's threads, two at a time.

use std::{fmt, sync::Arc, time::Duration};

use argon2::{
    Algorithm, Argon2, Params, PasswordHash, PasswordHasher, PasswordVerifier, Version,
    password_hash::{self, Output, SaltString},
};
use secrecy::{ExposeSecret, SecretString};
use tokio::{sync::Semaphore, task::JoinError, time::timeout};

use super::strength::{self, About};
use crate::domain::password::{MAX_CHARS, MIN_CHARS, Weakness};

/// Each takes 19 MiB and one core for a while.
const AT_ONCE: usize = 2;
/// Whoever stands in line for longer is asked to come back.
const LONGEST_WAIT: Duration = Duration::from_secs(10);

/// Why there is no hash, or no answer.
#[derive(Debug)]
pub enum PasswordError {
    /// Shorter than [`MIN_CHARS`] or longer than [`MAX_CHARS`].
    Length,
    /// Easy to guess.
    Weak(Weakness),
    /// Too many others are waiting.
    Busy,
    /// The hash is unreadable, or the parameters are out of bounds.
    Hash(password_hash::Error),
    /// The thread that hashed was stopped.
    Stopped(JoinError),
}

impl fmt::Display for PasswordError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Length => write!(f, "a password has {MIN_CHARS} to {MAX_CHARS} characters"),
            Self::Weak(weakness) => write!(
                f,
                "this password is too easy to guess ({weakness:?}); take three or four words that do not belong together"
            ),
            Self::Busy => f.write_str("too many passwords are being checked"),
            Self::Hash(cause) => write!(f, "the password could not be hashed: {cause}"),
            Self::Stopped(cause) => write!(f, "the password was not hashed: {cause}"),
        }
    }
}
impl std::error::Error for PasswordError {}

impl From<password_hash::Error> for PasswordError {
    fn from(cause: password_hash::Error) -> Self {
        Self::Hash(cause)
    }
}

/// Makes and checks hashes. Cheap to clone; the clones stand in the same line.
#[derive(Debug, Clone)]
pub struct Passwords {
    hasher: Argon2<'static>,
    permits: Arc<Semaphore>,
}

impl Default for Passwords {
    /// With OWASP's parameters: 19 MiB, 2 passes, 1 lane, which are argon2's own defaults, too.
    fn default() -> Self {
        Self::with(Params::DEFAULT)
    }
}

impl Passwords {
    /// With other parameters; tests take cheap ones.
    pub fn with(params: Params) -> Self {
        Self {
            hasher: Argon2::new(Algorithm::Argon2id, Version::V0x13, params),
            permits: Arc::new(Semaphore::new(AT_ONCE)),
        }
    }

    /// The hash of a new password of this person.
    ///
    /// # Errors
    /// [`PasswordError::Length`] and [`PasswordError::Weak`] if it is none to take; the others if hashing fails.
    pub async fn hash(&self, password: SecretString, about: About<'_>) -> Result<String, PasswordError> {
        if !(MIN_CHARS..=MAX_CHARS).contains(&password.expose_secret().chars().count()) {
            return Err(PasswordError::Length);
        }
        let about = about.words();
        self.in_line(move |hasher| {
            if let Some(weakness) = strength::weakness(password.expose_secret(), &about) {
                return Err(PasswordError::Weak(weakness));
            }
            let salt = SaltString::encode_b64(&rand::random::<[u8; 16]>())?;
            Ok(hasher.hash_password(password.expose_secret().as_bytes(), &salt)?.to_string())
        })
        .await
    }

    /// Whether this is the password of that hash. Without a hash (nobody has that address) the answer is no, and takes as long.
    ///
    /// # Errors
    /// If there is no answer.
    pub async fn verify(&self, password: SecretString, hash: Option<String>) -> Result<bool, PasswordError> {
        let params = self.hasher.params().clone();
        self.in_line(move |hasher| {
            let hash = match hash {
                Some(hash) => hash,
                None => nobodys(params)?,
            };
            match hasher.verify_password(password.expose_secret().as_bytes(), &PasswordHash::new(&hash)?) {
                Ok(()) => Ok(true),
                Err(password_hash::Error::Password) => Ok(false),
                Err(cause) => Err(cause.into()),
            }
        })
        .await
    }

    async fn in_line<T: Send + 'static>(
        &self,
        work: impl FnOnce(Argon2<'static>) -> Result<T, PasswordError> + Send + 'static,
    ) -> Result<T, PasswordError> {
        let permit = match timeout(LONGEST_WAIT, Arc::clone(&self.permits).acquire_owned()).await {
            Ok(Ok(permit)) => permit,
            Ok(Err(_)) | Err(_) => return Err(PasswordError::Busy),
        };
        let hasher = self.hasher.clone();
        let worked = tokio::task::spawn_blocking(move || {
            // Held by the thread: whoever gives up waiting does not make room before the work is done.
            let _permit = permit;
            work(hasher)
        });
        worked.await.map_err(PasswordError::Stopped)?
    }
}

/// A hash that no password has, as costly to check as any other.
fn nobodys(params: Params) -> Result<String, password_hash::Error> {
    let salt = SaltString::encode_b64(&[0; 16])?;
    let hash = PasswordHash {
        algorithm: Algorithm::Argon2id.ident(),
        version: Some(Version::V0x13.into()),
        params: params.try_into()?,
        salt: Some(salt.as_salt()),
        hash: Some(Output::new(&[0; 32])?),
    };
    Ok(hash.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cheap() -> Passwords {
        Passwords::with(Params::new(64, 1, 1, None).unwrap())
    }

    const SOMEBODY: About<'_> = About {
        email: "sana@x.example",
        name: "",
    };
    const GOOD: &str = "wet paint over nine doors";

    #[tokio::test]
    async fn a_password_opens_its_own_hash_only() {
        let passwords = cheap();
        let hash = passwords.hash(GOOD.into(), SOMEBODY).await.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=64,t=1,p=1$"), "{hash}");
        assert_ne!(
            hash,
            passwords.hash(GOOD.into(), SOMEBODY).await.unwrap(),
            "each hash has its own salt"
        );
        assert!(passwords.verify(GOOD.into(), Some(hash.clone())).await.unwrap());
        assert!(!passwords.verify("wet paint over nine doorS".into(), Some(hash)).await.unwrap());
        assert!(!passwords.verify(GOOD.into(), None).await.unwrap());
        assert!(matches!(
            passwords.verify("x".into(), Some("plain".into())).await,
            Err(PasswordError::Hash(_))
        ));
    }

    #[tokio::test]
    async fn length_is_counted_in_characters() {
        let passwords = cheap();
        for (password, right) in [
            ("v9#Kq2x!w", false),
            ("v9#Kq2x!wT", true),
            ("گملے۷ٹوپ۴ژ", true),
            ("گملے۷ٹوپ۴", false),
        ] {
            assert_eq!(passwords.hash(password.into(), SOMEBODY).await.is_ok(), right, "{password}");
        }
        assert!(passwords.hash(GOOD.repeat(8).into(), SOMEBODY).await.is_ok());
        assert!(matches!(
            passwords.hash("x".repeat(201).into(), SOMEBODY).await,
            Err(PasswordError::Length)
        ));
    }

    /// Time is not measured here, but what it depends on: the same algorithm with the same parameters over as much salt and output.
    #[tokio::test]
    async fn nobody_costs_as_much_as_somebody() {
        let params = Params::new(4096, 2, 1, None).unwrap();
        let somebody = Passwords::with(params.clone()).hash(GOOD.into(), SOMEBODY).await.unwrap();
        let nobody = nobodys(params).unwrap();
        let (somebody, nobody) = (PasswordHash::new(&somebody).unwrap(), PasswordHash::new(&nobody).unwrap());
        let cost = |hash: &PasswordHash<'_>| {
            (
                hash.algorithm.to_string(),
                hash.version,
                Params::try_from(hash).unwrap(),
                hash.hash.unwrap().len(),
            )
        };
        assert_eq!(cost(&nobody), cost(&somebody));
        assert_eq!(nobody.salt.unwrap().len(), somebody.salt.unwrap().len());
    }

    #[test]
    fn the_default_is_owasps() {
        assert_eq!(
            (Params::DEFAULT.m_cost(), Params::DEFAULT.t_cost(), Params::DEFAULT.p_cost()),
            (19_456, 2, 1)
        );
        assert!(nobodys(Params::DEFAULT).unwrap().starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
    }
}
