//! The conversation so far: turns, the task that was just named, the tasks that were shown.

use serde_json::Value;

use super::{
    super::{File, Message, Reference, ToolCall},
    wire::{Outcome, WireTask, outcomes, tool_of},
};
use crate::domain::{locale::Script, texts};

/// The tool that asks the person by a form.
pub(super) const ASK: &str = "ask_person";
/// The tool of the client that tells what the person sees.
pub(super) const PAGE: &str = "get_page_context";
/// The tool that finds tasks by their words.
pub(super) const FIND: &str = "find_tasks";
/// The tool that lists tasks.
pub(super) const LIST: &str = "list_tasks";

/// A message of the person and what followed it.
#[derive(Debug)]
pub(super) struct Turn<'a> {
    /// What the person wrote.
    pub user: &'a str,
    /// The files that came with it.
    pub files: &'a [File],
    /// The tasks that it names by tags.
    pub references: &'a [Reference],
    /// The assistant's texts and calls, and the results.
    pub after: &'a [Message],
    /// It was written into a form that asked, not sent as a message.
    pub into_form: bool,
}

/// How many turns back are looked at.
const REMEMBERED: usize = 12;

/// The newest turns, oldest first. Words of one's own in a form are a turn, too.
pub(super) fn turns(messages: &[Message]) -> Vec<Turn<'_>> {
    let mut starts: Vec<(usize, Turn<'_>)> = Vec::new();
    for (at, message) in messages.iter().enumerate() {
        match message {
            Message::User {
                text, references, files, ..
            } => starts.push((
                at,
                Turn {
                    user: text,
                    references,
                    files,
                    after: &[],
                    into_form: false,
                },
            )),
            Message::Tool { result, .. } => {
                // All calls of a turn that waited have the same words.
                let is_last = !matches!(messages.get(at + 1), Some(Message::Tool { .. }));
                if let Some(said) = said_in_form(result).filter(|_| is_last && !starts.is_empty()) {
                    starts.push((
                        at,
                        Turn {
                            user: said,
                            references: &[],
                            files: &[],
                            after: &[],
                            into_form: true,
                        },
                    ));
                }
            }
            Message::Assistant { .. } => {}
        }
    }
    let ends: Vec<usize> = starts
        .iter()
        .skip(1)
        .map(|(at, turn)| if turn.into_form { at + 1 } else { *at })
        .chain([messages.len()])
        .collect();
    let skip = starts.len().saturating_sub(REMEMBERED);
    let whole = starts.into_iter().zip(ends).map(|((at, turn), end)| Turn {
        after: messages.get(at + 1..end).unwrap_or_default(),
        ..turn
    });
    whole.skip(skip).collect()
}

/// What the person wrote into a form instead of choosing.
fn said_in_form(result: &Value) -> Option<&str> {
    result.get("declined")?;
    let said = result.get("said")?.as_array()?;
    said.iter().filter_map(Value::as_str).find(|words| !words.trim().is_empty())
}

/// A call, and what it came to.
#[derive(Debug)]
pub(super) struct Done<'a> {
    /// The tool that was called in the end.
    pub tool: &'a str,
    /// The arguments of the call.
    pub arguments: Value,
    /// What came out.
    pub outcome: Outcome,
}

