use std::collections::{BTreeSet, HashMap};

use secrecy::ExposeSecret;

use super::*;

fn read(pairs: &[(&str, &str)]) -> Result<Config, ConfigError> {
    let map: HashMap<&str, &str> = pairs.iter().copied().collect();
    Config::read(|name| map.get(name).map(|value| (*value).to_owned()))
}

fn endpoint(config: &Config) -> (String, Option<&str>, Vec<String>) {
    match &config.model {
        ModelChoice::Offline => panic!("offline"),
        ModelChoice::Endpoint(e) => (
            e.base_url.to_string(),
            e.api_key.as_ref().map(|k| k.expose_secret()),
            e.models.clone(),
        ),
    }
}

#[test]
fn nothing_set_is_a_whole_configuration() {
    let config = read(&[]).unwrap();
    assert!(config.database_url.is_none() && config.jwt_secret.is_none() && config.cors_allowed_origins.is_empty());
    assert_eq!(config.data_dir, PathBuf::from("./data"));
    assert_eq!(config.listen.to_string(), "127.0.0.1:3000");
    assert_eq!(config.public_origin(), "http://127.0.0.1:3000");
    assert!(config.uses_offline_model() && !config.is_https());
    assert_eq!(
        (config.sign_up, config.log_format, config.log_filter),
        (SignUp::Setup, LogFormat::Text, None)
    );
    assert_eq!(
        (
            config.limits.first_token.as_secs(),
            config.limits.run.as_secs(),
            config.limits.tool_rounds
        ),
        (60, 600, 8)
    );
}

#[test]
fn a_direct_way_needs_the_other_one() {
    let (url, direct) = ("postgres://pooler/k", "postgresql+asyncpg://database/k?ssl=require");
    let config = read(&[("DATABASE_URL", url), ("DATABASE_DIRECT_URL", direct)]).unwrap();
    assert_eq!(config.database_direct_url.unwrap().expose_secret(), direct);
    let error = read(&[("DATABASE_DIRECT_URL", direct)]).unwrap_err();
    assert!(matches!(error.problem, Problem::Alone), "{error}");
    let error = read(&[("DATABASE_URL", url), ("DATABASE_DIRECT_URL", "mysql://h/k")]).unwrap_err();
    assert_eq!(error.name, "DATABASE_DIRECT_URL");
}

#[test]
fn an_empty_value_is_none() {
    let config = read(&[
        ("DATABASE_URL", ""),
        ("AI_API_KEY", " "),
        ("PORT", ""),
        ("KAAM_SIGN_UP", ""),
        ("JWT_SECRET", ""),
    ])
    .unwrap();
    assert!(config.database_url.is_none() && config.uses_offline_model());
    assert_eq!(config.listen.port(), 3000);
}

#[test]
fn where_to_listen_and_what_people_see() {
    for (set, listen, public) in [
        (&[("PORT", "8080")][..], "0.0.0.0:8080", "http://localhost:8080"),
        (
            &[("PORT", "8080"), ("LEPTOS_SITE_ADDR", "127.0.0.1:3001")],
            "127.0.0.1:3001",
            "http://127.0.0.1:3001",
        ),
        (&[("LEPTOS_SITE_ADDR", "[::1]:80")], "[::1]:80", "http://[::1]"),
        (&[("LEPTOS_SITE_ADDR", "[::]:3000")], "[::]:3000", "http://localhost:3000"),
        (
            &[("KAAM_PUBLIC_URL", "https://Kaam.Example.com:443/")],
            "127.0.0.1:3000",
            "https://kaam.example.com",
        ),
    ] {
        let config = read(set).unwrap();
        assert_eq!(
            (config.listen.to_string().as_str(), config.public_origin().as_str()),
            (listen, public)
        );
    }
}

#[test]
fn the_bound_port_is_told_unless_a_public_url_is_set() {
    let bound = SocketAddr::from((Ipv4Addr::LOCALHOST, 40_001));
    let mut config = read(&[("LEPTOS_SITE_ADDR", "127.0.0.1:0")]).unwrap();
    config.bound_to(bound);
    assert_eq!(config.public_origin(), "http://127.0.0.1:40001");
    let mut config = read(&[("KAAM_PUBLIC_URL", "https://kaam.example.com")]).unwrap();
    config.bound_to(bound);
    assert_eq!(config.public_origin(), "https://kaam.example.com");
}

