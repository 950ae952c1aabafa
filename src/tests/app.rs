//! The whole server in a test: the real router, a database of its own, a model that does as it is told, and a clock that stands still.

use std::{
    collections::HashMap,
    path::PathBuf,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use axum::{
    Router,
    body::Body,
    http::{HeaderMap, Method, Request, StatusCode, header},
};
use chrono::{DateTime, TimeDelta, Utc};
use http_body_util::BodyExt;
use kaam::{
    domain::{id::UserId, time::Clock},
    server::{
        auth::{secret, tokens},
        config::Config,
        db,
        model::{
            Model,
            choice::Choice,
            offline::OfflineModel,
            openai::{Limits, OpenAiConfig, OpenAiModel},
        },
        router::router,
        serve,
        state::AppState,
        store::accounts::{NewToken, NewUser},
    },
};
use serde_json::{Value, json};
use tower::ServiceExt;
use uuid::Uuid;

use super::{scripted_model::ScriptedModel, throwaway_cluster::new_database};

/// The password of everybody here.
pub const PASSWORD: &str = "wet paint over nine doors";

/// Monday, 23 November 2026, 10:00 in Karachi.
pub const NOON: &str = "2026-11-23T05:00:00Z";

/// Time stands still until a test moves it; ids count up, so that snapshots are the same every time.
pub struct StillClock {
    now: Mutex<DateTime<Utc>>,
    ids: AtomicU64,
}

impl StillClock {
    pub fn forward(&self, by: TimeDelta) {
        *self.now.lock().unwrap() += by;
    }
}

impl Clock for StillClock {
    fn now(&self) -> DateTime<Utc> {
        *self.now.lock().unwrap()
    }
    fn random_uuid(&self) -> Uuid {
        Uuid::from_u128(u128::from(self.ids.fetch_add(1, Ordering::SeqCst)))
    }
    fn ordered_uuid(&self) -> Uuid {
        self.random_uuid()
    }
}

pub struct TestApp {
    pub router: Router,
    pub state: AppState,
    pub clock: Arc<StillClock>,
    pub model: ScriptedModel,
    pub database_url: String,
    /// Where the files of people lie.
    pub data: PathBuf,
}

impl Drop for TestApp {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.data);
    }
}

impl TestApp {
    /// With the scripted model.
    pub async fn start() -> Self {
        Self::with(&[]).await
    }

    /// With the scripted model and these variables.
    pub async fn with(variables: &[(&str, &str)]) -> Self {
        let model = ScriptedModel::start().await;
        let client = Arc::new(endpoint(&model, &["scripted"]));
        Self::build(model, client, variables).await
    }

    /// With the scripted model, asked within these limits.
    pub async fn limited(limits: Limits) -> Self {
        let model = ScriptedModel::start().await;
        let client = client_of(model.base_url(), &["scripted"], limits);
        Self::build(model, Arc::new(client), &[]).await
    }

    /// With the scripted model, whose answers have at most so many tokens.
    pub async fn bounded(answer_tokens: u32) -> Self {
        let model = ScriptedModel::start().await;
        let config = OpenAiConfig {
            answer_tokens: Some(answer_tokens),
            ..config_of(model.base_url(), &["scripted"], Limits::default())
        };
        let client = Arc::new(OpenAiModel::new(config).unwrap());
        Self::build(model, client, &[]).await
    }

    /// With a model at this address, asked within these limits.
    pub async fn asking(address: url::Url, limits: Limits) -> Self {
        let client = client_of(address, &["scripted"], limits);
        Self::build(ScriptedModel::start().await, Arc::new(client), &[]).await
    }

    /// With two models, `scripted` and `scripted-small`, and the built-in assistant, of which a person may choose one.
    pub async fn choosing() -> Self {
        let model = ScriptedModel::start().await;
        let client = endpoint(&model, &["scripted", "scripted-small"]);
        let choice = Choice::new(client, OfflineModel::new(Duration::ZERO));
        Self::build(model, Arc::new(choice), &[]).await
    }

    /// With the built-in assistant.
    pub async fn offline() -> Self {
        Self::build(ScriptedModel::start().await, Arc::new(OfflineModel::new(Duration::ZERO)), &[]).await
    }

