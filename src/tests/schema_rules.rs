//! The rules at the head of the first migration, read from the catalogue.

use sqlx::{Connection, PgConnection};

use super::throwaway_cluster::new_database;

/// Tables that are not a person's data: global uniques, the browser's sessions, set-up links, and sqlx's own.
const GLOBAL: [&str; 5] = ["users", "user_emails", "sessions", "setup_links", "_sqlx_migrations"];

#[tokio::test]
async fn every_table_of_a_persons_data_can_be_sharded_by_user() {
    let mut db = PgConnection::connect(&new_database().await.url).await.unwrap();
    let keys: Vec<(String, String)> = sqlx::query_as(
        "select c.relname::text, a.attname::text from pg_index i join pg_class c on c.oid = i.indrelid join pg_namespace n on n.oid = c.relnamespace \
         join pg_attribute a on a.attrelid = c.oid and a.attnum = i.indkey[0] where i.indisprimary and n.nspname = 'public' order by 1",
    )
    .fetch_all(&mut db)
    .await
    .unwrap();
    assert!(keys.len() > 10, "{keys:?}");
    for (table, first) in &keys {
        assert!(
            GLOBAL.contains(&table.as_str()) || first == "user_id",
            "{table}: the primary key begins with {first}"
        );
    }
    let foreign: Vec<(String, String)> = sqlx::query_as(
        "select conrelid::regclass::text, pg_get_constraintdef(oid) from pg_constraint where contype = 'f' and connamespace = 'public'::regnamespace",
    )
    .fetch_all(&mut db)
    .await
    .unwrap();
    for (table, definition) in &foreign {
        assert!(definition.starts_with("FOREIGN KEY (user_id"), "{table}: {definition}");
    }
}

#[tokio::test]
async fn nothing_is_used_that_other_postgres_lack() {
    let mut db = PgConnection::connect(&new_database().await.url).await.unwrap();
    let found: Vec<(String, String)> = sqlx::query_as(
        "select 'sequence', relname::text from pg_class where relkind = 'S' and relnamespace = 'public'::regnamespace \
         union all select 'trigger', tgname::text from pg_trigger where not tgisinternal \
         union all select 'extension', extname::text from pg_extension where extname <> 'plpgsql' \
         union all select 'constraint', conname::text from pg_constraint where (condeferrable or contype = 'x') and connamespace = 'public'::regnamespace \
         union all select 'time without a zone', table_name || '.' || column_name from information_schema.columns \
           where table_schema = 'public' and data_type = 'timestamp without time zone'",
    )
    .fetch_all(&mut db)
    .await
    .unwrap();
    assert_eq!(found, []);
}
