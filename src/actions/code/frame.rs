//! What goes through the pipes between the house and a worker.

use std::io::{self, Read, Write};

use engine::MAX_VALUE_BYTES;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The most bytes of one frame: a value at its limit, with every character escaped, and the
/// words around it. A frame that says it is longer comes from a worker that has lost its mind.
pub(super) const MAX_FRAME: usize = 4 * MAX_VALUE_BYTES;

/// What a worker is asked to do.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Question {
    pub(super) code: String,
    pub(super) input: Value,
    pub(super) input_type: Option<Value>,
    pub(super) output_type: Option<Value>,
    pub(super) timeout_ms: u64,
}

/// What a worker answers.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Answer {
    /// What `transform` returned.
    Output(Value),
    /// Why there is nothing.
    Fault(Fault),
}

/// Why a script gave nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Fault {
    pub(super) kind: FaultKind,
    /// For the author; it may hold what the script threw.
    pub(super) message: String,
    /// The line of the code, from 1, where it is known.
    pub(super) line: Option<u32>,
}

/// What kind of fault it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum FaultKind {
    /// The code cannot be read.
    Syntax,
    /// It defines no `transform`.
    NoTransform,
    /// It threw.
    Threw,
    /// It took more memory than it may.
    Memory,
    /// It took longer than it may.
    Time,
    /// What it returned cannot be a result.
    Output,
    /// The input does not fit the `inputType`, or that is no schema.
    InputType,
    /// The output does not fit the `outputType`, or that is no schema.
    OutputType,
}

/// A value as a frame: its length in four bytes, then its JSON.
pub(super) fn encode(value: &impl Serialize) -> io::Result<Vec<u8>> {
    let mut frame = vec![0; 4];
    serde_json::to_writer(&mut frame, value)?;
    let length = frame.len() - 4;
    if length > MAX_FRAME {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "the frame is too long"));
    }
    let length = u32::try_from(length).map_err(io::Error::other)?;
    frame[..4].copy_from_slice(&length.to_be_bytes());
    Ok(frame)
}

/// How long the frame is that begins so.
pub(super) fn length(head: [u8; 4]) -> io::Result<usize> {
    let length = usize::try_from(u32::from_be_bytes(head)).map_err(io::Error::other)?;
    if length > MAX_FRAME {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "the frame is too long"));
    }
    Ok(length)
}

/// The next value; none at the end of the stream.
pub(super) fn read<T: DeserializeOwned>(from: &mut impl Read) -> io::Result<Option<T>> {
    let mut head = [0; 4];
    match from.read_exact(&mut head) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        Err(error) => return Err(error),
    }
    let mut text = vec![0; length(head)?];
    from.read_exact(&mut text)?;
    Ok(Some(serde_json::from_slice(&text)?))
}

/// Writes a value.
pub(super) fn write(to: &mut impl Write, value: &impl Serialize) -> io::Result<()> {
    to.write_all(&encode(value)?)?;
    to.flush()
}
