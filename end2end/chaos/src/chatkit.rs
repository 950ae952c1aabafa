//! A client of `POST /chatkit`: the same request again, under the same key, tells everything again from the start.

use std::{io::Result, time::Instant};

use serde_json::{Value, json};

use crate::{
    client::{Attempt, Exchange, Frames, Habit, Heard, Person, operation, piece, post, refusal},
    orphans::News,
    world::World,
};

pub async fn attempt(world: &World, person: &Person, exchange: &mut Exchange, broken: Option<Instant>) -> Result<Attempt> {
    let Habit { silence, side, .. } = exchange.habit;
    let input = json!({
        "content": [{ "type": "input_text", "text": exchange.question.text }], "attachments": [], "inference_options": {},
    });
    // Word for word the same as the first time, or it would be another request.
    let body = match exchange.thread.as_ref().filter(|_| !exchange.is_new_thread) {
        None => operation("threads.create", &json!({ "input": input })),
        Some(thread) => operation("threads.add_user_message", &json!({ "thread_id": thread, "input": input })),
    };
    let headers = format!("{}Idempotency-Key: {}\r\n", person.bearer(), exchange.key);
    let asked = Instant::now();
    let (mut connection, head) = post(world.port(side), "/chatkit", &headers, &body.to_string(), silence).await?;
    if head.status != 200 {
        return refusal(connection, head.status).await;
    }
    let known = exchange.heard.frames.len();
    let mut heard = Heard {
        wrong: std::mem::take(&mut exchange.heard.wrong),
        ..Heard::default()
    };
    let (mut frames, mut is_resumed) = (Frames::default(), false);
    let ended = loop {
        let read = match piece(&mut connection, silence).await {
            Ok(Some(read)) => read,
            Ok(None) => break Ok(Attempt::Over),
            Err(error) => break Err(error),
        };
        for frame in frames.push(&read) {
            let at = heard.frames.len();
            if let Some(before) = exchange.heard.frames.get(at)
                && *before != frame
            {
                heard.wrong.push(format!("frame {at} is told differently: {before} became {frame}"));
            }
            let is_new = at >= known;
            if is_new
                && !is_resumed
                && let Some(broken) = broken
            {
                is_resumed = true;
                world.resumed(exchange.thread.as_deref(), broken, asked);
            }
            if let Some(event) = frame
                .strip_prefix("data: ")
                .and_then(|json| serde_json::from_str::<Value>(json).ok())
            {
                if is_new {
                    world.orphans.hear(exchange.thread.as_deref(), &news(&event));
                }
                hear(&mut heard, &mut exchange.thread, &event);
            } else {
                heard.wrong.push(format!("not a frame: {frame}"));
            }
            heard.frames.push(frame);
            exchange.acknowledged = true;
        }
        if exchange.habit.leaves(heard.frames.len().saturating_sub(known)) {
            break Ok(Attempt::Left);
        }
    };
    if matches!(ended, Ok(Attempt::Over)) && heard.frames.len() < known {
        heard
            .wrong
            .push(format!("{known} frames were told, and only {} again", heard.frames.len()));
    }
    // A connection that broke before it told everything again has told nothing new.
    if heard.frames.len() >= known {
        exchange.heard = heard;
    } else {
        exchange.heard.wrong = heard.wrong;
    }
    ended
}

/// What an event says of an answer that lost its server.
fn news(event: &Value) -> News<'_> {
    match event["type"].as_str() {
        Some("progress_update") => News::Progress(event["text"].as_str().unwrap_or_default()),
        Some("thread.item.updated") if event["update"]["delta"].is_string() => News::Word,
        _ => News::Other,
    }
}

fn hear(heard: &mut Heard, thread: &mut Option<String>, event: &Value) {
    let item = &event["item"];
    let id = item["id"].as_str().or(event["item_id"].as_str()).unwrap_or_default().to_owned();
    match event["type"].as_str().unwrap_or_default() {
        "thread.created" => *thread = event["thread"]["id"].as_str().map(str::to_owned),
        "thread.item.added" | "thread.item.replaced" => heard.put(&id, item.clone()),
        "thread.item.done" => {
            heard.put(&id, item.clone());
            heard.done.push(id);
        }
        "thread.item.removed" => heard.remove(&id),
        "thread.item.updated" => {
            let update = &event["update"];
            let Some(known) = heard.item(&id) else {
                heard.wrong.push(format!("an update of an item that was not told: {event}"));
                return;
            };
            let index = update["content_index"].as_u64().unwrap_or(0) as usize;
            let Some(content) = known["content"].as_array_mut() else { return };
            while content.len() <= index {
                content.push(json!({ "text": "" }));
            }
            match update["type"].as_str().unwrap_or_default() {
                "assistant_message.content_part.text_delta" => {
                    let text = content[index]["text"].as_str().unwrap_or_default().to_owned();
                    content[index]["text"] = (text + update["delta"].as_str().unwrap_or_default()).into();
                }
                "assistant_message.content_part.added" => content[index] = update["content"].clone(),
                // The text that grew and the text that is final are one.
                "assistant_message.content_part.done" if content[index]["text"] != update["content"]["text"] => {
                    heard.wrong.push(format!("the answer {id} grew to another text than its last one"));
                }
                _ => {}
            }
        }
        "error" => heard.failed = Some(event["message"].as_str().unwrap_or("no reason").to_owned()),
        _ => {}
    }
}

/// The text of an answer; `None` for other items.
pub fn answer(item: &Value) -> Option<String> {
    (item["type"] == "assistant_message").then(|| {
        let parts = item["content"].as_array().into_iter().flatten();
        parts.filter_map(|part| part["text"].as_str()).collect()
    })
}
