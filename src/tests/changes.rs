//! The stream of a person's pages: hints of what has changed, and the answers that are followed. Who hears what, over which way, and for how long.

use axum::body::Body;
use http::{Request, StatusCode, header};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use sqlx::{Connection, PgConnection};

use super::{
    app::{Client, TestApp},
    runs::eventually,
    scripted_model::{self, Reply},
};

/// One event of a stream.
#[derive(Debug, Default, PartialEq)]
pub struct Event {
    pub name: String,
    pub id: Option<String>,
    pub data: String,
}

/// The events of one stream.
pub struct Stream {
    body: Body,
    text: String,
}

fn request(follow: &Value) -> Request<Body> {
    Client::json_request("/api/changes", &json!({ "follow": follow }))
}

impl Stream {
    async fn of(client: &Client) -> Self {
        Self::following(client, json!([])).await
    }

    /// That tells of these answers as well: objects with `thread` and `after`.
    pub async fn following(client: &Client, follow: Value) -> Self {
        let (stream, _) = Self::begun(client, follow).await;
        stream
    }

    /// With the place at which its hints begin.
    async fn begun(client: &Client, follow: Value) -> (Self, String) {
        let response = client.open(request(&follow)).await;
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(response.headers()[header::CONTENT_TYPE], "text/event-stream");
        assert!(response.headers()[header::CACHE_CONTROL] == "no-store" && response.headers()["x-accel-buffering"] == "no");
        assert!(response.headers().get(header::CONTENT_ENCODING).is_none());
        let mut stream = Self {
            body: response.into_body(),
            text: String::new(),
        };
        let first = stream.event().await.unwrap();
        assert_eq!(
            (first.name.as_str(), first.data.as_str()),
            ("", "all"),
            "what was before is not known"
        );
        (stream, first.id.unwrap())
    }

    /// The next word that says what has changed; `None` at the end. That something may have been missed is said whenever the connection
    /// on which other servers are heard comes up, which may be now.
    async fn next(&mut self) -> Option<String> {
        loop {
            match self.word().await.as_deref() {
                Some("all") => {}
                word => return word.map(str::to_owned),
            }
        }
    }

    /// The next word; `None` at the end.
    async fn word(&mut self) -> Option<String> {
        loop {
            let event = self.event().await?;
            if event.name.is_empty() {
                return Some(event.data);
            }
        }
    }

    /// The next event that says something; `None` at the end.
    async fn event(&mut self) -> Option<Event> {
        loop {
            if let Some((frame, rest)) = self.text.split_once("\n\n") {
                let line = |name: &str| frame.lines().find_map(|line| line.strip_prefix(name)).map(str::to_owned);
                let event = line("data: ").map(|data| Event {
                    name: line("event: ").unwrap_or_default(),
                    id: line("id: "),
                    data,
                });
                self.text = rest.to_owned();
                match event {
                    Some(event) => return Some(event),
                    None => continue,
                }
            }
            let data = self.body.frame().await?.unwrap().into_data().unwrap();
            self.text.push_str(std::str::from_utf8(&data).unwrap());
        }
    }

    /// The next event of a thread.
    pub async fn of_thread(&mut self) -> Event {
        loop {
            let event = self.event().await.expect("the stream has ended");
            if !event.name.is_empty() {
                return event;
            }
        }
    }

    /// Reads on until this word comes; gives all words up to it.
    async fn until(&mut self, word: &str) -> Vec<String> {
        let mut words = Vec::new();
        while words.last().is_none_or(|last| last != word) {
            words.push(self.word().await.expect("the stream has ended"));
        }
        words
    }
}

/// The answer of a thread behind an event, to its end: places and updates.
pub async fn follow(client: &Client, thread: &str, after: Option<&str>) -> Vec<(Option<String>, Value)> {
    let mut stream = Stream::following(client, json!([{ "thread": thread, "after": after }])).await;
    let mut events = Vec::new();
    loop {
        let event = stream.of_thread().await;
        assert_eq!(event.name, thread, "{event:?}");
        let is_last = event.id.is_none();
        events.push((event.id, serde_json::from_str(&event.data).unwrap()));
        if is_last {
            return events;
        }
    }
}

async fn add_task(client: &Client, title: &str) {
    let reply = client.json("/api/v1/tools/add_task", json!({ "title": title })).await;
    assert_eq!(reply.status, StatusCode::OK, "{}", reply.text());
}

