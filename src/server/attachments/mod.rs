//! Files of people: announced, brought, sent with messages, read by the model, removed.
//!
//! What is known of a file is a row of the store; its bytes are blobs. The order of the two makes half-done work invisible: bytes are
//! there before the row says so, and the row hides before the bytes go.

mod blobs;
mod kind;
mod pdf;

use std::{fmt, sync::Arc, time::Duration};

use bytes::Bytes;
use chrono::TimeDelta;
use futures::stream::BoxStream;
use tokio_util::sync::CancellationToken;

pub use blobs::Blobs;
pub use kind::Kind;
pub use pdf::{PdfError, PdfReader, read_pdf};

use super::store::{
    Store, StoreError,
    attachments::{FileKey, StoredAttachment, StoredBytes},
};
use crate::{
    domain::{
        id::{AttachmentId, UserId},
        quota::Quota,
        text::{self, TextError},
        time::Clock,
    },
    protocol::{
        attachment::{Attachment, AttachmentKind, UploadDescriptor, UploadMethod},
        request::CreateAttachment,
    },
};

/// The largest file, in bytes.
pub const FILE_MAX: usize = 10 * 1024 * 1024;
/// Files that one message may have.
pub const PER_MESSAGE: usize = 10;
/// The longest name, in characters.
const NAME_MAX: usize = 200;
/// Files of a person that no message has.
const UNSENT_MAX: i64 = 100;
/// How long such a file is kept.
const KEEP_UNSENT: TimeDelta = TimeDelta::hours(24);
/// Between two rounds of removing.
const ROUND: Duration = Duration::from_secs(3600);
/// Files that are removed in one go.
const SWEEP: i64 = 200;

/// Why something cannot be done with a file.
#[derive(Debug)]
pub enum AttachmentError {
    /// A parameter is wrong; the text says how.
    Invalid(String),
    /// It is of a kind that is not taken.
    KindRefused,
    /// It is larger than [`FILE_MAX`].
    TooLarge,
    /// Its bytes are there already.
    AlreadyThere,
    /// This person has too many that no message has.
    TooMany,
    /// All of this person's files together would be too much.
    Full(Quota),
    /// See [`StoreError`]; not this person's is not found.
    Store(StoreError),
    /// The bytes cannot be put away or brought.
    Blobs(object_store::Error),
}

impl fmt::Display for AttachmentError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Invalid(why) => f.write_str(why),
            Self::KindRefused => f.write_str("files of this kind are not taken"),
            Self::TooLarge => write!(f, "a file has at most {FILE_MAX} bytes"),
            Self::AlreadyThere => f.write_str("the file is there already"),
            Self::TooMany => f.write_str("too many files wait to be sent"),
            Self::Full(quota) => f.write_str(&quota.told()),
            Self::Store(error) => error.fmt(f),
            Self::Blobs(error) => write!(f, "the file's bytes: {error}"),
        }
    }
}
impl std::error::Error for AttachmentError {}

impl From<StoreError> for AttachmentError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}
impl From<object_store::Error> for AttachmentError {
    fn from(error: object_store::Error) -> Self {
        Self::Blobs(error)
    }
}

/// A file to be handed out.
pub struct Download {
    /// What it is.
    pub kind: Kind,
    /// Its name.
    pub name: String,
    /// How many bytes.
    pub size: u64,
    /// The bytes.
    pub bytes: BoxStream<'static, Result<Bytes, object_store::Error>>,
}

/// A file whose bytes are there.
pub struct Found {
    /// What it is.
    pub kind: Kind,
    /// How many bytes.
    pub size: u64,
    name: blobs::Name,
}

/// The files of all people. Cheap to clone.
#[derive(Clone)]
pub struct Attachments {
    store: Store,
    blobs: Blobs,
    clock: Arc<dyn Clock>,
    /// The origin that clients know.
    origin: Arc<str>,
    /// The bytes that one person's files may have together.
    most: u64,
}

