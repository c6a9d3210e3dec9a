//! Where the commands' answers go: standard output, and nowhere else in the house.

use std::io::Write;

use serde_json::Value;

use super::client::Client;

/// Prints a line for a person.
pub(super) fn line(text: &str) {
    // A closed pipe (`| head`) is not an error of the command.
    let _ = writeln!(std::io::stdout(), "{text}");
}

/// Prints an answer, as JSON where that is wanted.
pub(super) fn tell(client: &Client, answer: &Value, show: impl FnOnce(&Value)) {
    if client.json { print_json(answer) } else { show(answer) }
}

/// Prints JSON for a program, on one line.
pub(super) fn print_json(value: &Value) {
    line(&value.to_string());
}
