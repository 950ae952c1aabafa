//! What a request needs before it can be accepted: which thread, which items it adds or settles, and the first lines of the log.

use super::{Ask, AskError, Person, Prompt, Runs, form};
use crate::{
    domain::{
        id::{AttachmentId, ItemId, ThreadId},
        text,
    },
    protocol::{
        event::{StreamOptions, ThreadStreamEvent},
        item::{CallStatus, InputStatus, ItemBody, ThreadItem, UserMessage},
        request::{Action, Submission},
        thread::{Thread, ThreadMetadata},
    },
    server::store::runs::Settle,
};

/// A request that can be accepted.
pub(super) struct Prepared {
    pub thread: ThreadId,
    /// The title, if the thread is new.
    pub new_thread: Option<String>,
    /// The person's message, if that is what it brings.
    pub item: Option<ThreadItem>,
    /// The item that is answered.
    pub about: ItemId,
    /// What becomes of items that are there.
    pub settle: Vec<Settle>,
    /// The first events.
    pub first: Vec<ThreadStreamEvent>,
    /// Items that are gone then.
    pub removed: Vec<ItemId>,
    pub prompt: Prompt,
}

const OPTIONS: ThreadStreamEvent = ThreadStreamEvent::StreamOptions {
    stream_options: StreamOptions { allow_cancel: true },
};

/// The first words of the message, or else the name of its first file.
fn title_of(item: &ThreadItem) -> String {
    let title = text::title_of(&item.body.text());
    match &item.body {
        ItemBody::UserMessage(message) if title.is_empty() => message.attachments.first().map_or(title, |file| text::title_of(&file.name)),
        _ => title,
    }
}

/// The files of a message, to be stamped with its thread. Nothing where there are none, which keeps accepting one statement.
fn attach(item: &ThreadItem) -> Vec<Settle> {
    let ItemBody::UserMessage(message) = &item.body else {
        return Vec::new();
    };
    let files: Vec<AttachmentId> = message.attachments.iter().filter_map(|file| file.id.parse().ok()).collect();
    if files.is_empty() {
        Vec::new()
    } else {
        vec![Settle::Attach(files)]
    }
}

impl Runs {
    pub(super) async fn prepare(&self, person: &Person, ask: Ask) -> Result<Prepared, AskError> {
        match ask {
            Ask::NewThread(message) => {
                self.check(&message)?;
                Ok(self.new_thread(message))
            }
            Ask::Message(thread, message) => {
                self.check(&message)?;
                Ok(self.message(thread, message))
            }
            Ask::Retry(thread, item) => self.retry(person, thread, item).await,
            Ask::ToolOutput(thread, result) => self.tool_output(person, thread, result).await,
            Ask::Form(thread, item, submission) => self.form(person, thread, item, &submission).await,
            Ask::Action(thread, item, action) => self.action(person, thread, item, action).await,
        }
    }

    fn check(&self, message: &UserMessage) -> Result<(), AskError> {
        self.0.responder.check(&message.inference_options).map_err(AskError::UnknownOption)
    }

    fn user_item(&self, thread: ThreadId, mut message: UserMessage) -> ThreadItem {
        for attachment in &mut message.attachments {
            attachment.thread_id = Some(thread.to_string());
        }
        ThreadItem {
            id: self.0.clock.item_id(),
            thread_id: thread,
            created_at: self.0.clock.now(),
            body: ItemBody::UserMessage(message),
        }
    }

    fn new_thread(&self, message: UserMessage) -> Prepared {
        let thread = self.0.clock.thread_id();
        let item = self.user_item(thread, message);
        let mut metadata = ThreadMetadata {
            title: None,
            id: thread,
            created_at: item.created_at,
            status: Default::default(),
            allowed_image_domains: None,
            metadata: Default::default(),
        };
        let created = Thread::from(metadata.clone());
        let settle = attach(&item);
        let title = title_of(&item);
        metadata.title = Some(title.clone());
        Prepared {
            thread,
            new_thread: Some(title),
            about: item.id,
            settle,
            first: vec![
                ThreadStreamEvent::ThreadCreated { thread: created },
                ThreadStreamEvent::ItemDone { item: item.clone() },
                OPTIONS,
                ThreadStreamEvent::ThreadUpdated { thread: metadata.into() },
            ],
            item: Some(item),
            removed: Vec::new(),
            prompt: Prompt::Message,
        }
    }

