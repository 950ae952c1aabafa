//! Brings what is in files to the model: for the newest messages that have some, within a budget.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use bytes::Bytes;
use tokio::time::{Instant, timeout_at};

use crate::{
    domain::id::{AttachmentId, UserId},
    server::{
        attachments::{AttachmentError, Attachments, Kind, PdfError, PdfReader},
        model::{File, FileContent, Message},
        store::StoreError,
    },
};

/// Messages whose files are read, the newest first.
const MESSAGES: usize = 4;
/// Characters of text: of one message, and of all.
const MESSAGE_CHARS: usize = 20_000;
const ALL_CHARS: usize = 40_000;
/// Bytes of pictures in one request; most providers take 20 MB of base64.
const PICTURE_BYTES: usize = 12 * 1024 * 1024;

/// How long files may hold an answer up.
const PATIENCE: Duration = Duration::from_secs(20);
/// Texts of PDFs that are kept: a conversation about one asks for it with every turn.
const KEPT: usize = 64;

/// Reads files for models. Cheap to clone.
#[derive(Clone)]
pub struct Files {
    attachments: Attachments,
    pdf: PdfReader,
    /// The texts of PDFs, as far as a message has room for them; the newest last.
    kept: Arc<Mutex<VecDeque<(AttachmentId, String)>>>,
}

/// What may still be read.
struct Room {
    chars: usize,
    picture_bytes: usize,
}

impl Files {
    /// Puts its parts together.
    pub fn new(attachments: Attachments, pdf: PdfReader) -> Self {
        Self {
            attachments,
            pdf,
            kept: Arc::default(),
        }
    }

    /// Fills in the files of these messages. A file that cannot be brought is told as such; the answer does not fail for it.
    pub(super) async fn bring(&self, user: UserId, messages: &mut [Message]) {
        let mut room = Room {
            chars: ALL_CHARS,
            picture_bytes: PICTURE_BYTES,
        };
        let with_files = messages.iter_mut().rev().filter_map(|message| match message {
            Message::User { files, .. } if !files.is_empty() => Some(files),
            _ => None,
        });
        let until = Instant::now() + PATIENCE;
        for files in with_files.take(MESSAGES) {
            let mut chars = room.chars.min(MESSAGE_CHARS);
            for file in files {
                let reading = self.content(user, file, &mut chars, &mut room);
                file.content = timeout_at(until, reading).await.unwrap_or(FileContent::NotRead);
            }
        }
    }

    async fn content(&self, user: UserId, file: &File, chars: &mut usize, room: &mut Room) -> FileContent {
        let Ok(id) = file.id.parse() else {
            return FileContent::Gone;
        };
        let unread = |error| match error {
            AttachmentError::Store(StoreError::NotFound) => FileContent::Gone,
            error => {
                tracing::warn!(attachment = %id, %error, "a file could not be brought to the model");
                FileContent::NotRead
            }
        };
        let found = match self.attachments.find(user, id).await {
            Ok(found) => found,
            Err(error) => return unread(error),
        };
        let has_room = if found.kind.is_picture() {
            found.size <= room.picture_bytes as u64
        } else {
            *chars > 0
        };
        if !has_room {
            return FileContent::NotRead;
        }
        let text = match self.kept_text(id).filter(|_| found.kind == Kind::Pdf) {
            Some(text) => text,
            None => {
                let bytes = match self.attachments.bytes(&found).await {
                    Ok(bytes) => bytes,
                    Err(error) => return unread(error),
                };
                if found.kind.is_picture() {
                    room.picture_bytes = room.picture_bytes.saturating_sub(bytes.len());
                    return FileContent::Picture(bytes);
                }
                if found.kind == Kind::Pdf {
                    match self.pdf_text(id, bytes).await {
                        Ok(text) => text,
                        Err(error) => {
                            tracing::info!(attachment = %id, %error, "a PDF has no text for the model");
                            return FileContent::Unreadable;
                        }
                    }
                } else {
                    String::from_utf8_lossy(&bytes).trim_start_matches('\u{feff}').to_owned()
                }
            }
        };
        let text = text.replace('\0', "");
        if text.trim().is_empty() {
            return FileContent::Unreadable;
        }
        let (text, is_cut) = cut(text, *chars);
        let used = text.chars().count();
        *chars -= used;
        room.chars -= used;
        FileContent::Text { text, is_cut }
    }

    /// The text of a PDF that was read before.
    fn kept_text(&self, id: AttachmentId) -> Option<String> {
        let kept = self.kept();
        kept.iter().find(|(known, _)| *known == id).map(|(_, text)| text.clone())
    }

    /// The text of a PDF, which is kept. One character more than there is room for, which tells that it is cut.
    async fn pdf_text(&self, id: AttachmentId, bytes: Bytes) -> Result<String, PdfError> {
        let (text, _) = cut(self.pdf.text(bytes).await?, MESSAGE_CHARS + 1);
        let mut kept = self.kept();
        kept.push_back((id, text.clone()));
        if kept.len() > KEPT {
            kept.pop_front();
        }
        Ok(text)
    }

    fn kept(&self) -> MutexGuard<'_, VecDeque<(AttachmentId, String)>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The first characters of a text, and whether there are more.
fn cut(mut text: String, most: usize) -> (String, bool) {
    match text.char_indices().nth(most) {
        None => (text, false),
        Some((end, _)) => {
            text.truncate(end);
            (text, true)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_cut_at_a_character() {
        assert_eq!(cut("کام".into(), 3), ("کام".into(), false));
        assert_eq!(cut("کام کرو".into(), 3), ("کام".into(), true));
        assert_eq!(cut(String::new(), 0), (String::new(), false));
    }
}
