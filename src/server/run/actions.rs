//! What the rows of a list of tasks do: a person's own deeds, by the same tools as the assistant's, without asking the model.

use chrono::NaiveDate;
use serde_json::{Map, Value, json};

use super::{Acted, ActionError, Assistant, Outcome, Person, Recorder, Turn, leave::Leave};
use crate::{
    domain::{
        actor::Door,
        deed::{RowDeed, RowDone},
        id::TaskId,
        texts,
    },
    protocol::{
        event::{ErrorCode, ThreadStreamEvent},
        item::ThreadItem,
        request::Action,
    },
    server::{
        model::ToolCall,
        store::{
            ANSWER, bounded,
            history::{self, ChangeSet, Origin},
        },
        task_widget,
        tools::{ToolContext, ToolError, task_json::tasks_of},
    },
};

impl Assistant {
    /// Does what an action says, in the stream of a run.
    pub(super) async fn act(&self, turn: &Turn, action: &Action, sender: Option<ThreadItem>, recorder: &mut Recorder) -> Outcome {
        match self.do_once(turn, action, sender).await {
            Ok(item) => {
                if let Some(item) = item {
                    recorder.event(ThreadStreamEvent::ItemReplaced { item });
                }
                recorder.event(ThreadStreamEvent::ClientEffect {
                    name: "tasks.changed".into(),
                    data: Map::new(),
                });
                Outcome::Done { usage: None }
            }
            Err(ActionError::Invalid(why)) => Outcome::Failed {
                code: ErrorCode::Custom,
                message: Some(texts::action_failed(recorder.script).into()),
                allow_retry: false,
                reason: why,
            },
            Err(ActionError::Forbidden(scope)) => Outcome::Failed {
                code: ErrorCode::Custom,
                message: Some(texts::lacks_scope(recorder.script, scope.name())),
                allow_retry: false,
                reason: "forbidden".into(),
            },
            Err(ActionError::Store(error)) => {
                tracing::error!(%error, "an action failed");
                Outcome::Failed {
                    code: ErrorCode::StreamError,
                    message: None,
                    allow_retry: true,
                    reason: "store".into(),
                }
            }
        }
    }

    /// The same, as a call of the run: once, whoever dies.
    async fn do_once(&self, turn: &Turn, action: &Action, sender: Option<ThreadItem>) -> Result<Option<ThreadItem>, ActionError> {
        let Meaning { tool, arguments, .. } = self.meaning_of(&turn.person, action).await?;
        let call = ToolCall {
            id: String::new(),
            name: tool.into(),
            arguments: arguments.to_string(),
            extra_content: None,
        };
        let effect = self.effects(turn, Leave::trusted(), Door::Widget).once(0, 0, &call).await?;
        match effect.result.get("error").and_then(Value::as_str) {
            None => self.fresh(&turn.person, sender).await,
            Some(why) => Err(ActionError::Invalid(why.to_owned())),
        }
    }

    /// Does what an action says. Gives the sender with the tasks as they are then, and how it is taken back.
    pub(super) async fn do_action(&self, person: &Person, action: &Action, sender: Option<ThreadItem>) -> Result<Acted, ActionError> {
        let Meaning {
            deed,
            tool,
            arguments,
            used_up,
        } = self.meaning_of(person, action).await?;
        let calling = async {
            let mut transaction = self.store.begin().await?;
            let mut context = ToolContext {
                connection: &mut transaction,
                user: person.id,
                calendar: person.calendar,
                now: self.clock.now(),
                clock: self.clock.as_ref(),
                scopes: person.scopes,
                origin: Origin {
                    door: Door::Widget,
                    thread: sender.as_ref().map(|item| item.thread_id),
                    ..Origin::page()
                },
                most_tasks: self.tools.most_tasks,
                changes: ChangeSet::default(),
            };
            match self.tools.call(tool, &arguments.to_string(), &mut context).await {
                Ok(result) => {
                    let kept = context.keep(tool).await?;
                    transaction.commit().await?;
                    let title = tasks_of(&result).find_map(|task| task.get("title")?.as_str());
                    Ok(Ok(RowDone {
                        deed,
                        title: title.unwrap_or_default().to_owned(),
                        token: used_up.or(kept.map(history::token)),
                    }))
                }
                Err(ToolError::Forbidden(scope)) => Ok(Err(ActionError::Forbidden(scope))),
                Err(ToolError::Full(quota)) => Ok(Err(ActionError::Invalid(texts::quota_reached(person.locale.into(), quota)))),
                Err(error) => Ok(Err(ActionError::Invalid(error.for_model()?))),
            }
        };
        // A line that dies in the middle must hold neither the run nor whoever asks.
        let done = bounded(ANSWER, calling).await??;
        self.store.tasks_changed(person.id);
        Ok(Acted {
            item: self.fresh(person, sender).await?,
            done: Some(done),
        })
    }

