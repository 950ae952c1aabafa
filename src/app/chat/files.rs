//! The files that go with the next message: what is known of them, and their uploads.

use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::wasm_bindgen::JsValue;

use crate::app::browser::upload::{self, Answer, FileInfo};

/// The largest file, in bytes, and how many one message takes. The server holds the same limits; here they are told beforehand.
const FILE_MAX: u64 = 10 * 1024 * 1024;
const FILES_MAX: usize = 10;

/// What is taken, for the browser's dialog: media types, and the ends of names.
pub(in crate::app) const ACCEPTED: &str = "image/png,image/jpeg,image/gif,image/webp,application/pdf,text/plain,text/markdown,text/csv,application/json,.md,.markdown,.txt,.log,.csv,.json";

/// How far a file is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::app) enum Stage {
    /// On its way; so many hundredths are there.
    Sending(u8),
    /// There, under this id.
    Ready(String),
    /// Not there.
    Failed(Trouble),
}

/// Why a file is not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::app) enum Trouble {
    TooLarge,
    Empty,
    WrongKind,
    TooMany,
    /// All files together would be too much.
    Full,
    SignedOut,
    Network,
    Server,
}

impl Trouble {
    /// Whether trying again may help.
    pub fn may_pass(self) -> bool {
        matches!(self, Self::Network | Self::Server | Self::SignedOut)
    }

    fn of(answer: Answer) -> Result<String, Self> {
        match answer {
            Answer::Fine(text) => Ok(text),
            Answer::Broken => Err(Self::Network),
            Answer::Refused(413) => Err(Self::TooLarge),
            Answer::Refused(400 | 415 | 422) => Err(Self::WrongKind),
            Answer::Refused(403) => Err(Self::Full),
            Answer::Refused(401) => Err(Self::SignedOut),
            Answer::Refused(_) => Err(Self::Server),
        }
    }
}

/// A file of the next message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::app) struct FileEntry {
    pub key: u32,
    pub name: String,
    /// Where the page finds the picture, if it is one.
    pub picture: Option<String>,
    pub stage: Stage,
}

/// The files of the next message.
#[derive(Clone, Copy)]
pub(in crate::app) struct Files {
    pub list: RwSignal<Vec<FileEntry>>,
    next: StoredValue<u32>,
}

impl Files {
    pub fn new() -> Self {
        Self {
            list: RwSignal::new(Vec::new()),
            next: StoredValue::new(0),
        }
    }

    /// Takes files from the person, and begins to upload those that are taken.
    pub fn add(self, files: Vec<JsValue>) {
        for file in files {
            let info = upload::info(&file);
            let key = self.next.try_update_value(|next| {
                *next += 1;
                *next
            });
            let Some(key) = key else { return };
            let trouble = self.list.with_untracked(|list| refused(&info, list.len()));
            let picture = (info.mime_type.starts_with("image/") && trouble.is_none()).then(|| upload::picture_url(&file));
            self.list.update(|list| {
                list.push(FileEntry {
                    key,
                    name: info.name,
                    picture,
                    stage: trouble.map_or(Stage::Sending(0), Stage::Failed),
                });
            });
            if trouble.is_none() {
                upload::hold(key, file);
                spawn_local(self.bring(key));
            }
        }
    }

    /// Uploads a file that did not arrive once more.
    pub fn retry(self, key: u32) {
        self.stage(key, Stage::Sending(0));
        spawn_local(self.bring(key));
    }

    /// Gives a file up, wherever it is.
    pub fn remove(self, key: u32) {
        upload::let_go(key);
        let entry = self
            .list
            .try_update(|list| list.iter().position(|entry| entry.key == key).map(|at| list.remove(at)));
        if let Some(Some(entry)) = entry {
            if let Stage::Ready(id) = &entry.stage {
                spawn_local(delete(id.clone()));
            }
            forget(&[entry]);
        }
    }

    /// Whether one is on its way.
    pub fn are_coming(self) -> bool {
        self.list
            .with(|list| list.iter().any(|entry| matches!(entry.stage, Stage::Sending(_))))
    }

    /// Whether one did not arrive.
    pub fn have_failed(self) -> bool {
        self.list
            .with(|list| list.iter().any(|entry| matches!(entry.stage, Stage::Failed(_))))
    }

    /// Takes all of them, for a message.
    pub fn take(self) -> Vec<FileEntry> {
        let taken = self.list.try_update(std::mem::take).unwrap_or_default();
        for entry in &taken {
            upload::let_go(entry.key);
        }
        taken
    }

    /// Puts files back that a message took.
    pub fn put_back(self, mut files: Vec<FileEntry>) {
        if !files.is_empty() {
            self.list.update(|list| {
                for entry in &mut files {
                    while list.iter().any(|known| known.key == entry.key) {
                        entry.key -= 1;
                    }
                }
                files.append(list);
                *list = files;
            });
        }
    }

