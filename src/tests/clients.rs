//! What clients that are not ours send, and under which names they call: all of it is to work, or to be answered with what to change.

use axum::{
    body::Body,
    http::{Request, header},
};
use serde_json::{Value, json};

use super::{
    app::PASSWORD,
    app::{self, Client, TestApp, answer_of},
    mcp::{call, done, old_request, refused, request, result, titles},
    scripted_model::Reply,
};

const APP: &str = "https://app.example.com";
const FRONT_END: (&str, &str) = ("CORS_ALLOWED_ORIGINS", APP);

fn preflight(path: &str, method: &str, headers: &str) -> Request<Body> {
    Request::options(path)
        .header(header::ORIGIN, APP)
        .header(header::ACCESS_CONTROL_REQUEST_METHOD, method)
        .header(header::ACCESS_CONTROL_REQUEST_HEADERS, headers)
        .body(Body::empty())
        .unwrap()
}

fn header_of(reply: &app::Reply, name: &str) -> String {
    reply
        .headers
        .get(name)
        .map_or_else(String::new, |value| value.to_str().unwrap().to_ascii_lowercase())
}

#[tokio::test]
async fn the_headers_of_a_chatkit_front_end_pass_at_every_address_that_it_calls() {
    let app = TestApp::with(&[FRONT_END]).await;
    let client = app.client();
    let wanted = "authorization,content-type,chatkit-frame-instance-id,chatkit-device-id,chatkit-of-another-year";
    let upload = "/chatkit/attachments/atc_00000000000000000000000000000001?key=x";
    for (path, method) in [
        ("/chatkit", "POST"),
        ("/api/chatkit", "POST"),
        ("/chatkit/", "POST"),
        ("/chatkit/attachments", "POST"),
        (upload, "PUT"),
        (upload, "POST"),
    ] {
        let reply = client.send(preflight(path, method, wanted)).await;
        assert_eq!(reply.status, 200, "{path}");
        assert_eq!(header_of(&reply, "access-control-allow-origin"), APP, "{path}");
        assert_eq!(header_of(&reply, "access-control-allow-credentials"), "true", "{path}");
        assert_eq!(header_of(&reply, "access-control-allow-headers"), wanted, "{path}");
        assert!(header_of(&reply, "access-control-allow-methods").contains(&method.to_ascii_lowercase()));
    }
    let reply = client
        .send(preflight("/chatkit", "POST", "content-type,x-forwarded-for,x-anything"))
        .await;
    assert_eq!(
        header_of(&reply, "access-control-allow-headers"),
        "content-type",
        "no more than is known"
    );
    let mut foreign = preflight("/chatkit", "POST", wanted);
    foreign
        .headers_mut()
        .insert(header::ORIGIN, "https://evil.example".parse().unwrap());
    assert_eq!(header_of(&client.send(foreign).await, "access-control-allow-origin"), "");
    // What stands in an answer can be read.
    let mut asked = Client::json_request("/chatkit", &json!({ "type": "threads.list", "params": {} }));
    asked.headers_mut().insert(header::ORIGIN, APP.parse().unwrap());
    let exposed = header_of(&client.send(asked).await, "access-control-expose-headers");
    assert!(exposed.contains("x-request-id") && exposed.contains("retry-after"), "{exposed}");
}

#[tokio::test]
async fn the_headers_of_mcp_clients_pass() {
    let app = TestApp::with(&[FRONT_END]).await;
    let wanted = "authorization,content-type,mcp-protocol-version,mcp-session-id,mcp-param-region,last-event-id";
    let reply = app.client().send(preflight("/mcp", "POST", wanted)).await;
    assert_eq!(header_of(&reply, "access-control-allow-headers"), wanted);
    assert_eq!(header_of(&reply, "access-control-allow-credentials"), "", "no cookies");
    let reply = app
        .client()
        .send(preflight("/api/v1/tools/add_task", "POST", "authorization,content-type"))
        .await;
    assert_eq!(header_of(&reply, "access-control-allow-headers"), "authorization,content-type");
}

