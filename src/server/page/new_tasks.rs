//! The line for new tasks: what a text there describes, and what of it was taken for a date.

use std::ops::Range;

use serde_json::json;
use sha2::{Digest, Sha256};

use super::{
    Caller, caller,
    chat::{key_of, text_error},
    failed, go_back, refuse,
    tasks::task_id,
};
use crate::{
    api::{
        ApiError,
        view::{LineView, TakenAs, TakenView},
    },
    domain::{
        dates,
        language::{self, NewTask, TakenKind},
        quota::Quota,
        task::{Due, TITLE_MAX, Task},
        text, texts,
    },
    server::{
        recurrence,
        store::{
            history::{self, ChangeSet, Origin},
            tasks,
            tool_calls::{self, Key},
        },
    },
};

/// So many tasks are added at once.
const LINES_MAX: usize = 200;
/// The longest text that is looked at for lines, in bytes.
const PASTED_MAX: usize = 64 * 1024;

/// What is typed is one new task, whatever it would be in a message; what `literal` names is a part of its title. Gives its id, a sentence
/// that says what was made, and the token by which it can be taken back.
pub async fn add(text: String, key: String, literal: String, back: String) -> Result<(String, String, String), ApiError> {
    let caller = caller().await?;
    let line = Line::read(&text, &literal)?;
    let (ids, said, undo) = make(&caller, &[line], &key).await?;
    go_back(&back);
    Ok((ids.into_iter().next().unwrap_or_default(), said, undo))
}

/// Several tasks, a line each; they are taken back together.
pub async fn add_lines(lines: Vec<String>, key: String) -> Result<(Vec<String>, String, String), ApiError> {
    let caller = caller().await?;
    if lines.is_empty() || lines.len() > LINES_MAX {
        return Err(refuse(ApiError::Invalid));
    }
    let lines = lines.iter().map(|line| Line::read(line, "")).collect::<Result<Vec<_>, _>>()?;
    make(&caller, &lines, &key).await
}

/// What would become of a text. Changes nothing.
pub async fn preview(text: String, literal: String) -> Result<LineView, ApiError> {
    let caller = caller().await?;
    if text.len() > PASTED_MAX {
        return Err(refuse(ApiError::TooLong));
    }
    if text.trim().contains('\n') {
        return Ok(LineView {
            lines: language::lines(&text).unwrap_or_default(),
            ..LineView::default()
        });
    }
    let Ok(line) = Line::read(&text, &literal) else {
        return Ok(LineView::default());
    };
    let (calendar, now) = (caller.user.calendar(), caller.state.clock.now());
    let described = language::describe_with(&line.text, calendar.moment(now), &line.literal);
    let (task, unread) = task_of(&caller, described.task);
    let (locale, script) = (caller.locale, caller.locale.into());
    let says = |kind| match kind {
        TakenKind::Date => task.due.as_ref().map(|due| texts::due_words(due, locale, calendar.local(now))),
        TakenKind::Repeat => task.repeat.as_deref().map(|rule| language::phrases::repeats(rule, script)),
        TakenKind::Priority => texts::priority(locale, task.priority).map(str::to_owned),
    };
    let view = |taken: language::Taken| TakenView {
        from: taken.range.start + line.before,
        to: taken.range.end + line.before,
        kind: match taken.kind {
            TakenKind::Date => TakenAs::Date,
            TakenKind::Repeat => TakenAs::Repeat,
            TakenKind::Priority => TakenAs::Priority,
        },
        says: caller.user.digits.show(says(taken.kind).unwrap_or_default()),
    };
    Ok(LineView {
        taken: described.taken.into_iter().map(view).collect(),
        note: unread.note(&caller).unwrap_or_default(),
        ..LineView::default()
    })
}

/// One line, fit to be kept, and which of its bytes are title whatever they mean.
struct Line {
    text: String,
    literal: Vec<Range<usize>>,
    /// How many bytes stood before it.
    before: usize,
}

impl Line {
    /// `literal`: "4-12,20-25", bytes of the text as it was typed.
    fn read(typed: &str, literal: &str) -> Result<Self, ApiError> {
        let text = text::line(typed, TITLE_MAX).map_err(|error| refuse(text_error(error)))?;
        let range = |pair: &str| {
            let (from, to) = pair.split_once('-')?;
            Some(from.parse::<usize>().ok()?..to.parse::<usize>().ok()?)
        };
        // Where more than its ends was cleaned, nobody knows the places any more.
        let before = typed.find(&text);
        let places = before.into_iter().flat_map(|before| {
            let of_text = move |range: Range<usize>| Some(range.start.checked_sub(before)?..range.end.checked_sub(before)?);
            literal.split(',').filter_map(range).filter_map(of_text)
        });
        let literal = places.filter(|range| text.get(range.clone()).is_some()).collect();
        Ok(Self {
            text,
            literal,
            before: before.unwrap_or_default(),
        })
    }
}

