//! Workflows that tests publish.

use serde_json::{Value, json};

/// Five pure nodes: it is over as soon as it has begun.
pub(crate) fn pure() -> Value {
    json!({"nodes": {
        "root": {"type": "manual", "payload": {}, "children": ["check"]},
        "check": {
            "type": "if",
            "payload": {"condition": {"$and": [{"{{$trigger.body.amount}}": {"$gte": 100}}]}},
            "children": ["large", "small"],
        },
        "large": {"type": "log", "branch": "then", "payload": {"message": "large: {{$trigger.body.amount}}"}},
        "small": {"type": "log", "branch": "else", "payload": {"message": "small"}},
    }})
}

/// Waits for somebody.
pub(crate) fn waiting() -> Value {
    json!({"nodes": {
        "root": {"type": "manual", "payload": {}, "children": ["approval"]},
        "approval": {
            "type": "wait",
            "payload": {"timeoutMs": 3_600_000, "triggerType": "manual", "triggerConfig": {}},
            "children": ["yes", "no"],
        },
        "yes": {
            "type": "log",
            "branch": "resumed",
            "payload": {"message": "{{$nodes.approval.result.triggerResult.by}} approved"},
        },
        "no": {"type": "log", "branch": "timed_out", "payload": {"message": "nobody came"}},
    }})
}

/// Fails at its second node.
pub(crate) fn failing() -> Value {
    json!({"nodes": {
        "root": {"type": "manual", "payload": {}, "children": ["note"]},
        "note": {"type": "log", "payload": {"message": "so far so good"}, "children": ["stop"]},
        "stop": {"type": "fail", "payload": {"message": "no further"}},
    }})
}

/// Has more than one problem.
pub(crate) fn broken() -> Value {
    json!({"nodes": {
        "root": {"type": "manual", "payload": {}, "children": ["a", "nowhere"]},
        "a": {"type": "logg", "payload": {"message": "x"}},
        "lost": {"type": "log", "payload": {"message": "{{$nodes.a.result.x}}"}},
    }})
}

/// Fails with a long message.
pub(crate) fn wordy() -> Value {
    json!({"nodes": {
        "root": {"type": "manual", "payload": {}, "children": ["stop"]},
        "stop": {"type": "fail", "payload": {"message": "no further ".repeat(360)}},
    }})
}