#[tokio::test]
async fn a_slash_at_the_end_makes_no_other_address() {
    let app = TestApp::start().await;
    let program = app.program("a@x.example").await;
    let mut listing = request("tools/list", json!({}), &json!({}));
    *listing.uri_mut() = "/mcp/".parse().unwrap();
    assert_eq!(result(&program.send(listing).await)["tools"].as_array().unwrap().len(), 9);
    for path in ["/chatkit/", "/api/chatkit//"] {
        let reply = program.json(path, json!({ "type": "threads.list", "params": {} })).await;
        assert_eq!(reply.status, 200, "{path}: {}", reply.text());
    }
    let reply = program.json("/api/v1/tools/add_task/", json!({ "title": "Milk" })).await;
    assert_eq!((reply.status.as_u16(), &reply.json()["task"]["title"]), (200, &json!("Milk")));
    for path in [
        "/healthz/",
        "/readyz/",
        "/api/v1/openapi.json/",
        "/.well-known/oauth-protected-resource/mcp/",
    ] {
        let reply = app.client().send(Request::get(path).body(Body::empty()).unwrap()).await;
        assert_eq!(reply.status, 200, "{path}");
    }
    // The address of an upload, with what stands behind it.
    let file = program.announce("a.txt", 3, "text/plain").await.json();
    let url: url::Url = file["upload_descriptor"]["url"].as_str().unwrap().parse().unwrap();
    let path = format!("{}/?{}", url.path(), url.query().unwrap());
    let reply = app.client().send(Request::put(path).body(Body::from("abc")).unwrap()).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    // A browser is shown the address that counts.
    let reply = app.client().get("/chat/?a=b").await;
    assert_eq!((reply.status.as_u16(), reply.location()), (308, "/chat?a=b"));
    let form = [
        ("email", "b@x.example"),
        ("password", PASSWORD),
        ("name", ""),
        ("zone", ""),
        ("setup", ""),
    ];
    let reply = app.client().form("/api/account/sign-up/", &form).await;
    assert_eq!((reply.status.as_u16(), reply.location()), (302, "/chat"), "{}", reply.text());
}