#[tokio::test]
async fn a_person_hears_of_their_own_changes_and_of_nobody_elses() {
    let app = TestApp::start().await;
    let (browser, program) = app.both("a@x.example").await;
    let (other, other_program) = app.both("b@x.example").await;
    let (mut mine, mut also_mine, mut theirs) = (Stream::of(&browser).await, Stream::of(&browser).await, Stream::of(&other).await);

    add_task(&program, "Milk").await;
    assert_eq!(mine.next().await.as_deref(), Some("tasks"));
    assert_eq!(also_mine.next().await.as_deref(), Some("tasks"));
    browser.form("/api/tasks/add", &[("text", "Bread"), ("back", "/tasks")]).await;
    assert_eq!(mine.next().await.as_deref(), Some("tasks"), "added on the page");

    app.model.reply(Reply::text(&["Hello."]));
    let thread = super::app::thread_of(&program.create("hello").await);
    assert!(mine.next().await.unwrap().starts_with(&format!("run:{thread}:run_")));
    assert_eq!(mine.next().await.as_deref(), Some("threads"));
    for (path, field, value) in [("/api/chat/rename", "title", "Another"), ("/api/chat/archive", "archived", "true")] {
        browser.form(path, &[("id", &thread), (field, value)]).await;
        assert_eq!(mine.next().await, Some(format!("thread:{thread}")));
    }
    program
        .chatkit("threads.update", json!({ "thread_id": thread, "title": "Third" }))
        .await;
    assert_eq!(mine.next().await, Some(format!("thread:{thread}")), "whichever way it came");
    browser.form("/api/chat/delete", &[("id", &thread)]).await;
    assert_eq!(mine.next().await, Some(format!("thread:{thread}")));

    // Nothing of all this came to somebody else: the first that they hear is their own.
    add_task(&other_program, "Theirs").await;
    browser.form("/api/chat/delete", &[("id", &thread)]).await;
    assert_eq!(theirs.next().await.as_deref(), Some("tasks"));
}

#[tokio::test]
async fn a_change_by_another_server_is_heard_and_so_is_what_was_missed() {
    let one = TestApp::start().await;
    let two = one.beside().await;
    let (browser, _) = one.both("a@x.example").await;
    let (user, _) = one.state.store.credentials("a@x.example").await.unwrap();
    let elsewhere = two.program_of(user.id, &["read", "write"]).await;
    let (other, _) = one.both("b@x.example").await;
    let (mut mine, mut theirs) = (Stream::of(&browser).await, Stream::of(&other).await);
    // The connection on which the first server hears others may just be coming up: then everything is told, once.
    let words = async |stream: &mut Stream| loop {
        add_task(&elsewhere, "Milk").await;
        if let Ok(word) = tokio::time::timeout(std::time::Duration::from_millis(500), stream.next()).await {
            return word;
        }
    };
    assert_eq!(words(&mut mine).await.as_deref(), Some("tasks"));

    two.model.reply(Reply::text(&["Hello."]));
    let thread = super::app::thread_of(&elsewhere.create("hello").await);
    let heard = mine.until("threads").await;
    assert!(
        heard.iter().any(|word| word.starts_with(&format!("run:{thread}:run_"))),
        "{heard:?}"
    );

    // Cut off, it listens again, and says that something may have been missed.
    let mut db = PgConnection::connect(&one.database_url).await.unwrap();
    let cut: i64 = sqlx::query_scalar(
        "select count(pg_terminate_backend(pid)) from pg_stat_activity where query ilike 'listen %' and datname = current_database()",
    )
    .fetch_one(&mut db)
    .await
    .unwrap();
    assert!(cut >= 1);
    mine.until("all").await;
    assert!(
        theirs.until("all").await.iter().all(|word| word == "all"),
        "and that is all that came to somebody else"
    );
}

#[tokio::test]
async fn streams_end_when_the_server_stops_and_are_limited() {
    let app = TestApp::start().await;
    let (browser, _) = app.both("a@x.example").await;
    let nobody = app.client().send(request(&json!([]))).await;
    assert_eq!(nobody.status, StatusCode::UNAUTHORIZED);

    let mut streams = Vec::new();
    for _ in 0..20 {
        streams.push(Stream::of(&browser).await);
    }
    let refused = browser.send(request(&json!([]))).await;
    assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS);
    assert!(refused.headers.contains_key(header::RETRY_AFTER));
    streams.pop();
    eventually(async || (browser.open(request(&json!([]))).await.status() == StatusCode::OK).then_some(())).await;

    app.state.runs.shut_down(std::time::Duration::from_secs(1)).await;
    for stream in &mut streams {
        assert_eq!(stream.next().await, None);
    }
}

