//! Payloads that are too large for a row. What is large is stored by the hash of its text *before*
//! the event that names it, so that the same text is stored once, however many events hold it: a
//! run that continues another names what it takes over, and writes nothing of it again.
//!
//! The large fields of an event go each to a blob of its own, and the event holds
//! `{"$split":[{"at":…,"sha256":…,"size":…}],"rest":{…}}`: in the text of `rest`, at that byte, a
//! `null` stands for the blob's. What is large without a large field goes to a blob whole, as
//! `{"$blob":{"sha256":…,"size":…}}`. Either way the event reads back letter by letter.

use std::collections::{BTreeMap, HashMap};
use std::hash::BuildHasher;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use sha2::{Digest, Sha256};
use sqlx::PgPool;

use super::Error;
use super::error::while_doing;
use super::event::{NewEvent, Recorded};
use crate::primitives::hex;

/// Larger payloads leave the row: beyond it, reading and copying rows slows everybody down.
pub const INLINE_BYTES: usize = 32 * 1024;
/// The largest payload that can be recorded at all.
pub const PAYLOAD_BYTES: usize = 16 * 1024 * 1024;
/// A field of a large payload that is larger has a blob of its own.
const FIELD_BYTES: usize = 8 * 1024;
/// What stored references begin with. No event does: its first key is its name.
const BLOB_MARK: &str = r#"{"$blob":"#;
const SPLIT_MARK: &str = r#"{"$split":"#;

#[derive(Debug, Serialize, Deserialize)]
struct Reference {
    #[serde(rename = "$blob")]
    blob: Address,
}

#[derive(Debug, Serialize, Deserialize)]
struct Address {
    sha256: String,
    size: usize,
}

/// An event without its large fields.
#[derive(Debug, Serialize, Deserialize)]
struct Split<'a> {
    #[serde(rename = "$split")]
    parts: Vec<Part>,
    #[serde(borrow)]
    rest: &'a RawValue,
}

/// What stands for a large field in the text of the rest.
const GAP: &str = "null";

/// A large field of an event.
#[derive(Debug, Serialize, Deserialize)]
struct Part {
    /// At which byte of the rest it stands.
    at: usize,
    #[serde(flatten)]
    address: Address,
}

/// Stores the large payloads among `events` and puts their references in place.
pub(super) async fn put_large(pool: &PgPool, events: &mut [NewEvent]) -> Result<(), Error> {
    for event in events {
        if event.payload.len() > PAYLOAD_BYTES {
            return Err(Error::Unacceptable("an event's payload is over 16 MiB"));
        }
        if is_reference(&event.payload) {
            return Err(Error::Unacceptable("an event's payload looks like a blob's reference"));
        }
        if event.payload.len() > INLINE_BYTES
            && let Some((split, contents)) = divide(&event.payload)
        {
            for content in contents {
                put(pool, content).await?;
            }
            event.payload = split;
        }
        if event.payload.len() > INLINE_BYTES {
            put(pool, &event.payload).await?;
            event.payload = encode(&Reference { blob: Address::of(&event.payload) })?;
        }
    }
    Ok(())
}

/// The payload without its large fields, and the text of these; none when it has none.
fn divide(payload: &str) -> Option<(String, Vec<&str>)> {
    let event: BTreeMap<String, BTreeMap<String, &RawValue>> =
        serde_json::from_str(payload).ok()?;
    let fields = event.into_values().flat_map(BTreeMap::into_values).map(RawValue::get);
    // Borrowed from the payload, so that an address tells the place.
    let place = |field: &str| field.as_ptr().addr() - payload.as_ptr().addr();
    let mut large: Vec<(usize, &str)> = fields
        .filter(|field| field.len() > FIELD_BYTES)
        .map(|field| (place(field), field))
        .collect();
    large.sort_unstable_by_key(|(place, _)| *place);
    if large.is_empty() {
        return None;
    }
    let (mut rest, mut parts, mut end) = (String::new(), Vec::new(), 0);
    for (place, field) in &large {
        rest.push_str(&payload[end..*place]);
        parts.push(Part { at: rest.len(), address: Address::of(field) });
        rest.push_str(GAP);
        end = place + field.len();
    }
    rest.push_str(&payload[end..]);
    let split = encode(&Split { parts, rest: serde_json::from_str(&rest).ok()? }).ok()?;
    Some((split, large.into_iter().map(|(_, field)| field).collect()))
}

