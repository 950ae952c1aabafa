//! What a client asks: `chatkit/types.py`, "REQUEST TYPES". One POST, `{"type", "params", "metadata"}`.

use serde::{Deserialize, de::DeserializeOwned};
use serde_json::value::RawValue;

use super::item::{InferenceOptions, UserContent};

/// The page size where none is asked for (the SDK's `DEFAULT_PAGE_SIZE`).
pub const DEFAULT_PAGE: usize = 20;
/// The largest page.
pub const MAX_PAGE: usize = 100;

/// A request that was understood.
#[derive(Debug, Clone, PartialEq)]
pub enum Request {
    /// `threads.create`: streams.
    ThreadsCreate(CreateThread),
    /// `threads.add_user_message`: streams.
    ThreadsAddUserMessage(AddUserMessage),
    /// `threads.get_by_id`.
    ThreadsGetById(ThreadRef),
    /// `threads.list`.
    ThreadsList(ListThreads),
    /// `threads.update`.
    ThreadsUpdate(UpdateThread),
    /// `threads.delete`.
    ThreadsDelete(ThreadRef),
    /// `items.list`.
    ItemsList(ListItems),
}

/// Why a request was not understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RequestError {
    /// The body is no JSON, or its parameters do not fit; the text says where.
    Invalid(String),
    /// No such operation in the protocol.
    UnknownType(String),
    /// An operation of the protocol that is not served here.
    NotServed(&'static str),
}

/// Operations of the protocol that Kaam does not serve yet.
const NOT_SERVED: [&str; 9] = [
    "threads.add_client_tool_output",
    "threads.add_structured_input",
    "threads.retry_after_item",
    "threads.custom_action",
    "threads.sync_custom_action",
    "items.feedback",
    "attachments.create",
    "attachments.delete",
    "input.transcribe",
];

#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(rename = "type", borrow)]
    kind: std::borrow::Cow<'a, str>,
    #[serde(borrow)]
    params: Option<&'a RawValue>,
    #[serde(default)]
    #[expect(dead_code, reason = "checked to be an object, as the SDK does; nothing here uses it")]
    metadata: serde_json::Map<String, serde_json::Value>,
}

impl Request {
    /// Reads the body of a request.
    ///
    /// # Errors
    /// See [`RequestError`].
    pub fn parse(body: &[u8]) -> Result<Self, RequestError> {
        let envelope: Envelope<'_> = serde_json::from_slice(body).map_err(|error| RequestError::Invalid(error.to_string()))?;
        let params = envelope.params.map_or("null", RawValue::get);
        Ok(match envelope.kind.as_ref() {
            "threads.create" => Self::ThreadsCreate(read(params)?),
            "threads.add_user_message" => Self::ThreadsAddUserMessage(read(params)?),
            "threads.get_by_id" => Self::ThreadsGetById(read(params)?),
            "threads.list" => Self::ThreadsList(read(params)?),
            "threads.update" => Self::ThreadsUpdate(read(params)?),
            "threads.delete" => Self::ThreadsDelete(read(params)?),
            "items.list" => Self::ItemsList(read(params)?),
            other => {
                return Err(match NOT_SERVED.iter().find(|name| **name == other) {
                    Some(name) => RequestError::NotServed(name),
                    None => RequestError::UnknownType(other.chars().take(100).collect()),
                });
            }
        })
    }
}

fn read<T: DeserializeOwned>(params: &str) -> Result<T, RequestError> {
    serde_json::from_str(params).map_err(|error| RequestError::Invalid(format!("params: {error}")))
}

/// `ThreadCreateParams`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct CreateThread {
    /// The first message.
    pub input: UserMessageInput,
}

/// `ThreadAddUserMessageParams`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct AddUserMessage {
    /// The message.
    pub input: UserMessageInput,
    /// The thread.
    pub thread_id: String,
}

