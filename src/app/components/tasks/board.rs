//! What the lists show, and what is done in them: shown at once, asked of the server, and then shown as the server has it.

use std::pin::Pin;
use std::time::Duration;

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::toast::{Toast, named, title_in};
use crate::api::view::{TaskLists, TaskView};
use crate::api::{ApiError, tasks as door};
use crate::app::chat::follow::in_time;
use crate::app::components::confirm::Question;
use crate::app::text::Texts;
use crate::app::{browser, here};

/// A new task that belongs further down than here is shown at the top: so far down nobody would see it.
const IN_SIGHT: usize = 10;
/// Where the browser takes back what was typed, or where one thing is asked.
const HAS_ITS_OWN_UNDO: &str = "input:not([type=checkbox], [type=radio]), textarea, select, dialog";
/// The longest wait for the next try while the server cannot be reached, in seconds.
const PATIENCE: u64 = 30;

/// Gives the token by which a change is taken back; empty where it cannot be.
type Asked = Pin<Box<dyn Future<Output = Result<String, ApiError>>>>;

/// What a row can do.
#[derive(Clone, Copy)]
pub(super) struct Board {
    pub lists: RwSignal<TaskLists>,
    /// Whether the lists are what somebody has on the server, and not only what nobody could load.
    pub is_known: RwSignal<bool>,
    /// Why a change was not possible.
    pub error: RwSignal<Option<ApiError>>,
    /// Why the lists could not be loaded.
    pub unreachable: RwSignal<Option<ApiError>>,
    pub asked: RwSignal<Option<Question>>,
    /// The task that the reader means by "this".
    pub selected: RwSignal<Option<String>>,
    /// The tasks that were added here, the newest first.
    pub fresh: RwSignal<Vec<String>>,
    pub toast: Toast,
    pub told: Option<RwSignal<u32>>,
    pub texts: &'static Texts,
    /// Answers that were asked for before a change must not undo it.
    turn: StoredValue<u32>,
    /// Changes that are on their way; what is asked for after them shows everything.
    changing: StoredValue<u32>,
    /// How often in turn the lists could not be loaded.
    misses: StoredValue<u32>,
    is_loading_more: StoredValue<bool>,
}

impl Board {
    pub fn new(first: Result<TaskLists, ApiError>, told: Option<RwSignal<u32>>, toast: Toast) -> Self {
        Self {
            is_known: RwSignal::new(first.is_ok()),
            error: RwSignal::new(None),
            unreachable: RwSignal::new(first.as_ref().err().cloned()),
            lists: RwSignal::new(first.unwrap_or_default()),
            asked: RwSignal::new(None),
            selected: RwSignal::new(None),
            fresh: RwSignal::new(Vec::new()),
            toast,
            told,
            texts: here(),
            turn: StoredValue::new(0),
            changing: StoredValue::new(0),
            misses: StoredValue::new(0),
            is_loading_more: StoredValue::new(false),
        }
    }

    /// A page that was made without a connection looks again by itself.
    pub fn begin(self) {
        if self.unreachable.with_untracked(Option::is_some) {
            self.try_later();
        }
        let online = window_event_listener_untyped("online", move |_| {
            if self.unreachable.with_untracked(Option::is_some) {
                self.refresh();
            }
        });
        let key = window_event_listener(leptos::ev::keydown, move |event| {
            let is_wanted = (event.ctrl_key() || event.meta_key()) && !event.shift_key() && !event.alt_key() && event.code() == "KeyZ";
            if is_wanted && !event.default_prevented() && !browser::comes_from(&event, HAS_ITS_OWN_UNDO) {
                event.prevent_default();
                self.undo();
            }
        });
        on_cleanup(move || {
            online.remove();
            key.remove();
        });
    }

    fn next_turn(self) -> Option<u32> {
        self.turn.try_update_value(|turn| {
            *turn += 1;
            *turn
        })
    }

    pub fn refresh(self) {
        if self.changing.try_get_value() != Some(0) {
            return;
        }
        let turn = self.next_turn();
        spawn_local(async move { self.load(turn).await });
    }

    fn try_later(self) {
        let tries = self.misses.try_update_value(|misses| {
            *misses += 1;
            *misses
        });
        let turn = self.turn.try_get_value();
        let pause = (1 << tries.unwrap_or_default().min(5)).min(PATIENCE);
        set_timeout(
            move || {
                if turn.is_some() && self.turn.try_get_value() == turn {
                    self.refresh();
                }
            },
            Duration::from_secs(pause),
        );
    }

