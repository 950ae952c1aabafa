//! The suite's server.

use std::sync::{Arc, Mutex, PoisonError};

use rmcp::{
    ErrorData, RoleServer, ServerHandler,
    model::{
        CacheScope, CallToolRequestParams, CallToolResponse, CallToolResult, ClientCapabilities, CompleteRequestParams, CompleteResult,
        CompletionInfo, ContentBlock, GetPromptRequestParams, GetPromptResponse, GetPromptResult, ImageContent, InputRequests,
        InputRequiredResult, ListPromptsResult, ListResourceTemplatesResult, ListResourcesResult, ListToolsResult, LoggingLevel,
        LoggingMessageNotificationParam, PaginatedRequestParams, ProgressNotificationParam, Prompt, PromptArgument, PromptMessage,
        ReadResourceRequestParams, ReadResourceResponse, ReadResourceResult, Resource, ResourceContents, ResourceTemplate, Role,
        ServerCapabilities, ServerConfig, SetLevelRequestParams, SubscriptionFilter, Tool,
    },
    service::{RequestContext, SubscriptionContext, SubscriptionSink},
};
use serde_json::{Value, json};

use crate::{
    asking::{self, answered, question},
    tools::{self, PNG},
};

const TTL_MS: u64 = 60_000;

/// The suite's server. All clones are one.
#[derive(Clone, Default)]
pub struct Fixture {
    listeners: Arc<Mutex<Vec<SubscriptionSink>>>,
}

impl Fixture {
    async fn tell_listeners(&self, is_about_tools: bool) {
        let listeners = self.listeners.lock().unwrap_or_else(PoisonError::into_inner).clone();
        for listener in listeners {
            // Those that are gone, or did not want this, refuse it.
            let _ = match is_about_tools {
                true => listener.notify_tool_list_changed().await,
                false => listener.notify_prompt_list_changed().await,
            };
        }
    }
}

async fn log(context: &RequestContext<RoleServer>, level: LoggingLevel, text: &str) {
    let message = LoggingMessageNotificationParam::new(level, json!(text)).with_logger("fixture");
    let _ = context.peer.notify_logging_message(message).await;
}

fn text(text: &str) -> CallToolResult {
    CallToolResult::success(vec![ContentBlock::text(text)])
}

impl ServerHandler for Fixture {
    fn get_info(&self) -> ServerConfig {
        let capabilities = ServerCapabilities::builder()
            .enable_prompts()
            .enable_prompts_list_changed()
            .enable_resources()
            .enable_resources_subscribe()
            .enable_tools()
            .enable_tool_list_changed()
            .enable_logging()
            .enable_completions()
            .build();
        ServerConfig::new(capabilities)
    }

    fn get_tool(&self, name: &str) -> Option<Tool> {
        (name == "test_custom_header").then(tools::with_header)
    }

    async fn list_tools(&self, _: Option<PaginatedRequestParams>, _: RequestContext<RoleServer>) -> Result<ListToolsResult, ErrorData> {
        Ok(ListToolsResult::with_all_items(tools::listed())
            .with_ttl_ms(TTL_MS)
            .with_cache_scope(CacheScope::Public))
    }

    async fn call_tool(&self, request: CallToolRequestParams, context: RequestContext<RoleServer>) -> Result<CallToolResponse, ErrorData> {
        let name = request.name.as_ref();
        if let Some(answer) = tools::answer(name, &request.arguments.clone().unwrap_or_default()) {
            return Ok(answer.into());
        }
        let can = context.client_capabilities().unwrap_or_default();
        Ok(match name {
            "test_tool_with_logging" => {
                for message in ["Tool execution started", "Tool processing data", "Tool execution completed"] {
                    log(&context, LoggingLevel::Info, message).await;
                }
                text("Done").into()
            }
            "test_logging_tool" => {
                if let Some(level) = context.meta.log_level() {
                    log(&context, level, "A level was asked for").await;
                }
                text("Done").into()
            }
            "test_tool_with_progress" => {
                if let Some(token) = context.meta.get_progress_token() {
                    for progress in [0.0, 50.0, 100.0] {
                        let progress = ProgressNotificationParam::new(token.clone(), progress).with_total(100.0);
                        let _ = context.peer.notify_progress(progress).await;
                    }
                }
                text("Done").into()
            }
            "test_trigger_tool_change" | "test_trigger_prompt_change" => {
                self.tell_listeners(name == "test_trigger_tool_change").await;
                text("Done").into()
            }
            "test_missing_capability" if can.sampling.is_none() => {
                return Err(ErrorData::missing_required_client_capability(
                    ClientCapabilities::builder().enable_sampling().build(),
                ));
            }
            "test_missing_capability" => text("Done").into(),
            "test_sampling" | "test_elicitation" | "test_elicitation_sep1034_defaults" | "test_elicitation_sep1330_enums" => {
                asking::by_request(name, &context).await?.into()
            }
            _ => asking::by_retry(&request, &can)?,
        })
    }

