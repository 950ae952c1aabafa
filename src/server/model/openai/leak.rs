//! Tool calls that a server failed to recognise and let through as text: `<tool_call>{"name": ..., "arguments": ...}</tool_call>`.
//!
//! Only at the very beginning of a reply, and only for tools that were offered: a task whose title looks like a call is
//! something the model may well repeat to the person, and must never become a call.

use serde_json::Value;

use super::wire::argument_text;

const OPEN: &str = "<tool_call>";
const CLOSE: &str = "</tool_call>";
/// A call longer than this is shown as the text it is.
const LONGEST: usize = 64 * 1024;

/// Looks at text on its way out. White space at the beginning is held back too, so that a reply of nothing else is empty.
#[derive(Debug)]
pub(super) struct Leak {
    tools: Vec<String>,
    held: String,
    passed: bool,
}

/// A call found in the text.
#[derive(Debug, PartialEq)]
pub(super) struct LeakedCall {
    /// The tool.
    pub(super) name: String,
    /// Its arguments, a JSON text.
    pub(super) arguments: String,
}

impl Leak {
    /// Looks for calls of these tools.
    pub(super) fn new(tools: Vec<String>) -> Self {
        Self {
            tools,
            held: String::new(),
            passed: false,
        }
    }

    /// Takes more text; gives what can be shown and the calls that are whole.
    pub(super) fn push(&mut self, text: String) -> (String, Vec<LeakedCall>) {
        if self.passed {
            return (text, Vec::new());
        }
        self.held.push_str(&text);
        let mut calls = Vec::new();
        loop {
            let start = self.held.trim_start();
            let undecided = start.is_empty() || OPEN.starts_with(start);
            let Some(inside) = start.strip_prefix(OPEN).filter(|_| !self.tools.is_empty()) else {
                return if undecided && self.held.len() < LONGEST {
                    (String::new(), calls)
                } else {
                    (self.pass(), calls)
                };
            };
            let Some((body, rest)) = inside.split_once(CLOSE) else {
                return if self.held.len() < LONGEST {
                    (String::new(), calls)
                } else {
                    (self.pass(), calls)
                };
            };
            let Some(call) = self.read(body) else {
                return (self.pass(), calls);
            };
            calls.push(call);
            self.held = rest.to_owned();
        }
    }

    /// The end of the reply: what was held back, as a call if its end mark alone is missing.
    pub(super) fn finish(&mut self) -> (String, Vec<LeakedCall>) {
        let held = self.pass();
        match held.trim_start().strip_prefix(OPEN).and_then(|body| self.read(body)) {
            Some(call) => (String::new(), vec![call]),
            None if held.trim().is_empty() => (String::new(), Vec::new()),
            None => (held, Vec::new()),
        }
    }

    fn pass(&mut self) -> String {
        self.passed = true;
        std::mem::take(&mut self.held)
    }

    fn read(&self, body: &str) -> Option<LeakedCall> {
        let call: Value = serde_json::from_str(body).ok()?;
        let name = call
            .get("name")?
            .as_str()
            .filter(|name| self.tools.iter().any(|tool| tool == name))?;
        let arguments = call
            .get("arguments")
            .or_else(|| call.get("parameters"))
            .map(argument_text)
            .unwrap_or_default();
        Some(LeakedCall {
            name: name.to_owned(),
            arguments,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pass(pieces: &[&str]) -> (String, Vec<(String, String)>) {
        let mut leak = Leak::new(vec!["add".into(), "list".into()]);
        let (mut shown, mut found) = (String::new(), Vec::new());
        for piece in pieces {
            let (text, calls) = leak.push((*piece).to_owned());
            shown.push_str(&text);
            found.extend(calls);
        }
        let (text, calls) = leak.finish();
        shown.push_str(&text);
        found.extend(calls);
        (shown, found.into_iter().map(|call| (call.name, call.arguments)).collect())
    }

    #[test]
    fn calls_at_the_beginning_become_calls_wherever_the_text_is_cut() {
        let text = "\n<tool_call>\n{\"name\": \"add\", \"arguments\": {\"t\": \"دودھ\"}}\n</tool_call>\n<tool_call>{\"name\":\"list\"}</tool_call>\nDone.";
        let whole = pass(&[text]);
        assert_eq!(whole.0, "\nDone.");
        assert_eq!(
            whole.1,
            [
                ("add".to_owned(), "{\"t\":\"دودھ\"}".to_owned()),
                ("list".to_owned(), String::new())
            ]
        );
        for (cut, _) in text.char_indices() {
            assert_eq!(pass(&[&text[..cut], &text[cut..]]), whole, "cut at {cut}");
        }
    }

    #[test]
    fn a_missing_end_mark_is_forgiven() {
        assert_eq!(
            pass(&["<tool_call>{\"name\":\"list\",\"arguments\":{}}"]),
            (String::new(), vec![("list".into(), "{}".into())])
        );
    }

    #[test]
    fn other_text_stays_text() {
        for text in [
            "Here: <tool_call>{\"name\":\"add\"}</tool_call>",
            "<tool_call>{\"name\":\"drop_all\"}</tool_call>",
            "<tool_call>not json</tool_call>",
            "<tool_call>{\"name\":\"add\"",
            "<tool",
            " <b>x</b>",
        ] {
            assert_eq!(pass(&[text]), (text.to_owned(), vec![]));
        }
        assert_eq!(pass(&[" \n ", "\n"]), (String::new(), vec![]));
        assert_eq!(pass(&[" \n", "a", " ", "b "]), (" \na b ".to_owned(), vec![]));
    }

    #[test]
    fn without_tools_nothing_is_a_call() {
        let text = "<tool_call>{\"name\":\"add\"}</tool_call>";
        assert_eq!(Leak::new(vec![]).push(text.to_owned()), (text.to_owned(), vec![]));
    }

    #[test]
    fn what_is_held_back_is_bounded() {
        let text = format!("<tool_call>{}", "x".repeat(LONGEST));
        assert_eq!(Leak::new(vec!["add".into()]).push(text.clone()).0, text);
    }
}
