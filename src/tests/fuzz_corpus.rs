//! What the fuzzer of requests starts from (`scripts/fuzz request`), and what it once found: read here without it. (The corpus of widgets
//! is read by the tests of `server::page::widget`.)

use kaam::protocol::request::{Request, RequestError};

#[test]
fn the_corpus_of_requests_is_read_or_refused() {
    let corpus = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus/request");
    let (mut read, mut refused) = (0, 0);
    for entry in std::fs::read_dir(corpus).unwrap() {
        match Request::parse(&std::fs::read(entry.unwrap().path()).unwrap()) {
            Ok(_) => read += 1,
            Err(RequestError::Invalid(why)) => {
                assert!(!why.is_empty());
                refused += 1;
            }
            Err(_) => refused += 1,
        }
    }
    assert!(read >= 7 && refused >= 2, "{read} read, {refused} refused");
}
