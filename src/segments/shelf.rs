//! The directory of segments: `ab/ab12….ckseg` by the hash of the bytes, and what is being written in `new`.

use std::collections::{HashMap, VecDeque};
use std::fs::{self, File};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::Fault;
use super::error::failed;
use super::file::Segment;
use super::layout::{Digest, Header};
use super::row::Row;
use super::writer::Writer;
use crate::primitives::hex;

/// Frames that are kept unpacked, some megabyte each.
const FRAMES: usize = 64;
/// Segments that are kept open, each with its index; beyond it all are let go.
const OPEN: usize = 128;

/// A frame of a segment.
type Key = (Digest, usize);

/// The segments that this process sees. Cheap to clone. What it does waits for the disk: call it from a thread
/// that may.
#[derive(Debug, Clone)]
pub struct Shelf(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    directory: PathBuf,
    held: Mutex<Held>,
}

#[derive(Debug, Default)]
struct Held {
    open: HashMap<Digest, Arc<Segment>>,
    /// The one that was asked for last is at the end.
    frames: VecDeque<(Key, Arc<Vec<Row>>)>,
}

impl Shelf {
    /// The shelf in this directory, which need not be there yet.
    pub fn new(directory: PathBuf) -> Self {
        Self(Arc::new(Inner { directory, held: Mutex::default() }))
    }

    /// Where it is.
    pub fn directory(&self) -> &Path {
        &self.0.directory
    }

    /// Where a segment stands, or would.
    pub fn place_of(&self, digest: &Digest) -> PathBuf {
        place_of(&self.0.directory, digest)
    }

    /// A segment; [`Fault::Away`] where this process does not see it.
    pub fn open(&self, digest: &Digest) -> Result<Arc<Segment>, Fault> {
        let held = self.held().open.get(digest).map(Arc::clone);
        if let Some(segment) = held {
            return Ok(segment);
        }
        let segment = match Segment::open(&self.place_of(digest)) {
            Err(Fault::Io { source, .. }) if source.kind() == ErrorKind::NotFound => {
                let place = self.0.directory.clone();
                return Err(Fault::Away { digest: hex(digest), shelf: place });
            }
            opened => Arc::new(opened?),
        };
        let mut held = self.held();
        if held.open.len() >= OPEN {
            held.open.clear();
        }
        held.open.insert(*digest, Arc::clone(&segment));
        drop(held);
        Ok(segment)
    }

    /// The rows of a frame, unpacked once while it is asked for.
    pub fn rows(&self, digest: &Digest, frame: usize) -> Result<Arc<Vec<Row>>, Fault> {
        let key = (*digest, frame);
        let held = self.held().touch(&key);
        if let Some(rows) = held {
            return Ok(rows);
        }
        let rows = Arc::new(self.open(digest)?.rows(frame)?);
        self.held().keep(key, &rows);
        Ok(rows)
    }

    /// The events of a run after a sequence, at most `limit`.
    pub fn run(
        &self,
        digest: &Digest,
        run: &str,
        after: i64,
        limit: usize,
    ) -> Result<Vec<Row>, Fault> {
        let segment = self.open(digest)?;
        let mut found = Vec::new();
        for frame in segment.frames_of(run) {
            let rows = self.rows(digest, *frame)?;
            let wanted = rows.iter().filter(|row| row.aggregate_id == run && row.sequence > after);
            found.extend(wanted.take(limit - found.len()).cloned());
            if found.len() >= limit {
                break;
            }
        }
        Ok(found)
    }

    /// The event at a position; nothing where the segment has none there.
    pub fn at(&self, digest: &Digest, position: i64) -> Result<Option<Row>, Fault> {
        let Some(frame) = self.open(digest)?.frame_at(position) else { return Ok(None) };
        let rows = self.rows(digest, frame)?;
        let found = rows.binary_search_by_key(&position, |row| row.position);
        Ok(found.ok().and_then(|at| rows.get(at)).cloned())
    }

    /// Begins to write a segment. `name` is one that nobody else uses meanwhile.
    pub fn begin(&self, header: &Header, name: &str) -> Result<Writer, Fault> {
        let directory = self.new_ones();
        fs::create_dir_all(&directory).map_err(failed("making", &directory))?;
        Writer::begin(&self.0.directory, directory.join(format!("{name}.part")), header)
    }

    /// Removes what somebody began to write and did not end. Only who alone writes may.
    pub fn sweep(&self) -> Result<(), Fault> {
        let directory = self.new_ones();
        match fs::remove_dir_all(&directory) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                Err(failed("removing", &directory)(error))
            }
            Ok(()) | Err(_) => Ok(()),
        }
    }

    /// Removes a segment, durably; one that is not there is removed already.
    pub fn remove(&self, digest: &Digest) -> Result<(), Fault> {
        {
            let mut held = self.held();
            held.open.remove(digest);
            held.frames.retain(|((of, _), _)| of != digest);
        }
        let place = self.place_of(digest);
        match fs::remove_file(&place) {
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
            Err(error) => Err(failed("removing", &place)(error)),
            Ok(()) => place.parent().map_or(Ok(()), sync),
        }
    }

    fn new_ones(&self) -> PathBuf {
        self.0.directory.join("new")
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        // Nothing panics while it is held.
        self.0.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Held {
    fn touch(&mut self, key: &Key) -> Option<Arc<Vec<Row>>> {
        let at = self.frames.iter().position(|(held, _)| held == key)?;
        let frame = self.frames.remove(at)?;
        let rows = Arc::clone(&frame.1);
        self.frames.push_back(frame);
        Some(rows)
    }

    fn keep(&mut self, key: Key, rows: &Arc<Vec<Row>>) {
        if self.frames.len() >= FRAMES {
            self.frames.pop_front();
        }
        self.frames.push_back((key, Arc::clone(rows)));
    }
}

pub(super) fn place_of(directory: &Path, digest: &Digest) -> PathBuf {
    let name = hex(digest);
    directory.join(&name[..2]).join(format!("{name}.ckseg"))
}

/// Makes what was put into a directory durable.
pub(super) fn sync(directory: &Path) -> Result<(), Fault> {
    let synced = File::open(directory).and_then(|it| it.sync_all());
    synced.map_err(failed("making durable", directory))
}