    async fn load(self, turn: Option<u32>) {
        let answer = self.load_all(turn).await;
        if turn.is_none() || self.turn.try_get_value() != turn {
            return;
        }
        match answer {
            Ok(lists) => {
                self.lists.set(lists);
                self.is_known.set(true);
                self.misses.set_value(0);
                // What went wrong without a connection is over with it.
                if self.unreachable.try_update(Option::take).flatten().is_some() {
                    self.error.set(None);
                }
            }
            Err(ApiError::SignedOut) => browser::go("/sign-in"),
            Err(error) => {
                let may_pass = matches!(error, ApiError::Network | ApiError::Unavailable);
                self.unreachable.set(Some(error));
                if may_pass {
                    self.try_later();
                }
            }
        }
    }

    /// As much of the lists as was there before.
    async fn load_all(self, turn: Option<u32>) -> Result<TaskLists, ApiError> {
        let named = self.fresh.try_get_untracked().unwrap_or_default();
        let shown = |lists: &TaskLists| (lists.pending.len(), lists.completed.len());
        let (pending, completed) = self.lists.try_with_untracked(shown).unwrap_or_default();
        let mut lists = in_time(door::load_tasks(None, named)).await?;
        while self.turn.try_get_value() == turn
            && let Some(after) =
                next(&lists.pending, pending, lists.pending_total).or_else(|| next(&lists.completed, completed, lists.completed_total))
        {
            match in_time(door::load_tasks(Some(after), Vec::new())).await {
                Ok(page) => {
                    if !extend(&mut lists, page) {
                        break;
                    }
                }
                // It is not where it was any more: there will be a hint of that.
                Err(ApiError::NotFound) => break,
                Err(error) => return Err(error),
            }
        }
        Ok(lists)
    }

    /// Shows more of a list.
    pub fn more(self, done: bool) {
        let last = self.lists.with_untracked(|lists| {
            let list = if done { &lists.completed } else { &lists.pending };
            list.last().map(|task| task.id.clone())
        });
        let (Some(last), Some(false)) = (last, self.is_loading_more.try_get_value()) else {
            return;
        };
        self.is_loading_more.set_value(true);
        let turn = self.turn.try_get_value();
        spawn_local(async move {
            let answer = in_time(door::load_tasks(Some(last), Vec::new())).await;
            let _ = self.is_loading_more.try_update_value(|is_loading| *is_loading = false);
            if self.turn.try_get_value() != turn {
                return;
            }
            match answer {
                Ok(page) => {
                    let _ = self.lists.try_update(|lists| extend(lists, page));
                }
                Err(ApiError::NotFound) => self.refresh(),
                Err(error) => drop(self.unreachable.try_set(Some(error))),
            }
        });
    }

    /// Asks for a change that is shown already, and then shows what the server made of it. One type for all changes, because each costs the
    /// browser. `said` tells of it; `beside` is the task that has the focus next, if what had it goes.
    pub fn ask(self, asked: Asked, said: Option<String>, beside: Option<String>) {
        let turn = self.next_turn();
        self.changing.update_value(|changing| *changing += 1);
        self.error.set(None);
        if let Some(said) = &said {
            self.toast.say(said.clone());
        }
        request_animation_frame(move || {
            if !browser::focus_is_lost() {
                return;
            }
            if let Some(id) = beside {
                browser::focus(&["#task-", &id, " .tick"].concat());
            }
            if browser::focus_is_lost() {
                browser::focus("#tasks-title");
            }
        });
        spawn_local(async move {
            match (in_time(asked).await, said) {
                (Ok(token), Some(said)) if !token.is_empty() => self.toast.offer(token, said),
                (Ok(_) | Err(ApiError::NotFound), _) => {}
                (Err(error), _) => {
                    self.toast.close();
                    let _ = self.error.try_set(Some(error));
                }
            }
            let _ = self.changing.try_update_value(|changing| *changing -= 1);
            if let Some(told) = self.told {
                let _ = told.try_update(|told| *told += 1);
            }
            self.load(turn).await;
        });
    }