    fn stage(self, key: u32, stage: Stage) {
        let _ = self.list.try_update(|list| {
            if let Some(entry) = list.iter_mut().find(|entry| entry.key == key) {
                entry.stage = stage;
            }
        });
    }

    fn is_there(self, key: u32) -> bool {
        self.list.try_with_untracked(|list| list.iter().any(|entry| entry.key == key)) == Some(true)
    }

    async fn bring(self, key: u32) {
        let Some(file) = upload::held(key) else { return };
        let FileInfo { name, size, mime_type } = upload::info(&file);
        let params = [
            "{\"name\":",
            &upload::json_text(&name),
            ",\"size\":",
            &size.to_string(),
            ",\"mime_type\":",
            &upload::json_text(&mime_type),
            "}",
        ];
        let made = Trouble::of(upload::chatkit("attachments.create", &params.concat()).await);
        let made = made.and_then(|made| {
            let id = upload::json_at(&made, &["id"]).and_then(|id| id.as_string());
            let descriptor = upload::json_at(&made, &["upload_descriptor"]).filter(JsValue::is_object);
            id.zip(descriptor).ok_or(Trouble::Server)
        });
        let (id, descriptor) = match made {
            Ok(made) => made,
            Err(trouble) => return self.stage(key, Stage::Failed(trouble)),
        };
        if !self.is_there(key) {
            return delete(id).await;
        }
        let progress = move |part: f64| self.stage(key, Stage::Sending((part * 100.0) as u8));
        let brought = Trouble::of(upload::bring(key, &file, &descriptor, progress).await);
        if !self.is_there(key) {
            return delete(id).await;
        }
        match brought {
            Ok(_) => self.stage(key, Stage::Ready(id)),
            Err(trouble) => {
                self.stage(key, Stage::Failed(trouble));
                delete(id).await;
            }
        }
    }
}

/// Why a file is not taken, as far as the page can tell.
fn refused(info: &FileInfo, before: usize) -> Option<Trouble> {
    let mime_type = info.mime_type.split(';').next().unwrap_or_default().to_ascii_lowercase();
    let name = info.name.to_ascii_lowercase();
    let fits = |accepted: &str| {
        if accepted.starts_with('.') {
            // Browsers say nothing of kinds that their system does not know.
            !mime_type.starts_with("image/") && name.ends_with(accepted)
        } else {
            mime_type == accepted
        }
    };
    if before >= FILES_MAX {
        Some(Trouble::TooMany)
    } else if !ACCEPTED.split(',').any(fits) {
        Some(Trouble::WrongKind)
    } else if info.size > FILE_MAX {
        Some(Trouble::TooLarge)
    } else if info.size == 0 {
        Some(Trouble::Empty)
    } else {
        None
    }
}

/// Files of which nothing is known but that they are there. Their keys are counted from the other end than those of new files.
pub(in crate::app) fn there(names: Vec<String>, ids: &[String]) -> Vec<FileEntry> {
    let entries = names.into_iter().zip(ids).zip((0..u32::MAX).rev());
    let entry = |((name, id), key): ((String, &String), u32)| FileEntry {
        key,
        name,
        picture: None,
        stage: Stage::Ready(id.clone()),
    };
    entries.map(entry).collect()
}

/// The pictures of files that are not needed any more.
pub(in crate::app) fn forget(files: &[FileEntry]) {
    for picture in files.iter().filter_map(|entry| entry.picture.as_ref()) {
        upload::forget_picture(picture);
    }
}

/// Nobody waits for this: what stays is swept away by the server.
async fn delete(id: String) {
    let params = ["{\"attachment_id\":", &upload::json_text(&id), "}"].concat();
    let _ = upload::chatkit("attachments.delete", &params).await;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_taken_is_told_beforehand() {
        let of = |name: &str, mime_type: &str, size: u64| {
            let info = FileInfo {
                name: name.into(),
                size,
                mime_type: mime_type.into(),
            };
            refused(&info, 0)
        };
        assert_eq!(of("a.png", "image/png", 5), None);
        assert_eq!(of("notes.MD", "", 5), None);
        assert_eq!(of("table.csv", "application/vnd.ms-excel", 5), None);
        assert_eq!(of("text", "text/plain;charset=utf-8", FILE_MAX), None);
        assert_eq!(of("a.svg", "image/svg+xml", 5), Some(Trouble::WrongKind));
        assert_eq!(of("a.exe", "application/x-msdownload", 5), Some(Trouble::WrongKind));
        assert_eq!(of("a.png", "image/png", FILE_MAX + 1), Some(Trouble::TooLarge));
        assert_eq!(of("a.png", "image/png", 0), Some(Trouble::Empty));
        let info = FileInfo {
            name: "a.png".into(),
            size: 5,
            mime_type: "image/png".into(),
        };
        assert_eq!(refused(&info, FILES_MAX), Some(Trouble::TooMany));
    }
}
