//! Events that have left the database: their places are in `event_log`, their texts in segments. Everything that
//! reads the ledger comes through here, and need not know where an event is.
//!
//! | where a month is | its rows | `sealed_runs` | who reads |
//! |---|---|---|---|
//! | attached | in `events` | perhaps | sees the rows, and asks nothing |
//! | detached, by one transaction | not in `events` | there, and readable by the same commit | sees a place without a row, and asks |

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use time::{Duration, OffsetDateTime};
use tokio::task::spawn_blocking;

use super::catalogue::State;
use super::reader::organization;
use crate::journal::error::while_doing;
use crate::journal::event::{Recorded, StreamId, aggregate_type};
use crate::journal::{Error, Journal};
use crate::primitives::{Clock, OrganizationId, RunId, SegmentId};
use crate::segments::{Digest, Fault, Row, Shelf};

/// The kind of the streams that leave.
const RUN: &str = "run";
/// No run that is younger has left: whoever lets months go waits so long after their end, and after the last thing that
/// happened in them.
pub const YOUNGEST: Duration = Duration::days(31);

/// Where a journal finds what has left the database.
#[derive(Debug, Clone)]
pub struct Sealed {
    /// The segments that this process sees.
    pub shelf: Shelf,
    /// Tells which runs are too young to have left.
    pub clock: Arc<dyn Clock>,
}

/// Where a run is that has left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Home {
    /// The segment.
    pub segment: SegmentId,
    /// Its file's name.
    pub digest: Digest,
    /// Whose it is.
    pub organization: OrganizationId,
    /// How far it has come.
    pub state: State,
}

/// A place as the functions of the database tell it, with its event where that is in the database still.
#[derive(Debug)]
pub(super) struct PlaceRow {
    pub position: i64,
    pub aggregate_type: String,
    pub aggregate_id: String,
    pub sequence: i64,
    pub event_type: Option<String>,
    pub event_version: Option<String>,
    pub organization_id: Option<String>,
    pub payload: Option<String>,
    pub metadata: Option<String>,
    pub recorded_at: Option<OffsetDateTime>,
}

impl PlaceRow {
    fn placed(self) -> Result<Placed, Error> {
        let kind = aggregate_type(self.aggregate_type);
        let at = Placed::at(self.position, kind, (self.aggregate_id, self.sequence));
        let tenant = self.organization_id.as_deref().map(organization).transpose()?;
        let named = self.event_type.zip(self.event_version);
        let texts = self.payload.zip(self.metadata);
        Ok(at.with(tenant, named, texts, self.recorded_at))
    }
}

/// A place in the global order, and what stands there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placed {
    /// The place, from 1.
    pub position: i64,
    /// `run`, `workflow` …
    pub aggregate_type: Cow<'static, str>,
    /// The aggregate's id.
    pub aggregate_id: String,
    /// The event's number in its stream.
    pub sequence: i64,
    /// The event as it is stored; nothing where it was deleted by order.
    pub event: Option<Recorded>,
}

impl Placed {
    pub(super) fn at(
        position: i64,
        aggregate_type: Cow<'static, str>,
        (aggregate_id, sequence): (String, i64),
    ) -> Self {
        Self { position, aggregate_type, aggregate_id, sequence, event: None }
    }

    /// With the row of the database, where that has one: the tenant, type and version, payload and metadata, and when
    /// it was written.
    pub(super) fn with(
        mut self,
        organization: Option<OrganizationId>,
        kind: Option<(String, String)>,
        texts: Option<(String, String)>,
        recorded_at: Option<OffsetDateTime>,
    ) -> Self {
        if let (
            Some(organization),
            Some((event_type, event_version)),
            Some((payload, metadata)),
            Some(recorded_at),
        ) = (organization, kind, texts, recorded_at)
        {
            self.event = Some(Recorded {
                position: self.position,
                aggregate_type: self.aggregate_type.clone(),
                aggregate_id: self.aggregate_id.clone(),
                sequence: self.sequence,
                event_type,
                event_version,
                organization,
                payload,
                metadata,
                recorded_at,
            });
        }
        self
    }

    fn gone(&self) -> Error {
        let Self { position, aggregate_type, aggregate_id, sequence, .. } = self;
        Error::Damaged(format!(
            "position {position} names event {sequence} of {aggregate_type} {aggregate_id}, which is gone"
        ))
    }
}

impl Journal {
    /// The same journal, which finds what has left the database. Without it, a reader that meets such an event is
    /// refused.
    #[must_use]
    pub fn with_segments(mut self, sealed: Sealed) -> Self {
        self.sealed = Some(sealed);
        self
    }

    /// Where what has left is found, if that was said.
    pub const fn segments(&self) -> Option<&Sealed> {
        self.sealed.as_ref()
    }

    /// Whether the end of a stream in the database may not be its end.
    pub(super) fn may_have_left(&self, stream: &StreamId) -> bool {
        if stream.aggregate_type != RUN {
            return false;
        }
        let Some(sealed) = &self.sealed else { return true };
        stream
            .aggregate_id
            .parse::<RunId>()
            .is_ok_and(|run| run.born() <= sealed.clock.now() - YOUNGEST)
    }