    /// With the built-in assistant, over this database.
    pub async fn over(database_url: &str) -> Self {
        let pool = db::connect(database_url, 8).await.unwrap();
        db::migrate(&pool).await.unwrap();
        pool.close().await;
        Self::assemble(
            ScriptedModel::start().await,
            Arc::new(OfflineModel::new(Duration::ZERO)),
            &[],
            database_url.into(),
        )
        .await
    }

    /// A second server on the same database, with a scripted model of its own.
    pub async fn beside(&self) -> Self {
        let model = ScriptedModel::start().await;
        let client = Arc::new(endpoint(&model, &["scripted"]));
        // Two servers never make the same ids.
        Self::assemble_from(1 << 32, model, client, &[], self.database_url.clone()).await
    }

    async fn build(scripted: ScriptedModel, model: Arc<dyn Model>, variables: &[(&str, &str)]) -> Self {
        Self::assemble(scripted, model, variables, new_database().await.url).await
    }

    async fn assemble(scripted: ScriptedModel, model: Arc<dyn Model>, variables: &[(&str, &str)], database_url: String) -> Self {
        Self::assemble_from(1, scripted, model, variables, database_url).await
    }

    async fn assemble_from(
        first_id: u64,
        scripted: ScriptedModel,
        model: Arc<dyn Model>,
        variables: &[(&str, &str)],
        database_url: String,
    ) -> Self {
        let pool = db::connect(&database_url, 8).await.unwrap();
        let variables: HashMap<String, String> = variables.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
        static APPS: AtomicU64 = AtomicU64::new(1);
        let name = format!("kaam-files-{}-{}", std::process::id(), APPS.fetch_add(1, Ordering::SeqCst));
        let data = std::env::temp_dir().join(name);
        let mut config = Config::read(|name| match variables.get(name) {
            Some(value) => Some(value.clone()),
            None => match name {
                "KAAM_SIGN_UP" => Some("open".into()),
                "KAAM_DATA_DIR" => Some(data.to_string_lossy().into_owned()),
                _ => None,
            },
        })
        .unwrap();
        // Not this test, but the program.
        config.program = env!("CARGO_BIN_EXE_kaam").into();
        let clock = Arc::new(StillClock {
            now: Mutex::new(NOON.parse().unwrap()),
            ids: AtomicU64::new(first_id),
        });
        let state = serve::state(config, pool, clock.clone(), model, serve::leptos_options().unwrap())
            .await
            .unwrap();
        Self {
            router: router(state.clone()),
            state,
            clock,
            model: scripted,
            database_url,
            data,
        }
    }

    /// A browser that keeps its cookies.
    pub fn client(&self) -> Client {
        Client {
            router: self.router.clone(),
            cookies: Arc::default(),
            headers: HeaderMap::new(),
        }
    }

    /// An account in Karachi, without a password.
    pub async fn user(&self, email: &str) -> UserId {
        let id = self.clock.user_id();
        let user = NewUser {
            id,
            email,
            name: "",
            password_hash: "none",
            zone: "Asia/Karachi",
            is_admin: false,
            at: self.clock.now(),
        };
        self.state.store.create_user(&user, None).await.unwrap();
        id
    }

    /// A program with an API token of a new account.
    pub async fn program(&self, email: &str) -> Client {
        let user = self.user(email).await;
        self.program_of(user, &["read", "write", "delete"]).await
    }

