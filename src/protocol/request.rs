//! What a client asks: `chatkit/types.py`, "REQUEST TYPES". One POST, `{"type", "params", "metadata"}`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Map, Value, value::RawValue};

use super::{
    item::{Answer, InferenceOptions, UserContent},
    object::{self, Object},
};

/// The page size where none is asked for (the SDK's `DEFAULT_PAGE_SIZE`).
pub const DEFAULT_PAGE: usize = 20;
/// The largest page.
pub const MAX_PAGE: usize = 100;

/// A request that was understood.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    /// What is asked.
    pub operation: Operation,
    /// What the client says beside it: `client_tools` are the names of the tools that it has.
    pub metadata: Map<String, Value>,
}

/// The operations of the protocol.
#[derive(Debug, Clone, PartialEq)]
pub enum Operation {
    /// `threads.create`: streams.
    ThreadsCreate(CreateThread),
    /// `threads.add_user_message`: streams.
    ThreadsAddUserMessage(AddUserMessage),
    /// `threads.add_client_tool_output`: streams.
    ThreadsAddClientToolOutput(AddClientToolOutput),
    /// `threads.add_structured_input`: streams.
    ThreadsAddStructuredInput(AddStructuredInput),
    /// `threads.retry_after_item`: streams.
    ThreadsRetryAfterItem(ItemRef),
    /// `threads.custom_action`: streams.
    ThreadsCustomAction(CustomAction),
    /// `threads.sync_custom_action`.
    ThreadsSyncCustomAction(CustomAction),
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
    /// `items.feedback`.
    ItemsFeedback(Feedback),
    /// `attachments.create`.
    AttachmentsCreate(CreateAttachment),
    /// `attachments.delete`.
    AttachmentsDelete(AttachmentRef),
    /// `input.transcribe`.
    InputTranscribe(Transcribe),
}

/// Why a request was not understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RequestError {
    /// The body is no JSON, or its parameters do not fit; the text says where.
    Invalid(String),
    /// No such operation in the protocol.
    UnknownType(String),
}

#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(rename = "type", borrow)]
    kind: std::borrow::Cow<'a, str>,
    #[serde(borrow)]
    params: Option<&'a RawValue>,
    #[serde(default)]
    metadata: Map<String, Value>,
}

impl Request {
    /// Whether a body that is too large for all others may be one of `input.transcribe`, which carries sound. Reads nothing else of it.
    pub fn is_transcribe(body: &[u8]) -> bool {
        #[derive(Deserialize)]
        struct Kind<'a> {
            #[serde(rename = "type", borrow)]
            kind: std::borrow::Cow<'a, str>,
        }
        serde_json::from_slice(body).is_ok_and(|Kind { kind }| kind == "input.transcribe")
    }

    /// Reads the body of a request.
    ///
    /// # Errors
    /// See [`RequestError`].
    pub fn parse(body: &[u8]) -> Result<Self, RequestError> {
        // In JSON there is no other way to write one.
        if body.windows(NUL.len()).any(|part| part == NUL) {
            let mut value: Value = serde_json::from_slice(body).map_err(|error| RequestError::Invalid(error.to_string()))?;
            drop_nul(&mut value);
            return Self::parse_clean(value.to_string().as_bytes());
        }
        Self::parse_clean(body)
    }

    fn parse_clean(body: &[u8]) -> Result<Self, RequestError> {
        let Object(envelope) =
            serde_json::from_slice::<Object<Envelope<'_>>>(body).map_err(|error| RequestError::Invalid(error.to_string()))?;
        let params = envelope.params.map_or("null", RawValue::get);
        let operation = match envelope.kind.as_ref() {
            "threads.create" => Operation::ThreadsCreate(read(params)?),
            "threads.add_user_message" => Operation::ThreadsAddUserMessage(read(params)?),
            "threads.add_client_tool_output" => Operation::ThreadsAddClientToolOutput(read(params)?),
            "threads.add_structured_input" => Operation::ThreadsAddStructuredInput(read(params)?),
            "threads.retry_after_item" => Operation::ThreadsRetryAfterItem(read(params)?),
            "threads.custom_action" => Operation::ThreadsCustomAction(read(params)?),
            "threads.sync_custom_action" => Operation::ThreadsSyncCustomAction(read(params)?),
            "threads.get_by_id" => Operation::ThreadsGetById(read(params)?),
            "threads.list" => Operation::ThreadsList(read(params)?),
            "threads.update" => Operation::ThreadsUpdate(read(params)?),
            "threads.delete" => Operation::ThreadsDelete(read(params)?),
            "items.list" => Operation::ItemsList(read(params)?),
            "items.feedback" => Operation::ItemsFeedback(read(params)?),
            "attachments.create" => Operation::AttachmentsCreate(read(params)?),
            "attachments.delete" => Operation::AttachmentsDelete(read(params)?),
            "input.transcribe" => Operation::InputTranscribe(read(params)?),
            other => return Err(RequestError::UnknownType(other.chars().take(100).collect())),
        };
        Ok(Self {
            operation,
            metadata: envelope.metadata,
        })
    }
}

