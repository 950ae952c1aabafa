//! Leases: renewed while this process answers. A run whose owner is gone is gone on with here; after [`ATTEMPTS`] it is closed, and what
//! there is of its answer is kept.

use std::{sync::Arc, time::Duration};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    Earlier, HISTORY_ITEMS, Live, Outcome, Person, Prompt, Runs, StopReason, ending, fail_point::fail_point, finish, follow, history,
    patience::patiently, recorder::Recorder,
};
use crate::{
    domain::{
        id::RunId,
        locale::Locale,
        scope::Scopes,
        texts::{self, Failure},
    },
    protocol::event::{ErrorCode, ThreadStreamEvent},
    server::store::{
        StoreError,
        history::KEEP as KEEP_TRASH,
        orphans::{ORPHANS_AT_ONCE, Orphan},
    },
};

/// Between two renewals of a lease of 10 s.
const RENEW: Duration = Duration::from_secs(3);
/// Between two looks for runs whose lease has ended: whoever's server is gone is gone on with after 12 s at the most. One that ends in order
/// says so, and is gone on with at once.
const LOOK: Duration = Duration::from_secs(2);
/// Between two times of tidying up.
const TIDY: Duration = Duration::from_secs(3600);
/// How often an answer is begun before it is given up.
const ATTEMPTS: i32 = 3;
/// Logs of finished runs are kept this long.
const KEEP_LOGS: chrono::TimeDelta = chrono::TimeDelta::hours(24);
/// Idempotency keys are kept this long: a page may have been without a connection for days.
const KEEP_KEYS: chrono::TimeDelta = chrono::TimeDelta::days(30);

/// What another process needs to answer a run; stored with it.
#[derive(Serialize, Deserialize)]
struct Request {
    prompt: Prompt,
    locale: Locale,
    client_tools: Vec<String>,
    /// Their names; a run of an older version has none, and was accepted before tokens were held to them.
    scopes: Option<String>,
}

/// What is stored with a run for whoever takes it over.
pub(super) fn request(person: &Person, prompt: &Prompt) -> Value {
    let request = Request {
        prompt: prompt.clone(),
        locale: person.locale,
        client_tools: person.client_tools.clone(),
        scopes: Some(person.scopes.names()),
    };
    serde_json::to_value(request).unwrap_or_default()
}

/// Renews leases, takes over orphans and tidies up, until the server stops: each by itself, for leases run out while anything else takes
/// its time.
pub(super) fn keep(runs: &Runs) {
    tokio::spawn(every(RENEW, runs.clone(), "leases could not be renewed", async |runs| {
        renew(runs).await
    }));
    tokio::spawn(look(runs.clone()));
    tokio::spawn(every(TIDY, runs.clone(), "old logs could not be removed", async |runs| {
        tidy(runs).await
    }));
}

async fn every(pause: Duration, runs: Runs, failed: &'static str, work: impl AsyncFn(&Runs) -> Result<(), StoreError>) {
    loop {
        if let Err(error) = work(&runs).await {
            tracing::warn!(%error, "{failed}");
        }
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            () = runs.0.stopping.cancelled() => return,
        }
    }
}

/// Takes over orphans, from time to time and when another process lets its runs go.
async fn look(runs: Runs) {
    loop {
        if let Err(error) = take_over(&runs, false).await {
            tracing::warn!(%error, "runs could not be taken over");
        }
        tokio::select! {
            () = tokio::time::sleep(LOOK) => {}
            () = runs.0.elsewhere.released.notified() => {}
            () = runs.0.stopping.cancelled() => return,
        }
    }
}

/// Hears from other processes what has changed, and that a run of this one is wanted stopped. Hints only: renewing a lease tells the latter,
/// and whoever listens for changes looks at everything when this begins anew.
pub(super) async fn hear_others(runs: Runs) {
    loop {
        match runs.0.store.hear_others().await {
            Ok(mut hearing) => {
                while let Ok(heard) = hearing.next().await {
                    runs.heard(heard);
                }
            }
            Err(error) => tracing::debug!(%error, "hints of other processes are not heard"),
        }
        tokio::select! {
            () = tokio::time::sleep(RENEW) => {}
            () = runs.0.stopping.cancelled() => return,
        }
    }
}

