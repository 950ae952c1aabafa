//! What the model is told of a thread: the newest items, within a budget.

use crate::{
    domain::{
        language::{self, Wanted},
        locale::Locale,
    },
    protocol::{
        attachment::Attachment,
        item::{InputStatus, ItemBody, QuestionKind, StructuredInput, ThreadItem, UserContent, UserMessage},
    },
    server::{
        agent::{ToolRound, Waiting},
        model::{Extra, File, FileContent, Message, Reference, ToolCall},
    },
};

/// The budget of the history, in characters: some 24,000 tokens of English, half of that in Urdu.
const BUDGET: usize = 96_000;

/// Items as the model's messages, oldest first. What goes over the budget is left out from the oldest end; the first message is always
/// one of the person's, and every call has its result.
pub(super) fn messages(items: &[ThreadItem]) -> Vec<Message> {
    let mut room = BUDGET;
    let mut kept: Vec<Vec<Message>> = Vec::new();
    for (from_end, item) in items.iter().rev().enumerate() {
        let group = of_item(item);
        let size: usize = group.iter().map(size).sum();
        // The newest message is told whatever its size.
        if size > room && from_end > 0 && !kept.is_empty() {
            break;
        }
        room = room.saturating_sub(size);
        kept.push(group);
    }
    let messages: Vec<Message> = kept.into_iter().rev().flatten().collect();
    let first = messages
        .iter()
        .position(|message| matches!(message, Message::User { .. }))
        .unwrap_or(messages.len());
    messages.into_iter().skip(first).collect()
}

/// Messages of the person that make their habit.
const HABIT: usize = 12;

/// The language in which the newest message of the person is to be answered; `locale` is that of their page.
pub(super) fn wanted(items: &[ThreadItem], locale: Locale) -> Wanted {
    let said = |item: &ThreadItem| matches!(item.body, ItemBody::UserMessage(_)).then(|| item.body.text());
    let mut newest: Vec<String> = items.iter().rev().filter_map(said).take(HABIT).collect();
    newest.reverse();
    language::wanted(newest.iter().map(String::as_str), locale.into())
}

fn of_item(item: &ThreadItem) -> Vec<Message> {
    match &item.body {
        ItemBody::UserMessage(message) => vec![Message::User {
            text: message.text(),
            quote: message.quoted_text.clone(),
            references: references(message),
            files: message.attachments.iter().map(file).collect(),
        }],
        ItemBody::AssistantMessage { .. } => vec![Message::Assistant {
            text: item.body.text(),
            calls: Vec::new(),
        }],
        body @ ItemBody::HiddenContextItem { .. } => match round(body) {
            Some(round) => {
                let results: Vec<Message> = round
                    .calls
                    .iter()
                    .zip(round.results)
                    .map(|(call, result)| Message::Tool {
                        call_id: call.id.clone(),
                        name: call.name.clone(),
                        result,
                    })
                    .collect();
                std::iter::once(Message::Assistant {
                    text: String::new(),
                    calls: round.calls,
                })
                .chain(results)
                .collect()
            }
            None => Vec::new(),
        },
        ItemBody::SdkHiddenContext { content } => vec![Message::user(format!("[{content}]"))],
        // A question that was answered is a tool call with its result by now; another one is what the assistant said last.
        ItemBody::StructuredInput(form) if form.status != InputStatus::Answered => vec![Message::Assistant {
            text: question(form),
            calls: Vec::new(),
        }],
        // What was shown beside the answer; the model knows it by its calls.
        _ => Vec::new(),
    }
}

/// The round of tools that an item keeps, if it keeps one.
pub(super) fn round(body: &ItemBody) -> Option<ToolRound> {
    match body {
        ItemBody::HiddenContextItem { content } => serde_json::from_value(content.clone()).ok(),
        _ => None,
    }
}

/// A file that is named; what is in it is brought by `super::files`.
fn file(attachment: &Attachment) -> File {
    File {
        id: attachment.id.clone(),
        name: attachment.name.clone(),
        mime_type: attachment.mime_type.clone(),
        content: FileContent::NotRead,
    }
}

