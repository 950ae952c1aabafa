//! Thinking that a server failed to tell from the answer: `<think>`, `[THINK]`, the channels of harmony, and their kin.
//!
//! Nothing of it goes on. A pair of marks at the beginning of an answer is thinking, closed or not; further on, only if it is closed. Marks
//! in code or in quotes are what somebody talks about. A closing mark without an opening one says that all before it was thinking
//! (the template of the model had opened it): what went out is taken back.

use super::code::Code;

/// What opens thinking, and what closes it. Those of letters are known in any case.
const PAIRS: [(&str, &str); 9] = [
    ("<think>", "</think>"),
    ("<thinking>", "</thinking>"),
    ("<thought>", "</thought>"),
    ("<reasoning>", "</reasoning>"),
    ("<seed:think>", "</seed:think>"),
    ("[THINK]", "[/THINK]"),
    ("◁think▷", "◁/think▷"),
    ("<|START_THINKING|>", "<|END_THINKING|>"),
    ("<|channel>thought", "<channel|>"),
];
/// Harmony: a message has a head, which names its channel, and a body.
const HEADS: [&str; 2] = ["<|start|>", "<|channel|>"];
const BODY: &str = "<|message|>";
const ENDS: [&str; 3] = ["<|end|>", "<|call|>", "<|return|>"];
/// Marks that are no word of the answer, wherever they stand.
const NOISE: [&str; 2] = ["<|START_RESPONSE|>", "<|END_RESPONSE|>"];
/// A head is short; what is longer is none.
const LONGEST_HEAD: usize = 200;
/// Between two of these a mark is quoted.
const QUOTES: [char; 11] = ['"', '\'', '“', '”', '‘', '’', '«', '»', '(', ')', '`'];

/// Looks at text on its way out.
#[derive(Debug, Default)]
pub(super) struct Thinking {
    state: State,
    /// What may be the beginning of a mark.
    pending: String,
    code: Code,
    /// The newest character that was looked at.
    before: Option<char>,
    /// White space at the beginning, which goes out with the first word.
    lead: String,
    /// White space at the beginning is none of the answer's, because it stands behind thinking.
    trims: bool,
    /// Something other than white space went out, or is withheld.
    said: bool,
    /// This model is known to think before it says so: all is withheld until it is clear that it does not.
    withholds: bool,
    withheld: String,
    thought_unopened: bool,
}

#[derive(Debug, Default)]
enum State {
    /// The answer.
    #[default]
    Answer,
    /// Thinking. What there is of it, where it goes out unless it is closed.
    Thinking(Option<String>),
    /// The head of a message.
    Head(String),
    /// A message that is not for the person; the call that it makes, and its body, where it is one.
    Aside(Option<String>, String),
}

/// What goes on.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Passed {
    /// All that went on before was thinking.
    pub(super) retracts: bool,
    /// Text of the answer, behind that.
    pub(super) text: String,
    /// Calls of tools that stood among the thinking: names and arguments.
    pub(super) calls: Vec<(String, String)>,
}

impl Passed {
    fn call(&mut self, to: Option<String>, body: &str) {
        if let Some(name) = to {
            self.calls.push((name, body.trim().to_owned()));
        }
    }
}

/// A mark at the beginning of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mark {
    Open(usize),
    Close(usize),
    Head(usize),
    End(usize),
    /// Too little text to know.
    Unclear,
    None,
}

impl Thinking {
    /// For a model that is known to think without saying so, or not.
    pub(super) fn new(withholds: bool) -> Self {
        Self {
            withholds,
            ..Self::default()
        }
    }

    /// Whether the model thought and had not said so.
    pub(super) fn thought_unopened(&self) -> bool {
        self.thought_unopened
    }

    /// Takes more text.
    pub(super) fn push(&mut self, text: &str) -> Passed {
        self.pending.push_str(text);
        let mut passed = Passed::default();
        self.work(false, &mut passed);
        passed
    }

