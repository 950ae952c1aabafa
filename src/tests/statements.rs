//! The store's SQL, read from its source: every statement on a table of a person's data says whose rows it means, by a parameter or by a
//! join to rows of which that is true. So an index serves it, nothing of others is touched by mistake, and one shard can answer it.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

/// What goes over everybody's rows, by how it begins, and why it may.
const SWEEPING: [(&str, &str); 12] = [
    (
        "select user_id, id, lease_epoch from runs",
        "finds runs whose owner is gone, by an index; each is taken by its person",
    ),
    (
        "select user_id, id from runs where finished_at",
        "finds logs to remove, by an index, once an hour",
    ),
    ("delete from idempotency where created_at", "forgets keys, once an hour"),
    ("delete from tasks where trashed_at", "empties the trash, once an hour"),
    (
        "with c as (select user_id, id from task_history where created_at",
        "removes texts that nobody can take back any more, by an index, once an hour",
    ),
    (
        "delete from undos where created_at",
        "removes what nothing reads any more, once an hour",
    ),
    (
        "select d.secret_hash from user_emails e join known_devices d",
        "whoever signs in is known by an address only",
    ),
    (
        "select a.user_id from attachments",
        "whoever has a file's key, 122 random bits, does not say whose it is",
    ),
    (
        "update attachments a set removed_at",
        "hides what nobody has any more, once an hour",
    ),
    ("select user_id, id from attachments where removed_at", "finds files to remove"),
    (
        "select t.id as token_id",
        "whoever has a token's secret, 256 random bits, does not say whose it is",
    ),
    ("delete from api_tokens where id", "an operator revokes a token by its id"),
];

#[test]
fn every_statement_says_whose_rows_it_means() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let tables = tables_of_persons(&root.join("migrations"));
    assert!(tables.len() > 10, "{tables:?}");
    let (mut wrong, mut swept, mut read) = (Vec::new(), BTreeSet::new(), 0);
    for file in super::architecture::rust_files(&root.join("src/server/store")) {
        let text = fs::read_to_string(&file).unwrap();
        for sql in literals(&text) {
            read += 1;
            let unbound = unbound(&sql, &tables);
            match SWEEPING.iter().position(|(beginning, _)| sql.starts_with(beginning)) {
                Some(at) => _ = swept.insert(at),
                None if unbound.is_empty() => {}
                None => wrong.push(format!("{}: {unbound:?} in: {sql}", file.display())),
            }
        }
    }
    assert!(read > 100, "{read}");
    assert!(wrong.is_empty(), "bound by no person:\n{}", wrong.join("\n"));
    assert_eq!(swept.len(), SWEEPING.len(), "an exception that is none any more: {swept:?}");
}

/// Their first column is `user_id`.
fn tables_of_persons(migrations: &Path) -> BTreeSet<String> {
    let mut tables = BTreeSet::new();
    for file in fs::read_dir(migrations).unwrap() {
        let text = fs::read_to_string(file.unwrap().path()).unwrap();
        for created in text.split("create table ").skip(1) {
            if let Some((name, columns)) = created.split_once('(')
                && columns.trim_start().starts_with("user_id ")
            {
                tables.insert(name.trim().to_owned());
            }
        }
    }
    tables
}

/// The string literals of a file outside its comments, with the constants of the file put in where `format!` would.
fn literals(text: &str) -> Vec<String> {
    let code: Vec<&str> = text.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
    let code = code.join("\n");
    let (mut found, mut constants) = (Vec::new(), BTreeMap::new());
    let mut letters = code.chars().peekable();
    let (mut before, mut literal, mut is_inside) = (String::new(), String::new(), false);
    while let Some(letter) = letters.next() {
        match (is_inside, letter) {
            (false, '"') => is_inside = true,
            (false, letter) => before.push(letter),
            (true, '\\') => match letters.next() {
                Some('\n') => while letters.next_if(|letter| letter.is_whitespace()).is_some() {},
                Some(letter) => literal.push(letter),
                None => {}
            },
            (true, '"') => {
                let name = before
                    .rsplit("const ")
                    .next()
                    .and_then(|end| end.trim_end().strip_suffix(": &str ="));
                if let Some(name) = name {
                    constants.insert(format!("{{{name}}}"), literal.clone());
                }
                found.push(std::mem::take(&mut literal));
                before.clear();
                is_inside = false;
            }
            (true, letter) => literal.push(letter),
        }
    }
    for literal in &mut found {
        for (name, value) in &constants {
            *literal = literal.replace(name, value);
        }
    }
    found
}

/// A table of persons' data in a statement, by the name that it has there.
#[derive(Debug, Clone, PartialEq)]
struct Mention {
    name: String,
    has_alias: bool,
    /// The innermost brackets around it.
    scope: usize,
}

