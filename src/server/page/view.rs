//! From the protocol's items and events to what the page draws ([`crate::api::view`]): the one match over [`ThreadStreamEvent`].

use std::collections::HashMap;

use chrono::NaiveDateTime;
use serde_json::Value;

use super::{form, markdown, parts, widget};
use crate::{
    api::view::{ChatUpdate, Dir, ItemBody as View, ItemView, StepView, StepsView, TaskView},
    domain::{
        id::ItemId,
        language,
        locale::{Digits, Reader, Script},
        task::{Due, Task, TaskStatus},
        text, texts,
    },
    protocol::{
        event::{ItemUpdate, ThreadStreamEvent},
        item::{Annotation, CallStatus, ItemBody, StatusIndicator, Summary, ThreadItem, Workflow, WorkflowTask},
        thread::Thread,
    },
    server::task_widget,
};

/// An item to draw; `None` for those that are not for people.
pub fn item(item: &ThreadItem, reader: Reader) -> Option<ItemView> {
    let locale = reader.locale;
    let id = item.id.to_string();
    let body = match &item.body {
        ItemBody::UserMessage(message) => {
            let text = message.text();
            View::User {
                html: parts::said(message),
                dir: if text::direction(&text) == "rtl" { Dir::Rtl } else { Dir::Ltr },
                script: script(&text),
            }
        }
        ItemBody::AssistantMessage { content } => {
            let text = item.body.text();
            let annotations: Vec<Annotation> = content.iter().flat_map(|part| part.annotations.clone()).collect();
            let mut blocks = markdown::linked(&text, &parts::task_links(&annotations));
            blocks.extend(parts::sources(&annotations, locale));
            View::Answer {
                script: script(&text),
                blocks,
                rating: None,
            }
        }
        ItemBody::ClientToolCall(call) => View::Call {
            name: call.name.clone(),
            title: match call.status {
                CallStatus::Pending => texts::step_running(locale.into(), &call.name).to_owned(),
                CallStatus::Completed => texts::step_done(locale.into(), &call.name, None, None, false),
            },
            pending: call.status == CallStatus::Pending,
        },
        ItemBody::Widget { widget, copy_text } => View::Widget {
            html: widget_html(widget, &id, reader),
            copy: copy_text.clone().unwrap_or_default(),
        },
        ItemBody::GeneratedImage { image } => View::Html(parts::picture(image.as_ref(), None, locale)),
        ItemBody::StructuredInput(form) => View::Html(form::form(&item.thread_id.to_string(), &id, form, locale)),
        ItemBody::Workflow { workflow } => steps(workflow, reader),
        ItemBody::Task { task } => View::Steps(StepsView {
            steps: vec![step(task, reader)],
            ..StepsView::default()
        }),
        // The end of a turn is seen by what stands there: nothing more comes.
        ItemBody::EndOfTurn {} | ItemBody::HiddenContextItem { .. } | ItemBody::SdkHiddenContext { .. } => return None,
    };
    Some(ItemView { id, body })
}

/// A widget that cannot be read is said to be one; the cause is for developers, on their page.
fn widget_html(root: &Value, id: &str, reader: Reader) -> String {
    let locale = reader.locale;
    let drawn = if reader.digits != Digits::Latin && !task_widget::ids(root).is_empty() {
        let mut root = root.clone();
        show_dates(&mut root, reader.digits);
        widget::html(&root, id, locale)
    } else {
        widget::html(root, id, locale)
    };
    match drawn {
        Ok(html) => html,
        Err(error) => {
            tracing::warn!(item = id, %error, "a widget cannot be drawn");
            format!("<p class=\"faint\">{}</p>", texts::parts(locale).broken_widget)
        }
    }
}

/// In a list of tasks the captions are dates, and they alone are ours.
fn show_dates(component: &mut Value, digits: Digits) {
    if component.get("type").is_some_and(|kind| kind == "Caption")
        && let Some(Value::String(date)) = component.get_mut("value")
    {
        *date = digits.show(std::mem::take(date));
    }
    if let Some(children) = component.get_mut("children").and_then(Value::as_array_mut) {
        children.iter_mut().for_each(|child| show_dates(child, digits));
    }
}

fn step(task: &WorkflowTask, reader: Reader) -> StepView {
    StepView {
        title: reader.digits.show(task.title().unwrap_or_default().to_owned()),
        detail: parts::detail(task),
        running: task.status_indicator == StatusIndicator::Loading,
    }
}

