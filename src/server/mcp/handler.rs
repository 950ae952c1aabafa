//! What the protocol's requests mean here.

use http::request::Parts;
use rmcp::{
    ErrorData, RoleServer, ServerHandler,
    model::{
        CacheScope, CallToolRequestParams, CallToolResponse, CallToolResult, CompleteRequestParams, CompleteResult, CompletionInfo,
        ContentBlock, Extensions, GetPromptRequestParams, GetPromptResponse, Implementation, InitializeRequestParams, InitializeResult,
        JsonObject, ListPromptsResult, ListResourceTemplatesResult, ListResourcesResult, ListToolsResult, PaginatedRequestParams,
        ProgressNotificationParam, ReadResourceRequestParams, ReadResourceResponse, Reference, ServerCapabilities, ServerConfig,
        SubscriptionFilter, Tool, ToolAnnotations,
    },
    service::{RequestContext, SubscriptionContext},
};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Map, Value};

use super::{
    confirm::{self, Answer, CanAsk},
    guard::TakesNoStream,
    listen, prompts, resources,
};
use crate::{
    domain::{actor::Door, id::UserId},
    server::{
        auth::{
            ApiCaller,
            current_user::Via,
            tokens::{self, Scope, Scopes},
        },
        calls::Calls,
        store::{StoreError, tasks},
        tools::outside::{Offer, OutsideError, without_nulls},
    },
};

/// How long clients may keep lists that change with a new version only, in milliseconds.
const LISTS_FRESH_MS: u64 = 5 * 60 * 1000;

const INSTRUCTIONS: &str = "Kaam keeps this person's tasks. Dates may be given in the person's own words (\"tomorrow at 5pm\", \"kal subah 9 baje\"); \
     results have the resolved date with its weekday: say it back. Find a task's id with find_tasks or list_tasks before changing it. \
     Titles stay in the person's own words and script. Every change gives an undo_token for `undo`.";

/// Who a connection speaks for.
#[derive(Debug, Clone)]
pub enum Who {
    /// The caller that the guard has put into the HTTP request.
    Request,
    /// The owner of this token, as long as it is good.
    Token(SecretString),
    /// This person, with all rights: somebody at the machine says so.
    Account(UserId),
}

/// The server, as `rmcp` sees it. Cheap to clone.
#[derive(Clone)]
pub struct Kaam {
    pub(super) calls: Calls,
    who: Who,
}

impl Kaam {
    /// Answers for these people with these parts.
    pub fn new(calls: Calls, who: Who) -> Self {
        Self { calls, who }
    }

    /// Who is calling.
    pub(super) async fn caller(&self, extensions: &Extensions) -> Result<ApiCaller, ErrorData> {
        let nobody = || ErrorData::invalid_request("The token is wrong, has ended or was revoked.", None);
        match &self.who {
            Who::Request => {
                let caller = extensions.get::<Parts>().and_then(|parts| parts.extensions.get::<ApiCaller>());
                caller.cloned().ok_or_else(nobody)
            }
            Who::Token(token) => {
                let found = tokens::caller(&self.calls.store, token.expose_secret(), self.calls.clock.now()).await;
                found.map_err(failed)?.ok_or_else(nobody)
            }
            Who::Account(user) => match self.calls.store.user(*user).await {
                Ok(user) => Ok(ApiCaller {
                    user,
                    scopes: Scopes::ALL,
                    via: Via::CommandLine,
                    until: None,
                }),
                Err(StoreError::NotFound) => Err(nobody()),
                Err(error) => Err(failed(error)),
            },
        }
    }

    /// Whether a caller who was let in some time ago would be let in now: a subscription may outlive its token.
    pub(super) async fn is_still_good(&self, caller: &ApiCaller) -> Result<bool, ErrorData> {
        if caller.until.is_some_and(|end| end <= self.calls.clock.now()) {
            return Ok(false);
        }
        match caller.via {
            Via::Token(id) => self.calls.store.has_token(caller.user.id, id).await.map_err(failed),
            Via::Session | Via::Jwt | Via::CommandLine => Ok(true),
        }
    }

