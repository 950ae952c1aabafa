//! Plays the scripts: answers as the message says.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use kaam::{
    domain::{id::ItemId, language::Wanted, time::Clock},
    protocol::{
        event::{ErrorCode, ItemUpdate, ThreadStreamEvent},
        item::{
            AssistantContent, CallStatus, ClientToolCall, GeneratedImage, InferenceOptions, InputStatus, ItemBody, StatusIndicator,
            StepKind, Summary, ThreadItem, UserContent, UserMessage, Workflow, WorkflowKind, WorkflowTask,
        },
        request::Action,
        thread::ThreadMetadata,
    },
    server::{
        agent::Limits,
        model::{Finish, Model, ModelEvent, ModelRequest, ModelStream, Usage},
        run::{Acted, ActionError, Assistant, Files, Outcome, Person, Prompt, Recorder, Responder, Turn},
        store::{Store, StoreError},
        tools::Registry,
    },
};
use serde_json::{Value, json};
use tokio::sync::Semaphore;

use crate::{
    script::{self, ErrorKind, Step, SyncStep},
    widget_change,
};

/// Where scripts wait for the tests.
#[derive(Clone, Default)]
pub(crate) struct Gates(Arc<Mutex<HashMap<String, Arc<Semaphore>>>>);

impl Gates {
    fn gate(&self, name: &str) -> Arc<Semaphore> {
        let mut gates = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(gates.entry(name.into()).or_insert_with(|| Arc::new(Semaphore::new(0))))
    }

    pub(crate) fn open(&self, name: &str) {
        self.gate(name).add_permits(1);
    }

    async fn wait(&self, name: &str) {
        if let Ok(permit) = self.gate(name).acquire().await {
            permit.forget();
        }
    }
}

/// Answers by scripts.
pub(crate) struct Player {
    store: Store,
    files: Files,
    clock: Arc<dyn Clock>,
    gates: Gates,
}

/// A model that says what the script says: texts go through the real assistant.
struct Deltas(Vec<String>);

impl Model for Deltas {
    fn ask(&self, _request: ModelRequest) -> ModelStream {
        let mut events: Vec<_> = self.0.iter().cloned().map(|delta| Ok(ModelEvent::Text(delta))).collect();
        events.push(Ok(ModelEvent::Done {
            finish: Finish::Stop,
            usage: Usage::default(),
        }));
        Box::pin(futures::stream::iter(events))
    }
    fn name(&self) -> String {
        "script".into()
    }
}

/// What has happened in one answer.
struct Play<'a> {
    player: &'a Player,
    turn: &'a Turn,
    recorder: &'a mut Recorder,
    named: HashMap<String, ThreadItem>,
    workflow: Option<(ThreadItem, Workflow)>,
    /// How the thread is now, if it changed and nobody was told.
    thread: Option<ThreadMetadata>,
    /// No step comes after this one.
    is_last: bool,
}

/// Why a script goes no further.
enum Stop {
    /// It is over.
    End(Outcome),
    /// It cannot be played.
    Broken(String),
}

impl From<StoreError> for Stop {
    fn from(error: StoreError) -> Self {
        Self::Broken(error.to_string())
    }
}

impl Player {
    pub(crate) fn new(store: Store, files: Files, clock: Arc<dyn Clock>, gates: Gates) -> Self {
        Self {
            store,
            files,
            clock,
            gates,
        }
    }
}

#[async_trait]
impl Responder for Player {
    async fn respond(&self, turn: &Turn, recorder: &mut Recorder) -> Outcome {
        let mut play = Play {
            player: self,
            turn,
            recorder,
            named: HashMap::new(),
            workflow: None,
            thread: None,
            is_last: false,
        };
        match play.all().await {
            Ok(()) => Outcome::Done { usage: None },
            Err(Stop::End(outcome)) => outcome,
            Err(Stop::Broken(reason)) => failed(ErrorCode::StreamError, None, true, reason),
        }
    }

