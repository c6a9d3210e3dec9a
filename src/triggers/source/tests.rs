//! Every file fires on its own recorded example, and what each kind of cursor keeps.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{Answered, Cursor, NotRead, of_delivery, question, read};
use crate::catalog::{Asked, By, Format, Newness, Schema, Source, Stage};
use crate::triggers::signature::{Received, Signature};

const NOW: i64 = 1_764_370_000;

fn bytes(told: &Value) -> Vec<u8> {
    told.as_str().map_or_else(|| told.to_string().into_bytes(), |text| text.as_bytes().to_vec())
}

#[test]
fn every_file_is_valid_and_fires_on_its_recorded_example() {
    for source in Source::all() {
        let (name, example) = (&source.kind, &source.example);
        let schema = Schema::compile(&source.payload_schema).expect("a schema");
        assert_eq!(schema.problems(&example.settings, Stage::Run), [], "{name}");
        let (ids, body) = match &source.by {
            By::Webhook(sent) => {
                assert_eq!(source.connector.as_deref(), Some("webhook-secret"), "{name}");
                let signature: Signature =
                    serde_json::from_value(sent.signature.clone()).expect("a signature");
                let told = &example.told;
                let of =
                    |told| of_delivery(source, sent, &example.settings, &example.headers, told);
                let body = of(told).expect("a form").expect("it counts");
                // Nothing of another kind does.
                let ping = json!({"type": "ping", "event": {}});
                let ping = of_delivery(source, sent, &example.settings, &BTreeMap::new(), &ping);
                assert_eq!(ping.unwrap_or(None), None, "{name}");
                let headers: Vec<_> = example
                    .headers
                    .iter()
                    .map(|(name, value)| (name.as_str(), value.as_bytes()))
                    .chain([("x-slack-request-timestamp", b"1".as_slice())])
                    .collect();
                let received = Received { headers: &headers, body: b"", now: NOW };
                let id = signature.delivery(&received, told).expect("a name").expect("a name");
                (vec![id], body)
            }
            By::Poll(asked) => {
                let url = question(asked, &example.settings, None, NOW).expect("a URL").url;
                assert!(url.starts_with("https://") && !url.contains('{'), "{name}: {url}");
                assert!(asked.interval_seconds >= 10, "{name} asks too often");
                let at = match asked.cursor {
                    Newness::Seen => String::new(),
                    Newness::Newest { ref start, .. } if start == "now" => NOW.to_string(),
                    Newness::Newest { ref start, .. } => start.clone(),
                    Newness::History { .. } => "100".to_owned(),
                };
                let cursor = Cursor { at, ..Cursor::default() };
                let answer = bytes(&example.told);
                let read = read(source, asked, &example.settings, Some(&cursor), (&answer, NOW));
                let items = read.expect("an answer").items;
                let ids = items.iter().map(|item| item.id.clone()).collect();
                (ids, items.first().expect("an item").body.clone())
            }
        };
        if !example.ids.is_empty() {
            assert_eq!(ids, example.ids, "{name}");
        }
        assert_eq!(body, example.body, "{name}");
    }
}

/// A source whose items have a number each.
fn asked(cursor: Newness) -> Asked {
    let By::Poll(mut asked) =
        Source::named("slack-new-message-in-channels").expect("it").by.clone()
    else {
        panic!("it is asked")
    };
    asked.cursor = cursor;
    *asked
}

fn plain() -> Source {
    let mut source = Source::named("slack-new-message-in-channels").expect("it").clone();
    source.fields = BTreeMap::new();
    source
}

fn answer(asked: &Asked, cursor: Option<&Cursor>, told: &Value) -> Result<Answered, NotRead> {
    read(&plain(), asked, &json!({"channelId": "C1"}), cursor, (&bytes(told), NOW))
}

fn page(numbers: &[&str], next: &str) -> Value {
    let messages: Vec<Value> = numbers.iter().map(|number| json!({"ts": number})).collect();
    json!({"ok": true, "messages": messages, "response_metadata": {"next_cursor": next}})
}

fn ids(answered: &Answered) -> Vec<&str> {
    answered.items.iter().map(|item| item.id.as_str()).collect()
}

