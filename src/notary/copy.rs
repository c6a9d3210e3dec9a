//! The copy outside of the database: what was signed, as static files that anybody may serve.
//!
//! `checkpoint`, `key`, and `tile/<level>/<number>[.p/<width>]`, as C2SP tlog-tiles lays them out. A file is
//! written beside its place, made durable, and moved there: it is whole or not there.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use super::Error;
use crate::proof::{HASH_BYTES, TileId};

/// The files that are no tiles.
const CHECKPOINT: &str = "checkpoint";
const KEY: &str = "key";
const LOCK: &str = "lock";

/// A directory with a copy of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutsideCopy {
    place: PathBuf,
}

impl OutsideCopy {
    /// The copy in this directory.
    pub const fn new(place: PathBuf) -> Self {
        Self { place }
    }

    /// Where it is.
    pub fn place(&self) -> &Path {
        &self.place
    }

    /// The file of the checkpoint.
    pub fn checkpoint_file(&self) -> PathBuf {
        self.place.join(CHECKPOINT)
    }

    /// The last checkpoint that was kept.
    pub fn checkpoint(&self) -> Result<Option<String>, Error> {
        self.text(CHECKPOINT)
    }

    /// The key that signed it.
    pub fn key(&self) -> Result<Option<String>, Error> {
        self.text(KEY)
    }

    /// Keeps the key, where none is kept.
    pub(super) fn keep_key(&self, key: &str) -> Result<(), Error> {
        let path = self.place.join(KEY);
        if self.key()?.is_none() { replace(&path, format!("{key}\n").as_bytes()) } else { Ok(()) }
    }

    /// The bytes of a tile: those of this width, or the beginning of one that has grown since.
    pub fn tile(&self, tile: TileId) -> Result<Option<Vec<u8>>, Error> {
        let wanted = usize::from(tile.width) * HASH_BYTES;
        for kept in [tile, TileId { width: 256, ..tile }] {
            if let Some(mut bytes) = read(&self.place.join(kept.to_string()))?
                && bytes.len() >= wanted
            {
                bytes.truncate(wanted);
                return Ok(Some(bytes));
            }
        }
        Ok(None)
    }

    /// Keeps tiles, and then the checkpoint over them: it never speaks of a tile that is not there.
    ///
    /// A checkpoint of more events that somebody else has kept meanwhile stays; false is given then.
    pub(super) fn keep(
        &self,
        tiles: &[(TileId, Vec<u8>)],
        (size, note): (u64, &str),
        kept: impl Fn(&str) -> Option<u64>,
    ) -> Result<bool, Error> {
        make(&self.place)?;
        let path = self.place.join(LOCK);
        let lock = File::create(&path).and_then(|file| file.lock().map(|()| file));
        let _lock = lock.map_err(failed("locking", &path))?;
        if let Some(text) = self.checkpoint()?
            && kept(&text).is_none_or(|there| there > size)
        {
            return Ok(false);
        }
        for (tile, bytes) in tiles {
            let path = self.place.join(tile.to_string());
            if let Some(directory) = path.parent() {
                make(directory)?;
            }
            replace(&path, bytes)?;
            if tile.width == 256 {
                // What was kept of it while it grew is in it.
                let partial = self.place.join(format!("{tile}.p"));
                match fs::remove_dir_all(&partial) {
                    Err(error) if error.kind() != io::ErrorKind::NotFound => {
                        return Err(failed("removing", &partial)(error));
                    }
                    Ok(()) | Err(_) => {}
                }
            }
        }
        replace(&self.place.join(CHECKPOINT), note.as_bytes())?;
        Ok(true)
    }

    fn text(&self, name: &str) -> Result<Option<String>, Error> {
        let path = self.place.join(name);
        let no_text = |_| failed("reading", &path)(io::ErrorKind::InvalidData.into());
        read(&path)?.map(String::from_utf8).transpose().map_err(no_text)
    }
}

fn read(path: &Path) -> Result<Option<Vec<u8>>, Error> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(failed("reading", path)(error)),
    }
}

/// Makes a directory, and what is above it, durably.
fn make(directory: &Path) -> Result<(), Error> {
    if directory.is_dir() {
        return Ok(());
    }
    fs::create_dir_all(directory).map_err(failed("making", directory))?;
    directory.parent().map_or(Ok(()), sync)
}

/// Puts a file in the place of another, which is there until then.
fn replace(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    let beside = path.with_added_extension("new");
    let written = || {
        let mut file = File::create(&beside)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&beside, path)
    };
    written().map_err(failed("writing", path))?;
    path.parent().map_or(Ok(()), sync)
}

/// Makes what was put into a directory durable.
fn sync(directory: &Path) -> Result<(), Error> {
    let synced = File::open(directory).and_then(|it| it.sync_all());
    synced.map_err(failed("making durable", directory))
}

fn failed<'a>(doing: &'static str, path: &'a Path) -> impl Fn(io::Error) -> Error + 'a {
    move |source| Error::Copy { doing, path: path.to_owned(), source }
}
