//! The arrows between modules are those of the table "Who may use whom" in ARCHITECTURE.md, which is read here, so that the page and
//! this test cannot part.
//!
//! In the table, a first cell may name several modules; one that begins with "every" speaks for all modules of the server. What stands
//! in brackets is for people. "everyone" allows all, "nothing" none. `server` in the second column allows paths into the server where
//! they are called, but no `use` of it.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

/// A path that a file names: where it leads, and whether in a `use`.
#[derive(Debug, PartialEq)]
struct Mention {
    segments: Vec<String>,
    in_use: bool,
}

#[test]
fn modules_use_only_whom_they_may() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let rules = Rules::read(&fs::read_to_string(root.join("ARCHITECTURE.md")).unwrap());
    let mut wrong = Vec::new();
    let mut seen = BTreeSet::new();
    for file in rust_files(&root.join("src")) {
        let place = module_path(file.strip_prefix(root.join("src")).unwrap());
        // The two roots join everything; the integration tests are outside.
        let Some(from) = module_of(&place).filter(|_| place[0] != "tests" && place[0] != "main") else {
            continue;
        };
        for mention in mentions(&without_tests(&fs::read_to_string(&file).unwrap()), &place) {
            let Some(to) = module_of(&mention.segments) else { continue };
            if from != to && seen.insert((file.clone(), to.clone(), mention.in_use)) && !rules.allow(&from, &to, &mention) {
                wrong.push(format!(
                    "{}: {from} uses {to} ({})",
                    file.strip_prefix(root).unwrap().display(),
                    mention.segments.join("::")
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "against the table in ARCHITECTURE.md:\n{}", wrong.join("\n"));
}

/// Crates that only some modules may name: HTTP stays at the doors, SQL in the store.
#[test]
fn libraries_stay_where_they_belong() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let strangers = [
        ("sqlx::query", &["store", "db", "tests"][..]),
        (
            "axum::",
            &[
                "assets",
                "auth",
                "chatkit",
                "connections",
                "proxies",
                "deadline",
                "mcp",
                "rest",
                "page",
                "router",
                "error",
                "request_id",
                "serve",
                "state",
                "server",
                "app",
                "main",
                "tests",
            ][..],
        ),
    ];
    let mut wrong = Vec::new();
    for file in rust_files(&root) {
        let place = module_path(file.strip_prefix(&root).unwrap());
        let module = if place[0] == "tests" {
            Some("tests".to_owned())
        } else {
            module_of(&place)
        };
        let text = without_tests(&fs::read_to_string(&file).unwrap());
        for (name, homes) in &strangers {
            let at_home = module.as_deref().is_some_and(|module| homes.contains(&module));
            if !at_home
                && text
                    .match_indices(name)
                    .any(|(at, _)| !text[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_'))
            {
                wrong.push(format!("{} names {name}", file.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The table: who may use whom.
struct Rules(BTreeMap<String, BTreeSet<String>>);

impl Rules {
    fn read(page: &str) -> Self {
        let (_, section) = page.split_once("## Who may use whom").unwrap();
        let section = section.split("\n## ").next().unwrap();
        let mut rules = BTreeMap::<String, BTreeSet<String>>::new();
        for line in section.lines().filter(|line| line.starts_with('|')).skip(2) {
            let mut cells = line.trim_matches('|').split('|').map(without_brackets);
            let (Some(modules), Some(others)) = (cells.next(), cells.next()) else {
                continue;
            };
            for module in names(&modules) {
                rules.entry(module).or_default().extend(names(&others));
            }
        }
        assert!(rules.len() > 8, "the table of ARCHITECTURE.md was not understood: {rules:?}");
        Self(rules)
    }

    fn allow(&self, from: &str, to: &str, mention: &Mention) -> bool {
        let into_server = mention.segments[0] == "server";
        let own = self.0.get(from);
        let shared = self
            .0
            .get("every")
            .filter(|_| !["domain", "protocol", "app", "api"].contains(&from));
        let may = |name: &str| own.into_iter().chain(shared).any(|others| others.contains(name));
        may(to) || may("everyone") || (into_server && !mention.in_use && may("server"))
    }
}

/// The first words of what commas and semicolons separate.
fn names(cell: &str) -> impl Iterator<Item = String> {
    cell.split([',', ';'])
        .filter_map(|part| part.split_whitespace().next())
        .map(|word| word.trim_matches('`').to_owned())
}

fn without_brackets(cell: &str) -> String {
    let mut depth = 0;
    cell.chars()
        .filter(|&c| {
            depth += i32::from(c == '(');
            let keep = depth == 0;
            depth -= i32::from(c == ')');
            keep
        })
        .collect()
}

pub(super) fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files.sort();
    files
}

/// `server/auth/mod.rs` is `server::auth`, and so on.
fn module_path(file: &Path) -> Vec<String> {
    let mut segments: Vec<String> = file
        .with_extension("")
        .iter()
        .map(|part| part.to_string_lossy().into_owned())
        .collect();
    if segments.last().is_some_and(|last| last == "mod" || last == "lib") {
        segments.pop();
    }
    if segments.is_empty() { vec!["main".to_owned()] } else { segments }
}

/// The module of the table that a path belongs to: the part of the server, or the first segment. `None` is a path into the root.
fn module_of(segments: &[String]) -> Option<String> {
    let first = segments.first()?;
    let is_item = |name: &str| name.starts_with(|c: char| c.is_uppercase());
    if first == "server" {
        return Some(segments.get(1).filter(|second| !is_item(second)).unwrap_or(first).clone());
    }
    (!is_item(first)).then(|| first.clone())
}

/// The code alone: without line comments, and without the unit tests at the end of the file.
fn without_tests(text: &str) -> String {
    let code: Vec<&str> = text.lines().map(|line| line.split("//").next().unwrap_or("")).collect();
    let end = code
        .windows(2)
        .position(|pair| pair[0].trim() == "#[cfg(test)]" && pair[1].trim_start().starts_with("mod ") && pair[1].contains('{'));
    code[..end.unwrap_or(code.len())].join("\n")
}

/// Every path that begins with `crate::` or `super::`, in the module `place`; the trees of `use` are taken apart.
fn mentions(code: &str, place: &[String]) -> Vec<Mention> {
    let mut found = Vec::new();
    for keyword in ["crate::", "super::"] {
        for (at, _) in code.match_indices(keyword) {
            let before = &code[..at];
            // A later `super` of a chain, the end of a longer word, or a visibility is not the beginning of a path that is used.
            if before.ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':' || c == '$') || before.trim_end().ends_with("(in") {
                continue;
            }
            let statement = before.rsplit([';', '}']).next().unwrap_or("").trim_start();
            let in_use = statement.split_whitespace().any(|word| word == "use");
            let start = if keyword == "crate::" {
                Vec::new()
            } else {
                place[..place.len() - 1].to_vec()
            };
            let mut paths = Vec::new();
            tree(&mut code[at + keyword.len()..].chars().peekable(), &start, &mut paths);
            found.extend(paths.into_iter().map(|segments| Mention { segments, in_use }));
        }
    }
    found
}

/// Reads `a::{b, c::d}` behind `prefix` into `a::b` and `a::c::d`.
fn tree(code: &mut std::iter::Peekable<std::str::Chars<'_>>, prefix: &[String], found: &mut Vec<Vec<String>>) {
    let mut path = prefix.to_vec();
    loop {
        while code.next_if(|c| c.is_whitespace()).is_some() {}
        if code.next_if_eq(&'{').is_some() {
            while code.peek().is_some_and(|&c| c != '}') {
                tree(code, &path, found);
                // What renames (`as x`) or otherwise stands in front of the next comma.
                while code.next_if(|&c| c != ',' && c != '}').is_some() {}
                if code.next_if_eq(&',').is_some() {
                    while code.next_if(|c| c.is_whitespace()).is_some() {}
                }
            }
            code.next();
            return;
        }
        let mut word = String::new();
        while let Some(c) = code.next_if(|&c| c.is_alphanumeric() || c == '_') {
            word.push(c);
        }
        match word.as_str() {
            "super" => drop(path.pop()),
            "self" | "" => {}
            _ => path.push(word),
        }
        if code.next_if_eq(&':').is_none() || code.next_if_eq(&':').is_none() {
            found.push(path);
            return;
        }
    }
}

#[test]
fn paths_are_read_from_code() {
    let place: Vec<String> = ["server", "agent", "turn"].map(str::to_owned).to_vec();
    let code = "use crate::{domain::task::Task, server::{store, model::{self as m, Model}}};\n\
                pub use super::super::tools::*;\nfn f() { crate::server::run::go::<u8>(super::history()) }\n";
    let mut paths: Vec<(String, bool)> = mentions(code, &place)
        .into_iter()
        .map(|mention| (mention.segments.join("::"), mention.in_use))
        .collect();
    paths.sort();
    let expected = [
        ("domain::task::Task", true),
        ("server::agent::history", false),
        ("server::model", true),
        ("server::model::Model", true),
        ("server::run::go", false),
        ("server::store", true),
        ("server::tools", true),
    ];
    assert_eq!(paths, expected.map(|(path, in_use)| (path.to_owned(), in_use)));
}

#[test]
fn the_table_is_read_from_the_page() {
    let rows = "\n\n| module | may use |\n| --- | --- |\n| store | domain, protocol (as stored, (as is)) |\n| every module of the server | `error` |\n\
                | api | domain; server inside bodies only |\n| router | everyone (the only one) |\n| domain | nothing |\n";
    let filler: String = ('a'..'i').map(|name| format!("| {name} | nothing |\n")).collect();
    let rules = Rules::read(&format!("## Who may use whom{rows}{filler}\n## Next\n| x | y |\n"));
    let ask = |from: &str, to: &str, in_use| {
        let segments = if ["domain", "protocol", "app", "api"].contains(&to) {
            vec![to.to_owned()]
        } else {
            vec!["server".to_owned(), to.to_owned()]
        };
        rules.allow(from, to, &Mention { segments, in_use })
    };
    assert!(ask("store", "protocol", true) && ask("store", "error", true) && !ask("store", "agent", true));
    assert!(ask("api", "page", false) && !ask("api", "page", true), "only inside bodies");
    assert!(ask("router", "auth", true) && !ask("domain", "protocol", true) && !ask("domain", "error", false));
}