    /// The end of the text; `is_cut` if it was cut off.
    pub(super) fn finish(&mut self, is_cut: bool) -> Passed {
        let mut passed = Passed::default();
        self.work(true, &mut passed);
        match std::mem::take(&mut self.state) {
            State::Thinking(Some(raw)) if !is_cut => {
                self.said = true;
                self.emit(&raw, &mut passed);
            }
            State::Aside(to, body) => passed.call(to, &body),
            _ => {}
        }
        let lead = std::mem::take(&mut self.lead);
        passed.text.push_str(&std::mem::take(&mut self.withheld));
        passed.text.push_str(&lead);
        passed
    }

    /// Without its thinking, a text that is whole.
    pub(super) fn without(text: &str) -> String {
        let mut thinking = Self::default();
        let first = thinking.push(text);
        let rest = thinking.finish(false);
        if rest.retracts { rest.text } else { first.text + &rest.text }
    }

    fn work(&mut self, is_end: bool, passed: &mut Passed) {
        let pending = std::mem::take(&mut self.pending);
        let mut at = 0;
        while at < pending.len() {
            let rest = &pending[at..];
            let taken = match &self.state {
                State::Answer => self.answer(rest, is_end, passed),
                State::Thinking(_) => self.thinking(rest, is_end),
                State::Head(_) => self.head(rest, is_end, passed),
                State::Aside(..) => self.aside(rest, is_end, passed),
            };
            if taken == 0 {
                break;
            }
            let last = pending[at..at + taken].chars().next_back();
            self.before = last;
            at += taken;
        }
        self.pending.push_str(&pending[at..]);
    }

    /// Takes the next piece of the answer; gives its length, or 0 if more text must come first.
    fn answer(&mut self, rest: &str, is_end: bool, passed: &mut Passed) -> usize {
        let Some(c) = rest.chars().next() else { return 0 };
        if c == '`' {
            let run = rest.len() - rest.trim_start_matches('`').len();
            if run == rest.len() && !is_end {
                return 0;
            }
            self.code.backticks(run);
            self.say(&rest[..run], passed);
            return run;
        }
        if !self.code.is_open() {
            match self.mark(rest, is_end) {
                Mark::Unclear => return 0,
                Mark::Open(length) => {
                    self.state = State::Thinking(self.said.then(|| rest[..length].to_owned()));
                    return length;
                }
                Mark::Close(length) => {
                    self.thought_unopened |= self.said;
                    self.retract(passed);
                    return length;
                }
                Mark::Head(length) => {
                    // What names the message's channel belongs to its head.
                    self.state = State::Head(rest[..length].to_owned());
                    return length;
                }
                Mark::End(length) => return length,
                Mark::None => {}
            }
        }
        if c == '\n' {
            self.code.line_ends();
        }
        self.say(&rest[..c.len_utf8()], passed);
        c.len_utf8()
    }

    /// Takes the next piece of thinking.
    fn thinking(&mut self, rest: &str, is_end: bool) -> usize {
        let Some(c) = rest.chars().next() else { return 0 };
        match self.mark(rest, is_end) {
            Mark::Unclear => 0,
            Mark::Close(length) => {
                self.state = State::Answer;
                if !self.said {
                    self.begin();
                }
                length
            }
            _ => {
                if let State::Thinking(Some(raw)) = &mut self.state {
                    raw.push(c);
                }
                c.len_utf8()
            }
        }
    }

    /// Takes the next piece of a message's head.
    fn head(&mut self, rest: &str, is_end: bool, passed: &mut Passed) -> usize {
        let Some(c) = rest.chars().next() else { return 0 };
        let State::Head(head) = &mut self.state else { return 0 };
        if rest.starts_with(BODY) {
            let head = std::mem::take(head);
            let channel = head.split_once(HEADS[1]).map(|(_, channel)| channel.trim()).unwrap_or_default();
            if channel.is_empty() || channel.starts_with("final") {
                self.state = State::Answer;
                // All before was thinking, if somebody had opened its channel for the model.
                self.thought_unopened |= self.said;
                self.retract(passed);
            } else {
                self.state = State::Aside(recipient(channel), String::new());
            }
            return BODY.len();
        }
        if BODY.starts_with(rest) && !is_end {
            return 0;
        }
        head.push(c);
        if head.len() > LONGEST_HEAD {
            let head = std::mem::take(head);
            self.state = State::Answer;
            self.say(&head, passed);
        }
        c.len_utf8()
    }

