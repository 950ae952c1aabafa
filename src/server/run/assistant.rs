//! The assistant: answers a run by the agent, with the model and the tools.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;

use super::{
    Acted, ActionError, Files, Outcome, Person, Prompt, Recorder, Responder, Turn, chat_tools, effects, form, history,
    leave::{self, Leave},
    resume, translate,
};
use crate::{
    domain::{
        actor::{Actor, Door},
        language::{self, Intent, Moment, Talk},
        texts,
        time::Clock,
    },
    protocol::{
        event::{NoticeLevel, ThreadStreamEvent},
        item::{InferenceOptions, InputStatus, ItemBody, ThreadItem},
        request::Action,
    },
    server::{
        agent::{self, AgentEnd, AgentFailure, Limits, Opening, Reply, ToolRound, Wait, Waiting, mirror::Mirror},
        model::{Model, ModelRequest, ToolSpec, offline},
        store::{Store, history::Origin},
        tools::Registry,
    },
};
use resume::Resumed;

/// Answers with a model and the tools.
pub struct Assistant {
    pub(super) store: Store,
    model: Arc<dyn Model>,
    pub(super) tools: Registry,
    /// What models are told of the tools: worked out once.
    specs: Arc<[ToolSpec]>,
    files: Files,
    pub(super) clock: Arc<dyn Clock>,
    limits: Limits,
}

impl Assistant {
    /// Puts its parts together.
    pub fn new(store: Store, model: Arc<dyn Model>, tools: Registry, files: Files, clock: Arc<dyn Clock>, limits: Limits) -> Self {
        Self {
            store,
            model,
            specs: tool_specs(&tools),
            tools,
            files,
            clock,
            limits,
        }
    }

    /// What the calls of a run are made with.
    pub(super) fn effects(&self, turn: &Turn, leave: Leave, door: Door) -> effects::RunEffects {
        effects::RunEffects {
            store: self.store.clone(),
            tools: self.tools.clone(),
            clock: Arc::clone(&self.clock),
            key: turn.key,
            calendar: turn.person.calendar,
            script: turn.wanted.script,
            client_tools: turn.person.client_tools.clone(),
            scopes: turn.person.scopes,
            again: (turn.prompt == Prompt::Again).then(|| turn.about()).flatten(),
            origin: Origin {
                actor: if door == Door::Chat { Actor::Assistant } else { Actor::Person },
                door,
                token: None,
                thread: Some(turn.key.thread),
                group: Some(turn.key.run.0),
            },
            is_trusted: leave.is_trusted(),
            leave,
            done: Mutex::default(),
        }
    }

    /// The tools that a model may call for this person.
    fn specs_for(&self, person: &Person) -> Arc<[ToolSpec]> {
        let may = |spec: &&ToolSpec| self.tools.lacking(person.scopes, &spec.name).is_none();
        let own = self.specs.iter().filter(may).cloned();
        own.chain(chat_tools::specs(&person.client_tools)).collect()
    }
}

#[async_trait]
impl Responder for Assistant {
    fn models(&self) -> Vec<String> {
        self.model.names()
    }

    fn check(&self, options: &InferenceOptions) -> Result<(), String> {
        let at = "params.input.inference_options";
        let unknown_model = options.model.as_ref().filter(|model| !self.model.names().contains(model));
        if let Some(model) = unknown_model {
            return Err(format!(
                "{at}.model: there is no model {model:?}; there are {}",
                self.model.names().join(", ")
            ));
        }
        let tool = options.tool_choice.as_ref().map(|tool| tool.id.as_str());
        let unknown_tool = tool.filter(|tool| self.specs.iter().all(|known| known.name != *tool));
        if let Some(tool) = unknown_tool {
            return Err(format!("{at}.tool_choice.id: there is no tool {tool:?}"));
        }
        Ok(())
    }

    async fn respond(&self, turn: &Turn, recorder: &mut Recorder) -> Outcome {
        let person = &turn.person;
        let opening = match &turn.prompt {
            Prompt::Message | Prompt::Again => match answered_in_words(turn, person.calendar.moment(self.clock.now())) {
                Some((form, waiting, reply)) => {
                    recorder.event(ThreadStreamEvent::ItemReplaced { item: form });
                    Opening::Replied(waiting, reply)
                }
                None => {
                    leave_forms(&turn.items, recorder);
                    Opening::Ask
                }
            },
            Prompt::ToolOutput(item) | Prompt::Form(item) => match waited_for(&turn.items, item) {
                Some((waiting, reply)) => Opening::Replied(waiting, reply),
                // Nothing waits for it: it came from an older version, or what waited is out of sight.
                None => return Outcome::Done { usage: None },
            },
            Prompt::Action { action, sender } => return self.act(turn, action, sender.clone(), recorder).await,
        };
        let is_first = matches!(turn.prompt, Prompt::Message | Prompt::Again) && turn.earlier.is_none() && turn.items.len() == 1;
        if is_first && self.model.name() == offline::NAME {
            recorder.event(ThreadStreamEvent::Notice {
                level: NoticeLevel::Info,
                message: texts::offline_answers(recorder.script).into(),
                title: None,
            });
        }
        let script = turn.wanted.script;
        let now = self.clock.now();
        let mut messages = history::messages(&turn.items);
        if self.model.reads_files() {
            tokio::select! {
                () = self.files.bring(person.id, &mut messages) => {}
                // Noticed again by the agent.
                () = turn.cancel.cancelled() => {}
            }
        }
        let chosen = options_of(&turn.items);
        // The built-in assistant needs no watching over.
        let is_offline = self.model.name() == offline::NAME || chosen.model.as_deref() == Some(offline::NAME);
        let leave = match is_offline {
            true => Leave::trusted(),
            false => Leave::of(
                &turn.items,
                chosen.tool_choice.as_ref().and_then(|tool| self.tools.kind(&tool.id)),
                person.calendar.moment(now),
            ),
        };
        let model: Arc<dyn Model> = match turn.wanted.is_firm && !is_offline {
            true => Arc::new(Mirror::new(Arc::clone(&self.model))),
            false => Arc::clone(&self.model),
        };
        let request = ModelRequest {
            system: agent::prompt::system(person.id, now, person.calendar, script),
            messages,
            tools: self.specs_for(person),
            now,
            calendar: person.calendar,
            script,
            model: chosen.model,
            tool_choice: chosen.tool_choice.map(|tool| tool.id),
        };
        let effects = self.effects(turn, leave, Door::Chat);
        let mut translator = translate::Translator::new(person.calendar.local(now), person.locale, self.tools.clone());
        let resumed = match &turn.earlier {
            None => Resumed {
                rounds: Vec::new(),
                opening,
            },
            Some(earlier) => match resume::resume(&self.store, turn, earlier, opening, &mut translator, recorder).await {
                Ok(resumed) => resumed,
                Err(error) => {
                    tracing::error!(run = %turn.key.run, %error, "an answer could not be gone on with");
                    return translator.end(AgentEnd::Failed(AgentFailure::Tools), recorder);
                }
            },
        };
        effects.remember(&rounds_since(turn));
        effects.remember(&resumed.rounds);
        let end = agent::answer(
            request,
            resumed.rounds.len(),
            resumed.opening,
            model.as_ref(),
            &effects,
            self.limits,
            &turn.cancel,
            &mut |event| translator.event(event, recorder),
        )
        .await;
        translator.end(end, recorder)
    }

