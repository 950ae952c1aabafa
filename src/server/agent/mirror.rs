//! The answer mirrors the person's language, and the server sees to it: a model that answers in another one is asked once more, before the
//! person sees it.
//!
//! The beginning of an answer is held back until a few of its words say that it is right; then it goes through as it comes. Turns that call tools
//! are left as they are: only what is said last is the answer.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use futures::StreamExt;
use serde_json::Value;

use crate::{
    domain::{
        language::{begins_in, is_in},
        locale::Script,
    },
    server::model::{Finish, Message, Model, ModelError, ModelEvent, ModelRequest, ModelStream, Usage},
};

/// A model whose answers are in the language of the request. For one run: it asks again once.
pub struct Mirror {
    model: Arc<dyn Model>,
    has_asked_again: Arc<AtomicBool>,
}

impl Mirror {
    /// Watches over this model.
    pub fn new(model: Arc<dyn Model>) -> Self {
        Self {
            model,
            has_asked_again: Arc::default(),
        }
    }
}

impl Model for Mirror {
    fn ask(&self, mut request: ModelRequest) -> ModelStream {
        let model = Arc::clone(&self.model);
        let has_asked_again = Arc::clone(&self.has_asked_again);
        let stream = async_stream::stream! {
            let mut turn = Turn::of(&request);
            let mut stream = model.ask(request.clone());
            loop {
                let event = stream.next().await;
                let (events, then) = turn.take(event);
                for event in events {
                    yield event;
                }
                match then {
                    Then::GoOn => {}
                    Then::End => return,
                    Then::Judge(end) if has_asked_again.swap(true, Ordering::Relaxed) => {
                        for event in turn.as_it_is(end) {
                            yield event;
                        }
                        return;
                    }
                    Then::Judge(end) => {
                        request = again(request, turn.held.clone());
                        turn = Turn::second(&request, turn.held, end);
                        stream = model.ask(request.clone());
                    }
                }
            }
        };
        stream.boxed()
    }

    fn name(&self) -> String {
        self.model.name()
    }

    fn reads_files(&self) -> bool {
        self.model.reads_files()
    }

    fn names(&self) -> Vec<String> {
        self.model.names()
    }
}

/// The request with the answer in it, and what was wrong with it.
fn again(mut request: ModelRequest, answer: String) -> ModelRequest {
    request.messages.push(Message::Assistant {
        text: answer,
        calls: Vec::new(),
    });
    request.messages.push(Message::user(format!(
        "[Not from the person: they have not seen this answer, because it is not in {0}, the language they write. Give the same answer in {0}. \
         Titles of tasks stay as they are. Call no tools.]",
        request.script.english_name()
    )));
    // It is for the person's message only.
    request.tool_choice = None;
    request
}

/// How a turn ended.
#[derive(Debug, Clone, Copy, PartialEq)]
struct End {
    finish: Finish,
    usage: Usage,
}

/// What follows an event.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Then {
    GoOn,
    /// The turn is over.
    End,
    /// The turn is over, and what is held is in the wrong language.
    Judge(End),
}

/// A turn of the model on its way out.
struct Turn {
    script: Script,
    /// Texts that may be in any language: titles of the person's tasks.
    titles: Vec<String>,
    held: String,
    is_through: bool,
    /// What the model answered first, in another language.
    first: Option<(String, End)>,
}

type Event = Result<ModelEvent, ModelError>;

impl Turn {
    fn of(request: &ModelRequest) -> Self {
        Self {
            script: request.script,
            titles: titles(&request.messages),
            held: String::new(),
            is_through: false,
            first: None,
        }
    }

    fn second(request: &ModelRequest, answer: String, end: End) -> Self {
        Self {
            first: Some((answer, end)),
            ..Self::of(request)
        }
    }

    /// Takes in what the model sent; gives what goes out.
    fn take(&mut self, event: Option<Event>) -> (Vec<Event>, Then) {
        match event {
            Some(Ok(ModelEvent::Text(more))) => {
                if self.is_through {
                    return (vec![Ok(ModelEvent::Text(more))], Then::GoOn);
                }
                self.held.push_str(&more);
                let is_right = begins_in(&self.counted(true), self.script) == Some(true);
                (if is_right { self.release() } else { Vec::new() }, Then::GoOn)
            }
            Some(Ok(ModelEvent::ToolCall(call))) => {
                let mut events = self.release();
                events.push(Ok(ModelEvent::ToolCall(call)));
                (events, Then::GoOn)
            }
            Some(Ok(ModelEvent::Done { finish, usage })) => {
                let end = End { finish, usage };
                let is_wrong = !self.is_through && finish != Finish::Filter && !is_in(&self.counted(false), self.script);
                if is_wrong {
                    return (Vec::new(), Then::Judge(end));
                }
                let mut events = self.release();
                events.push(self.done(end));
                (events, Then::End)
            }
            Some(Ok(ModelEvent::Retracted)) => {
                self.held.clear();
                let was_shown = std::mem::take(&mut self.is_through);
                (was_shown.then_some(Ok(ModelEvent::Retracted)).into_iter().collect(), Then::GoOn)
            }
            Some(Ok(other)) => (vec![Ok(other)], Then::GoOn),
            Some(Err(_)) | None if self.first.is_some() && !self.is_through => {
                // Better an answer in another language than none.
                let (text, end) = self.first.take().unwrap_or_else(|| (String::new(), NOTHING));
                self.held = text;
                (self.as_it_is(end), Then::End)
            }
            Some(Err(error)) => {
                let mut events = self.release();
                events.push(Err(error));
                (events, Then::End)
            }
            None => (self.release(), Then::End),
        }
    }

