//! What a person types in that nobody else should see.

use std::io::{self, BufRead, IsTerminal, Write};

use rustix::termios::{LocalModes, OptionalActions, tcgetattr, tcsetattr};

use super::client::Error;
use crate::primitives::Secret;

/// The longest line that is read.
const MAX_LINE: u64 = 1_024;

/// Asks for a text; on a terminal it is not shown while it is typed. Otherwise a line of standard
/// input is taken.
#[expect(clippy::print_stderr, reason = "a question is no answer of the command")]
pub(super) fn ask(question: &str) -> Result<Secret, Error> {
    let stdin = io::stdin();
    if !stdin.is_terminal() {
        return line(stdin.lock());
    }
    eprint!("{question}: ");
    // Nothing is lost when the question is not seen.
    let _ = io::stderr().flush();
    let before = tcgetattr(&stdin).map_err(|error| unreadable(error.into()))?;
    let mut hidden = before.clone();
    hidden.local_modes.remove(LocalModes::ECHO);
    hidden.local_modes.insert(LocalModes::ECHONL);
    tcsetattr(&stdin, OptionalActions::Flush, &hidden).map_err(|error| unreadable(error.into()))?;
    let typed = line(stdin.lock());
    tcsetattr(&stdin, OptionalActions::Now, &before).map_err(|error| unreadable(error.into()))?;
    typed
}

fn line(from: impl BufRead) -> Result<Secret, Error> {
    let mut text = String::new();
    io::Read::take(from, MAX_LINE).read_line(&mut text).map_err(unreadable)?;
    Ok(Secret::new(text.trim_end_matches(['\n', '\r'])))
}

fn unreadable(source: io::Error) -> Error {
    Error::File { path: "standard input".to_owned(), source }
}