    /// The list with the tasks as they are now.
    async fn fresh(&self, person: &Person, sender: Option<ThreadItem>) -> Result<Option<ThreadItem>, ActionError> {
        let Some(mut item) = sender else { return Ok(None) };
        let now = person.calendar.local(self.clock.now());
        task_widget::freshen(&self.store, person.id, [&mut item], now, person.locale).await?;
        self.store.save_item(person.id, &item).await?;
        Ok(Some(item))
    }

    /// What an action that this person may do means.
    async fn meaning_of(&self, person: &Person, action: &Action) -> Result<Meaning, ActionError> {
        let meaning = self.read(person, action).await?;
        match self.tools.lacking(person.scopes, meaning.tool) {
            None => Ok(meaning),
            Some(scope) => Err(ActionError::Forbidden(scope)),
        }
    }

    async fn read(&self, person: &Person, action: &Action) -> Result<Meaning, ActionError> {
        let text = |name: &str| action.payload.get(name).and_then(Value::as_str);
        let task_id = text("task_id").ok_or_else(|| ActionError::Invalid("params.action.payload.task_id: a task's id is wanted".into()));
        let meaning = |deed, tool, arguments| Meaning {
            deed,
            tool,
            arguments,
            used_up: None,
        };
        match action.kind.as_str() {
            task_widget::SET_DONE => match action.payload.get("done").and_then(Value::as_bool).unwrap_or(true) {
                true => Ok(meaning(RowDeed::Complete, "complete_task", json!({ "task_id": task_id? }))),
                false => {
                    let arguments = json!({ "task_id": task_id?, "status": "pending" });
                    Ok(meaning(RowDeed::Reopen, "update_task", arguments))
                }
            },
            task_widget::DELETE => Ok(meaning(RowDeed::Delete, "delete_task", json!({ "task_id": task_id? }))),
            task_widget::RESTORE => {
                let ids: Vec<TaskId> = task_id?.parse().into_iter().collect();
                let found = self.store.trashed_by(person.id, &ids, self.clock.now()).await?;
                let (_, change) = found
                    .first()
                    .ok_or_else(|| ActionError::Invalid("the task is not in the trash".into()))?;
                let token = history::token(*change);
                Ok(Meaning {
                    used_up: Some(token.clone()),
                    ..meaning(RowDeed::Restore, "undo", json!({ "undo_token": token }))
                })
            }
            task_widget::RESCHEDULE => {
                let task_id = task_id?;
                let due = text("due").unwrap_or_default().trim();
                let due = match due.get(..10).and_then(|day| day.parse::<NaiveDate>().ok()) {
                    // A date picker knows no time: the task keeps the one it has.
                    Some(day) => {
                        let ids: Vec<_> = task_id.parse().into_iter().collect();
                        let task = self.store.tasks_by_id(person.id, &ids).await?.pop();
                        match task.and_then(|task| task.due).and_then(|due| due.time) {
                            Some(time) => format!("{day}T{}", time.format("%H:%M")),
                            None => day.to_string(),
                        }
                    }
                    None if due.is_empty() => "none".to_owned(),
                    None => due.to_owned(),
                };
                let arguments = json!({ "task_id": task_id, "due": due });
                Ok(meaning(RowDeed::Move, "update_task", arguments))
            }
            other => Err(ActionError::Invalid(format!(
                "params.action.type: there is no action {:?}",
                other.chars().take(100).collect::<String>()
            ))),
        }
    }
}

/// What an action means.
struct Meaning {
    deed: RowDeed,
    tool: &'static str,
    arguments: Value,
    /// The token of the change that is taken back by it.
    used_up: Option<String>,
}
