//! The checker: compares what clients were told with what is stored.

use std::{collections::HashMap, io::Result};

use serde_json::{Value, json};

use crate::{
    chatkit,
    client::{self, Door, Exchange, Person, operation},
    page,
    world::World,
};

/// What the checker counted.
#[derive(Default, Debug, Clone, Copy)]
pub struct Counts {
    pub messages: usize,
    pub effects: usize,
    /// Answers whose end was told.
    pub answers: usize,
    /// Answers whose text the client ended with is that which is stored.
    pub equal: usize,
    pub lost: usize,
    pub doubled: usize,
    /// Answers that were given up, as the person was told.
    pub given_up: usize,
}

impl Counts {
    pub fn add(&mut self, other: Self) {
        self.messages += other.messages;
        self.effects += other.effects;
        self.answers += other.answers;
        self.equal += other.equal;
        self.lost += other.lost;
        self.doubled += other.doubled;
        self.given_up += other.given_up;
    }
}

/// Checks all that one person was told. Answers that failed, and say so, must be a part of the right one.
pub async fn check(world: &World, person: &Person, exchanges: &[Exchange]) -> Result<Counts> {
    let mut counts = Counts::default();
    let stored = stored(world, person).await?;
    let titles = tasks(world, person).await?;
    let mut views: HashMap<&str, Value> = HashMap::new();
    for exchange in exchanges {
        let question = &exchange.question;
        let name = format!("{:?} {}", exchange.door, question.text);
        for wrong in &exchange.heard.wrong {
            world.check(false, || format!("{name}: {wrong}"));
        }
        world.check(exchange.is_over, || format!("{name}: the end was never told"));
        // The message.
        let is_ours = |item: &&Value| item["type"] == "user_message" && item["content"][0]["text"] == question.text.as_str();
        let found: Vec<&Value> = stored.iter().filter(is_ours).collect();
        counts.messages += usize::from(exchange.acknowledged);
        counts.lost += usize::from(exchange.acknowledged && found.is_empty());
        counts.doubled += found.len().saturating_sub(1);
        world.check(found.len() <= 1 && (found.len() == 1 || !exchange.acknowledged), || {
            format!("{name}: stored {} times (acknowledged: {})", found.len(), exchange.acknowledged)
        });
        // Its task.
        let has_failed = exchange.heard.failed.is_some() || !exchange.is_over;
        counts.given_up += usize::from(has_failed);
        if let Some(why) = &exchange.heard.failed {
            eprintln!("  {name}: told that it failed: {why}");
        }
        let is_whole = !has_failed;
        if let Some(title) = &question.task {
            let is_done = titles.get(title);
            let times = is_done.map_or(0, Vec::len);
            counts.effects += times.min(1);
            counts.doubled += times.saturating_sub(1);
            counts.lost += usize::from(is_whole && times == 0);
            world.check(times == 1 || (times == 0 && !is_whole), || {
                format!("{name}: {times} tasks {title:?}")
            });
            if is_whole && question.completes {
                let completed = is_done.is_some_and(|done| done.iter().all(|done| *done));
                counts.lost += usize::from(!completed);
                world.check(completed, || format!("{name}: the task is not completed"));
            }
        }
        // Items that were told as whole.
        for id in &exchange.heard.done {
            let there = stored.iter().any(|item| item["id"] == id.as_str());
            counts.lost += usize::from(!there);
            world.check(there, || format!("{name}: {id} was told as whole and is not stored"));
        }
        // The answer: as it is stored, as the client ended with it, and as the model gave it.
        let about = found.first().and_then(|item| item["id"].as_str()).unwrap_or_default();
        let kept = answers_to(&stored, about);
        let texts: Vec<&str> = kept.iter().map(|(_, text)| text.as_str()).collect();
        let is_right = if is_whole {
            texts == question.answers
        } else {
            texts.iter().zip(&question.answers).all(|(text, whole)| whole.starts_with(text)) && texts.len() <= question.answers.len()
        };
        world.check(is_right, || {
            let whole: Vec<&str> = question.answers.iter().map(String::as_str).collect();
            format!(
                "{name}: the stored answer is {} and not {} (told: {:?})",
                in_short(&texts),
                in_short(&whole),
                exchange.heard.failed
            )
        });
        if !exchange.is_over {
            continue;
        }
        counts.answers += 1;
        let told: Vec<(String, Value)> = match exchange.door {
            Door::ChatKit => {
                let told = exchange.heard.items.iter();
                told.filter_map(|(id, item)| Some((id.clone(), chatkit::answer(item)?.into())))
                    .collect()
            }
            Door::Page => {
                let told = exchange.heard.items.iter();
                told.filter_map(|(id, body)| Some((id.clone(), page::answer(body)?.clone())))
                    .collect()
            }
        };
        // What a page shows that is loaded now.
        let kept: Vec<(String, Value)> = match exchange.door {
            Door::ChatKit => kept.into_iter().map(|(id, text)| (id, text.into())).collect(),
            Door::Page => {
                let thread = exchange.thread.as_deref().unwrap_or_default();
                if !views.contains_key(thread) {
                    views.insert(thread, view(world, person, thread).await?);
                }
                let view = &views[thread];
                kept.into_iter()
                    .map(|(id, _)| (id.clone(), shown(view, &id).cloned().unwrap_or_default()))
                    .collect()
            }
        };
        counts.equal += usize::from(told == kept);
        world.check(told == kept, || {
            format!(
                "{name}: the client ended with {} and not with what is stored, {}",
                json!(told),
                json!(kept)
            )
        });
    }
    Ok(counts)
}

