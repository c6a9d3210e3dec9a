//! Writes a segment beside its place, makes it durable, and moves it there.

use std::fs::{self, File};
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use super::Fault;
use super::error::failed;
use super::layout::{Digest, EFFORT, END, FRAME, Frame, Header, Index, MAGIC, MOST};
use super::row::Row;
use super::shelf::{place_of, sync};
use crate::primitives::hex;

/// A segment that is being written.
#[derive(Debug)]
pub struct Writer {
    shelf: PathBuf,
    beside: PathBuf,
    file: BufWriter<File>,
    hash: Sha256,
    offset: u64,
    index: Index,
    block: Vec<u8>,
    /// The positions of the first and the last row of the block.
    span: Option<(i64, i64)>,
    last: i64,
}

/// A segment that is in its place, durably.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// Its name.
    pub digest: Digest,
    /// How many bytes it has.
    pub bytes: u64,
    /// How many events.
    pub events: u64,
    /// The position of its first event.
    pub first_position: i64,
    /// That of its last.
    pub last_position: i64,
    /// Its runs, with the last sequence of each, in the order of their ids.
    pub runs: Vec<(String, i64)>,
}

impl Writer {
    /// Begins one. `beside` is a file that nobody else writes.
    pub(super) fn begin(shelf: &Path, beside: PathBuf, header: &Header) -> Result<Self, Fault> {
        let file = File::create(&beside).map_err(failed("making", &beside))?;
        let mut writer = Self {
            shelf: shelf.to_owned(),
            beside,
            file: BufWriter::with_capacity(FRAME, file),
            hash: Sha256::new(),
            offset: 0,
            index: Index::default(),
            block: Vec::with_capacity(FRAME),
            span: None,
            last: 0,
        };
        let header = serde_json::to_vec(header).map_err(|error| Fault::Unfit(error.to_string()))?;
        let length = u32::try_from(header.len())
            .map_err(|_| Fault::Unfit("its header is too long".to_owned()))?;
        writer.put(&MAGIC)?;
        writer.put(&length.to_le_bytes())?;
        writer.put(&header)?;
        Ok(writer)
    }

    /// Adds an event. They come in the order of positions, and each run from its first event on without a hole.
    pub fn push(&mut self, row: &Row) -> Result<(), Fault> {
        let Row { position, sequence, aggregate_id, .. } = row;
        if *position <= self.last {
            return Err(Fault::Unfit(format!("position {position} comes behind {}", self.last)));
        }
        if self.span.is_some() && self.block.len() + row.size() > FRAME {
            self.close_frame()?;
        }
        let frame = self.index.frames.len();
        let place = self.index.runs.entry(aggregate_id.clone()).or_default();
        if *sequence != place.last + 1 {
            let before = place.last;
            return Err(Fault::Unfit(format!(
                "event {sequence} of run {aggregate_id} follows upon event {before}"
            )));
        }
        place.last = *sequence;
        if place.frames.last() != Some(&frame) {
            place.frames.push(frame);
        }
        row.write(&mut self.block);
        self.span = Some((self.span.map_or(*position, |(first, _)| first), *position));
        self.last = *position;
        self.index.events += 1;
        Ok(())
    }

    /// Ends it, makes it durable, and moves it to its place; what stood there was the same.
    pub fn finish(mut self) -> Result<Written, Fault> {
        self.close_frame()?;
        let (Some(first), Some(last)) = (self.index.frames.first(), self.index.frames.last())
        else {
            return Err(Fault::Unfit("it has no event".to_owned()));
        };
        let (first_position, last_position) = (first.first, last.last);
        let index = serde_json::to_vec(&self.index);
        let index = index.map_err(|error| Fault::Unfit(error.to_string()))?;
        if index.len() > MOST {
            return Err(Fault::Unfit("its index is too long: fewer runs a part".to_owned()));
        }
        let index = self.compressed(&index)?;
        let (offset, length) = (self.offset, Self::length_of(&index)?);
        self.put(&index)?;
        self.put(&offset.to_le_bytes())?;
        self.put(&length.to_le_bytes())?;
        self.put(&Sha256::digest(&index))?;
        self.put(&END)?;
        let digest: Digest = self.hash.clone().finalize().into();
        self.settle(&digest)?;
        Ok(Written {
            digest,
            bytes: self.offset,
            events: self.index.events,
            first_position,
            last_position,
            runs: self.index.runs.into_iter().map(|(run, place)| (run, place.last)).collect(),
        })
    }

    /// Makes the file durable, and gives it its name.
    fn settle(&mut self, digest: &Digest) -> Result<(), Fault> {
        let written = self.file.flush().and_then(|()| self.file.get_ref().sync_all());
        written.map_err(failed("writing", &self.beside))?;
        let mut rights = self
            .file
            .get_ref()
            .metadata()
            .map_err(failed("looking at", &self.beside))?
            .permissions();
        rights.set_readonly(true);
        fs::set_permissions(&self.beside, rights).map_err(failed("protecting", &self.beside))?;
        let place = place_of(&self.shelf, digest);
        let directory = place.parent().unwrap_or(&self.shelf);
        fs::create_dir_all(directory).map_err(failed("making", directory))?;
        fs::rename(&self.beside, &place).map_err(failed("moving", &place))?;
        sync(directory)?;
        sync(&self.shelf)
    }

    fn close_frame(&mut self) -> Result<(), Fault> {
        let Some((first, last)) = self.span.take() else { return Ok(()) };
        let block = std::mem::take(&mut self.block);
        let packed = self.compressed(&block)?;
        let (length, plain) = (Self::length_of(&packed)?, Self::length_of(&block)?);
        let sha256 = hex(&Sha256::digest(&packed));
        let offset = self.offset;
        self.put(&packed)?;
        self.index.frames.push(Frame { offset, length, plain, sha256, first, last });
        self.block = block;
        self.block.clear();
        Ok(())
    }

    fn compressed(&self, bytes: &[u8]) -> Result<Vec<u8>, Fault> {
        zstd::bulk::compress(bytes, EFFORT).map_err(failed("compressing for", &self.beside))
    }

    fn length_of(bytes: &[u8]) -> Result<u32, Fault> {
        let fits = u32::try_from(bytes.len()).ok().filter(|_| bytes.len() <= MOST);
        fits.ok_or_else(|| Fault::Unfit(format!("{} bytes are too many", bytes.len())))
    }

    fn put(&mut self, bytes: &[u8]) -> Result<(), Fault> {
        self.file.write_all(bytes).map_err(failed("writing", &self.beside))?;
        self.hash.update(bytes);
        self.offset += bytes.len() as u64;
        Ok(())
    }
}
