//! A client as Kaam's own page is one: sends through a server function, and after a break follows behind the last frame it has seen.

use std::{io::Result, time::Instant};

use serde_json::{Value, json};

use crate::{
    client::{Attempt, Exchange, Frames, Habit, Heard, Person, piece, post, refusal},
    orphans::News,
    world::World,
};

pub async fn attempt(world: &World, person: &Person, exchange: &mut Exchange, broken: Option<Instant>) -> Result<Attempt> {
    let Habit { silence, side, .. } = exchange.habit;
    let (path, body) = match (&exchange.thread, &exchange.heard.after) {
        (Some(thread), Some(after)) => ("/api/changes", json!({ "follow": [{ "thread": thread, "after": after }] })),
        (thread, _) => {
            let thread = thread.as_ref().filter(|_| !exchange.is_new_thread);
            let message = json!({ "parts": [{ "Text": exchange.question.text }] });
            (
                "/api/chat/send",
                json!({ "thread": thread, "message": message, "key": exchange.key }),
            )
        }
    };
    // The stream for all pages tells of more than this answer, whose events have the name of their thread.
    let name = exchange.thread.clone().filter(|_| path == "/api/changes").unwrap_or_default();
    let asked = Instant::now();
    let (mut connection, head) = post(world.port(side), path, &person.session(), &body.to_string(), silence).await?;
    if head.status != 200 {
        return refusal(connection, head.status).await;
    }
    let (mut is_resumed, mut seen) = (false, 0);
    let mut frames = Frames::default();
    while let Some(read) = piece(&mut connection, silence).await? {
        for frame in frames.push(&read) {
            let (mut id, mut data, mut event) = (None, "", "");
            for line in frame.lines() {
                match line.split_once(": ") {
                    Some(("id", value)) => id = Some(value.to_owned()),
                    Some(("data", value)) => data = value,
                    Some(("event", value)) => event = value,
                    _ => {}
                }
            }
            let is_error = event.starts_with("error");
            // Signs of life, the time to wait between two attempts, and hints.
            if data.is_empty() || !is_error && event != name {
                continue;
            }
            let update: Value = serde_json::from_str(data).unwrap_or_default();
            if is_error {
                return Err(std::io::Error::other(format!("the stream says: {data}")));
            }
            exchange.acknowledged = true;
            if update == "Done" {
                return Ok(Attempt::Over);
            }
            if let Some(broken) = broken.filter(|_| !is_resumed) {
                is_resumed = true;
                world.resumed(exchange.thread.as_deref(), broken, asked);
            }
            if let (Some(before), Some(now)) = (&exchange.heard.after, &id)
                && place(now) <= place(before)
            {
                exchange.heard.wrong.push(format!("frame {now} came after {before}"));
            }
            exchange.heard.after = id.or(exchange.heard.after.take());
            seen += 1;
            world.orphans.hear(exchange.thread.as_deref(), &news(&update));
            hear(&mut exchange.heard, &mut exchange.thread, &update);
        }
        if exchange.habit.leaves(seen) {
            return Ok(Attempt::Left);
        }
    }
    Err(std::io::Error::other("the stream ended without its last frame"))
}

/// The number in `<run>.<number>`.
fn place(id: &str) -> u64 {
    id.rsplit('.').next().and_then(|number| number.parse().ok()).unwrap_or(0)
}

/// What an update says of an answer that lost its server.
fn news(update: &Value) -> News<'_> {
    if let Some(text) = update["Progress"].as_str() {
        return News::Progress(text);
    }
    let has_words = update["Blocks"]["blocks"].as_array().is_some_and(|blocks| !blocks.is_empty());
    if has_words { News::Word } else { News::Other }
}

fn hear(heard: &mut Heard, thread: &mut Option<String>, update: &Value) {
    let Some((kind, value)) = update.as_object().and_then(|update| update.iter().next()) else {
        return;
    };
    match kind.as_str() {
        "Thread" => *thread = value["id"].as_str().map(str::to_owned),
        "Item" => heard.put(value["id"].as_str().unwrap_or_default(), value["body"].clone()),
        "Blocks" => {
            let id = value["item"].as_str().unwrap_or_default();
            let from = value["from"].as_u64().unwrap_or(0) as usize;
            match heard.item(id).and_then(|item| item["Answer"]["blocks"].as_array_mut()) {
                Some(blocks) if from <= blocks.len() => {
                    blocks.truncate(from);
                    blocks.extend(value["blocks"].as_array().into_iter().flatten().cloned());
                }
                _ => heard
                    .wrong
                    .push(format!("blocks from {from} on of an answer that has not so many: {id}")),
            }
        }
        "Removed" => heard.remove(value.as_str().unwrap_or_default()),
        "Failed" => heard.failed = Some(value["message"].as_str().unwrap_or("no reason").to_owned()),
        _ => {}
    }
}

/// The HTML of an answer, in blocks; `None` for other items.
pub fn answer(body: &Value) -> Option<&Value> {
    body.get("Answer").map(|answer| &answer["blocks"])
}