async fn put(pool: &PgPool, content: &str) -> Result<(), Error> {
    let hash = Sha256::digest(content.as_bytes());
    sqlx::query!(
        "insert into blobs (sha256, size, content) values ($1, $2, $3) on conflict (sha256) do nothing",
        hash.as_slice(),
        i32::try_from(content.len()).unwrap_or(i32::MAX),
        content,
    )
    .execute(pool)
    .await
    .map_err(while_doing("storing a blob"))?;
    Ok(())
}

fn encode<T: Serialize>(value: &T) -> Result<String, Error> {
    serde_json::to_string(value).map_err(|source| Error::Encode(source.into()))
}

impl Address {
    fn of(content: &str) -> Self {
        Self { sha256: hex(&Sha256::digest(content.as_bytes())), size: content.len() }
    }
}

/// The size of the text that the payload stands for, but for the rest of one that is divided twice.
pub(super) fn full_size(payload: &str) -> usize {
    addresses(payload).map(|address| address.size).sum::<usize>().max(payload.len())
}

/// Puts the contents back where references stand.
pub(super) async fn resolve(pool: &PgPool, events: &mut [Recorded]) -> Result<(), Error> {
    // An event without its large fields can be large itself: then its reference leads to more.
    loop {
        let wanted: Vec<Vec<u8>> = events
            .iter()
            .flat_map(|event| addresses(&event.payload))
            .map(|address| unhex(&address.sha256))
            .collect();
        if wanted.is_empty() {
            return Ok(());
        }
        let found = fetch(pool, &wanted).await?;
        for event in events.iter_mut().filter(|event| is_reference(&event.payload)) {
            event.payload = whole(&event.payload, &found).map_err(|lack| {
                Error::Damaged(format!(
                    "event {} of {} {}: {lack}",
                    event.sequence, event.aggregate_type, event.aggregate_id
                ))
            })?;
        }
    }
}

/// The blobs that a stored payload names, by their hashes in hexadecimal.
pub fn blobs_of(payload: &str) -> Vec<String> {
    addresses(payload).map(|address| address.sha256).collect()
}

/// A stored payload with the contents put back, from blobs by their hashes; or what is amiss with it.
pub fn whole_of<S: BuildHasher>(
    mut payload: String,
    found: &HashMap<Vec<u8>, String, S>,
) -> Result<String, String> {
    while is_reference(&payload) {
        payload = whole(&payload, found)?;
    }
    Ok(payload)
}

async fn fetch(pool: &PgPool, wanted: &[Vec<u8>]) -> Result<HashMap<Vec<u8>, String>, Error> {
    let rows = sqlx::query!("select sha256, content from blobs where sha256 = any($1)", wanted)
        .fetch_all(pool)
        .await
        .map_err(while_doing("reading blobs"))?;
    Ok(rows.into_iter().map(|row| (row.sha256, row.content)).collect())
}

/// The text that a reference stands for, or what is amiss with it.
fn whole<S: BuildHasher>(
    payload: &str,
    found: &HashMap<Vec<u8>, String, S>,
) -> Result<String, String> {
    let content = |address: &Address| {
        let gone = || format!("its blob {} is gone", address.sha256);
        found.get(&unhex(&address.sha256)).map(String::as_str).ok_or_else(gone)
    };
    let unread = |error: serde_json::Error| format!("its reference is damaged: {error}");
    if payload.starts_with(BLOB_MARK) {
        let reference: Reference = serde_json::from_str(payload).map_err(unread)?;
        return content(&reference.blob).map(str::to_owned);
    }
    let Split { parts, rest } = serde_json::from_str(payload).map_err(unread)?;
    let rest = rest.get();
    let size = parts.iter().map(|part| part.address.size).sum::<usize>();
    let (mut text, mut end) = (String::with_capacity(rest.len() + size), 0);
    for part in &parts {
        let is_gap = rest.get(part.at..).is_some_and(|tail| tail.starts_with(GAP));
        let before = rest.get(end..part.at).filter(|_| is_gap);
        text.push_str(before.ok_or("its parts are damaged")?);
        text.push_str(content(&part.address)?);
        end = part.at + GAP.len();
    }
    text.push_str(&rest[end..]);
    Ok(text)
}

