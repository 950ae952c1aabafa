//! From what the agent does to what the wire says: the one match over [`AgentEvent`].

use chrono::NaiveDateTime;
use serde_json::{Map, Value};

use super::{Outcome, Recorder, chat_tools::OPEN_TASK, tasks_seen::TasksSeen};
use crate::{
    domain::{
        locale::Locale,
        texts::{self, Failure},
    },
    protocol::{
        event::{ErrorCode, ItemUpdate, NoticeLevel, ThreadStreamEvent},
        item::{
            AssistantContent, CallStatus, Choice, ClientToolCall, InputStatus, ItemBody, Question, QuestionKind, StatusIndicator,
            StructuredInput, ThreadItem, Workflow, WorkflowKind, WorkflowTask,
        },
    },
    server::{
        agent::{AgentEnd, AgentEvent, AgentFailure, ToolRound, Wait, Waiting},
        model::{Finish, ModelError, ToolCall},
        tools::Registry,
    },
};

/// The items that are being written.
pub(super) struct Translator {
    answer: Option<(ThreadItem, String)>,
    /// What an earlier attempt had said in the answer that is open.
    said_before: String,
    workflow: Option<(ThreadItem, Workflow)>,
    /// Where the calls of this round begin among the steps of the workflow.
    round: usize,
    /// The tasks that the run has come upon.
    tasks: TasksSeen,
    /// The person's clock.
    now: NaiveDateTime,
    /// The language of the page, for lists of tasks.
    locale: Locale,
    tools: Registry,
}

impl Translator {
    /// `now` is on the person's clock, `locale` the language of their page.
    pub fn new(now: NaiveDateTime, locale: Locale, tools: Registry) -> Self {
        Self {
            answer: None,
            said_before: String::new(),
            workflow: None,
            round: 0,
            tasks: TasksSeen::default(),
            now,
            locale,
            tools,
        }
    }

    /// Takes in a round of tools of an earlier attempt; `is_shown` if its list of tasks was told.
    pub fn know(&mut self, round: &ToolRound, is_shown: bool) {
        for (call, result) in round.calls.iter().zip(&round.results) {
            self.see(call, result);
        }
        if is_shown {
            self.tasks.shown();
        }
    }

    /// Takes in the tasks of a result. A form's answer names the tool that was called with what was chosen.
    fn see(&mut self, call: &ToolCall, result: &Value) {
        let tool = result.get("tool").and_then(Value::as_str).unwrap_or(&call.name);
        self.tasks.see(self.tools.kind(tool), result);
    }

    /// Goes on with an item of an earlier attempt that was not whole; `said` is as far as it had come.
    pub fn reopen(&mut self, item: ThreadItem, said: String) {
        self.said_before = said;
        match &item.body {
            ItemBody::Workflow { workflow } => self.workflow = Some((item.clone(), workflow.clone())),
            ItemBody::AssistantMessage { .. } => self.answer = Some((item, String::new())),
            _ => {}
        }
    }

    pub fn event(&mut self, event: AgentEvent, recorder: &mut Recorder) {
        match event {
            AgentEvent::Text(delta) => self.text(delta, recorder),
            AgentEvent::ToolsStarted(calls) => self.tools_started(&calls, recorder),
            AgentEvent::ToolFinished {
                call_n,
                call,
                result,
                changed,
            } => {
                self.tool_finished(call_n, &call, &result, recorder);
                self.see(&call, &result);
                if call.name == OPEN_TASK
                    && let Some(id) = result.pointer("/task/id")
                {
                    recorder.event(ThreadStreamEvent::ClientEffect {
                        name: "task.open".into(),
                        data: Map::from_iter([("task_id".to_owned(), id.clone())]),
                    });
                }
                if changed {
                    recorder.event(ThreadStreamEvent::ClientEffect {
                        name: "tasks.changed".into(),
                        data: Map::new(),
                    });
                }
            }
            AgentEvent::ToolsFinished(round) => {
                let content = serde_json::to_value(&round).unwrap_or_default();
                let item = recorder.item(ItemBody::HiddenContextItem { content });
                recorder.item_done(item);
            }
            AgentEvent::Busy { retry_in } => {
                let text = texts::busy(recorder.script, retry_in.as_secs_f64().ceil() as u64);
                recorder.event(ThreadStreamEvent::Progress { icon: None, text });
            }
            AgentEvent::Fallback { to, .. } => {
                let message = texts::fallback(recorder.script, &to);
                recorder.event(ThreadStreamEvent::Notice {
                    level: NoticeLevel::Info,
                    message,
                    title: None,
                });
            }
            AgentEvent::Retracted => {
                self.said_before.clear();
                if let Some((item, _)) = self.answer.take() {
                    recorder.event(ThreadStreamEvent::ItemRemoved { item_id: item.id });
                }
            }
            AgentEvent::Shortened => recorder.event(ThreadStreamEvent::Notice {
                level: NoticeLevel::Info,
                message: texts::shortened(recorder.script).into(),
                title: None,
            }),
            AgentEvent::Spent(usage) => recorder.spent(usage.input.saturating_add(usage.output)),
            AgentEvent::OtherLanguage => recorder.event(ThreadStreamEvent::Notice {
                level: NoticeLevel::Warning,
                message: texts::other_language(recorder.script).into(),
                title: None,
            }),
        }
    }