async fn renew(runs: &Runs) -> Result<(), StoreError> {
    let lives: Vec<Arc<Live>> = runs.lives().values().cloned().collect();
    if !lives.is_empty() {
        let keys: Vec<_> = lives.iter().map(|live| live.key).collect();
        let owned = runs.0.store.renew_leases(&keys).await?;
        for live in lives {
            match owned.get(&live.key.run) {
                Some(true) => live.stop(StopReason::Person),
                Some(false) => {}
                // One that has just ended is not in the map any more.
                None if runs.lives().contains_key(&live.key.run) && !live.cancel.is_cancelled() => {
                    tracing::warn!(run = %live.key.run, "the lease is lost");
                    live.stop(StopReason::Lost);
                }
                None => {}
            }
        }
    }
    Ok(())
}

pub(super) async fn tidy(runs: &Runs) -> Result<(), StoreError> {
    let now = runs.0.clock.now();
    runs.0.store.compact_runs(now - KEEP_LOGS).await?;
    runs.0.store.forget_keys(now - KEEP_KEYS).await?;
    runs.0.store.empty_trash(now - KEEP_TRASH).await?;
    runs.0.store.forget_texts(now).await?;
    runs.0.store.delete_expired_sessions(now).await?;
    Ok(())
}

/// Goes on with the runs whose owners are gone; with `all`, with every live run that is not of this process.
pub(super) async fn take_over(runs: &Runs, all: bool) -> Result<(), StoreError> {
    let _taking = runs.0.taking.lock().await;
    loop {
        let lives: Vec<RunId> = runs.lives().keys().copied().collect();
        let orphans = runs.0.store.take_orphans(runs.0.owner, &lives, all).await?;
        fail_point!("claimed", !orphans.is_empty());
        let is_last = orphans.len() < ORPHANS_AT_ONCE as usize;
        for orphan in orphans {
            go_on(runs, orphan).await?;
        }
        if is_last {
            return Ok(());
        }
    }
}

async fn go_on(runs: &Runs, orphan: Orphan) -> Result<(), StoreError> {
    let key = orphan.key;
    let events = patiently(|| follow::read(runs, &key, 0)).await?;
    let seq = events.last().map_or(0, |event| event.seq);
    let request: Option<Request> = orphan.request.and_then(|request| serde_json::from_str(&request).ok());
    let locale = request.as_ref().map_or(Locale::En, |request| request.locale);
    // One run whose thread cannot be read must not keep the others waiting: it is closed.
    let items = match patiently(|| runs.0.store.history(key.user, key.thread, HISTORY_ITEMS)).await {
        Err(StoreError::Other(error)) => {
            tracing::error!(run = %key.run, %error, "a thread cannot be read");
            None
        }
        items => Some(items?),
    };
    let script = history::wanted(items.as_deref().unwrap_or_default(), locale).script;
    let live = runs.enter(key);
    if runs.is_stopping() {
        live.stop(StopReason::Shutdown);
    }
    let mut recorder = Recorder::new(
        Arc::clone(&live),
        runs.0.entries.clone(),
        Arc::clone(&runs.0.clock),
        seq,
        orphan.position,
        script,
    );
    let mut told = Vec::new();
    for recorded in &events {
        recorder.replay(&recorded.event);
        if let ThreadStreamEvent::ItemDone { item } = &recorded.event
            && item.id != orphan.about
        {
            told.push(item.clone());
        }
    }
    if orphan.stop_wanted {
        recorder.hold();
        finish(Outcome::Cancelled, Some(StopReason::Person), recorder);
        return Ok(());
    }
    match request.zip(items) {
        Some((request, items)) if orphan.attempt <= ATTEMPTS => {
            tracing::info!(run = %key.run, attempt = orphan.attempt, "going on with a run whose server is gone");
            recorder.event(ThreadStreamEvent::Progress {
                icon: None,
                text: texts::going_on(script).into(),
            });
            let person = Person {
                id: key.user,
                calendar: orphan.calendar,
                locale,
                client_tools: request.client_tools,
                scopes: request.scopes.map_or(Scopes::ALL, |names| Scopes::of(names.split_whitespace())),
            };
            let earlier = Earlier { about: orphan.about, told };
            runs.spawn(live, |runs, live| {
                runs.answer(person, live, recorder, request.prompt, Some(items), Some(earlier))
            });
        }
        _ => close(recorder),
    }
    Ok(())
}

/// Keeps what there is of an answer and ends it as incomplete.
fn close(mut recorder: Recorder) {
    tracing::warn!("closed a run whose server is gone");
    recorder.hold();
    recorder.keep_answers();
    let event = ThreadStreamEvent::Error {
        code: ErrorCode::Custom,
        message: Some(texts::failure(recorder.script, Failure::ServerStopped).into()),
        allow_retry: true,
    };
    recorder.end(Some(event), ending("incomplete", Some("its server is gone".into())));
}