fn is_reference(payload: &str) -> bool {
    payload.starts_with(BLOB_MARK) || payload.starts_with(SPLIT_MARK)
}

/// The blobs that a stored payload names; none when it holds everything itself.
fn addresses(payload: &str) -> impl Iterator<Item = Address> {
    let mut addresses = Vec::new();
    if payload.starts_with(BLOB_MARK) {
        addresses.extend(serde_json::from_str::<Reference>(payload).map(|found| found.blob));
    } else if payload.starts_with(SPLIT_MARK)
        && let Ok(split) = serde_json::from_str::<Split<'_>>(payload)
    {
        addresses.extend(split.parts.into_iter().map(|part| part.address));
    }
    addresses.into_iter()
}

/// The bytes of a hash's text; of anything else, bytes that no hash has.
fn unhex(text: &str) -> Vec<u8> {
    text.as_bytes()
        .chunks(2)
        .filter_map(|pair| std::str::from_utf8(pair).ok())
        .filter_map(|pair| u8::from_str_radix(pair, 16).ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stored(contents: &[&str]) -> HashMap<Vec<u8>, String> {
        let of = |content: &str| (Sha256::digest(content.as_bytes()).to_vec(), content.to_owned());
        contents.iter().map(|content| of(content)).collect()
    }

    #[test]
    fn a_reference_tells_the_size_of_what_it_stands_for() {
        let blob = Address { sha256: hex(&[7; 32]), size: 40_000 };
        let text = encode(&Reference { blob }).expect("it is JSON");
        assert!(is_reference(&text));
        assert_eq!(full_size(&text), 40_000);
        assert_eq!(full_size(r#"{"succeeded":{}}"#), 16);
    }

    #[test]
    fn large_fields_leave_an_event_and_come_back() {
        let (large, larger) = ("x".repeat(FIELD_BYTES), "ü\\n".repeat(FIELD_BYTES));
        let payload = format!(
            r#"{{"started":{{"at":1,"carried":{{"a":"{large}"}},"input":"{larger}","runId":"r"}}}}"#
        );
        let (split, contents) = divide(&payload).expect("it has large fields");
        assert!(split.len() < 400, "{split}");
        assert_eq!(contents.len(), 2);
        assert!(full_size(&split) > payload.len() - 60);
        let back = whole(&split, &stored(&contents)).expect("both are there");
        assert_eq!(back, payload);
        assert!(serde_json::from_str::<serde_json::Value>(&split).is_ok());
        assert!(whole(&split, &stored(&contents[..1])).expect_err("one is gone").contains("gone"));
    }

    #[test]
    fn the_same_field_of_two_events_is_one_blob() {
        let large = "x".repeat(FIELD_BYTES);
        let of = |at: u8| format!(r#"{{"started":{{"at":{at},"carried":"{large}"}}}}"#);
        let (one, other) = (of(1), of(2));
        let (of_one, of_other) = (divide(&one).expect("large"), divide(&other).expect("large"));
        assert_ne!(of_one.0, of_other.0);
        assert_eq!(of_one.1, of_other.1);
    }

    #[test]
    fn what_has_no_large_field_is_not_divided() {
        let small = "x".repeat(FIELD_BYTES / 2);
        assert!(divide(&format!(r#"{{"e":{{"a":"{small}","b":"{small}"}}}}"#)).is_none());
        assert!(divide("[1]").is_none());
        assert!(divide(r#"{"e":1}"#).is_none());
    }

    #[test]
    fn an_author_cannot_write_a_reference() {
        // A value of this shape stands below the event's name, and is only a value there.
        let payload = r#"{"e":{"$blob":{"sha256":"00","size":9}}}"#;
        assert!(!is_reference(payload));
        assert_eq!(addresses(payload).count(), 0);
    }

    #[test]
    fn a_hash_reads_back_as_the_same_bytes() {
        let hash = Sha256::digest(b"x");
        assert_eq!(unhex(&hex(&hash)), hash.to_vec());
    }
}
