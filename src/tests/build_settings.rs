//! The deployed binary's Leptos options are those that the page was built with.

use toml::{Table, Value};

fn leptos_table(text: &str) -> Table {
    let file: Table = text.parse().unwrap();
    file["package"]["metadata"]["leptos"].as_table().unwrap().clone()
}

#[test]
fn leptos_toml_agrees_with_the_build() {
    let mut deployed = leptos_table(include_str!("../../Leptos.toml"));
    let built = leptos_table(include_str!("../../Cargo.toml"));

    assert_eq!(deployed.remove("env"), Some(Value::from("PROD")));
    for (key, value) in &deployed {
        assert_eq!(Some(value), built.get(key), "`{key}` differs between Leptos.toml and Cargo.toml");
    }
    for key in ["output-name", "site-root", "site-pkg-dir", "site-addr", "reload-port"] {
        assert!(deployed.contains_key(key), "`{key}` is missing in Leptos.toml");
    }
}

#[test]
fn one_set_of_flags_for_server_and_page() {
    let cargo: Table = include_str!("../../.cargo/config.toml").parse().unwrap();
    let built = leptos_table(include_str!("../../Cargo.toml"));

    // Both sides agree on `erase_components`, or hydration panics; `cargo leptos` adds nothing of its own.
    let flags: Vec<&str> = cargo["build"]["rustflags"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(Value::as_str)
        .collect();
    assert_eq!(flags, ["--cfg", "erase_components"]);
    assert_eq!(built["disable-erase-components"], Value::from(true));
    assert_eq!(cargo["env"]["LEPTOS_OUTPUT_NAME"], built["output-name"]);
}
