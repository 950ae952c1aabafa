//! Calls that wait for somebody: for the person's word, or for a tool of the client. None of a turn's calls runs before that.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::server::model::ToolCall;

/// The calls of a turn, and what they wait for. Kept in the thread until it comes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Waiting {
    /// The calls.
    pub calls: Vec<ToolCall>,
    /// What they wait for.
    pub wait: Wait,
}

/// What calls wait for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "for", rename_all = "snake_case")]
pub enum Wait {
    /// The person's yes to exactly these calls.
    Yes {
        /// The question.
        question: String,
        /// What they choose to say yes.
        yes: String,
        /// What they choose to say no.
        no: String,
    },
    /// The person's choice among tasks; what is to be done is done to those.
    Choice {
        /// The place of the call that asks.
        call_n: usize,
        /// The question.
        question: String,
        /// What can be chosen, with the task of each.
        options: Vec<(String, String)>,
        /// Whether several can be.
        multiple: bool,
        /// The tool that is called with each task that is chosen; none where the model only wants to know.
        tool: Option<String>,
        /// Its arguments beside the task.
        arguments: Value,
    },
    /// A tool that the client has.
    Client {
        /// The place of its call.
        call_n: usize,
    },
}

/// What came.
#[derive(Debug, Clone, PartialEq)]
pub enum Reply {
    /// What the person chose or wrote.
    Said(Vec<String>),
    /// The person did not want to answer.
    Skipped,
    /// What the client's tool gave.
    Output(Value),
}

/// What becomes of a call.
#[derive(Debug, Clone, PartialEq)]
pub enum Resolved {
    /// It runs.
    Run,
    /// It does not; this is its result.
    Given(Value),
    /// Another tool runs for each of these arguments (JSON); the results together are its result.
    Each(String, Vec<String>),
}

/// What a call gives that did not run because only one thing can be waited for at a time.
pub const ONE_AT_A_TIME: &str =
    "Not run, because another call of the same turn waited for the person. Call it again if it is still needed.";

impl Waiting {
    /// What becomes of each call now that the reply is there.
    pub fn resolve(&self, reply: &Reply) -> Vec<Resolved> {
        let single = |at: usize, own: Resolved| {
            let of = |n| match n == at {
                true => own.clone(),
                false => Resolved::Given(json!({ "error": ONE_AT_A_TIME })),
            };
            (0..self.calls.len()).map(of).collect()
        };
        match (&self.wait, reply) {
            (Wait::Yes { yes, .. }, Reply::Said(said)) if said.first() == Some(yes) => vec![Resolved::Run; self.calls.len()],
            (Wait::Yes { no, .. }, Reply::Said(said)) if said.first() != Some(no) => {
                vec![Resolved::Given(declined(Some(said))); self.calls.len()]
            }
            (Wait::Yes { .. }, _) => vec![Resolved::Given(declined(None)); self.calls.len()],
            (
                Wait::Choice {
                    call_n,
                    options,
                    tool,
                    arguments,
                    ..
                },
                Reply::Said(said),
            ) => single(*call_n, chosen(said, options, tool.as_deref(), arguments)),
            (Wait::Choice { call_n, .. }, _) => single(*call_n, Resolved::Given(declined(None))),
            // The calls beside that of the client's tool are ours, and run.
            (Wait::Client { call_n }, reply) => {
                let output = match reply {
                    Reply::Output(output) => output.clone(),
                    _ => json!({ "error": "The client did not answer." }),
                };
                let of = |n| {
                    if n == *call_n {
                        Resolved::Given(output.clone())
                    } else {
                        Resolved::Run
                    }
                };
                (0..self.calls.len()).map(of).collect()
            }
        }
    }
}

/// Nothing was done; with the person's own words, if they gave any.
fn declined(said: Option<&[String]>) -> Value {
    match said {
        None => json!({ "declined": "The person did not agree. Nothing was changed." }),
        Some(words) => json!({ "declined": "Nothing was changed. The person answered in their own words.", "said": words }),
    }
}

/// The arguments of a tool for this task.
pub fn with_task(arguments: &Value, id: &str) -> Value {
    let mut arguments = arguments.as_object().cloned().unwrap_or_default();
    arguments.insert("task_id".into(), json!(id));
    Value::Object(arguments)
}

fn chosen(said: &[String], options: &[(String, String)], tool: Option<&str>, arguments: &Value) -> Resolved {
    let ids: Vec<&String> = said
        .iter()
        .filter_map(|words| options.iter().find(|(value, _)| value == words))
        .map(|(_, id)| id)
        .collect();
    // Words of one's own may mean anything: the model reads them.
    if ids.len() != said.len() {
        return Resolved::Given(declined(Some(said)));
    }
    match tool {
        None => Resolved::Given(json!({ "task_ids": ids })),
        Some(tool) => {
            let call = |id: &&String| with_task(arguments, id).to_string();
            Resolved::Each(tool.to_owned(), ids.iter().map(call).collect())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waiting(wait: Wait) -> Waiting {
        let call = |n: usize| ToolCall {
            id: format!("call_{n}"),
            name: "delete_task".into(),
            arguments: "{}".into(),
            extra_content: None,
        };
        Waiting {
            calls: vec![call(1), call(2)],
            wait,
        }
    }
    fn said(words: &[&str]) -> Reply {
        Reply::Said(words.iter().map(|word| (*word).to_owned()).collect())
    }
    fn is_declined(resolved: &Resolved) -> bool {
        matches!(resolved, Resolved::Given(value) if value.get("declined").is_some())
    }

    #[test]
    fn only_the_very_yes_lets_calls_run() {
        let waiting = waiting(Wait::Yes {
            question: "Delete both?".into(),
            yes: "Yes".into(),
            no: "No".into(),
        });
        assert_eq!(waiting.resolve(&said(&["Yes"])), [Resolved::Run, Resolved::Run]);
        for reply in [
            said(&["No"]),
            said(&["yes please, but not the first"]),
            said(&[]),
            Reply::Skipped,
            Reply::Output(json!(1)),
        ] {
            assert!(waiting.resolve(&reply).iter().all(is_declined), "{reply:?}");
        }
    }

    #[test]
    fn a_choice_does_the_deed_to_the_chosen_tasks_only() {
        let waiting = waiting(Wait::Choice {
            call_n: 1,
            question: "Which?".into(),
            options: vec![("Pay rent".into(), "t1".into()), ("Pay fees".into(), "t2".into())],
            multiple: true,
            tool: Some("update_task".into()),
            arguments: json!({ "due": "2026-12-01" }),
        });
        let resolved = waiting.resolve(&said(&["Pay fees"]));
        assert!(matches!(&resolved[0], Resolved::Given(value) if value.get("error").is_some()));
        assert_eq!(
            resolved[1],
            Resolved::Each("update_task".into(), vec![r#"{"due":"2026-12-01","task_id":"t2"}"#.into()])
        );
        for reply in [said(&["Pay fees", "and the other"]), Reply::Skipped] {
            assert!(is_declined(&waiting.resolve(&reply)[1]), "{reply:?}");
        }
    }

    #[test]
    fn what_the_client_gives_is_the_result_of_its_call() {
        let waiting = waiting(Wait::Client { call_n: 0 });
        assert_eq!(
            waiting.resolve(&Reply::Output(json!({ "zone": "UTC" }))),
            [Resolved::Given(json!({ "zone": "UTC" })), Resolved::Run]
        );
    }
}