    /// What is held goes out, and all that follows.
    fn release(&mut self) -> Vec<Event> {
        self.is_through = true;
        match std::mem::take(&mut self.held) {
            held if held.is_empty() => Vec::new(),
            held => vec![Ok(ModelEvent::Text(held))],
        }
    }

    /// An answer in another language, because there is no better one.
    fn as_it_is(&mut self, end: End) -> Vec<Event> {
        let mut events = vec![Ok(ModelEvent::OtherLanguage)];
        events.extend(self.release());
        events.push(self.done(end));
        events
    }

    fn done(&self, end: End) -> Event {
        let before = self.first.as_ref().map_or(NOTHING.usage, |(_, first)| first.usage);
        Ok(ModelEvent::Done {
            finish: end.finish,
            usage: Usage {
                input: before.input + end.usage.input,
                output: before.output + end.usage.output,
            },
        })
    }

    /// What of the held text counts.
    fn counted(&self, is_being_written: bool) -> String {
        let mut text = self.held.as_str();
        if is_being_written {
            // A title may be on its way.
            let starts = |title: &str, at: usize| title.starts_with(&text[at..]);
            let begun = text
                .char_indices()
                .map(|(at, _)| at)
                .find(|at| self.titles.iter().any(|title| starts(title, *at)));
            text = &text[..begun.unwrap_or(text.len())];
        }
        self.titles
            .iter()
            .fold(text.to_owned(), |text, title| text.replace(title.as_str(), " "))
    }
}

const NOTHING: End = End {
    finish: Finish::Stop,
    usage: Usage { input: 0, output: 0 },
};

/// The titles of tasks that stand in a conversation, long ones first.
fn titles(messages: &[Message]) -> Vec<String> {
    let mut found = Vec::new();
    for message in messages {
        match message {
            Message::Tool { result, .. } => titles_in(result, &mut found),
            Message::Assistant { calls, .. } => {
                for call in calls {
                    titles_in(&serde_json::from_str(&call.arguments).unwrap_or_default(), &mut found);
                }
            }
            Message::User { references, .. } => found.extend(references.iter().map(|reference| reference.text.clone())),
        }
    }
    found.retain(|title| title.chars().count() > 1);
    found.sort_by_key(|title| std::cmp::Reverse(title.len()));
    found.dedup();
    found
}