#[test]
fn which_model_answers() {
    let gemini = DEFAULT_BASE_URL;
    let one = |model: &str| vec![model.to_owned()];
    for (set, expected) in [
        (&[("AI_API_KEY", "k")][..], (gemini, Some("k"), one(DEFAULT_MODEL))),
        (&[("GEMINI_API_KEY", "g")], (gemini, Some("g"), one(DEFAULT_MODEL))),
        (
            &[("GEMINI_API_KEY", "g"), ("AI_API_KEY", "k")],
            (gemini, Some("k"), one(DEFAULT_MODEL)),
        ),
        (
            &[("AI_BASE_URL", "http://127.0.0.1:11434/v1"), ("AI_MODEL", "qwen3")],
            ("http://127.0.0.1:11434/v1", None, one("qwen3")),
        ),
        (
            &[("AI_BASE_URL", "https://x.example/v1/chat/completions/")],
            ("https://x.example/v1", None, one(DEFAULT_MODEL)),
        ),
        (
            &[("AI_MODEL", "a, b ,,c")],
            (gemini, None, vec!["a".into(), "b".into(), "c".into()]),
        ),
    ] {
        let config = read(set).unwrap();
        let (base, key, models) = expected;
        assert_eq!(endpoint(&config), (base.to_owned(), key, models), "{set:?}");
        assert!(!config.uses_offline_model());
    }
}

#[test]
fn where_attachments_lie() {
    let folder = |set: &[(&str, &str)]| read(set).unwrap().attachments;
    assert_eq!(folder(&[]), AttachmentsAt::Folder("./data/attachments".into()));
    assert_eq!(folder(&[("KAAM_DATA_DIR", "/x")]), AttachmentsAt::Folder("/x/attachments".into()));
    for (url, name, prefix) in [
        ("s3://kaam", "kaam", ""),
        ("s3://kaam/", "kaam", ""),
        ("s3://kaam/files/a/", "kaam", "files/a"),
    ] {
        let bucket = AttachmentsAt::Bucket {
            name: name.into(),
            prefix: prefix.into(),
        };
        assert_eq!(folder(&[("KAAM_ATTACHMENTS_URL", url)]), bucket);
    }
}

#[test]
fn who_hears() {
    assert!(read(&[("AI_API_KEY", "k")]).unwrap().transcribe.is_none());
    assert!(read(&[("AI_TRANSCRIBE_KEY", "k")]).unwrap().transcribe.is_none());
    for (set, expected) in [
        (
            &[("AI_TRANSCRIBE_URL", "http://127.0.0.1:8001/v1/audio/transcriptions")][..],
            ("http://127.0.0.1:8001/v1", None, "whisper-1"),
        ),
        (
            &[("AI_TRANSCRIBE_MODEL", "m"), ("AI_BASE_URL", "http://h/v1"), ("AI_API_KEY", "k")],
            ("http://h/v1", Some("k"), "m"),
        ),
        (
            &[
                ("AI_TRANSCRIBE_URL", "http://t/v1"),
                ("AI_TRANSCRIBE_KEY", "t"),
                ("AI_API_KEY", "k"),
            ],
            ("http://t/v1", Some("t"), "whisper-1"),
        ),
    ] {
        let endpoint = read(set).unwrap().transcribe.unwrap();
        let key = endpoint.api_key.as_ref().map(|key| key.expose_secret());
        assert_eq!((endpoint.base_url.as_str(), key, endpoint.model.as_str()), expected, "{set:?}");
    }
    let error = read(&[("AI_TRANSCRIBE_MODEL", "m")]).unwrap_err();
    assert_eq!(error.name, "AI_TRANSCRIBE_URL");
}

#[test]
fn secrets_come_from_files_too() {
    let dir = std::env::temp_dir().join(format!("kaam-config-{}", std::process::id()));
    std::fs::create_dir_all(&dir).unwrap();
    let file = |name: &str, content: &str| {
        let path = dir.join(name);
        std::fs::write(&path, content).unwrap();
        path.to_string_lossy().into_owned()
    };
    let (url, key, jwt) = (
        file("url", "postgres://u:p@h/db\n"),
        file("key", "k\r\n"),
        file("jwt", &"s".repeat(32)),
    );
    let config = read(&[
        ("DATABASE_URL_FILE", &url),
        ("GEMINI_API_KEY_FILE", &key),
        ("JWT_SECRET_FILE", &jwt),
    ])
    .unwrap();
    assert_eq!(config.database_url.as_ref().unwrap().expose_secret(), "postgres://u:p@h/db");
    assert_eq!(endpoint(&config).1, Some("k"));
    assert!(!format!("{config:?}").contains("p@h"));

    let twice = read(&[("AI_API_KEY_FILE", &key), ("AI_API_KEY", "k")]).unwrap_err();
    assert!(matches!(twice.problem, Problem::Twice), "{twice}");
    let gone = read(&[("AI_API_KEY_FILE", "/nowhere/at/all")]).unwrap_err();
    assert!(matches!(gone.problem, Problem::File(_)), "{gone}");
    let empty = read(&[("AI_API_KEY_FILE", &file("empty", " \n"))]).unwrap_err();
    assert!(matches!(empty.problem, Problem::EmptyFile), "{empty}");
    std::fs::remove_dir_all(dir).unwrap();
}

