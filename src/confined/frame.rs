//! What goes through the pipes between the house and a worker. A frame that says it is longer than
//! its kind may be comes from a worker that has lost its mind.

use std::io::{self, Read, Write};

use serde::Serialize;
use serde::de::DeserializeOwned;

/// A value as a frame: its length in four bytes, then its JSON.
pub(super) fn encode(value: &impl Serialize, max: usize) -> io::Result<Vec<u8>> {
    let mut frame = vec![0; 4];
    serde_json::to_writer(&mut frame, value)?;
    let length = frame.len() - 4;
    if length > max {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "the frame is too long"));
    }
    let length = u32::try_from(length).map_err(io::Error::other)?;
    frame[..4].copy_from_slice(&length.to_be_bytes());
    Ok(frame)
}

/// How long the frame is that begins so.
pub(super) fn length(head: [u8; 4], max: usize) -> io::Result<usize> {
    let length = usize::try_from(u32::from_be_bytes(head)).map_err(io::Error::other)?;
    if length > max {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "the frame is too long"));
    }
    Ok(length)
}

/// The next value; none at the end of the stream.
pub(super) fn read<T: DeserializeOwned>(from: &mut impl Read, max: usize) -> io::Result<Option<T>> {
    let mut head = [0; 4];
    match from.read_exact(&mut head) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        Err(error) => return Err(error),
    }
    let mut text = vec![0; length(head, max)?];
    from.read_exact(&mut text)?;
    Ok(Some(serde_json::from_slice(&text)?))
}

/// Writes a value.
pub(super) fn write(to: &mut impl Write, value: &impl Serialize, max: usize) -> io::Result<()> {
    to.write_all(&encode(value, max)?)?;
    to.flush()
}
