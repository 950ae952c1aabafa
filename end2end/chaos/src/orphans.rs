//! Answers whose server went while it wrote them, until a client hears the next word of them: how long taking over takes.
//!
//! Whoever goes on with an answer says so in its log before it writes a word, and a client hears the log in order. So the first word behind
//! that is the first that the other server wrote, whatever the one that went had stored and nobody had heard yet.

use std::{
    cell::{Cell, RefCell},
    collections::HashMap,
    time::{Duration, Instant},
};

/// How the server went.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Way {
    Killed,
    Hung,
    Stopped,
}

impl Way {
    pub const ALL: [Self; 3] = [Self::Killed, Self::Hung, Self::Stopped];
}

/// What something that a client hears says of an answer.
pub enum News<'a> {
    Progress(&'a str),
    Word,
    Other,
}

/// How a server says, in English, that it goes on with an answer of another one.
const GOING_ON: &str = "The server was restarted; going on";

struct Orphan {
    way: Way,
    since: Instant,
    /// The other server has said that it goes on.
    is_taken: bool,
}

#[derive(Default)]
pub struct Orphans {
    /// By their threads, each of which has one answer at a time.
    waiting: RefCell<HashMap<String, Orphan>>,
    /// Those that were gone on with: how their server went, and the time from then to the first word of the other one.
    pub taken: RefCell<Vec<(Way, Duration)>>,
    /// Those of which that was not heard: they had just ended, were given up, or lost their next server before it said a word.
    pub not_heard: Cell<usize>,
}

impl Orphans {
    /// The server that wrote the answer in this thread is gone.
    pub fn lost(&self, thread: String, way: Way, since: Instant) {
        let orphan = Orphan {
            way,
            since,
            is_taken: false,
        };
        if self.waiting.borrow_mut().insert(thread, orphan).is_some() {
            self.not_heard.set(self.not_heard.get() + 1);
        }
    }

    /// A client hears something that it had not heard before.
    pub fn hear(&self, thread: Option<&str>, news: &News<'_>) {
        let Some(thread) = thread else { return };
        let mut waiting = self.waiting.borrow_mut();
        let Some(orphan) = waiting.get_mut(thread) else { return };
        match news {
            News::Progress(text) if text.starts_with(GOING_ON) => orphan.is_taken = true,
            News::Word if orphan.is_taken => {
                self.taken.borrow_mut().push((orphan.way, orphan.since.elapsed()));
                waiting.remove(thread);
            }
            _ => {}
        }
    }

    /// A client hears no more of the answer in this thread.
    pub fn over(&self, thread: Option<&str>) {
        if thread.is_some_and(|thread| self.waiting.borrow_mut().remove(thread).is_some()) {
            self.not_heard.set(self.not_heard.get() + 1);
        }
    }

    pub fn waits(&self, thread: Option<&str>) -> bool {
        thread.is_some_and(|thread| self.waiting.borrow().contains_key(thread))
    }

    pub fn count(&self) -> usize {
        self.waiting.borrow().len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const THREAD: Option<&str> = Some("thr_1");
    const TAKEN: News<'_> = News::Progress("The server was restarted; going on with the answer …");

    fn one() -> Orphans {
        let orphans = Orphans::default();
        orphans.lost("thr_1".into(), Way::Killed, Instant::now());
        orphans
    }

    #[test]
    fn what_the_one_that_went_had_stored_is_no_word_of_the_other_one() {
        let orphans = one();
        orphans.hear(THREAD, &News::Word);
        orphans.hear(THREAD, &News::Progress("The model is busy."));
        orphans.hear(THREAD, &News::Word);
        assert!(orphans.waits(THREAD) && orphans.taken.borrow().is_empty());
        orphans.hear(Some("thr_2"), &TAKEN);
        orphans.hear(THREAD, &TAKEN);
        orphans.hear(THREAD, &News::Other);
        assert!(orphans.waits(THREAD), "saying so is no word");
        orphans.hear(THREAD, &News::Word);
        orphans.hear(THREAD, &News::Word);
        assert!(!orphans.waits(THREAD));
        assert_eq!(
            orphans.taken.borrow().iter().map(|(way, _)| *way).collect::<Vec<_>>(),
            [Way::Killed]
        );
        assert_eq!(orphans.not_heard.get(), 0);
    }

    #[test]
    fn one_that_ends_or_is_lost_again_is_not_measured() {
        let orphans = one();
        orphans.over(THREAD);
        assert_eq!((orphans.count(), orphans.not_heard.get()), (0, 1));
        orphans.over(THREAD);
        assert_eq!(orphans.not_heard.get(), 1, "once");

        let orphans = one();
        orphans.hear(THREAD, &TAKEN);
        orphans.lost("thr_1".into(), Way::Hung, Instant::now());
        orphans.hear(THREAD, &News::Word);
        assert_eq!((orphans.count(), orphans.not_heard.get(), orphans.taken.borrow().len()), (1, 1, 0));
        orphans.hear(THREAD, &TAKEN);
        orphans.hear(THREAD, &News::Word);
        assert_eq!(orphans.taken.borrow()[0].0, Way::Hung);
    }
}