#[tokio::test]
async fn media_types_may_be_in_any_case_and_have_parameters() {
    let app = TestApp::start().await;
    let program = app.program("a@x.example").await;
    for kind in ["Application/JSON", "application/json;charset=UTF-8", "APPLICATION/JSON ; v=1"] {
        let with = |mut request: Request<Body>| {
            request.headers_mut().insert(header::CONTENT_TYPE, kind.parse().unwrap());
            request
        };
        for request in [
            Client::json_request("/chatkit", &json!({ "type": "threads.list", "params": {} })),
            Client::json_request("/api/v1/tools/list_tasks", &json!({})),
            old_request("tools/list", &json!({})),
        ] {
            let path = request.uri().clone();
            let reply = program.send(with(request)).await;
            assert_eq!(reply.status, 200, "{path} {kind}: {}", reply.text());
        }
    }
    let form = "--Edge\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\nContent-Type: Text/PLAIN; Charset=UTF-8\r\n\r\nabc\r\n--Edge--\r\n";
    let upload = Request::post("/chatkit/attachments")
        .header(header::CONTENT_TYPE, "Multipart/Form-Data; Boundary=\"Edge\"")
        .body(Body::from(form));
    let reply = program.send(upload.unwrap()).await;
    assert_eq!((reply.status.as_u16(), &reply.json()["mime_type"]), (200, &json!("text/plain")));
    // A form that is PUT is a form all the same.
    let id = program.announce("a.txt", 3, "text/plain").await.json()["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let put = Request::put(format!("/chatkit/attachments/{id}"))
        .header(header::CONTENT_TYPE, "multipart/form-data; boundary=Edge")
        .body(Body::from(form));
    assert_eq!(program.send(put.unwrap()).await.status, 200);
    let read = program
        .send(Request::get(format!("/chatkit/attachments/{id}")).body(Body::empty()).unwrap())
        .await;
    assert_eq!(read.text(), "abc");
}

fn accepting(mut request: Request<Body>, accept: Option<&str>) -> Request<Body> {
    request.headers_mut().remove(header::ACCEPT);
    if let Some(accept) = accept {
        request.headers_mut().insert(header::ACCEPT, accept.parse().unwrap());
    }
    request
}

#[tokio::test]
async fn an_mcp_client_may_accept_what_it_wants() {
    let app = TestApp::start().await;
    let program = app.program("a@x.example").await;
    for accept in [
        None,
        Some(""),
        Some("application/json"),
        Some("Application/Json;q=0.9"),
        Some("application/*"),
        Some("*/*"),
        Some("text/html, application/json;q=0.9, */*;q=0.1"),
        Some("application/json, text/event-stream"),
    ] {
        for request in [old_request("tools/list", &json!({})), request("tools/list", json!({}), &json!({}))] {
            let reply = program.send(accepting(request, accept)).await;
            assert_eq!(header_of(&reply, "content-type"), "application/json", "{accept:?}");
            assert_eq!(result(&reply)["tools"].as_array().unwrap().len(), 9, "{accept:?}");
        }
    }
    for accept in ["text/event-stream", "text/html", "application/json;q=0, text/event-stream"] {
        let reply = program.send(accepting(old_request("tools/list", &json!({})), Some(accept))).await;
        assert_eq!(reply.status, 406, "{accept}");
        assert!(reply.text().contains("Accept: application/json"), "{}", reply.text());
    }
    // What is a stream by itself is refused to whoever takes none.
    let listen = || request("subscriptions/listen", json!({ "notifications": {} }), &json!({}));
    let reply = program.send(accepting(listen(), Some("application/json"))).await;
    assert_eq!(reply.status, 406);
    assert!(reply.text().contains("Accept: text/event-stream"), "{}", reply.text());
}

#[tokio::test]
async fn who_takes_no_stream_is_told_no_progress() {
    let app = TestApp::start().await;
    let program = app.program("a@x.example").await;
    let adding = |count: usize| {
        let tasks: Vec<Value> = (0..count).map(|number| json!({ "title": format!("{number}") })).collect();
        let params = json!({ "name": "add_tasks", "arguments": { "tasks": tasks }, "_meta": { "progressToken": "t" } });
        request("tools/call", params, &json!({}))
    };
    let streamed = program.send(adding(3)).await;
    assert!(
        header_of(&streamed, "content-type").starts_with("text/event-stream") && streamed.text().contains("notifications/progress"),
        "{}",
        streamed.text()
    );
    let whole = program.send(accepting(adding(3), Some("application/json"))).await;
    assert_eq!(result(&whole)["structuredContent"]["added"].as_array().unwrap().len(), 3);
}

fn by_name(mut request: Request<Body>, host: &str) -> Request<Body> {
    request.headers_mut().insert(header::HOST, host.parse().unwrap());
    request
}

#[tokio::test]
async fn an_assistant_may_call_by_the_names_that_the_operator_lists() {
    let list = || request("tools/list", json!({}), &json!({}));
    let app = TestApp::start().await;
    let program = app.program("a@x.example").await;
    for host in [
        "127.0.0.1:3000",
        "localhost",
        "LOCALHOST:9",
        "[::1]:3000",
        "192.168.1.5:3000",
        "10.0.0.2",
    ] {
        assert_eq!(program.send(by_name(list(), host)).await.status, 200, "{host}");
    }
    for host in ["kaam:3000", "host.docker.internal:3000", "evil.example"] {
        let reply = program.send(by_name(list(), host)).await;
        assert_eq!(reply.status, 403, "{host}");
        let (code, message) = (&reply.json()["error"]["code"], reply.json()["error"]["message"].clone());
        assert_eq!(code, "host_not_allowed");
        let told = format!("Host {host} is not allowed; set KAAM_ALLOWED_HOSTS={host}");
        assert!(message.as_str().unwrap().starts_with(&told), "{message}");
        // Whoever has a token may call the rest by any name.
        let tools = Client::json_request("/api/v1/tools/list_tasks", &json!({}));
        assert_eq!(program.send(by_name(tools, host)).await.status, 200, "{host}");
        let threads = Client::json_request("/chatkit", &json!({ "type": "threads.list", "params": {} }));
        assert_eq!(program.send(by_name(threads, host)).await.status, 200, "{host}");
    }

    let app = TestApp::with(&[("KAAM_ALLOWED_HOSTS", "kaam:3000, host.docker.internal,*.lan")]).await;
    let program = app.program("a@x.example").await;
    for (host, status) in [
        ("kaam:3000", 200),
        ("host.docker.internal:3000", 200),
        ("kaam.lan", 200),
        ("localhost:3000", 200),
        ("kaam:3001", 403),
        ("lan.evil.example", 403),
    ] {
        assert_eq!(program.send(by_name(list(), host)).await.status, status, "{host}");
    }
    let reply = program.send(by_name(list(), "kaam:3001")).await;
    assert!(reply.text().contains("add kaam:3001 to KAAM_ALLOWED_HOSTS"), "{}", reply.text());
}

/// As a browser goes to a page.
fn visit(path: &str, host: &str) -> Request<Body> {
    let request = Request::get(path).header(header::ACCEPT, "text/html").header(header::HOST, host);
    request.body(Body::empty()).unwrap()
}

/// As a browser sends the form of the page for signing in.
fn sign_in(host: &str, origin: Option<&str>) -> Request<Body> {
    let mut request = Request::post("/api/account/sign-in")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header(header::ACCEPT, "text/html")
        .header(header::HOST, host)
        .header(header::REFERER, format!("http://{host}/sign-in"));
    if let Some(origin) = origin {
        request = request.header(header::ORIGIN, origin);
    }
    request
        .body(Body::from(format!("email=a%40x.example&password={}", PASSWORD.replace(' ', "+"))))
        .unwrap()
}

#[tokio::test]
async fn sessions_count_under_names_of_this_server_only() {
    let app = TestApp::with(&[("KAAM_PUBLIC_URL", "http://kaam.example"), ("KAAM_ALLOWED_HOSTS", "kaam.lan")]).await;
    let browser = app.person("a@x.example").await;
    for host in [
        "kaam.example",
        "kaam.lan:3000",
        "127.0.0.1:3000",
        "localhost:3000",
        "192.168.1.5:3000",
        "[fd00::1]:3000",
    ] {
        assert_eq!(browser.send(visit("/chat", host)).await.status, 200, "{host}");
        assert_eq!(browser.send(sign_in(host, None)).await.location(), "/chat", "{host}");
    }
    let threads = || Client::json_request("/chatkit", &json!({ "type": "threads.list", "params": {} }));
    assert_eq!(browser.send(by_name(threads(), "kaam.lan")).await.status, 200);
    assert_eq!(browser.send(by_name(threads(), "evil.example")).await.status, 401);
    let reply = browser.send(visit("/chat", "evil.example")).await;
    assert_eq!((reply.status.as_u16(), reply.location()), (303, "/sign-in"));
    let reply = browser.send(visit("/sign-in", "evil.example")).await;
    assert_eq!(reply.status, 403);
    for part in ["http://kaam.example", "KAAM_ALLOWED_HOSTS", "evil.example"] {
        assert!(reply.text().contains(part), "{part}");
    }
    let before = browser.send(sign_in("evil.example", None)).await;
    assert!(before.location().contains("__err") && before.headers.get(header::SET_COOKIE).is_none());

    // Where nobody has said what the address is, people come by the name that they have.
    let app = TestApp::start().await;
    let browser = app.person("a@x.example").await;
    assert_eq!(browser.send(visit("/chat", "kaam.lan")).await.status, 200);
}

#[tokio::test]
async fn an_https_address_that_is_opened_by_http_is_said() {
    let public = "https://kaam.example.com";
    let app = TestApp::with(&[("KAAM_PUBLIC_URL", public)]).await;
    app.person("a@x.example").await;
    for (locale, words) in [
        ("en", "Nobody can sign in at this address"),
        ("ur", "اس پتے پر سائن اِن نہیں ہو سکتا"),
    ] {
        for path in ["/sign-in", "/sign-up"] {
            let mut request = visit(path, "192.168.1.5:3000");
            request.headers_mut().insert(header::ACCEPT_LANGUAGE, locale.parse().unwrap());
            let reply = app.client().send(request).await;
            assert_eq!(reply.status, 200);
            assert!(
                reply.text().contains(words) && reply.text().contains(&format!("href=\"{public}\"")),
                "{path}"
            );
        }
    }
    // Signing in there gives no cookie that would be lost, but says so, on the page that the browser goes back to.
    let browser = app.client();
    for (host, origin) in [
        ("192.168.1.5:3000", None),
        ("192.168.1.5:3000", Some("http://192.168.1.5:3000")),
        ("kaam.example.com", Some("http://kaam.example.com")),
        ("kaam.lan", Some("http://kaam.lan")),
    ] {
        let reply = browser.send(sign_in(host, origin)).await;
        assert_eq!(reply.status, 302, "{host}");
        assert!(reply.headers.get(header::SET_COOKIE).is_none(), "{host}");
        let back: url::Url = reply.location().parse().unwrap();
        let page = browser
            .send(visit(&format!("{}?{}", back.path(), back.query().unwrap()), host))
            .await;
        assert!(page.text().matches(public).count() >= 1, "{host}: {}", page.text());
        assert!(page.text().contains("role=\"alert\""), "{host}");
    }
    // Where it can be signed in, nothing is said: at the public address, behind a proxy, and on the machine itself.
    for (host, origin) in [
        ("kaam.example.com", Some(public)),
        ("kaam.example.com", None),
        ("127.0.0.1:3000", Some(public)),
        ("127.0.0.1:3000", None),
    ] {
        assert!(
            !app.client()
                .send(visit("/sign-in", host))
                .await
                .text()
                .contains("data-testid=\"elsewhere\""),
            "{host}"
        );
        assert_eq!(
            app.client().send(sign_in(host, origin)).await.location(),
            "/chat",
            "{host} {origin:?}"
        );
    }
}

#[tokio::test]
async fn arguments_in_another_form_are_read_over_mcp_and_http() {
    let app = TestApp::start().await;
    let program = app.program("a@x.example").await;
    let added = done(
        &program,
        "add_tasks",
        json!({ "tasks": "[{\"title\":\"[1]\",\"priority\":\"P1\"},{\"title\":\"Milk\"}]" }),
    )
    .await;
    assert_eq!(added["added"][0]["title"], "[1]", "a title is a title");
    assert_eq!(added["added"][0]["priority"], "p1");
    let id = |at: usize| added["added"][at]["id"].as_str().unwrap().to_owned();
    let completed = done(&program, "complete_tasks", json!({ "task_ids": json!([id(0)]).to_string() })).await;
    assert_eq!(completed["completed"][0]["status"], "completed");
    let completed = done(&program, "complete_tasks", json!({ "task_ids": id(1) })).await;
    assert_eq!(completed["completed"][0]["title"], "Milk");
    for limit in [json!("1"), json!(1.0), json!("1.0"), json!(1)] {
        let listed = done(&program, "list_tasks", json!({ "status": "Completed", "limit": limit })).await;
        assert_eq!(
            (listed["tasks"].as_array().unwrap().len(), &listed["has_more"]),
            (1, &json!(true)),
            "{limit}"
        );
        let reply = program
            .json("/api/v1/tools/list_tasks", json!({ "status": "all", "limit": limit }))
            .await;
        assert_eq!(
            (reply.status.as_u16(), reply.json()["tasks"].as_array().unwrap().len()),
            (200, 1),
            "{limit}"
        );
    }
    // All arguments as one text.
    let params = json!({ "name": "add_task", "arguments": "{\"title\":\"Eggs\"}" });
    let reply = program.send(old_request("tools/call", &params)).await;
    assert_eq!(result(&reply)["structuredContent"]["task"]["title"], "Eggs");
    let reply = program.json("/api/v1/tools/add_task", json!("{\"title\":\"{\\\"a\\\":1}\"}")).await;
    assert_eq!(reply.json()["task"]["title"], "{\"a\":1}", "and no further");
    // What may mean several things is refused, with the right form.
    let told = refused(&program, "complete_tasks", json!({ "task_ids": format!("{}, {}", id(0), id(1)) })).await;
    assert_eq!(told, "`task_ids` must be of type array. Example: {\"task_ids\":[\"...\"]}");
    let told = refused(&program, "list_tasks", json!({ "limit": "ten" })).await;
    assert_eq!(told, "`limit` must be a whole number, without quotes.");
    let reply = program.json("/api/v1/tools/add_tasks", json!({ "tasks": "Milk and eggs" })).await;
    assert_eq!(reply.status, 400);
    assert!(
        reply.text().contains("Example: {\\\"tasks\\\":[{\\\"title\\\":\\\"...\\\"}]}"),
        "{}",
        reply.text()
    );
    let reply = program.json("/api/v1/tools/add_task", json!(["Milk"])).await;
    assert_eq!((reply.status.as_u16(), &reply.json()["error"]["code"]), (400, &json!("invalid")));
    assert_eq!(
        call(&program, "list_tasks", json!({})).await["structuredContent"]["total"],
        2,
        "nothing else was added"
    );
}

#[tokio::test]
async fn a_key_stands_for_a_call_in_whatever_form() {
    let app = TestApp::start().await;
    let program = app.program("a@x.example").await;
    let as_text = json!({ "tasks": "[{\"title\":\"Milk\"}]", "idempotency_key": "k" });
    let first = done(&program, "add_tasks", as_text).await;
    let again = done(
        &program,
        "add_tasks",
        json!({ "tasks": [{ "title": "Milk" }], "idempotency_key": "k" }),
    )
    .await;
    assert_eq!(first, again);
}

#[tokio::test]
async fn a_model_of_the_chat_may_write_them_so_too() {
    let app = TestApp::start().await;
    let program = app.program("a@x.example").await;
    for (message, arguments) in [
        ("add milk", r#"{"tasks":"[{\"title\":\"Milk\"}]"}"#),
        ("add eggs", r#"{"tasks":{"title":"Eggs"}}"#),
        ("add rice", r#""{\"tasks\":[{\"title\":\"Rice\"}]}""#),
    ] {
        app.model.reply(Reply::tool_calls_openai(&[("call_a", "add_tasks", arguments)]));
        app.model.reply(Reply::text(&["Added."]));
        assert_eq!(answer_of(&program.create(message).await), "Added.");
    }
    assert_eq!(titles(&program).await, ["Milk", "Eggs", "Rice"]);
}
