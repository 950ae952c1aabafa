//! The words of servers, and what they mean.

use serde_json::json;

use super::*;

/// What a server said, and how it is read first, as far as it is of something that was sent.
const SAID: [(&str, &str); 33] = [
    // Ollama, vLLM, llama.cpp, OpenRouter, Groq, DeepSeek, OpenAI.
    (
        r#"{"error":{"message":"registry.ollama.ai/library/gemma3:4b does not support tools","type":"api_error"}}"#,
        r#"Tools"#,
    ),
    (
        r#"{"object":"error","message":"\"auto\" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set"}"#,
        r#"Tools"#,
    ),
    (
        r#"{"error":{"code":500,"message":"tools param requires --jinja flag"}}"#,
        r#"Tools"#,
    ),
    (
        r#"{"error":{"code":404,"message":"No endpoints found that support tool use."}}"#,
        r#"Tools"#,
    ),
    (
        r#"{"error":{"message":"`tool calling` is not supported with this model"}}"#,
        r#"Tools"#,
    ),
    (
        r#"{"error":{"message":"deepseek-reasoner does not support Function Calling"}}"#,
        r#"Tools"#,
    ),
    (
        r#"{"error":{"message":"Unsupported parameter: 'tools' is not supported with this model.","param":"tools"}}"#,
        r#"Tools"#,
    ),
    // Mistral, OpenAI, Anthropic.
    (
        r#"{"message":"Tool call id was call_1 but must be a-z, A-Z, 0-9, with a length of 9."}"#,
        r#"CallIds"#,
    ),
    (
        r#"{"error":{"message":"Invalid 'messages[2].tool_calls[0].id': string too long. Expected a maximum length of 40"}}"#,
        r#"CallIds"#,
    ),
    (r#"{"message":"Unexpected tool call id abc in tool results"}"#, r#"CallIds"#),
    (
        r#"{"error":{"message":"messages.1.content.0.tool_use.id: String should match pattern '^[a-zA-Z0-9_-]+$'"}}"#,
        r#"CallIds"#,
    ),
    // DeepSeek, Kimi.
    (
        r#"{"error":{"message":"The `reasoning_content` in the thinking mode must be passed back to the API."}}"#,
        r#"NoReasoning"#,
    ),
    (
        r#"{"error":{"message":"thinking is enabled but reasoning_content is missing in assistant tool call message"}}"#,
        r#"NoReasoning"#,
    ),
    // Groq, Mistral, Gemini, OpenAI.
    (
        r#"{"error":{"message":"'messages.2' : property 'reasoning_content' is unsupported"}}"#,
        r#"Field("reasoning_content")"#,
    ),
    (
        r#"{"detail":[{"type":"extra_forbidden","loc":["body","messages",1,"reasoning"],"msg":"Extra inputs are not permitted"}]}"#,
        r#"Field("reasoning")"#,
    ),
    (
        r#"[{"error":{"message":"Unknown name \"extra_content\" at 'messages[1].tool_calls[0]': Cannot find field."}}]"#,
        r#"Field("extra_content")"#,
    ),
    (
        r#"{"detail":"Unrecognized request argument: stream_options"}"#,
        r#"Field("stream_options")"#,
    ),
    (
        r#"{"error":{"message":"Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead.","param":"max_tokens"}}"#,
        r#"Field("max_tokens")"#,
    ),
    (
        r#"{"error":{"message":"max_tokens is too large: 100000. This model supports at most 4096 completion tokens."}}"#,
        r#"Field("max_tokens")"#,
    ),
    (
        r#"{"error":{"message":"This model does not support tool_choice 'required'."}}"#,
        r#"Field("tool_choice")"#,
    ),
    // How long a conversation may be.
    (
        r#"{"error":{"code":"context_length_exceeded","message":"This model's maximum context length is 4096 tokens."}}"#,
        r#"Length"#,
    ),
    (
        r#"{"error":{"code":400,"message":"the request exceeds the available context size","type":"exceed_context_size_error"}}"#,
        r#"Length"#,
    ),
    (
        r#"[{"error":{"message":"The input token count (1100000) exceeds the maximum number of tokens allowed (1048576)."}}]"#,
        r#"Length"#,
    ),
    (
        r#"{"error":{"message":"prompt is too long: 210000 tokens > 200000 maximum"}}"#,
        r#"Length"#,
    ),
    (
        r#"{"message":"Prompt contains 40000 tokens, too large for model with 32768 maximum context length"}"#,
        r#"Length"#,
    ),
    (
        r#"{"error":{"message":"Request too large for model `x` on tokens per minute (TPM): Limit 6000, Requested 7000"}}"#,
        r#"Length"#,
    ),
    (r#"{"error":{"message":"Input is too long for requested model."}}"#, r#"Length"#),
    // Templates.
    (r#"{"error":{"message":"System role not supported"}}"#, r#"System"#),
    (
        r#"{"error":{"message":"Conversation roles must alternate user/assistant/user/assistant/..."}}"#,
        r#"Roles"#,
    ),
    (r#"{"message":"Unexpected role 'user' after role 'tool'"}"#, r#"Roles"#),
    (
        r#"{"error":{"message":"messages.1.content: expected a string, got null"}}"#,
        r#"NullContent"#,
    ),
    (r#"{"error":{"message":"image_url is not supported by this model"}}"#, r#"Pictures"#),
    (r#"{"error":{"message":"no"}}"#, r#"Unsaid"#),
];

#[test]
fn the_words_of_servers() {
    let request = json!({
        "reasoning": 1, "reasoning_content": 1, "extra_content": 1, "stream_options": 1, "max_tokens": 1, "tool_choice": 1, "tools": [],
        "messages": [{ "content": null }]
    });
    let spare = spare_fields(&request);
    for (body, first) in SAID {
        let read = read(&serde_json::from_str(body).unwrap(), body);
        let likeliest = read
            .iter()
            .find(|refusal| !matches!(refusal, Refusal::Field(name) if !spare.contains(name)));
        assert_eq!(
            likeliest.map(|refusal| format!("{refusal:?}")).as_deref(),
            Some(first),
            "{body}: {read:?}"
        );
        assert_eq!(read.last(), Some(&Refusal::Unsaid));
    }
}

#[test]
fn fields_are_dropped_wherever_they_stand_but_properties_of_tools_keep_their_names() {
    let mut request = json!({
        "model": "m", "format": 1,
        "tools": [{ "function": { "parameters": { "properties": { "format": { "type": "string", "format": "date" } } } } }],
        "messages": [{ "role": "user", "content": "hi", "extra": { "x": 1 } }]
    });
    let spare: Vec<String> = spare_fields(&request).into_iter().collect();
    assert_eq!(spare, ["extra", "format", "x"]);
    drop_fields(&mut request, &BTreeSet::from(["format".to_owned(), "extra".to_owned()]));
    assert_eq!(
        request,
        json!({
            "model": "m",
            "tools": [{ "function": { "parameters": { "properties": { "format": { "type": "string" } } } } }],
            "messages": [{ "role": "user", "content": "hi" }]
        })
    );
}
