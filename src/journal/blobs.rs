//! Payloads that are too large for a row. They are stored by the hash of their text *before* the
//! event that names them; the event then holds `{"$blob":{"sha256":…,"size":…}}`.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use sqlx::PgPool;

use super::Error;
use super::error::while_doing;
use super::event::{NewEvent, Recorded};

/// Larger payloads leave the row: beyond it, reading and copying rows slows everybody down.
pub const INLINE_BYTES: usize = 32 * 1024;
/// The largest payload that can be recorded at all.
pub const PAYLOAD_BYTES: usize = 4 * 1024 * 1024;
/// What a stored reference begins with. No event does: its first key is its name.
const MARK: &str = r#"{"$blob":"#;

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

/// Stores the large payloads among `events` and puts their references in place.
pub(super) async fn put_large(pool: &PgPool, events: &mut [NewEvent]) -> Result<(), Error> {
    for event in events {
        if event.payload.len() > PAYLOAD_BYTES {
            return Err(Error::Unacceptable("an event's payload is over 4 MiB"));
        }
        if event.payload.starts_with(MARK) {
            return Err(Error::Unacceptable("an event's payload looks like a blob's reference"));
        }
        if event.payload.len() > INLINE_BYTES {
            event.payload = put(pool, &event.payload).await?;
        }
    }
    Ok(())
}

async fn put(pool: &PgPool, content: &str) -> Result<String, Error> {
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
    let blob = Address { sha256: hex(&hash), size: content.len() };
    serde_json::to_string(&Reference { blob }).map_err(|source| Error::Encode(source.into()))
}

/// The size of the text that the payload stands for.
pub(super) fn full_size(payload: &str) -> usize {
    reference(payload).map_or(payload.len(), |blob| blob.size)
}

/// Puts the contents back where references stand.
pub(super) async fn resolve(pool: &PgPool, events: &mut [Recorded]) -> Result<(), Error> {
    let wanted: Vec<Vec<u8>> = events
        .iter()
        .filter_map(|event| reference(&event.payload))
        .map(|blob| unhex(&blob.sha256))
        .collect();
    if wanted.is_empty() {
        return Ok(());
    }
    let found: HashMap<Vec<u8>, String> =
        sqlx::query!("select sha256, content from blobs where sha256 = any($1)", &wanted)
            .fetch_all(pool)
            .await
            .map_err(while_doing("reading blobs"))?
            .into_iter()
            .map(|row| (row.sha256, row.content))
            .collect();
    for event in events {
        let Some(blob) = reference(&event.payload) else { continue };
        let Some(content) = found.get(&unhex(&blob.sha256)) else {
            return Err(Error::Damaged(format!(
                "the blob {} of event {} of {} {} is gone",
                blob.sha256, event.sequence, event.aggregate_type, event.aggregate_id
            )));
        };
        event.payload.clone_from(content);
    }
    Ok(())
}

fn reference(payload: &str) -> Option<Address> {
    if !payload.starts_with(MARK) {
        return None;
    }
    serde_json::from_str::<Reference>(payload).ok().map(|reference| reference.blob)
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        write!(text, "{byte:02x}").expect("a String takes every character");
        text
    })
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

    #[test]
    fn a_reference_tells_the_size_of_what_it_stands_for() {
        let blob = Address { sha256: hex(&[7; 32]), size: 40_000 };
        let text = serde_json::to_string(&Reference { blob }).expect("it is JSON");
        assert!(text.starts_with(MARK));
        assert_eq!(full_size(&text), 40_000);
        assert_eq!(full_size(r#"{"succeeded":{}}"#), 16);
    }

    #[test]
    fn a_hash_reads_back_as_the_same_bytes() {
        let hash = Sha256::digest(b"x");
        assert_eq!(unhex(&hex(&hash)), hash.to_vec());
    }
}