    fn text(&mut self, delta: String, recorder: &mut Recorder) {
        if self.answer.is_none() {
            self.close_workflow(recorder);
            self.show_tasks(recorder);
        }
        let (item, text) = match &mut self.answer {
            Some(answer) => answer,
            None => {
                let item = recorder.item(ItemBody::AssistantMessage { content: Vec::new() });
                recorder.event(ThreadStreamEvent::ItemAdded { item: item.clone() });
                recorder.update(
                    item.id,
                    ItemUpdate::ContentPartAdded {
                        content_index: 0,
                        content: AssistantContent::new(""),
                    },
                );
                self.answer.insert((item, String::new()))
            }
        };
        text.push_str(&delta);
        recorder.update(item.id, ItemUpdate::TextDelta { content_index: 0, delta });
    }

    fn tools_started(&mut self, calls: &[ToolCall], recorder: &mut Recorder) {
        self.close_answer(recorder);
        let (item, workflow) = match &mut self.workflow {
            Some(open) => open,
            None => {
                let workflow = Workflow {
                    kind: WorkflowKind::Custom,
                    tasks: Vec::new(),
                    summary: None,
                    expanded: false,
                };
                let item = recorder.item(ItemBody::Workflow {
                    workflow: workflow.clone(),
                });
                recorder.event(ThreadStreamEvent::ItemAdded { item: item.clone() });
                self.workflow.insert((item, workflow))
            }
        };
        self.round = workflow.tasks.len();
        for call in calls {
            recorder.event(ThreadStreamEvent::Progress {
                icon: None,
                text: texts::step_running(recorder.script, &call.name).into(),
            });
            let task = WorkflowTask::custom(
                StatusIndicator::Loading,
                texts::step_running(recorder.script, &call.name).to_owned(),
            );
            recorder.update(
                item.id,
                ItemUpdate::WorkflowTaskAdded {
                    task_index: workflow.tasks.len(),
                    task: task.clone(),
                },
            );
            workflow.tasks.push(task);
        }
    }

    fn tool_finished(&mut self, call_n: usize, call: &ToolCall, result: &Value, recorder: &mut Recorder) {
        let Some((item, workflow)) = &mut self.workflow else { return };
        let task_index = self.round + call_n;
        let title = result.pointer("/task/title").and_then(Value::as_str);
        let length = |key| result.get(key).and_then(Value::as_array).map(Vec::len);
        let total = result
            .get("total")
            .and_then(Value::as_u64)
            .and_then(|total| usize::try_from(total).ok());
        let count = total.or_else(|| length("tasks")).or_else(|| length("added"));
        let failed = result.get("error").is_some();
        let done = match result.get("declined") {
            Some(_) => texts::step_declined(recorder.script).into(),
            None => texts::step_done(recorder.script, &call.name, title, count, failed),
        };
        let task = WorkflowTask::custom(StatusIndicator::Complete, done);
        recorder.update(
            item.id,
            ItemUpdate::WorkflowTaskUpdated {
                task_index,
                task: task.clone(),
            },
        );
        if let Some(place) = workflow.tasks.get_mut(task_index) {
            *place = task;
        }
    }

    fn close_answer(&mut self, recorder: &mut Recorder) {
        if let Some((mut item, text)) = self.answer.take() {
            // It was announced and came to nothing.
            if text.trim().is_empty() {
                recorder.event(ThreadStreamEvent::ItemRemoved { item_id: item.id });
                return;
            }
            let mut content = AssistantContent::new(text);
            content.annotations = self.tasks.annotations(&content.text);
            for (annotation_index, annotation) in content.annotations.iter().enumerate() {
                recorder.update(
                    item.id,
                    ItemUpdate::AnnotationAdded {
                        content_index: 0,
                        annotation_index,
                        annotation: annotation.clone(),
                    },
                );
            }
            recorder.update(
                item.id,
                ItemUpdate::ContentPartDone {
                    content_index: 0,
                    content: content.clone(),
                },
            );
            item.body = ItemBody::AssistantMessage { content: vec![content] };
            recorder.item_done(item);
        }
    }

    /// The list of the tasks that were found or changed, to look at and to use.
    fn show_tasks(&mut self, recorder: &mut Recorder) {
        if let Some((widget, copy_text)) = self.tasks.widget(self.now, self.locale) {
            let item = recorder.item(ItemBody::Widget {
                widget,
                copy_text: Some(copy_text),
            });
            recorder.item_done(item);
        }
    }

