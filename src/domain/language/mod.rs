//! Understands what a person writes about tasks, in English, Roman Urdu and Urdu script, without a model.
//!
//! ```text
//! text -> normal (one spelling) -> token -> sentence (lexicon: what each word can mean)
//!      -> when (dates) -> understand (what is wanted) -> Understanding
//! words + titles -> matching -> doubt (do it, or ask);   a result -> phrases (the reply)
//! ```
//!
//! The words are in `lexicon/*.txt`, for people who know the language; the rules of grammar are in `understand/`.

mod begun;
mod detect;
mod doubt;
mod habit;
mod lexicon;
mod matching;
mod normal;
mod pasted;
pub mod phrases;
mod pick;
mod sentence;
mod stems;
mod token;
mod understand;
mod when;

use std::ops::Range;

use chrono::NaiveDate;

use super::{
    locale::Script,
    repeat::Repeat,
    task::{Due, Priority},
};

pub use begun::find_begun;
pub use detect::{begins_in, detect, detect_in, is_in};
pub use doubt::{accounts_for, holds, is_doubtful, is_name};
pub use habit::{Wanted, wanted};
pub use matching::{find_all, find_matches};
pub use pasted::{Pasted, bare, lines, names_day, pasted};
pub use pick::{Pick, pick};
pub use understand::{after_pause, describe, describe_with, negates, points_at, stops_repeating, understand};
pub use when::{DateWords, DueError, Moment, TimeOfDay, date_words, resolve_due, resolve_repeat};

/// What a message asks for.
#[derive(Debug, Clone, PartialEq)]
pub struct Understanding {
    /// The language and script, if there are letters.
    pub script: Option<Script>,
    /// What is wanted.
    pub intent: Intent,
}

/// What is wanted.
#[derive(Debug, Clone, PartialEq)]
pub enum Intent {
    /// Make tasks; at least one.
    Add(Vec<NewTask>),
    /// Show tasks.
    List(ListWish),
    /// Mark a task as done.
    Complete(Target),
    /// Delete a task.
    Delete(Target),
    /// Change a task.
    Update(Target, Change),
    /// "gym kal rakh do": a task of this name gets this date; if there is none, it is made.
    Place(NewTask, Change),
    /// An order about a task that is there, or a thing to do: which of both, the tasks tell.
    Either(Box<Either>),
    /// Several different deeds, one after the other; never one inside another.
    Several(Vec<Intent>),
    /// Take the last change back.
    Undo,
    /// Say in which order the tasks of these days are best done.
    Days(NaiveDate, NaiveDate),
    /// What is understood, and cannot be done.
    Beyond(Beyond),
    /// Talk that needs no deed.
    Talk(Talk),
    /// Not understood.
    Unknown,
}

/// What people ask for, and what Kaam cannot do for them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Beyond {
    /// To be reminded some time before something: "10 minutes before the dentist".
    Reminder,
    /// To read tasks out of a file.
    File,
    /// To open or change the settings.
    Settings,
    /// Another order of the list.
    Sort,
    /// Tasks in the place of each other.
    Swap,
    /// Tasks on paper, in a file, or with somebody else.
    Send,
    /// Tasks put together, doubled, pinned, hidden, handed over.
    Merge,
}

/// "Open report", "swap gym and dentist", "cancel the hall tomorrow": an order about a task that is there, or a thing to do.
#[derive(Debug, Clone, PartialEq)]
pub struct Either {
    /// What is ordered, if the tasks are meant.
    pub order: Order,
    /// The words that name the tasks; where there are none, tasks were spoken of, and more was said than Kaam understands.
    pub target: Target,
    /// What is to be done, if they are not.
    pub task: NewTask,
    /// It is a deed of daily life: where no task is like the words, it is a new one.
    pub daily: bool,
}

/// An order about a task that is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// To show it.
    Show,
    /// To delete it.
    Delete,
    /// What cannot be done with it.
    Cannot(Beyond),
}

/// Talk that needs no deed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Talk {
    /// Hello.
    Greeting,
    /// How are you?
    HowAreYou,
    /// Thank you.
    Thanks,
    /// Goodbye.
    Bye,
    /// What can you do?
    Help,
    /// Yes, go ahead.
    Yes,
    /// No, leave it.
    No,
    /// Neither yes nor no: wait, let me think.
    Wait,
}

/// A task to be made.
#[derive(Debug, Clone, PartialEq)]
pub struct NewTask {
    /// In the person's words.
    pub title: String,
    /// When it is due.
    pub due: Option<Due>,
    /// Why the date that was named cannot be used.
    pub due_error: Option<DueError>,
    /// How urgent, if they said so.
    pub priority: Option<Priority>,
    /// How often, if they said so.
    pub repeat: Option<Repeat>,
    /// What looked like a date and was not wholly understood, or cannot be the task's, in the person's words. It is a part of the title.
    pub unread: Vec<String>,
    /// It was understood, and has passed.
    pub passed: bool,
}

/// A task that was described, and what of the text is no part of its title.
#[derive(Debug, Clone, PartialEq)]
pub struct Described {
    /// The task.
    pub task: NewTask,
    /// What was taken for a date, a recurrence or a priority, in the order of the text.
    pub taken: Vec<Taken>,
}

/// A part of a text that was taken for something else than a title.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    /// The bytes of the text.
    pub range: Range<usize>,
    /// What it was taken for.
    pub kind: TakenKind,
}