    /// A program with an API token of this account.
    pub async fn program_of(&self, user: UserId, scopes: &[&'static str]) -> Client {
        let token = tokens::random();
        let new = NewToken {
            user,
            id: self.clock.token_id(),
            name: "test",
            secret_hash: &secret::hash(&token),
            scopes,
            at: self.clock.now(),
            expires_at: None,
        };
        self.state.store.create_token(&new).await.unwrap();
        let mut client = self.client();
        client
            .headers
            .insert(header::AUTHORIZATION, format!("Bearer {token}").parse().unwrap());
        client
    }

    /// A browser that is signed in with a new account.
    pub async fn person(&self, email: &str) -> Client {
        let client = self.client();
        let form = [
            ("email", email),
            ("password", PASSWORD),
            ("name", "Sana"),
            ("zone", "Asia/Karachi"),
            ("setup", ""),
        ];
        let reply = client.form("/api/account/sign-up", &form).await;
        assert_eq!(reply.status, StatusCode::FOUND, "{}", reply.text());
        client
    }

    /// A browser and a program of one new person.
    pub async fn both(&self, email: &str) -> (Client, Client) {
        let browser = self.person(email).await;
        let (user, _) = self.state.store.credentials(email).await.unwrap();
        (browser, self.program_of(user.id, &["read", "write", "delete"]).await)
    }
}

/// A client of the scripted server that does not wait long.
fn endpoint(model: &ScriptedModel, models: &[&str]) -> OpenAiModel {
    let limits = Limits {
        first_wait: Duration::from_millis(1),
        longest_wait: Duration::from_millis(5),
        ..Limits::default()
    };
    client_of(model.base_url(), models, limits)
}

fn client_of(base_url: url::Url, models: &[&str], limits: Limits) -> OpenAiModel {
    OpenAiModel::new(config_of(base_url, models, limits)).unwrap()
}

fn config_of(base_url: url::Url, models: &[&str], limits: Limits) -> OpenAiConfig {
    OpenAiConfig {
        base_url,
        api_key: None,
        models: models.iter().map(|model| (*model).to_owned()).collect(),
        sees_pictures: None,
        answer_tokens: None,
        limits,
    }
}

#[derive(Clone)]
pub struct Client {
    router: Router,
    cookies: Arc<Mutex<HashMap<String, String>>>,
    pub headers: HeaderMap,
}

pub struct Reply {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Reply {
    /// An answer with its whole body.
    pub async fn of(response: http::Response<Body>) -> Self {
        let (parts, body) = response.into_parts();
        let body = body.collect().await.map(|body| body.to_bytes().to_vec()).unwrap_or_default();
        Self {
            status: parts.status,
            headers: parts.headers,
            body,
        }
    }
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }
    /// The events of a stream in the form of the SDK.
    pub fn events(&self) -> Vec<Value> {
        assert_eq!(self.status, StatusCode::OK, "{}", self.text());
        let text = self.text();
        text.split_terminator("\n\n")
            .map(|frame| serde_json::from_str(frame.strip_prefix("data: ").unwrap_or_else(|| panic!("no frame: {frame:?}"))).unwrap())
            .collect()
    }
    pub fn location(&self) -> &str {
        self.headers.get(header::LOCATION).map_or("", |value| value.to_str().unwrap())
    }
}

impl Client {
    /// Sends a request and gives the answer with its body unread.
    pub async fn open(&self, mut request: Request<Body>) -> http::Response<Body> {
        for (name, value) in &self.headers {
            if !request.headers().contains_key(name) {
                request.headers_mut().insert(name, value.clone());
            }
        }
        let cookies: Vec<String> = self
            .cookies
            .lock()
            .unwrap()
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        if !cookies.is_empty() {
            request.headers_mut().insert(header::COOKIE, cookies.join("; ").parse().unwrap());
        }
        let response = self.router.clone().oneshot(request).await.unwrap();
        for cookie in response.headers().get_all(header::SET_COOKIE) {
            let (name, value) = cookie.to_str().unwrap().split(';').next().unwrap().split_once('=').unwrap();
            if value.is_empty() {
                self.cookies.lock().unwrap().remove(name);
            } else {
                self.cookies.lock().unwrap().insert(name.into(), value.into());
            }
        }
        response
    }

    pub fn set_cookie(&self, name: &str, value: &str) {
        self.cookies.lock().unwrap().insert(name.into(), value.into());
    }

    pub async fn send(&self, request: Request<Body>) -> Reply {
        Reply::of(self.open(request).await).await
    }

    pub async fn get(&self, path: &str) -> Reply {
        self.send(Request::get(path).header(header::ACCEPT, "text/html").body(Body::empty()).unwrap())
            .await
    }

    /// As a browser submits a form.
    pub async fn form(&self, path: &str, fields: &[(&str, &str)]) -> Reply {
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let request = Request::post(path)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(header::ACCEPT, "text/html")
            .header(header::HOST, "127.0.0.1:3000")
            .header(header::REFERER, "http://127.0.0.1:3000/chat")
            .body(Body::from(body));
        self.send(request.unwrap()).await
    }

