//! Hints of what has changed: who hears them, over which way, and for how long.

use axum::body::Body;
use http::{Request, StatusCode, header};
use http_body_util::BodyExt;
use serde_json::json;
use sqlx::{Connection, PgConnection};

use super::{
    app::{Client, TestApp},
    runs::eventually,
    scripted_model::Reply,
};

/// The frames of one stream.
struct Stream {
    body: Body,
    text: String,
}

impl Stream {
    async fn of(client: &Client) -> Self {
        let response = client.open(Request::get("/api/changes").body(Body::empty()).unwrap()).await;
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(response.headers()[header::CONTENT_TYPE], "text/event-stream");
        assert_eq!(response.headers()[header::CACHE_CONTROL], "no-store");
        assert!(response.headers().get(header::CONTENT_ENCODING).is_none());
        let mut stream = Self {
            body: response.into_body(),
            text: String::new(),
        };
        assert_eq!(stream.word().await.as_deref(), Some("all"), "what was before is not known");
        stream
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
            if let Some((frame, rest)) = self.text.split_once("\n\n") {
                let word = frame.lines().find_map(|line| line.strip_prefix("data: ")).map(str::to_owned);
                self.text = rest.to_owned();
                match word.as_deref() {
                    Some("alive") | None => continue,
                    _ => return word,
                }
            }
            let data = self.body.frame().await?.unwrap().into_data().unwrap();
            self.text.push_str(std::str::from_utf8(&data).unwrap());
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
    let nobody = app.client().get("/api/changes").await;
    assert_eq!(nobody.status, StatusCode::UNAUTHORIZED);

    let mut streams = Vec::new();
    for _ in 0..20 {
        streams.push(Stream::of(&browser).await);
    }
    let request = || Request::get("/api/changes").body(Body::empty()).unwrap();
    let refused = browser.send(request()).await;
    assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS);
    assert!(refused.headers.contains_key(header::RETRY_AFTER));
    streams.pop();
    eventually(async || (browser.open(request()).await.status() == StatusCode::OK).then_some(())).await;

    app.state.runs.shut_down(std::time::Duration::from_secs(1)).await;
    for stream in &mut streams {
        assert_eq!(stream.next().await, None);
    }
}