    /// The events of a run that has left, after a sequence; none of one that has not, and none of one that was
    /// deleted by order. Large payloads name their blobs.
    pub(super) async fn sealed_run(
        &self,
        run: &str,
        after: i64,
        limit: i64,
    ) -> Result<Vec<Recorded>, Error> {
        let Some(home) = self.homes(&[run.to_owned()]).await?.remove(run) else {
            return Ok(Vec::new());
        };
        if home.state == State::Deleted {
            return Ok(Vec::new());
        }
        let (run, limit) = (run.to_owned(), usize::try_from(limit).unwrap_or_default());
        let rows =
            self.on_the_shelf(move |shelf| shelf.run(&home.digest, &run, after, limit)).await?;
        rows.into_iter().map(|row| recorded(row, home.organization)).collect()
    }

    /// The places that these rows tell, each with its event, wherever that is.
    pub(super) async fn placed(&self, rows: Vec<PlaceRow>) -> Result<Vec<Placed>, Error> {
        let mut placed =
            rows.into_iter().map(PlaceRow::placed).collect::<Result<Vec<_>, Error>>()?;
        self.fill(&mut placed).await?;
        Ok(placed)
    }

    /// Puts what has left where a place is empty. A place that stays empty was deleted by order; one that no segment
    /// knows of is damage.
    pub(super) async fn fill(&self, placed: &mut [Placed]) -> Result<(), Error> {
        let empty: BTreeSet<&str> = placed
            .iter()
            .filter(|it| it.event.is_none() && it.aggregate_type == RUN)
            .map(|it| it.aggregate_id.as_str())
            .collect();
        let runs: Vec<String> = empty.into_iter().map(str::to_owned).collect();
        let homes = if runs.is_empty() { HashMap::new() } else { self.homes(&runs).await? };
        let mut wanted = Vec::new();
        for (at, place) in placed.iter().enumerate().filter(|(_, it)| it.event.is_none()) {
            let home = homes.get(&place.aggregate_id).filter(|_| place.aggregate_type == RUN);
            let home = home.ok_or_else(|| place.gone())?;
            if home.state != State::Deleted {
                wanted.push((at, *home, place.position));
            }
        }
        if wanted.is_empty() {
            return Ok(());
        }
        let look = move |shelf: &Shelf| {
            let find = |(at, home, position): (usize, Home, i64)| -> Result<_, Fault> {
                Ok((at, home, shelf.at(&home.digest, position)?))
            };
            wanted.into_iter().map(find).collect::<Result<Vec<_>, _>>()
        };
        for (at, home, row) in self.on_the_shelf(look).await? {
            let place = &mut placed[at];
            let is_it = |row: &Row| {
                row.aggregate_id == place.aggregate_id && row.sequence == place.sequence
            };
            let row = row.filter(is_it).ok_or_else(|| place.gone())?;
            place.event = Some(recorded(row, home.organization)?);
        }
        Ok(())
    }

    /// Where runs are, of those that are read from segments.
    pub async fn homes(&self, runs: &[String]) -> Result<HashMap<String, Home>, Error> {
        let rows = sqlx::query!(
            "select r.run_id, s.segment_id, s.digest, s.organization_id, s.state
               from sealed_runs r join ledger_segments s on s.no = r.segment
              where r.run_id = any($1) and s.state in ('detached', 'moved', 'deleted')",
            runs,
        )
        .fetch_all(&self.pool)
        .await
        .map_err(while_doing("asking where old runs are"))?;
        rows.into_iter()
            .map(|row| {
                let unread =
                    || Error::Damaged("the catalogue of segments cannot be read".to_owned());
                let home = Home {
                    segment: row.segment_id.parse().map_err(|_| unread())?,
                    digest: row.digest.try_into().map_err(|_| unread())?,
                    organization: organization(&row.organization_id)?,
                    state: State::named(&row.state).ok_or_else(unread)?,
                };
                Ok((row.run_id, home))
            })
            .collect()
    }

    /// Reads segments, where reading may wait for the disk.
    async fn on_the_shelf<T, F>(&self, read: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: FnOnce(&Shelf) -> Result<T, Fault> + Send + 'static,
    {
        let Some(sealed) = &self.sealed else { return Err(Fault::NoShelf.into()) };
        let files = sealed.shelf.clone();
        let read = spawn_blocking(move || read(&files)).await;
        // It is neither aborted nor does it panic, unless the process ends.
        read.map_err(|_| Error::Closed)?.map_err(Error::from)
    }
}

/// An event of a segment as any other.
fn recorded(row: Row, organization: OrganizationId) -> Result<Recorded, Error> {
    let Row { position, sequence, .. } = row;
    let at = OffsetDateTime::from_unix_timestamp_nanos(i128::from(row.recorded_at) * 1_000);
    let unread = |_| {
        Error::Damaged(format!(
            "event {sequence} of run {} was written at no time",
            row.aggregate_id
        ))
    };
    let recorded_at = at.map_err(unread)?;
    Ok(Recorded {
        position,
        aggregate_type: Cow::Borrowed(RUN),
        aggregate_id: row.aggregate_id,
        sequence,
        event_type: row.event_type,
        event_version: row.event_version,
        organization,
        payload: row.payload,
        metadata: row.metadata,
        recorded_at,
    })
}
