//! `subscriptions/listen`: tells a client which of its resources have changed, until it stops listening or its token ends.

use rmcp::{ErrorData, model::SubscriptionFilter, service::SubscriptionContext};
use tokio::sync::broadcast::error::RecvError;

use super::{handler::Kaam, resources};
use crate::server::store::changes::Hint;

/// How many listeners a person may have, pages included.
const LISTENERS: usize = 100;

/// What of a filter is offered: changes of our resources. The lists of tools, prompts and resources do not change.
pub(super) fn accepted(requested: &SubscriptionFilter) -> SubscriptionFilter {
    let uris = requested.resource_subscriptions.iter().flatten();
    SubscriptionFilter::builder()
        .resource_subscriptions(uris.filter(|uri| resources::is_ours(uri)).cloned())
        .build()
}

/// Runs one subscription.
pub(super) async fn run(kaam: &Kaam, context: SubscriptionContext) -> Result<(), ErrorData> {
    let caller = kaam.caller(&context.request_context().extensions).await?;
    let Some(mut changes) = kaam.calls.store.listen_for_changes(caller.user.id, LISTENERS) else {
        return Err(ErrorData::invalid_request("Too many subscriptions at once.", None));
    };
    loop {
        let changed = tokio::select! {
            () = context.cancelled() => return Ok(()),
            changed = changes.recv() => changed,
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
        for uri in context.accepted().resource_subscriptions.iter().flatten() {
            if context.sink().notify_resource_updated(uri).await.is_err() {
                return Ok(());
            }
        }
    }
}
