//! Standard output holds what was asked for and nothing else; everything for people only goes to standard error.

use std::{
    fmt::Display,
    io::{self, Write},
};

use super::CliError;

/// Writes a line to standard output.
pub(super) fn line(text: impl Display) -> Result<(), CliError> {
    writeln!(io::stdout(), "{text}").map_err(CliError::Output)
}

/// Writes a line to standard error. If that is closed, too, there is nobody to tell.
pub(super) fn remark(text: impl Display) {
    drop(writeln!(io::stderr(), "{text}"));
}

/// Says why the command failed.
pub(super) fn complain(error: &CliError) {
    remark(format_args!("kaam: {error}"));
}
