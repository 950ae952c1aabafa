//! Going on with an answer that another process began: complete turns and what their calls came to stay, the rest is done anew. Text that is
//! visible is never appended to: an item that was not whole begins anew.

use super::{Earlier, Recorder, Turn, history, patience::patiently, translate::Translator};
use crate::{
    protocol::item::{AssistantContent, ItemBody, ThreadItem},
    server::{
        agent::{AgentEvent, Opening, ToolRound},
        model::Message,
        store::{Store, StoreError},
    },
};

/// Where an answer goes on.
pub(super) struct Resumed {
    /// The turns whose calls and results are in the history.
    pub rounds: Vec<ToolRound>,
    /// How it goes on.
    pub opening: Opening,
}

/// Finds out where an answer goes on, and brings what is visible to that point. `opening` is how the answer began.
pub(super) async fn resume(
    store: &Store,
    turn: &Turn,
    earlier: &Earlier,
    opening: Opening,
    translator: &mut Translator,
    recorder: &mut Recorder,
) -> Result<Resumed, StoreError> {
    let rounds = rounds_after(turn, earlier);
    let turns_done = rounds.len();
    let told = |kind: fn(&ItemBody) -> bool| earlier.told.iter().filter(move |item| kind(&item.body));
    let lists_are_told = told(|body| matches!(body, ItemBody::Widget { .. })).next().is_some();
    for round in &rounds {
        translator.know(round, lists_are_told);
    }

    // Steps of rounds that are complete stay in an open workflow; those of a round that is not come anew.
    let steps: usize = rounds.iter().map(|round| round.calls.len()).sum();
    let steps_told: usize = told(|body| matches!(body, ItemBody::Workflow { .. }))
        .map(|item| {
            if let ItemBody::Workflow { workflow } = &item.body {
                workflow.tasks.len()
            } else {
                0
            }
        })
        .sum();
    for item in recorder.open_items().to_vec() {
        let mut item: ThreadItem = item;
        let said = item.body.text();
        match &mut item.body {
            ItemBody::AssistantMessage { content } => *content = vec![AssistantContent::new("")],
            ItemBody::Workflow { workflow } => workflow.tasks.truncate(steps.saturating_sub(steps_told)),
            _ => continue,
        }
        recorder.restart(&item);
        translator.reopen(item, said);
    }

    let opening = match patiently(|| store.kept_turn(&turn.key, turns_done as i32)).await? {
        Some(kept) if turns_done > 0 || opening == Opening::Ask => match serde_json::from_value(kept) {
            Ok(Message::Assistant { text, calls }) => {
                // Its text was told, unless that was lost.
                let is_told = told(|body| matches!(body, ItemBody::AssistantMessage { .. })).any(|item| item.body.text() == text);
                if !text.is_empty() && !is_told {
                    translator.event(AgentEvent::Text(text), recorder);
                }
                Opening::Kept(calls)
            }
            _ => Opening::Ask,
        },
        _ if turns_done > 0 => Opening::Ask,
        _ => opening,
    };
    Ok(Resumed { rounds, opening })
}

/// The rounds of tools that stand behind the item that is answered: all of this run, for a thread has one run at a time.
fn rounds_after(turn: &Turn, earlier: &Earlier) -> Vec<ToolRound> {
    let from = turn.items.iter().position(|item| item.id == earlier.about).map_or(0, |at| at + 1);
    turn.items.iter().skip(from).filter_map(|item| history::round(&item.body)).collect()
}
