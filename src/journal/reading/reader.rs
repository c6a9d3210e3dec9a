//! Reading the ledger: a stream by sequence, everything by position.

use std::borrow::Cow;

use sqlx::PgPool;

use super::sealed::{PlaceRow, Placed};
use crate::journal::error::while_doing;
use crate::journal::event::{Recorded, StreamId, aggregate_type};
use crate::journal::{Error, Journal, blobs};
use crate::primitives::{CommandId, Kinds, OrganizationId};

/// Bytes of payloads that one reading returns at most, except that one event always is.
const READ_BYTES: usize = 4 * 1024 * 1024;
/// Positions that one question for an organization's events looks at: some 50 ms of a lookup each.
const WINDOW: i64 = 8_192;

impl Journal {
    /// The events of one stream after a sequence (0: from the beginning), at most `limit`; fewer
    /// when they are large, so that only an empty answer means the end.
    pub async fn read_stream(
        &self,
        stream: &StreamId,
        after: i64,
        limit: i64,
    ) -> Result<Vec<Recorded>, Error> {
        let stored = self.stored_stream(stream, after, limit).await?;
        self.complete(stored).await
    }

    /// The same as they are stored: large payloads name their blobs, and there are as many as there may be.
    pub async fn stored_stream(
        &self,
        stream: &StreamId,
        after: i64,
        limit: i64,
    ) -> Result<Vec<Recorded>, Error> {
        let rows = sqlx::query!(
            r#"select log_position as "position!", sequence as "sequence!", event_type as "event_type!",
                      event_version as "event_version!", organization_id as "organization!",
                      payload as "payload!", metadata as "metadata!", recorded_at as "recorded_at!"
                 from journal_read_stream($1, $2, $3, $4)"#,
            stream.aggregate_type,
            stream.aggregate_id,
            after,
            limit,
        )
        .fetch_all(&self.pool)
        .await
        .map_err(while_doing("reading a stream"))?;
        let events = rows
            .into_iter()
            .map(|row| {
                Ok(Recorded {
                    position: row.position,
                    aggregate_type: Cow::Borrowed(stream.aggregate_type),
                    aggregate_id: stream.aggregate_id.clone(),
                    sequence: row.sequence,
                    event_type: row.event_type,
                    event_version: row.event_version,
                    organization: organization(&row.organization)?,
                    payload: row.payload,
                    metadata: row.metadata,
                    recorded_at: row.recorded_at,
                })
            })
            .collect::<Result<Vec<_>, Error>>()?;
        if events.is_empty() && self.may_have_left(stream) {
            return self.sealed_run(&stream.aggregate_id, after, limit).await;
        }
        Ok(events)
    }

    /// The events of several streams after a sequence of each, at most `limit` of each, in one
    /// question: for those who keep aggregates and ask what is new. Payloads of ordinary size only.
    pub async fn read_streams(
        &self,
        streams: &[(StreamId, i64)],
        limit: i64,
    ) -> Result<Vec<Recorded>, Error> {
        let types: Vec<String> =
            streams.iter().map(|(stream, _)| stream.aggregate_type.to_owned()).collect();
        let ids: Vec<String> =
            streams.iter().map(|(stream, _)| stream.aggregate_id.clone()).collect();
        let after: Vec<i64> = streams.iter().map(|(_, after)| *after).collect();
        let rows = sqlx::query!(
            r#"select w.type as "aggregate_type!", w.id as "aggregate_id!",
                      r.log_position as "position!", r.sequence as "sequence!",
                      r.event_type as "event_type!", r.event_version as "event_version!",
                      r.organization_id as "organization!", r.payload as "payload!",
                      r.metadata as "metadata!", r.recorded_at as "recorded_at!"
                 from unnest($1::text[], $2::text[], $3::bigint[]) as w (type, id, after)
                cross join lateral journal_read_stream(w.type, w.id, w.after, $4) r"#,
            &types,
            &ids,
            &after,
            limit,
        )
        .fetch_all(&self.pool)
        .await
        .map_err(while_doing("reading several streams"))?;
        let mut events = rows
            .into_iter()
            .map(|row| {
                Ok(Recorded {
                    position: row.position,
                    aggregate_type: aggregate_type(row.aggregate_type),
                    aggregate_id: row.aggregate_id,
                    sequence: row.sequence,
                    event_type: row.event_type,
                    event_version: row.event_version,
                    organization: organization(&row.organization)?,
                    payload: row.payload,
                    metadata: row.metadata,
                    recorded_at: row.recorded_at,
                })
            })
            .collect::<Result<Vec<_>, Error>>()?;
        blobs::resolve(&self.pool, &mut events).await?;
        self.opened(events).await
    }

