//! Who waits for which events, and for which triggers. Below the fold, the questions that the
//! reaction to events and the index of triggers ask.

use std::collections::HashMap;

use engine::{EventPattern, Place};
use futures::future::BoxFuture;
use serde::Deserialize;
use serde_json::value::RawValue;
use sqlx::PgConnection;

use super::Error;
use super::concern;
use super::error::held;
use super::error::while_doing;
use super::facts::{self, Fact, Pending};
use super::projection::Projection;
use super::text::Text;
use super::views::{HouseViews, Views};
use crate::journal::Recorded;
use crate::primitives::{OrganizationId, RunId};

/// The projection behind `view_waits`.
#[derive(Debug, Clone, Copy)]
pub struct Projector;

impl Projector {
    /// Its name.
    pub const NAME: &'static str = "waits";
}

impl Projection for Projector {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    fn version(&self) -> i32 {
        1
    }

    fn concerns(&self, event: &Recorded) -> bool {
        concern::is_of(event, &[concern::RUN])
    }

    fn write<'a>(
        &'a self,
        connection: &'a mut PgConnection,
        events: &'a [&'a Recorded],
    ) -> BoxFuture<'a, Result<(), Error>> {
        Box::pin(async move {
            let mut waits = HashMap::new();
            let payloads = facts::of_runs(events)?;
            for (event, payload) in &payloads {
                take(&mut waits, event, payload)?;
            }
            write(connection, waits).await
        })
    }
}

/// The type of the nodes that wait for events, among other things.
const KIND: &str = "wait";
/// What a wait for an event has as its `triggerType`.
const EVENT: &str = "event";
/// What stands before the kind where the pattern of an event stands else. No event's name has a
/// colon.
const TRIGGER: &str = "trigger:";
/// Waits for these are told by whoever resumes them, or by the clock: nobody looks for them.
const SOUGHT_BY_NOBODY: [&str; 4] = ["manual", "webhook", "signal", "schedule"];

/// A wait as a batch leaves it.
struct Open<'a> {
    organization: OrganizationId,
    pattern: String,
    config: &'a str,
    position: i64,
}

/// `None`: ended.
type Waits<'a> = HashMap<(&'a str, Text<'a>), Option<Open<'a>>>;

/// Of a wait's input, what tells whether it is for an event.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Input<'a> {
    #[serde(borrow, default)]
    trigger_type: Option<Text<'a>>,
    #[serde(borrow, default)]
    trigger_config: Option<&'a RawValue>,
}

/// Of the setting, what is looked for.
#[derive(Deserialize)]
struct Config<'a> {
    #[serde(borrow, default)]
    pattern: Option<Text<'a>>,
}

fn take<'a>(waits: &mut Waits<'a>, event: &'a Recorded, payload: &'a str) -> Result<(), Error> {
    let (node, open) = match facts::read(event, payload)? {
        Fact::WaitOpened(wait) if wait.kind.as_str() == KIND => match opened(event, &wait) {
            Some(open) => (wait.node, Some(open)),
            None => return Ok(()),
        },
        Fact::WaitResumed { node, .. }
        | Fact::WaitTimedOut { node, .. }
        | Fact::NodeCancelled { node, .. } => (node, None),
        Fact::NodeSucceeded { node, kind, .. } | Fact::NodeFailed { node, kind, .. }
            if kind.as_str() == KIND =>
        {
            (node, None)
        }
        Fact::Started(_)
        | Fact::NodeStarted { .. }
        | Fact::EffectRepeated { .. }
        | Fact::NodeSucceeded { .. }
        | Fact::NodeFailed { .. }
        | Fact::RetryScheduled { .. }
        | Fact::FailureHandled {}
        | Fact::LoopStarted { .. }
        | Fact::IterationStarted {}
        | Fact::NodeSkipped { .. }
        | Fact::DelayStarted(_)
        | Fact::WaitOpened(_)
        | Fact::WaitMarked { .. }
        | Fact::Paused { .. }
        | Fact::Unpaused { .. }
        | Fact::HistoryGrewLong {}
        | Fact::LimitReached {}
        | Fact::CompensationStarted { .. }
        | Fact::CompensationEnded { .. }
        | Fact::EventEmitted { .. }
        | Fact::CancelRequested { .. }
        | Fact::Succeeded { .. }
        | Fact::Failed { .. }
        | Fact::Cancelled { .. } => return Ok(()),
    };
    waits.insert((event.aggregate_id.as_str(), node), open);
    Ok(())
}

