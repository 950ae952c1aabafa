//! Where bytes lie: a folder, or a bucket of any service that speaks S3.
//!
//! A file's bytes are at `user/attachment/blob`. They are put there whole (by a rename, or by one request), under a name that is used
//! once, so that nobody ever reads half of them or those of another upload. What a crash leaves lies beside them, and goes with them.

use std::{fs, sync::Arc};

use bytes::Bytes;
use futures::{StreamExt, TryStreamExt, stream::BoxStream};
use object_store::{
    ObjectStore, ObjectStoreExt,
    aws::{AmazonS3Builder, AmazonS3ConfigKey},
    local::LocalFileSystem,
    path::{Path, PathPart},
};
use uuid::Uuid;

use crate::{
    domain::id::{AttachmentId, UserId},
    server::config::AttachmentsAt,
};

/// A place for bytes. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Blobs {
    store: Arc<dyn ObjectStore>,
    prefix: Path,
}

/// The name of bytes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Name {
    pub user: UserId,
    pub attachment: AttachmentId,
    pub blob: Uuid,
}

impl Blobs {
    /// Opens the place; connects to nothing. A bucket's keys come from the `AWS_*` variables that all its programs know, or from the
    /// machine's role: the library reads them.
    ///
    /// # Errors
    /// If the folder cannot be made, or the bucket's settings are wrong.
    pub fn open(at: &AttachmentsAt) -> Result<Self, object_store::Error> {
        match at {
            AttachmentsAt::Folder(folder) => {
                make_private(folder).map_err(|cause| object_store::Error::Generic {
                    store: "folder",
                    source: format!("{}: {cause}", folder.display()).into(),
                })?;
                let store = LocalFileSystem::new_with_prefix(folder)?
                    .with_automatic_cleanup(true)
                    .with_fsync(true);
                Ok(Self {
                    store: Arc::new(store),
                    prefix: Path::default(),
                })
            }
            AttachmentsAt::Bucket { name, prefix } => {
                let builder = AmazonS3Builder::from_env().with_bucket_name(name);
                // Whoever names an endpoint without TLS means it.
                let is_plain = builder
                    .get_config_value(&AmazonS3ConfigKey::Endpoint)
                    .is_some_and(|endpoint| endpoint.starts_with("http://"));
                let store = if is_plain { builder.with_allow_http(true) } else { builder }.build()?;
                Ok(Self {
                    store: Arc::new(store),
                    prefix: Path::from(prefix.as_str()),
                })
            }
        }
    }

    fn folder(&self, user: UserId, attachment: AttachmentId) -> Path {
        let parts = [user.0, attachment.0].map(|id| PathPart::from(id.simple().to_string()));
        parts.into_iter().fold(self.prefix.clone(), |path, part| path.join(part))
    }

    fn path(&self, name: &Name) -> Path {
        self.folder(name.user, name.attachment)
            .join(PathPart::from(name.blob.simple().to_string()))
    }

    pub(super) async fn put(&self, name: &Name, bytes: Bytes) -> Result<(), object_store::Error> {
        self.store.put(&self.path(name), bytes.into()).await?;
        Ok(())
    }

    pub(super) async fn stream(&self, name: &Name) -> Result<BoxStream<'static, Result<Bytes, object_store::Error>>, object_store::Error> {
        Ok(self.store.get(&self.path(name)).await?.into_stream())
    }

    pub(super) async fn bytes(&self, name: &Name) -> Result<Bytes, object_store::Error> {
        self.store.get(&self.path(name)).await?.bytes().await
    }

    pub(super) async fn delete(&self, name: &Name) -> Result<(), object_store::Error> {
        match self.store.delete(&self.path(name)).await {
            Err(object_store::Error::NotFound { .. }) => Ok(()),
            other => other,
        }
    }

    /// Deletes all that lies under an attachment.
    pub(super) async fn delete_all(&self, user: UserId, attachment: AttachmentId) -> Result<(), object_store::Error> {
        let found: Vec<Path> = self
            .store
            .list(Some(&self.folder(user, attachment)))
            .map_ok(|meta| meta.location)
            .try_collect()
            .await?;
        let mut deleted = self.store.delete_stream(futures::stream::iter(found.into_iter().map(Ok)).boxed());
        while let Some(done) = deleted.next().await {
            match done {
                Ok(_) | Err(object_store::Error::NotFound { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Writes something, lists it and takes it away again: what [`super::Attachments`] must be able to do here.
    ///
    /// # Errors
    /// If one of them cannot be done.
    pub async fn check(&self) -> Result<(), object_store::Error> {
        let place = self.prefix.clone().join(PathPart::from(format!("doctor-{}", std::process::id())));
        self.store.put(&place, Bytes::from_static(b"ok").into()).await?;
        self.store.get(&place).await?.bytes().await?;
        self.store.list(Some(&place)).try_for_each(|_| async { Ok(()) }).await?;
        self.store.delete(&place).await
    }
}

/// Makes a folder that only its owner may read.
fn make_private(folder: &std::path::Path) -> std::io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_is_put_is_there_until_it_is_deleted() {
        let folder = std::env::temp_dir().join(format!("kaam-blobs-{}", std::process::id()));
        let blobs = Blobs::open(&AttachmentsAt::Folder(folder.clone())).unwrap();
        blobs.check().await.unwrap();
        let name = |blob| Name {
            user: UserId(Uuid::from_u128(1)),
            attachment: AttachmentId(Uuid::from_u128(2)),
            blob: Uuid::from_u128(blob),
        };
        blobs.put(&name(3), Bytes::from_static(b"three")).await.unwrap();
        blobs.put(&name(4), Bytes::from_static(b"four")).await.unwrap();
        assert_eq!(blobs.bytes(&name(3)).await.unwrap(), "three");
        blobs.delete(&name(3)).await.unwrap();
        blobs.delete(&name(3)).await.unwrap();
        assert!(matches!(blobs.bytes(&name(3)).await, Err(object_store::Error::NotFound { .. })));
        blobs.delete_all(name(4).user, name(4).attachment).await.unwrap();
        blobs.delete_all(name(4).user, name(4).attachment).await.unwrap();
        assert!(matches!(blobs.stream(&name(4)).await, Err(object_store::Error::NotFound { .. })));
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 0, "no empty folders are left");
        fs::remove_dir(folder).unwrap();
    }
}