#[test]
fn the_newest_are_those_above_the_cursor_which_moves_behind_the_last_page() {
    let asked = asked(Newness::Newest { path: "/ts".to_owned(), start: "0".to_owned() });
    // What is there when a source is asked first starts nothing.
    let first = answer(&asked, None, &page(&["9.5", "8"], "more")).expect("an answer");
    assert_eq!((ids(&first), first.more), (vec![], false));
    assert_eq!(first.cursor.at, "9.5");

    let one = answer(&asked, Some(&first.cursor), &page(&["12", "11"], "p2")).expect("an answer");
    assert_eq!((ids(&one), one.more), (vec!["11", "12"], true));
    assert_eq!((one.cursor.at.as_str(), one.cursor.page.as_deref()), ("9.5", Some("p2")));
    let url = question(&asked, &json!({"channelId": "C1"}), Some(&one.cursor), NOW);
    assert!(url.expect("a URL").url.ends_with("oldest=9.5&limit=100&cursor=p2"));
    // On the next page something older stands: what is behind it was read before.
    let two = answer(&asked, Some(&one.cursor), &page(&["10", "9.50", "8"], "p3")).expect("it");
    assert_eq!((ids(&two), two.more), (vec!["10"], false));
    assert_eq!(two.cursor, Cursor { at: "12".to_owned(), ..Cursor::default() });
    // A process that died before the cursor moved reads the same again, under the same ids.
    assert_eq!(
        answer(&asked, Some(&one.cursor), &page(&["10", "8"], "")).expect("it").items[0].id,
        "10"
    );
    let nothing = answer(&asked, Some(&two.cursor), &page(&[], "")).expect("an answer");
    assert_eq!(nothing.cursor, two.cursor);
}

#[test]
fn what_an_answer_before_had_is_not_new() {
    let asked = asked(Newness::Seen);
    let first = answer(&asked, None, &page(&["2", "1"], "")).expect("an answer");
    assert_eq!(ids(&first), [""; 0]);
    let next = answer(&asked, Some(&first.cursor), &page(&["4", "3", "2"], "")).expect("it");
    assert_eq!(ids(&next), ["3", "4"]);
    assert_eq!(next.cursor.seen, ["4", "3", "2"]);
}

#[test]
fn a_history_is_begun_where_it_stands_and_read_page_by_page() {
    let By::Poll(asked) = &Source::named("gmail-new-email-received").expect("it").by else {
        panic!("it is asked")
    };
    let source = Source::named("gmail-new-email-received").expect("it");
    let of = |cursor: Option<&Cursor>, told: &Value| {
        read(source, asked, &json!({}), cursor, (&bytes(told), NOW)).expect("an answer")
    };
    let url = question(asked, &json!({}), None, NOW).expect("a URL").url;
    assert!(url.ends_with("/profile"), "{url}");
    let first = of(None, &json!({"historyId": "7", "emailAddress": "a@example.org"}));
    assert_eq!((first.items.len(), first.cursor.at.as_str()), (0, "7"));
    let told = |id: &str, page: Value| {
        let added = json!([{"message": {"id": id, "threadId": "t"}}]);
        json!({"history": [{"messagesAdded": added}], "historyId": "9", "nextPageToken": page})
    };
    let one = of(Some(&first.cursor), &told("a", json!("p2")));
    assert_eq!((ids(&one), one.more, one.cursor.at.as_str()), (vec!["a"], true, "7"));
    let two = of(Some(&one.cursor), &told("b", Value::Null));
    assert_eq!((ids(&two), two.more), (vec!["b"], false));
    assert_eq!(two.cursor, Cursor { at: "9".to_owned(), ..Cursor::default() });
}

#[test]
fn settings_stay_in_their_place_in_a_url() {
    let asked = asked(Newness::Seen);
    let url = question(&asked, &json!({"channelId": "C1&limit=1#/../x"}), None, NOW);
    let url = url.expect("a URL").url;
    assert!(url.contains("channel=C1%26limit%3D1%23%2F..%2Fx&"), "{url}");
    assert_eq!(question(&asked, &json!({}), None, NOW), Err(NotRead::Settings));
}

