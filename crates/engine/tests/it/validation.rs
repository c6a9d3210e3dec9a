//! What keeps a definition from being published.

use chainkeel_engine::check;
use serde_json::json;

use crate::support::TestCatalog;

#[test]
fn a_sound_definition_has_no_problems() {
    let definition = json!({
        "nodes": {
            "root": { "type": "webhook", "payload": {}, "children": ["call"] },
            "call": {
                "type": "http-request",
                "payload": { "url": "https://example.org/{{$trigger.body.id || 'none'}}" },
                "children": ["say"],
            },
            "say": { "type": "log", "payload": { "message": "{{$nodes.call.result.status}}" } },
        },
    });
    assert_eq!(check(&definition, &TestCatalog).err(), None);
}