/// The tables of persons' data whose rows a statement, or a piece of one, takes of everybody. What is inserted names its person itself.
fn unbound(sql: &str, tables: &BTreeSet<String>) -> Vec<String> {
    let words = words(sql);
    let word = |at: usize| words.get(at).map_or("", |(word, _)| word.as_str());
    let before = |at: usize, by: usize| at.checked_sub(by).map_or("", word);
    let mut mentions = Vec::new();
    // Names whose rows are bound, and comparisons of two of them.
    let (mut bound, mut bound_scopes, mut joins) = (BTreeSet::new(), BTreeSet::new(), Vec::new());
    for (at, (this, scope)) in words.iter().enumerate() {
        if tables.contains(this) && ["from", "join", "update", "into", "using", ","].contains(&before(at, 1)) {
            if before(at, 1) == "into" {
                if (word(at + 1), word(at + 2)) != ("(", "user_id") {
                    mentions.push(Mention {
                        name: this.clone(),
                        has_alias: true,
                        scope: *scope,
                    });
                }
                continue;
            }
            let next = word(at + 1);
            let has_alias = next.starts_with(|letter: char| letter.is_alphabetic())
                && !["where", "set", "on", "join", "left", "order", "using", "for", "limit"].contains(&next);
            let name = if has_alias { next } else { this };
            mentions.push(Mention {
                name: name.to_owned(),
                has_alias,
                scope: *scope,
            });
        }
        // `x` in `unnest(...) as x(user_id, ...)`, in `(select ...) x` and in `with x as (`.
        if before(at, 1) == ")" && word(at + 1) != "("
            || (before(at, 1) == "as" && word(at + 1) == "(")
            || (word(at + 1), word(at + 2)) == ("as", "(")
        {
            bound.insert(this.clone());
        }
        if word(at + 1) == "=" && this.ends_with("user_id") {
            let name = this.strip_suffix(".user_id");
            let value = match (word(at + 2), word(at + 4)) {
                ("any", value) | (value, _) => value,
            };
            match (name, value.strip_suffix(".user_id")) {
                (Some(name), Some(other)) => joins.push((name.to_owned(), other.to_owned())),
                (Some(name), None) if value.starts_with('$') => _ = bound.insert(name.to_owned()),
                (None, _) if value.starts_with('$') => _ = bound_scopes.insert(*scope),
                _ => {}
            }
        }
    }
    let is_in_scope = |mention: &Mention| !mention.has_alias && bound_scopes.contains(&mention.scope);
    for name in mentions.iter().map(|mention| &mention.name) {
        if mentions.iter().filter(|mention| mention.name == *name).all(is_in_scope) {
            bound.insert(name.clone());
        }
    }
    for _ in 0..joins.len() {
        for (one, other) in &joins {
            if bound.contains(one) || bound.contains(other) {
                bound.extend([one.clone(), other.clone()]);
            }
        }
    }
    mentions.retain(|mention| !is_in_scope(mention) && !bound.contains(&mention.name));
    mentions.into_iter().map(|mention| mention.name).collect()
}

/// Words and signs, each with the innermost brackets around it that hold a statement of their own.
fn words(sql: &str) -> Vec<(String, usize)> {
    let mut words: Vec<(String, usize)> = Vec::new();
    let (mut open, mut scopes) = (vec![0], 0);
    let mut letters = sql.chars().peekable();
    while let Some(letter) = letters.next() {
        if letter.is_whitespace() {
            continue;
        }
        let mut word = String::from(letter);
        let is_name = |letter: &char| letter.is_alphanumeric() || "_.$".contains(*letter);
        if is_name(&letter) {
            while let Some(letter) = letters.next_if(is_name) {
                word.push(letter);
            }
        }
        let word = word.to_lowercase();
        if word == ")" && open.len() > 1 {
            open.pop();
        }
        let starts = ["select", "insert", "update", "delete"].contains(&word.as_str());
        if starts
            && words.last().is_some_and(|(last, _)| last == "(")
            && let Some(last) = open.last_mut()
        {
            scopes += 1;
            *last = scopes;
        }
        let scope = open.last().copied().unwrap_or_default();
        if word == "(" {
            open.push(scope);
        }
        words.push((word, scope));
    }
    words
}

#[test]
fn what_is_bound_and_what_is_not() {
    let tables = ["runs", "tasks", "run_events"].map(str::to_owned).into();
    let unbound = |sql: &str| unbound(sql, &tables);
    for sql in [
        "select id from tasks where user_id = $1 and id = any($2)",
        "select count(*) from tasks where (x or y) and user_id = any($1)",
        "select r.id from runs r join unnest($1::uuid[]) as x(user_id) on r.user_id = x.user_id",
        "with d as (delete from run_events e using runs r where r.user_id = $1 and e.user_id = r.user_id) select 1",
        "insert into tasks (user_id, id) values ($1, $2)",
        "update tasks set notes = (select max(notes) from tasks where user_id = $1) where user_id = $1",
        "select 1 from users",
    ] {
        assert!(unbound(sql).is_empty(), "{sql}: {:?}", unbound(sql));
    }
    for (sql, name) in [
        ("select id from tasks where id = $1", "tasks"),
        ("select id from tasks t where user_id = t.user_id", "t"),
        ("delete from run_events e using runs r where e.user_id = r.user_id", "e"),
        ("select 1 from runs r, tasks t where r.user_id = $1", "t"),
        (
            "update tasks set notes = (select max(notes) from tasks where user_id = $1) where id = $2",
            "tasks",
        ),
        ("insert into tasks (id, user_id) values ($1, $2)", "tasks"),
        (
            "with o as (select user_id from runs limit 5) update tasks t set notes = '' from o where t.user_id = o.user_id",
            "runs",
        ),
    ] {
        assert!(unbound(sql).contains(&name.to_owned()), "{sql}");
    }
}
