//! What happened to something, as the ledger has it: a line an event.

use serde_json::Value;

use crate::cli::print::line;
use crate::cli::workflow::text_of;

/// Prints the history of what is shown, with what of each event is worth a word.
pub(super) fn history(shown: &Value, detail: impl Fn(&Value) -> String) {
    for event in shown["history"].as_array().into_iter().flatten() {
        let at = text_of(&event["content"], "at");
        line(&format!("  {at}  {}  {}", text_of(event, "event"), detail(event)));
    }
}
