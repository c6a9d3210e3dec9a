//! The workflows that are measured: five nodes each, in three shapes.

use serde_json::{Value, json};

/// A shape of work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Shape {
    /// Five nodes without effects: one append a run.
    Pure,
    /// Five HTTP requests, each durable before and after: ten appends' worth of events.
    Effects,
    /// A wait that is resumed from outside.
    Wait,
}

impl Shape {
    /// All of them, in the order in which they are measured.
    pub(super) const ALL: [Self; 3] = [Self::Pure, Self::Effects, Self::Wait];

    /// What the table calls it.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Pure => "five pure nodes",
            Self::Effects => "five effects",
            Self::Wait => "a wait, resumed",
        }
    }

    /// How many finished runs a second are wanted, where an aim is set.
    pub(super) const fn target(self) -> Option<f64> {
        match self {
            Self::Pure => Some(1_500.0),
            Self::Effects => Some(600.0),
            Self::Wait => None,
        }
    }

    /// The definition; `echo` is the URL that effects ask.
    pub(super) fn definition(self, echo: &str) -> Value {
        match self {
            Self::Pure => pure(),
            Self::Effects => effects(echo),
            Self::Wait => wait(),
        }
    }
}

fn pure() -> Value {
    json!({"nodes": {
        "root": {"type": "manual", "payload": {}, "children": ["large"]},
        "large": {
            "type": "if",
            "payload": {"condition": {"$and": [{"{{$trigger.body.amount}}": {"$gt": 10}}]}},
            "children": ["open"]
        },
        "open": {
            "type": "filter",
            "branch": "then",
            "payload": {"array": "{{$trigger.body.items}}", "filter": {"$and": [{"open": {"$eq": true}}]}},
            "children": ["names"]
        },
        "names": {
            "type": "pluck",
            "payload": {"array": "{{open.result.filtered}}", "field": "name"},
            "children": ["text"]
        },
        "text": {
            "type": "format",
            "payload": {"template": "- {{@name}}", "data": "{{open.result.filtered}}"},
            "children": ["tell"]
        },
        "tell": {"type": "log", "payload": {"message": "{{names.result.values.0}}: {{text.result.formatted}}"}}
    }})
}

fn effects(echo: &str) -> Value {
    let mut nodes = serde_json::Map::new();
    nodes.insert("root".into(), json!({"type": "manual", "payload": {}, "children": ["ask-1"]}));
    for number in 1..=5 {
        let mut node = json!({
            "type": "http-request",
            "payload": {"method": "POST", "url": echo, "body": {"number": number, "amount": "{{$trigger.body.amount}}"}}
        });
        if number < 5 {
            node["children"] = json!([format!("ask-{}", number + 1)]);
        }
        nodes.insert(format!("ask-{number}"), node);
    }
    json!({"nodes": nodes})
}

fn wait() -> Value {
    json!({"nodes": {
        "root": {"type": "manual", "payload": {}, "children": ["note"]},
        "note": {"type": "log", "payload": {"message": "asking for {{$trigger.body.amount}}"}, "children": ["approval"]},
        "approval": {
            "type": "wait",
            "payload": {"timeoutMs": 3_600_000, "triggerType": "manual", "triggerConfig": {}},
            "children": ["approved"]
        },
        "approved": {
            "type": "if",
            "branch": "resumed",
            "payload": {"condition": {"$and": [{"{{approval.result.triggerResult.approved}}": {"$eq": true}}]}},
            "children": ["text"]
        },
        "text": {"type": "format", "branch": "then", "payload": {"template": "{{@approved}}", "data": "{{approval.result.triggerResult}}"}, "children": ["tell"]},
        "tell": {"type": "log", "payload": {"message": "{{text.result.formatted}}"}}
    }})
}

/// What each run is started with.
pub(super) fn input() -> Value {
    json!({
        "amount": 25,
        "items": [
            {"name": "gas", "open": true, "price": 12},
            {"name": "fee", "open": false, "price": 3},
            {"name": "tip", "open": true, "price": 1}
        ]
    })
}
