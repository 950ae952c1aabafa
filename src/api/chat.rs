//! Threads and messages.
#![expect(
    missing_docs,
    reason = "the server macro makes a struct of the arguments, whose fields cannot carry docs"
)]

use std::collections::BTreeMap;

use leptos::prelude::*;
use leptos::server_fn::codec::Json;

use super::ApiError;
use super::message::Outgoing;
use super::sse::{Events, Sse};
use super::view::{Act, ActedView, PageContext, RatingView, ThreadPage, ThreadView};

/// The person's threads, newest first.
#[server(endpoint = "chat/threads", input = Json)]
pub async fn threads(after: Option<String>) -> Result<ThreadPage, ApiError> {
    crate::server::page::chat::threads(after).await
}

/// A thread with its newest items, or, with `before`, those older than that item.
#[server(endpoint = "chat/thread", input = Json)]
pub async fn thread(id: String, before: Option<String>) -> Result<ThreadView, ApiError> {
    crate::server::page::chat::thread(id, before).await
}

/// Sends a message, in a new thread if `thread` is `None`, and streams what happens. `key` names this message: sent twice, it is
/// stored once.
#[server(name = SendMessage, endpoint = "chat/send", input = Json, output = Sse)]
pub async fn send(thread: Option<String>, message: Outgoing, key: String) -> Result<Events, ApiError> {
    crate::server::page::chat::send(thread, message, key).await
}

/// Answers a message of a thread anew, the last one if `item` is `None`, and takes away all that came after it.
#[server(endpoint = "chat/retry", input = Json, output = Sse)]
pub async fn retry(thread: String, item: Option<String>) -> Result<Events, ApiError> {
    crate::server::page::acts::retry(thread, item).await
}

/// Answers a form by the ids of its questions, or leaves it with `skip`, and streams what follows.
#[server(endpoint = "chat/form", input = Json, output = Sse)]
pub async fn form(thread: String, item: String, answers: BTreeMap<String, Vec<String>>, skip: bool) -> Result<Events, ApiError> {
    crate::server::page::acts::form(thread, item, answers, skip).await
}

/// The plain form of [`form`], for browsers without JavaScript: waits for the answer, then goes to the thread.
#[server(endpoint = "chat/answer-form")]
pub async fn answer_form(
    thread: String,
    item: String,
    #[server(default)] answers: BTreeMap<String, BTreeMap<String, String>>,
    #[server(default)] skip: bool,
) -> Result<(), ApiError> {
    crate::server::page::acts::answer_form(thread, item, answers, skip).await
}

/// Answers the call of one of the page's tools in which a thread ends, and streams what follows. Nothing where the page has no such tool.
#[server(endpoint = "chat/tool-output", input = Json, output = Sse)]
pub async fn tool_output(thread: String, output: Option<PageContext>) -> Result<Events, ApiError> {
    crate::server::page::acts::tool_output(thread, output).await
}

/// Does what an action of a widget says, and streams what follows.
#[server(endpoint = "chat/action", input = Json, output = Sse)]
pub async fn action(thread: String, act: Act) -> Result<Events, ApiError> {
    crate::server::page::acts::action(thread, act).await
}

/// Does what an action of a widget says, at once.
#[server(endpoint = "chat/sync-action", input = Json)]
pub async fn sync_action(thread: String, act: Act) -> Result<ActedView, ApiError> {
    crate::server::page::acts::sync_action(thread, act).await
}

/// Keeps what the person thinks of an answer: good, bad, or nothing any more.
#[server(endpoint = "chat/rate", input = Json)]
pub async fn rate(thread: String, item: String, rating: Option<bool>) -> Result<(), ApiError> {
    crate::server::page::acts::rate(thread, item, rating).await
}

/// The newest of what the person thinks of answers.
#[server(endpoint = "chat/ratings", input = Json)]
pub async fn ratings() -> Result<Vec<RatingView>, ApiError> {
    crate::server::page::acts::ratings().await
}

/// Puts a thread away, or takes it out again. One that is locked stays so.
#[server(endpoint = "chat/archive")]
pub async fn archive(id: String, archived: bool) -> Result<(), ApiError> {
    crate::server::page::acts::archive(id, archived).await
}

/// Stops the answer that is being written; what is there of it stays.
#[server(endpoint = "chat/stop", input = Json)]
pub async fn stop(thread: String) -> Result<(), ApiError> {
    crate::server::page::chat::stop(thread).await
}

/// The plain form of [`send`], for browsers without JavaScript: waits for the answer, then goes to the thread.
/// An empty `thread` makes a new one.
#[server(endpoint = "chat/send-form")]
pub async fn send_form(#[server(default)] thread: String, text: String) -> Result<(), ApiError> {
    crate::server::page::chat::send_form(thread, text).await
}

/// Gives a thread another title (1 to 200 characters).
#[server(endpoint = "chat/rename")]
pub async fn rename_thread(id: String, title: String) -> Result<(), ApiError> {
    crate::server::page::chat::rename(id, title).await
}

/// Deletes a thread with everything in it. Tasks stay.
#[server(endpoint = "chat/delete")]
pub async fn delete_thread(id: String) -> Result<(), ApiError> {
    crate::server::page::chat::delete(id).await
}
