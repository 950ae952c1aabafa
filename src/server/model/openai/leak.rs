//! Tool calls that a server failed to recognise, or a model wrote as text: `<tool_call>`, `<function=...>`, `[TOOL_CALLS]`, JSON in a
//! fence, or nothing but JSON.
//!
//! Only where a line begins, only for tools that were offered, and only with arguments that fit them. What the model was told itself, and
//! repeats, is no call: a task whose title looks like one is something that it may well say to the person. What was meant as a call and is
//! none is not shown as an answer either.

mod forms;

use std::sync::Arc;

use serde_json::Value;

use self::forms::{Arguments, Found, Written};
use super::{
    super::{Message, ToolSpec},
    schema,
};

/// A call longer than this is shown as the text it is.
const LONGEST: usize = 64 * 1024;

/// Looks at text on its way out. White space at the beginning is held back too, so that a reply of nothing else is empty.
#[derive(Debug)]
pub(super) struct Leak {
    tools: Arc<[ToolSpec]>,
    /// Texts of the conversation that look like calls.
    told: Arc<[String]>,
    held: String,
    /// Something was said.
    said: bool,
    /// What comes next begins a line.
    line_begins: bool,
    in_fence: bool,
    /// What follows belongs to a call that cannot be read.
    is_broken: bool,
    made: Vec<LeakedCall>,
}

/// What goes on.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Passed {
    /// Text for the person.
    pub(super) text: String,
    /// Calls, each of them once.
    pub(super) calls: Vec<LeakedCall>,
    /// Something was meant as a call, and cannot be made.
    pub(super) lost: bool,
}

/// A call found in the text.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct LeakedCall {
    /// The tool.
    pub(super) name: String,
    /// Its arguments, a JSON text.
    pub(super) arguments: String,
}

/// What becomes of the text that is held.
enum Step {
    /// It is shown, to this place.
    Show(usize),
    /// It is left out, to this place.
    Leave(usize),
    /// More text must come first.
    Wait,
}

impl Leak {
    /// Looks for calls of these tools in the answer to a conversation that has these texts.
    pub(super) fn new(tools: Arc<[ToolSpec]>, told: Arc<[String]>) -> Self {
        Self {
            tools,
            told,
            held: String::new(),
            said: false,
            line_begins: true,
            in_fence: false,
            is_broken: false,
            made: Vec::new(),
        }
    }

    /// Takes more text.
    pub(super) fn push(&mut self, text: &str) -> Passed {
        let mut passed = Passed::default();
        // Only what may end a call makes a long one whole: it is not read again with every word.
        let is_waiting = self.held.len() > 1024 && self.held.len() < LONGEST && !text.contains(['}', ']', '>', '`']);
        self.held.push_str(text);
        if !is_waiting {
            self.work(false, &mut passed);
        }
        passed
    }

    /// The end of the reply: what was held back, as a call if its end mark alone is missing.
    pub(super) fn finish(&mut self) -> Passed {
        let mut passed = Passed::default();
        self.work(true, &mut passed);
        passed
    }

    /// What was said was no answer.
    pub(super) fn retract(&mut self) {
        self.held.clear();
        (self.said, self.line_begins, self.in_fence, self.is_broken) = (false, true, false, false);
    }

    /// Takes a call, which may have come by another way; `false` if it was made in this turn before.
    pub(super) fn is_new(&mut self, call: &LeakedCall) -> bool {
        let is_new = !self.made.contains(call);
        if is_new {
            self.made.push(call.clone());
        }
        is_new
    }

    fn work(&mut self, is_end: bool, passed: &mut Passed) {
        while !self.held.is_empty() {
            if self.is_broken {
                self.held.clear();
                return;
            }
            let step = match (self.tools.is_empty(), self.line_begins) {
                (true, _) => self.without_tools(is_end),
                (false, true) => self.line(is_end, passed),
                (false, false) => self.in_line(is_end, passed),
            };
            match step {
                Step::Wait if self.held.len() < LONGEST => return,
                Step::Wait => self.show(self.held.len(), passed),
                Step::Show(to) => self.show(to, passed),
                Step::Leave(to) => {
                    self.held.drain(..to);
                    self.line_begins = true;
                }
            }
        }
    }

    fn show(&mut self, to: usize, passed: &mut Passed) {
        let shown: String = self.held.drain(..to).collect();
        self.said |= !shown.trim().is_empty();
        self.line_begins = shown.ends_with('\n');
        passed.text.push_str(&shown);
    }

    fn without_tools(&self, is_end: bool) -> Step {
        match self.said || !self.held.trim().is_empty() {
            true => Step::Show(self.held.len()),
            false => nothing_yet(self.held.len(), is_end),
        }
    }

    /// The rest of a line. Of all marks only Mistral's is a word of the model wherever it stands.
    fn in_line(&mut self, is_end: bool, passed: &mut Passed) -> Step {
        let line = self.held.find('\n').map_or(self.held.len(), |at| at + 1);
        let mark = match self.in_fence {
            true => None,
            false => forms::mark_in_line(&self.held[..line], is_end),
        };
        match mark {
            Some(0) => self.begun(0, is_end, passed),
            Some(at) => Step::Show(at),
            None => Step::Show(line),
        }
    }