    /// Announces a file.
    pub async fn announce(&self, name: &str, size: usize, mime_type: &str) -> Reply {
        let params = json!({ "name": name, "size": size, "mime_type": mime_type });
        self.chatkit("attachments.create", params).await
    }

    /// Sends the bytes of a file in the field `file` of a form.
    pub async fn post_file(&self, id: &str, bytes: &[u8]) -> Reply {
        let mut body = b"--edge\r\nContent-Disposition: form-data; name=\"kind\"\r\n\r\nx\r\n--edge\r\n\
            Content-Disposition: form-data; name=\"file\"; filename=\"f\"\r\nContent-Type: text/html\r\n\r\n"
            .to_vec();
        body.extend_from_slice(bytes);
        body.extend_from_slice(b"\r\n--edge--\r\n");
        let request = Request::post(format!("/chatkit/attachments/{id}"))
            .header(header::CONTENT_TYPE, "multipart/form-data; boundary=edge")
            .header(header::CONTENT_LENGTH, body.len());
        self.send(request.body(Body::from(body)).unwrap()).await
    }

    /// Sends nothing but the bytes of a file.
    pub async fn put_file(&self, id: &str, bytes: &[u8]) -> Reply {
        let request = Request::put(format!("/chatkit/attachments/{id}")).header(header::CONTENT_LENGTH, bytes.len());
        self.send(request.body(Body::from(bytes.to_vec())).unwrap()).await
    }

    /// Announces and sends a file, and gives its id.
    pub async fn attach(&self, name: &str, mime_type: &str, bytes: &[u8]) -> String {
        let created = self.announce(name, bytes.len(), mime_type).await;
        assert_eq!(created.status, StatusCode::OK, "{}", created.text());
        let id = created.json()["id"].as_str().unwrap().to_owned();
        let sent = self.put_file(&id, bytes).await;
        assert_eq!(sent.status, StatusCode::OK, "{}", sent.text());
        id
    }

    pub fn json_request(path: &str, body: &Value) -> Request<Body> {
        let body = body.to_string();
        Request::builder()
            .method(Method::POST)
            .uri(path)
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::CONTENT_LENGTH, body.len())
            .header(header::ACCEPT, "application/json")
            .body(Body::from(body))
            .unwrap()
    }

    pub async fn json(&self, path: &str, body: Value) -> Reply {
        self.send(Self::json_request(path, &body)).await
    }

    /// A request of the ChatKit protocol.
    pub async fn chatkit(&self, kind: &str, params: Value) -> Reply {
        self.json("/chatkit", json!({ "type": kind, "params": params })).await
    }

    /// Sends a first message and gives the events.
    pub async fn create(&self, text: &str) -> Vec<Value> {
        self.chatkit("threads.create", json!({ "input": input(text) })).await.events()
    }

    /// Sends a message in a thread and gives the events.
    pub async fn add(&self, thread: &str, text: &str) -> Vec<Value> {
        self.chatkit("threads.add_user_message", json!({ "thread_id": thread, "input": input(text) }))
            .await
            .events()
    }
}

/// `UserMessageInput` of a plain text.
pub fn input(text: &str) -> Value {
    json!({ "content": [{ "type": "input_text", "text": text }], "attachments": [], "inference_options": {} })
}

/// `UserMessageInput` with files.
pub fn input_with(text: &str, files: &[&str]) -> Value {
    let mut input = input(text);
    input["attachments"] = json!(files);
    input
}

/// The id of the thread that a stream created.
pub fn thread_of(events: &[Value]) -> String {
    events[0]["thread"]["id"]
        .as_str()
        .unwrap_or_else(|| panic!("no thread: {events:?}"))
        .to_owned()
}

/// The text of the last answer of a stream.
pub fn answer_of(events: &[Value]) -> String {
    let done = events
        .iter()
        .rev()
        .find(|event| event["type"] == "thread.item.done" && event["item"]["type"] == "assistant_message");
    done.map(|event| event["item"]["content"][0]["text"].as_str().unwrap().to_owned())
        .unwrap_or_default()
}