    /// Takes the next piece of a message that is not for the person.
    fn aside(&mut self, rest: &str, is_end: bool, passed: &mut Passed) -> usize {
        let Some(c) = rest.chars().next() else { return 0 };
        let ends = match mark(rest, is_end) {
            Mark::Unclear => return 0,
            Mark::End(length) => Some(length),
            // It begins the next one, and is looked at there.
            Mark::Head(_) => Some(0),
            _ => None,
        };
        let State::Aside(to, body) = &mut self.state else { return 0 };
        let Some(length) = ends else {
            body.push(c);
            return c.len_utf8();
        };
        let (to, body) = (to.take(), std::mem::take(body));
        passed.call(to, &body);
        self.state = State::Answer;
        if length > 0 {
            return length;
        }
        self.answer(rest, is_end, passed)
    }

    fn say(&mut self, text: &str, passed: &mut Passed) {
        if !self.said && text.trim().is_empty() {
            if !self.trims {
                self.lead.push_str(text);
            }
            return;
        }
        let lead = std::mem::take(&mut self.lead);
        // White space before the first word goes out with it.
        self.said = true;
        self.emit(&lead, passed);
        self.emit(text, passed);
    }

    fn emit(&mut self, text: &str, passed: &mut Passed) {
        if self.withholds {
            self.withheld.push_str(text);
        } else {
            passed.text.push_str(text);
        }
    }

    /// All before was thinking, and white space behind it is none of the answer's.
    fn retract(&mut self, passed: &mut Passed) {
        passed.retracts |= self.said && !self.withholds;
        passed.text.clear();
        self.withheld.clear();
        self.said = false;
        self.begin();
    }

    /// The answer follows.
    fn begin(&mut self) {
        self.lead.clear();
        self.trims = true;
        self.code = Code::default();
        self.withholds = false;
    }

    /// The mark at the beginning of a text, unless it is quoted.
    fn mark(&self, text: &str, is_end: bool) -> Mark {
        let found = mark(text, is_end);
        let length = match found {
            Mark::Open(length) | Mark::Close(length) | Mark::Head(length) | Mark::End(length) => length,
            Mark::Unclear | Mark::None => return found,
        };
        match self.before {
            Some('\\') => Mark::None,
            Some(before) if QUOTES.contains(&before) => match text[length..].chars().next() {
                None if !is_end => Mark::Unclear,
                Some(behind) if QUOTES.contains(&behind) => Mark::None,
                _ => found,
            },
            _ => found,
        }
    }
}

/// The tool to which a channel's message goes: `commentary to=functions.add_task`.
fn recipient(channel: &str) -> Option<String> {
    let (_, to) = channel.split_once("to=")?;
    let to = to.split([' ', '<']).next()?.trim();
    let name = to.strip_prefix("functions.").unwrap_or(to);
    (!name.is_empty()).then(|| name.to_owned())
}

/// The mark at the beginning of a text.
fn mark(text: &str, is_end: bool) -> Mark {
    if !text.starts_with(['<', '[', '◁']) {
        return Mark::None;
    }
    let opens = PAIRS.iter().map(|(open, _)| (*open, Mark::Open as fn(usize) -> Mark));
    let closes = PAIRS.iter().map(|(_, close)| (*close, Mark::Close as fn(usize) -> Mark));
    let heads = HEADS.iter().map(|head| (*head, Mark::Head as fn(usize) -> Mark));
    let ends = ENDS
        .iter()
        .chain(&NOISE)
        .chain([&BODY])
        .map(|end| (*end, Mark::End as fn(usize) -> Mark));
    let mut is_unclear = false;
    for (mark, kind) in opens.chain(closes).chain(heads).chain(ends) {
        if begins(text, mark) {
            return kind(mark.len());
        }
        is_unclear |= !is_end && text.len() < mark.len() && begins(mark, text);
    }
    if is_unclear { Mark::Unclear } else { Mark::None }
}

/// Whether a text begins with a mark, in any case where the mark is one of angle brackets.
fn begins(text: &str, with: &str) -> bool {
    let Some(start) = text.get(..with.len()) else { return false };
    start == with || (with.starts_with('<') && start.eq_ignore_ascii_case(with))
}

#[cfg(test)]
mod tests;
