//! What pages are first drawn with: the server puts it into the HTML, and the browser reads it from there.

use std::fmt;
use std::pin::Pin;
use std::str::FromStr;

use leptos::prelude::*;
use leptos::server::codee::string::FromToStringCodec as FromToString;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::api::ApiError;
use crate::api::view::{RatingView, SignUpMode, TaskLists, ThreadPage, ThreadView, TokensView, WidgetExample};

/// What one part of a page starts with. One type for all, because each type of resource is another 20 KB for the browser to load.
#[derive(Clone, Serialize, Deserialize)]
pub(super) enum First {
    Threads(Result<ThreadPage, ApiError>),
    /// `None` is the start screen.
    Thread(Result<Option<ThreadView>, ApiError>),
    Tasks(Result<TaskLists, ApiError>),
    SignUp(Result<SignUpMode, ApiError>),
    Tokens(Result<TokensView, ApiError>),
    Ratings(Result<Vec<RatingView>, ApiError>),
    Widgets(Result<Vec<WidgetExample>, ApiError>),
}

type Loading = Pin<Box<dyn Future<Output = Json<First>> + Send>>;

/// Waits on the server until it is there; loads it in the browser where the HTML does not have it.
pub(super) fn first<Work>(load: impl Fn() -> Work + Send + Sync + 'static) -> Resource<Json<First>, FromToString>
where
    Work: Future<Output = First> + Send + 'static,
{
    fn resource(load: Box<dyn Fn(()) -> Loading + Send + Sync>) -> Resource<Json<First>, FromToString> {
        Resource::new_str_blocking(|| (), load)
    }
    resource(Box::new(move |()| {
        let work = load();
        Box::pin(async move { Json(work.await) })
    }))
}

/// A value that travels in the HTML as JSON. Read from bytes, as the answers of the server are: one JSON reader instead of two.
#[derive(Clone)]
pub(super) struct Json<T>(pub T);

impl<T: Serialize> fmt::Display for Json<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&serde_json::to_string(&self.0).map_err(|_| fmt::Error)?)
    }
}

impl<T: DeserializeOwned> FromStr for Json<T> {
    type Err = serde_json::Error;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        serde_json::from_slice(text.as_bytes()).map(Self)
    }
}