/// What of a title may have been meant as a date, and whether it was understood and has passed.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Unread {
    words: Vec<String>,
    passed: bool,
}

impl Unread {
    /// Why words that look like a date are in the title.
    fn note(&self, caller: &Caller) -> Option<String> {
        (!self.words.is_empty()).then(|| texts::unread_in_title(caller.locale, &self.words, self.passed))
    }
}

/// The task of a description, and what of its title may have been meant as a date.
fn task_of(caller: &Caller, new: NewTask) -> (Task, Unread) {
    let (calendar, now) = (caller.user.calendar(), caller.state.clock.now());
    let today = calendar.local(now).date();
    let rule = new
        .repeat
        .map(|repeat| recurrence::rule_of_person(&repeat.to_string(), today, calendar.week_start));
    // What is said of a recurrence and cannot be kept is no reason to refuse the task.
    let repeat = rule.and_then(Result::ok);
    let first = repeat.as_deref().and_then(|rule| recurrence::first(rule, today));
    let due = new.due.or(first.map(|date| Due { date, time: None }));
    let task = Task {
        priority: new.priority.unwrap_or_default(),
        repeat,
        ..Task::new(caller.state.clock.task_id(), new.title, due, calendar.zone.name(), now)
    };
    let (words, passed) = (new.unread, new.passed);
    (task, Unread { words, passed })
}

/// Adds a task a line, as one change. Sent again with the same key, it adds nothing.
async fn make(caller: &Caller, lines: &[Line], key: &str) -> Result<(Vec<String>, String, String), ApiError> {
    let (state, user) = (&caller.state, &caller.user);
    let key = key_of(key)?;
    let (calendar, now) = (user.calendar(), state.clock.now());
    let moment = calendar.moment(now);
    let mut transaction = state.store.begin().await.map_err(failed)?;
    if let Some(key) = &key {
        let mut hash = Sha256::new();
        for line in lines {
            hash.update(&line.text);
            hash.update(format!("\0{:?}\0", line.literal));
        }
        match tool_calls::take_key(&mut transaction, user.id, key, &hash.finalize(), now)
            .await
            .map_err(failed)?
        {
            Key::New => {}
            Key::Done(done) => {
                let mut ids = serde_json::from_value::<Vec<String>>(done).map_err(|_| refuse(ApiError::Invalid))?;
                let undo = ids.pop().unwrap_or_default();
                let mut made = Vec::new();
                for (id, line) in ids.iter().zip(lines) {
                    let task = tasks::get(&mut transaction, user.id, task_id(id)?).await.map_err(failed)?;
                    let (_, unread) = task_of(caller, language::describe_with(&line.text, moment, &line.literal).task);
                    made.push((task, unread));
                }
                return Ok((ids, said(caller, &made), undo));
            }
            Key::Taken => return Err(refuse(ApiError::Invalid)),
        }
    }
    let most = state.config.quotas.tasks;
    if !tasks::has_room(&mut transaction, user.id, lines.len(), most)
        .await
        .map_err(failed)?
    {
        return Err(refuse(ApiError::QuotaReached(Quota::Tasks(most))));
    }
    let mut changes = ChangeSet::default();
    let mut made = Vec::new();
    for line in lines {
        let (task, unread) = task_of(caller, language::describe_with(&line.text, moment, &line.literal).task);
        tasks::insert(&mut transaction, user.id, &task, &mut changes)
            .await
            .map_err(failed)?;
        made.push((task, unread));
    }
    let (change, command) = (state.clock.ordered_uuid(), if lines.len() == 1 { "add_task" } else { "add_tasks" });
    let kept = history::keep(&mut transaction, user.id, change, command, changes, &Origin::page(), now).await;
    let undo = kept.map_err(failed)?.map(history::token).unwrap_or_default();
    let ids: Vec<String> = made.iter().map(|(task, _)| task.id.to_string()).collect();
    if let Some(key) = &key {
        let done = json!(ids.iter().chain([&undo]).collect::<Vec<_>>());
        tool_calls::keep_result(&mut transaction, user.id, key, &done)
            .await
            .map_err(failed)?;
    }
    transaction.commit().await.map_err(|error| failed(error.into()))?;
    state.store.tasks_changed(user.id);
    Ok((ids, said(caller, &made), undo))
}

/// That a task was added, with its date in full, and what of its title may have been meant as a date; or how many were.
fn said(caller: &Caller, made: &[(Task, Unread)]) -> String {
    let [(task, unread)] = made else {
        return caller.user.digits.show(texts::tasks_added(caller.locale, made.len()));
    };
    let script = caller.locale.into();
    let due = task.due.as_ref().map(|due| dates::due(due, script));
    let repeat = task.repeat.as_deref().map(|rule| language::phrases::repeats(rule, script));
    let details = [due, repeat].into_iter().flatten().map(|words| caller.user.digits.show(words));
    let added = texts::task_added(caller.locale, &task.title, details);
    match unread.note(caller) {
        Some(note) => format!("{added}. {note}"),
        None => added,
    }
}