#[test]
fn origins_are_exact() {
    let config = read(&[(
        "CORS_ALLOWED_ORIGINS",
        "https://a.example, http://localhost:5173/ ,https://B.example:443",
    )])
    .unwrap();
    assert_eq!(
        config.cors_allowed_origins,
        ["https://a.example", "http://localhost:5173", "https://b.example"]
    );
}

#[test]
fn a_wrong_value_names_its_variable_its_problem_and_an_example() {
    for (name, value, problem) in [
        ("DATABASE_URL", "mysql://h/db", "must begin with postgres://"),
        ("LEPTOS_SITE_ADDR", "localhost:3000", "is not an IP address and a port"),
        ("LEPTOS_SITE_ADDR", "3000", "is not an IP address and a port"),
        ("PORT", "80a", "is not a port"),
        ("PORT", "70000", "is not a port"),
        ("KAAM_PUBLIC_URL", "kaam.example.com", "is not a URL"),
        ("KAAM_PUBLIC_URL", "ftp://kaam.example.com", "must begin with http:// or https://"),
        ("KAAM_PUBLIC_URL", "https://kaam.example.com/app", "without a path"),
        (
            "KAAM_PUBLIC_URL",
            "https://user@kaam.example.com",
            "without a path, a query or a user",
        ),
        ("AI_BASE_URL", "localhost:11434", "must begin with http:// or https://"),
        ("AI_MODEL", ",", "names no model"),
        ("AI_MODEL_VISION", "maybe", "must be one of: auto, on, off"),
        ("AI_TRANSCRIBE_URL", "api.example.com/v1", "is not a URL"),
        ("KAAM_ATTACHMENTS_URL", "/srv/files", "is not a URL"),
        ("KAAM_ATTACHMENTS_URL", "https://bucket.example.com", "must be s3://bucket"),
        ("KAAM_ATTACHMENTS_URL", "s3://key:secret@bucket/x", "without keys"),
        ("AI_CONNECT_SECONDS", "0", "must be a whole number from 1 to 300"),
        ("AI_FIRST_TOKEN_SECONDS", "1.5", "must be a whole number from 1 to 3600"),
        ("AI_GAP_SECONDS", "-1", "must be a whole number"),
        ("AI_RUN_SECONDS", "soon", "must be a whole number from 1 to 86400"),
        ("AI_TOOL_ROUNDS", "1000", "must be a whole number from 1 to 100"),
        ("JWT_SECRET", "short", "is too short to be safe"),
        ("CORS_ALLOWED_ORIGINS", "https://a.example,*", "`*` is not accepted"),
        ("CORS_ALLOWED_ORIGINS", "https://a.example/app", "scheme, host and port only"),
        ("CORS_ALLOWED_ORIGINS", "null", "is not a URL"),
        (
            "KAAM_TRUSTED_PROXIES",
            "10.0.0.0/8,proxy",
            "\"proxy\" is neither an address nor a network",
        ),
        ("KAAM_SIGN_UP", "yes", "must be one of: setup, open, closed"),
        ("RUST_LOG", "kaam=loud", "is not a log filter"),
        ("KAAM_LOG_FORMAT", "xml", "must be one of: text, json"),
    ] {
        let error = read(&[(name, value)]).unwrap_err();
        let text = error.to_string();
        assert_eq!(error.name, name);
        assert!(
            text.starts_with(&format!("{name} ")) && text.contains(problem),
            "{name}={value}: {text}"
        );
        let (_, example) = text.rsplit_once(&format!("Example: {name}=")).unwrap();
        if name != "JWT_SECRET" {
            assert!(read(&[(name, example)]).is_ok(), "the example of {name} must be right: {example}");
        }
    }
}

#[test]
fn a_wrong_secret_is_not_repeated() {
    for name in ["DATABASE_URL", "JWT_SECRET"] {
        let error = read(&[(name, "hunter2")]).unwrap_err();
        assert!(!format!("{error} {error:?}").contains("hunter2"));
    }
}

/// The variables that others than this module read: the programs of the embedded database, and the client of buckets.
const READ_ELSEWHERE: &[&str] = &[
    "KAAM_PG_BIN",
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_REGION",
    "AWS_ENDPOINT_URL",
];

#[test]
fn the_example_file_has_every_variable() {
    let asked = std::cell::RefCell::new(BTreeSet::new());
    let ask = |name: &str| {
        asked.borrow_mut().insert(name.to_owned());
        None
    };
    Config::read(ask).unwrap();
    let read: BTreeSet<String> = asked.into_inner().into_iter().filter(|name| !name.ends_with("_FILE")).collect();
    let documented: BTreeSet<String> = include_str!("../../../.env.example")
        .lines()
        .filter_map(|line| line.trim_start_matches('#').trim_start().split_once('='))
        .map(|(name, _)| name.to_owned())
        .filter(|name| name.chars().all(|c| c.is_ascii_uppercase() || c == '_') && !READ_ELSEWHERE.contains(&name.as_str()))
        .collect();
    assert_eq!(documented, read);
}