    fn message(&self, thread: ThreadId, message: UserMessage) -> Prepared {
        let item = self.user_item(thread, message);
        Prepared {
            thread,
            new_thread: None,
            about: item.id,
            settle: attach(&item),
            first: vec![ThreadStreamEvent::ItemDone { item: item.clone() }, OPTIONS],
            item: Some(item),
            removed: Vec::new(),
            prompt: Prompt::Message,
        }
    }

    async fn retry(&self, person: &Person, thread: ThreadId, item: Option<ItemId>) -> Result<Prepared, AskError> {
        let store = &self.0.store;
        store.thread(person.id, thread).await?;
        let about = match item {
            None => store.last_user_item(person.id, thread).await?,
            Some(item) => match store.item(person.id, thread, item).await?.body {
                ItemBody::UserMessage(_) => item,
                _ => return Err(AskError::WrongItem("only a message of the person can be answered anew")),
            },
        };
        Ok(Prepared {
            thread,
            new_thread: None,
            item: None,
            about,
            settle: vec![Settle::RemoveAfter(about)],
            first: vec![OPTIONS],
            removed: store.items_after(person.id, thread, about).await?,
            prompt: Prompt::Again,
        })
    }

    async fn tool_output(&self, person: &Person, thread: ThreadId, result: serde_json::Value) -> Result<Prepared, AskError> {
        let store = &self.0.store;
        store.thread(person.id, thread).await?;
        let mut calls = store.pending_calls(person.id, thread).await?.into_iter();
        let last = store.last_item(person.id, thread).await?;
        let Some(mut item) = calls.next().filter(|call| last == Some(call.id)) else {
            return Err(AskError::WrongItem("the thread does not end in a pending client tool call"));
        };
        if let ItemBody::ClientToolCall(call) = &mut item.body {
            call.status = CallStatus::Completed;
            call.output = Some(result).filter(|result| !result.is_null());
        }
        // Others that are pending can be answered no more.
        let others = calls.map(|call| Settle::Remove(call.id));
        let settle = std::iter::once(Settle::Answer(item.clone())).chain(others).collect();
        Ok(Prepared {
            thread,
            new_thread: None,
            item: None,
            about: item.id,
            settle,
            first: vec![OPTIONS],
            removed: Vec::new(),
            prompt: Prompt::ToolOutput(item),
        })
    }

    async fn form(&self, person: &Person, thread: ThreadId, item: ItemId, submission: &Submission) -> Result<Prepared, AskError> {
        self.0.store.thread(person.id, thread).await?;
        let mut item = self.0.store.item(person.id, thread, item).await?;
        let ItemBody::StructuredInput(form) = &item.body else {
            return Err(AskError::WrongItem("it is no form"));
        };
        if form.status != InputStatus::Pending {
            return Err(AskError::WrongItem("it was answered already"));
        }
        item.body = ItemBody::StructuredInput(form::answered(form, submission));
        Ok(Prepared {
            thread,
            new_thread: None,
            item: None,
            about: item.id,
            settle: vec![Settle::Answer(item.clone())],
            first: vec![OPTIONS, ThreadStreamEvent::ItemReplaced { item: item.clone() }],
            removed: Vec::new(),
            prompt: Prompt::Form(item),
        })
    }

    async fn action(&self, person: &Person, thread: ThreadId, item: Option<ItemId>, action: Action) -> Result<Prepared, AskError> {
        let store = &self.0.store;
        store.thread(person.id, thread).await?;
        let sender = match item {
            None => None,
            Some(item) => Some(store.item(person.id, thread, item).await?),
        };
        if sender.as_ref().is_some_and(|item| !matches!(item.body, ItemBody::Widget { .. })) {
            return Err(AskError::NotAWidget);
        }
        Ok(Prepared {
            thread,
            new_thread: None,
            item: None,
            about: sender.as_ref().map_or_else(|| self.0.clock.item_id(), |item| item.id),
            settle: Vec::new(),
            first: vec![OPTIONS],
            removed: Vec::new(),
            prompt: Prompt::Action { action, sender },
        })
    }
}