    /// The events after a position in the global order, at most `limit`; fewer when they are
    /// large, so that only an empty answer means the end. Those that were deleted by order are passed over.
    pub async fn read_after(&self, position: i64, limit: i64) -> Result<Vec<Recorded>, Error> {
        let most = usize::try_from(limit).unwrap_or_default();
        let (mut after, mut span) = (position, limit);
        loop {
            let placed = self.placed_after(after, span).await?;
            let Some(last) = placed.last().map(|it| it.position) else { return Ok(Vec::new()) };
            let events = placed.into_iter().filter_map(|it| it.event);
            let events: Vec<_> = events.take(most).collect();
            let last = if events.is_empty() {
                last
            } else {
                let (events, last) = self.complete_to(events).await?;
                if !events.is_empty() {
                    return Ok(events);
                }
                last
            };
            // Many side by side may be gone: who asks for one event does not ask for each of them.
            (after, span) = (last, span.saturating_mul(2).min(WINDOW).max(limit));
        }
    }

    /// The same as they are stored: large payloads name their blobs, and of an event that was deleted by order there is
    /// the place alone.
    pub async fn placed_after(&self, position: i64, limit: i64) -> Result<Vec<Placed>, Error> {
        let rows = sqlx::query_as!(
            PlaceRow,
            r#"select log_position as "position!", aggregate_type as "aggregate_type!",
                      aggregate_id as "aggregate_id!", sequence as "sequence!", event_type,
                      event_version, organization_id, payload, metadata, recorded_at
                 from journal_read($1, $2)"#,
            position,
            limit,
        )
        .fetch_all(&self.pool)
        .await
        .map_err(while_doing("reading the ledger"))?;
        self.placed(rows).await
    }

    /// The events of one aggregate type after a position and up to another, in the global order,
    /// at most `limit`; fewer when they are large, so that only an empty answer means the end.
    ///
    /// For types of which there are few: it looks at all of them.
    pub async fn read_kind(
        &self,
        kind: &str,
        after: i64,
        up_to: i64,
        limit: i64,
    ) -> Result<Vec<Recorded>, Error> {
        let rows = sqlx::query!(
            r#"select l.position, e.aggregate_id, e.sequence, e.event_type, e.event_version,
                      e.organization_id as "organization!", e.payload::text as "payload!",
                      e.metadata::text as "metadata!", e.recorded_at
                 from events e join event_log l using (aggregate_type, aggregate_id, sequence)
                where e.aggregate_type = $1 and l.position > $2 and l.position <= $3
                order by l.position limit $4"#,
            kind,
            after,
            up_to,
            limit,
        )
        .fetch_all(&self.pool)
        .await
        .map_err(while_doing("reading the events of one type"))?;
        let events = rows
            .into_iter()
            .map(|row| {
                Ok(Recorded {
                    position: row.position,
                    aggregate_type: aggregate_type(kind.to_owned()),
                    aggregate_id: row.aggregate_id,
                    sequence: row.sequence,
                    event_type: row.event_type,
                    event_version: row.event_version,
                    organization: organization(&row.organization)?,
                    payload: row.payload,
                    metadata: row.metadata,
                    recorded_at: row.recorded_at,
                })
            })
            .collect::<Result<_, Error>>()?;
        self.complete(events).await
    }

    /// The events of one organization between two positions, in the global order, and up to which position those are
    /// all; see [`Journal::read_of`].
    async fn window_of(
        &self,
        organization: OrganizationId,
        kinds: Option<&Kinds>,
        (after, until): (i64, i64),
        limit: i64,
    ) -> Result<(Vec<Recorded>, i64), Error> {
        let families: Option<Vec<String>> = kinds.map(|kinds| kinds.families().collect());
        let exact: Option<Vec<String>> = kinds.map(|kinds| kinds.exact().collect());
        let rows = sqlx::query!(
            r#"select log_position as "position!", aggregate_type as "aggregate_type!",
                      aggregate_id as "aggregate_id!", sequence as "sequence!", event_type,
                      event_version, payload, metadata, recorded_at
                 from journal_read_of($1, $2, $3, $4, $5, $6)"#,
            organization.to_string(),
            after,
            until,
            families.as_deref(),
            exact.as_deref(),
            limit,
        )
        .fetch_all(&self.pool)
        .await
        .map_err(while_doing("reading the ledger of an organization"))?;
        let are_all = i64::try_from(rows.len()).is_ok_and(|found| found < limit);
        let looked = rows.last().filter(|_| !are_all).map_or(until, |last| last.position);
        let mut placed = Vec::with_capacity(rows.len());
        for row in rows {
            let at = Placed::at(
                row.position,
                aggregate_type(row.aggregate_type),
                (row.aggregate_id, row.sequence),
            );
            let kind = row.event_type.zip(row.event_version);
            let texts = row.payload.zip(row.metadata);
            placed.push(at.with(Some(organization), kind, texts, row.recorded_at));
        }
        self.fill(&mut placed).await?;
        // Of what comes from a segment, the database could not tell the type.
        let wanted = |event: &Recorded| {
            event.organization == organization
                && kinds.is_none_or(|kinds| {
                    kinds.has(&format!("{}.{}", event.aggregate_type, event.event_type))
                })
        };
        let events: Vec<_> = placed.into_iter().filter_map(|it| it.event).filter(wanted).collect();
        let Some(end) = events.last().map(|last| last.position) else {
            return Ok((events, looked));
        };
        let (events, last) = self.complete_to(events).await?;
        Ok((events, if last < end { last } else { looked }))
    }

