//! The turn loop: asks the model, calls the tools it wants, and asks again, until it has answered.
//!
//! Knows nothing of the wire or the store: what happens goes out as [`AgentEvent`]s, and tools run through [`Effects`], which journals
//! them. A model's turn is complete before its tools run: of a half-received turn nothing can have happened.

pub mod mirror;
pub mod prompt;
mod waiting;

use std::{future::Future, pin::Pin, time::Duration};

use futures::{StreamExt, future::join_all};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio_util::sync::CancellationToken;

use waiting::Resolved;
pub use waiting::{ONE_AT_A_TIME, Reply, Wait, Waiting, with_task};

use super::model::{Finish, Message, Model, ModelError, ModelEvent, ModelRequest, ToolCall, Usage};

/// How long an answer may take.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// The whole run.
    pub run: Duration,
    /// Rounds of tool calls.
    pub tool_rounds: usize,
    /// Calls of tools in one turn.
    pub calls_per_turn: usize,
}

/// One round of tools: what the model wanted and what came of it. Kept for the model's history.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ToolRound {
    /// The calls.
    pub calls: Vec<ToolCall>,
    /// Their results, in the same order.
    pub results: Vec<Value>,
}

/// What happens while an answer is made.
#[derive(Debug, Clone, PartialEq)]
pub enum AgentEvent {
    /// More of the answer.
    Text(String),
    /// Tools begin.
    ToolsStarted(Vec<ToolCall>),
    /// A tool is done; the place of its call, and whether it changed tasks.
    ToolFinished {
        /// Its place in the round.
        call_n: usize,
        /// The call.
        call: ToolCall,
        /// What came out.
        result: Value,
        /// Tasks are other than before.
        changed: bool,
    },
    /// All tools of a round are done.
    ToolsFinished(ToolRound),
    /// The provider is busy and will be asked again.
    Busy {
        /// The wait.
        retry_in: Duration,
    },
    /// Another model answers.
    Fallback {
        /// The model that could not.
        from: String,
        /// The model that does.
        to: String,
    },
    /// The text since the last round of tools was no answer: it is taken back, and what follows stands in its place.
    Retracted,
    /// The conversation is longer than the model can take: the oldest part of it is left out.
    Shortened,
    /// The answer is not in the person's language, though the model was asked again.
    OtherLanguage,
    /// A turn of the model cost so much.
    Spent(Usage),
}

/// How it ended.
#[derive(Debug, Clone, PartialEq)]
pub enum AgentEnd {
    /// With an answer.
    Finished {
        /// Why the model stopped.
        finish: Finish,
        /// What it cost.
        usage: Usage,
    },
    /// Calls wait for the person or for the client: the answer goes on when their word is there.
    Waiting {
        /// The calls, and what they wait for.
        waiting: Waiting,
        /// What it cost so far.
        usage: Usage,
    },
    /// The person stopped it.
    Cancelled,
    /// Without an answer, or in the middle of one.
    Failed(AgentFailure),
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq)]
pub enum AgentFailure {
    /// The model failed.
    Model(ModelError),
    /// The model went on calling tools.
    TooManyRounds,
    /// The model wanted too many calls in one turn; none of them ran.
    TooManyCalls,
    /// The run took too long.
    TimedOut,
    /// A tool could not work; the cause is in the log.
    Tools,
}

/// What came of a call.
#[derive(Debug, Clone, PartialEq)]
pub struct Effect {
    /// The result, or `{"error": ...}` for the model.
    pub result: Value,
    /// Tasks are other than before.
    pub changed: bool,
}

/// Runs tools, each once, with its journal.
pub trait Effects: Send + Sync {
    /// Keeps a complete turn of the model before its tools run.
    fn keep_turn<'a>(&'a self, turn_n: usize, turn: &'a Message) -> Pin<Box<dyn Future<Output = Result<(), AgentFailure>> + Send + 'a>>;
    /// Whether the calls of a turn must wait for somebody before one of them runs.
    fn wait_for<'a>(&'a self, calls: &'a [ToolCall]) -> Pin<Box<dyn Future<Output = Result<Option<Wait>, AgentFailure>> + Send + 'a>>;
    /// Runs a call, or gives the result it had when it ran before.
    fn call<'a>(
        &'a self,
        turn_n: usize,
        call_n: usize,
        call: &'a ToolCall,
    ) -> Pin<Box<dyn Future<Output = Result<Effect, AgentFailure>> + Send + 'a>>;
}