/// The row of a wait; none when it is for something else. A setting that is none, which earlier
/// versions let pass, is no wait for any event.
fn opened<'a>(event: &'a Recorded, wait: &Pending<'a>) -> Option<Open<'a>> {
    let input: Input<'a> = serde_json::from_str(wait.input.get()).ok()?;
    let kind = input.trigger_type?;
    let config = input.trigger_config?.get();
    let pattern = match kind.as_str() {
        EVENT => {
            let read: Config<'a> = serde_json::from_str(config).ok()?;
            EventPattern::read(read.pattern?.as_str())?.as_str().to_owned()
        }
        other if SOUGHT_BY_NOBODY.contains(&other) => return None,
        other => format!("{TRIGGER}{other}"),
    };
    let (organization, position) = (event.organization, event.position);
    Some(Open { organization, pattern, config, position })
}

async fn write(connection: &mut PgConnection, waits: Waits<'_>) -> Result<(), Error> {
    let (open, ended): (Vec<_>, Vec<_>) = waits.into_iter().partition(|(_, open)| open.is_some());
    if !ended.is_empty() {
        let runs: Vec<_> = ended.iter().map(|((run, _), _)| *run).collect();
        let nodes: Vec<_> = ended.iter().map(|((_, node), _)| node.as_str()).collect();
        sqlx::query!(
            "delete from waits w using unnest($1::text[], $2::text[]) u (run_id, node_id)
              where w.run_id = u.run_id and w.node_id = u.node_id",
            &runs as _,
            &nodes as _,
        )
        .execute(&mut *connection)
        .await
        .map_err(while_doing("removing waits that have ended"))?;
    }
    if open.is_empty() {
        return Ok(());
    }
    let runs: Vec<_> = open.iter().map(|((run, _), _)| *run).collect();
    let nodes: Vec<_> = open.iter().map(|((_, node), _)| node.as_str()).collect();
    let open: Vec<_> = open.iter().filter_map(|(_, open)| open.as_ref()).collect();
    let organizations: Vec<_> = open.iter().map(|open| open.organization.to_string()).collect();
    let patterns: Vec<_> = open.iter().map(|open| open.pattern.as_str()).collect();
    let configs: Vec<_> = open.iter().map(|open| open.config).collect();
    let positions: Vec<_> = open.iter().map(|open| open.position).collect();
    sqlx::query!(
        "insert into waits (run_id, node_id, organization_id, pattern, config, position)
         select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[],
                              $6::bigint[])
             on conflict (run_id, node_id) do update
            set pattern = excluded.pattern, config = excluded.config,
                position = excluded.position",
        &runs as _,
        &nodes as _,
        &organizations as _,
        &patterns as _,
        &configs as _,
        &positions,
    )
    .execute(connection)
    .await
    .map(drop)
    .map_err(while_doing("keeping open waits"))
}

/// A run that waits for an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// The run.
    pub run: RunId,
    /// The node that waits.
    pub node: Place,
    /// JSON text: what it waits for, and what it takes out of the event.
    pub config: String,
}

/// The patterns with a `*` that somebody in the organization waits for.
pub async fn wild_patterns(
    views: &Views,
    organization: OrganizationId,
) -> Result<Vec<EventPattern>, Error> {
    let mut reader = views.of(organization).await?;
    // From each pattern on to the next one: many may wait for the same.
    let patterns = sqlx::query_scalar!(
        r#"with recursive wild (pattern) as (
             select min(pattern collate "C") from view_waits
              where organization_id = $1 and pattern like '%*%'
             union all
             select (select min(w.pattern collate "C") from view_waits w
                      where w.organization_id = $1 and w.pattern like '%*%'
                        and w.pattern > wild.pattern collate "C")
               from wild where wild.pattern is not null)
           select pattern as "pattern!" from wild where pattern is not null"#,
        organization.to_string(),
    )
    .fetch_all(reader.rows())
    .await
    .map_err(while_doing("asking for the patterns that runs wait for"))?;
    Ok(patterns.iter().filter_map(|pattern| EventPattern::read(pattern)).collect())
}