    pub fn set_done(self, id: String, title: &str, done: bool) {
        let texts = self.texts;
        let beside = untrack(|| self.lists.with(|lists| beside(&self.order(lists), &lists.completed, &id)));
        self.lists.update(|lists| set_done(lists, &id, done));
        let said = if done { texts.was_done } else { texts.was_reopened };
        self.ask(
            Box::pin(door::set_task_done(id, done, String::new())),
            Some(named(said, title)),
            beside,
        );
    }

    pub fn delete(self, id: String, title: &str) {
        let beside = untrack(|| self.lists.with(|lists| beside(&self.order(lists), &lists.completed, &id)));
        self.lists.update(|lists| remove(lists, &id));
        let said = named(self.texts.was_deleted, title);
        self.ask(Box::pin(door::delete_task(id, String::new())), Some(said), beside);
    }

    /// Takes back what was done last on this page.
    pub fn undo(self) {
        let Some((token, said)) = self.toast.newest() else { return };
        self.toast.forget(&token);
        let undone = named(self.texts.was_undone, title_in(&said));
        let asked = async move {
            let answer = door::undo(token.clone(), String::new()).await;
            match &answer {
                Ok(()) => {}
                // It has changed since.
                Err(ApiError::NotFound) => {
                    self.toast.close();
                    let _ = self.error.try_set(Some(ApiError::NotFound));
                }
                Err(_) => self.toast.offer(token, said),
            }
            answer.map(|()| String::new())
        };
        self.ask(Box::pin(asked), Some(undone), None);
    }

    /// The tasks to do as they are shown.
    pub fn order(self, lists: &TaskLists) -> Vec<&TaskView> {
        order(lists, &self.fresh.get())
    }
}

/// What comes behind what is there of a list, as long as there were more before.
fn next(list: &[TaskView], before: usize, total: usize) -> Option<String> {
    let wants_more = list.len() < before.min(total);
    list.last().filter(|_| wants_more).map(|task| task.id.clone())
}

/// Takes over the next page of a list. Whether there was one.
fn extend(lists: &mut TaskLists, page: TaskLists) -> bool {
    let has_more = !page.pending.is_empty() || !page.completed.is_empty();
    for (list, more) in [(&mut lists.pending, page.pending), (&mut lists.completed, page.completed)] {
        for task in more {
            if list.iter().all(|known| known.id != task.id) {
                list.push(task);
            }
        }
    }
    (lists.pending_total, lists.completed_total) = (page.pending_total, page.completed_total);
    has_more
}

/// The tasks to do in the order in which they are shown: what was added here and belongs further down, or to a page that is not loaded, comes
/// first, as long as this page lives.
fn order<'l>(lists: &'l TaskLists, fresh: &[String]) -> Vec<&'l TaskView> {
    let below = lists.pending.iter().skip(IN_SIGHT).chain(&lists.named);
    let is_above = |task: &TaskView| lists.pending.iter().take(IN_SIGHT).any(|known| known.id == task.id);
    let find = |id: &String| below.clone().find(|task| task.id == *id && !is_above(task));
    let mut order: Vec<&TaskView> = fresh.iter().filter_map(find).collect();
    let first = order.len();
    for task in &lists.pending {
        if order[..first].iter().all(|known| known.id != task.id) {
            order.push(task);
        }
    }
    order
}

/// The task behind this one in its list, or before it where it is the last.
fn beside(pending: &[&TaskView], completed: &[TaskView], id: &str) -> Option<String> {
    let completed: Vec<&TaskView> = completed.iter().collect();
    [pending, &completed].into_iter().find_map(|list| {
        let at = list.iter().position(|task| task.id == id)?;
        let other = list.get(at + 1).or_else(|| list.get(at.checked_sub(1)?))?;
        Some(other.id.clone())
    })
}

/// Moves a task to the other list.
fn set_done(lists: &mut TaskLists, id: &str, done: bool) {
    let TaskLists {
        pending,
        completed,
        pending_total,
        completed_total,
        named,
    } = lists;
    let (from, to, less, more) = if done {
        (pending, completed, pending_total, completed_total)
    } else {
        (completed, pending, completed_total, pending_total)
    };
    let is_here = |task: &TaskView| task.id == id;
    let task = match from.iter().position(is_here) {
        Some(at) => Some(from.remove(at)),
        None => named.iter().find(|task| done && task.id == id).cloned(),
    };
    if done {
        named.retain(|task| task.id != id);
    }
    if let Some(mut task) = task {
        task.done = done;
        task.overdue = false;
        to.insert(0, task);
        *less = less.saturating_sub(1);
        *more += 1;
    }
}