#[tokio::test]
async fn a_stream_that_goes_on_where_the_last_one_ended_has_missed_nothing() {
    let app = TestApp::start().await;
    let (browser, program) = app.both("a@x.example").await;
    let (mut stream, _) = Stream::begun(&browser, json!([])).await;
    // The connection on which other servers are heard is up once this is heard, so that no other hint comes.
    add_task(&program, "Milk").await;
    let mut told = stream.event().await.unwrap();
    while told.data != "tasks" {
        told = stream.event().await.unwrap();
    }
    drop(stream);
    let (stream, place) = Stream::begun(&browser, json!([])).await;
    assert_eq!(Some(place), told.id);
    drop(stream);
    add_task(&program, "Bread").await;
    let (_, place) = Stream::begun(&browser, json!([])).await;
    assert_ne!(Some(place), told.id, "a hint was missed");
}

#[tokio::test]
async fn one_stream_tells_of_several_answers_and_of_changes() {
    let app = TestApp::start().await;
    let (browser, program) = app.both("a@x.example").await;
    let mut threads = Vec::new();
    for text in ["one", "two"] {
        app.model.reply(Reply::text(&["Begun."]));
        threads.push(super::app::thread_of(&program.create(text).await));
    }
    let mut gates = Vec::new();
    for (at, thread) in threads.iter().enumerate() {
        let (reply, gate) = scripted_model::Reply::gated(&["begin ", "middle ", "end"]);
        app.model.reply(reply);
        gates.push(gate);
        let (browser, thread) = (browser.clone(), thread.clone());
        let message = json!({ "thread": thread, "message": { "parts": [{ "Text": "go on" }] }, "key": thread });
        tokio::spawn(async move { browser.json("/api/chat/send", message).await });
        app.model.arrived(3 + at).await;
    }
    let follow = |thread: &String| json!({ "thread": thread, "after": null });
    let mut stream = Stream::following(&browser, threads.iter().map(follow).collect()).await;
    let mut heard = vec![String::new(); 2];
    // The second one first.
    for at in [1, 0] {
        gates[at].open();
        loop {
            let event = stream.of_thread().await;
            let of = threads.iter().position(|thread| *thread == event.name).unwrap();
            heard[of].push_str(&event.data);
            if of == at && event.id.is_none() {
                break;
            }
        }
        assert!(heard[at].contains("end") && heard[at].ends_with("\"Done\""), "{heard:?}");
        assert_eq!(heard[0].contains("Done"), at == 0, "{heard:?}");
    }
    // And it goes on with hints.
    add_task(&program, "Milk").await;
    stream.until("tasks").await;
}

#[tokio::test]
async fn what_cannot_be_followed_is_said_of_its_thread_alone() {
    let app = TestApp::start().await;
    let (browser, program) = app.both("a@x.example").await;
    let other = app.person("b@x.example").await;
    app.model.reply(Reply::text(&["Hello."]));
    let thread = super::app::thread_of(&program.create("hello").await);
    let refused = |client: Client, follow: Value, count: usize| async move {
        let mut stream = Stream::following(&client, follow).await;
        let mut events = Vec::new();
        for _ in 0..count {
            let event = stream.of_thread().await;
            events.push((event.name, event.data));
        }
        events.sort();
        events
    };
    let error = |thread: &str, error: &str| (format!("error:{thread}"), format!("\"{error}\""));
    assert_eq!(
        refused(other, json!([{ "thread": thread, "after": null }]), 1).await,
        [error(&thread, "NotFound")],
        "somebody else's"
    );
    let unknown = "thr_00000000000000000000000000000bad";
    let follow = json!([
        { "thread": unknown, "after": null },
        { "thread": "nonsense", "after": null },
        { "thread": thread, "after": "nonsense" },
    ]);
    let mut wanted = [error(unknown, "NotFound"), error("nonsense", "NotFound"), error(&thread, "Invalid")];
    wanted.sort();
    assert_eq!(refused(browser.clone(), follow, 3).await, wanted);

    let following = json!({ "thread": thread, "after": null });
    for follow in [
        json!([following, following]),
        json!(vec![following; 21]),
        json!("all"),
        json!([{ "after": null }]),
    ] {
        assert_eq!(browser.send(request(&follow)).await.status, StatusCode::BAD_REQUEST, "{follow}");
    }
}