fn titles_in(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(object) => {
            for (name, value) in object {
                match value {
                    Value::String(title) if name == "title" => found.push(title.clone()),
                    value => titles_in(value, found),
                }
            }
        }
        Value::Array(values) => values.iter().for_each(|value| titles_in(value, found)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn turn(script: Script, titles: &[&str]) -> Turn {
        Turn {
            script,
            titles: titles.iter().map(|title| (*title).to_owned()).collect(),
            held: String::new(),
            is_through: false,
            first: None,
        }
    }
    fn text(words: &str) -> Option<Event> {
        Some(Ok(ModelEvent::Text(words.into())))
    }
    fn done() -> Option<Event> {
        Some(Ok(ModelEvent::Done {
            finish: Finish::Stop,
            usage: Usage { input: 1, output: 2 },
        }))
    }
    /// After how many pieces of one word the text goes through; none if it does not.
    fn passes_after(script: Script, words: &str) -> Option<usize> {
        let mut turn = turn(script, &[]);
        words
            .split_inclusive(' ')
            .position(|word| !turn.take(text(word)).0.is_empty())
            .map(|at| at + 1)
    }

    #[test]
    fn what_is_right_is_held_back_for_a_few_words_only() {
        for (script, words) in [
            (Script::En, "You have three tasks for tomorrow: milk, eggs and rice."),
            (Script::En, "Added **doodh lena** for Tuesday, 24 November 2026."),
            (Script::UrLatn, "Theek hai, doodh lena shamil kar liya hai."),
            (Script::UrLatn, "Aap ke teen kaam hain kal ke liye."),
            (Script::Ur, "ٹھیک ہے، دودھ لینا شامل کر لیا ہے۔"),
            (Script::Ur, "Zoom کی میٹنگ کل صبح نو بجے ہے۔"),
        ] {
            let after = passes_after(script, words);
            assert!(after.is_some_and(|after| after <= 6), "{words}: {after:?}");
        }
    }

    #[test]
    fn what_is_wrong_is_held_back_to_its_end() {
        for (script, words) in [
            (
                Script::Ur,
                "You have three tasks for tomorrow: milk, eggs and rice, and much more than that.",
            ),
            (
                Script::UrLatn,
                "You have three tasks for tomorrow: milk, eggs and rice, and much more than that.",
            ),
            (
                Script::En,
                "Aap ke teen kaam hain kal ke liye: doodh, anday aur chawal, aur bhi bohat kuch karna hai.",
            ),
            (Script::En, "آپ کے کل کے لیے تین کام ہیں، اور بھی بہت کچھ کرنا ہے، سب لکھا ہوا ہے۔"),
        ] {
            assert_eq!(passes_after(script, words), None, "{words}");
            let mut turn = turn(script, &[]);
            turn.take(text(words));
            assert!(
                matches!(turn.take(done()), (events, Then::Judge(_)) if events.is_empty()),
                "{words}"
            );
        }
    }

    #[test]
    fn titles_count_for_nothing() {
        let titles = ["دودھ اور انڈے لینا", "دودھ"];
        let words = "1. دودھ اور انڈے لینا\n2. دودھ\nBoth are due";
        let mut turn = turn(Script::En, &titles);
        for word in words.split_inclusive(' ') {
            turn.take(text(word));
        }
        assert!(matches!(turn.take(done()), (_, Then::End)));
        let found = self::titles(&[
            Message::Assistant {
                text: String::new(),
                calls: vec![crate::server::model::ToolCall {
                    id: "1".into(),
                    name: "add_task".into(),
                    arguments: r#"{"title":"دودھ"}"#.into(),
                    extra_content: None,
                }],
            },
            Message::Tool {
                call_id: "1".into(),
                name: "list_tasks".into(),
                result: json!({ "tasks": [{ "title": titles[0] }, { "title": "x" }] }),
            },
        ]);
        assert_eq!(found, titles);
    }

    #[test]
    fn a_turn_with_calls_is_left_as_it_is() {
        let mut turn = turn(Script::Ur, &[]);
        assert!(
            turn.take(text("Let me look at your list of tasks for the whole of this week. "))
                .0
                .is_empty()
        );
        let call = ModelEvent::ToolCall(crate::server::model::ToolCall {
            id: "1".into(),
            name: "list_tasks".into(),
            arguments: "{}".into(),
            extra_content: None,
        });
        assert_eq!(turn.take(Some(Ok(call))).0.len(), 2);
        assert_eq!(turn.take(done()).1, Then::End);
    }

    #[test]
    fn the_first_answer_is_shown_if_there_is_no_second() {
        let mut turn = turn(Script::Ur, &[]);
        turn.first = Some((
            "All done.".into(),
            End {
                finish: Finish::Stop,
                usage: Usage { input: 5, output: 5 },
            },
        ));
        let (events, then) = turn.take(Some(Err(ModelError::Empty)));
        let usage = Usage { input: 5, output: 5 };
        let finish = Finish::Stop;
        assert_eq!(then, Then::End);
        assert_eq!(
            events,
            [
                Ok(ModelEvent::OtherLanguage),
                Ok(ModelEvent::Text("All done.".into())),
                Ok(ModelEvent::Done { finish, usage })
            ]
        );
    }

    #[test]
    fn what_is_taken_back_is_not_judged() {
        let mut turn = turn(Script::Ur, &[]);
        assert!(
            turn.take(text("The person wants milk, and I should say that it is written down."))
                .0
                .is_empty()
        );
        assert!(turn.take(Some(Ok(ModelEvent::Retracted))).0.is_empty(), "nothing of it was shown");
        turn.take(text("ٹھیک ہے، دودھ لینا شامل کر لیا ہے۔"));
        assert_eq!(turn.take(done()).1, Then::End);
        // What was shown is taken back, and what follows is looked at anew.
        let mut turn = self::turn(Script::En, &[]);
        assert_eq!(
            turn.take(text("The person wants me to write down that milk is to be bought."))
                .0
                .len(),
            1
        );
        assert_eq!(turn.take(Some(Ok(ModelEvent::Retracted))).0, [Ok(ModelEvent::Retracted)]);
        turn.take(text("دودھ لکھ لیا گیا ہے، اور انڈے بھی لکھ لیے گئے ہیں۔"));
        assert!(matches!(turn.take(done()), (_, Then::Judge(_))));
    }

    #[test]
    fn what_is_held_is_not_lost_with_the_connection() {
        let mut turn = turn(Script::En, &[]);
        turn.take(text("half "));
        let (events, then) = turn.take(Some(Err(ModelError::CutOff("gone".into()))));
        assert_eq!((events.len(), then), (2, Then::End));
    }
}