    async fn sync_action(&self, person: &Person, action: &Action, sender: Option<ThreadItem>) -> Result<Acted, ActionError> {
        self.do_action(person, action, sender).await
    }
}

/// The calls that waited for this item, and what it says.
fn waited_for(items: &[ThreadItem], item: &ThreadItem) -> Option<(Waiting, Reply)> {
    let reply = match &item.body {
        ItemBody::ClientToolCall(call) => Reply::Output(call.output.clone().unwrap_or_default()),
        ItemBody::StructuredInput(form) if form.status == InputStatus::Answered => {
            let answer = form.inputs.first().and_then(|input| input.answer.as_ref());
            match answer.filter(|answer| !answer.skipped) {
                Some(answer) => Reply::Said(answer.values.clone()),
                None => Reply::Skipped,
            }
        }
        _ => Reply::Skipped,
    };
    // It was stored just before the item that asks.
    let place = items.iter().position(|known| known.id == item.id)?;
    let waiting = items.get(..place)?.iter().rev().find_map(|known| history::waiting(&known.body))?;
    Some((waiting, reply))
}

/// The form that asks for a yes, if the newest message says yes or no to it in plain words; with the calls that wait, and what it says.
fn answered_in_words(turn: &Turn, now: Moment) -> Option<(ThreadItem, Waiting, Reply)> {
    let (message, before) = turn.items.split_last()?;
    let is_message = |item: &ThreadItem| matches!(item.body, ItemBody::UserMessage(_));
    let place = before.iter().rposition(|item| matches!(item.body, ItemBody::StructuredInput(_)))?;
    if !is_message(message) || before[place..].iter().any(is_message) {
        return None;
    }
    let mut item = before[place].clone();
    let ItemBody::StructuredInput(form) = &item.body else { return None };
    let waiting = before[..place].iter().rev().find_map(|known| history::waiting(&known.body))?;
    let Wait::Yes { yes, no, .. } = &waiting.wait else { return None };
    let value = match language::understand(&message.body.text(), now).intent {
        Intent::Talk(Talk::Yes) => yes.clone(),
        Intent::Talk(Talk::No) => no.clone(),
        _ => return None,
    };
    if form.status != InputStatus::Pending {
        return None;
    }
    item.body = ItemBody::StructuredInput(form::with_answer(form, &value));
    Some((item, waiting, Reply::Said(vec![value])))
}

/// Whoever writes instead of filling a form in has left it.
fn leave_forms(items: &[ThreadItem], recorder: &mut Recorder) {
    for item in items {
        if let ItemBody::StructuredInput(form) = &item.body
            && form.status == InputStatus::Pending
        {
            let mut item = item.clone();
            item.body = ItemBody::StructuredInput(form::left(form));
            recorder.event(ThreadStreamEvent::ItemReplaced { item });
        }
    }
}

/// The rounds of tools by which earlier runs answered the person's newest message: a run goes on with it when a form is answered, or when the
/// client's tool has given its output.
fn rounds_since(turn: &Turn) -> Vec<ToolRound> {
    let told = turn.earlier.as_ref().map_or(&[][..], |earlier| &earlier.told);
    let start = leave::newest_message(&turn.items).unwrap_or_default();
    let is_earlier = |item: &&ThreadItem| told.iter().all(|told| told.id != item.id);
    let since = turn.items[start..].iter().filter(is_earlier);
    since.filter_map(|item| history::round(&item.body)).collect()
}

/// What the newest message of the person chose.
fn options_of(items: &[ThreadItem]) -> InferenceOptions {
    let newest = items.iter().rev().find_map(|item| match &item.body {
        ItemBody::UserMessage(message) => Some(message.inference_options.clone()),
        _ => None,
    });
    newest.unwrap_or_default()
}

fn tool_specs(tools: &Registry) -> Arc<[ToolSpec]> {
    tools
        .infos()
        .into_iter()
        .map(|info| ToolSpec {
            name: info.name.into(),
            description: info.description.into(),
            parameters: info.parameters.into(),
        })
        .collect()
}
