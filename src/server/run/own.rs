//! Leases: renewed while this process answers. A run whose owner is gone is gone on with here; after [`ATTEMPTS`] it is closed, and what
//! there is of its answer is kept.

use std::{sync::Arc, time::Duration};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    Earlier, HISTORY_ITEMS, Live, Person, Prompt, Runs, StopReason, ending, fail_point::fail_point, follow, history, patience::patiently,
    recorder::Recorder,
};
use crate::{
    domain::{
        id::RunId,
        locale::Locale,
        texts::{self, Failure},
    },
    protocol::event::{ErrorCode, ThreadStreamEvent},
    server::store::{
        StoreError,
        runs::{ORPHANS_AT_ONCE, Orphan},
    },
};

/// Between two renewals of a lease of 10 s.
const RENEW: Duration = Duration::from_secs(3);
/// How often an answer is begun before it is given up.
const ATTEMPTS: i32 = 3;
/// Logs of finished runs are kept this long.
const KEEP_LOGS: chrono::TimeDelta = chrono::TimeDelta::hours(24);

/// What another process needs to answer a run; stored with it.
#[derive(Serialize, Deserialize)]
struct Request {
    prompt: Prompt,
    locale: Locale,
    client_tools: Vec<String>,
}

/// What is stored with a run for whoever takes it over.
pub(super) fn request(person: &Person, prompt: &Prompt) -> Value {
    let request = Request {
        prompt: prompt.clone(),
        locale: person.locale,
        client_tools: person.client_tools.clone(),
    };
    serde_json::to_value(request).unwrap_or_default()
}

/// Renews leases and takes over orphans, for ever.
pub(super) async fn keep_leases(runs: Runs) {
    let mut round: u64 = 0;
    loop {
        if let Err(error) = one_round(&runs, round).await {
            tracing::warn!(%error, "leases could not be kept");
        }
        round += 1;
        tokio::select! {
            () = tokio::time::sleep(RENEW) => {}
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
                while let Ok(run) = hearing.stop_wanted().await {
                    runs.stop_run(run);
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

async fn one_round(runs: &Runs, round: u64) -> Result<(), StoreError> {
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
    take_over(runs, false).await?;
    if round.is_multiple_of(1200) {
        runs.0.store.compact_runs(runs.0.clock.now() - KEEP_LOGS).await?;
        runs.0.store.delete_expired_sessions(runs.0.clock.now()).await?;
    }
    Ok(())
}

/// Goes on with the runs whose owners are gone; with `all`, with every live run that is not of this process.
pub(super) async fn take_over(runs: &Runs, all: bool) -> Result<(), StoreError> {
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
    let request: Option<Request> = orphan.request.and_then(|request| serde_json::from_value(request).ok());
    let locale = request.as_ref().map_or(Locale::En, |request| request.locale);
    let items = patiently(|| runs.0.store.history(key.user, key.thread, HISTORY_ITEMS)).await?;
    let script = history::wanted(&items, locale).script;
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
        live.stop(StopReason::Person);
    }
    match request {
        Some(request) if orphan.attempt <= ATTEMPTS => {
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
