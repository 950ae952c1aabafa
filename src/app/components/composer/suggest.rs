//! What can be chosen while something is typed: tasks behind an `@`, commands behind a `/` at the beginning.

use std::time::Duration;

use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::api::tasks as door;
use crate::api::view::TaskView;
use crate::app::browser::{self, Sleep};
use crate::app::chat::commands::{self, COMMANDS, Command};
use crate::app::chat::compose::Compose;
use crate::app::chat::draft::Query;
use crate::app::components::each::{PART, each};
use crate::app::components::icon::{CHECK, icon};
use crate::app::here;

/// The id of the list; an option's is this, a dash and its own.
pub(super) const LIST: &str = "composer-options";
/// How long nothing is typed before tasks are looked up.
const PAUSE: Duration = Duration::from_millis(120);

/// A choice, as one text, so that the list is of the type that all lists have: its kind, its id, its name, and a note.
const TASK: &str = "t";
const DONE: &str = "d";
const COMMAND: &str = "c";

/// What was chosen.
pub(super) enum Choice {
    Task { id: String, title: String },
    Command(Command),
}

/// The list, and what is typed for it.
#[derive(Clone, Copy)]
pub(super) struct Suggest {
    compose: Compose,
    /// Where the caret is, in bytes of the text; `None` while the field is not used.
    pub caret: RwSignal<Option<usize>>,
    options: RwSignal<Vec<String>>,
    active: RwSignal<usize>,
    /// Where the words begin for which the list was closed, or for which nothing was found.
    dismissed: RwSignal<Option<usize>>,
    nothing: RwSignal<bool>,
    /// Counts what is looked up, so that a late answer is known.
    turn: StoredValue<u32>,
}

impl Suggest {
    pub fn new(compose: Compose) -> Self {
        let suggest = Self {
            compose,
            caret: RwSignal::new(None),
            options: RwSignal::new(Vec::new()),
            active: RwSignal::new(0),
            dismissed: RwSignal::new(None),
            nothing: RwSignal::new(false),
            turn: StoredValue::new(0),
        };
        Effect::new(move || suggest.look());
        suggest
    }

    pub fn is_open(self) -> bool {
        self.options.with(|options| !options.is_empty())
    }

    /// The id of the option that Enter chooses.
    pub fn active_id(self) -> Option<String> {
        let at = self.active.get();
        self.options.with(|options| options.get(at).map(|option| element_id(option)))
    }

    pub fn step(self, forward: bool) {
        let count = self.options.with_untracked(Vec::len);
        if count > 0 {
            self.active
                .update(|at| *at = if forward { *at + 1 } else { *at + count - 1 } % count);
            if let Some(id) = untrack(|| self.active_id()) {
                browser::reveal(&id);
            }
        }
    }

    /// Closes the list until something else is asked for.
    pub fn dismiss(self) {
        self.dismissed.set(untrack(|| self.query()).map(|query| place(&query)));
        self.close();
    }

    /// What Enter chooses.
    pub fn chosen(self) -> Option<Choice> {
        let at = self.active.get_untracked();
        self.options
            .with_untracked(|options| options.get(at).and_then(|option| choice(option)))
    }

    pub fn query(self) -> Option<Query> {
        let caret = self.caret.get()?;
        self.compose.draft.with(|draft| draft.query(caret))
    }

    fn close(self) {
        self.turn.update_value(|turn| *turn += 1);
        self.nothing.set(false);
        if self.options.with_untracked(|options| !options.is_empty()) {
            self.options.set(Vec::new());
        }
    }

    fn show(self, options: Vec<String>) {
        self.active.set(0);
        self.options.set(options);
    }

