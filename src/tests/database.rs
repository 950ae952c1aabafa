//! The ways to a database: what is sent with a connection, what goes by which way, and what is said where one does not lead where it should.

use std::collections::BTreeMap;

use kaam::server::{
    db::{self, DbError, Pooled, Pools, Refusal, Remedy},
    store::Store,
};
use sqlx::{AssertSqlSafe, Connection, PgConnection, PgPool, migrate::MigrateError};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

use super::throwaway_cluster::{TestDatabase, new_database};

async fn two_ways(database: &TestDatabase) -> Pools {
    db::open(&database.url, Some(&database.url), 4).await.unwrap()
}

/// The names of the connections of which this is true.
async fn named(db: &mut PgConnection, what: &'static str) -> Vec<String> {
    let sql = format!(
        "select distinct application_name from pg_stat_activity a where datname = current_database() and pid <> pg_backend_pid() and {what} \
         order by 1"
    );
    sqlx::query_scalar(AssertSqlSafe(sql)).fetch_all(db).await.unwrap()
}

async fn run(db: &mut PgConnection, sql: &str) {
    sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(db).await.unwrap();
}

/// What a connection sends before the server has said anything.
async fn startup_parameters() -> BTreeMap<String, String> {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("postgres://kaam:x@{}/tasks", listener.local_addr().unwrap());
    let connecting = tokio::spawn(async move { db::connect(&url, 1).await.map(|_| ()) });
    let (mut client, _) = listener.accept().await.unwrap();
    loop {
        let length = client.read_u32().await.unwrap();
        let mut message = vec![0; length as usize - 4];
        client.read_exact(&mut message).await.unwrap();
        let (code, rest) = message.split_first_chunk::<4>().unwrap();
        if u32::from_be_bytes(*code) == 80_877_103 {
            // It asks for TLS.
            client.write_all(b"N").await.unwrap();
            continue;
        }
        drop(client);
        assert!(matches!(connecting.await.unwrap(), Err(DbError::Connect { .. })));
        let mut words = rest.split(|byte| *byte == 0).map(|word| String::from_utf8(word.into()).unwrap());
        let mut parameters = BTreeMap::new();
        while let (Some(name), Some(value)) = (words.next().filter(|name| !name.is_empty()), words.next()) {
            parameters.insert(name, value);
        }
        return parameters;
    }
}

/// PgBouncer refuses any but these.
#[tokio::test]
async fn nothing_is_sent_with_a_connection_that_a_pooler_refuses() {
    let parameters = startup_parameters().await;
    let names: Vec<&str> = parameters.keys().map(String::as_str).collect();
    assert_eq!(
        names,
        ["DateStyle", "TimeZone", "application_name", "client_encoding", "database", "user"]
    );
    assert_eq!(parameters["TimeZone"], "UTC");
}

#[tokio::test]
async fn whoever_listens_does_it_on_the_direct_way() {
    let database = new_database().await;
    let mut db = PgConnection::connect(&database.url).await.unwrap();
    let store = Store::new(two_ways(&database).await);
    let _hearing = store.hear_others().await.unwrap();
    store.ping().await.unwrap();
    assert_eq!(named(&mut db, "query ilike 'listen%'").await, ["kaam direct"]);
    assert_eq!(named(&mut db, "query not ilike '%listen%'").await, ["kaam"]);
}

#[tokio::test]
async fn migrations_lock_on_the_direct_way() {
    let database = new_database().await;
    let mut db = PgConnection::connect(&database.url).await.unwrap();
    let pools = two_ways(&database).await;
    // Whoever migrates has its lock, and waits for this table.
    let mut looks = PgConnection::connect(&database.url).await.unwrap();
    let mut holds = looks.begin().await.unwrap();
    run(&mut holds, "lock table _sqlx_migrations in access exclusive mode").await;
    let direct = pools.direct.clone();
    let migrating = tokio::spawn(async move { db::migrate(&direct).await });
    let has_lock = "exists (select 1 from pg_locks l where l.pid = a.pid and l.locktype = 'advisory' and l.granted)";
    let holders = loop {
        let holders = named(&mut db, has_lock).await;
        if !holders.is_empty() {
            break holders;
        }
        tokio::task::yield_now().await;
    };
    assert_eq!(holders, ["kaam direct"]);
    holds.rollback().await.unwrap();
    migrating.await.unwrap().unwrap();
}

