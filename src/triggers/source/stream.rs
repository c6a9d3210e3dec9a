//! What a stream says beside a source that is asked. A frame that cannot be read says nothing: the
//! answer of the source is there all the same.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{Item, item, place, poll};
use crate::catalog::{Asked, Source, Stream};

/// How many frames of one message are looked at.
const MAX_FRAMES: usize = 1_024;
/// From here on, a time since 1970 is one in milliseconds.
const MILLISECONDS: i64 = 100_000_000_000;
/// How old, in seconds, an item may be that starts runs as the stream tells it; and how far in the
/// future, as clocks differ.
const MAX_AGE: i64 = 120;

/// What a trigger with these settings listens to.
pub fn names(stream: &Stream, settings: &Value) -> BTreeSet<String> {
    stream.names.iter().flat_map(|name| texts(settings, name)).collect()
}

/// What asks to be told of these.
pub fn subscription(stream: &Stream, names: &BTreeSet<String>) -> String {
    with_names(&stream.subscribe, names).to_string()
}

/// What a trigger with these settings is told of: as [`topic_of`] says it of a frame.
pub fn topics(stream: &Stream, settings: &Value) -> Vec<String> {
    match &stream.about {
        Some(about) => texts(settings, &about.setting).map(|it| it.to_lowercase()).collect(),
        None => vec![String::new()],
    }
}

/// What a frame is about.
pub fn topic_of(stream: &Stream, frame: &Value) -> Option<String> {
    match &stream.about {
        Some(about) => place::text(frame, &about.path).map(|it| it.to_lowercase()),
        None => Some(String::new()),
    }
}

/// The frames in a message that count, which is one of them or a list; none where it holds no frame
/// at all, as an answer to a ping does not.
pub fn frames(stream: &Stream, message: &str) -> Option<Vec<Value>> {
    let frames = match serde_json::from_str(message) {
        Ok(Value::Array(frames)) => frames,
        Ok(frame @ Value::Object(_)) => vec![frame],
        Ok(Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_)) | Err(_) => {
            return None;
        }
    };
    let is_frame = |frame: &Value| stream.wanted.keys().all(|it| frame.pointer(it).is_some());
    let frames: Vec<_> = frames.into_iter().take(MAX_FRAMES).filter(is_frame).collect();
    let counts = |frame: &Value| {
        stream.wanted.iter().all(|(path, text)| place::text(frame, path).as_ref() == Some(text))
    };
    (!frames.is_empty()).then(|| frames.into_iter().filter(counts).collect())
}

/// The item in a frame, where it may start runs of a trigger that is there since then: it has an
/// id, it counts, and it has happened just now. Times are in seconds since 1970.
pub fn item_of(
    (source, asked, stream): (&Source, &Asked, &Stream),
    settings: &Value,
    frame: &Value,
    (since, now): (i64, i64),
) -> Option<Item> {
    let streamed = stream.item.as_ref()?;
    let found = frame.pointer(&streamed.path)?;
    let at: i64 = place::text(found, &streamed.time)?.parse().ok()?;
    let at = if at >= MILLISECONDS { at / 1_000 } else { at };
    if at < since || at < now - MAX_AGE || at > now + MAX_AGE {
        return None;
    }
    if !item::counts(source, settings, &std::collections::BTreeMap::new(), found) {
        return None;
    }
    let id = poll::id_of(found, &asked.id)?;
    Some(Item { id, body: item::told(source, found) })
}

fn texts<'a>(settings: &'a Value, name: &str) -> impl Iterator<Item = String> + 'a {
    let found = settings.get(name);
    let many = found.and_then(Value::as_array).into_iter().flatten();
    many.chain(found).filter_map(Value::as_str).map(str::to_owned)
}

fn with_names(value: &Value, names: &BTreeSet<String>) -> Value {
    match value {
        Value::String(text) if text == "{names}" => names.iter().cloned().collect(),
        Value::Object(fields) => {
            let fields = fields.iter();
            Value::Object(fields.map(|(name, it)| (name.clone(), with_names(it, names))).collect())
        }
        Value::Array(elements) => elements.iter().map(|it| with_names(it, names)).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value.clone(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::catalog::By;

    const NOW: i64 = 1_764_370_030;

    fn of(kind: &str) -> (&'static Source, &'static Asked, &'static Stream) {
        let source = Source::named(kind).expect("it");
        let By::Poll(asked) = &source.by else { panic!("it is asked") };
        (source, asked, asked.stream.as_ref().expect("a stream"))
    }

    #[test]
    fn a_frame_alone_or_in_a_list_counts_for_the_market_that_it_is_about() {
        let (_, _, stream) = of("polymarket-market-trade");
        let trade =
            json!({"topic": "activity", "type": "trades", "payload": {"conditionId": "0xDD"}});
        let other = json!({"topic": "comments", "type": "comment_created", "payload": {}});
        let found = frames(stream, &json!([other, trade, 1, []]).to_string()).expect("frames");
        assert_eq!(found, [trade]);
        assert_eq!(topic_of(stream, &found[0]).as_deref(), Some("0xdd"));
        assert_eq!(topics(stream, &json!({"market": "0xdD"})), ["0xdd"]);
        assert_eq!(frames(stream, &other.to_string()), Some(vec![]), "it is alive");
        for nothing in ["PONG", "", "{", "null", "7", "[]", "{}", "[[1]]", r#"{"type": "pong"}"#] {
            assert_eq!(frames(stream, nothing), None, "{nothing}");
        }
    }

    #[test]
    fn an_item_of_a_stream_has_the_id_of_the_answer_and_starts_nothing_where_it_is_old() {
        for kind in ["polymarket-market-trade", "polymarket-user-bet"] {
            let (source, asked, stream) = of(kind);
            let told = source.example.told[0].clone();
            let frame =
                |told: &Value| json!({"topic": "activity", "type": "trades", "payload": told});
            let item = |told: &Value, since| {
                item_of((source, asked, stream), &json!({}), &frame(told), (since, NOW))
            };
            let found = item(&told, NOW - 60).expect("an item");
            assert_eq!(found.id, source.example.ids[0]);
            assert_eq!(found.body, source.example.body);
            let mut shouted = told.clone();
            shouted["proxyWallet"] = "0x56687BF447DB6FFA42FFE2204A05EDAA20F55839".into();
            shouted["timestamp"] = json!(1_764_370_000_000_i64);
            assert_eq!(item(&shouted, NOW - 60).expect("it").id, found.id, "hexadecimal is one");
            assert_eq!(item(&told, NOW), None, "it was before the trigger");
            for (field, value) in [("timestamp", json!(1)), ("transactionHash", Value::Null)] {
                let mut wrong = told.clone();
                wrong[field] = value;
                assert_eq!(item(&wrong, 0), None, "{field}");
            }
        }
    }

    #[test]
    fn it_is_asked_for_all_names_at_once() {
        let (_, _, stream) = of("polymarket-market-close");
        let settings = json!({"market": "0x1", "assetIds": ["7", "8"]});
        let asked: Value =
            serde_json::from_str(&subscription(stream, &names(stream, &settings))).expect("JSON");
        assert_eq!(asked["assets_ids"], json!(["7", "8"]));
        assert!(names(stream, &json!({"market": "0x1"})).is_empty());
    }
}
