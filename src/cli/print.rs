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

/// What a list holds.
pub(super) fn items(page: &Value) -> impl Iterator<Item = &Value> {
    page.get("items").and_then(Value::as_array).into_iter().flatten()
}

/// Says what helps where a list has nothing in it.
pub(super) fn empty(page: &Value, hint: &str) {
    if items(page).next().is_none() {
        line(hint);
    }
}

/// Shows a list, or what helps where it has nothing in it, and whether there is more of it.
pub(super) fn list(page: &Value, hint: &str, show: impl Fn(&Value)) {
    empty(page, hint);
    items(page).for_each(show);
    if page.get("hasMore") == Some(&Value::Bool(true)) {
        line("… and more");
    }
}

/// Writes bytes as they are; false when nobody reads on.
pub(super) fn bytes(bytes: &[u8]) -> bool {
    std::io::stdout().write_all(bytes).is_ok()
}

/// Prints JSON for a program, on one line.
pub(super) fn print_json(value: &Value) {
    line(&value.to_string());
}
