//! The run of a bundle, decided again: what came from outside is taken as recorded, everything that was
//! decided from it must be what the engine decides.

use std::borrow::Cow;
use std::collections::HashMap;

use engine::{Fact, Replay};
use time::OffsetDateTime;

use crate::journal::{Recorded, whole_of};
use crate::primitives::unhex;
use crate::proof::{Bundle, Exhibit};

/// What a replay came to.
#[derive(Debug)]
pub struct Replayed {
    /// The replay.
    pub replay: Replay,
    /// Whether the run was over.
    pub is_over: bool,
}

/// Decides the run of a bundle again. An error names the event that cannot be read.
pub fn replay(bundle: &Bundle) -> Result<Replayed, String> {
    if bundle.is_sealed() {
        return Err(
            "the run handles personal data and is sealed: its decisions are not in the bundle"
                .to_owned(),
        );
    }
    let blobs: HashMap<Vec<u8>, String> = bundle
        .blobs
        .iter()
        .filter_map(|blob| Some((unhex::<32>(&blob.sha256)?.to_vec(), blob.content.clone())))
        .collect();
    let organization = bundle.organization.parse();
    let organization = organization.map_err(|_| "organization: it is no id".to_owned())?;
    let fact = |event: &Exhibit| -> Result<Fact, String> {
        let unread = |why: String| format!("event {}: {why}", event.sequence);
        let recorded = Recorded {
            position: event.position,
            aggregate_type: Cow::Borrowed("run"),
            aggregate_id: event.aggregate_id.clone(),
            sequence: event.sequence,
            event_type: event.event_type.clone(),
            event_version: event.version.clone(),
            organization,
            payload: whole_of(event.payload.clone(), &blobs).map_err(unread)?,
            metadata: event.metadata.clone(),
            recorded_at: OffsetDateTime::from_unix_timestamp_nanos(
                i128::from(event.recorded_at) * 1_000,
            )
            .map_err(|error| unread(error.to_string()))?,
        };
        recorded.fact().map(|event| event.0).map_err(|error| unread(error.to_string()))
    };
    let facts: Vec<Fact> = bundle.events.iter().map(fact).collect::<Result<_, _>>()?;
    let is_over = facts.last().is_some_and(Fact::ends_run);
    Ok(Replayed { replay: engine::verify(&facts), is_over })
}
