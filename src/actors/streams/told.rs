//! An event as all who watch it share it.

use std::sync::OnceLock;

use bytes::Bytes;

use crate::journal::Recorded;
use crate::projections::activity::Entry;

/// An event on its way to clients. It is read out of the ledger, told in words and written as bytes once,
/// however many clients get it.
#[derive(Debug)]
pub struct Told {
    /// As it is on the ledger.
    pub event: Recorded,
    /// What it tells people, with the workflow that it concerns; where it tells nothing, or where nobody
    /// watches the organization, none.
    pub entry: Option<Entry>,
    /// To whom alone it may be told, beside those who see everything, where whoever passes it on knows that.
    pub private_to: Option<String>,
    whole: OnceLock<Bytes>,
    in_words: OnceLock<Bytes>,
}

impl Told {
    /// Of an event, and what it tells.
    pub const fn new(event: Recorded, entry: Option<Entry>) -> Self {
        Self { event, entry, private_to: None, whole: OnceLock::new(), in_words: OnceLock::new() }
    }

    /// The bytes of the event itself, written by whoever needs them first.
    pub fn whole<E>(&self, write: impl FnOnce(&Recorded) -> Result<Bytes, E>) -> Result<Bytes, E> {
        written(&self.whole, || write(&self.event))
    }

    /// The bytes of what it tells, written by whoever needs them first.
    pub fn in_words<E>(&self, write: impl FnOnce() -> Result<Bytes, E>) -> Result<Bytes, E> {
        written(&self.in_words, write)
    }
}

/// Two that come at the same time may both write; one of the two texts, which are the same, is kept.
fn written<E>(
    place: &OnceLock<Bytes>,
    write: impl FnOnce() -> Result<Bytes, E>,
) -> Result<Bytes, E> {
    if let Some(known) = place.get() {
        return Ok(known.clone());
    }
    let bytes = write()?;
    Ok(place.get_or_init(|| bytes).clone())
}
