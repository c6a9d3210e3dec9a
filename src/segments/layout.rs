//! How the parts of a segment follow each other. All numbers are little-endian.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The SHA-256 of a segment's bytes: its name.
pub type Digest = [u8; 32];

/// What a segment begins with. The end of a line in it shows who passed it through a text filter.
pub(super) const MAGIC: [u8; 8] = *b"CKSEG1\r\n";
/// What a segment ends with.
pub(super) const END: [u8; 8] = *b"CKSEGEND";
/// The bytes behind the index: its offset, its length, its hash, the end.
pub(super) const TAIL: usize = 8 + 4 + 32 + END.len();
/// The version of this layout.
pub(super) const FORMAT: u32 = 1;
/// A frame is closed when it has so many bytes.
pub(super) const FRAME: usize = 1024 * 1024;
/// No frame and no index has more before it was compressed: who opens a file believes no number in it beyond this.
pub(super) const MOST: usize = 64 * 1024 * 1024;
/// How hard zstd tries. Part of the layout as far as the same rows are to make the same file.
pub(super) const EFFORT: i32 = 9;

/// Whose events these are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Header {
    /// The version of the layout.
    pub format: u32,
    /// The month in which the runs began, as `2026_01`.
    pub month: String,
    /// The organization.
    pub organization: String,
    /// Which of the organization's segments of this month, from 1.
    pub part: u32,
}

impl Header {
    /// That of a segment which is written today.
    pub fn new(month: impl Into<String>, organization: impl Into<String>, part: u32) -> Self {
        Self { format: FORMAT, month: month.into(), organization: organization.into(), part }
    }
}

/// Where everything is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Index {
    /// How many events there are.
    pub(super) events: u64,
    /// In the order of positions.
    pub(super) frames: Vec<Frame>,
    /// By the run.
    pub(super) runs: BTreeMap<String, Place>,
}

/// Some rows side by side.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Frame {
    /// Where it begins in the file.
    pub(super) offset: u64,
    /// Its bytes in the file.
    pub(super) length: u32,
    /// Its bytes before it was compressed.
    pub(super) plain: u32,
    /// The SHA-256 of its bytes in the file, in hexadecimal.
    pub(super) sha256: String,
    /// The position of its first row.
    pub(super) first: i64,
    /// That of its last.
    pub(super) last: i64,
}

/// Where a run is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Place {
    /// Its last sequence.
    pub(super) last: i64,
    /// The frames that have some of it, in order.
    pub(super) frames: Vec<usize>,
}
