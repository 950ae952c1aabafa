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
    server::{
        chatkit::attachments_of,
        error::AppError,
        run::{LEVELS_MAX, fits, json_length},
        state::AppState,
    },
};

/// Why a message was refused.
#[derive(Debug)]
pub enum MessageError {
    /// It says nothing.
    Blank,
    /// Its words, what it quotes, or all that its tags carry, is over 64 KiB long; or it has more than [`text::PARTS_MAX`] parts.
    TooLong,
    /// A tag's data holds a NUL, or lies too deep.
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
            MessageError::BadTag => Self::Invalid(format!(
                "params.input.content: a tag's data holds a NUL, or is nested deeper than {LEVELS_MAX} levels"
            )),
            MessageError::Files(error) => error,
        }
    }
}

/// Checks a message and makes it fit to be stored. Whether its model and its tool exist is for the one who answers to say.
///
/// # Errors
/// See [`MessageError`].
pub async fn checked(state: &AppState, user: UserId, input: UserMessageInput) -> Result<UserMessage, MessageError> {
    // Before anything is done with it.
    let too_long = |length: usize| length > text::MESSAGE_MAX_BYTES;
    if input.content.len() > text::PARTS_MAX
        || too_long(input.content.iter().map(carried).sum())
        || too_long(input.quoted_text.as_ref().map_or(0, String::len))
    {
        return Err(MessageError::TooLong);
    }
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
                if holds_nul(data) || data.values().any(|value| !fits(value)) {
                    return Err(MessageError::BadTag);
                }
            }
        }
    }
    Ok(message)
}

/// The bytes that a tag carries beside its words, which count as the message's.
fn carried(part: &UserContent) -> usize {
    match part {
        UserContent::InputText { .. } => 0,
        UserContent::InputTag { id, data, group, .. } => {
            let data = if data.is_empty() { 0 } else { json_length(data) };
            id.len() + group.as_ref().map_or(0, String::len) + data
        }
    }
}

/// The database keeps no NUL.
fn holds_nul(data: &Map<String, Value>) -> bool {
    serde_json::to_string(data).is_ok_and(|json| json.contains("\\u0000"))
}
