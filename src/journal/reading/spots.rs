//! Places of the order without their events, which tell by their types whom the events concern. Whoever needs few
//! events reads these, and fetches those few.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use super::sealed::PlaceRow;
use crate::journal::error::while_doing;
use crate::journal::event::{Recorded, aggregate_type};
use crate::journal::{Error, Journal};

/// A place in the global order, and of what type the event there is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spot {
    /// The place, from 1.
    pub position: i64,
    /// `run`, `workflow` …
    pub aggregate_type: Cow<'static, str>,
    /// The aggregate's id.
    pub aggregate_id: String,
    /// The event's number in its stream.
    pub sequence: i64,
    /// The event's type. Nothing where the place was given before the order told types: such an event may concern
    /// everybody.
    pub event_type: Option<String>,
}

type Judge = dyn Fn(&str, &str) -> bool + Send + Sync;

/// Which events concern a reader, by the type of the aggregate and that of the event.
#[derive(Clone)]
pub struct Interest(Arc<Judge>);

impl Interest {
    /// An interest in the events for which this is true.
    pub fn new(concerns: impl Fn(&str, &str) -> bool + Send + Sync + 'static) -> Self {
        Self(Arc::new(concerns))
    }

    fn may_be_in(&self, spot: &Spot) -> bool {
        let name = spot.event_type.as_deref();
        name.is_none_or(|name| (self.0)(&spot.aggregate_type, name))
    }
}

impl fmt::Debug for Interest {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Interest")
    }
}

/// A part of the order, and those of its events that concern somebody.
#[derive(Debug, Clone, Default)]
pub struct Chosen {
    /// All places of the part.
    pub spots: Vec<Spot>,
    /// The events.
    pub events: Vec<Recorded>,
    /// The last place of the part; where there is none, the one after which it was to begin.
    pub to: i64,
}

impl Journal {
    /// The places after a position, at most `limit`.
    pub async fn spots_after(&self, position: i64, limit: i64) -> Result<Vec<Spot>, Error> {
        let rows = sqlx::query!(
            "select position, aggregate_type, aggregate_id, sequence, event_type
               from event_log where position > $1 order by position limit $2",
            position,
            limit,
        )
        .fetch_all(&self.pool)
        .await
        .map_err(while_doing("reading the order"))?;
        Ok(rows
            .into_iter()
            .map(|row| Spot {
                position: row.position,
                aggregate_type: aggregate_type(row.aggregate_type),
                aggregate_id: row.aggregate_id,
                sequence: row.sequence,
                event_type: row.event_type,
            })
            .collect())
    }

    /// Of the places after a position, at most `limit`: those events that may concern one of the interests. The part
    /// ends earlier where they are large, so that only a part without places means the end.
    pub async fn read_chosen(
        &self,
        position: i64,
        limit: i64,
        interests: &[Interest],
    ) -> Result<Chosen, Error> {
        let mut spots = self.spots_after(position, limit).await?;
        let Some(to) = spots.last().map(|last| last.position) else {
            return Ok(Chosen { to: position, ..Chosen::default() });
        };
        let concerns = |spot: &&Spot| interests.iter().any(|interest| interest.may_be_in(spot));
        let wanted: Vec<_> = spots.iter().filter(concerns).map(|spot| spot.position).collect();
        let Some(last_wanted) = wanted.last().copied() else {
            return Ok(Chosen { spots, events: Vec::new(), to });
        };
        let (events, read) = self.read_at(&wanted).await?;
        let to = if read < last_wanted { read } else { to };
        spots.retain(|spot| spot.position <= to);
        Ok(Chosen { spots, events, to })
    }

    /// The events at these positions, in the global order, as many as may be large; and the position of the last that
    /// was looked at. Those that were deleted by order are passed over.
    async fn read_at(&self, positions: &[i64]) -> Result<(Vec<Recorded>, i64), Error> {
        let rows = sqlx::query_as!(
            PlaceRow,
            r#"select log_position as "position!", aggregate_type as "aggregate_type!",
                      aggregate_id as "aggregate_id!", sequence as "sequence!", event_type,
                      event_version, organization_id, payload, metadata, recorded_at
                 from journal_read_at($1)"#,
            positions,
        )
        .fetch_all(&self.pool)
        .await
        .map_err(while_doing("reading events of the ledger"))?;
        let placed = self.placed(rows).await?;
        let events: Vec<_> = placed.into_iter().filter_map(|it| it.event).collect();
        let end = events.last().map_or(0, |last| last.position);
        let last = positions.last().copied().unwrap_or_default();
        if events.is_empty() {
            return Ok((events, last));
        }
        let (events, read) = self.complete_to(events).await?;
        Ok((events, if read < end { read } else { last }))
    }
}
