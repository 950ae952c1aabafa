//! `subscriptions/listen`: tells a client which of its resources have changed, until it stops listening or its token ends.

use std::collections::HashSet;

use rmcp::{ErrorData, model::SubscriptionFilter, service::SubscriptionContext};
use tokio::sync::broadcast::error::RecvError;

use super::{handler::Kaam, resources};
use crate::server::store::changes::Hint;

/// How many listeners a person may have, pages included.
const LISTENERS: usize = 100;

/// How many resources one subscription may name: each is told of at every change.
const RESOURCES: usize = 100;

/// What of a filter is offered: changes of our resources; nothing, where there are too many. The lists of tools, prompts and resources do not
/// change.
pub(super) fn accepted(requested: &SubscriptionFilter) -> SubscriptionFilter {
    if asks_too_much(requested) {
        return SubscriptionFilter::new();
    }
    let uris = requested.resource_subscriptions.iter().flatten();
    SubscriptionFilter::builder()
        .resource_subscriptions(uris.filter(|uri| resources::is_ours(uri)).cloned())
        .build()
}

/// Counted as they were sent: the same one again costs as much to keep.
fn asks_too_much(requested: &SubscriptionFilter) -> bool {
    requested.resource_subscriptions.as_ref().is_some_and(|uris| uris.len() > RESOURCES)
}

/// Each once. The protocol's answer repeats what the client repeats, so it is not enough to offer each once.
fn each_once(accepted: &SubscriptionFilter) -> Vec<&str> {
    let uris = accepted.resource_subscriptions.iter().flatten().map(String::as_str);
    let mut seen = HashSet::new();
    uris.filter(|uri| seen.insert(*uri)).collect()
}

/// Runs one subscription.
pub(super) async fn run(kaam: &Kaam, context: SubscriptionContext) -> Result<(), ErrorData> {
    if asks_too_much(context.requested()) {
        let text = format!("A subscription may name at most {RESOURCES} resources: name fewer, or subscribe to `tasks://today` alone.");
        return Err(ErrorData::invalid_params(text, None));
    }
    let caller = kaam.caller(&context.request_context().extensions).await?;
    let Some(mut changes) = kaam.calls.store.listen_for_changes(caller.user.id, LISTENERS) else {
        return Err(ErrorData::invalid_request("Too many subscriptions at once.", None));
    };
    let uris = each_once(context.accepted());
    loop {
        let changed = tokio::select! {
            () = context.cancelled() => return Ok(()),
            changed = changes.hints.recv() => changed.map(|told| told.hint),
        };
        match changed {
            // Some were missed, or may have been: they may have been of tasks.
            Ok(Hint::Tasks | Hint::All) | Err(RecvError::Lagged(_)) => {}
            Ok(_) => continue,
            Err(RecvError::Closed) => return Ok(()),
        }
        // The token may have been revoked since the subscription began.
        if !kaam.is_still_good(&caller).await? {
            return Ok(());
        }
        for uri in &uris {
            if context.sink().notify_resource_updated(*uri).await.is_err() {
                return Ok(());
            }
        }
    }
}