/// What a part of a text was taken for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TakenKind {
    /// A day, a time, or both.
    Date,
    /// How often it comes back.
    Repeat,
    /// How urgent it is.
    Priority,
}

/// Which tasks are to be shown.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ListWish {
    /// Pending or completed; all when neither was said of a question.
    pub status: Status,
    /// The first and last day.
    pub range: Option<(Option<NaiveDate>, NaiveDate)>,
    /// How urgent they should be.
    pub priority: Option<Priority>,
    /// Words that the title should hold.
    pub query: Option<String>,
    /// Only those whose time has passed.
    pub overdue: bool,
    /// Only how many they are.
    pub count: bool,
    /// Only the one that comes next.
    pub next: bool,
}

/// A status to list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Status {
    /// Still to do.
    #[default]
    Pending,
    /// Done.
    Completed,
    /// Both.
    All,
}

/// The task that is meant.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Target {
    /// The words that name it; several entries name several tasks.
    pub words: Vec<String>,
    /// "it", "woh": the task just named.
    pub it: bool,
    /// Every task.
    pub all: bool,
    /// With `all`: those that are done, not those still to do.
    pub done: bool,
    /// With `all`: those of these days only.
    pub range: Option<(NaiveDate, NaiveDate)>,
    /// With `all`: those of this priority only.
    pub priority: Option<Priority>,
    /// With `all`: those only whose time has passed.
    pub overdue: bool,
    /// With `all`: all but those that these words name.
    pub except: Vec<String>,
    /// How well the words have to fit.
    pub fit: Fit,
    /// The words with the days and recurrences beside them: "Monday report" may be a title, and no report on Monday.
    pub titles: Vec<String>,
}

impl Target {
    /// Whether "all" is narrowed by nothing.
    pub fn is_everything(&self) -> bool {
        self.range.is_none() && self.priority.is_none() && !self.done && !self.overdue && self.except.is_empty()
    }

    /// A task by its words.
    pub fn named(words: impl Into<String>) -> Self {
        Self {
            words: vec![words.into()],
            ..Self::default()
        }
    }
}

/// How well words have to fit a title before something is done without asking.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Fit {
    /// Every word that tells tasks apart is in the title.
    #[default]
    Near,
    /// Words and title say the same: "drop the bank call" may also be a thing to do, and "gym cancel kar diya" is not the gym done.
    Whole,
    /// The last word of the deed is in the title, or is a known verb: "doodh mehnga ho gaya" is not the milk bought.
    Said,
    /// It came to its end by itself: a meeting that is over is done, milk that is used up is not bought.
    Ended,
    /// It came by itself: milk that was to be brought is there, a bill is not paid.
    Came,
}

/// What is to be different.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Change {
    /// A new title.
    pub title: Option<String>,
    /// A new date.
    pub due: Option<Due>,
    /// Why the date that was named cannot be used.
    pub due_error: Option<DueError>,
    /// Take the date away.
    pub clear_due: bool,
    /// Only a time of day was named: the day stays, if there is one.
    pub time_only: bool,
    /// That time, where the day to which it is put makes a difference.
    pub time: Option<TimeOfDay>,
    /// Only a day was named: the time of day stays, if there is one.
    pub date_only: bool,
    /// Move the date by this much.
    pub shift: Option<Shift>,
    /// A new priority.
    pub priority: Option<Priority>,
    /// How often it comes back.
    pub repeat: Option<Repeat>,
    /// It comes back no more.
    pub stop_repeat: bool,
    /// Words to be written into the notes.
    pub notes: Option<String>,
    /// A completed task is to do again.
    pub reopen: bool,
    /// What looked like a date and was not wholly understood, in the person's words. Nothing is to be changed then.
    pub unread: Vec<String>,
}

/// An amount of time, forwards or backwards.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shift {
    /// Minutes.
    Minutes(i64),
    /// Days.
    Days(i64),
    /// Months.
    Months(i64),
}

impl Change {
    /// Whether nothing is said to change.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Whether another change says nothing of what this one changes.
    fn is_apart_from(&self, other: &Self) -> bool {
        let parts = |change: &Self| {
            [
                change.title.is_some(),
                change.due.is_some() || change.due_error.is_some() || change.clear_due || change.shift.is_some(),
                change.priority.is_some(),
                change.repeat.is_some() || change.stop_repeat,
                change.notes.is_some(),
                change.reopen,
                !change.unread.is_empty(),
            ]
        };
        parts(self).iter().zip(parts(other)).all(|(one, other)| !(*one && other))
    }

    /// Both changes, which are apart from each other.
    fn with(self, other: Self) -> Self {
        Self {
            title: self.title.or(other.title),
            due: self.due.or(other.due),
            due_error: self.due_error.or(other.due_error),
            clear_due: self.clear_due || other.clear_due,
            time_only: self.time_only || other.time_only,
            time: self.time.or(other.time),
            date_only: self.date_only || other.date_only,
            shift: self.shift.or(other.shift),
            priority: self.priority.or(other.priority),
            repeat: self.repeat.or(other.repeat),
            stop_repeat: self.stop_repeat || other.stop_repeat,
            notes: self.notes.or(other.notes),
            reopen: self.reopen || other.reopen,
            unread: [self.unread, other.unread].concat(),
        }
    }
}

#[cfg(test)]
mod cases;
#[cfg(test)]
mod moments;
#[cfg(test)]
mod tests;
