//! What is kept for some time only, and what is left of it then.

use serde_json::{Value, json};
use sqlx::{Connection, PgConnection};

use super::{
    app::{Client, TestApp, input, thread_of},
    scripted_model::Reply,
};

async fn keyed(client: &Client, key: &str) -> Vec<Value> {
    let mut request = Client::json_request("/chatkit", &json!({ "type": "threads.create", "params": { "input": input("hi") } }));
    request.headers_mut().insert("idempotency-key", key.parse().unwrap());
    client.send(request).await.events()
}

#[tokio::test]
async fn logs_of_old_runs_go_and_their_keys_still_tell_where_the_answer_is() {
    let app = TestApp::start().await;
    app.model.usually(Reply::text(&["Hello."]));
    let client = app.program("a@example.com").await;
    let thread = thread_of(&keyed(&client, "old").await);
    let newer = keyed(&client, "new").await;
    let mut db = PgConnection::connect(&app.database_url).await.unwrap();
    sqlx::query("update runs set finished_at = '2020-01-01' where id = (select run_id from idempotency where key = 'old')")
        .execute(&mut db)
        .await
        .unwrap();

    let (store, now) = (&app.state.store, app.state.clock.now());
    let before = now - chrono::TimeDelta::days(1);
    assert_eq!(store.compact_runs(before).await.unwrap(), 1);
    assert_eq!(store.compact_runs(before).await.unwrap(), 0, "each goes once");
    let logged: i64 = sqlx::query_scalar("select count(distinct run_id) from run_events")
        .fetch_one(&mut db)
        .await
        .unwrap();
    assert_eq!(logged, 1);

    // The same request again is no other one, and neither is lost.
    let again = keyed(&client, "old").await;
    assert_eq!((again.len(), thread_of(&again)), (1, thread));
    assert_eq!(keyed(&client, "new").await, newer);
    assert_eq!(app.model.requests().len(), 2);

    store.forget_keys(now + chrono::TimeDelta::days(1)).await.unwrap();
    keyed(&client, "old").await;
    assert_eq!(app.model.requests().len(), 3, "a key that is forgotten is new");
}