#[test]
fn what_is_no_answer_is_told_and_moves_nothing() {
    let asked = asked(Newness::Seen);
    let told = |told: &Value| answer(&asked, None, told).expect_err("a refusal").to_string();
    assert_eq!(
        told(&json!({"ok": false, "error": "invalid_auth"})),
        "the source answers with an error: invalid_auth"
    );
    assert!(told(&json!("{")).starts_with("the answer cannot be read"));
    assert!(told(&json!({"ok": true, "messages": [{"text": "x"}]})).contains("`/ts`"));
}

#[test]
fn a_feed_is_read_and_what_is_hostile_in_it_is_not_followed() {
    let mut asked = asked(Newness::Seen);
    (asked.format, asked.items, asked.id) = (Format::Feed, "/items".to_owned(), "/id".to_owned());
    asked.expect = BTreeMap::new();
    let seen = Cursor::default();
    let of = |text: &str| answer(&asked, Some(&seen), &json!(text));
    let atom = r#"<?xml version="1.0"?><!DOCTYPE feed [<!ENTITY a "aaaa"><!ENTITY b SYSTEM "file:///etc/passwd">]>
        <feed xmlns="http://www.w3.org/2005/Atom"><entries/><entry><id>urn:1</id><title>A &lt;b&gt; &#x26; &a;&b;</title>
        <link rel="alternate" href="https://example.org/1?a=1&amp;b=2"/><author><name>Ada</name></author>
        <updated>2026-11-28T12:00:00Z</updated><summary>Short</summary></entry></feed>"#;
    let item = of(atom).expect("a feed").items.remove(0);
    assert_eq!(
        item.body,
        json!({
            "id": "urn:1", "title": "A <b> & &a;&b;", "link": "https://example.org/1?a=1&b=2",
            "text": "Short", "author": "Ada", "published": "2026-11-28T12:00:00Z",
        })
    );
    assert!(of("<html>no feed</html>").is_err());
    assert!(of("<rss><item><guid>1</guid>").is_err());
    assert!(of("<rss><item></item></rss>").is_err(), "an item without an id");
}

#[test]
fn a_source_is_asked_by_post_page_by_page_where_its_file_has_a_body() {
    let source = Source::named("solana-transaction").expect("it");
    let By::Poll(asked) = &source.by else { panic!("it is asked") };
    let settings = json!({"address": "Vote111", "network": "devnet"});
    let of = |cursor: Option<&Cursor>, told: &Value| {
        read(source, asked, &settings, cursor, (&bytes(told), NOW))
    };
    let told = |found: &[(&str, u64)]| {
        let one = |(id, slot): &(&str, u64)| json!({"signature": id, "slot": slot});
        json!({"jsonrpc": "2.0", "result": found.iter().map(one).collect::<Vec<_>>()})
    };
    let first = question(asked, &settings, None, NOW).expect("a question");
    assert_eq!(first.url, "https://api.devnet.solana.com/");
    let options = json!({"limit": 1000, "commitment": "finalized"});
    assert_eq!(first.body.expect("a body")["params"], json!(["Vote111", options]));
    // An error is none of an empty list: what is there would be new afterwards.
    let error = of(None, &json!({"jsonrpc": "2.0", "error": {"code": 1, "message": "Slow down"}}));
    assert_eq!(error, Err(NotRead::Error("Slow down".to_owned())));
    let begun = of(None, &told(&[("b", 7), ("a", 5)])).expect("an answer").cursor;
    let one = of(Some(&begun), &told(&[("d", 9), ("c", 8)])).expect("an answer");
    assert_eq!((ids(&one), one.more), (vec!["c", "d"], true));
    let next = question(asked, &settings, Some(&one.cursor), NOW).expect("a question");
    assert_eq!(next.body.expect("a body")["params"][1]["before"], "c");
    let two = of(Some(&one.cursor), &told(&[("b", 7)])).expect("an answer");
    assert_eq!((ids(&two), two.more, two.cursor.at.as_str()), (vec![], false, "9"));
}
