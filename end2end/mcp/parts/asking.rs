//! The suite's tools that need something from the client first: by the call being repeated (2026-07-28), or while it waits (before).

use rmcp::{
    ErrorData, RoleServer,
    model::{
        CallToolRequestParams, CallToolResponse, CallToolResult, ClientCapabilities, ContentBlock, CreateMessageRequest,
        CreateMessageRequestParams, ElicitRequest, ElicitRequestParams, InputRequest, InputRequests, InputRequiredResult, InputResponses,
        ListRootsRequest, SamplingMessage,
    },
    service::RequestContext,
};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

const KEY: &str = "the fixture's key: whoever reads this may forge a state";

/// A form of the client's.
fn form(message: &str, schema: Value) -> Result<ElicitRequestParams, ErrorData> {
    let requested_schema = serde_json::from_value(schema).map_err(|error| ErrorData::internal_error(error.to_string(), None))?;
    Ok(ElicitRequestParams::FormElicitationParams {
        meta: None,
        message: message.to_owned(),
        requested_schema,
    })
}

/// A form with one required field.
pub fn question(message: &str, field: &str, kind: &str) -> Result<InputRequest, ErrorData> {
    let schema = json!({ "type": "object", "properties": { field: { "type": kind } }, "required": [field] });
    Ok(InputRequest::Elicitation(ElicitRequest::new(form(message, schema)?)))
}

fn sampling(prompt: &str) -> InputRequest {
    InputRequest::CreateMessage(CreateMessageRequest::new(CreateMessageRequestParams::new(
        vec![SamplingMessage::user_text(prompt)],
        100,
    )))
}

/// An answer that has the form of one; anything else counts as none.
pub fn answered<'a>(responses: Option<&'a InputResponses>, name: &str) -> Option<&'a Map<String, Value>> {
    responses.and_then(|responses| responses.get(name)).and_then(Value::as_object)
}

/// A state that nobody else can make.
fn seal(stage: &str) -> String {
    format!("{stage}.{}", hex::encode(Sha256::digest(format!("{KEY}{stage}"))))
}

fn open(state: &str) -> Result<&str, ErrorData> {
    let stage = state.split('.').next().unwrap_or_default();
    if seal(stage) == state {
        return Ok(stage);
    }
    Err(ErrorData::invalid_params("requestState is not ours", None))
}

fn done(text: impl Into<String>) -> CallToolResponse {
    CallToolResult::success(vec![ContentBlock::text(text)]).into()
}

fn ask<const N: usize>(questions: [(&str, InputRequest); N], stage: Option<&str>) -> CallToolResponse {
    let requests: InputRequests = questions.into_iter().map(|(name, request)| (name.to_owned(), request)).collect();
    InputRequiredResult::new(Some(requests), stage.map(seal)).into()
}