const NUL: &[u8] = b"\\u0000";

/// Takes NUL out of every text, for the database keeps none.
fn drop_nul(value: &mut Value) {
    match value {
        Value::String(text) => text.retain(|letter| letter != '\0'),
        Value::Array(list) => list.iter_mut().for_each(drop_nul),
        Value::Object(fields) => {
            for (mut name, mut field) in std::mem::take(fields) {
                name.retain(|letter| letter != '\0');
                drop_nul(&mut field);
                fields.insert(name, field);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn read<T: DeserializeOwned>(params: &str) -> Result<T, RequestError> {
    serde_json::from_str(params)
        .map(|Object(params)| params)
        .map_err(|error| RequestError::Invalid(format!("params: {error}")))
}

/// `ThreadCreateParams`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct CreateThread {
    /// The first message.
    #[serde(deserialize_with = "object::one")]
    pub input: UserMessageInput,
}

/// `ThreadAddUserMessageParams`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct AddUserMessage {
    /// The message.
    #[serde(deserialize_with = "object::one")]
    pub input: UserMessageInput,
    /// The thread.
    pub thread_id: String,
}

/// `UserMessageInput`. As in the SDK, `attachments` and `inference_options` must be there.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct UserMessageInput {
    /// Text and tags.
    #[serde(deserialize_with = "object::list")]
    pub content: Vec<UserContent>,
    /// Ids of files.
    pub attachments: Vec<String>,
    /// What of an earlier answer it refers to.
    #[serde(default)]
    pub quoted_text: Option<String>,
    /// The model and tool that the person chose.
    #[serde(deserialize_with = "object::one")]
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

/// `ThreadRetryAfterItemParams`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct ItemRef {
    /// The thread.
    pub thread_id: String,
    /// The item.
    pub item_id: String,
}

/// `ThreadAddClientToolOutputParams`. The SDK wants `result` to be there, `null` included.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct AddClientToolOutput {
    /// The thread.
    pub thread_id: String,
    /// What the client's tool gave.
    #[serde(deserialize_with = "Value::deserialize")]
    pub result: Value,
}

/// `ThreadAddStructuredInputParams`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct AddStructuredInput {
    /// The thread.
    pub thread_id: String,
    /// The form.
    pub item_id: String,
    /// What the person filled in.
    #[serde(deserialize_with = "object::one")]
    pub input: Submission,
}

/// `StructuredInputSubmission`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Submission {
    /// `answered`, or `skipped` as a whole.
    #[serde(default)]
    pub status: SubmissionStatus,
    /// The answers by the ids of their questions. Unknown ids are ignored, those left out are skipped.
    #[serde(default, deserialize_with = "object::named")]
    pub answers: BTreeMap<String, Answer>,
}

/// The status of a submission.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SubmissionStatus {
    /// At least one question was answered.
    #[default]
    Answered,
    /// The person wanted to answer none.
    Skipped,
}

/// `ThreadCustomActionParams`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct CustomAction {
    /// The thread.
    pub thread_id: String,
    /// The widget that was used, if it was one.
    #[serde(default)]
    pub item_id: Option<String>,
    /// What is to be done.
    #[serde(deserialize_with = "object::one")]
    pub action: Action,
}

/// `Action` of `chatkit/actions.py`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Action {
    /// Which.
    #[serde(rename = "type")]
    pub kind: String,
    /// With what.
    #[serde(default)]
    pub payload: Value,
}

/// `ItemFeedbackParams`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Feedback {
    /// The thread.
    pub thread_id: String,
    /// The items.
    pub item_ids: Vec<String>,
    /// What the person thinks of them.
    pub kind: FeedbackKind,
}

/// `FeedbackKind`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FeedbackKind {
    /// Good.
    Positive,
    /// Bad.
    Negative,
}