/// `UserMessageInput`. As in the SDK, `attachments` and `inference_options` must be there.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct UserMessageInput {
    /// Text and tags.
    pub content: Vec<UserContent>,
    /// Ids of files.
    pub attachments: Vec<String>,
    /// What of an earlier answer it refers to.
    #[serde(default)]
    pub quoted_text: Option<String>,
    /// The model and tool that the person chose.
    pub inference_options: InferenceOptions,
}

/// Parameters that name a thread: opaque ids, so any text is read; one that is no id of ours is a thread that does not exist.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct ThreadRef {
    /// The thread.
    pub thread_id: String,
}

/// `ThreadUpdateParams`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct UpdateThread {
    /// The thread.
    pub thread_id: String,
    /// Its new title.
    pub title: String,
}

/// `ThreadListParams`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct ListThreads {
    /// The cut.
    #[serde(flatten)]
    pub cut: Cut,
}

/// `ItemsListParams`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct ListItems {
    /// The thread.
    pub thread_id: String,
    /// The cut.
    #[serde(flatten)]
    pub cut: Cut,
}

/// Which part of a list is wanted.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
pub struct Cut {
    /// How many; [`DEFAULT_PAGE`] where absent or 0 (as the SDK reads it), at most [`MAX_PAGE`].
    #[serde(default)]
    limit: Option<u32>,
    /// Which end first.
    #[serde(default)]
    pub order: Order,
    /// Behind this entry.
    #[serde(default)]
    pub after: Option<String>,
}

impl Cut {
    /// A cut of our own making.
    pub fn new(limit: u32, order: Order, after: Option<String>) -> Self {
        Self {
            limit: Some(limit),
            order,
            after,
        }
    }

    /// How many entries.
    pub fn limit(&self) -> usize {
        match self.limit {
            None | Some(0) => DEFAULT_PAGE,
            Some(limit) => (limit as usize).min(MAX_PAGE),
        }
    }
}

/// Which end of a list comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Order {
    /// Oldest first.
    Asc,
    /// Newest first.
    #[default]
    Desc,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_protocols_requests_are_read() {
        let body = br#"{"type":"threads.create","params":{"input":{"content":[{"type":"input_text","text":"hi"}],"attachments":[],"inference_options":{}}},"metadata":{"a":1}}"#;
        assert!(matches!(Request::parse(body), Ok(Request::ThreadsCreate(_))));
        let Ok(Request::ThreadsList(list)) = Request::parse(br#"{"type":"threads.list","params":{"limit":null,"order":"asc"}}"#) else {
            panic!("not read");
        };
        assert_eq!((list.cut.limit(), list.cut.order, list.cut.after), (20, Order::Asc, None));
        let Ok(Request::ItemsList(list)) = Request::parse(br#"{"type":"items.list","params":{"thread_id":"thr_x","limit":0}}"#) else {
            panic!("not read");
        };
        assert_eq!(list.cut.limit(), 20);
    }

    #[test]
    fn wrong_requests_say_what_is_wrong() {
        let cases: [(&[u8], &str); 9] = [
            (b"", "EOF"),
            (b"[]", "invalid"),
            (b"{}", "missing field `type`"),
            (br#"{"type":7}"#, "invalid type"),
            (br#"{"type":"threads.create"}"#, "params"),
            (br#"{"type":"threads.create","params":{}}"#, "missing field `input`"),
            (br#"{"type":"threads.list","params":{"limit":-1}}"#, "invalid value"),
            (br#"{"type":"threads.list","params":{"order":"sideways"}}"#, "sideways"),
            (br#"{"type":"threads.get_by_id","params":{},"metadata":[]}"#, "invalid"),
        ];
        for (body, part) in cases {
            match Request::parse(body) {
                Err(RequestError::Invalid(message)) => assert!(message.contains(part), "{message} lacks {part}"),
                other => panic!("{other:?}"),
            }
        }
        assert_eq!(
            Request::parse(br#"{"type":"nope","params":{}}"#),
            Err(RequestError::UnknownType("nope".into()))
        );
        assert_eq!(
            Request::parse(br#"{"type":"items.feedback","params":{}}"#),
            Err(RequestError::NotServed("items.feedback"))
        );
    }
}
