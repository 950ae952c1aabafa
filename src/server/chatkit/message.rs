//! A message at the border: what may be in it. The protocol's endpoint and the page's own door send through here.

use serde_json::{Map, Value};

use crate::{
    domain::{
        id::UserId,
        text::{self, TextError},
    },
    protocol::{
        item::{UserContent, UserMessage},
        request::UserMessageInput,
    },
    server::{chatkit::attachments_of, error::AppError, state::AppState},
};

/// Why a message was refused.
#[derive(Debug)]
pub enum MessageError {
    /// It says nothing.
    Blank,
    /// It, or what it quotes, is over 64 KiB long.
    TooLong,
    /// A tag's data holds a NUL.
    BadTag,
    /// A file is not there, was not uploaded yet, or is one too many.
    Files(AppError),
}

impl From<MessageError> for AppError {
    fn from(error: MessageError) -> Self {
        match error {
            MessageError::Blank => Self::Invalid("params.input.content: the message is blank".into()),
            MessageError::TooLong => Self::TooLarge {
                limit: text::MESSAGE_MAX_BYTES,
            },
            MessageError::BadTag => Self::Invalid("params.input.content: a tag's data holds a NUL".into()),
            MessageError::Files(error) => error,
        }
    }
}

/// Checks a message and makes it fit to be stored. Whether its model and its tool exist is for the one who answers to say.
///
/// # Errors
/// See [`MessageError`].
pub async fn checked(state: &AppState, user: UserId, input: UserMessageInput) -> Result<UserMessage, MessageError> {
    let mut message = UserMessage {
        content: input.content,
        attachments: attachments_of(state, user, &input.attachments).await.map_err(MessageError::Files)?,
        quoted_text: input
            .quoted_text
            .map(|quoted| text::clean(&quoted))
            .filter(|quoted| !quoted.trim().is_empty()),
        inference_options: input.inference_options,
    };
    match text::message(&message.text()) {
        // A file says something by itself.
        Err(TextError::Blank) if message.attachments.is_empty() => return Err(MessageError::Blank),
        Err(TextError::TooLong) => return Err(MessageError::TooLong),
        _ => {}
    }
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
    Ok(message)
}

/// The database keeps no NUL.
fn holds_nul(data: &Map<String, Value>) -> bool {
    serde_json::to_string(data).is_ok_and(|json| json.contains("\\u0000"))
}
