//! The suite's tools that only answer.

use rmcp::model::{AudioContent, CallToolResult, ContentBlock, JsonObject, ResourceContents, Tool};
use serde_json::{Value, json};

/// A red dot.
pub const PNG: &str = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg==";
/// No sound.
const WAV: &str = "UklGRiQAAABXQVZFZm10IBAAAAABAAEAQB8AAIA+AAACABAAZGF0YQAAAAA=";

/// All tools: what the suite calls, and how.
pub fn listed() -> Vec<Tool> {
    let names = [
        "test_simple_text",
        "test_image_content",
        "test_audio_content",
        "test_embedded_resource",
        "test_multiple_content_types",
        "test_error_handling",
        "test_tool_with_logging",
        "test_tool_with_progress",
        "test_logging_tool",
        "test_missing_capability",
        "test_reconnection",
        "test_sampling",
        "test_elicitation",
        "test_elicitation_sep1034_defaults",
        "test_elicitation_sep1330_enums",
        "test_streaming_elicitation",
        "test_trigger_tool_change",
        "test_trigger_prompt_change",
        "test_input_required_result_elicitation",
        "test_input_required_result_sampling",
        "test_input_required_result_list_roots",
        "test_input_required_result_request_state",
        "test_input_required_result_tampered_state",
        "test_input_required_result_multiple_inputs",
        "test_input_required_result_multi_round",
        "test_input_required_result_capabilities",
    ];
    let mut tools: Vec<Tool> = names
        .into_iter()
        .map(|name| {
            Tool::new(
                name,
                format!("The suite's {name}"),
                object(json!({ "type": "object", "properties": {} })),
            )
        })
        .collect();
    tools.push(with_header());
    tools.push(with_whole_schema());
    tools
}

/// An argument that travels in a header, too.
pub fn with_header() -> Tool {
    let schema = json!({
        "type": "object",
        "properties": { "value": { "type": "string", "x-mcp-header": "Value" } },
        "required": ["value"],
    });
    Tool::new("test_custom_header", "Has an argument that is mirrored in a header", object(schema))
}

fn with_whole_schema() -> Tool {
    let schema = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "$defs": {
            "address": {
                "$anchor": "address",
                "type": "object",
                "properties": { "street": { "type": "string" }, "city": { "type": "string" } },
            },
        },
        "properties": { "name": { "type": "string" }, "address": { "$ref": "#/$defs/address" } },
        "allOf": [{ "anyOf": [{ "required": ["name"] }, { "required": ["address"] }] }],
        "if": { "required": ["address"] },
        "then": { "properties": { "address": { "required": ["street"] } } },
        "else": { "required": ["name"] },
        "additionalProperties": false,
    });
    Tool::new("json_schema_2020_12_tool", "Has a schema with everything in it", object(schema))
}

fn object(value: Value) -> JsonObject {
    match value {
        Value::Object(object) => object,
        _ => JsonObject::new(),
    }
}

/// What a tool that only answers answers; `None` for the others.
pub fn answer(name: &str, args: &JsonObject) -> Option<CallToolResult> {
    let text = |text: &str| CallToolResult::success(vec![ContentBlock::text(text)]);
    let image = || ContentBlock::image(PNG, "image/png");
    let resource = |uri: &str, mime: &str, text: &str| ContentBlock::resource(ResourceContents::text(text, uri).with_mime_type(mime));
    Some(match name {
        "test_simple_text" => text("This is a simple text response for testing."),
        "test_image_content" => CallToolResult::success(vec![image()]),
        "test_audio_content" => CallToolResult::success(vec![ContentBlock::Audio(AudioContent::new(WAV, "audio/wav"))]),
        "test_embedded_resource" => CallToolResult::success(vec![resource(
            "test://embedded-resource",
            "text/plain",
            "This is an embedded resource content.",
        )]),
        "test_multiple_content_types" => CallToolResult::success(vec![
            ContentBlock::text("Multiple content types test:"),
            image(),
            resource(
                "test://mixed-content-resource",
                "application/json",
                r#"{"test":"data","value":123}"#,
            ),
        ]),
        "test_error_handling" => CallToolResult::error(vec![ContentBlock::text("This tool intentionally returns an error for testing")]),
        "json_schema_2020_12_tool" | "test_reconnection" => text("Done"),
        "test_custom_header" => text(args.get("value").and_then(Value::as_str).unwrap_or_default()),
        _ => return None,
    })
}