    async fn list_resources(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListResourcesResult, ErrorData> {
        let resources = vec![
            Resource::new("test://static-text", "text").with_mime_type("text/plain"),
            Resource::new("test://static-binary", "binary").with_mime_type("image/png"),
        ];
        Ok(ListResourcesResult::with_all_items(resources)
            .with_ttl_ms(TTL_MS)
            .with_cache_scope(CacheScope::Public))
    }

    async fn list_resource_templates(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListResourceTemplatesResult, ErrorData> {
        let templates = vec![ResourceTemplate::new("test://template/{id}/data", "template").with_mime_type("application/json")];
        Ok(ListResourceTemplatesResult::with_all_items(templates)
            .with_ttl_ms(TTL_MS)
            .with_cache_scope(CacheScope::Public))
    }

    async fn read_resource(
        &self,
        request: ReadResourceRequestParams,
        _: RequestContext<RoleServer>,
    ) -> Result<ReadResourceResponse, ErrorData> {
        let uri = request.uri.as_str();
        let id = uri.strip_prefix("test://template/").and_then(|rest| rest.strip_suffix("/data"));
        let contents = match (uri, id) {
            ("test://static-text", _) => ResourceContents::text("This is the content of the static text resource.", uri),
            ("test://static-binary", _) => ResourceContents::blob(PNG, uri).with_mime_type("image/png"),
            (_, Some(id)) => {
                let data = json!({ "id": id, "templateTest": true, "data": format!("Data for ID: {id}") });
                ResourceContents::text(data.to_string(), uri).with_mime_type("application/json")
            }
            _ => {
                let data = Some(json!({ "uri": uri }));
                return Err(ErrorData::resource_not_found("There is no such resource", data));
            }
        };
        Ok(ReadResourceResult::new(vec![contents])
            .with_ttl_ms(TTL_MS)
            .with_cache_scope(CacheScope::Public)
            .into())
    }

    async fn list_prompts(&self, _: Option<PaginatedRequestParams>, _: RequestContext<RoleServer>) -> Result<ListPromptsResult, ErrorData> {
        let plain = |name: &str| Prompt::new(name, Some(format!("The suite's {name}")), None);
        let arguments = ["arg1", "arg2"].map(|name| PromptArgument::new(name).with_description(name).with_required(true));
        let prompts = vec![
            plain("test_simple_prompt"),
            Prompt::new("test_prompt_with_arguments", Some("With arguments"), Some(arguments.to_vec())),
            plain("test_prompt_with_embedded_resource"),
            plain("test_prompt_with_image"),
            plain("test_input_required_result_prompt"),
        ];
        Ok(ListPromptsResult::with_all_items(prompts)
            .with_ttl_ms(TTL_MS)
            .with_cache_scope(CacheScope::Public))
    }

    async fn get_prompt(&self, request: GetPromptRequestParams, _: RequestContext<RoleServer>) -> Result<GetPromptResponse, ErrorData> {
        let args = request.arguments.unwrap_or_default();
        let arg = |name: &str| args.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let say = |text: &str| PromptMessage::new_text(Role::User, text);
        let messages = match request.name.as_str() {
            "test_simple_prompt" => vec![say("This is a simple prompt for testing.")],
            "test_prompt_with_arguments" => vec![say(&format!("arg1='{}', arg2='{}'", arg("arg1"), arg("arg2")))],
            "test_prompt_with_embedded_resource" => {
                let uri = match arg("resourceUri") {
                    uri if uri.is_empty() => "test://static-text".to_owned(),
                    uri => uri,
                };
                let text = Some("Embedded resource content for testing.".to_owned());
                let resource = PromptMessage::new_resource(Role::User, uri, Some("text/plain".into()), text, None, None, None);
                vec![resource, say("Please process the embedded resource above.")]
            }
            "test_prompt_with_image" => {
                let image = ContentBlock::Image(ImageContent::new(PNG, "image/png"));
                vec![PromptMessage::new(Role::User, image), say("Please analyze the image above.")]
            }
            "test_input_required_result_prompt" => match answered(request.input_responses.as_ref(), "user_context") {
                Some(answer) => vec![say(&format!("Context: {}", answer["content"]["context"]))],
                None => {
                    let ask = question("What context should the prompt use?", "context", "string")?;
                    let requests = InputRequests::from([("user_context".to_owned(), ask)]);
                    return Ok(InputRequiredResult::from_input_requests(requests).into());
                }
            },
            other => return Err(ErrorData::invalid_params(format!("There is no prompt {other}"), None)),
        };
        Ok(GetPromptResult::new(messages).into())
    }

    async fn complete(&self, request: CompleteRequestParams, _: RequestContext<RoleServer>) -> Result<CompleteResult, ErrorData> {
        let values = ["paris", "park", "party"]
            .into_iter()
            .filter(|value| value.starts_with(&request.argument.value));
        let info = CompletionInfo::new(values.map(str::to_owned).collect());
        Ok(CompleteResult::new(info.map_err(|error| ErrorData::internal_error(error, None))?))
    }

    async fn set_level(&self, _: SetLevelRequestParams, _: RequestContext<RoleServer>) -> Result<(), ErrorData> {
        Ok(())
    }

    fn accepted_subscription_filter(&self, requested: &SubscriptionFilter) -> Option<SubscriptionFilter> {
        Some(requested.supported_by(&self.get_info().capabilities))
    }

    async fn listen(&self, context: SubscriptionContext) -> Result<(), ErrorData> {
        self.listeners
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(context.sink().clone());
        context.cancelled().await;
        Ok(())
    }
}
