//! The assistant: answers a run by the agent, with the model and the tools.

use std::sync::Arc;

use async_trait::async_trait;

use super::{ActionError, Outcome, Person, Prompt, Recorder, Responder, Turn, effects, history, translate};
use crate::{
    domain::{
        language,
        locale::{Locale, Script},
        time::Clock,
    },
    protocol::{
        item::{InferenceOptions, ItemBody, ThreadItem},
        request::Action,
    },
    server::{
        agent::{self, Limits},
        model::{Model, ModelRequest, ToolSpec},
        store::Store,
        tools::Registry,
    },
};

/// Answers with a model and the tools.
pub struct Assistant {
    store: Store,
    model: Arc<dyn Model>,
    tools: Registry,
    /// What models are told of the tools: worked out once.
    specs: Arc<[ToolSpec]>,
    clock: Arc<dyn Clock>,
    limits: Limits,
}

impl Assistant {
    /// Puts its parts together.
    pub fn new(store: Store, model: Arc<dyn Model>, tools: Registry, clock: Arc<dyn Clock>, limits: Limits) -> Self {
        Self {
            store,
            model,
            specs: tool_specs(&tools),
            tools,
            clock,
            limits,
        }
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
            return Err(format!("{at}.model: there is no model {model:?}; there are {}", self.model.names().join(", ")));
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
        let script = script_of(&turn.items, person.locale);
        let now = self.clock.now();
        let chosen = options_of(&turn.items);
        let request = ModelRequest {
            system: agent::prompt::system(person.id, now, person.zone, script),
            messages: history::messages(&turn.items),
            tools: Arc::clone(&self.specs),
            now,
            zone: person.zone,
            script,
            model: chosen.model,
            // A form or an action is answered as the assistant sees fit; the message before it has had its tool.
            tool_choice: chosen.tool_choice.map(|tool| tool.id).filter(|_| turn.prompt == Prompt::Message),
        };
        let effects = effects::RunEffects {
            store: self.store.clone(),
            tools: self.tools.clone(),
            clock: Arc::clone(&self.clock),
            key: turn.key,
            zone: person.zone,
        };
        let mut translator = translate::Translator::default();
        let end = agent::answer(request, self.model.as_ref(), &effects, self.limits, &turn.cancel, &mut |event| {
            translator.event(event, recorder);
        })
        .await;
        translator.end(end, recorder)
    }

    async fn sync_action(&self, _person: &Person, action: &Action, _sender: Option<ThreadItem>) -> Result<Option<ThreadItem>, ActionError> {
        Err(ActionError::Invalid(format!(
            "params.action.type: there is no action {:?}",
            action.kind
        )))
    }
}

/// What the newest message of the person chose.
fn options_of(items: &[ThreadItem]) -> InferenceOptions {
    let newest = items.iter().rev().find_map(|item| match &item.body {
        ItemBody::UserMessage(message) => Some(message.inference_options.clone()),
        _ => None,
    });
    newest.unwrap_or_default()
}

/// The language of the newest message of the person; where it has no letters, that of an earlier one, or of the page.
fn script_of(items: &[ThreadItem], locale: Locale) -> Script {
    items
        .iter()
        .rev()
        .filter(|item| matches!(item.body, ItemBody::UserMessage(_)))
        .find_map(|item| language::detect(&item.body.text()))
        .unwrap_or(match locale {
            Locale::En => Script::En,
            Locale::Ur => Script::Ur,
        })
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
