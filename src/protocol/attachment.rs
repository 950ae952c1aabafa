//! Attachments: `chatkit/types.py`, "AttachmentBase". Their server-side metadata never leaves, so it is not here.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// `Attachment`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attachment {
    /// Its id.
    pub id: String,
    /// The file's name.
    pub name: String,
    /// Its media type.
    pub mime_type: String,
    /// Where and how to send the bytes; gone when they are there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub upload_descriptor: Option<UploadDescriptor>,
    /// The thread it belongs to, once a message that carries it is stored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thread_id: Option<String>,
    /// A file, or a picture with its preview.
    #[serde(flatten)]
    pub kind: AttachmentKind,
}

/// What an attachment is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum AttachmentKind {
    /// `FileAttachment`.
    File,
    /// `ImageAttachment`.
    Image {
        /// Where a client finds the picture.
        preview_url: String,
    },
}

/// `AttachmentUploadDescriptor`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UploadDescriptor {
    /// Where to.
    pub url: String,
    /// How.
    pub method: UploadMethod,
    /// With which headers.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
}

/// How bytes are sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum UploadMethod {
    /// Multipart, field `file`.
    Post,
    /// Raw.
    Put,
}