#[tokio::test]
async fn two_ways_to_different_databases_are_refused() {
    let (one, other) = (new_database().await, new_database().await);
    let error = db::open(&one.url, Some(&other.url), 2).await.unwrap_err();
    assert!(matches!(error, DbError::Pooled(Pooled::Apart)), "{error}");
}

#[tokio::test]
async fn a_transaction_that_was_left_behind_ends_by_itself() {
    let database = new_database().await;
    let pool = db::connect(&database.url, 1).await.unwrap();
    let shown = "show idle_in_transaction_session_timeout";
    let store = Store::new(pool.clone());
    let mut transaction = store.begin().await.unwrap();
    let inside: String = sqlx::query_scalar(shown).fetch_one(&mut *transaction).await.unwrap();
    transaction.commit().await.unwrap();
    let outside: String = sqlx::query_scalar(shown).fetch_one(&pool).await.unwrap();
    assert_eq!((inside.as_str(), outside.as_str()), ("10s", "0"));
}

/// On Postgres 15 and newer; the role's name is one that must be quoted.
#[tokio::test]
async fn a_role_that_may_make_no_tables_is_told_what_it_needs() {
    let admin = new_database().await;
    let mut db = PgConnection::connect(&admin.url).await.unwrap();
    let name = admin.url.rsplit('/').find_map(|part| part.split('?').next()).unwrap().to_owned() + "-plain";
    run(&mut db, &format!(r#"create role "{name}" login password 'plain'"#)).await;
    run(
        &mut db,
        &format!(r#"create database "{name}" template template0 strategy file_copy"#),
    )
    .await;
    let mut url: url::Url = admin.url.parse().unwrap();
    url.set_username(&name).unwrap();
    url.set_password(Some("plain")).unwrap();
    url.set_path(&name);
    let migrated = async || {
        let pools = db::open(url.as_str(), None, 1).await.unwrap();
        db::migrate(&pools.direct).await
    };

    let error = migrated().await.unwrap_err();
    let said = error.to_string();
    let DbError::Migrate { remedy: Some(remedy), .. } = error else {
        panic!("{said}");
    };
    assert_eq!(
        remedy,
        Remedy::Grant {
            role: name.clone(),
            database: name.clone()
        }
    );
    let command = format!(r#"alter database "{name}" owner to "{name}";"#);
    assert!(
        said.contains("permission denied for schema public") && said.contains(&command),
        "{said}"
    );
    run(&mut db, &command).await;
    migrated().await.unwrap();
}

#[tokio::test]
async fn a_database_of_a_newer_program_is_named() {
    let database = new_database().await;
    let pool = PgPool::connect(&database.url).await.unwrap();
    let newer = "insert into _sqlx_migrations (version, description, success, checksum, execution_time) values (9999, 'x', true, '', 0)";
    sqlx::query(newer).execute(&pool).await.unwrap();
    let error = db::migrate(&pool).await.unwrap_err();
    assert!(
        matches!(
            error,
            DbError::Migrate {
                cause: MigrateError::VersionMissing(9999),
                remedy: Some(Remedy::Newer)
            }
        ),
        "{error}"
    );
}

#[tokio::test]
async fn what_the_server_refuses_is_understood() {
    let database = new_database().await;
    let with = |change: fn(&mut url::Url)| {
        let mut url: url::Url = database.url.parse().unwrap();
        change(&mut url);
        url.to_string()
    };
    for (url, expected) in [
        (with(|url| url.set_path("nowhere")), Refusal::NoSuchDatabase),
        (with(|url| url.set_username("nobody-here").unwrap()), Refusal::Credentials),
        (with(|url| url.set_query(Some("host=/nowhere"))), Refusal::NobodyThere),
        ("postgres://kaam:x@127.0.0.1:1/kaam".into(), Refusal::NobodyThere),
        ("postgres://kaam:x@nowhere.invalid/kaam".into(), Refusal::NoSuchHost),
    ] {
        match db::connect(&url, 1).await {
            Err(DbError::Connect { why, cause, .. }) => assert_eq!(why, expected, "{cause}"),
            other => panic!("{expected:?}: {other:?}"),
        }
    }
}
