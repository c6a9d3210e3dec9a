//! Any text is an expression with a value, or with a reason why it has none.

use std::sync::Arc;

use chainkeel_engine::{evaluate, within_limits};
use serde_json::json;

/// Evaluates the text as the payload of a node, and what it says as one expression.
pub(crate) fn judge(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let body = Arc::new(json!({
        "amount": "1500000000000000000", "n": 12, "text": "{{$trigger.body.n}}", "nothing": null,
        "rows": [{ "n": 1, "name": "a" }, { "n": "2.5", "name": "é🦀" }],
    }));
    for text in [text, &format!("{{{{{text}}}}}")] {
        let outcome = evaluate(text, &body);
        if let Ok(value) = &outcome {
            assert!(within_limits(value).is_ok(), "the value is within its bounds");
        }
        assert!(outcome == evaluate(text, &body), "the same text has the same value");
    }
}