    /// Who is calling, if they may look.
    async fn reader(&self, context: &RequestContext<RoleServer>) -> Result<ApiCaller, ErrorData> {
        let caller = self.caller(&context.extensions).await?;
        if caller.scopes.allow(Scope::Read) {
            return Ok(caller);
        }
        Err(ErrorData::invalid_request(lacks(Scope::Read), None))
    }

    pub(super) fn local_now(&self, caller: &ApiCaller) -> chrono::NaiveDateTime {
        caller.user.calendar().local(self.calls.clock.now())
    }

    fn door(&self) -> Door {
        match self.who {
            Who::Request => Door::Mcp,
            Who::Token(_) | Who::Account(_) => Door::Stdio,
        }
    }

    /// Asks the person before a deletion, where the client can. `None` means go on.
    async fn ask(
        &self,
        request: &CallToolRequestParams,
        args: &Map<String, Value>,
        caller: &ApiCaller,
        context: &RequestContext<RoleServer>,
    ) -> Result<Option<CallToolResponse>, ErrorData> {
        let can_ask = confirm::can_ask(context, &self.who);
        let is_deletion = self.calls.tools.reach(&request.name) == Some(Scope::Delete) && caller.scopes.allow(Scope::Delete);
        let id = args.get("task_id").and_then(Value::as_str).and_then(|id| id.trim().parse().ok());
        let (true, Some(id)) = (is_deletion && can_ask != CanAsk::No, id) else {
            return Ok(None);
        };
        let mut connection = self.calls.store.connection().await.map_err(failed)?;
        let task = match tasks::get(&mut connection, caller.user.id, id).await {
            Ok(task) => task,
            // The call itself says so.
            Err(StoreError::NotFound) => return Ok(None),
            Err(error) => return Err(failed(error)),
        };
        drop(connection);
        let locale = caller.user.locale.unwrap_or_default();
        let mut answer = confirm::answer(&task, request.input_responses.as_ref(), request.request_state.as_deref());
        if answer == Answer::None {
            if can_ask == CanAsk::ByRetry {
                self.note(caller, &request.name, args, "asked").await?;
                let asked = confirm::ask_by_retry(&task, locale)
                    .ok_or_else(|| ErrorData::internal_error("The question could not be put.", None))?;
                return Ok(Some(asked.into()));
            }
            answer = confirm::ask_by_request(&task, locale, context).await;
        }
        if answer == Answer::Yes {
            return Ok(None);
        }
        self.note(caller, &request.name, args, "declined").await?;
        Ok(Some(
            refusal("The person did not confirm the deletion: the task is still there. Do not try again unless they ask for it.").into(),
        ))
    }

    async fn note(&self, caller: &ApiCaller, tool: &str, args: &Map<String, Value>, outcome: &'static str) -> Result<(), ErrorData> {
        self.calls.note(caller, self.door(), tool, args, outcome).await.map_err(failed)
    }
}

/// Something failed in here; the log has it.
pub(super) fn failed(error: StoreError) -> ErrorData {
    tracing::error!(%error, "an MCP request failed");
    ErrorData::internal_error("Something failed on the server. Try again shortly.", None)
}

fn lacks(scope: Scope) -> String {
    format!(
        "This token lacks the scope `{}`. Make another token on the settings page.",
        scope.name()
    )
}

fn refusal(text: impl Into<String>) -> CallToolResult {
    CallToolResult::error(vec![ContentBlock::text(text)])
}

fn told(offer: &Offer) -> Tool {
    let annotations = ToolAnnotations::with_title(offer.title)
        .read_only(offer.is_read_only)
        .destructive(offer.is_destructive)
        .idempotent(offer.is_idempotent)
        .open_world(false);
    Tool::new(offer.name, offer.description, offer.input.clone())
        .with_title(offer.title)
        .with_raw_output_schema(offer.output.clone().into())
        .with_annotations(annotations)
}

