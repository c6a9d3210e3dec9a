//! Any JSON is a condition that holds or does not, or one with reasons why it cannot be read.

use chainkeel_engine::condition_holds;
use serde_json::{Value, json};

/// Reads `{"condition": …, "object": …}` and holds one against the other.
pub(crate) fn judge(data: &[u8]) {
    let Ok(input) = serde_json::from_slice::<Value>(data) else { return };
    let (condition, object) = (&input["condition"], &input["object"]);
    match condition_holds(condition, object) {
        Err(problems) => assert!(!problems.is_empty(), "a refusal has reasons"),
        Ok(holds) => {
            let opposite = json!({ "$and": [{ "$not": condition }] });
            // One level more may be one too many.
            if let Ok(opposite) = condition_holds(&opposite, object) {
                assert!(holds != opposite, "a condition holds, or its opposite does");
            }
        }
    }
}
