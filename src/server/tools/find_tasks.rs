//! `find_tasks`.

use async_trait::async_trait;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Kind, Scope, Tool, ToolContext, ToolError, task_json::TaskJson};
use crate::{
    domain::{
        language,
        task::{Task, TaskStatus},
        text,
    },
    server::store::{
        StoreError,
        tasks::{self, TaskFilter},
    },
};

/// So many tasks are looked at: the pending ones first, then the newest of the completed ones.
const LOOKED_AT: i64 = 2000;
/// So many are given; more than that is no answer to "which one?".
const GIVEN: usize = 10;
/// So many are given where every one is wanted: as many as a list in the chat has.
const EVERY: usize = 50;
/// The longest description of a task, in characters.
const WORDS_MAX: usize = 500;
/// So many of its words are compared with those of the titles.
const COMPARED: usize = 20;

pub(super) struct FindTasks;

/// Arguments of `find_tasks`.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Args {
    /// What the person calls the task, in their words: "the milk thing", "bijli ka bill", "دودھ".
    words: String,
    /// Whether completed tasks are looked at too; only pending ones if absent.
    #[serde(default)]
    include_completed: Option<bool>,
    /// Whether to give every task that has all of the words, in title or notes, not only those that fit best.
    #[serde(default)]
    every: Option<bool>,
}

/// What `find_tasks` gives.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Output {
    /// The tasks that fit best. One: that is it. Several: ask the person which. None: nothing fits.
    tasks: Vec<TaskJson>,
}

#[async_trait]
impl Tool for FindTasks {
    const NAME: &'static str = "find_tasks";
    const DESCRIPTION: &'static str = "Finds the task that a person means by what they call it, whatever spelling, inflection or script (English, Roman \
        Urdu, Urdu). Gives the best fits, at most 10; several that fit equally well mean that the person should be asked. With every: all tasks \
         that have the words (at most 50), to answer \"find ...\".";
    const KIND: Kind = Kind::Reads;
    const TITLE: &'static str = "Find a task by its words";
    const REACH: Scope = Scope::Read;
    type Args = Args;
    type Output = Output;

    async fn run(&self, context: &mut ToolContext<'_>, args: Args) -> Result<Output, ToolError> {
        let words = text::line(&args.words, WORDS_MAX).map_err(|_| {
            ToolError::TellModel(format!(
                "`words` must have 1 to {WORDS_MAX} characters: a few words of the task's title."
            ))
        })?;
        let filter = TaskFilter {
            status: (!args.include_completed.unwrap_or(false)).then_some(TaskStatus::Pending),
            limit: LOOKED_AT,
            ..TaskFilter::default()
        };
        let all = tasks::list(context.connection, context.user, &filter).await?;
        Ok(Output {
            tasks: fitting(words, all, args.every.unwrap_or(false)).await?,
        })
    }
}

/// The tasks that fit best.
///
/// Every word of the description is compared with every word of every title, up to 60 of each, and words of some length letter by letter: for
/// 2000 tasks that is millions of comparisons of a hundred steps or so. [`COMPARED`] takes two thirds of the worst case away, and what is left
/// is no work for a thread that serves requests. To go to another thread costs less than to read one task, so it is always done.
async fn fitting(words: String, all: Vec<Task>, every: bool) -> Result<Vec<TaskJson>, ToolError> {
    let found = tokio::task::spawn_blocking(move || if every { all_with(&words, &all) } else { best(&words, &all) }).await;
    found.map_err(|error| ToolError::Stop(StoreError::Other(error.into())))
}

/// All tasks that have these words, in title or notes.
fn all_with(words: &str, all: &[Task]) -> Vec<TaskJson> {
    let titles: Vec<&str> = all.iter().map(|task| task.title.as_str()).collect();
    let by_title = language::find_all(beginning(words), &titles);
    let wanted = words.to_lowercase();
    let has = |text: &str| text.to_lowercase().contains(&wanted);
    let fits = |(at, task): &(usize, &Task)| by_title.contains(at) || has(&task.title) || task.notes.as_deref().is_some_and(has);
    let found = all.iter().enumerate().filter(fits);
    found.take(EVERY).map(|(_, task)| TaskJson::from(task)).collect()
}