/// The calls that wait, if an item keeps some.
pub(super) fn waiting(body: &ItemBody) -> Option<Waiting> {
    match body {
        ItemBody::HiddenContextItem { content } => serde_json::from_value(content.clone()).ok(),
        _ => None,
    }
}

/// A form in words, with its choices numbered, so that it can be answered by a message, too.
fn question(form: &StructuredInput) -> String {
    let mut text = String::new();
    for input in &form.inputs {
        text.push_str(&input.question);
        if let QuestionKind::MultipleChoice { options, .. } = &input.kind {
            for (n, option) in options.iter().enumerate() {
                text.push_str(&format!("\n{}. {}", n + 1, option.value));
            }
        }
        text.push('\n');
    }
    text.trim_end().to_owned()
}

/// The tasks that a message names by tags. A tag that says another type is none of ours.
fn references(message: &UserMessage) -> Vec<Reference> {
    let tag = |part: &UserContent| match part {
        UserContent::InputTag { id, text, data, .. } if data.get("type").is_none_or(|kind| kind == "task") => Some(Reference {
            text: text.clone(),
            task_id: id.clone(),
        }),
        _ => None,
    };
    message.content.iter().filter_map(tag).collect()
}

fn size(message: &Message) -> usize {
    match message {
        // What is in files has a budget of its own (`super::files`).
        Message::User { text, quote, .. } => text.len() + quote.as_ref().map_or(0, String::len),
        Message::Assistant { text, calls } => text.len() + calls.iter().map(size_of_call).sum::<usize>(),
        Message::Tool { result, .. } => result.to_string().len(),
    }
}

fn size_of_call(call: &ToolCall) -> usize {
    call.name.len() + call.arguments.len() + call.extra_content.as_ref().map_or(0, Extra::size)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{
        domain::id::{ItemId, ThreadId},
        protocol::item::{AssistantContent, InferenceOptions},
    };

    fn item(body: ItemBody) -> ThreadItem {
        let id = uuid::Uuid::from_u128(1);
        ThreadItem {
            id: ItemId(id),
            thread_id: ThreadId(id),
            created_at: chrono::DateTime::UNIX_EPOCH,
            body,
        }
    }
    fn user(text: &str) -> ThreadItem {
        item(ItemBody::UserMessage(UserMessage {
            content: vec![UserContent::InputText { text: text.into() }],
            attachments: vec![],
            quoted_text: None,
            inference_options: InferenceOptions::default(),
        }))
    }
    fn answer(text: &str) -> ThreadItem {
        item(ItemBody::AssistantMessage {
            content: vec![AssistantContent::new(text)],
        })
    }

    #[test]
    fn calls_keep_their_results_and_the_first_message_is_the_persons() {
        let call = json!({ "id": "c1", "name": "list_tasks", "arguments": "{}" });
        let round = item(ItemBody::HiddenContextItem {
            content: json!({ "calls": [call], "results": [{ "tasks": [] }] }),
        });
        let told = messages(&[answer("cut"), user("hi"), round, answer("none"), user("again")]);
        let roles: Vec<&str> = told
            .iter()
            .map(|message| match message {
                Message::User { .. } => "user",
                Message::Assistant { calls, .. } if calls.is_empty() => "assistant",
                Message::Assistant { .. } => "calls",
                Message::Tool { .. } => "tool",
            })
            .collect();
        assert_eq!(roles, ["user", "calls", "tool", "assistant", "user"]);
    }

    #[test]
    fn the_budget_cuts_the_oldest_and_never_the_newest() {
        let big = "x".repeat(BUDGET * 2);
        assert_eq!(messages(&[user("old"), answer("older"), user(&big)]).len(), 1);
        let half = "x".repeat(BUDGET / 2);
        let told = messages(&[user(&half), answer("a"), user(&half), answer("b"), user("new")]);
        assert_eq!(told.len(), 3);
        assert_eq!(told[2], Message::user("new"));
    }
}
