//! What was received of an export: the file, what is in it already, and its last line.

use std::fs::{File, OpenOptions};
use std::io::{BufRead as _, BufReader, BufWriter, Seek as _, SeekFrom, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::cli::client::Error;

/// What a line says that matters here: an event has a position, the last line is complete.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Line {
    pub(super) position: Option<i64>,
    #[serde(default)]
    pub(super) complete: bool,
    pub(super) events: Option<u64>,
    pub(super) to: Option<i64>,
}

/// The last line of what is whole.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct End {
    pub(super) complete: bool,
    pub(super) events: u64,
    pub(super) last_position: Option<i64>,
    pub(super) to: i64,
}

/// Where events go.
pub(super) struct Kept {
    path: PathBuf,
    /// None before the first line: what is refused empties no file.
    out: Option<Box<dyn Write>>,
    /// How many events are there.
    pub(super) events: u64,
    /// The position of the last of them.
    pub(super) last: Option<i64>,
    /// Behind which position the next one is.
    pub(super) after: i64,
    /// How many bytes were written, those that were there before left out.
    pub(super) bytes: u64,
}

impl Kept {
    /// A file that begins anew with the first line, or standard output.
    pub(super) fn new(path: &Path, after: i64) -> Self {
        Self { path: path.to_owned(), out: None, events: 0, last: None, after, bytes: 0 }
    }

    /// A file that goes on behind its last whole line. What follows that is cut off, and so is the line that
    /// says that it is complete, since it will not be any more.
    pub(super) fn resumed(path: &Path) -> Result<Self, Error> {
        if path.as_os_str() == "-" {
            return Err(Error::Outcome(
                "what went to standard output cannot be read again: name its last position with --after".to_owned(),
            ));
        }
        let failed = |error: &std::io::Error| cannot(path, error);
        let opened =
            OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path);
        let mut file = opened.map_err(|error| failed(&error))?;
        let (mut events, mut last, mut after, mut whole) = (0, None, 0, 0);
        let (mut reader, mut text, mut number) = (BufReader::new(&file), Vec::new(), 0_u64);
        loop {
            text.clear();
            let read = reader.read_until(b'\n', &mut text).map_err(|error| failed(&error))?;
            if read == 0 || !text.ends_with(b"\n") {
                break;
            }
            number += 1;
            match serde_json::from_slice::<Line>(&text) {
                Ok(Line { position: Some(position), .. }) => {
                    (events, last, after) = (events + 1, Some(position), position);
                    whole += read as u64;
                }
                // Up to there it was looked, whether or not events were found.
                Ok(Line { complete: true, to: Some(to), .. }) => {
                    after = after.max(to);
                    break;
                }
                Ok(Line { .. }) | Err(_) => {
                    return Err(Error::Outcome(format!(
                        "line {number} of {} is no event: is this a file of `ledger export`?",
                        path.display()
                    )));
                }
            }
        }
        file.set_len(whole).map_err(|error| failed(&error))?;
        file.seek(SeekFrom::End(0)).map_err(|error| failed(&error))?;
        let out: Option<Box<dyn Write>> = Some(Box::new(BufWriter::new(file)));
        Ok(Self { path: path.to_owned(), out, events, last, after, bytes: 0 })
    }

    /// Writes an event; false when nobody reads on, which only a pipe can tell.
    pub(super) fn event(&mut self, line: &[u8], position: i64) -> Result<bool, Error> {
        if position <= self.after {
            return Err(Error::Outcome(format!(
                "position {position} came after {}: what answers is no Chainkeel, or a broken one",
                self.after
            )));
        }
        if !self.write(line)? {
            return Ok(false);
        }
        (self.events, self.last, self.after) = (self.events + 1, Some(position), position);
        Ok(true)
    }

    /// Writes the last line.
    pub(super) fn end(&mut self, to: i64) -> Result<End, Error> {
        let end = End { complete: true, events: self.events, last_position: self.last, to };
        let mut line = serde_json::to_vec(&end).map_err(|error| self.failed(&error.into()))?;
        line.push(b'\n');
        self.write(&line)?;
        self.flush()?;
        Ok(end)
    }

    /// Lets what was written be there, whatever follows.
    pub(super) fn flush(&mut self) -> Result<(), Error> {
        let Some(out) = &mut self.out else { return Ok(()) };
        match out.flush() {
            Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
                Err(self.failed(&error))
            }
            Ok(()) | Err(_) => Ok(()),
        }
    }

    fn write(&mut self, line: &[u8]) -> Result<bool, Error> {
        let out = match &mut self.out {
            Some(out) => out,
            none => none.insert(open(&self.path)?),
        };
        match out.write_all(line) {
            Ok(()) => {
                self.bytes += line.len() as u64;
                Ok(true)
            }
            // A closed pipe (`| head`) is not an error of the command.
            Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(false),
            Err(error) => Err(self.failed(&error)),
        }
    }

    fn failed(&self, error: &std::io::Error) -> Error {
        Error::Outcome(format!("writing {}: {error}", self.path.display()))
    }
}

fn open(path: &Path) -> Result<Box<dyn Write>, Error> {
    if path.as_os_str() == "-" {
        return Ok(Box::new(std::io::stdout()));
    }
    Ok(Box::new(BufWriter::new(File::create(path).map_err(|error| cannot(path, &error))?)))
}

fn cannot(path: &Path, error: &std::io::Error) -> Error {
    Error::Outcome(format!("cannot open {}: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(name: &str, text: &str) -> PathBuf {
        let path = std::env::temp_dir().join(format!("chainkeel-{}-{name}", std::process::id()));
        std::fs::write(&path, text).expect("a file");
        path
    }

    #[test]
    fn a_file_goes_on_behind_its_last_whole_line() {
        let path = file("cut.ndjson", "{\"position\":3}\n{\"position\":7}\n{\"posit");
        let mut kept = Kept::resumed(&path).expect("a file that was cut off");
        assert_eq!((kept.events, kept.last, kept.after), (2, Some(7), 7));
        assert!(kept.event(b"{\"position\":9}\n", 9).expect("room"));
        kept.end(12).expect("room");
        drop(kept);
        let text = std::fs::read_to_string(&path).expect("the file");
        let end = r#"{"complete":true,"events":3,"lastPosition":9,"to":12}"#;
        assert_eq!(
            text,
            format!("{{\"position\":3}}\n{{\"position\":7}}\n{{\"position\":9}}\n{end}\n")
        );
        // What is complete goes on behind what was looked at.
        let kept = Kept::resumed(&path).expect("a file that is complete");
        assert_eq!((kept.events, kept.last, kept.after), (3, Some(9), 12));
        drop(kept);
        assert!(!std::fs::read_to_string(&path).expect("the file").contains("complete"));
        std::fs::remove_file(path).expect("a file");
    }

    #[test]
    fn what_is_no_export_is_left_alone() {
        let path = file("other.txt", "dear diary\n");
        let error = Kept::resumed(&path).err().expect("a refusal").to_string();
        assert!(error.contains("line 1") && error.contains("ledger export"), "{error}");
        assert_eq!(std::fs::read_to_string(&path).expect("the file"), "dear diary\n");
        std::fs::remove_file(path).expect("a file");
        let mut kept = Kept::new(Path::new("/dev/null"), 5);
        assert!(kept.event(b"{}\n", 5).is_err(), "what was asked for lies behind 5");
    }
}