    /// Looks up what is typed.
    fn look(self) {
        let query = self.query();
        let dismissed = self.dismissed.get_untracked();
        match query {
            None => {
                if dismissed.is_some() {
                    self.dismissed.set(None);
                }
                self.close();
            }
            Some(query) if dismissed == Some(place(&query)) => self.close(),
            Some(Query::Command { name }) => {
                self.turn.update_value(|turn| *turn += 1);
                self.nothing.set(false);
                self.show(commands::begun(&name).into_iter().map(of_command).collect());
            }
            Some(Query::Task { at, words }) => {
                let turn = self.turn.try_update_value(|turn| {
                    *turn += 1;
                    *turn
                });
                let is_late = move || self.turn.try_get_value() != turn;
                spawn_local(async move {
                    Sleep::new(PAUSE).over().await;
                    if is_late() {
                        return;
                    }
                    // What cannot be looked up is not offered; the words stay a text.
                    let found = door::search_tasks(words.clone()).await.unwrap_or_default();
                    if is_late() {
                        return;
                    }
                    let options: Vec<String> = found.pending.iter().chain(&found.completed).map(of_task).collect();
                    self.nothing.set(options.is_empty());
                    // Behind a word that finds nothing stands a sentence, and no name.
                    if options.is_empty() && words.contains(char::is_whitespace) {
                        self.nothing.set(false);
                        self.dismissed.set(Some(at));
                    }
                    self.show(options);
                });
            }
        }
    }
}

/// Where the words begin.
fn place(query: &Query) -> usize {
    match query {
        Query::Task { at, .. } => *at,
        Query::Command { .. } => 0,
    }
}

fn of_task(task: &TaskView) -> String {
    let part = PART.to_string();
    [if task.done { DONE } else { TASK }, &task.id, &task.title, &task.due].join(&part)
}

fn of_command(command: Command) -> String {
    let texts = here();
    let at = COMMANDS.iter().position(|known| *known == command).unwrap_or_default();
    let name = ["/", command.name(texts.locale)].concat();
    [COMMAND, &at.to_string(), &name, texts.composing.command_notes[at]].join(&PART.to_string())
}

fn choice(option: &str) -> Option<Choice> {
    let mut parts = option.split(PART);
    let (kind, id, name) = (parts.next()?, parts.next()?, parts.next()?);
    Some(match kind {
        COMMAND => Choice::Command(*COMMANDS.get(id.parse::<usize>().ok()?)?),
        _ => Choice::Task {
            id: id.to_owned(),
            title: name.to_owned(),
        },
    })
}

fn element_id(option: &str) -> String {
    [LIST, "-", option.split(PART).nth(1).unwrap_or_default()].concat()
}

/// The list, over the field. `choose` takes what is clicked; the focus stays in the field.
pub(super) fn list(suggest: Suggest, choose: impl Fn(Choice) + Copy + Send + Sync + 'static) -> AnyView {
    let texts = here();
    let label = move || {
        let is_command = suggest
            .options
            .with(|options| options.first().is_some_and(|option| option.starts_with(COMMAND)));
        if is_command {
            texts.composing.commands
        } else {
            texts.composing.tasks
        }
    };
    let option = move |key: String| {
        let mut parts = key.split(PART).map(str::to_owned);
        let kind = parts.next().unwrap_or_default();
        let (name, note) = (parts.nth(1).unwrap_or_default(), parts.next().unwrap_or_default());
        let id = element_id(&key);
        let is_active = {
            let id = id.clone();
            move || suggest.active_id().as_ref() == Some(&id)
        };
        let pick = move |_| {
            if let Some(chosen) = choice(&key) {
                choose(chosen);
            }
        };
        let is_done = kind == DONE;
        view! {
            <li
                id=id
                role="option"
                class="option"
                class:is-done=is_done
                data-testid="option"
                aria-selected=move || is_active().to_string()
                on:mousedown=|event| event.prevent_default()
                on:click=pick
            >
                {is_done.then(|| icon(CHECK))}
                <bdi class="option-name">{name}</bdi>
                {is_done.then(|| view! { <span class="hidden">{texts.composing.done}</span> }.into_any())}
                <span class="option-note">{note}</span>
            </li>
        }
        .into_any()
    };
    view! {
        <div class="over" class:is-open=move || suggest.is_open() || suggest.nothing.get()>
            <ul id=LIST role="listbox" class="options" aria-label=label hidden=move || !suggest.is_open()>
                {each(move || suggest.options.get(), option)}
            </ul>
            {move || suggest.nothing.get().then(|| view! { <p class="option-none">{texts.composing.no_tasks}</p> }.into_any())}
        </div>
        <p class="hidden" role="status">
            {move || {
                let count = suggest.options.with(Vec::len);
                if count > 0 {
                    texts.composing.found.with(&count.to_string())
                } else if suggest.nothing.get() {
                    texts.composing.no_tasks.to_owned()
                } else {
                    String::new()
                }
            }}
        </p>
    }
    .into_any()
}
