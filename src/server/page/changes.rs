//! Body of [`crate::api::changes`]: hints of what has changed of a person's, and the answers that their pages follow, for all the pages of one
//! browser together.

use std::{collections::HashSet, time::Duration};

use futures::{StreamExt, stream::SelectAll};
use tokio::{
    sync::broadcast::error::RecvError,
    time::{Instant, timeout_at},
};
use tower_sessions::Session;

use super::{
    caller,
    chat::{self, HEARTBEAT},
    here, refuse,
};
use crate::{
    api::{
        ApiError,
        changes::Following,
        sse::{Event, Events, Frame},
    },
    server::{auth::session, store::changes::Hint},
};

/// Streams a person may have at once: one a browser, and some that the server does not yet know to be gone.
const STREAMS: usize = 20;
/// Answers that are followed by one stream: those of a browser's tabs.
const FOLLOWED: usize = 20;
/// How long a stream lasts; the next one begins with everything anew.
const LIFE: Duration = Duration::from_secs(15 * 60);
/// How often a stream looks whether its session is still there, where nobody says that it has ended.
const LOOK_EVERY: Duration = Duration::from_secs(10);

pub async fn changes(follow: Vec<Following>) -> Result<Events, ApiError> {
    let caller = caller().await?;
    let mut named = HashSet::new();
    if follow.len() > FOLLOWED || !follow.iter().all(|following| named.insert(&following.thread)) {
        return Err(refuse(ApiError::Invalid));
    }
    let (state, user) = (caller.state.clone(), caller.user.id);
    let session = here().map_err(refuse)?.1.extensions.get::<Session>().cloned();
    let session = session.ok_or_else(|| refuse(ApiError::SignedOut))?;
    let listening = state.store.listen_for_changes(user, STREAMS);
    let mut listening = listening.ok_or_else(|| refuse(ApiError::TooMany(60)))?;
    let mut answers = SelectAll::new();
    for Following { thread, after } in follow {
        let answer = chat::follow(&caller, &thread, after.as_deref()).await;
        let answer = answer.unwrap_or_else(|error| Events::of(futures::stream::once(async { Err(error) })));
        answers.push(answer.of_thread(thread).boxed());
    }
    super::stream_headers();
    let hint = |hint: Hint, place: Option<String>| Event {
        id: place,
        data: hint.to_string(),
        ..Event::default()
    };
    let end = Instant::now() + LIFE;
    Ok(Events::new(async_stream::stream! {
        yield hint(Hint::All, Some(state.store.place_of_hint(listening.last)));
        let mut looked = Instant::now();
        while Instant::now() < end {
            let beat = Instant::now() + HEARTBEAT;
            let (event, may_be_out) = tokio::select! {
                () = state.runs.stopped() => return,
                Some(event) = answers.next() => (event, false),
                heard = timeout_at(beat, listening.hints.recv()) => match heard {
                    Err(_) => (Event::default(), false),
                    Ok(Ok(told)) => (
                        hint(told.hint, Some(state.store.place_of_hint(told.number))),
                        matches!(told.hint, Hint::SignedOut | Hint::All),
                    ),
                    Ok(Err(RecvError::Lagged(_))) => (hint(Hint::All, None), true),
                    Ok(Err(RecvError::Closed)) => return,
                },
            };
            // Nothing of a person's is told to who has signed out. Where the database cannot say, the next look will.
            if may_be_out || looked.elapsed() >= LOOK_EVERY {
                looked = Instant::now();
                if matches!(session::is_there(&session, &state.store, state.clock.now()).await, Ok(false)) {
                    yield Frame::event(Err(ApiError::SignedOut));
                    return;
                }
            }
            yield event;
        }
    }))
}