impl Turn<'_> {
    /// The calls of this turn.
    fn calls(&self) -> impl Iterator<Item = &ToolCall> {
        self.after.iter().flat_map(|message| match message {
            Message::Assistant { calls, .. } => calls.as_slice(),
            _ => &[],
        })
    }

    /// What the calls of this turn came to.
    pub fn results(&self) -> Vec<Done<'_>> {
        let mut done = Vec::new();
        for message in self.after {
            let Message::Tool { name, result, call_id } = message else {
                continue;
            };
            let tool = tool_of(result).unwrap_or(name);
            let called = self.calls().find(|call| call.id == *call_id);
            let arguments: Value = called
                .and_then(|call| serde_json::from_str(&call.arguments).ok())
                .unwrap_or_default();
            if tool == PAGE {
                let selected = result.get("selected_task").and_then(Value::as_str).map(str::to_owned);
                done.push(Done {
                    tool,
                    arguments,
                    outcome: Outcome::Page(selected),
                });
                continue;
            }
            for outcome in outcomes(result) {
                done.push(Done {
                    tool,
                    arguments: arguments.clone(),
                    outcome,
                });
            }
        }
        done
    }

    /// Whether something was done in this turn, or was tried and could not be done.
    pub fn has_deed(&self) -> bool {
        self.results().iter().any(|done| match done.outcome {
            Outcome::Task(..) | Outcome::Added(..) | Outcome::Undone(..) => true,
            Outcome::Failed(_) => ![LIST, FIND, PAGE, ASK].contains(&done.tool),
            Outcome::Tasks(_) | Outcome::Declined | Outcome::Chosen(_) | Outcome::Page(_) => false,
        })
    }

    /// The ids of the tasks that a form of this turn asked about.
    fn asked_about(&self) -> Vec<String> {
        let form = self.calls().filter(|call| call.name == ASK).last();
        let asked: Value = form.and_then(|form| serde_json::from_str(&form.arguments).ok()).unwrap_or_default();
        let ids = asked["task_ids"].as_array().map(Vec::as_slice).unwrap_or_default();
        ids.iter().filter_map(Value::as_str).map(str::to_owned).collect()
    }

    /// Whether the assistant or the server said or asked something at its end.
    pub fn is_answered(&self) -> bool {
        !self.said().is_empty() || self.results().iter().any(|done| matches!(done.outcome, Outcome::Declined))
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

    /// The lines of the numbered list that the assistant or a form showed.
    fn numbered(&self) -> Vec<&str> {
        self.said()
            .lines()
            .filter_map(|line| {
                let (number, rest) = line.trim_start().split_once(['.', ')'])?;
                (!number.is_empty() && number.len() < 4 && number.bytes().all(|b| b.is_ascii_digit())).then(|| rest.trim())
            })
            .collect()
    }

    /// The tasks that can be chosen by "the second one": those that a question numbered, or those that a list showed, in its order.
    pub fn shown(&self) -> Vec<It> {
        let numbered = self.numbered();
        if !numbered.is_empty() {
            return named_by(&numbered, &self.seen());
        }
        let listed = self.listed();
        let asked = self.asked_about();
        if !asked.is_empty() {
            let task = |id: &String| listed.iter().find(|task| task.id == *id).cloned();
            return asked.iter().filter_map(task).map(It::Task).collect();
        }
        listed.into_iter().map(It::Task).collect()
    }

    /// Whether the server asked, by a form, whether calls are to be carried out; or asked, and heard other words.
    pub fn asks_for_yes(&self) -> bool {
        let yes = |script: Script| {
            [(true, 1), (true, 2), (false, 1), (false, 2)]
                .map(|(deletes, count)| texts::are_you_sure(script, deletes, &["x"; 2][..count]).1)
        };
        let first = self.numbered().first().copied().unwrap_or_default();
        let in_form = [Script::En, Script::UrLatn, Script::Ur]
            .into_iter()
            .flat_map(yes)
            .any(|yes| yes == first);
        let declined = |done: &Done<'_>| done.tool != ASK && matches!(done.outcome, Outcome::Declined);
        in_form || self.said().is_empty() && self.results().iter().any(declined)
    }

    /// The tasks of the question that this turn ended with.
    pub fn choices(&self) -> Vec<It> {
        if self.numbered().is_empty() && self.asked_about().is_empty() {
            return Vec::new();
        }
        self.shown()
    }

    /// The tasks of the results, each where it came first.
    fn seen(&self) -> Vec<WireTask> {
        let mut seen: Vec<WireTask> = Vec::new();
        for done in self.results() {
            let tasks = match done.outcome {
                Outcome::Task(task, _) => vec![task],
                Outcome::Added(tasks, _) | Outcome::Undone(tasks, _) => tasks,
                Outcome::Tasks(page) => page.tasks,
                _ => continue,
            };
            for task in tasks {
                match seen.iter_mut().find(|known| known.id == task.id) {
                    Some(known) => *known = task,
                    None => seen.push(task),
                }
            }
        }
        seen
    }

    /// The tasks of the results, as a list of them is shown: what was made or changed, else what was found; each once.
    fn listed(&self) -> Vec<WireTask> {
        let (mut found, mut changed): (Vec<WireTask>, Vec<WireTask>) = (Vec::new(), Vec::new());
        for done in self.results() {
            let (place, tasks) = match done.outcome {
                Outcome::Task(task, _) if done.tool != "delete_task" => (&mut changed, vec![task]),
                Outcome::Added(tasks, _) | Outcome::Undone(tasks, _) => (&mut changed, tasks),
                Outcome::Tasks(page) => (&mut found, page.tasks),
                _ => continue,
            };
            for task in tasks {
                place.retain(|known: &WireTask| known.id != task.id);
                place.push(task);
            }
        }
        if changed.is_empty() { found } else { changed }
    }

    /// The task that this turn named last, if it named just one.
    fn named(&self) -> Named {
        let deed = self.results().into_iter().rev().find_map(|done| match done.outcome {
            Outcome::Task(task, _) => Some((done.tool == "delete_task", task)),
            _ => None,
        });
        match deed {
            Some((true, _)) => return Named::Gone,
            Some((false, task)) => return Named::One(task),
            None => {}
        }
        let listed = self.listed();
        let titles = self.bold();
        let only = match (&titles[..], &listed[..]) {
            // What was looked for and not found is no task.
            ([only], _) => listed.iter().find(|task| task.title == *only),
            ([], [only]) if self.choices().is_empty() => Some(only),
            _ => None,
        };
        only.map_or(Named::None, |task| Named::One(task.clone()))
    }

    /// The titles in bold.
    fn bold(&self) -> Vec<String> {
        self.said().split("**").skip(1).step_by(2).map(plain).collect()
    }
}

