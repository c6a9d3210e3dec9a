//! An event as a line: of exports of the ledger, and of the stream that it is relayed to.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::value::{RawValue, to_raw_value};
use sha2::{Digest as _, Sha256};
use time::OffsetDateTime;
use utoipa::ToSchema;

use super::fold::shown;
use crate::journal::{Error, Recorded};
use crate::primitives::hex;

/// An event in an export of the ledger.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = LedgerLine)]
pub struct Line {
    /// Its number in the whole ledger: the id of streams, and what `after` takes to go on behind it.
    position: i64,
    /// The aggregate that it belongs to, as `run/run_…`.
    stream: String,
    /// Its number in the stream, from 1 without gaps.
    sequence: i64,
    /// What happened: the aggregate, a dot, the event; what `type` takes.
    #[serde(rename = "type")]
    #[schema(example = "run.node_succeeded")]
    kind: String,
    /// The version of the payload's shape.
    #[schema(example = "1.0")]
    version: String,
    /// When it was written, by the database's clock.
    #[serde(with = "time::serde::rfc3339")]
    recorded_at: OffsetDateTime,
    /// The event itself, word for word as it was recorded; where it is withheld, what the audit log shows of it.
    #[schema(value_type = Object)]
    payload: Box<RawValue>,
    /// Whether the key may not read the whole payload. Absent where it may.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    withheld: bool,
    /// Who did it and why, as in the events of a run.
    metadata: BTreeMap<String, String>,
}

impl Line {
    /// Of an event, word for word or with what the audit log shows of it. Of what people log in with, not even
    /// the hash is named.
    pub fn of(event: &Recorded, withheld: bool) -> Result<Self, Error> {
        let payload = if withheld {
            to_raw_value(&shown(event))
        } else {
            RawValue::from_string(event.payload.clone())
        };
        let payload = payload.map_err(|source| Error::Encode(source.into()))?;
        Ok(Self { payload, withheld, metadata: event.metadata_map()?, ..Self::bare(event) })
    }

    /// Of an event of which nothing can be told but where it stands.
    pub fn bare(event: &Recorded) -> Self {
        let stream = match event.aggregate_type.as_ref() {
            LOGIN_NAME => LOGIN_NAME.to_owned(),
            aggregate => format!("{aggregate}/{}", event.aggregate_id),
        };
        Self {
            position: event.position,
            stream,
            sequence: event.sequence,
            kind: format!("{}.{}", event.aggregate_type, event.event_type),
            version: event.event_version.clone(),
            recorded_at: event.recorded_at,
            payload: RawValue::NULL.to_owned(),
            withheld: true,
            metadata: BTreeMap::new(),
        }
    }

    /// Which event it is, in 16 hexadecimal digits: its place in its stream, its kind, when it was written. It is
    /// the same however much of the event is told.
    pub fn digest(&self) -> String {
        let at = self.recorded_at.unix_timestamp_nanos();
        let named = format!("{}\n{}\n{}\n{at}", self.stream, self.sequence, self.kind);
        hex(&Sha256::digest(named)[..8])
    }
}

/// The streams that are called by hashes of email addresses.
const LOGIN_NAME: &str = "login_name";

/// Whether events of such an aggregate hold no secrets, were they sealed or hashed, so that whoever may read
/// them reads them word for word.
pub fn is_open(aggregate: &str) -> bool {
    matches!(
        aggregate,
        "event" | "run" | "signing_policy" | "skip" | "task" | "wallet_lane" | "workflow"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::StreamId;
    use crate::primitives::OrganizationId;

    fn event(aggregate: &'static str) -> Recorded {
        Recorded {
            position: 7,
            aggregate_type: aggregate.into(),
            aggregate_id: "the-id".to_owned(),
            sequence: 2,
            event_type: "happened".to_owned(),
            event_version: "1.0".to_owned(),
            organization: OrganizationId::DEFAULT,
            payload: r#"{"happened":{"sealed":"x","name":"n"}}"#.to_owned(),
            metadata: r#"{"actor":"admin"}"#.to_owned(),
            recorded_at: OffsetDateTime::UNIX_EPOCH,
        }
    }

    #[test]
    fn what_is_open_is_on_the_ledger_and_holds_no_secrets() {
        let open: Vec<_> = StreamId::TYPES.into_iter().filter(|it| is_open(it)).collect();
        let expected =
            ["event", "run", "signing_policy", "skip", "task", "wallet_lane", "workflow"];
        assert_eq!(open, expected, "look for secrets in its events before another is added");
    }

    #[test]
    fn a_line_is_word_for_word_or_what_the_audit_log_shows() {
        let whole = serde_json::to_string(&Line::of(&event("run"), false).unwrap()).unwrap();
        assert!(whole.contains(r#""payload":{"happened":{"sealed":"x","name":"n"}}"#), "{whole}");
        assert!(whole.contains(r#""stream":"run/the-id""#) && !whole.contains("withheld"));
        let shown = serde_json::to_string(&Line::of(&event("api_key"), true).unwrap()).unwrap();
        assert!(shown.contains(r#""withheld":true"#) && !shown.contains("sealed"), "{shown}");
        let hash = serde_json::to_string(&Line::of(&event("login_name"), true).unwrap()).unwrap();
        assert!(!hash.contains("the-id"), "{hash}");
    }

    #[test]
    fn the_digest_is_of_the_event_and_not_of_how_much_is_told() {
        let line = Line::of(&event("run"), false).unwrap();
        let digest = line.digest();
        assert_eq!(digest, Line::of(&event("run"), true).unwrap().digest());
        assert_eq!(digest, Line::bare(&event("run")).digest());
        let later = Recorded { sequence: 3, ..event("run") };
        let at = OffsetDateTime::UNIX_EPOCH + time::Duration::MICROSECOND;
        let again = Recorded { recorded_at: at, ..event("run") };
        for other in [later, again, event("task")] {
            assert_ne!(digest, Line::bare(&other).digest());
        }
    }
}
