//! The stored form of a sealed event: `{"$sealed":{"key":…,"version":…,"text":…}}`. The text is XChaCha20-Poly1305 over
//! the event's payload, in base64, and bound to the event's place: it opens nowhere else.

use std::collections::{BTreeSet, HashMap};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use serde::{Deserialize, Serialize};

use super::{KeyName, Subjects};
use crate::journal::event::{NewEvent, Recorded, StreamId};
use crate::journal::{Error, Journal};
use crate::primitives::OrganizationId;
use crate::secrets::SubjectKey;

/// What a sealed payload begins with. No event does: its first key is its name.
const MARK: &str = r#"{"$sealed":"#;
/// The largest payload that is sealed: a third is added to it, and 16 MiB are the most that is stored.
const SEALED_BYTES: usize = 11 * 1024 * 1024;

#[derive(Serialize, Deserialize)]
struct Envelope {
    #[serde(rename = "$sealed")]
    sealed: Sealed,
}

#[derive(Serialize, Deserialize)]
struct Sealed {
    key: String,
    version: i32,
    text: String,
}

/// Whether a payload, as it is stored, is sealed.
pub fn is_sealed(payload: &str) -> bool {
    payload.starts_with(MARK)
}

impl Journal {
    /// The same journal, which seals personal data, and reads what is sealed. Without it, whoever meets such data is
    /// refused.
    #[must_use]
    pub fn with_subjects(mut self, subjects: Subjects) -> Self {
        self.subjects = Some(subjects);
        self
    }

    /// The keys of subjects, if this journal has them.
    pub const fn subjects(&self) -> Option<&Subjects> {
        self.subjects.as_ref()
    }

    /// Seals events that are to be appended to a stream after a sequence.
    pub(in crate::journal) async fn seal(
        &self,
        organization: OrganizationId,
        subject: &str,
        (stream, expected): (&StreamId, i64),
        events: &mut [NewEvent],
    ) -> Result<(), Error> {
        let Some(subjects) = &self.subjects else {
            return Err(Error::Unacceptable("this process has no keys for personal data"));
        };
        let (name, key) = subjects.key_for(organization, subject, &stream.aggregate_id).await?;
        let organization = organization.to_string();
        for (sequence, event) in (expected + 1..).zip(events) {
            if event.payload.len() > SEALED_BYTES {
                return Err(Error::Unacceptable("an event with personal data is over 11 MiB"));
            }
            let sequence = sequence.to_be_bytes();
            let ends = (name.version.to_be_bytes(), sequence);
            let of = (stream.aggregate_type, stream.aggregate_id.as_str());
            let place = place(&organization, &name, &ends, of, &event.event_type);
            let text = STANDARD_NO_PAD.encode(key.seal(&place, &event.payload));
            let sealed = Sealed { key: name.subject.clone(), version: name.version, text };
            event.payload = serde_json::to_string(&Envelope { sealed })
                .map_err(|source| Error::Encode(source.into()))?;
        }
        Ok(())
    }

    /// The events in the clear; those whose key was destroyed are left out.
    pub(in crate::journal) async fn opened(
        &self,
        events: Vec<Recorded>,
    ) -> Result<Vec<Recorded>, Error> {
        if !events.iter().any(|event| is_sealed(&event.payload)) {
            return Ok(events);
        }
        let Some(subjects) = &self.subjects else { return Err(Error::NoSubjects) };
        Box::pin(subjects.open_all(events)).await
    }
}

impl Subjects {
    async fn open_all(&self, events: Vec<Recorded>) -> Result<Vec<Recorded>, Error> {
        let mut wanted: HashMap<OrganizationId, BTreeSet<KeyName>> = HashMap::new();
        let mut read = Vec::with_capacity(events.len());
        for event in events {
            let sealed = if is_sealed(&event.payload) {
                let envelope: Envelope = serde_json::from_str(&event.payload)
                    .map_err(|source| event.undecodable(source))?;
                let Sealed { key, version, text } = envelope.sealed;
                let name = KeyName { subject: key, version };
                wanted.entry(event.organization).or_default().insert(name.clone());
                Some((name, text))
            } else {
                None
            };
            read.push((event, sealed));
        }
        let mut keys = HashMap::new();
        for (organization, names) in wanted {
            keys.insert(organization, self.keys(organization, &names).await?);
        }
        let mut clear = Vec::with_capacity(read.len());
        for (mut event, sealed) in read {
            if let Some((name, text)) = sealed {
                let key = keys.get(&event.organization).and_then(|keys| keys.get(&name));
                let Some(key) = key else { continue };
                event.payload = open(&event, &name, key, &text)?;
            }
            clear.push(event);
        }
        Ok(clear)
    }
}

fn open(event: &Recorded, name: &KeyName, key: &SubjectKey, text: &str) -> Result<String, Error> {
    let damaged = || {
        Error::Damaged(format!(
            "event {} of {} {} does not open under the key of its subject",
            event.sequence, event.aggregate_type, event.aggregate_id
        ))
    };
    let organization = event.organization.to_string();
    let ends = (name.version.to_be_bytes(), event.sequence.to_be_bytes());
    let stream = (event.aggregate_type.as_ref(), event.aggregate_id.as_str());
    let place = place(&organization, name, &ends, stream, &event.event_type);
    let sealed = STANDARD_NO_PAD.decode(text).map_err(|_| damaged())?;
    key.open(&place, &sealed).map_err(|_| damaged())
}

/// What a sealed payload is bound to.
fn place<'a>(
    organization: &'a str,
    name: &'a KeyName,
    (version, sequence): &'a ([u8; 4], [u8; 8]),
    (aggregate_type, aggregate_id): (&'a str, &'a str),
    event_type: &'a str,
) -> [&'a [u8]; 8] {
    [
        b"chainkeel event 1",
        organization.as_bytes(),
        name.subject.as_bytes(),
        version,
        aggregate_type.as_bytes(),
        aggregate_id.as_bytes(),
        sequence,
        event_type.as_bytes(),
    ]
}
