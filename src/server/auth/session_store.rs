//! Browser sessions in the database. Only a hash of the id is kept, so that whoever reads the table cannot be anybody.

use std::{fmt, sync::Arc};

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;
use sha2::{Digest, Sha256};
use time::OffsetDateTime;
use tower_sessions::{
    SessionStore,
    session::{Id, Record},
    session_store::{Error, Result},
};

use super::{secret::SecretHash, session::USER};
use crate::{
    domain::{id::UserId, time::Clock},
    server::store::{Store, StoreError, accounts::StoredSession},
};

/// A session ends when nothing was asked with it for so long.
pub const LIFETIME: TimeDelta = TimeDelta::days(30);

/// Sessions in the database.
#[derive(Clone)]
pub struct DbSessions {
    store: Store,
    clock: Arc<dyn Clock>,
}

impl DbSessions {
    /// Over the store; the clock says what has expired.
    pub fn new(store: Store, clock: Arc<dyn Clock>) -> Self {
        Self { store, clock }
    }

    /// The row of a record. When it ends is worked out here rather than taken from the record, whose date comes from the machine's clock.
    fn row(&self, record: &Record) -> StoredSession {
        let now = self.clock.now();
        let user = record
            .data
            .get(USER)
            .and_then(Value::as_str)
            .and_then(|id| id.parse::<UserId>().ok());
        let data = record.data.iter().map(|(key, value)| (key.clone(), value.clone())).collect();
        StoredSession {
            id_hash: hash(&record.id),
            user,
            data,
            created_at: now,
            expires_at: now + LIFETIME,
        }
    }
}

impl fmt::Debug for DbSessions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DbSessions").finish_non_exhaustive()
    }
}

pub(super) fn hash(id: &Id) -> SecretHash {
    Sha256::digest(id.0.to_le_bytes()).into()
}

fn failed(error: StoreError) -> Error {
    Error::Backend(error.to_string())
}

fn offset(at: DateTime<Utc>) -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp(at.timestamp()).unwrap_or(OffsetDateTime::UNIX_EPOCH)
}

#[async_trait]
impl SessionStore for DbSessions {
    async fn create(&self, record: &mut Record) -> Result<()> {
        while !self.store.insert_session(&self.row(record)).await.map_err(failed)? {
            record.id = Id::default();
        }
        Ok(())
    }

    /// Writes to a row that is there. One that was deleted meanwhile (signed out elsewhere) does not come back.
    async fn save(&self, record: &Record) -> Result<()> {
        self.store.update_session(&self.row(record)).await.map_err(failed)
    }

    async fn load(&self, id: &Id) -> Result<Option<Record>> {
        let id_hash = hash(id);
        let Some(session) = self.store.session(&id_hash).await.map_err(failed)? else {
            return Ok(None);
        };
        if session.expires_at <= self.clock.now() {
            self.store.delete_session(&id_hash).await.map_err(failed)?;
            return Ok(None);
        }
        Ok(Some(Record {
            id: *id,
            data: session.data.into_iter().collect(),
            expiry_date: offset(session.expires_at),
        }))
    }

    async fn delete(&self, id: &Id) -> Result<()> {
        self.store.delete_session(&hash(id)).await.map_err(failed)
    }
}