/// How an answer begins.
#[derive(Debug, Clone, PartialEq)]
pub enum Opening {
    /// By asking the model.
    Ask,
    /// By calls that waited, and what came of the waiting.
    Replied(Waiting, Reply),
    /// By the calls of a turn that an earlier attempt kept: those that took effect then give the results they had.
    Kept(Vec<ToolCall>),
}

/// Answers: runs turns until the model is done, stopped, waiting, or over a limit. `turns_done` are the turns of earlier attempts, whose
/// calls and results are in the request already.
#[expect(clippy::too_many_arguments, reason = "each is a part of its own, and there is one caller")]
pub async fn answer(
    mut request: ModelRequest,
    turns_done: usize,
    opening: Opening,
    model: &dyn Model,
    effects: &dyn Effects,
    limits: Limits,
    cancel: &CancellationToken,
    emit: &mut (dyn FnMut(AgentEvent) + Send),
) -> AgentEnd {
    let deadline = tokio::time::Instant::now() + limits.run;
    let mut usage = Usage::default();
    let mut turn_n = turns_done;
    let first = match opening {
        Opening::Ask => None,
        Opening::Replied(waiting, reply) => {
            let resolved = waiting.resolve(&reply);
            Some((waiting.calls, resolved))
        }
        Opening::Kept(calls) => {
            let resolved = vec![Resolved::Run; calls.len()];
            Some((calls, resolved))
        }
    };
    if let Some((calls, resolved)) = first {
        if let Err(failure) = take_turn(&mut request, turn_n, String::new(), calls, resolved, effects, emit).await {
            return AgentEnd::Failed(failure);
        }
        turn_n += 1;
    }
    loop {
        let turn = tokio::select! {
            biased;
            () = cancel.cancelled() => return AgentEnd::Cancelled,
            () = tokio::time::sleep_until(deadline) => return AgentEnd::Failed(AgentFailure::TimedOut),
            turn = one_turn(model, request.clone(), emit) => turn,
        };
        let turn = match turn {
            Ok(turn) => turn,
            Err(error) => return AgentEnd::Failed(AgentFailure::Model(error)),
        };
        emit(AgentEvent::Spent(turn.usage));
        usage.input += turn.usage.input;
        usage.output += turn.usage.output;
        if turn.calls.is_empty() {
            return AgentEnd::Finished {
                finish: turn.finish,
                usage,
            };
        }
        if turn_n >= limits.tool_rounds {
            return AgentEnd::Failed(AgentFailure::TooManyRounds);
        }
        if turn.calls.len() > limits.calls_per_turn {
            return AgentEnd::Failed(AgentFailure::TooManyCalls);
        }
        match effects.wait_for(&turn.calls).await {
            Ok(None) => {}
            Ok(Some(wait)) => {
                let waiting = Waiting { calls: turn.calls, wait };
                return AgentEnd::Waiting { waiting, usage };
            }
            Err(failure) => return AgentEnd::Failed(failure),
        }
        let resolved = vec![Resolved::Run; turn.calls.len()];
        if let Err(failure) = take_turn(&mut request, turn_n, turn.text, turn.calls, resolved, effects, emit).await {
            return AgentEnd::Failed(failure);
        }
        turn_n += 1;
    }
}

/// Does what a turn wants, and adds it to the conversation. Tools are never broken off: once a turn is complete, its calls take effect.
async fn take_turn(
    request: &mut ModelRequest,
    turn_n: usize,
    text: String,
    calls: Vec<ToolCall>,
    resolved: Vec<Resolved>,
    effects: &dyn Effects,
    emit: &mut (dyn FnMut(AgentEvent) + Send),
) -> Result<(), AgentFailure> {
    let message = Message::Assistant {
        text,
        calls: calls.clone(),
    };
    effects.keep_turn(turn_n, &message).await?;
    let round = run_tools(turn_n, calls, resolved, effects, emit).await?;
    request.messages.push(message);
    for (call, result) in round.calls.iter().zip(&round.results) {
        request.messages.push(Message::Tool {
            call_id: call.id.clone(),
            name: call.name.clone(),
            result: result.clone(),
        });
    }
    emit(AgentEvent::ToolsFinished(round));
    Ok(())
}

