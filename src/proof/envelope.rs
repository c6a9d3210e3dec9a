//! What a leaf holds: the frame of one event, written in the one way of RFC 8785.

use std::io::Write as _;

use super::hash::{Hash, leaf_of};

/// The frame of an event. Payload and metadata are in it by their hashes, so that the frame shows
/// nothing of what an organization keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Envelope<'a> {
    /// Its number in the whole ledger, from 1; the leaf's index is one less.
    pub position: i64,
    /// Whose it is.
    pub organization: &'a str,
    /// The kind of its aggregate.
    pub aggregate_type: &'a str,
    /// The aggregate's id.
    pub aggregate_id: &'a str,
    /// Its number in its stream, from 1.
    pub sequence: i64,
    /// The event's name.
    pub event_type: &'a str,
    /// The version of its shape.
    pub version: &'a str,
    /// When it was written: microseconds since 1970 in UTC.
    pub recorded_at: i64,
    /// SHA-256 of the stored text of the payload.
    pub payload: &'a Hash,
    /// SHA-256 of the stored text of the metadata.
    pub metadata: &'a Hash,
}

impl Envelope<'_> {
    /// Writes it behind what is there: keys in order, no spaces, numbers as integers.
    pub fn write(&self, into: &mut Vec<u8>) {
        text(into, b"{\"aggregateId\":", self.aggregate_id);
        text(into, b",\"aggregateType\":", self.aggregate_type);
        text(into, b",\"eventType\":", self.event_type);
        hash(into, b",\"metadataSha256\":\"", self.metadata);
        text(into, b"\",\"organization\":", self.organization);
        hash(into, b",\"payloadSha256\":\"", self.payload);
        number(into, b"\",\"position\":", self.position);
        number(into, b",\"recordedAt\":", self.recorded_at);
        number(into, b",\"sequence\":", self.sequence);
        text(into, b",\"version\":", self.version);
        into.push(b'}');
    }

    /// The hash of its leaf. `buffer` is what it is written in, and is emptied first.
    pub fn leaf(&self, buffer: &mut Vec<u8>) -> Hash {
        buffer.clear();
        self.write(buffer);
        leaf_of(buffer)
    }
}

/// A text as RFC 8785 has it, which is how JavaScript writes one.
fn text(into: &mut Vec<u8>, key: &[u8], value: &str) {
    into.extend_from_slice(key);
    let is_plain = |byte: u8| byte >= 0x20 && byte != b'"' && byte != b'\\';
    if value.bytes().all(is_plain) {
        into.push(b'"');
        into.extend_from_slice(value.as_bytes());
        into.push(b'"');
        return;
    }
    // serde_json escapes what must be, in the same forms, and nothing else.
    serde_json::to_writer(into, value).expect("writing to memory does not fail");
}

fn number(into: &mut Vec<u8>, key: &[u8], value: i64) {
    into.extend_from_slice(key);
    write!(into, "{value}").expect("writing to memory does not fail");
}

fn hash(into: &mut Vec<u8>, key: &[u8], value: &Hash) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    into.extend_from_slice(key);
    for byte in value {
        into.extend([DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]]);
    }
}