    async fn sync_action(&self, person: &Person, action: &Action, sender: Option<ThreadItem>) -> Result<Acted, ActionError> {
        if action.kind != "script" {
            return Err(ActionError::Invalid(format!(
                "params.action.type: there is no action {:?}",
                action.kind
            )));
        }
        let step = serde_json::from_value(action.payload.clone())
            .map_err(|error| ActionError::Invalid(format!("params.action.payload: {error}")))?;
        match step {
            SyncStep::Nothing => Ok(Acted::default()),
            SyncStep::Fail => Err(ActionError::Invalid("params.action: it cannot be done".into())),
            SyncStep::Change { widget, copy_text } => {
                let mut item = sender.ok_or_else(|| ActionError::Invalid("params.item_id: this action is of a widget".into()))?;
                item.body = ItemBody::Widget { widget, copy_text };
                self.store.save_item(person.id, &item).await?;
                Ok(Acted {
                    item: Some(item),
                    done: None,
                })
            }
        }
    }
}

fn failed(code: ErrorCode, message: Option<String>, allow_retry: bool, reason: String) -> Outcome {
    Outcome::Failed {
        code,
        message,
        allow_retry,
        reason,
    }
}

impl Play<'_> {
    /// The newest message of the person: its script, and how many forms and tool calls were answered since.
    fn message(&self) -> Result<(script::Script, usize), Stop> {
        let items = &self.turn.items;
        let place = items.iter().rposition(is_message);
        let Some(ItemBody::UserMessage(message)) = place.and_then(|place| items.get(place)).map(|item| &item.body) else {
            return Ok((script::Script::default(), 0));
        };
        let text = message.content.iter().find_map(|part| match part {
            UserContent::InputText { text } => Some(text.as_str()),
            UserContent::InputTag { .. } => None,
        });
        let answered = items.iter().skip(place.unwrap_or_default()).filter(|item| match &item.body {
            ItemBody::ClientToolCall(call) => call.status == CallStatus::Completed,
            ItemBody::StructuredInput(form) => form.status != InputStatus::Pending,
            _ => false,
        });
        Ok((script::read(text.unwrap_or_default()).map_err(Stop::Broken)?, answered.count()))
    }

    async fn all(&mut self) -> Result<(), Stop> {
        let steps = match &self.turn.prompt {
            Prompt::Message | Prompt::Again => self.message()?.0.steps,
            Prompt::ToolOutput(_) | Prompt::Form(_) => {
                let (script, answered) = self.message()?;
                script.then.into_iter().nth(answered.saturating_sub(1)).unwrap_or_default()
            }
            Prompt::Action { action, sender } => {
                if action.kind != "script" {
                    return Err(Stop::Broken(format!("there is no action {:?}", action.kind)));
                }
                if let Some(sender) = sender {
                    self.named.insert("sender".into(), sender.clone());
                }
                serde_json::from_value(action.payload.clone()).map_err(|error| Stop::Broken(error.to_string()))?
            }
        };
        let mut steps = steps.into_iter().peekable();
        while let Some(step) = steps.next() {
            self.is_last = steps.peek().is_none();
            self.step(step).await?;
        }
        self.tell_thread();
        Ok(())
    }

    /// Records an event, and behind it what has become of the thread.
    fn event(&mut self, event: ThreadStreamEvent) {
        self.recorder.event(event);
        self.tell_thread();
    }

    fn tell_thread(&mut self) {
        if let Some(thread) = self.thread.take() {
            self.recorder.event(ThreadStreamEvent::ThreadUpdated { thread: thread.into() });
        }
    }

    fn update(&mut self, item_id: ItemId, update: ItemUpdate) {
        self.event(ThreadStreamEvent::ItemUpdated { item_id, update });
    }

    fn added(&mut self, item: &ThreadItem) {
        self.event(ThreadStreamEvent::ItemAdded { item: item.clone() });
    }

    fn done(&mut self, item: ThreadItem) {
        self.event(ThreadStreamEvent::ItemDone { item });
    }

    async fn step(&mut self, step: Step) -> Result<(), Stop> {
        match step {
            Step::Text { deltas, annotations } => self.text(deltas, annotations).await?,
            Step::Reasoning { thoughts } => self.reasoning(thoughts),
            Step::Workflow { kind, tasks } => self.begin_workflow(kind, tasks),
            Step::TaskAdded { task } => self.task_added(task),
            Step::TaskUpdated { index, task } => self.task_updated(index, task)?,
            Step::EndWorkflow { summary, expanded } => self.end_workflow(summary, expanded),
            Step::Widget { states, copy_text } => self.widget(states, copy_text),
            Step::Image { id, frames, of, url } => self.image(&id, frames, of, url),
            Step::ClientTool { call_id, name, arguments } => {
                let item = self.recorder.item(ItemBody::ClientToolCall(ClientToolCall {
                    status: CallStatus::Pending,
                    call_id,
                    name,
                    arguments,
                    output: None,
                }));
                self.done(item);
            }
            Step::Added { r#as, item } => {
                let item = self.recorder.item(item);
                self.named.insert(r#as, item.clone());
                self.added(&item);
            }
            Step::Updated { r#as, id, update } => {
                let id = self.id(r#as, id)?;
                self.update(id, update);
            }
            Step::Done { r#as, item } => {
                let item = self.whole(r#as, item);
                self.done(item);
            }
            Step::Removed { r#as, id } => {
                let item_id = self.id(r#as, id)?;
                self.event(ThreadStreamEvent::ItemRemoved { item_id });
            }
            Step::Replaced { r#as, id, item } => {
                let id = self.id(r#as, id)?;
                let mut item = self.recorder.item(item);
                item.id = id;
                self.event(ThreadStreamEvent::ItemReplaced { item });
            }
            Step::Messages { count } => {
                for n in 0..count {
                    let item = self.recorder.item(ItemBody::UserMessage(UserMessage {
                        content: vec![UserContent::InputText {
                            text: format!("Message {n}"),
                        }],
                        attachments: Vec::new(),
                        quoted_text: None,
                        inference_options: InferenceOptions::default(),
                    }));
                    self.done(item);
                }
            }
            Step::Progress { text, icon } => self.event(ThreadStreamEvent::Progress { icon, text }),
            Step::Effect { name, data } => self.event(ThreadStreamEvent::ClientEffect { name, data }),
            Step::Notice { level, message, title } => self.event(ThreadStreamEvent::Notice { level, message, title }),
            Step::Thread {
                title,
                status,
                allowed_image_domains,
                metadata,
            } => {
                let mut thread = match self.thread.take() {
                    Some(thread) => thread,
                    None => self.player.store.thread(self.turn.key.user, self.turn.key.thread).await?,
                };
                thread.title = title.or(thread.title);
                thread.status = status.unwrap_or(thread.status);
                thread.allowed_image_domains = allowed_image_domains.or(thread.allowed_image_domains);
                // The server's own, which no client sees: only the change is told.
                drop(metadata);
                self.thread = Some(thread);
            }
            Step::Error {
                kind,
                message,
                allow_retry,
            } => {
                return Err(Stop::End(match kind {
                    ErrorKind::Unexpected => failed(ErrorCode::StreamError, None, true, "script: unexpected".into()),
                    ErrorKind::Stream => failed(ErrorCode::StreamError, None, allow_retry.unwrap_or(true), "script: stream".into()),
                    ErrorKind::Custom => failed(ErrorCode::Custom, message, allow_retry.unwrap_or(false), "script: custom".into()),
                }));
            }
            Step::Pause { gate } => {
                tokio::select! {
                    biased;
                    () = self.turn.cancel.cancelled() => return Err(Stop::End(Outcome::Cancelled)),
                    () = self.player.gates.wait(&gate) => {}
                }
            }
            Step::History => {
                let text = self.history().await?;
                self.text(vec![text], Vec::new()).await?;
            }
            Step::Input => {
                let text = self.input();
                self.text(vec![text], Vec::new()).await?;
            }
        }
        Ok(())
    }

    fn id(&self, name: Option<String>, id: Option<String>) -> Result<ItemId, Stop> {
        match (name, id) {
            (Some(name), None) => match self.named.get(&name) {
                Some(item) => Ok(item.id),
                None => Err(Stop::Broken(format!("no item is called {name:?}"))),
            },
            (None, Some(id)) => id.parse().map_err(|_| Stop::Broken(format!("{id:?} is no id"))),
            _ => Err(Stop::Broken("`as` or `id`".into())),
        }
    }

    /// A whole item: the one of this name, if there is one.
    fn whole(&mut self, name: Option<String>, body: ItemBody) -> ThreadItem {
        let Some(name) = name else { return self.recorder.item(body) };
        let item = match self.named.get(&name) {
            Some(known) => ThreadItem { body, ..known.clone() },
            None => self.recorder.item(body),
        };
        self.named.insert(name, item.clone());
        item
    }

    async fn text(&mut self, deltas: Vec<String>, annotations: Vec<kaam::protocol::item::Annotation>) -> Result<(), Stop> {
        self.close_workflow();
        // The assistant's last item goes out with the end of the run, so only the last step can be its own.
        if self.is_last && annotations.is_empty() && self.thread.is_none() {
            let limits = Limits {
                run: Duration::from_secs(60),
                tool_rounds: 1,
                calls_per_turn: 64,
            };
            let player = self.player;
            let assistant = Assistant::new(
                player.store.clone(),
                Arc::new(Deltas(deltas)),
                Registry::default(),
                player.files.clone(),
                Arc::clone(&player.clock),
                limits,
            );
            // To the assistant it is a message like any other, with nothing before it: what it would make of forms is not asked here.
            let turn = Turn {
                person: self.turn.person.clone(),
                key: self.turn.key,
                items: self.turn.items.iter().rfind(|item| is_message(item)).cloned().into_iter().collect(),
                // A script says what it says.
                wanted: Wanted {
                    is_firm: false,
                    ..self.turn.wanted
                },
                prompt: Prompt::Message,
                earlier: None,
                cancel: self.turn.cancel.clone(),
            };
            return match assistant.respond(&turn, self.recorder).await {
                Outcome::Done { .. } => Ok(()),
                other => Err(Stop::End(other)),
            };
        }
        let mut item = self.recorder.item(ItemBody::AssistantMessage { content: Vec::new() });
        self.added(&item);
        let content_index = 0;
        self.update(
            item.id,
            ItemUpdate::ContentPartAdded {
                content_index,
                content: AssistantContent::new(""),
            },
        );
        let whole = deltas.concat();
        for delta in deltas {
            self.update(item.id, ItemUpdate::TextDelta { content_index, delta });
        }
        for (annotation_index, annotation) in annotations.iter().cloned().enumerate() {
            self.update(
                item.id,
                ItemUpdate::AnnotationAdded {
                    content_index,
                    annotation_index,
                    annotation,
                },
            );
        }
        let content = AssistantContent { annotations, text: whole };
        self.update(
            item.id,
            ItemUpdate::ContentPartDone {
                content_index,
                content: content.clone(),
            },
        );
        item.body = ItemBody::AssistantMessage { content: vec![content] };
        self.done(item);
        Ok(())
    }

    fn begin_workflow(&mut self, kind: WorkflowKind, tasks: Vec<WorkflowTask>) {
        let workflow = Workflow {
            kind,
            tasks,
            summary: None,
            expanded: false,
        };
        let item = self.recorder.item(ItemBody::Workflow {
            workflow: workflow.clone(),
        });
        // One of our own is shown with its first step.
        if kind == WorkflowKind::Reasoning || !workflow.tasks.is_empty() {
            self.added(&item);
        }
        self.workflow = Some((item, workflow));
    }

    fn task_added(&mut self, task: WorkflowTask) {
        if self.workflow.is_none() {
            self.begin_workflow(WorkflowKind::Custom, Vec::new());
        }
        let Some((mut item, mut workflow)) = self.workflow.take() else {
            return;
        };
        workflow.tasks.push(task.clone());
        if workflow.kind == WorkflowKind::Custom && workflow.tasks.len() == 1 {
            item.body = ItemBody::Workflow {
                workflow: workflow.clone(),
            };
            self.added(&item);
        } else {
            let task_index = workflow.tasks.len() - 1;
            self.update(item.id, ItemUpdate::WorkflowTaskAdded { task_index, task });
        }
        self.workflow = Some((item, workflow));
    }

    fn task_updated(&mut self, task_index: usize, task: WorkflowTask) -> Result<(), Stop> {
        let Some((item, workflow)) = &mut self.workflow else {
            return Err(Stop::Broken("no workflow".into()));
        };
        let place = workflow
            .tasks
            .get_mut(task_index)
            .ok_or_else(|| Stop::Broken("no such task".into()))?;
        *place = task.clone();
        let id = item.id;
        self.update(id, ItemUpdate::WorkflowTaskUpdated { task_index, task });
        Ok(())
    }

    fn end_workflow(&mut self, summary: Option<Summary>, expanded: bool) {
        let Some((mut item, mut workflow)) = self.workflow.take() else {
            return;
        };
        let seconds = (self.player.clock.now() - item.created_at).num_seconds();
        workflow.summary = summary.or(workflow.summary).or(Some(Summary::Duration { duration: seconds }));
        workflow.expanded = expanded;
        item.body = ItemBody::Workflow { workflow };
        self.done(item);
    }

    fn close_workflow(&mut self) {
        self.end_workflow(None, false);
    }

    fn reasoning(&mut self, thoughts: Vec<Vec<String>>) {
        if self.workflow.is_none() {
            self.begin_workflow(WorkflowKind::Reasoning, Vec::new());
        }
        for thought in thoughts {
            let task = |content: String| WorkflowTask {
                status_indicator: StatusIndicator::None,
                kind: StepKind::Thought { title: None, content },
            };
            let is_first = self.workflow.as_ref().is_some_and(|(_, workflow)| workflow.tasks.is_empty());
            if is_first {
                // The first one is shown while it comes.
                let mut content = String::new();
                for (n, delta) in thought.iter().enumerate() {
                    content.push_str(delta);
                    if n == 0 {
                        self.task_added(task(content.clone()));
                    } else {
                        let _ = self.task_updated(0, task(content.clone()));
                    }
                }
                let _ = self.task_updated(0, task(content));
            } else {
                self.task_added(task(thought.concat()));
            }
        }
    }

    fn widget(&mut self, states: Vec<Value>, copy_text: Option<String>) {
        self.close_workflow();
        let Some(first) = states.first() else { return };
        let body = |widget: &Value| ItemBody::Widget {
            widget: widget.clone(),
            copy_text: copy_text.clone(),
        };
        let mut item = self.recorder.item(body(first));
        if states.len() > 1 {
            self.added(&item);
        }
        for (before, after) in states.iter().zip(states.iter().skip(1)) {
            for update in widget_change::changes(before, after) {
                self.update(item.id, update);
            }
            item.body = body(after);
        }
        self.done(item);
    }

    fn image(&mut self, id: &str, frames: Vec<String>, of: Option<u32>, url: String) {
        let image = |url: String| GeneratedImage { id: id.into(), url };
        let mut item = self.recorder.item(ItemBody::GeneratedImage { image: None });
        self.added(&item);
        for (n, frame) in frames.into_iter().enumerate() {
            let progress = of.map_or(0.0, |of| (n as f64 / f64::from(of)).min(1.0));
            self.update(
                item.id,
                ItemUpdate::GeneratedImageUpdated {
                    image: image(frame),
                    progress: Some(progress),
                },
            );
        }
        item.body = ItemBody::GeneratedImage { image: Some(image(url)) };
        self.done(item);
    }

    /// Which items there are, each with its text.
    async fn history(&self) -> Result<String, Stop> {
        let key = self.turn.key;
        let items = self.player.store.history(key.user, key.thread, 1000).await?;
        let shown: Vec<Value> = items.iter().map(|item| json!([item.body.kind(), said(&item.body)])).collect();
        Ok(json!(shown).to_string())
    }

    /// What the person sent with their message.
    fn input(&self) -> String {
        let messages = self.turn.items.iter().rev();
        let message = messages.filter_map(|item| match &item.body {
            ItemBody::UserMessage(message) => Some(message),
            _ => None,
        });
        let Some(message) = message.take(1).next() else {
            return "null".into();
        };
        let content: Vec<Value> = message.content.iter().skip(1).map(|part| json!(part)).collect();
        let attachments: Vec<Value> = message
            .attachments
            .iter()
            .map(|attachment| json!([attachment.name, attachment.mime_type, attachment.thread_id]))
            .collect();
        json!({
            "rest": content,
            "quoted_text": message.quoted_text,
            "inference_options": message.inference_options,
            "attachments": attachments,
        })
        .to_string()
    }
}

fn is_message(item: &ThreadItem) -> bool {
    matches!(item.body, ItemBody::UserMessage(_))
}

/// What an item says, as far as both servers can tell it alike.
fn said(body: &ItemBody) -> Value {
    match body {
        ItemBody::AssistantMessage { .. } | ItemBody::SdkHiddenContext { .. } => json!(body.text()),
        ItemBody::HiddenContextItem { content } => content.clone(),
        ItemBody::ClientToolCall(call) => json!([call.status, call.output]),
        ItemBody::StructuredInput(form) => json!(form.status),
        _ => Value::Null,
    }
}
