//! How much of a server one person may take.

use serde::{Deserialize, Serialize};

/// A quota that is reached, and what it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Quota {
    /// Bytes of all files together.
    Files(u64),
    /// Tasks, also those that are done or in the trash.
    Tasks(u32),
    /// Answers that are being written.
    Runs(u32),
    /// Tokens of the model, on one day (UTC).
    Tokens(u64),
}

impl Quota {
    /// The seconds after which trying again may help; none where something must be deleted first.
    pub fn retry_after(self) -> Option<u32> {
        match self {
            Self::Files(_) | Self::Tasks(_) => None,
            Self::Runs(_) => Some(5),
            Self::Tokens(_) => Some(3600),
        }
    }

    /// Megabytes, for people.
    pub fn megabytes(bytes: u64) -> u64 {
        bytes / MEGABYTE
    }

    /// What is reached and what to do about it, for programs.
    pub fn told(self) -> String {
        match self {
            Self::Files(bytes) => format!(
                "Your files would take more than the {} MB that one person has on this server. Delete some, then try again.",
                Self::megabytes(bytes)
            ),
            Self::Tasks(most) => format!(
                "One person may have {most} tasks on this server, those that are done or in the trash included. Delete some; they count for 30 days more."
            ),
            Self::Runs(most) => {
                format!("{most} answers are being written for you, which is as many as one person may have. Wait for one, or stop it.")
            }
            Self::Tokens(most) => {
                format!("The {most} tokens that one person may use of the model in a day are used up. They begin anew at midnight UTC.")
            }
        }
    }
}

/// A million bytes.
pub const MEGABYTE: u64 = 1_000_000;

/// The quotas of each person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quotas {
    /// Bytes of all files together.
    pub file_bytes: u64,
    /// Tasks.
    pub tasks: u32,
    /// Answers that are being written.
    pub runs: u32,
    /// Calls of tools in one turn of the model.
    pub calls_per_turn: u32,
    /// Tokens on one day; no bound where there is none.
    pub tokens_per_day: Option<u64>,
}

impl Default for Quotas {
    fn default() -> Self {
        Self {
            file_bytes: 1000 * MEGABYTE,
            tasks: 100_000,
            runs: 8,
            calls_per_turn: 64,
            tokens_per_day: None,
        }
    }
}
