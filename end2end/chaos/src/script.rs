//! What is asked and what is answered: a message names its answer, so that the same question gets the same one, whoever asks it again.
//!
//! A message is `KIND NAME WORDS`. `say` is answered at once; `add` adds the task `task NAME`, then answers; `both` says a word, adds the
//! task, completes it, and answers then.

use serde_json::{Value, json};

use crate::random::Random;

/// A message, and all that must come of it.
#[derive(Debug, Clone)]
pub struct Question {
    pub text: String,
    /// The task that it adds, once.
    pub task: Option<String>,
    /// Whether that task is completed then.
    pub completes: bool,
    /// The texts of the answer, in order.
    pub answers: Vec<String>,
}

/// A question of any kind, whose answer has from `words.0` to below `words.1` words.
pub fn question(name: &str, random: &mut Random, words: (u64, u64)) -> Question {
    let kind = ["say", "add", "both"][random.between(0, 3) as usize];
    with_words(kind, name, random.between(words.0, words.1))
}

pub fn with_words(kind: &str, name: &str, words: u64) -> Question {
    let mut answers = vec![long(name, words).concat()];
    if kind == "both" {
        answers.insert(0, first(name).concat());
    }
    Question {
        text: format!("{kind} {name} {words}"),
        task: (kind != "say").then(|| title(name)),
        completes: kind == "both",
        answers,
    }
}

fn title(name: &str) -> String {
    format!("task {name}")
}

fn first(name: &str) -> Vec<String> {
    vec!["Let me".into(), " see to".into(), format!(" {name}.")]
}

/// Words of several bytes, in paragraphs, so that cuts fall everywhere.
fn long(name: &str, words: u64) -> Vec<String> {
    const WORDS: [&str; 6] = ["کام", "done", "ہو گیا", "**bold**", "naïve", "🙂"];
    let mut random = Random::new(name.bytes().fold(7, |sum, byte| sum * 31 + u64::from(byte)));
    let mut tokens = vec![format!("About {name}:")];
    for number in 1..words {
        let between = if number % 17 == 0 { "\n\n" } else { " " };
        tokens.push(format!("{between}{}{number}", WORDS[random.between(0, 6) as usize]));
    }
    tokens.push(" That is all.".into());
    tokens
}

/// One turn of the model.
pub struct Turn {
    pub tokens: Vec<String>,
    /// Id, name and arguments.
    pub call: Option<(String, &'static str, Value)>,
}

/// What the model says to a request; `None` if it holds no message of ours.
pub fn turn(request: &Value) -> Option<Turn> {
    let messages = request["messages"].as_array()?;
    let at = messages.iter().rposition(|message| message["role"] == "user")?;
    let asked = text(&messages[at]["content"]);
    let mut words = asked.split_whitespace();
    let (kind, name, count) = (words.next()?, words.next()?, words.next()?.parse().ok()?);
    let results: Vec<String> = messages[at..]
        .iter()
        .filter(|message| message["role"] == "tool")
        .map(|message| text(&message["content"]))
        .collect();
    let call = |number: usize, tool, arguments| Some((format!("call_{name}_{number}"), tool, arguments));
    Some(match (kind, results.len()) {
        ("add", 0) => Turn {
            tokens: Vec::new(),
            call: call(0, "add_task", json!({ "title": title(name) })),
        },
        ("both", 0) => Turn {
            tokens: first(name),
            call: call(0, "add_task", json!({ "title": title(name) })),
        },
        ("both", 1) => {
            let added: Value = serde_json::from_str(&results[0]).unwrap_or_default();
            Turn {
                tokens: Vec::new(),
                call: call(1, "complete_task", json!({ "task_id": added["task"]["id"] })),
            }
        }
        _ => Turn {
            tokens: long(name, count),
            call: None,
        },
    })
}

fn text(content: &Value) -> String {
    match content {
        Value::String(text) => text.clone(),
        Value::Array(parts) => parts.iter().filter_map(|part| part["text"].as_str()).collect(),
        _ => String::new(),
    }
}
