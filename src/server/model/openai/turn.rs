//! Frames to events: one turn while it comes in.

use std::collections::HashSet;

use super::{
    super::{Finish, ModelEvent, Usage},
    calls::Calls,
    errors::{self, Failure},
    leak::{Leak, LeakedCall},
    wire::{self, Delta, Frame},
};

/// One turn while it comes in. Text goes out at once, calls at the end, when they are surely whole.
#[derive(Debug)]
pub(super) struct Turn {
    leak: Leak,
    calls: Calls,
    has_text: bool,
    finish: Option<Finish>,
    usage: Usage,
    done: bool,
    left: usize,
}

impl Turn {
    /// The beginning of a turn in which `tools` are offered and the ids in `taken` are used up.
    pub(super) fn new(tools: Vec<String>, taken: HashSet<String>, answer_bytes: usize) -> Self {
        Self {
            leak: Leak::new(tools),
            calls: Calls::new(taken),
            has_text: false,
            finish: None,
            usage: Usage::default(),
            done: false,
            left: answer_bytes,
        }
    }

    /// Takes one frame; gives the text to show, if any.
    pub(super) fn frame(&mut self, data: &str) -> Result<Option<ModelEvent>, Failure> {
        let chunk = match wire::read(data) {
            Ok(Frame::Nothing) => return Ok(None),
            Ok(Frame::Done) => {
                self.done = true;
                return Ok(None);
            }
            Ok(Frame::Chunk(chunk)) => chunk,
            // After the end there is nothing left to lose.
            Ok(Frame::Error(_)) | Err(_) if self.finish.is_some() => return Ok(None),
            Ok(Frame::Error(error)) => return Err(errors::in_stream(&error)),
            // A text that just stops is the last frame of a broken connection.
            Err(error) if error.is_eof() => return Err(Failure::cut_off("the last frame is not whole")),
            Err(error) => return Err(Failure::garbage(&error.to_string())),
        };
        if let Some(usage) = chunk.usage {
            self.usage = usage.into();
        }
        let Some(choice) = chunk.choices.into_iter().next() else {
            return Ok(None);
        };
        let mut shown = String::new();
        if let Some(delta) = choice.delta.or(choice.message) {
            shown = self.delta(delta)?;
        }
        match choice.finish_reason.as_deref().map(str::trim) {
            None | Some("") => {}
            Some("error" | "abort") => return Err(Failure::cut_off("the provider gave up the answer")),
            Some(reason) => self.finish = Some(finish(reason)),
        }
        Ok(self.text(shown))
    }

    /// Whether the provider said that nothing follows.
    pub(super) fn is_done(&self) -> bool {
        self.done
    }

    /// Whether the answer is whole, though the usage may follow.
    pub(super) fn is_finished(&self) -> bool {
        self.done || self.finish.is_some()
    }

    /// The end of the stream: the rest of the text, the calls, and the end of the turn.
    pub(super) fn end(mut self) -> Result<Vec<ModelEvent>, Failure> {
        if !self.is_finished() {
            return Err(Failure::cut_off("the stream ended without a finish reason"));
        }
        let (rest, leaked) = self.leak.finish();
        let shown = self.leaked(rest, leaked);
        let mut events: Vec<ModelEvent> = self.text(shown).into_iter().collect();
        let finish = self.finish.unwrap_or(Finish::Stop);
        let calls = self.calls.finish();
        if !self.has_text && calls.is_empty() && finish == Finish::Stop {
            return Err(Failure::empty());
        }
        events.extend(calls.into_iter().map(ModelEvent::ToolCall));
        events.push(ModelEvent::Done { finish, usage: self.usage });
        Ok(events)
    }

    fn delta(&mut self, delta: Delta) -> Result<String, Failure> {
        let text = delta.text();
        self.spend(text.len())?;
        let (shown, leaked) = self.leak.push(text);
        let shown = self.leaked(shown, leaked);
        for call in delta.tool_calls {
            let grown = self.calls.push(call);
            self.spend(grown)?;
        }
        if let Some(extra) = delta.extra_content {
            self.calls.sign(extra);
        }
        Ok(shown)
    }

    fn leaked(&mut self, shown: String, leaked: Vec<LeakedCall>) -> String {
        for LeakedCall { name, arguments } in leaked {
            self.calls.add(name, arguments);
        }
        shown
    }

    fn text(&mut self, shown: String) -> Option<ModelEvent> {
        self.has_text |= !shown.trim().is_empty();
        (!shown.is_empty()).then_some(ModelEvent::Text(shown))
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
