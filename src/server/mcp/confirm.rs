//! Asking the person before something is deleted, where their client can ask.

use rmcp::{
    RoleServer,
    model::{
        ElicitRequest, ElicitRequestParams, ElicitationAction, ElicitationSchema, InputRequest, InputRequiredResult, InputResponses,
        ProtocolVersion,
    },
    service::RequestContext,
};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::handler::Who;
use crate::{
    domain::{
        dates,
        locale::{Locale, Script},
        task::Task,
    },
    server::tools::task_json::TaskJson,
};

/// The name of the question among the answers.
const QUESTION: &str = "confirm";
/// The name of the answer's field.
const FIELD: &str = "delete";

/// How a client can ask its person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CanAsk {
    /// It repeats the call with the answer (2026-07-28).
    ByRetry,
    /// It answers while the call waits (before, over a connection).
    ByRequest,
    /// It cannot. Then there is the undo token.
    No,
}

/// How this client can ask.
pub(super) fn can_ask(context: &RequestContext<RoleServer>, who: &Who) -> CanAsk {
    let elicitation = context.client_capabilities().and_then(|capabilities| capabilities.elicitation);
    // Neither form nor URL named means forms, as in the first version.
    let by_form = elicitation.is_some_and(|can| can.form.is_some() || can.url.is_none());
    if !by_form {
        return CanAsk::No;
    }
    let is_newer = context
        .protocol_version()
        .is_some_and(|version| version.as_str() >= ProtocolVersion::V_2026_07_28.as_str());
    match (is_newer, who) {
        (true, _) => CanAsk::ByRetry,
        // Over HTTP, without a session, there is no way for an answer to come back.
        (false, Who::Request) => CanAsk::No,
        (false, _) => CanAsk::ByRequest,
    }
}

/// What the person said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Answer {
    /// Nothing yet, or about another task than the one that would go now.
    None,
    /// Delete it.
    Yes,
    /// Do not.
    No,
}

/// The answer in a repeated call. It counts only for what was shown: the state is a hash of the task, which the question was about.
pub(super) fn answer(task: &Task, responses: Option<&InputResponses>, state: Option<&str>) -> Answer {
    let Some(response) = responses.and_then(|responses| responses.get(QUESTION)) else {
        return Answer::None;
    };
    if state != Some(state_of(task).as_str()) {
        return Answer::None;
    }
    let said_yes = response["action"] == "accept" && response["content"][FIELD] == true;
    if said_yes { Answer::Yes } else { Answer::No }
}

/// The call's result that makes the client ask.
pub(super) fn ask_by_retry(task: &Task, locale: Locale) -> Option<InputRequiredResult> {
    let request = InputRequest::Elicitation(ElicitRequest::new(question(task, locale)?));
    Some(InputRequiredResult::new(
        Some([(QUESTION.to_owned(), request)].into()),
        Some(state_of(task)),
    ))
}

/// Asks now, and waits for the answer. A client that fails to ask has not said yes.
pub(super) async fn ask_by_request(task: &Task, locale: Locale, context: &RequestContext<RoleServer>) -> Answer {
    let Some(question) = question(task, locale) else {
        return Answer::No;
    };
    match context.peer.create_elicitation(question).await {
        Ok(answer)
            if answer.action == ElicitationAction::Accept && answer.content.as_ref().is_some_and(|content| content[FIELD] == true) =>
        {
            Answer::Yes
        }
        _ => Answer::No,
    }
}

/// The question in the language of the account: whoever reads it is the person, not a model.
fn question(task: &Task, locale: Locale) -> Option<ElicitRequestParams> {
    let title = &task.title;
    let (message, label, about) = match locale {
        Locale::En => {
            let due = task.due.as_ref().map(|due| format!(", due {}", dates::due(due, Script::En)));
            (
                format!("Delete the task “{title}”{}?", due.unwrap_or_default()),
                "Delete it",
                "Moves the task to the trash. It can be taken back for 30 days.",
            )
        }
        Locale::Ur => {
            let due = task.due.as_ref().map(|due| format!(" ({})", dates::due(due, Script::Ur)));
            (
                // The title may be in another script: isolated, so that its direction stays its own.
                format!("کام “\u{2068}{title}\u{2069}”{} حذف کر دیں؟", due.unwrap_or_default()),
                "حذف کریں",
                "کام ردی میں چلا جائے گا۔ اسے 30 دن تک واپس لایا جا سکتا ہے۔",
            )
        }
    };
    let schema: Value = json!({
        "type": "object",
        "properties": {
            FIELD: { "type": "boolean", "title": label, "description": about, "default": false },
        },
        "required": [FIELD],
    });
    Some(ElicitRequestParams::FormElicitationParams {
        meta: None,
        message,
        requested_schema: serde_json::from_value::<ElicitationSchema>(schema).ok()?,
    })
}

/// No secret: whoever may call the tool may say yes to it, too. It only keeps a yes from counting for a task that has changed meanwhile.
fn state_of(task: &Task) -> String {
    let told = serde_json::to_string(&TaskJson::from(task)).unwrap_or_default();
    hex::encode(Sha256::digest(told.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn task(title: &str) -> Task {
        let now = chrono::DateTime::UNIX_EPOCH;
        Task {
            id: crate::domain::id::TaskId(uuid::Uuid::from_u128(1)),
            title: title.into(),
            notes: None,
            status: crate::domain::task::TaskStatus::Pending,
            priority: Default::default(),
            due: None,
            repeat: None,
            zone: None,
            created_at: now,
            updated_at: now,
            completed_at: None,
            trashed_at: None,
        }
    }

    #[test]
    fn only_a_plain_yes_to_the_task_that_was_shown_counts() {
        let (milk, bread) = (task("Milk"), task("Bread"));
        let asked = ask_by_retry(&milk, Locale::En).unwrap();
        let state = asked.request_state.as_deref();
        let said = |value: Value| InputResponses::from([(QUESTION.to_owned(), value)]);
        let yes = said(json!({ "action": "accept", "content": { "delete": true } }));
        assert_eq!(answer(&milk, Some(&yes), state), Answer::Yes);
        assert_eq!(answer(&bread, Some(&yes), state), Answer::None, "the task is another one now");
        assert_eq!(answer(&milk, Some(&yes), None), Answer::None);
        assert_eq!(answer(&milk, Some(&yes), Some("forged")), Answer::None);
        assert_eq!(answer(&milk, None, state), Answer::None);
        for no in [
            json!({ "action": "accept", "content": { "delete": false } }),
            json!({ "action": "accept", "content": { "delete": "true" } }),
            json!({ "action": "accept" }),
            json!({ "action": "decline" }),
            json!({ "action": "cancel" }),
            json!(7),
        ] {
            assert_eq!(answer(&milk, Some(&said(no.clone())), state), Answer::No, "{no}");
        }
    }
}