impl Attachments {
    /// Puts its parts together.
    pub fn new(store: Store, blobs: Blobs, clock: Arc<dyn Clock>, origin: &str, most: u64) -> Self {
        Self {
            store,
            blobs,
            clock,
            origin: origin.into(),
            most,
        }
    }

    /// Announces a file, whose bytes are to be sent to the descriptor's address.
    ///
    /// # Errors
    /// See [`AttachmentError`].
    pub async fn announce(&self, user: UserId, new: &CreateAttachment) -> Result<Attachment, AttachmentError> {
        match usize::try_from(new.size) {
            Ok(1..=FILE_MAX) => {}
            Ok(size) if size > FILE_MAX => return Err(AttachmentError::TooLarge),
            _ => return Err(AttachmentError::Invalid("params.size: a file has at least one byte".into())),
        }
        self.has_room(user, u64::try_from(new.size).unwrap_or_default()).await?;
        Ok(self.wire(&self.note(user, &new.name, &new.mime_type).await?))
    }

    /// Announces a file and takes its bytes, in one go. Of one that is refused nothing stays behind.
    ///
    /// # Errors
    /// See [`AttachmentError`].
    pub async fn bring(&self, user: UserId, name: &str, mime_type: &str, bytes: Bytes) -> Result<Attachment, AttachmentError> {
        let stored = self.note(user, name, mime_type).await?;
        let id = stored.id;
        let taken = self.take(user, stored, bytes).await;
        if taken.is_err()
            && let Err(error) = self.remove(user, id).await
        {
            tracing::warn!(attachment = %id, %error, "a file that was refused is still announced");
        }
        taken
    }

    /// Whether so many more bytes are not too much: asked before they are read, where that is known.
    async fn has_room(&self, user: UserId, more: u64) -> Result<(), AttachmentError> {
        if self.store.attachment_bytes(user).await?.saturating_add(more) > self.most {
            return Err(AttachmentError::Full(Quota::Files(self.most)));
        }
        Ok(())
    }

    async fn note(&self, user: UserId, name: &str, mime_type: &str) -> Result<StoredAttachment, AttachmentError> {
        let name = file_name(name)?;
        let kind = Kind::announced(mime_type, &name).ok_or(AttachmentError::KindRefused)?;
        let id = self.clock.attachment_id();
        let key = FileKey(self.clock.random_uuid());
        let about = (name.as_str(), kind.mime_type());
        if !self
            .store
            .announce_attachment(user, (id, key), about, UNSENT_MAX, self.clock.now())
            .await?
        {
            return Err(AttachmentError::TooMany);
        }
        Ok(StoredAttachment {
            id,
            key,
            mime_type: kind.mime_type().into(),
            name,
            thread: None,
            bytes: None,
        })
    }

    /// Whose file this is, asked by somebody who knows its key.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] unless it is the key of this file.
    pub async fn owner(&self, id: AttachmentId, key: FileKey) -> Result<UserId, AttachmentError> {
        Ok(self.store.attachment_owner(id, key).await?)
    }

    /// A file whose bytes are to come: looked up before they are read.
    ///
    /// # Errors
    /// See [`AttachmentError`].
    pub async fn expected(&self, user: UserId, id: AttachmentId) -> Result<StoredAttachment, AttachmentError> {
        let stored = self.store.attachment(user, id).await?;
        match stored.bytes {
            None => {
                self.has_room(user, 1).await?;
                Ok(stored)
            }
            Some(_) => Err(AttachmentError::AlreadyThere),
        }
    }

