//! What a call of a tool would do to tasks, before it does it: weighed, and told to the person where it needs their consent.

use serde::{Deserialize, Serialize};

use super::{
    scope::{Scope, Scopes},
    task::Priority,
};

/// What becomes of tasks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Deed {
    /// They are made.
    Add,
    /// They are marked as done.
    Complete,
    /// They are changed in these fields.
    Change(Vec<FieldChange>),
    /// They go to the trash.
    Delete,
    /// An earlier change of theirs is taken back.
    Restore,
    /// They go, because what made them is taken back.
    Unmake,
}

impl Deed {
    /// Whether tasks go by it.
    pub fn removes(&self) -> bool {
        matches!(self, Self::Delete | Self::Unmake)
    }

    /// How far a token must go for it.
    fn scope(&self) -> Scope {
        if self.removes() { Scope::Delete } else { Scope::Write }
    }
}

/// A field that is to be different.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FieldChange {
    /// Another title.
    Title(String),
    /// Other notes; `false` where they are emptied.
    Notes(bool),
    /// Another due date, in the caller's words; none where it is taken away.
    Due(Option<String>),
    /// Another priority.
    Priority(Priority),
    /// Another recurrence, in the caller's words; none where it is stopped.
    Repeat(Option<String>),
    /// To do again.
    Reopen,
}

/// A deed and the tasks that it is done to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedDeed {
    /// What is done.
    pub deed: Deed,
    /// To which tasks, by their titles.
    pub titles: Vec<String>,
}

/// How many tasks are made, changed and deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Weight {
    /// New tasks.
    pub adds: usize,
    /// Tasks that are completed, changed or deleted.
    pub changes: usize,
    /// Tasks that are deleted.
    pub deletes: usize,
}

/// The most that is done in answer to one message without asking by a form. A deletion goes to the trash, and can be taken back.
pub const UNASKED: Weight = Weight {
    adds: 25,
    changes: 5,
    deletes: 1,
};

impl Weight {
    /// So many tasks made.
    pub fn added(count: usize) -> Self {
        Self {
            adds: count,
            ..Self::default()
        }
    }

    /// So many tasks completed or changed.
    pub fn changed(count: usize) -> Self {
        Self {
            changes: count,
            ..Self::default()
        }
    }

    /// So many tasks deleted, which is a change, too.
    pub fn deleted(count: usize) -> Self {
        Self {
            deletes: count,
            ..Self::changed(count)
        }
    }

    /// Whether none of the three is more than in `limit`.
    pub fn is_within(self, limit: Self) -> bool {
        self.adds <= limit.adds && self.changes <= limit.changes && self.deletes <= limit.deletes
    }
}

impl std::ops::Add for Weight {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            adds: self.adds + other.adds,
            changes: self.changes + other.changes,
            deletes: self.deletes + other.deletes,
        }
    }
}

impl PlannedDeed {
    /// How much it weighs.
    pub fn weight(&self) -> Weight {
        let count = self.titles.len();
        match self.deed {
            Deed::Add => Weight::added(count),
            _ if self.deed.removes() => Weight::deleted(count),
            _ => Weight::changed(count),
        }
    }
}

/// What a person does in a row of a list of tasks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum RowDeed {
    /// It is marked as done.
    Complete,
    /// It is to do again.
    Reopen,
    /// It gets another date, or none.
    Move,
    /// It goes to the trash.
    Delete,
    /// It comes out of the trash.
    Restore,
}

/// What was done in a row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowDone {
    /// What.
    pub deed: RowDeed,
    /// To the task of this title.
    pub title: String,
    /// The token by which it can be taken back, if something was changed; where a task was restored, the one that was used up by that.
    pub token: Option<String>,
}

/// What these scopes lack for deeds. A deed that is done to no task needs nothing.
pub fn lacking(scopes: Scopes, deeds: &[PlannedDeed]) -> Option<Scope> {
    let done = deeds.iter().filter(|planned| !planned.titles.is_empty());
    done.map(|planned| planned.deed.scope()).find(|scope| !scopes.allow(*scope))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_takes_tasks_away_needs_the_scope_and_has_the_weight_of_a_deletion() {
        let planned = |deed, count| PlannedDeed {
            deed,
            titles: vec!["Milk".into(); count],
        };
        let some = Scopes::of(["read", "write"]);
        let back = [planned(Deed::Restore, 2), planned(Deed::Unmake, 1)];
        assert_eq!(lacking(some, &back), Some(Scope::Delete));
        assert_eq!(lacking(Scopes::ALL, &back), None);
        assert_eq!(lacking(some, &[planned(Deed::Restore, 2), planned(Deed::Unmake, 0)]), None);
        assert_eq!(lacking(Scopes::of(["delete"]), &back), Some(Scope::Write));
        assert_eq!(
            back.map(|planned| planned.weight()),
            [
                Weight::changed(2),
                Weight {
                    adds: 0,
                    changes: 1,
                    deletes: 1
                }
            ]
        );
    }
}