/// Those who wait for a pattern since before a position, behind `after` in the order of runs and
/// nodes, at most `limit`.
pub async fn waiting(
    views: &Views,
    organization: OrganizationId,
    pattern: &str,
    before: i64,
    after: (&str, &str),
    limit: i64,
) -> Result<Vec<Waiting>, Error> {
    let mut reader = views.of(organization).await?;
    let rows = sqlx::query!(
        r#"select run_id as "run!", node_id as "node!", config as "config!"
             from view_waits
            where organization_id = $1 and pattern = $2 and position < $3
              and (run_id, node_id) > ($4, $5)
            order by run_id, node_id limit $6"#,
        organization.to_string(),
        pattern,
        before,
        after.0,
        after.1,
        limit,
    )
    .fetch_all(reader.rows())
    .await
    .map_err(while_doing("asking who waits for an event"))?;
    rows.into_iter()
        .map(|row| {
            let (run, node) = (held(&row.run)?, row.node.as_str().into());
            Ok(Waiting { run, node, config: row.config })
        })
        .collect()
}

/// What a run's event says of its waits for triggers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Heard {
    /// A node waits for a trigger.
    Opened {
        /// The node.
        node: Place,
        /// The trigger's kind.
        kind: String,
        /// JSON text: the trigger's settings.
        config: String,
    },
    /// A node has ended, which may have waited.
    Closed {
        /// The node.
        node: Place,
    },
}

/// Whether an event of this type may open or end a wait. Each wait ends by one of these, before the end of its node is
/// told.
pub fn is_heard(event_type: &str) -> bool {
    matches!(event_type, "wait_opened" | "wait_resumed" | "wait_timed_out" | "node_cancelled")
}

/// What an event says of waits for triggers; nothing for most.
pub fn heard(event: &Recorded) -> Result<Option<Heard>, Error> {
    if !is_heard(&event.event_type) {
        return Ok(None);
    }
    let mut waits = HashMap::new();
    let payloads = facts::of_runs(&[event])?;
    for (event, payload) in &payloads {
        take(&mut waits, event, payload)?;
    }
    Ok(waits.into_iter().next().and_then(|((_, node), open)| {
        let node = node.as_str().into();
        match open {
            None => Some(Heard::Closed { node }),
            Some(open) => {
                let kind = open.pattern.strip_prefix(TRIGGER)?.to_owned();
                Some(Heard::Opened { node, kind, config: open.config.to_owned() })
            }
        }
    }))
}

/// The organizations in which runs wait for triggers, each with the kinds of these.
pub async fn sought(views: &HouseViews) -> Result<Vec<(OrganizationId, String)>, Error> {
    let rows = sqlx::query!(
        r#"select distinct organization_id as "organization!", pattern as "pattern!"
             from house_waits where pattern like 'trigger:%'"#,
    )
    .fetch_all(views.rows())
    .await
    .map_err(while_doing("asking for the triggers that runs wait for"))?;
    rows.into_iter()
        .map(|row| {
            let kind = row.pattern.strip_prefix(TRIGGER).unwrap_or_default().to_owned();
            Ok((held(&row.organization)?, kind))
        })
        .collect()
}

/// The waits of an organization for a kind of trigger, behind `after` in the order of runs and
/// nodes, at most `limit`.
pub async fn waiting_for_trigger(
    views: &Views,
    organization: OrganizationId,
    kind: &str,
    after: (&str, &str),
    limit: i64,
) -> Result<Vec<Waiting>, Error> {
    let pattern = format!("{TRIGGER}{kind}");
    waiting(views, organization, &pattern, i64::MAX, after, limit).await
}