/// How long texts are, and how they end.
fn in_short(texts: &[&str]) -> String {
    let texts = texts.iter().map(|text| {
        let end = text.char_indices().rev().nth(40).map_or(0, |(at, _)| at);
        format!("{} bytes up to {:?}", text.len(), &text[end..])
    });
    texts.collect::<Vec<_>>().join(", then ")
}

/// All items of a person, thread by thread.
async fn stored(world: &World, person: &Person) -> Result<Vec<Value>> {
    let mut items = Vec::new();
    for thread in pages(world, person, "threads.list", json!({})).await? {
        items.extend(pages(world, person, "items.list", json!({ "thread_id": thread["id"] })).await?);
    }
    Ok(items)
}

async fn pages(world: &World, person: &Person, kind: &str, mut params: Value) -> Result<Vec<Value>> {
    let mut all = Vec::new();
    params["limit"] = 100.into();
    params["order"] = "asc".into();
    // Bounded, should a page name itself as the next one.
    for _ in 0..1000 {
        let mut page = client::json(world, "/chatkit", &person.bearer(), &operation(kind, &params)).await?;
        all.extend(page["data"].as_array_mut().map(std::mem::take).into_iter().flatten());
        if page["has_more"] != true {
            break;
        }
        params["after"] = page["after"].clone();
    }
    Ok(all)
}

/// The titles of all tasks, and whether those that have it are completed.
async fn tasks(world: &World, person: &Person) -> Result<HashMap<String, Vec<bool>>> {
    let mut titles: HashMap<String, Vec<bool>> = HashMap::new();
    let mut arguments = json!({ "status": "all", "limit": 100 });
    for _ in 0..1000 {
        let page = client::json(world, "/api/v1/tools/list_tasks", &person.bearer(), &arguments).await?;
        for task in page["tasks"].as_array().into_iter().flatten() {
            let title = task["title"].as_str().unwrap_or_default().to_owned();
            titles.entry(title).or_default().push(task["status"] == "completed");
        }
        if page["has_more"] != true {
            break;
        }
        arguments["after"] = page["after"].clone();
    }
    Ok(titles)
}

async fn view(world: &World, person: &Person, thread: &str) -> Result<Value> {
    let body = json!({ "id": thread, "before": null });
    client::json(world, "/api/chat/thread", &person.session(), &body).await
}

/// The HTML of an answer on a thread's page.
fn shown<'v>(view: &'v Value, id: &str) -> Option<&'v Value> {
    let item = view["items"].as_array()?.iter().find(|item| item["id"] == id)?;
    page::answer(&item["body"])
}

/// The answers that stand between a message and the next one.
fn answers_to(stored: &[Value], about: &str) -> Vec<(String, String)> {
    let from = stored.iter().position(|item| item["id"] == about).map_or(stored.len(), |at| at + 1);
    let thread = from.checked_sub(1).and_then(|at| stored.get(at)).map(|item| &item["thread_id"]);
    stored[from..]
        .iter()
        .take_while(|item| item["type"] != "user_message" && Some(&item["thread_id"]) == thread)
        .filter_map(|item| Some((item["id"].as_str()?.to_owned(), chatkit::answer(item)?)))
        .collect()
}
