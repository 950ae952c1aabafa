//! Brings what is in files to the model: for the newest messages that have some, within a budget.

use crate::{
    domain::id::UserId,
    server::{
        attachments::{AttachmentError, Attachments, Kind, PdfReader},
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

/// Reads files for models.
#[derive(Clone)]
pub struct Files {
    attachments: Attachments,
    pdf: PdfReader,
}

/// What may still be read.
struct Room {
    chars: usize,
    picture_bytes: usize,
}

impl Files {
    /// Puts its parts together.
    pub fn new(attachments: Attachments, pdf: PdfReader) -> Self {
        Self { attachments, pdf }
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
        for files in with_files.take(MESSAGES) {
            let mut chars = room.chars.min(MESSAGE_CHARS);
            for file in files {
                file.content = self.content(user, file, &mut chars, &mut room).await;
            }
        }
    }

    async fn content(&self, user: UserId, file: &File, chars: &mut usize, room: &mut Room) -> FileContent {
        let Ok(id) = file.id.parse() else {
            return FileContent::Gone;
        };
        let (kind, bytes) = match self.attachments.read(user, id).await {
            Ok(read) => read,
            Err(AttachmentError::Store(StoreError::NotFound)) => return FileContent::Gone,
            Err(error) => {
                tracing::warn!(attachment = %id, %error, "a file could not be brought to the model");
                return FileContent::NotRead;
            }
        };
        if kind.is_picture() {
            if bytes.len() > room.picture_bytes {
                return FileContent::NotRead;
            }
            room.picture_bytes -= bytes.len();
            return FileContent::Picture(bytes);
        }
        let text = if kind == Kind::Pdf {
            match self.pdf.text(bytes).await {
                Ok(text) => text,
                Err(error) => {
                    tracing::info!(attachment = %id, %error, "a PDF has no text for the model");
                    return FileContent::Unreadable;
                }
            }
        } else {
            String::from_utf8_lossy(&bytes).trim_start_matches('\u{feff}').to_owned()
        };
        let text = text.replace('\0', "");
        if text.trim().is_empty() {
            return FileContent::Unreadable;
        }
        if *chars == 0 {
            return FileContent::NotRead;
        }
        let (text, is_cut) = cut(text, *chars);
        let used = text.chars().count();
        *chars -= used;
        room.chars -= used;
        FileContent::Text { text, is_cut }
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
