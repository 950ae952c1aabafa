//! The program. All it does is in `kaam::server::cli`.

use std::process::ExitCode;

/// Gives memory back where glibc's allocator keeps it after many short tasks.
#[global_allocator]
static MEMORY: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    kaam::server::cli::main()
}
