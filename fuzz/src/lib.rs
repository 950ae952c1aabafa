//! The modules of Kaam that are fuzzed, by their paths: plain code without a server around it.
#![allow(dead_code, reason = "only parts of the modules are used here")]

#[path = "../../src/domain/mod.rs"]
pub mod domain;
#[path = "../../src/protocol/mod.rs"]
pub mod protocol;

/// As much of the server as draws widgets.
#[path = "../../src/server"]
pub mod server {
    /// See above.
    pub mod page {
        pub(crate) mod markdown;
        pub mod widget;
    }
}
