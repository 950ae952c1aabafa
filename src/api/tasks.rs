//! The task panel.
#![expect(
    missing_docs,
    reason = "the server macro makes a struct of the arguments, whose fields cannot carry docs"
)]

use leptos::prelude::*;
use leptos::server_fn::codec::Json;

use super::ApiError;
use super::view::{LineView, TaskLists};

/// The person's tasks: the beginning of both lists, or what is behind a task in the list that it is in. `named` are wanted wherever they
/// stand.
#[server(endpoint = "tasks/lists", input = Json)]
pub async fn load_tasks(#[server(default)] after: Option<String>, #[server(default)] named: Vec<String>) -> Result<TaskLists, ApiError> {
    crate::server::page::tasks::lists(after, named).await
}

/// Tasks whose titles are begun by these words; no words find all. At most 20.
#[server(endpoint = "tasks/search", input = Json)]
pub async fn search_tasks(words: String) -> Result<TaskLists, ApiError> {
    crate::server::page::tasks::search(words).await
}

/// Completes a task, or opens it again. Works as a plain form, too; `back` is the path to go to then.
/// Gives the token for [`undo`], empty where nothing was changed.
#[server(endpoint = "tasks/set-done")]
pub async fn set_task_done(id: String, done: bool, #[server(default)] back: String) -> Result<String, ApiError> {
    crate::server::page::tasks::set_done(id, done, back).await
}

/// Adds the task that a text describes, and gives its id, a sentence that says what was made, and the token for [`undo`]. Sent again with the
/// same key it adds nothing. Works as a plain form, too, as above. `literal` are the bytes that are title whatever they mean: "4-12,20-25".
#[server(endpoint = "tasks/add")]
pub async fn add_task(
    text: String,
    #[server(default)] key: String,
    #[server(default)] literal: String,
    #[server(default)] back: String,
) -> Result<(String, String, String), ApiError> {
    crate::server::page::new_tasks::add(text, key, literal, back).await
}

/// Adds a task a line, and gives the same of all of them.
#[server(endpoint = "tasks/add-lines", input = Json)]
pub async fn add_tasks(lines: Vec<String>, key: String) -> Result<(Vec<String>, String, String), ApiError> {
    crate::server::page::new_tasks::add_lines(lines, key).await
}

/// What would become of a text in the line for new tasks. Changes nothing.
#[server(endpoint = "tasks/preview", input = Json)]
pub async fn preview(text: String, #[server(default)] literal: String) -> Result<LineView, ApiError> {
    crate::server::page::new_tasks::preview(text, literal).await
}

/// Takes a change back. Works as a plain form, too, as above.
#[server(endpoint = "tasks/undo")]
pub async fn undo(token: String, #[server(default)] back: String) -> Result<(), ApiError> {
    crate::server::page::tasks::undo(token, back).await
}

/// Puts a task into the trash, and gives the token for [`undo`].
#[server(endpoint = "tasks/delete")]
pub async fn delete_task(id: String, #[server(default)] back: String) -> Result<String, ApiError> {
    crate::server::page::tasks::delete(id, back).await
}
