//! Messages of the stream, read back into what the server's own streams are made of.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::value::RawValue;
use time::OffsetDateTime;

use crate::actors::Told;
use crate::http::problem::Problem;
use crate::journal::Recorded;
use crate::projections::activity::{self, Entry};
use crate::relay::{Kept, Marks};

/// What is said of an event that was longer than NATS takes.
const TOO_LONG: &str = "is longer than the stream takes: a server has all of it";
/// How the metadata of such an event says so.
const WITHHELD: &str = "withheld";

/// The line that a message has.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Line {
    stream: String,
    sequence: i64,
    #[serde(rename = "type")]
    kind: String,
    version: String,
    #[serde(with = "time::serde::rfc3339")]
    recorded_at: OffsetDateTime,
    payload: Box<RawValue>,
    #[serde(default)]
    withheld: bool,
    metadata: BTreeMap<String, String>,
}

/// An event out of the stream.
#[derive(Debug, Clone)]
pub(super) struct Written {
    pub(super) event: Recorded,
    pub(super) marks: Marks,
    is_withheld: bool,
}

impl Written {
    /// Reads a message; nothing where its event is gone.
    pub(super) fn of(kept: Kept) -> Result<Option<Self>, Problem> {
        if kept.marks.is_gone {
            return Ok(None);
        }
        let position = kept.position;
        let unread =
            |why: &str| Problem::internal(format!("message {position} of the stream: {why}"));
        let line: Line =
            serde_json::from_slice(&kept.body).map_err(|error| unread(&error.to_string()))?;
        let organization = kept.organization.parse().map_err(|_| unread("no organization"))?;
        let (aggregate, name) = line.kind.split_once('.').ok_or_else(|| unread("no type"))?;
        let id = line.stream.split_once('/').map_or("", |(_, id)| id);
        let mut metadata = line.metadata;
        if line.withheld {
            metadata.insert(WITHHELD.to_owned(), "true".to_owned());
        }
        let event = Recorded {
            position,
            aggregate_type: aggregate.to_owned().into(),
            aggregate_id: id.to_owned(),
            sequence: line.sequence,
            event_type: name.to_owned(),
            event_version: line.version,
            organization,
            payload: Box::<str>::from(line.payload).into(),
            metadata: serde_json::to_string(&metadata).map_err(Problem::internal)?,
            recorded_at: line.recorded_at,
        };
        Ok(Some(Self { event, marks: kept.marks, is_withheld: line.withheld }))
    }

    /// What it tells people, with its workflow.
    pub(super) fn entry(&self) -> Result<Option<Entry>, Problem> {
        let mut entry =
            if self.is_withheld { self.in_short() } else { activity::entry(&self.event)? };
        if let Some(entry) = &mut entry
            && entry.workflow_id.is_none()
        {
            entry.workflow_id.clone_from(&self.marks.workflow);
        }
        Ok(entry)
    }

    /// The event as those who watch are told of it.
    pub(super) fn told(self) -> Result<Told, Problem> {
        let entry = self.entry()?;
        let mut told = Told::new(self.event, entry);
        told.private_to = self.marks.private_to;
        Ok(told)
    }

    /// What can be told of an event of which only the beginning is there.
    fn in_short(&self) -> Option<Entry> {
        let event = &self.event;
        let kind = format!("{}.{}", event.aggregate_type, event.event_type);
        let is_told = activity::KINDS.contains(&kind.as_str());
        is_told.then(|| Entry {
            position: event.position,
            kind,
            workflow_id: None,
            run_id: self.marks.run.clone(),
            node_id: None,
            actor: event
                .metadata_map()
                .ok()
                .and_then(|mut it| it.remove("actor"))
                .unwrap_or_default(),
            summary: TOO_LONG.to_owned(),
            detail: None,
            occurred_at: event.recorded_at,
        })
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;
    use crate::primitives::OrganizationId;
    use crate::projections::audit::Line as Told;

    fn event() -> Recorded {
        Recorded {
            position: 7,
            aggregate_type: "run".into(),
            aggregate_id: "run_1".to_owned(),
            sequence: 2,
            event_type: "cancelled".to_owned(),
            event_version: "1.0".to_owned(),
            organization: OrganizationId::DEFAULT,
            payload: r#"{"cancelled": {"by":"admin","at":"2026-01-01T00:00:00Z"}}"#.to_owned(),
            metadata: r#"{"actor":"admin"}"#.to_owned(),
            recorded_at: OffsetDateTime::UNIX_EPOCH,
        }
    }

    fn kept(withheld: bool) -> Kept {
        let line = Told::of(&event(), withheld).unwrap();
        Kept {
            position: 7,
            id: String::new(),
            organization: OrganizationId::DEFAULT.to_string(),
            marks: Marks {
                run: Some("run_1".to_owned()),
                workflow: Some("wf_1".to_owned()),
                ..Marks::default()
            },
            body: Bytes::from(serde_json::to_vec(&line).unwrap()),
        }
    }

    #[test]
    fn a_message_is_the_event_that_it_was_made_of() {
        let written = Written::of(kept(false)).unwrap().unwrap();
        assert_eq!(written.event, event());
        let entry = written.entry().unwrap().unwrap();
        assert_eq!(
            (entry.kind.as_str(), entry.workflow_id.as_deref()),
            ("run.cancelled", Some("wf_1"))
        );
    }

    #[test]
    fn what_was_too_long_is_told_in_short_and_says_so() {
        let written = Written::of(kept(true)).unwrap().unwrap();
        assert!(written.event.metadata.contains(WITHHELD));
        let entry = written.entry().unwrap().unwrap();
        assert_eq!((entry.kind.as_str(), entry.summary.as_str()), ("run.cancelled", TOO_LONG));
    }

    #[test]
    fn what_is_gone_is_nothing() {
        let marks = Marks { is_gone: true, ..Marks::default() };
        assert!(Written::of(Kept { marks, body: Bytes::new(), ..kept(false) }).unwrap().is_none());
    }
}