/// `AttachmentCreateParams`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct CreateAttachment {
    /// The file's name.
    pub name: String,
    /// Its size in bytes.
    pub size: i64,
    /// Its media type, as the client thinks.
    pub mime_type: String,
}

/// `AttachmentDeleteParams`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct AttachmentRef {
    /// The attachment.
    pub attachment_id: String,
}

/// `InputTranscribeParams`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Transcribe {
    /// The sound, in base64.
    pub audio_base64: String,
    /// Its media type, such as `audio/webm;codecs=opus`.
    pub mime_type: String,
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

    fn operation(body: &[u8]) -> Result<Operation, RequestError> {
        Request::parse(body).map(|request| request.operation)
    }

    #[test]
    fn the_protocols_requests_are_read() {
        let body = br#"{"type":"threads.create","params":{"input":{"content":[{"type":"input_text","text":"hi"}],"attachments":[],"inference_options":{}}},"metadata":{"a":1}}"#;
        let request = Request::parse(body).unwrap();
        assert!(matches!(request.operation, Operation::ThreadsCreate(_)) && request.metadata["a"] == 1);
        let Ok(Operation::ThreadsList(list)) = operation(br#"{"type":"threads.list","params":{"limit":null,"order":"asc"}}"#) else {
            panic!("not read");
        };
        assert_eq!((list.cut.limit(), list.cut.order, list.cut.after), (20, Order::Asc, None));
        let Ok(Operation::ItemsList(list)) = operation(br#"{"type":"items.list","params":{"thread_id":"thr_x","limit":0}}"#) else {
            panic!("not read");
        };
        assert_eq!(list.cut.limit(), 20);
    }

    #[test]
    fn wrong_requests_say_what_is_wrong() {
        let cases: [(&[u8], &str); 14] = [
            (b"", "EOF"),
            (b"[]", "invalid"),
            (br#"["threads.list",{},{}]"#, "an object"),
            (br#"{"type":"threads.delete","params":["thr_x"]}"#, "an object"),
            (
                br#"{"type":"threads.create","params":{"input":{"content":[["input_text","x"]],"attachments":[],"inference_options":{}}}}"#,
                "an object",
            ),
            (
                br#"{"type":"threads.create","params":{"input":{"content":[],"attachments":[],"inference_options":[]}}}"#,
                "an object",
            ),
            (
                br#"{"type":"threads.add_structured_input","params":{"thread_id":"t","item_id":"i","input":{"answers":{"q":[]}}}}"#,
                "an object",
            ),
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
        let no_result = br#"{"type":"threads.add_client_tool_output","params":{"thread_id":"t"}}"#;
        assert!(matches!(Request::parse(no_result), Err(RequestError::Invalid(_))));
    }

    #[test]
    fn texts_lose_their_nul_wherever_they_stand() {
        let body =
            br#"{"type":"threads.add_client_tool_output","params":{"thread_id":"t\u0000","result":{"a\u0000":["\u0000b",1.5,"\\u0000"]}}}"#;
        let Ok(Operation::ThreadsAddClientToolOutput(output)) = operation(body) else {
            panic!("not read");
        };
        assert_eq!(output.thread_id, "t");
        assert_eq!(output.result, serde_json::json!({ "a": ["b", 1.5, "\\u0000"] }));
        assert!(matches!(operation(b"{\"\\u0000"), Err(RequestError::Invalid(_))));
    }

    #[test]
    fn a_result_may_be_null_and_answers_have_their_defaults() {
        let Ok(Operation::ThreadsAddClientToolOutput(output)) =
            operation(br#"{"type":"threads.add_client_tool_output","params":{"thread_id":"t","result":null}}"#)
        else {
            panic!("not read");
        };
        assert_eq!(output.result, Value::Null);
        let Ok(Operation::ThreadsAddStructuredInput(form)) =
            operation(br#"{"type":"threads.add_structured_input","params":{"thread_id":"t","item_id":"i","input":{"answers":{"q":{}}}}}"#)
        else {
            panic!("not read");
        };
        assert_eq!(form.input.status, SubmissionStatus::Answered);
        assert_eq!(form.input.answers["q"], Answer::default());
        let Ok(Operation::ThreadsCustomAction(action)) =
            operation(br#"{"type":"threads.custom_action","params":{"thread_id":"t","action":{"type":"x"}}}"#)
        else {
            panic!("not read");
        };
        assert_eq!((action.item_id, action.action.payload), (None, Value::Null));
    }
}
