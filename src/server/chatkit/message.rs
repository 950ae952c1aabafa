//! A message at the border: what may be in it. The protocol's endpoint and the page's own door send through here.

use serde_json::{Map, Value};

use crate::{
    domain::{
        id::UserId,
        text::{self, TextError},
    },
    protocol::{
        attachment::Attachment,
        item::{UserContent, UserMessage},
        request::UserMessageInput,
    },
    server::{error::AppError, state::AppState, store::StoreError},
};

/// The most files that one message may carry.
pub const ATTACHMENTS_MAX: usize = 10;

/// Why a message was refused.
#[derive(Debug)]
pub enum MessageError {
    /// It says nothing.
    Blank,
    /// It, or what it quotes, is over 64 KiB long.
    TooLong,
    /// A tag's data holds a NUL.
    BadTag,
    /// More than [`ATTACHMENTS_MAX`] files.
    TooManyFiles,
    /// [`StoreError::NotFound`]: a file is not there, or another person's.
    Store(StoreError),
}

impl From<StoreError> for MessageError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<MessageError> for AppError {
    fn from(error: MessageError) -> Self {
        match error {
            MessageError::Blank => Self::Invalid("params.input.content: the message is blank".into()),
            MessageError::TooLong => Self::TooLarge {
                limit: text::MESSAGE_MAX_BYTES,
            },
            MessageError::BadTag => Self::Invalid("params.input.content: a tag's data holds a NUL".into()),
            MessageError::TooManyFiles => Self::Invalid(format!("params.input.attachments: at most {ATTACHMENTS_MAX}")),
            MessageError::Store(error) => error.into(),
        }
    }
}

/// Checks a message and makes it fit to be stored. Whether its model and its tool exist is for the one who answers to say.
///
/// # Errors
/// See [`MessageError`].
pub async fn checked(state: &AppState, user: UserId, input: UserMessageInput) -> Result<UserMessage, MessageError> {
    if input.attachments.len() > ATTACHMENTS_MAX {
        return Err(MessageError::TooManyFiles);
    }
    let mut message = UserMessage {
        content: input.content,
        attachments: Vec::new(),
        quoted_text: input
            .quoted_text
            .map(|quoted| text::clean(&quoted))
            .filter(|quoted| !quoted.trim().is_empty()),
        inference_options: input.inference_options,
    };
    text::message(&message.text()).map_err(|error| match error {
        TextError::Blank => MessageError::Blank,
        TextError::TooLong => MessageError::TooLong,
    })?;
    if message
        .quoted_text
        .as_ref()
        .is_some_and(|quoted| quoted.len() > text::MESSAGE_MAX_BYTES)
    {
        return Err(MessageError::TooLong);
    }
    let only = message.content.len() == 1;
    for part in &mut message.content {
        match part {
            UserContent::InputText { text } => {
                let cleaned = text::clean(text);
                *text = if only { cleaned.trim().to_owned() } else { cleaned };
            }
            UserContent::InputTag { id, text, data, group, .. } => {
                *text = text::clean(text);
                *id = text::clean(id);
                *group = group.take().map(|group| text::clean(&group));
                if holds_nul(data) {
                    return Err(MessageError::BadTag);
                }
            }
        }
    }
    message.attachments = attachments_of(state, user, &input.attachments).await?;
    Ok(message)
}

/// The database keeps no NUL.
fn holds_nul(data: &Map<String, Value>) -> bool {
    serde_json::to_string(data).is_ok_and(|json| json.contains("\\u0000"))
}

/// The files of a message. There are none yet.
async fn attachments_of(_state: &AppState, _user: UserId, ids: &[String]) -> Result<Vec<Attachment>, StoreError> {
    if ids.is_empty() {
        Ok(Vec::new())
    } else {
        Err(StoreError::NotFound)
    }
}
