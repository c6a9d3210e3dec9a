//! Reads a segment. No number in it is believed before the hash around it is: who changed a byte is told where.

use std::fs::File;
use std::io::{ErrorKind, Read as _};
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use super::Fault;
use super::error::failed;
use super::layout::{Digest, END, FORMAT, Frame, Header, Index, MAGIC, MOST, Place, TAIL};
use super::row::Row;
use crate::primitives::hex;

/// The longest header.
const HEADER: usize = 4 * 1024;

/// A segment that is open. Several threads may read it.
#[derive(Debug)]
pub struct Segment {
    path: PathBuf,
    file: File,
    header: Header,
    index: Index,
}

impl Segment {
    /// Opens the file: header and index are read and checked, the frames when they are asked for.
    pub(super) fn open(path: &Path) -> Result<Self, Fault> {
        let file = File::open(path).map_err(failed("opening", path))?;
        let size = file.metadata().map_err(failed("looking at", path))?.len();
        let at = |offset, count| bytes_at(&file, path, offset, count);
        let bad = |what: &str| Fault::Damaged { path: path.to_owned(), what: what.to_owned() };
        let begin = MAGIC.len() + 4;
        if size < (begin + TAIL) as u64 {
            return Err(bad("it is too short"));
        }
        let head = at(0, begin)?;
        if head[..MAGIC.len()] != MAGIC {
            return Err(bad("it does not begin as a segment does"));
        }
        let length = number(&head[MAGIC.len()..]).filter(|length| *length <= HEADER);
        let header = at(begin as u64, length.ok_or_else(|| bad("its header is too long"))?)?;
        let header: Header =
            serde_json::from_slice(&header).map_err(|_| bad("its header cannot be read"))?;
        if header.format != FORMAT {
            return Err(bad(&format!(
                "it has the format {}: a newer program reads it",
                header.format
            )));
        }
        let tail = at(size - TAIL as u64, TAIL)?;
        if tail[TAIL - END.len()..] != END {
            return Err(bad("it does not end as a segment does: it was cut off"));
        }
        let offset = u64::from_le_bytes(tail[..8].try_into().unwrap_or_default());
        let length = number(&tail[8..12]).unwrap_or(usize::MAX);
        if length > MOST || offset.checked_add(length as u64) != Some(size - TAIL as u64) {
            return Err(bad("its index is not where it says"));
        }
        let index = at(offset, length)?;
        if tail[12..44] != *Sha256::digest(&index) {
            return Err(bad("its index is another one"));
        }
        let index = zstd::bulk::decompress(&index, MOST).map_err(failed("unpacking", path))?;
        let index = serde_json::from_slice(&index).map_err(|_| bad("its index cannot be read"))?;
        Ok(Self { path: path.to_owned(), file, header, index })
    }

    /// Whose events it has.
    pub const fn header(&self) -> &Header {
        &self.header
    }

    /// How many events it has.
    pub const fn events(&self) -> u64 {
        self.index.events
    }

    /// How many frames it has.
    pub fn frames(&self) -> usize {
        self.index.frames.len()
    }

    /// The runs that it has, in the order of their ids.
    pub fn runs(&self) -> impl Iterator<Item = &str> {
        self.index.runs.keys().map(String::as_str)
    }

    /// The last sequence of a run, where it is in here.
    pub fn last_of(&self, run: &str) -> Option<i64> {
        self.place(run).map(|place| place.last)
    }

    /// The frames that have events of a run, in order.
    pub fn frames_of(&self, run: &str) -> &[usize] {
        self.place(run).map_or(&[], |place| &place.frames)
    }

    /// The frame that has a position, if one can have it.
    pub fn frame_at(&self, position: i64) -> Option<usize> {
        let number = self.index.frames.partition_point(|frame| frame.last < position);
        self.index.frames.get(number).filter(|frame| frame.first <= position).map(|_| number)
    }

    /// The rows of a frame, in the order of positions.
    pub fn rows(&self, number: usize) -> Result<Vec<Row>, Fault> {
        let bad = |what: &str| self.damaged(format!("frame {number} {what}"));
        let frame = self.index.frames.get(number).ok_or_else(|| bad("is not there"))?;
        let Frame { offset, length, plain, sha256, first, last } = frame;
        let (length, plain) = (*length as usize, *plain as usize);
        if length > MOST || plain > MOST {
            return Err(bad("is too long"));
        }
        let packed = bytes_at(&self.file, &self.path, *offset, length)?;
        if hex(&Sha256::digest(&packed)) != *sha256 {
            return Err(bad(&format!(
                "is another one (bytes {offset} to {})",
                offset + length as u64
            )));
        }
        let bytes =
            zstd::bulk::decompress(&packed, plain).map_err(failed("unpacking", &self.path))?;
        let (mut rest, mut rows) = (bytes.as_slice(), Vec::new());
        while !rest.is_empty() {
            rows.push(Row::read(&mut rest).ok_or_else(|| bad("ends within a row"))?);
        }
        let ends = |row: Option<&Row>| row.map(|row| row.position);
        if ends(rows.first()) != Some(*first) || ends(rows.last()) != Some(*last) {
            return Err(bad("has other positions than the index says"));
        }
        Ok(rows)
    }

    /// Reads every byte, and refuses a file that is not the one of this name.
    pub fn must_be(&self, digest: &Digest) -> Result<(), Fault> {
        let (mut hash, mut buffer) = (Sha256::new(), vec![0; 1024 * 1024]);
        let mut file = File::open(&self.path).map_err(failed("opening", &self.path))?;
        loop {
            let count = match file.read(&mut buffer) {
                Ok(0) => break,
                Ok(count) => count,
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(error) => return Err(failed("reading", &self.path)(error)),
            };
            hash.update(&buffer[..count]);
        }
        let found: Digest = hash.finalize().into();
        if found == *digest {
            Ok(())
        } else {
            Err(self.damaged(format!("its SHA-256 is {}", hex(&found))))
        }
    }

    fn place(&self, run: &str) -> Option<&Place> {
        self.index.runs.get(run)
    }

    fn damaged(&self, what: String) -> Fault {
        Fault::Damaged { path: self.path.clone(), what }
    }
}

fn bytes_at(file: &File, path: &Path, offset: u64, count: usize) -> Result<Vec<u8>, Fault> {
    let mut bytes = vec![0; count];
    match file.read_exact_at(&mut bytes, offset) {
        Ok(()) => Ok(bytes),
        Err(error) if error.kind() == ErrorKind::UnexpectedEof => {
            Err(Fault::Damaged { path: path.to_owned(), what: "it was cut off".to_owned() })
        }
        Err(error) => Err(failed("reading", path)(error)),
    }
}

fn number(bytes: &[u8]) -> Option<usize> {
    usize::try_from(u32::from_le_bytes(bytes.try_into().ok()?)).ok()
}
