//! Frames to events: one turn while it comes in.

use std::{collections::HashSet, sync::Arc};

use super::{
    super::{Finish, ModelEvent, ToolSpec, Usage},
    calls::Calls,
    errors::{self, Failure},
    leak::{self, Leak, LeakedCall},
    reasoning::Reasoning,
    thinking::{self, Thinking},
    wire::{self, Delta, Frame},
};

/// What a turn is read with.
#[derive(Debug, Clone, Default)]
pub(super) struct Reading {
    /// The tools that are offered.
    pub(super) tools: Arc<[ToolSpec]>,
    /// The ids of the calls made so far.
    pub(super) taken: HashSet<String>,
    /// Texts of the conversation that look like calls.
    pub(super) told: Arc<[String]>,
    /// The endpoint and the model.
    pub(super) from: String,
    /// The model is known to think before it says so.
    pub(super) withholds: bool,
    /// The size of an answer.
    pub(super) answer_bytes: usize,
}

/// One turn while it comes in. Text goes out at once, calls at the end, when they are surely whole.
#[derive(Debug)]
pub(super) struct Turn {
    thinking: Thinking,
    leak: Leak,
    calls: Calls,
    reasoning: Reasoning,
    from: String,
    has_text: bool,
    /// Something was meant as a call, and cannot be made.
    lost: bool,
    finish: Option<Finish>,
    usage: Usage,
    done: bool,
    left: usize,
}

impl Turn {
    /// The beginning of a turn.
    pub(super) fn new(reading: Reading) -> Self {
        Self {
            thinking: Thinking::new(reading.withholds),
            leak: Leak::new(reading.tools, reading.told),
            calls: Calls::new(reading.taken),
            reasoning: Reasoning::default(),
            from: reading.from,
            has_text: false,
            lost: false,
            finish: None,
            usage: Usage::default(),
            done: false,
            left: reading.answer_bytes,
        }
    }

    /// Takes one frame; gives the text to show, if any.
    pub(super) fn frame(&mut self, data: &str) -> Result<Vec<ModelEvent>, Failure> {
        let chunk = match wire::read(data) {
            Ok(Frame::Nothing) => return Ok(Vec::new()),
            Ok(Frame::Done) => {
                self.done = true;
                return Ok(Vec::new());
            }
            Ok(Frame::Chunk(chunk)) => chunk,
            // After the end there is nothing left to lose.
            Ok(Frame::Error(_)) | Err(_) if self.finish.is_some() => return Ok(Vec::new()),
            Ok(Frame::Error(error)) => return Err(errors::in_stream(&error)),
            // A text that just stops is the last frame of a broken connection.
            Err(error) if error.is_eof() => return Err(Failure::cut_off("the last frame is not whole")),
            Err(error) => return Err(Failure::garbage(&error.to_string())),
        };
        if let Some(usage) = chunk.usage {
            self.usage = usage.into();
        }
        let Some(choice) = chunk.choices.into_iter().next() else {
            return Ok(Vec::new());
        };
        let mut events = Vec::new();
        if let Some(delta) = choice.delta.or(choice.message) {
            events = self.delta(delta)?;
        }
        match choice.finish_reason.as_deref().map(str::trim) {
            None | Some("") => {}
            Some("error" | "abort") => return Err(Failure::cut_off("the provider gave up the answer")),
            Some(reason) => self.finish = Some(finish(reason)),
        }
        Ok(events)
    }

    /// Whether the provider said that nothing follows.
    pub(super) fn is_done(&self) -> bool {
        self.done
    }

    /// Whether the answer is whole, though the usage may follow.
    pub(super) fn is_finished(&self) -> bool {
        self.done || self.finish.is_some()
    }

    /// Whether the model thought before it said so; `before` if it did in an earlier turn, which one without words does not refute.
    pub(super) fn thought_unopened(&self, before: bool) -> bool {
        self.thinking.thought_unopened() || (before && !self.has_text)
    }

    /// The end of the stream: the rest of the text, the calls, and the end of the turn.
    pub(super) fn end(&mut self) -> Result<Vec<ModelEvent>, Failure> {
        if !self.is_finished() {
            return Err(Failure::cut_off("the stream ended without a finish reason"));
        }
        let finish = self.finish.unwrap_or(Finish::Stop);
        let rest = self.thinking.finish(finish == Finish::Length);
        let mut events = self.answer(rest);
        let last = self.leak.finish();
        events.extend(self.leaked(last));
        let calls = std::mem::take(&mut self.calls).finish(&self.from, std::mem::take(&mut self.reasoning).finish());
        if self.lost && calls.is_empty() {
            return Err(Failure::unmade());
        }
        if !self.has_text && calls.is_empty() && finish == Finish::Stop {
            return Err(Failure::empty());
        }
        events.extend(calls.into_iter().map(ModelEvent::ToolCall));
        events.push(ModelEvent::Done { finish, usage: self.usage });
        Ok(events)
    }

    fn delta(&mut self, mut delta: Delta) -> Result<Vec<ModelEvent>, Failure> {
        let reasoning = delta.take_reasoning();
        let grown = self.reasoning.push(reasoning);
        self.spend(grown)?;
        let text = delta.text();
        self.spend(text.len())?;
        let passed = self.thinking.push(&text);
        let events = self.answer(passed);
        for call in delta.tool_calls {
            let grown = self.calls.push(call);
            self.spend(grown)?;
        }
        if let Some(extra) = delta.extra_content {
            self.calls.sign(extra);
        }
        Ok(events)
    }

    /// What is no thinking.
    fn answer(&mut self, passed: thinking::Passed) -> Vec<ModelEvent> {
        let mut events = Vec::new();
        if passed.retracts {
            self.leak.retract();
            self.lost = false;
            if std::mem::take(&mut self.has_text) {
                events.push(ModelEvent::Retracted);
            }
        }
        for (name, arguments) in passed.calls {
            let call = LeakedCall { name, arguments };
            if self.leak.is_new(&call) {
                self.calls.add(call.name, call.arguments);
            }
        }
        let passed = self.leak.push(&passed.text);
        events.extend(self.leaked(passed));
        events
    }

    /// What is no call.
    fn leaked(&mut self, passed: leak::Passed) -> Option<ModelEvent> {
        self.lost |= passed.lost;
        for LeakedCall { name, arguments } in passed.calls {
            self.calls.add(name, arguments);
        }
        self.has_text |= !passed.text.trim().is_empty();
        (!passed.text.is_empty()).then_some(ModelEvent::Text(passed.text))
    }

    fn spend(&mut self, bytes: usize) -> Result<(), Failure> {
        self.left = self.left.checked_sub(bytes).ok_or_else(Failure::too_long)?;
        Ok(())
    }
}

/// Gemini says `stop`, and older servers other words, also when there are calls: so whatever is no limit and no filter is a stop.
fn finish(reason: &str) -> Finish {
    match reason.to_ascii_lowercase().as_str() {
        "length" | "max_tokens" => Finish::Length,
        "content_filter" | "safety" | "recitation" | "prohibited_content" | "blocklist" | "spii" => Finish::Filter,
        _ => Finish::Stop,
    }
}
