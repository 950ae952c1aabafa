//! Any body either is a request or is refused: no panic.
#![no_main]

use kaam_fuzz::protocol::request::Request;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let _ = Request::parse(bytes);
});