fn steps(workflow: &Workflow, reader: Reader) -> View {
    let steps: Vec<StepView> = workflow.tasks.iter().map(|task| step(task, reader)).collect();
    let words = texts::parts(reader.locale);
    let title = match &workflow.summary {
        Some(Summary::Custom { title, .. }) => title.clone(),
        Some(Summary::Duration { duration }) => reader.digits.show(format!("{duration}{}", words.seconds)),
        // A step or two are told as they are; more are folded.
        None if steps.len() > 2 && steps.iter().all(|step| !step.running) => reader.digits.show(texts::steps(reader.locale, steps.len())),
        None => String::new(),
    };
    View::Steps(StepsView {
        title,
        open: workflow.expanded,
        steps,
    })
}

fn script(text: &str) -> Script {
    language::detect(text).unwrap_or_default()
}

/// Turns events of a stream into updates of the page. Keeps the items that are being written.
pub struct Updater {
    reader: Reader,
    /// The language of the newest message: an answer that is still empty is taken to be in it.
    asked_in: Script,
    answers: HashMap<ItemId, markdown::Growing>,
    workflows: HashMap<ItemId, Workflow>,
    widgets: HashMap<ItemId, Value>,
}

impl Updater {
    /// For somebody who reads the page like this.
    pub fn new(reader: Reader) -> Self {
        Self {
            reader,
            asked_in: Script::default(),
            answers: HashMap::new(),
            workflows: HashMap::new(),
            widgets: HashMap::new(),
        }
    }

    /// Takes in an event whose update the page has already: maybe with other changes of the same text, so an answer that goes on comes whole.
    pub fn pass(&mut self, event: &ThreadStreamEvent) {
        self.update(event);
        self.answers.values_mut().for_each(markdown::Growing::missed);
    }

    /// The updates of an event; `None` if the page has nothing to draw.
    pub fn update(&mut self, event: &ThreadStreamEvent) -> Option<ChatUpdate> {
        match event {
            ThreadStreamEvent::ThreadCreated { thread } | ThreadStreamEvent::ThreadUpdated { thread } => Some(of_thread(thread)),
            ThreadStreamEvent::ItemAdded { item: added } => {
                match &added.body {
                    ItemBody::Workflow { workflow } => drop(self.workflows.insert(added.id, workflow.clone())),
                    ItemBody::Widget { widget, .. } => drop(self.widgets.insert(added.id, widget.clone())),
                    _ => {}
                }
                let mut view = item(added, self.reader)?;
                if let View::Answer { script, .. } = &mut view.body {
                    *script = self.asked_in;
                }
                Some(ChatUpdate::Item(view))
            }
            ThreadStreamEvent::ItemDone { item: done } | ThreadStreamEvent::ItemReplaced { item: done } => {
                if let ItemBody::UserMessage(message) = &done.body {
                    self.asked_in = script(&message.text());
                }
                self.answers.remove(&done.id);
                match &done.body {
                    // It may go on: a run that was taken over begins it anew.
                    ItemBody::Workflow { workflow } => drop(self.workflows.insert(done.id, workflow.clone())),
                    ItemBody::Widget { widget, .. } => drop(self.widgets.insert(done.id, widget.clone())),
                    _ => {}
                }
                item(done, self.reader).map(ChatUpdate::Item)
            }
            ThreadStreamEvent::ItemUpdated { item_id, update } => self.item_update(*item_id, update),
            ThreadStreamEvent::ItemRemoved { item_id } => Some(ChatUpdate::Removed(item_id.to_string())),
            ThreadStreamEvent::StreamOptions { .. } => None,
            ThreadStreamEvent::Progress { text, .. } => Some(ChatUpdate::Progress(self.reader.digits.show(text.clone()))),
            ThreadStreamEvent::ClientEffect { name, data } => match name.as_str() {
                "tasks.changed" => Some(ChatUpdate::Tasks),
                "task.open" => data
                    .get("task_id")
                    .and_then(Value::as_str)
                    .map(|id| ChatUpdate::Open(id.to_owned())),
                _ => None,
            },
            ThreadStreamEvent::Error { message, allow_retry, .. } => Some(ChatUpdate::Failed {
                message: match message {
                    Some(message) => message.clone(),
                    None => texts::failure(self.reader.locale.into(), texts::Failure::Internal).to_owned(),
                },
                retry: *allow_retry,
            }),
            // That the built-in assistant answers is told by the page itself, once (`app::components::built_in`).
            ThreadStreamEvent::Notice { message, title: None, .. } if texts::is_offline_answers(message) => None,
            ThreadStreamEvent::Notice { message, title, .. } => {
                let whole = match title {
                    Some(title) => format!("**{title}**\n\n{message}"),
                    None => message.clone(),
                };
                Some(ChatUpdate::Notice(markdown::blocks(&whole).concat()))
            }
        }
    }

