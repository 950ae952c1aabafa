//! What the page draws. Made on the server from the protocol's items and events (`server::page`), so that Markdown, dates and
//! directions are worked out in one place and the page stays small.

use serde::{Deserialize, Serialize};

use crate::domain::deed::RowDone;
use crate::domain::locale::{Digits, Locale, Script, WeekStart};

/// The person who is signed in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Me {
    /// Login address.
    pub email: String,
    /// Name to show; the address where none was given.
    pub name: String,
    /// IANA name of the person's zone.
    pub zone: String,
}

/// The colours of the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Theme {
    /// As the system has it.
    #[default]
    System,
    /// Dark text on light ground.
    Light,
    /// Light text on dark ground.
    Dark,
}

impl Theme {
    /// The name in cookies, forms and `data-theme`.
    pub fn name(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }
    /// The theme of a name; anything unknown is `System`.
    pub fn from_name(name: &str) -> Self {
        match name {
            "light" => Self::Light,
            "dark" => Self::Dark,
            _ => Self::System,
        }
    }
}

/// What every page needs to know before it is drawn: equal on the server and in the browser, or hydration breaks.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Viewer {
    /// Who is signed in.
    pub me: Option<Me>,
    /// Language of the page.
    pub locale: Locale,
    /// Colours of the page.
    pub theme: Theme,
    /// Digits of the page's dates and counts.
    pub digits: Digits,
    /// The first day of their week.
    pub week_start: WeekStart,
    /// The models that a message may choose from, the usual one first.
    pub models: Vec<String>,
    /// Whether the server can write down what was spoken.
    pub transcribes: bool,
    /// Where they should be instead, if nobody can sign in at this address.
    pub elsewhere: Option<Elsewhere>,
}

/// The browser is at an address at which nobody can sign in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Elsewhere {
    /// The address at which they can.
    pub address: String,
    /// The name in the browser's address, where the operator has not listed it.
    pub unknown: Option<String>,
}

/// Whether and how an account can be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum SignUpMode {
    /// Anybody may.
    Open,
    /// With the set-up link only, and this is one.
    Setup,
    /// With the set-up link only, which the server printed at its start, and this is none.
    NeedsLink,
    /// Nobody may.
    Closed,
}

/// A thread in the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ThreadSummary {
    /// Its id, for URLs.
    pub id: String,
    /// Its title; empty until it has one.
    pub title: String,
    /// Whether an answer is being written.
    pub live: bool,
    /// Whether its owner has put it away.
    pub archived: bool,
}

/// One page of the list of threads, newest first.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ThreadPage {
    /// The threads.
    pub threads: Vec<ThreadSummary>,
    /// Pass this to get the next page.
    pub after: Option<String>,
}

/// An open thread.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ThreadView {
    /// Its id.
    pub id: String,
    /// Its title; empty until it has one.
    pub title: String,
    /// The newest items, oldest first.
    pub items: Vec<ItemView>,
    /// There are older items; pass this to get them.
    pub earlier: Option<String>,
    /// An answer is being written: follow it.
    pub live: bool,
    /// Whether it takes messages.
    pub access: Access,
}

/// Whether a thread takes messages.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Access {
    /// It does.
    #[default]
    Open,
    /// Its owner has put it away, and may take it out again.
    Archived,
    /// It does not for now, and why (may be empty).
    Locked(String),
}

/// One entry of a thread, ready to draw.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ItemView {
    /// Its id.
    pub id: String,
    /// What it is.
    pub body: ItemBody,
}

/// What an entry is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum ItemBody {
    /// What the person wrote, as safe HTML with its tags, quote and files.
    User {
        /// The HTML.
        html: String,
        /// Its direction.
        dir: Dir,
        /// Its language.
        script: Script,
    },
    /// The answer, as blocks of safe HTML, each with its own `dir`.
    Answer {
        /// The blocks.
        blocks: Vec<String>,
        /// Its language.
        script: Script,
        /// What the person thinks of it.
        rating: Option<bool>,
    },
    /// The tools that ran, or a model's thoughts.
    Steps(StepsView),
    /// Something to look at and to use, as safe HTML.
    Widget {
        /// The HTML.
        html: String,
        /// What copying it gives; empty if nothing.
        copy: String,
    },
    /// Something else, as safe HTML: a form, a picture.
    Html(String),
    /// A tool of the page that the assistant calls.
    Call {
        /// The tool.
        name: String,
        /// What it does, in the language of the page.
        title: String,
        /// Whether it waits for the page.
        pending: bool,
    },
}

/// Which way a text runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Dir {
    /// To the right.
    Ltr,
    /// To the left.
    Rtl,
}

impl Dir {
    /// The value of the attribute.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ltr => "ltr",
            Self::Rtl => "rtl",
        }
    }
}

/// What was done on the way to an answer.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct StepsView {
    /// What stands over the steps, folded away; empty where they are simply shown.
    pub title: String,
    /// Whether they are unfolded at first.
    pub open: bool,
    /// The steps.
    pub steps: Vec<StepView>,
}

/// One step, told in the language of the page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepView {
    /// What is done, for example "Adding “buy milk”". May hold text of the person: wrap it.
    pub title: String,
    /// More about it, as safe HTML; may be empty.
    pub detail: String,
    /// Still running.
    pub running: bool,
}

/// What the page tells the assistant about itself (the client tool `get_page_context`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PageContext {
    /// The id of the task that is selected.
    pub selected_task: Option<String>,
    /// The IANA name of the browser's zone.
    pub time_zone: String,
    /// `chat`, or the name of another page.
    pub open_view: String,
    /// The language of the page.
    pub locale: Locale,
    /// The browser's clock, as it writes it.
    pub local_time: String,
}

