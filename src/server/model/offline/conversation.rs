//! The conversation so far: turns, the task that was just named, the titles of a numbered list.

use serde_json::Value;

use super::{
    super::{File, Message, Reference},
    step::ASK,
    wire::{Outcome, WireTask, outcomes, tool_of},
};

/// A message of the person and what followed it.
pub(super) struct Turn<'a> {
    /// What the person wrote.
    pub user: &'a str,
    /// The files that came with it.
    pub files: &'a [File],
    /// The tasks that it names by tags.
    pub references: &'a [Reference],
    /// The assistant's texts and calls, and the results.
    pub after: &'a [Message],
}

/// How many turns back are looked at.
const REMEMBERED: usize = 12;

/// The newest turns, oldest first.
pub(super) fn turns(messages: &[Message]) -> Vec<Turn<'_>> {
    let starts: Vec<usize> = (0..messages.len())
        .filter(|at| matches!(messages[*at], Message::User { .. }))
        .collect();
    let skip = starts.len().saturating_sub(REMEMBERED);
    let mut turns = Vec::new();
    for (place, &start) in starts.iter().enumerate().skip(skip) {
        let end = starts.get(place + 1).copied().unwrap_or(messages.len());
        if let Message::User {
            text, references, files, ..
        } = &messages[start]
        {
            turns.push(Turn {
                user: text,
                references,
                files,
                after: &messages[start + 1..end],
            });
        }
    }
    turns
}

impl Turn<'_> {
    /// The results of this turn, with the tools' names.
    pub fn results(&self) -> Vec<(&str, Outcome)> {
        self.after
            .iter()
            .flat_map(|m| match m {
                Message::Tool { name, result, .. } => {
                    let name = tool_of(result).unwrap_or(name);
                    outcomes(result).into_iter().map(|outcome| (name, outcome)).collect()
                }
                _ => Vec::new(),
            })
            .collect()
    }

    /// The id of the task that a form of this turn asked about, if it was one only.
    pub fn asked_about(&self) -> Option<String> {
        let forms = self.after.iter().rev().filter_map(|message| match message {
            Message::Assistant { calls, .. } => calls.iter().find(|call| call.name == ASK),
            _ => None,
        });
        let asked: Value = serde_json::from_str(&forms.take(1).next()?.arguments).ok()?;
        match asked["task_ids"].as_array().map(Vec::as_slice) {
            Some([only]) => only.as_str().map(str::to_owned),
            _ => None,
        }
    }

    /// Whether a task was made or changed in this turn.
    pub fn has_deed(&self) -> bool {
        self.after
            .iter()
            .any(|m| matches!(m, Message::Tool { name, .. } if name != "list_tasks"))
    }

    /// The last thing the assistant said.
    pub fn said(&self) -> &str {
        self.after
            .iter()
            .rev()
            .find_map(|m| {
                if let Message::Assistant { text, .. } = m {
                    Some(text.as_str()).filter(|t| !t.is_empty())
                } else {
                    None
                }
            })
            .unwrap_or("")
    }

    /// The titles of the numbered list that the assistant showed.
    pub fn numbered(&self) -> Vec<String> {
        self.said()
            .lines()
            .filter_map(|line| {
                let (number, rest) = line.trim_start().split_once(['.', ')'])?;
                (!number.is_empty() && number.len() < 4 && number.bytes().all(|b| b.is_ascii_digit())).then(|| title_of(rest.trim()))
            })
            .collect()
    }

    /// The task that this turn named last, if it named just one.
    fn named(&self) -> Option<It> {
        let deed = self.results().into_iter().rev().find_map(|(name, outcome)| match outcome {
            Outcome::Task(task, _) => Some((name == "delete_task", task)),
            _ => None,
        });
        match deed {
            Some((true, _)) => return None,
            Some((false, task)) => return Some(It::Task(task)),
            None => {}
        }
        let titles = self.bold();
        match &titles[..] {
            [only] => {
                let listed = self.results().into_iter().find_map(|(_, outcome)| match outcome {
                    Outcome::Tasks(tasks, _) => tasks.into_iter().find(|t| t.title == *only),
                    _ => None,
                });
                Some(listed.map_or_else(|| It::Title(only.clone()), It::Task))
            }
            _ => None,
        }
    }

    /// The titles in bold.
    fn bold(&self) -> Vec<String> {
        self.said().split("**").skip(1).step_by(2).map(plain).collect()
    }
}

/// The title in a line of a numbered list.
fn title_of(line: &str) -> String {
    match line.split("**").nth(1) {
        Some(bold) => plain(bold),
        None => plain(line.split(" — ").next().unwrap_or(line)),
    }
}

/// Markdown's backslashes taken away.
fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut escaped = false;
    for c in text.chars() {
        if c == '\\' && !escaped {
            escaped = true;
            continue;
        }
        escaped = false;
        out.push(c);
    }
    out
}

/// What "it" is.
#[derive(Debug, Clone)]
pub(super) enum It {
    /// A task of a result.
    Task(WireTask),
    /// Only its title is known.
    Title(String),
}

/// The task named last before the newest turn.
pub(super) fn it(turns: &[Turn<'_>]) -> Option<It> {
    let (_, before) = turns.split_last()?;
    before.iter().rev().take(4).find_map(Turn::named)
}