struct Turn {
    text: String,
    calls: Vec<ToolCall>,
    finish: Finish,
    usage: Usage,
}

async fn one_turn(model: &dyn Model, request: ModelRequest, emit: &mut (dyn FnMut(AgentEvent) + Send)) -> Result<Turn, ModelError> {
    let mut stream = model.ask(request);
    let mut text = String::new();
    let mut calls = Vec::new();
    while let Some(event) = stream.next().await {
        match event? {
            ModelEvent::Text(more) => {
                // Postgres keeps no NUL, and nobody needs one.
                let more = more.replace('\0', "");
                text.push_str(&more);
                emit(AgentEvent::Text(more));
            }
            ModelEvent::ToolCall(call) => calls.push(ToolCall {
                arguments: call.arguments.replace('\0', ""),
                ..call
            }),
            ModelEvent::Busy { retry_in } => emit(AgentEvent::Busy { retry_in }),
            ModelEvent::Fallback { from, to } => emit(AgentEvent::Fallback { from, to }),
            ModelEvent::Retracted => {
                text.clear();
                emit(AgentEvent::Retracted);
            }
            ModelEvent::Shortened => emit(AgentEvent::Shortened),
            ModelEvent::OtherLanguage => emit(AgentEvent::OtherLanguage),
            ModelEvent::Done { finish, usage } => {
                if text.trim().is_empty() && calls.is_empty() && finish != Finish::Filter {
                    return Err(ModelError::Empty);
                }
                return Ok(Turn {
                    text,
                    calls,
                    finish,
                    usage,
                });
            }
        }
    }
    Err(ModelError::CutOff("the stream ended without its end".into()))
}

/// Parallel calls run side by side; their results keep the order of the calls.
async fn run_tools(
    turn_n: usize,
    calls: Vec<ToolCall>,
    resolved: Vec<Resolved>,
    effects: &dyn Effects,
    emit: &mut (dyn FnMut(AgentEvent) + Send),
) -> Result<ToolRound, AgentFailure> {
    emit(AgentEvent::ToolsStarted(calls.clone()));
    let count = calls.len();
    let run = calls
        .iter()
        .zip(resolved)
        .enumerate()
        .map(async |(call_n, (call, resolved))| match resolved {
            Resolved::Run => effects.call(turn_n, call_n, call).await,
            Resolved::Given(result) => Ok(Effect { result, changed: false }),
            Resolved::Each(tool, arguments) => each(turn_n, count, call, tool, arguments, effects).await,
        });
    let done = join_all(run).await;
    let mut results = Vec::with_capacity(calls.len());
    for (call_n, (call, effect)) in calls.iter().zip(done).enumerate() {
        let effect = effect?;
        emit(AgentEvent::ToolFinished {
            call_n,
            call: call.clone(),
            result: effect.result.clone(),
            changed: effect.changed,
        });
        results.push(effect.result);
    }
    Ok(ToolRound { calls, results })
}

/// Calls a tool for each of these arguments, in the place of a call that asked. In the journal these calls stand behind those of the turn.
async fn each(
    turn_n: usize,
    behind: usize,
    asked: &ToolCall,
    tool: String,
    arguments: Vec<String>,
    effects: &dyn Effects,
) -> Result<Effect, AgentFailure> {
    let mut results = Vec::with_capacity(arguments.len());
    let mut changed = false;
    for (n, arguments) in arguments.into_iter().enumerate() {
        let call = ToolCall {
            id: asked.id.clone(),
            name: tool.clone(),
            arguments,
            extra_content: None,
        };
        let effect = effects.call(turn_n, behind + n, &call).await?;
        changed |= effect.changed;
        results.push(effect.result);
    }
    Ok(Effect {
        result: serde_json::json!({ "tool": tool, "results": results }),
        changed,
    })
}