    /// Takes the bytes of a file.
    ///
    /// # Errors
    /// See [`AttachmentError`].
    pub async fn take(&self, user: UserId, mut stored: StoredAttachment, bytes: Bytes) -> Result<Attachment, AttachmentError> {
        if bytes.is_empty() {
            return Err(AttachmentError::Invalid("the file is empty".into()));
        }
        if bytes.len() > FILE_MAX {
            return Err(AttachmentError::TooLarge);
        }
        let announced = Kind::of_mime_type(&stored.mime_type).unwrap_or(Kind::Plain);
        let kind = announced.of_bytes(&bytes).ok_or(AttachmentError::KindRefused)?;
        let there = StoredBytes {
            blob: self.clock.random_uuid(),
            size: bytes.len() as u64,
        };
        let name = blobs::Name {
            user,
            attachment: stored.id,
            blob: there.blob,
        };
        self.blobs.put(&name, bytes).await?;
        if !self
            .store
            .attachment_arrived(user, stored.id, kind.mime_type(), there, self.most)
            .await?
        {
            // Somebody was faster, it was deleted meanwhile, or it is too much.
            self.blobs.delete(&name).await?;
            return Err(match self.store.attachment(user, stored.id).await?.bytes {
                Some(_) => AttachmentError::AlreadyThere,
                None => AttachmentError::Full(Quota::Files(self.most)),
            });
        }
        stored.mime_type = kind.mime_type().into();
        stored.bytes = Some(there);
        Ok(self.wire(&stored))
    }

    /// Opens a file to hand it out. One without its bytes is not there yet.
    ///
    /// # Errors
    /// See [`AttachmentError`].
    pub async fn open(&self, user: UserId, id: AttachmentId) -> Result<Download, AttachmentError> {
        let (stored, found) = self.arrived(user, id).await?;
        let stream = self.blobs.stream(&found.name).await.map_err(|error| self.lost(user, id, error))?;
        Ok(Download {
            kind: found.kind,
            name: stored.name,
            size: found.size,
            bytes: stream,
        })
    }

    /// A file whose bytes are there.
    ///
    /// # Errors
    /// See [`AttachmentError`].
    pub async fn find(&self, user: UserId, id: AttachmentId) -> Result<Found, AttachmentError> {
        Ok(self.arrived(user, id).await?.1)
    }

    /// The bytes of a file.
    ///
    /// # Errors
    /// See [`AttachmentError`].
    pub async fn bytes(&self, found: &Found) -> Result<Bytes, AttachmentError> {
        let Found { name, .. } = found;
        let bytes = self.blobs.bytes(name).await;
        bytes.map_err(|error| self.lost(name.user, name.attachment, error))
    }

    async fn arrived(&self, user: UserId, id: AttachmentId) -> Result<(StoredAttachment, Found), AttachmentError> {
        let stored = self.store.attachment(user, id).await?;
        let kind = Kind::of_mime_type(&stored.mime_type).ok_or(StoreError::NotFound)?;
        let StoredBytes { blob, size } = stored.bytes.ok_or(StoreError::NotFound)?;
        let name = blobs::Name {
            user,
            attachment: id,
            blob,
        };
        Ok((stored, Found { kind, size, name }))
    }

    /// Bytes that should be there and are not: somebody changed the folder or the bucket.
    fn lost(&self, user: UserId, id: AttachmentId, error: object_store::Error) -> AttachmentError {
        match error {
            object_store::Error::NotFound { .. } => {
                tracing::error!(%user, attachment = %id, %error, "the bytes of a file are gone");
                AttachmentError::Store(StoreError::NotFound)
            }
            other => AttachmentError::Blobs(other),
        }
    }