impl ServerHandler for Kaam {
    fn get_info(&self) -> ServerConfig {
        let capabilities = ServerCapabilities::builder()
            .enable_tools()
            .enable_resources()
            .enable_resources_subscribe()
            .enable_prompts()
            .enable_completions()
            .build();
        ServerConfig::new(capabilities)
            .with_server_info(Implementation::new("kaam", env!("CARGO_PKG_VERSION")).with_title("Kaam"))
            .with_instructions(INSTRUCTIONS)
    }

    async fn initialize(
        &self,
        request: InitializeRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<InitializeResult, ErrorData> {
        context.peer.set_peer_info(request.clone());
        let mut info = self.negotiate_initialize(&request)?;
        // The older era's way to subscribe needs a session.
        if let Some(resources) = &mut info.capabilities.resources {
            resources.subscribe = None;
        }
        Ok(info)
    }

    fn get_tool(&self, name: &str) -> Option<Tool> {
        self.calls.tools.offers().iter().find(|offer| offer.name == name).map(told)
    }

    async fn list_tools(
        &self,
        _: Option<PaginatedRequestParams>,
        context: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        let caller = self.caller(&context.extensions).await?;
        let offers = self.calls.tools.offers();
        let tools = offers.iter().filter(|offer| caller.scopes.allow(offer.reach)).map(told);
        Ok(ListToolsResult::with_all_items(tools.collect())
            .with_ttl_ms(LISTS_FRESH_MS)
            .with_cache_scope(CacheScope::Private))
    }

    async fn call_tool(&self, request: CallToolRequestParams, context: RequestContext<RoleServer>) -> Result<CallToolResponse, ErrorData> {
        let caller = self.caller(&context.extensions).await?;
        let name = request.name.clone();
        let args = without_nulls(request.arguments.clone().unwrap_or_default());
        let args = self.calls.tools.coerced(&name, args);
        if let Some(response) = self.ask(&request, &args, &caller, &context).await? {
            return Ok(response);
        }
        let progress = Progress::of(&args, &context);
        progress.tell(0.0).await;
        let result = match self.calls.call(&caller, self.door(), &name, args).await {
            Ok(value) => {
                let prose = self.calls.tools.prose(&name, &value);
                let mut result = CallToolResult::structured(value);
                result.content.push(ContentBlock::text(prose));
                result
            }
            Err(OutsideError::Forbidden(scope)) => refusal(lacks(scope)),
            Err(OutsideError::NoSuchTool) => {
                let names: Vec<&str> = self.calls.tools.offers().iter().map(|offer| offer.name).collect();
                let text = format!("There is no tool {name}. The tools are: {}.", names.join(", "));
                return Err(ErrorData::invalid_params(text, None));
            }
            Err(OutsideError::NoSuchTask) => {
                refusal("There is no task with this id. Call find_tasks or list_tasks to get the ids, then try again.")
            }
            Err(OutsideError::KeyReused) => refusal(
                "This idempotency_key was used for another call. Use a new key for a new call; to repeat a call, send exactly the same \
                 arguments.",
            ),
            Err(OutsideError::Full(quota)) => refusal(format!("quota_reached: {}", quota.told())),
            Err(OutsideError::Wrong(text)) => refusal(text),
            Err(OutsideError::Failed(_)) => refusal("Something failed on the server, and nothing was changed. Try again shortly."),
        };
        progress.tell(progress.total).await;
        Ok(result.into())
    }

    async fn list_resources(
        &self,
        _: Option<PaginatedRequestParams>,
        context: RequestContext<RoleServer>,
    ) -> Result<ListResourcesResult, ErrorData> {
        self.reader(&context).await?;
        Ok(ListResourcesResult::with_all_items(resources::listed())
            .with_ttl_ms(LISTS_FRESH_MS)
            .with_cache_scope(CacheScope::Private))
    }

    async fn list_resource_templates(
        &self,
        _: Option<PaginatedRequestParams>,
        context: RequestContext<RoleServer>,
    ) -> Result<ListResourceTemplatesResult, ErrorData> {
        self.reader(&context).await?;
        Ok(ListResourceTemplatesResult::with_all_items(resources::templates())
            .with_ttl_ms(LISTS_FRESH_MS)
            .with_cache_scope(CacheScope::Private))
    }

    async fn read_resource(
        &self,
        request: ReadResourceRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<ReadResourceResponse, ErrorData> {
        let caller = self.reader(&context).await?;
        Ok(resources::read(self, &caller, &request.uri).await?.into())
    }

    async fn list_prompts(
        &self,
        _: Option<PaginatedRequestParams>,
        context: RequestContext<RoleServer>,
    ) -> Result<ListPromptsResult, ErrorData> {
        self.reader(&context).await?;
        Ok(ListPromptsResult::with_all_items(prompts::listed())
            .with_ttl_ms(LISTS_FRESH_MS)
            .with_cache_scope(CacheScope::Private))
    }

    async fn get_prompt(
        &self,
        request: GetPromptRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<GetPromptResponse, ErrorData> {
        let caller = self.reader(&context).await?;
        let arguments: Option<&JsonObject> = request.arguments.as_ref();
        Ok(prompts::get(self, &caller, &request.name, arguments).await?.into())
    }

    async fn complete(&self, request: CompleteRequestParams, context: RequestContext<RoleServer>) -> Result<CompleteResult, ErrorData> {
        let caller = self.reader(&context).await?;
        let typed = &request.argument.value;
        let values = match (&request.r#ref, request.argument.name.as_str()) {
            (Reference::Resource(resource), "id") if resource.uri == resources::TEMPLATE => {
                resources::complete(self, &caller, typed).await?
            }
            (Reference::Prompt(_), "language") => {
                let typed = typed.to_lowercase();
                let words = prompts::LANGUAGES.iter().map(|(word, _)| *word);
                words.filter(|word| word.starts_with(&typed)).map(str::to_owned).collect()
            }
            _ => Vec::new(),
        };
        let info = CompletionInfo::new(values).map_err(|error| ErrorData::internal_error(error, None))?;
        Ok(CompleteResult::new(info))
    }

    fn accepted_subscription_filter(&self, requested: &SubscriptionFilter) -> Option<SubscriptionFilter> {
        Some(listen::accepted(requested))
    }

    async fn listen(&self, context: SubscriptionContext) -> Result<(), ErrorData> {
        self.reader(context.request_context()).await?;
        listen::run(self, context).await
    }
}

/// How far a batch is, for clients that want to know and take a stream. It is one transaction: it begins, and it is done.
struct Progress<'a> {
    context: &'a RequestContext<RoleServer>,
    total: f64,
}

impl<'a> Progress<'a> {
    fn of(args: &Map<String, Value>, context: &'a RequestContext<RoleServer>) -> Self {
        let takes_no_stream = context
            .extensions
            .get::<Parts>()
            .is_some_and(|parts| parts.extensions.get::<TakesNoStream>().is_some());
        let items = ["tasks", "task_ids"].iter().find_map(|name| args.get(*name)?.as_array());
        Self {
            context,
            total: items.filter(|_| !takes_no_stream).map_or(0, Vec::len) as f64,
        }
    }

    async fn tell(&self, done: f64) {
        if let (Some(token), true) = (self.context.meta.get_progress_token(), self.total > 0.0) {
            let progress = ProgressNotificationParam::new(token, done).with_total(self.total);
            // A client that is gone hears nothing of the result either.
            let _ = self.context.peer.notify_progress(progress).await;
        }
    }
}