/// `test_input_required_result_*`.
pub fn by_retry(request: &CallToolRequestParams, can: &ClientCapabilities) -> Result<CallToolResponse, ErrorData> {
    let responses = request.input_responses.as_ref();
    let stage = request.request_state.as_deref().map(open).transpose()?;
    let text = |name: &str, path: &str| answered(responses, name).and_then(|answer| Some(answer["content"].pointer(path)?.to_string()));
    let name = || question("What is your name?", "name", "string");
    let roots = || InputRequest::ListRoots(ListRootsRequest::default());
    Ok(match request.name.as_ref() {
        "test_input_required_result_elicitation" => match answered(responses, "user_name") {
            Some(_) => done(format!("Hello, {}!", text("user_name", "/name").unwrap_or_default())),
            None => ask([("user_name", name()?)], None),
        },
        "test_input_required_result_sampling" => match answered(responses, "capital_question") {
            Some(_) => done(text("capital_question", "/text").unwrap_or_default()),
            None => ask([("capital_question", sampling("What is the capital of France?"))], None),
        },
        "test_input_required_result_list_roots" => match answered(responses, "client_roots") {
            Some(answer) => done(answer.get("roots").map(Value::to_string).unwrap_or_default()),
            None => ask([("client_roots", roots())], None),
        },
        "test_input_required_result_request_state" | "test_input_required_result_tampered_state" => match stage {
            Some(_) => done("state-ok"),
            None => ask([("confirm", question("Please confirm", "ok", "boolean")?)], Some("confirm")),
        },
        "test_input_required_result_multiple_inputs" => {
            let all = ["user_name", "greeting", "client_roots"];
            if stage.is_some() && all.iter().all(|name| answered(responses, name).is_some()) {
                done("All inputs received")
            } else {
                let questions = [("user_name", name()?), ("greeting", sampling("Greet")), ("client_roots", roots())];
                ask(questions, Some("gather"))
            }
        }
        "test_input_required_result_multi_round" => match stage {
            None => ask([("step1", name()?)], Some("one")),
            Some("one") => ask([("step2", question("Which colour?", "color", "string")?)], Some("two")),
            Some(_) => done("Multi-round flow complete"),
        },
        "test_input_required_result_capabilities" => {
            let mut requests = InputRequests::new();
            if can.elicitation.is_some() {
                requests.insert("user_name".into(), name()?);
            }
            if can.sampling.is_some() {
                requests.insert("greeting".into(), sampling("Greet"));
            }
            if responses.is_some() || requests.is_empty() {
                done("Capability-aware flow complete")
            } else {
                InputRequiredResult::from_input_requests(requests).into()
            }
        }
        "test_streaming_elicitation" => ask([("streaming_elicitation", question("Provide a value", "value", "string")?)], None),
        other => return Err(ErrorData::invalid_params(format!("There is no tool {other}"), None)),
    })
}

/// `test_sampling` and `test_elicitation*`: questions while the call waits.
pub async fn by_request(name: &str, context: &RequestContext<RoleServer>) -> Result<CallToolResult, ErrorData> {
    if name == "test_sampling" {
        let prompt = CreateMessageRequestParams::new(vec![SamplingMessage::user_text("Hello")], 100);
        return Ok(told(context.peer.create_message(prompt).await.map(|answer| format!("{answer:?}"))));
    }
    let (string, option) = (
        json!({ "type": "string" }),
        |value: &str, title: &str| json!({ "const": value, "title": title }),
    );
    let properties = match name {
        "test_elicitation" => json!({ "username": string, "email": string }),
        "test_elicitation_sep1034_defaults" => json!({
            "name": { "type": "string", "default": "John Doe" },
            "age": { "type": "integer", "default": 30 },
            "score": { "type": "number", "default": 95.5 },
            "status": { "type": "string", "enum": ["active", "inactive", "pending"], "default": "active" },
            "verified": { "type": "boolean", "default": true },
        }),
        _ => json!({
            "untitledSingle": { "type": "string", "enum": ["option1", "option2", "option3"] },
            "titledSingle": { "type": "string", "oneOf": [option("value1", "First"), option("value2", "Second"), option("value3", "Third")] },
            "legacyEnum": { "type": "string", "enum": ["opt1", "opt2", "opt3"], "enumNames": ["One", "Two", "Three"] },
            "untitledMulti": { "type": "array", "items": { "type": "string", "enum": ["option1", "option2", "option3"] } },
            "titledMulti": { "type": "array", "items": { "anyOf": [option("value1", "First"), option("value2", "Second")] } },
        }),
    };
    let params = form("Please provide", json!({ "type": "object", "properties": properties }))?;
    Ok(told(
        context.peer.create_elicitation(params).await.map(|answer| format!("{answer:?}")),
    ))
}

fn told<E: std::fmt::Display>(answer: Result<String, E>) -> CallToolResult {
    match answer {
        Ok(text) => CallToolResult::success(vec![ContentBlock::text(text)]),
        Err(error) => CallToolResult::error(vec![ContentBlock::text(error.to_string())]),
    }
}