    /// The events of one organization after a position and up to another, of these types or of all, in the
    /// global order, at most `limit` (fewer when they are large), with the position up to which was looked: it
    /// is `until` at the end, and less where there may be more, even when no event came.
    ///
    /// One question looks at 8,192 positions, however few of them are the organization's: what it costs is
    /// bounded, and so is how long a database that is busy elsewhere is held up by it.
    pub async fn read_of(
        &self,
        organization: OrganizationId,
        kinds: Option<&Kinds>,
        (after, until): (i64, i64),
        limit: i64,
    ) -> Result<(Vec<Recorded>, i64), Error> {
        let end = until.min(after.saturating_add(WINDOW));
        if end <= after {
            return Ok((Vec::new(), until));
        }
        self.window_of(organization, kinds, (after, end), limit).await
    }

    /// The last position that was assigned.
    pub async fn head(&self) -> Result<i64, Error> {
        sqlx::query_scalar!("select head from sequencer where id = 1")
            .fetch_one(&self.pool)
            .await
            .map_err(while_doing("reading the head of the ledger"))
    }

    /// The position of an event, when it has one.
    pub async fn position_of(
        &self,
        stream: &StreamId,
        sequence: i64,
    ) -> Result<Option<i64>, Error> {
        sqlx::query_scalar!(
            "select position from event_log
              where aggregate_type = $1 and aggregate_id = $2 and sequence = $3",
            stream.aggregate_type,
            stream.aggregate_id,
            sequence,
        )
        .fetch_optional(&self.pool)
        .await
        .map_err(while_doing("looking a position up"))
    }

    /// The last sequence of a stream up to a bound; none when there is no event.
    pub async fn last_sequence(&self, stream: &StreamId, bound: i64) -> Result<Option<i64>, Error> {
        sqlx::query_scalar!(
            "select sequence from events
              where aggregate_type = $1 and aggregate_id = $2 and sequence <= $3
              order by sequence desc limit 1",
            stream.aggregate_type,
            stream.aggregate_id,
            bound,
        )
        .fetch_optional(&self.pool)
        .await
        .map_err(while_doing("looking for the end of a stream"))
    }

    /// The last sequence of a stream that a command wrote. Looks at the whole stream.
    pub async fn sequence_of(
        &self,
        stream: &StreamId,
        command: CommandId,
    ) -> Result<Option<i64>, Error> {
        sqlx::query_scalar!(
            "select sequence from events
              where aggregate_type = $1 and aggregate_id = $2 and metadata ->> 'command_id' = $3
              order by sequence desc limit 1",
            stream.aggregate_type,
            stream.aggregate_id,
            command.to_string(),
        )
        .fetch_optional(&self.pool)
        .await
        .map_err(while_doing("looking for a command in a stream"))
    }

    /// The streams of the events at these positions, each once; of positions that there are not,
    /// none.
    pub async fn streams_at(&self, positions: &[i64]) -> Result<Vec<StreamId>, Error> {
        let rows = sqlx::query!(
            "select distinct aggregate_type, aggregate_id from event_log where position = any($1)",
            positions,
        )
        .fetch_all(&self.pool)
        .await
        .map_err(while_doing("looking for the streams of positions"))?;
        Ok(rows
            .into_iter()
            .filter_map(|row| match aggregate_type(row.aggregate_type) {
                Cow::Borrowed(known) => Some(StreamId::new(known, row.aggregate_id)),
                // Of a program that is newer than this one.
                Cow::Owned(_) => None,
            })
            .collect())
    }

    /// The pool that serves; for the tables of other rooms that belong to the same transaction
    /// boundary.
    pub fn pool(&self) -> &PgPool {
        &self.pool
    }

    async fn complete(&self, events: Vec<Recorded>) -> Result<Vec<Recorded>, Error> {
        Ok(self.complete_to(events).await?.0)
    }

    /// The first of these events, as many as may be large, in the clear; and the position of the last that was looked
    /// at. Those whose key is gone are passed over.
    pub(super) async fn complete_to(
        &self,
        mut events: Vec<Recorded>,
    ) -> Result<(Vec<Recorded>, i64), Error> {
        let mut bytes = 0;
        let fitting = events
            .iter()
            .take_while(|event| {
                let first = bytes == 0;
                bytes += blobs::full_size(&event.payload);
                first || bytes <= READ_BYTES
            })
            .count();
        events.truncate(fitting);
        let last = events.last().map_or(0, |last| last.position);
        blobs::resolve(&self.pool, &mut events).await?;
        Ok((self.opened(events).await?, last))
    }
}

pub(in crate::journal) fn organization(text: &str) -> Result<OrganizationId, Error> {
    text.parse().map_err(|_| Error::Damaged(format!("{text:?} is not an organization")))
}