    /// The item that asks the person, or the client, and, hidden before it, what waits for the answer.
    fn wait(&mut self, waiting: Waiting, recorder: &mut Recorder) {
        let body = match &waiting.wait {
            Wait::Yes { question, yes, no } => form(question, [yes, no], false),
            Wait::Choice {
                question,
                options,
                multiple,
                ..
            } => form(question, options.iter().map(|(value, _)| value), *multiple),
            Wait::Client { call_n } => match waiting.calls.get(*call_n) {
                Some(call) => ItemBody::ClientToolCall(ClientToolCall {
                    status: CallStatus::Pending,
                    call_id: call.id.clone(),
                    name: call.name.clone(),
                    arguments: serde_json::from_str(&call.arguments).unwrap_or_default(),
                    output: None,
                }),
                None => return,
            },
        };
        let content = serde_json::to_value(&waiting).unwrap_or_default();
        let kept = recorder.item(ItemBody::HiddenContextItem { content });
        recorder.item_done(kept);
        let item = recorder.item(body);
        recorder.item_done(item);
    }

    fn close_workflow(&mut self, recorder: &mut Recorder) {
        if let Some((mut item, workflow)) = self.workflow.take() {
            item.body = ItemBody::Workflow { workflow };
            recorder.item_done(item);
        }
    }

    /// Closes what is open, and says how it ended.
    pub fn end(mut self, end: AgentEnd, recorder: &mut Recorder) -> Outcome {
        // The last item and the end of the run are stored together, or neither is.
        recorder.hold();
        if let (Some((_, text)), AgentEnd::Cancelled | AgentEnd::Failed(_)) = (&mut self.answer, &end)
            && text.is_empty()
        {
            // Nothing has come in its place: half an answer is more than none.
            *text = std::mem::take(&mut self.said_before);
        }
        self.close_answer(recorder);
        self.close_workflow(recorder);
        if !matches!(end, AgentEnd::Waiting { .. }) {
            self.show_tasks(recorder);
        }
        let failed = |failure: Failure, reason: String| Outcome::Failed {
            // What is nobody's but the server's fault goes out as the SDK's own kind.
            code: if failure == Failure::Internal {
                ErrorCode::StreamError
            } else {
                ErrorCode::Custom
            },
            message: Some(texts::failure(recorder.script, failure).into()),
            allow_retry: true,
            reason,
        };
        match end {
            AgentEnd::Finished {
                finish: Finish::Filter, ..
            } => failed(Failure::Filtered, "filtered".into()),
            AgentEnd::Finished { usage, .. } => Outcome::Done {
                usage: serde_json::to_value(usage).ok(),
            },
            AgentEnd::Waiting { waiting, usage } => {
                self.wait(waiting, recorder);
                Outcome::Done {
                    usage: serde_json::to_value(usage).ok(),
                }
            }
            AgentEnd::Cancelled => Outcome::Cancelled,
            AgentEnd::Failed(failure) => {
                let (shown, logged) = shown(&failure);
                tracing::warn!(reason = %logged, "a run failed");
                failed(shown, logged)
            }
        }
    }
}

fn form<'a>(question: &str, options: impl IntoIterator<Item = &'a String>, multiple: bool) -> ItemBody {
    ItemBody::StructuredInput(StructuredInput {
        status: InputStatus::Pending,
        inputs: vec![Question {
            id: "q1".into(),
            question: question.to_owned(),
            answer: None,
            kind: QuestionKind::MultipleChoice {
                options: options.into_iter().map(|value| Choice { value: value.clone() }).collect(),
                multiple,
            },
        }],
    })
}

/// What people see of a failure, and what the log has.
fn shown(failure: &AgentFailure) -> (Failure, String) {
    let shown = match failure {
        AgentFailure::Model(error) => match error {
            ModelError::Unreachable(_) => Failure::Unreachable,
            ModelError::Unauthorized(_) => Failure::Unauthorized,
            ModelError::NoSuchModel(_) => Failure::NoSuchModel,
            ModelError::WrongAddress(_) => Failure::WrongAddress,
            ModelError::NoTools(_) => Failure::NoTools,
            ModelError::TooLong(_) => Failure::TooLong,
            ModelError::RateLimited(_) => Failure::RateLimited,
            ModelError::Unavailable(_) => Failure::Unavailable,
            ModelError::Refused(_) => Failure::Refused,
            ModelError::CutOff(_) => Failure::CutOff,
            ModelError::TimedOut(_) => Failure::TimedOut,
            ModelError::Garbage(_) | ModelError::Empty => Failure::Unreadable,
        },
        AgentFailure::TooManyRounds => Failure::TooManyRounds,
        AgentFailure::TooManyCalls => Failure::TooManyCalls,
        AgentFailure::TimedOut => Failure::TimedOut,
        AgentFailure::Tools => Failure::Internal,
    };
    let logged = match failure {
        AgentFailure::Model(error) => error.to_string(),
        other => format!("{other:?}"),
    };
    (shown, logged)
}
