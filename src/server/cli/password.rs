//! A password for an account: typed twice, or piped in. Never an argument, for those are seen by everybody on the machine.

use std::io::{self, IsTerminal};

use secrecy::{ExposeSecret, SecretString};

use super::CliError;

/// Asks for a new password.
pub(super) fn read(from_stdin: bool) -> Result<SecretString, CliError> {
    if from_stdin {
        let mut line = String::new();
        io::stdin().read_line(&mut line).map_err(CliError::NoPassword)?;
        return Ok(without_end_of_line(&line).into());
    }
    if !io::stdin().is_terminal() {
        return Err(CliError::NoTerminal);
    }
    let ask = |prompt: &str| {
        rpassword::prompt_password(prompt)
            .map(SecretString::from)
            .map_err(CliError::NoPassword)
    };
    let password = ask("Password: ")?;
    if ask("Once more: ")?.expose_secret() == password.expose_secret() {
        Ok(password)
    } else {
        Err(CliError::PasswordsDiffer)
    }
}

fn without_end_of_line(line: &str) -> &str {
    let line = line.strip_suffix('\n').unwrap_or(line);
    line.strip_suffix('\r').unwrap_or(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_the_line_is_no_part_of_it() {
        for (line, password) in [("secret\n", "secret"), ("secret\r\n", "secret"), (" secret ", " secret "), ("", "")] {
            assert_eq!(without_end_of_line(line), password);
        }
    }
}