/// Takes a task away.
pub(super) fn remove(lists: &mut TaskLists, id: &str) {
    let of = |list: &[TaskView]| list.iter().any(|task| task.id == id);
    if of(&lists.pending) || of(&lists.named) {
        lists.pending_total = lists.pending_total.saturating_sub(1);
    } else if of(&lists.completed) {
        lists.completed_total = lists.completed_total.saturating_sub(1);
    }
    for list in [&mut lists.pending, &mut lists.completed, &mut lists.named] {
        list.retain(|task| task.id != id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn task(id: &str, done: bool) -> TaskView {
        TaskView {
            id: id.into(),
            title: id.into(),
            notes: String::new(),
            done,
            priority: 4,
            due: String::new(),
            due_iso: String::new(),
            repeat: String::new(),
            overdue: !done,
        }
    }
    fn ids(list: &[TaskView]) -> Vec<&str> {
        list.iter().map(|task| task.id.as_str()).collect()
    }
    fn lists() -> TaskLists {
        TaskLists {
            pending: vec![task("a", false), task("b", false)],
            completed: vec![task("c", true)],
            pending_total: 300,
            completed_total: 1,
            named: vec![task("z", false)],
        }
    }

    #[test]
    fn a_task_moves_between_the_lists_and_the_counts_follow() {
        let mut lists = lists();
        set_done(&mut lists, "b", true);
        set_done(&mut lists, "b", true);
        assert_eq!(ids(&lists.completed), ["b", "c"]);
        assert_eq!((lists.pending_total, lists.completed_total), (299, 2));
        assert!(lists.completed.iter().all(|task| task.done && !task.overdue));
        set_done(&mut lists, "c", false);
        assert_eq!(ids(&lists.pending), ["c", "a"]);
        remove(&mut lists, "a");
        remove(&mut lists, "nobody");
        assert_eq!((lists.pending.len(), lists.completed.len()), (1, 1));
        assert_eq!((lists.pending_total, lists.completed_total), (299, 1));
        set_done(&mut lists, "z", true);
        assert_eq!((ids(&lists.completed), lists.named.len()), (vec!["z", "b"], 0));
        assert_eq!((lists.pending_total, lists.completed_total), (298, 2));
    }

    #[test]
    fn pages_are_put_behind_one_another() {
        let mut all = lists();
        let mut page = TaskLists {
            pending: vec![task("b", false), task("d", false)],
            pending_total: 301,
            completed_total: 1,
            ..TaskLists::default()
        };
        assert!(extend(&mut all, page.clone()));
        assert_eq!((ids(&all.pending), all.pending_total), (vec!["a", "b", "d"], 301));
        page.pending.clear();
        assert!(!extend(&mut all, page));
        assert_eq!(next(&all.pending, 400, 301).as_deref(), Some("d"));
        assert_eq!(next(&all.pending, 3, 301), None, "no more were there before");
        assert_eq!(next(&all.pending, 400, 3), None, "there are no more");
    }

    #[test]
    fn what_was_added_here_is_seen() {
        let mut lists = lists();
        lists.pending = (0..20).map(|n| task(&format!("t{n}"), false)).collect();
        let order = |lists: &TaskLists, fresh: &[&str]| {
            let fresh: Vec<String> = fresh.iter().map(|id| (*id).to_owned()).collect();
            order(lists, &fresh).iter().map(|task| task.id.clone()).collect::<Vec<_>>()
        };
        assert_eq!(order(&lists, &[])[..2], ["t0", "t1"]);
        assert_eq!(order(&lists, &["t15", "z", "t3"])[..4], ["t15", "z", "t0", "t1"]);
        assert_eq!(order(&lists, &["t15", "z", "t3"]).len(), 21);
        let shown: Vec<&TaskView> = lists.pending.iter().collect();
        assert_eq!(beside(&shown, &lists.completed, "t3").as_deref(), Some("t4"));
        assert_eq!(beside(&shown, &lists.completed, "t19").as_deref(), Some("t18"));
        assert_eq!(beside(&shown, &lists.completed, "c"), None);
    }
}
