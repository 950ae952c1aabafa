//! `GET /api/changes`: hints of what has changed of a person's, for all the pages of one browser together. Plain server-sent events, because
//! every browser reads and reconnects those by itself; a word a frame, see [`Hint`].

use std::{convert::Infallible, time::Duration};

use axum::{
    extract::State,
    response::{IntoResponse, Response, Sse, sse::Event},
};
use http::{HeaderValue, header, request::Parts};
use tokio::{
    sync::broadcast::error::RecvError,
    time::{Instant, timeout_at},
};

use super::chat::HEARTBEAT;
use crate::server::{auth::current_user, error::AppError, state::AppState, store::changes::Hint};

/// Streams a person may have at once: one a browser, and some that the server does not yet know to be gone.
const STREAMS: usize = 20;
/// How long a stream lasts: its session may have ended meanwhile, which the next one finds out.
const LIFE: Duration = Duration::from_secs(15 * 60);
/// A sign of life. A frame and not a comment, because a page does not see comments.
const ALIVE: &str = "alive";

/// Streams the hints, beginning with [`Hint::All`]: what changed before is not known here.
///
/// # Errors
/// [`AppError::Unauthorized`], and [`AppError::TooMany`] for more than [`STREAMS`] at once.
pub async fn stream(State(state): State<AppState>, parts: Parts) -> Result<Response, AppError> {
    let user = current_user::by_session(&parts, &state).await?.ok_or(AppError::Unauthorized)?;
    let mut hints = state
        .store
        .listen_for_changes(user.id, STREAMS)
        .ok_or(AppError::TooMany { retry_after: 60 })?;
    let end = Instant::now() + LIFE;
    let frame = |word: &str| Ok::<_, Infallible>(Event::default().data(word));
    let frames = async_stream::stream! {
        yield frame(&Hint::All.to_string()).map(|event| event.retry(Duration::from_secs(1)));
        while Instant::now() < end {
            let beat = Instant::now() + HEARTBEAT;
            let heard = tokio::select! {
                () = state.runs.stopped() => return,
                heard = timeout_at(beat, hints.recv()) => heard,
            };
            match heard {
                Err(_) => yield frame(ALIVE),
                Ok(Ok(hint)) => yield frame(&hint.to_string()),
                Ok(Err(RecvError::Lagged(_))) => yield frame(&Hint::All.to_string()),
                Ok(Err(RecvError::Closed)) => return,
            }
        }
    };
    let mut response = Sse::new(frames).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert("x-accel-buffering", HeaderValue::from_static("no"));
    Ok(response)
}