/// The tasks that the lines of a numbered list name.
fn named_by(lines: &[&str], listed: &[WireTask]) -> Vec<It> {
    let mut used: Vec<&str> = Vec::new();
    let mut found = Vec::new();
    for line in lines {
        let (title, whole) = (title_of(line), plain(&line.replace("**", "")));
        // The label of a form has more behind the title.
        let begins = |task: &&WireTask| whole.starts_with(&task.title);
        let longest = listed.iter().filter(begins).map(|task| task.title.len()).max();
        let exact = listed.iter().any(|task| task.title == title);
        let fits = |task: &&WireTask| match exact {
            true => task.title == title,
            false => begins(task) && longest == Some(task.title.len()),
        };
        // Tasks of one title stand in the order of the results.
        let task = listed.iter().filter(fits).find(|task| !used.contains(&task.id.as_str()));
        if let Some(task) = task {
            used.push(&task.id);
        }
        found.push(task.map_or_else(|| It::Title(title), |task| It::Task(task.clone())));
    }
    found
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

/// A task that was named.
#[derive(Debug, Clone)]
pub(super) enum It {
    /// A task of a result.
    Task(WireTask),
    /// Only its title is known.
    Title(String),
}

impl It {
    /// Its title.
    pub fn title(&self) -> &str {
        match self {
            Self::Task(task) => &task.title,
            Self::Title(title) => title,
        }
    }
}

/// The task that was named last.
#[derive(Debug, Clone)]
pub(super) enum Named {
    /// This one.
    One(WireTask),
    /// It was deleted.
    Gone,
    /// There is none.
    None,
}

/// The task named last before the newest turn.
pub(super) fn it(turns: &[Turn<'_>]) -> Named {
    let before = turns.split_last().map_or(&[][..], |(_, before)| before);
    let mut named = before.iter().rev().take(4).map(Turn::named);
    named.find(|named| !matches!(named, Named::None)).unwrap_or(Named::None)
}

/// The titles of the tasks in these turns that have this id.
pub(super) fn title_by_id(turns: &[Turn<'_>], id: &str) -> Option<String> {
    let tasks = turns.iter().rev().flat_map(Turn::results).flat_map(|done| match done.outcome {
        Outcome::Task(task, _) => vec![task],
        Outcome::Added(tasks, _) | Outcome::Undone(tasks, _) => tasks,
        Outcome::Tasks(page) => page.tasks,
        _ => Vec::new(),
    });
    tasks.into_iter().find(|task| task.id == id).map(|task| task.title)
}