    /// The beginning of a line.
    fn line(&mut self, is_end: bool, passed: &mut Passed) -> Step {
        // Between calls that are nothing but JSON stand semicolons or commas.
        let separates = |c: char| c.is_whitespace() || (!self.said && !self.made.is_empty() && matches!(c, ';' | ','));
        let indent = self.held.len() - self.held.trim_start_matches(separates).len();
        let lines = self.held[..indent].rfind('\n').map_or(0, |at| at + 1);
        if self.said && lines > 0 {
            return Step::Show(lines);
        }
        if indent == self.held.len() {
            return match self.said && is_end {
                true => Step::Show(indent),
                false => nothing_yet(indent, is_end),
            };
        }
        if self.in_fence {
            let line = &self.held[indent..];
            if !is_end && line.len() < forms::FENCE.len() && forms::FENCE.starts_with(line) {
                return Step::Wait;
            }
            self.in_fence = !line.starts_with(forms::FENCE);
            let end = line.find('\n').map_or(self.held.len(), |at| indent + at + 1);
            return Step::Show(end);
        }
        self.begun(indent, is_end, passed)
    }

    /// What begins at this place, as a call or as text.
    fn begun(&mut self, at: usize, is_end: bool, passed: &mut Passed) -> Step {
        let text = &self.held[at..];
        match forms::find(text, !self.said, is_end) {
            Found::Unclear => Step::Wait,
            Found::Nothing => {
                let first = text.chars().next().map_or(0, char::len_utf8);
                let line = text.find('\n').map_or(text.len(), |end| end + 1);
                // The rest of the line may have a mark, too.
                let next = forms::mark_in_line(&text[first..line], is_end).map_or(line, |next| first + next);
                Step::Show(at + next)
            }
            Found::Broken => {
                passed.lost = true;
                self.is_broken = true;
                Step::Leave(self.held.len())
            }
            Found::Code(length) => {
                self.in_fence = true;
                Step::Show(at + length)
            }
            Found::Calls {
                length,
                inside,
                calls,
                is_marked,
            } => {
                let end = at + length;
                if self.told.iter().any(|told| told.contains(inside)) {
                    return Step::Show(end);
                }
                let written = calls.unwrap_or_default();
                let is_ours = is_marked || !self.said || written.iter().any(|call| self.tool(&call.name).is_some());
                let made: Option<Vec<LeakedCall>> = written.iter().map(|call| self.read(call)).collect();
                match made.filter(|made| !made.is_empty()) {
                    Some(made) => {
                        for call in made {
                            if self.is_new(&call) {
                                passed.calls.push(call);
                            }
                        }
                        Step::Leave(end)
                    }
                    None if is_ours => {
                        passed.lost = true;
                        Step::Leave(end)
                    }
                    None => Step::Show(end),
                }
            }
        }
    }

    fn tool(&self, name: &str) -> Option<&ToolSpec> {
        self.tools.iter().find(|tool| tool.name == name)
    }

    /// A call that can be made.
    fn read(&self, written: &Written) -> Option<LeakedCall> {
        let tool = self.tool(&written.name)?;
        let arguments = match &written.arguments {
            Arguments::Json(text) => text.clone(),
            Arguments::Bare(parameters) => {
                let properties = tool.parameters.get("properties");
                let value = |name: &str, text: &str| schema::read_bare(text, properties.and_then(|known| known.get(name)));
                let read = parameters.iter().map(|(name, text)| (name.clone(), value(name, text)));
                Value::Object(read.collect()).to_string()
            }
        };
        let whole = if arguments.trim().is_empty() { "{}" } else { &arguments };
        schema::fits(whole, &tool.parameters).then(|| LeakedCall {
            name: tool.name.clone(),
            arguments,
        })
    }
}

/// White space at the beginning is held back; a reply of nothing else is empty.
fn nothing_yet(length: usize, is_end: bool) -> Step {
    match is_end {
        true => Step::Leave(length),
        false => Step::Wait,
    }
}

/// The texts of a conversation that look like calls, which the model may repeat.
pub(super) fn told(messages: &[Message]) -> Arc<[String]> {
    let mut told = Vec::new();
    for message in messages {
        match message {
            Message::User { text, quote, .. } => told.extend(std::iter::once(text).chain(quote).cloned()),
            Message::Tool { result, .. } => texts_of(result, &mut told),
            Message::Assistant { .. } => {}
        }
    }
    told.retain(|text| text.contains(['{', '<', '[']));
    told.into()
}

fn texts_of(value: &Value, texts: &mut Vec<String>) {
    match value {
        Value::String(text) => texts.push(text.clone()),
        Value::Array(values) => values.iter().for_each(|value| texts_of(value, texts)),
        Value::Object(fields) => fields.values().for_each(|value| texts_of(value, texts)),
        _ => {}
    }
}

#[cfg(test)]
mod tests;