fn best(words: &str, all: &[Task]) -> Vec<TaskJson> {
    let titles: Vec<&str> = all.iter().map(|task| task.title.as_str()).collect();
    let mut found: Vec<&Task> = language::find_matches(beginning(words), &titles)
        .into_iter()
        .map(|at| &all[at])
        .collect();
    if found.is_empty() {
        // A part of a word, or a word of the notes.
        let wanted = words.to_lowercase();
        let has = |text: &str| text.to_lowercase().contains(&wanted);
        found.extend(all.iter().filter(|task| has(&task.title) || task.notes.as_deref().is_some_and(has)));
    }
    found.into_iter().take(GIVEN).map(TaskJson::from).collect()
}

/// The first [`COMPARED`] words of a text, whatever stands between them.
fn beginning(text: &str) -> &str {
    let (mut words, mut is_within) = (0, false);
    for (at, c) in text.char_indices() {
        if c.is_alphanumeric() && !is_within {
            words += 1;
            if words > COMPARED {
                return &text[..at];
            }
        }
        is_within = c.is_alphanumeric();
    }
    text
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;
    use crate::domain::id::TaskId;

    fn task(title: String) -> Task {
        Task {
            id: TaskId(uuid::Uuid::from_u128(1)),
            title,
            notes: None,
            status: TaskStatus::Pending,
            priority: Default::default(),
            due: None,
            repeat: None,
            zone: None,
            created_at: DateTime::UNIX_EPOCH,
            updated_at: DateTime::UNIX_EPOCH,
            completed_at: None,
            trashed_at: None,
        }
    }

    /// So many words that are all unlike each other.
    fn many(count: u32, of: char) -> String {
        let letters = |n: u32| (0..6).map(move |at| char::from(b'b' + u8::try_from(n >> at & 1).unwrap_or(0) * 9));
        let word = |n: u32| letters(n).chain([of, 'k', of]).collect::<String>();
        (0..count).map(word).collect::<Vec<_>>().join("-")
    }

    #[test]
    fn a_long_description_is_compared_by_its_first_words() {
        assert_eq!(beginning("the milk thing"), "the milk thing");
        assert_eq!(beginning(""), "");
        let twenty = "دودھ ".repeat(20);
        assert_eq!(beginning(&twenty), twenty);
        assert_eq!(beginning(&format!("({twenty}) اور")), format!("({twenty}) "));

        let wanted = many(20, 'a');
        let all = [task(wanted.clone()), task("Buy milk".into())];
        let found = best(&format!("{wanted}, {}", many(30, 'o')), &all);
        assert_eq!(found.iter().map(|task| &task.title).collect::<Vec<_>>(), [&wanted]);
    }

    #[test]
    fn every_task_with_the_words_is_given() {
        let noted = Task {
            notes: Some("Milk, eggs".into()),
            ..task("Shopping".into())
        };
        let all = [
            task("doodh lena".into()),
            task("buy milk, eggs and bread".into()),
            task("Call the bank".into()),
            noted,
        ];
        let titles = |words: &str| all_with(words, &all).into_iter().map(|task| task.title).collect::<Vec<_>>();
        assert_eq!(titles("milk"), ["doodh lena", "buy milk, eggs and bread", "Shopping"]);
        assert_eq!(titles("دودھ"), ["doodh lena", "buy milk, eggs and bread"]);
        assert!(titles("plumber").is_empty());
    }

    #[tokio::test]
    async fn others_are_served_meanwhile() {
        let all = (0..20).map(|_| task(many(60, 'a'))).collect();
        let mut turns = 0;
        let others = async {
            loop {
                turns += 1;
                tokio::task::yield_now().await;
            }
        };
        tokio::select! {
            biased;
            found = fitting(many(50, 'o'), all, false) => assert!(found.is_ok()),
            () = others => {}
        }
        assert!(turns > 0, "the matching held the thread");
    }
}
