//! The text of PDFs. Readers of PDF panic, loop and eat memory on files made to that end, and nothing in a process can stop a thread
//! that does. So this program is started once more for each file, with bounds of the operating system, and killed if it takes too long.

use std::{
    fmt,
    io::{self, Read, Write},
    panic::{AssertUnwindSafe, catch_unwind},
    path::PathBuf,
    process::{ExitCode, Stdio},
    sync::Arc,
    time::Duration,
};

use bytes::Bytes;
use pdf_extract::{Document, PlainTextOutput, output_doc_page};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    process::Command,
    sync::Semaphore,
};

use super::FILE_MAX;

/// How long one file may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// Files that are read at the same time.
const SEATS: usize = 2;
/// Bytes of text that are read of one file.
const TEXT_MAX: usize = 256 * 1024;
/// Pages that are looked at.
const PAGES_MAX: u32 = 500;
/// Memory that the reader may have, and seconds of the processor.
#[cfg(unix)]
const MEMORY_MAX: u64 = 1 << 30;
#[cfg(unix)]
const PROCESSOR_SECONDS: u64 = 10;

/// Why there is no text.
#[derive(Debug)]
pub enum PdfError {
    /// The reader cannot be started, or talked to.
    Io(io::Error),
    /// It took too long.
    TimedOut,
    /// It could not make sense of the file.
    Failed,
}

impl fmt::Display for PdfError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io(cause) => write!(f, "the reader of PDFs cannot be used: {cause}"),
            Self::TimedOut => f.write_str("the PDF takes too long to read"),
            Self::Failed => f.write_str("the PDF cannot be read"),
        }
    }
}
impl std::error::Error for PdfError {}

/// Reads PDFs. Cheap to clone.
#[derive(Debug, Clone)]
pub struct PdfReader {
    program: PathBuf,
    seats: Arc<Semaphore>,
}

impl PdfReader {
    /// With this program, which knows the command `read-pdf`.
    pub fn new(program: PathBuf) -> Self {
        Self {
            program,
            seats: Arc::new(Semaphore::new(SEATS)),
        }
    }

    /// The text of a PDF, as far as [`TEXT_MAX`].
    ///
    /// # Errors
    /// See [`PdfError`].
    pub async fn text(&self, bytes: Bytes) -> Result<String, PdfError> {
        // Never closed.
        let _seat = self.seats.acquire().await;
        tokio::time::timeout(PATIENCE, self.ask(bytes))
            .await
            .unwrap_or(Err(PdfError::TimedOut))
    }

    async fn ask(&self, bytes: Bytes) -> Result<String, PdfError> {
        // It knows no secrets and no folder of ours. Dropped, it is killed.
        let mut child = Command::new(&self.program)
            .arg("read-pdf")
            .env_clear()
            // The allocator takes address space by the gigabyte, which is all that there is.
            .env("MIMALLOC_ARENA_RESERVE", "64m")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .map_err(PdfError::Io)?;
        let (Some(mut to), Some(from)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(PdfError::Failed);
        };
        let mut text = Vec::new();
        let mut from = from.take(2 * TEXT_MAX as u64);
        let (_, read) = tokio::join!(
            async move {
                // If it ends before it has read all, its exit code says why.
                let _ = to.write_all(&bytes).await;
            },
            from.read_to_end(&mut text)
        );
        read.map_err(PdfError::Io)?;
        if !child.wait().await.map_err(PdfError::Io)?.success() {
            return Err(PdfError::Failed);
        }
        String::from_utf8(text).map_err(|_| PdfError::Failed)
    }
}

/// The other side: reads a PDF from standard input and writes its text to standard output.
pub fn read_pdf() -> ExitCode {
    #[cfg(unix)]
    bound_myself();
    std::panic::set_hook(Box::new(|_| {}));
    let mut bytes = Vec::new();
    let done = io::stdin()
        .lock()
        .take(FILE_MAX as u64 + 1)
        .read_to_end(&mut bytes)
        .ok()
        .and_then(|_| catch_unwind(|| text_of(&bytes)).ok().flatten())
        .is_some_and(|text| io::stdout().lock().write_all(text.as_bytes()).is_ok());
    if done { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// The text of the first pages. A page that cannot be read is left out.
fn text_of(bytes: &[u8]) -> Option<String> {
    let mut document = Document::load_mem(bytes).ok()?;
    if document.is_encrypted() {
        document.decrypt("").ok()?;
    }
    let mut text = String::new();
    for number in document.get_pages().into_keys().take(PAGES_MAX as usize) {
        let page = catch_unwind(AssertUnwindSafe(|| {
            let mut page = String::new();
            output_doc_page(&document, &mut PlainTextOutput::new(&mut page), number)
                .ok()
                .map(|()| page)
        }));
        if let Ok(Some(page)) = page {
            text.push_str(page.trim());
            text.push('\n');
        }
        if text.len() > TEXT_MAX {
            break;
        }
    }
    let mut end = TEXT_MAX.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.truncate(end);
    Some(text)
}

/// Bounds of the operating system: what goes over them ends this process and no other.
#[cfg(unix)]
fn bound_myself() {
    for (resource, most) in [
        (libc::RLIMIT_AS, MEMORY_MAX),
        (libc::RLIMIT_CPU, PROCESSOR_SECONDS),
        (libc::RLIMIT_CORE, 0),
        (libc::RLIMIT_FSIZE, 0),
    ] {
        let limit = libc::rlimit {
            rlim_cur: most,
            rlim_max: most,
        };
        // SAFETY: the struct lives through the call, which only reads it. Where the bound is refused, the time limit of the other side stays.
        unsafe {
            libc::setrlimit(resource, &raw const limit);
        }
    }
}