    /// The files of a message that is to be sent, in its order. No thread is told: the message's is stamped into them when it is accepted.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] if one is not this person's; [`AttachmentError::Invalid`] if one has no bytes yet, or there are too many.
    pub async fn of_message(&self, user: UserId, ids: &[String]) -> Result<Vec<Attachment>, AttachmentError> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        if ids.len() > PER_MESSAGE {
            let why = format!("params.input.attachments: at most {PER_MESSAGE}");
            return Err(AttachmentError::Invalid(why));
        }
        let mut wanted: Vec<AttachmentId> = Vec::with_capacity(ids.len());
        for id in ids {
            let id = id.parse().map_err(|_| StoreError::NotFound)?;
            if !wanted.contains(&id) {
                wanted.push(id);
            }
        }
        let found = self.store.attachments(user, &wanted).await?;
        let mut files = Vec::with_capacity(wanted.len());
        for id in wanted {
            let stored = found.iter().find(|stored| stored.id == id).ok_or(StoreError::NotFound)?;
            if stored.bytes.is_none() {
                let why = format!("params.input.attachments: the file {id} was not uploaded");
                return Err(AttachmentError::Invalid(why));
            }
            files.push(Attachment {
                thread_id: None,
                ..self.wire(stored)
            });
        }
        Ok(files)
    }

    /// Removes a file, its bytes too. What a crash or an absent bucket leaves is removed by the next round.
    ///
    /// # Errors
    /// See [`AttachmentError`].
    pub async fn remove(&self, user: UserId, id: AttachmentId) -> Result<(), AttachmentError> {
        self.store.hide_attachment(user, id, self.clock.now()).await?;
        if let Err(error) = self.forget(user, id).await {
            tracing::warn!(attachment = %id, %error, "the bytes of a removed file are still there");
        }
        Ok(())
    }

    async fn forget(&self, user: UserId, id: AttachmentId) -> Result<(), AttachmentError> {
        self.blobs.delete_all(user, id).await?;
        self.store.forget_attachment(user, id).await?;
        Ok(())
    }

    /// Removes what nobody has any more. Gives how many.
    ///
    /// # Errors
    /// See [`AttachmentError`]; what is left is removed by the next round.
    pub async fn sweep(&self) -> Result<usize, AttachmentError> {
        let now = self.clock.now();
        self.store.hide_stale_attachments(now - KEEP_UNSENT, now).await?;
        let mut count = 0;
        loop {
            let hidden = self.store.hidden_attachments(SWEEP).await?;
            if hidden.is_empty() {
                return Ok(count);
            }
            for (user, id) in hidden {
                self.forget(user, id).await?;
                count += 1;
            }
        }
    }

    /// Sweeps now and every hour, until it is stopped.
    pub async fn keep_swept(self, stop: CancellationToken) {
        loop {
            match self.sweep().await {
                Ok(0) => {}
                Ok(count) => tracing::info!(count, "removed files that nobody has any more"),
                Err(error) => tracing::warn!(%error, "files that nobody has any more could not be removed"),
            }
            tokio::select! {
                () = tokio::time::sleep(ROUND) => {}
                () = stop.cancelled() => return,
            }
        }
    }

    /// A file as clients see it.
    fn wire(&self, stored: &StoredAttachment) -> Attachment {
        let url = format!("{}/chatkit/attachments/{}?key={}", self.origin, stored.id, stored.key);
        let kind = match Kind::of_mime_type(&stored.mime_type) {
            Some(kind) if kind.is_picture() => AttachmentKind::Image { preview_url: url.clone() },
            _ => AttachmentKind::File,
        };
        Attachment {
            id: stored.id.to_string(),
            name: stored.name.clone(),
            mime_type: stored.mime_type.clone(),
            upload_descriptor: stored.bytes.is_none().then(|| UploadDescriptor {
                url,
                method: UploadMethod::Post,
                headers: Default::default(),
            }),
            thread_id: stored.thread.map(|thread| thread.to_string()),
            kind,
        }
    }
}

/// The name without folders, as one line.
fn file_name(name: &str) -> Result<String, AttachmentError> {
    let bare = name.rsplit(['/', '\\']).next().unwrap_or_default();
    text::line(bare, NAME_MAX).map_err(|error| {
        AttachmentError::Invalid(match error {
            TextError::Blank => "the file's name must not be blank".into(),
            TextError::TooLong => format!("the file's name has at most {NAME_MAX} characters"),
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_no_folders_and_no_controls() {
        assert_eq!(file_name("../../etc/passwd").unwrap(), "passwd");
        assert_eq!(file_name("C:\\Users\\a\\بل.pdf").unwrap(), "بل.pdf");
        assert_eq!(file_name("a\r\nb\u{202e}gpj.exe").unwrap(), "a bgpj.exe");
        for wrong in ["", " ", "a/", &"x".repeat(NAME_MAX + 1)] {
            assert!(matches!(file_name(wrong), Err(AttachmentError::Invalid(_))), "{wrong:?}");
        }
    }
}