    fn item_update(&mut self, item_id: ItemId, update: &ItemUpdate) -> Option<ChatUpdate> {
        match update {
            ItemUpdate::TextDelta { delta, .. } => {
                let growing = self.answers.entry(item_id);
                let change = growing.or_insert_with(|| markdown::Growing::new(self.asked_in)).push(delta)?;
                Some(ChatUpdate::Blocks {
                    item: item_id.to_string(),
                    from: change.from,
                    keep: change.keep,
                    blocks: change.blocks,
                })
            }
            ItemUpdate::WorkflowTaskAdded { task_index, task } | ItemUpdate::WorkflowTaskUpdated { task_index, task } => {
                let workflow = self.workflows.get_mut(&item_id)?;
                match workflow.tasks.get_mut(*task_index) {
                    Some(place) => *place = task.clone(),
                    None => workflow.tasks.push(task.clone()),
                }
                Some(ChatUpdate::Item(ItemView {
                    id: item_id.to_string(),
                    body: steps(workflow, self.reader),
                }))
            }
            ItemUpdate::WidgetRootUpdated { widget } => {
                self.widgets.insert(item_id, widget.clone());
                self.widget(item_id)
            }
            ItemUpdate::WidgetComponentUpdated { component_id, component } => {
                *component_in(self.widgets.get_mut(&item_id)?, component_id)? = component.clone();
                self.widget(item_id)
            }
            ItemUpdate::WidgetTextDelta { component_id, delta, .. } => {
                if let Some(Value::String(text)) = component_in(self.widgets.get_mut(&item_id)?, component_id)?.get_mut("value") {
                    text.push_str(delta);
                }
                self.widget(item_id)
            }
            ItemUpdate::GeneratedImageUpdated { image, progress } => Some(ChatUpdate::Item(ItemView {
                id: item_id.to_string(),
                body: View::Html(parts::picture(Some(image), *progress, self.reader.locale)),
            })),
            // What the page draws of these comes with the whole item.
            ItemUpdate::ContentPartAdded { .. } | ItemUpdate::ContentPartDone { .. } | ItemUpdate::AnnotationAdded { .. } => None,
        }
    }

    fn widget(&self, item_id: ItemId) -> Option<ChatUpdate> {
        let id = item_id.to_string();
        let html = widget_html(self.widgets.get(&item_id)?, &id, self.reader);
        Some(ChatUpdate::Item(ItemView {
            id,
            body: View::Widget { html, copy: String::new() },
        }))
    }
}

/// The component with an id, anywhere in a widget.
fn component_in<'w>(widget: &'w mut Value, id: &str) -> Option<&'w mut Value> {
    match widget {
        Value::Object(component) if component.get("id").and_then(Value::as_str) == Some(id) => Some(widget),
        Value::Object(component) => component_in(component.get_mut("children")?, id),
        Value::Array(children) => children.iter_mut().find_map(|child| component_in(child, id)),
        _ => None,
    }
}

fn of_thread(thread: &Thread) -> ChatUpdate {
    ChatUpdate::Thread {
        id: thread.metadata.id.to_string(),
        title: thread.metadata.title.clone().unwrap_or_default(),
    }
}

/// A task to draw; `now` is the person's clock.
pub fn task(task: &Task, Reader { locale, digits }: Reader, now: NaiveDateTime) -> TaskView {
    let done = task.status == TaskStatus::Completed;
    TaskView {
        id: task.id.to_string(),
        title: task.title.clone(),
        notes: task.notes.clone().unwrap_or_default(),
        done,
        priority: task.priority.number() as u8,
        due: task
            .due
            .as_ref()
            .map(|due| digits.show(texts::due_words(due, locale, now)))
            .unwrap_or_default(),
        due_iso: task.due.as_ref().map(due_iso).unwrap_or_default(),
        repeat: task
            .repeat
            .as_deref()
            .map(|rule| digits.show(language::phrases::repeats(rule, locale.into())))
            .unwrap_or_default(),
        overdue: !done && task.due.as_ref().is_some_and(|due| due.is_past(now)),
    }
}

fn due_iso(due: &Due) -> String {
    match due.time {
        Some(time) => format!("{}T{}", due.date, time.format("%H:%M")),
        None => due.date.to_string(),
    }
}