/// What somebody does in a widget.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Act {
    /// The widget's item.
    pub item: String,
    /// The action's `type`.
    pub kind: String,
    /// Its payload, JSON.
    pub payload: String,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActedView {
    /// The widget as it is then.
    pub item: Option<ItemView>,
    /// What was done to a task.
    pub done: Option<RowDone>,
}

/// A task in the panel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskView {
    /// Its id.
    pub id: String,
    /// Its title: text of the person.
    pub title: String,
    /// Its notes: text of the person; may be empty.
    pub notes: String,
    /// Completed.
    pub done: bool,
    /// 1 (urgent) to 4 (none).
    pub priority: u8,
    /// When it is due, in the language of the page and the zone of the person, for example "Tomorrow, 5:00 PM"; may be empty.
    pub due: String,
    /// The same for machines, as in `<time datetime>`; may be empty.
    pub due_iso: String,
    /// How often it comes back, in the language of the page; may be empty.
    pub repeat: String,
    /// Due before now, and not done.
    pub overdue: bool,
}

/// The panel's content, or a page of one of its lists.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct TaskLists {
    /// To do, by due date, then priority (at most 200).
    pub pending: Vec<TaskView>,
    /// Done, the newest first (at most 50).
    pub completed: Vec<TaskView>,
    /// How many there are to do.
    pub pending_total: usize,
    /// How many are done.
    pub completed_total: usize,
    /// Those that were asked for by their ids and are to do.
    pub named: Vec<TaskView>,
}

/// What would become of a text in the line for new tasks.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct LineView {
    /// What of it is no part of the title, in the order of the text.
    pub taken: Vec<TakenView>,
    /// The tasks that it lists, a line each; empty if it is one.
    pub lines: Vec<String>,
    /// What of the title may have been meant as a date, and why it is none; may be empty.
    pub note: String,
}

/// A part of a text that is not a part of the title.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TakenView {
    /// Its first byte, and the one behind it.
    pub from: usize,
    /// See `from`.
    pub to: usize,
    /// What it was taken for.
    pub kind: TakenAs,
    /// What it means, in the language of the page; may be empty.
    pub says: String,
}

/// What a part of a text was taken for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum TakenAs {
    /// A day, a time, or both.
    Date,
    /// How often it comes back.
    Repeat,
    /// How urgent it is.
    Priority,
}

/// What the person thinks of an answer, on the settings page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RatingView {
    /// Where the answer is: a path with a fragment.
    pub path: String,
    /// How the answer begins, without its markup; may be empty.
    pub text: String,
    /// Good, or bad.
    pub good: bool,
    /// When it was said, in words.
    pub at: String,
}

/// The tokens on the settings page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokensView {
    /// The token that was just made, this once; empty otherwise.
    pub fresh: String,
    /// The person's tokens, the newest first.
    pub tokens: Vec<TokenView>,
    /// How the usual programs are set up.
    pub clients: Vec<ClientSetup>,
    /// Whether making one takes the password: the person signed in some time ago.
    pub asks_password: bool,
}

/// A token, without its secret. Dates are in words; an empty one means never.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenView {
    /// Its id, which is no secret.
    pub id: String,
    /// What its owner calls it.
    pub name: String,
    /// `read`, `write`, `delete`.
    pub scopes: Vec<String>,
    /// When it was made.
    pub made: String,
    /// When it ends.
    pub ends: String,
    /// Whether it has ended.
    pub is_over: bool,
    /// When it was last used.
    pub used: String,
    /// Its last calls, the newest first.
    pub calls: Vec<CallView>,
}

/// A call that came with a token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallView {
    /// The tool's name.
    pub tool: String,
    /// What came of it, in words.
    pub outcome: String,
    /// When, in words.
    pub at: String,
}

/// How a program is told of this server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClientSetup {
    /// The program.
    pub name: String,
    /// What to run, or to put into its configuration.
    pub text: String,
}

/// What happens while an answer is written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum ChatUpdate {
    /// The thread exists (the first update of a new one), or has a new title.
    Thread {
        /// Its id.
        id: String,
        /// Its title; empty until it has one.
        title: String,
    },
    /// An entry is new, or has changed: put it in place of the one with its id, or at the end.
    Item(ItemView),
    /// The end of an answer has changed: the first `from` blocks stay, of the next one its first `keep` bytes, and these follow.
    Blocks {
        /// The answer's id.
        item: String,
        /// How many blocks stay.
        from: usize,
        /// How many bytes stay of the next one, whose rest is then the first of `blocks`.
        keep: usize,
        /// What follows.
        blocks: Vec<String>,
    },
    /// An entry is gone.
    Removed(String),
    /// What the assistant is busy with, in the language of the page ("busy, trying again in 3 s").
    Progress(String),
    /// Something to know, as safe HTML in the language of the page.
    Notice(String),
    /// Tasks have changed: ask for them again.
    Tasks,
    /// This task is to be shown.
    Open(String),
    /// No answer, and why, in the language of the page.
    Failed {
        /// The reason.
        message: String,
        /// Trying again may help.
        retry: bool,
    },
    /// The end. A stream that ends without it has broken off.
    Done,
}

/// A widget of the gallery.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WidgetExample {
    /// What it is called.
    pub name: String,
    /// As it goes over the wire.
    pub json: String,
    /// As it is drawn.
    pub html: String,
}

/// What became of a developer's JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum DrawnWidget {
    /// HTML.
    Html(String),
    /// What is wrong with it, and where; in English, as all that is about JSON.
    Wrong(String),
}
