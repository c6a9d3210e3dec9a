//! What says over a WebSocket that it is worth asking a source now. What starts runs is the answer:
//! a frame that is lost, repeated or invented costs a question, and nothing else.

use std::collections::BTreeSet;

use serde_json::Value;

use super::place;
use crate::catalog::Bell;

/// How many frames of one message are looked at.
const MAX_FRAMES: usize = 1_024;

/// What a message says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rung {
    /// The stream is alive: something happened to these, which may be nothing.
    Heard(BTreeSet<String>),
    /// Nothing, as an answer to a ping does.
    Nothing,
}

impl Bell {
    /// What a trigger with these settings listens to.
    pub fn names(&self, settings: &Value) -> BTreeSet<String> {
        let names = settings.get(&self.names).and_then(Value::as_array);
        let names = names.into_iter().flatten().filter_map(Value::as_str);
        names.map(str::to_owned).collect()
    }

    /// What asks to be told of them: wherever the text `{names}` stands, it is the list of them.
    pub fn subscription(&self, names: &BTreeSet<String>) -> String {
        with_names(&self.subscribe, names).to_string()
    }

    /// What a message says, which holds one frame or a list of them.
    pub fn heard(&self, message: &str) -> Rung {
        let frames = match serde_json::from_str(message) {
            Ok(Value::Array(frames)) => frames,
            Ok(frame @ Value::Object(_)) => vec![frame],
            Ok(Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_)) | Err(_) => {
                return Rung::Nothing;
            }
        };
        let frames = frames.iter().take(MAX_FRAMES).filter(|frame| {
            self.wanted.iter().all(|(path, text)| place::text(frame, path).as_ref() == Some(text))
        });
        Rung::Heard(frames.filter_map(|frame| place::text(frame, &self.name)).collect())
    }
}

fn with_names(value: &Value, names: &BTreeSet<String>) -> Value {
    match value {
        Value::String(text) if text == "{names}" => names.iter().cloned().collect(),
        Value::Object(fields) => {
            let fields = fields.iter();
            Value::Object(fields.map(|(name, it)| (name.clone(), with_names(it, names))).collect())
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
            value.clone()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::{By, Source};

    fn bell() -> &'static Bell {
        let source = Source::named("polymarket-market-trade").expect("it");
        let By::Poll(asked) = &source.by else { panic!("it is asked") };
        asked.bell.as_ref().expect("a bell")
    }

    fn heard(names: &[&str]) -> Rung {
        Rung::Heard(names.iter().map(|name| (*name).to_owned()).collect())
    }

    #[test]
    fn a_frame_alone_or_in_a_list_rings_for_the_names_that_it_is_about() {
        let trade = r#"{"event_type": "last_trade_price", "asset_id": "7", "price": "0.45"}"#;
        let book = r#"{"event_type": "book", "asset_id": "8", "bids": []}"#;
        assert_eq!(bell().heard(trade), heard(&["7"]));
        assert_eq!(bell().heard(&format!("[{book}, {trade}, {trade}, 1]")), heard(&["7"]));
        assert_eq!(bell().heard(book), heard(&[]));
        for nothing in ["PONG", "", "{", "null", "7"] {
            assert_eq!(bell().heard(nothing), Rung::Nothing, "{nothing}");
        }
    }

    #[test]
    fn it_is_asked_for_all_names_at_once() {
        let settings = serde_json::json!({"market": "0x1", "assetIds": ["7", "8"]});
        let asked = bell().subscription(&bell().names(&settings));
        assert_eq!(asked, r#"{"assets_ids":["7","8"],"type":"market"}"#);
    }
}
