//! What falls due: delays, retries, and the time limits of waits. Below the fold, the question that
//! the timers' actor asks.

use std::collections::HashMap;

use engine::Place;
use futures::future::BoxFuture;
use sqlx::PgConnection;
use time::OffsetDateTime;

use super::Error;
use super::concern;
use super::error::held;
use super::error::while_doing;
use super::facts::{self, Fact};
use super::projection::Projection;
use super::text::Text;
use super::views::HouseViews;
use crate::journal::{Recorded, slot_of};
use crate::primitives::{OrganizationId, RunId};

/// The projection behind `view_timers`.
#[derive(Debug, Clone, Copy)]
pub struct Projector;

impl Projector {
    /// Its name.
    pub const NAME: &'static str = "timers";
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
            let mut timers = HashMap::new();
            let payloads = facts::of_runs(events)?;
            for (event, payload) in &payloads {
                take(&mut timers, event, payload)?;
            }
            write(connection, timers).await
        })
    }
}

/// The node types that sleep until something happens or their time is up, beside those that wait for
/// the signer.
const SLEEPERS: [&str; 5] = ["delay", "wait", "call-workflow", "trigger-workflow", "manual-task"];

/// A timer as a batch leaves it.
struct Timer<'a> {
    organization: OrganizationId,
    kind: &'static str,
    due_at: OffsetDateTime,
    position: i64,
    run_id: &'a str,
}

/// `None`: settled.
type Timers<'a> = HashMap<(&'a str, Text<'a>), Option<Timer<'a>>>;

fn take<'a>(timers: &mut Timers<'a>, event: &'a Recorded, payload: &'a str) -> Result<(), Error> {
    let run_id = event.aggregate_id.as_str();
    let timer = |kind, due_at| {
        let organization = event.organization;
        Some(Timer { organization, kind, due_at, position: event.position, run_id })
    };
    let (node, timer) = match facts::read(event, payload)? {
        Fact::DelayStarted(delay) => (delay.node, timer("delay", delay.due_at)),
        Fact::WaitOpened(wait) => (wait.node, timer("wait", wait.due_at)),
        Fact::RetryScheduled { node, due_at, .. } => (node, timer("retry", due_at)),
        // A first attempt follows no timer, and neither does the end of a node that began with one.
        Fact::NodeStarted { node, attempt, .. } if attempt > 1 => (node, None),
        Fact::NodeSucceeded { node, kind, .. } | Fact::NodeFailed { node, kind, .. }
            if SLEEPERS.contains(&kind.as_str()) || engine::waits_for_signer(kind.as_str()) =>
        {
            (node, None)
        }
        Fact::NodeCancelled { node, .. } => (node, None),
        Fact::Started(_)
        | Fact::NodeStarted { .. }
        | Fact::EffectRepeated { .. }
        | Fact::NodeSucceeded { .. }
        | Fact::NodeFailed { .. }
        | Fact::FailureHandled {}
        | Fact::LoopStarted { .. }
        | Fact::IterationStarted {}
        | Fact::Paused { .. }
        | Fact::Unpaused { .. }
        | Fact::HistoryGrewLong {}
        | Fact::LimitReached {}
        | Fact::CompensationStarted { .. }
        | Fact::CompensationEnded { .. }
        | Fact::EventEmitted { .. }
        | Fact::NodeSkipped { .. }
        | Fact::WaitMarked { .. }
        | Fact::WaitResumed { .. }
        | Fact::WaitTimedOut { .. }
        | Fact::CancelRequested { .. }
        | Fact::Succeeded { .. }
        | Fact::Failed { .. }
        | Fact::Cancelled { .. } => return Ok(()),
    };
    timers.insert((run_id, node), timer);
    Ok(())
}

async fn write(connection: &mut PgConnection, timers: Timers<'_>) -> Result<(), Error> {
    let (set, settled): (Vec<_>, Vec<_>) = timers.into_iter().partition(|(_, set)| set.is_some());
    if !settled.is_empty() {
        let runs: Vec<_> = settled.iter().map(|((run, _), _)| *run).collect();
        let nodes: Vec<_> = settled.iter().map(|((_, node), _)| node.as_str()).collect();
        sqlx::query!(
            "delete from timers t using unnest($1::text[], $2::text[]) u (run_id, node_id)
              where t.run_id = u.run_id and t.node_id = u.node_id",
            &runs as _,
            &nodes as _,
        )
        .execute(&mut *connection)
        .await
        .map_err(while_doing("removing settled timers"))?;
    }
    if set.is_empty() {
        return Ok(());
    }
    let nodes: Vec<_> = set.iter().map(|((_, node), _)| node.as_str()).collect();
    let set: Vec<_> = set.iter().filter_map(|(_, timer)| timer.as_ref()).collect();
    let runs: Vec<_> = set.iter().map(|timer| timer.run_id).collect();
    let organizations: Vec<_> = set.iter().map(|timer| timer.organization.to_string()).collect();
    let slots: Vec<_> = set.iter().map(|timer| slot_of(timer.run_id)).collect();
    let kinds: Vec<_> = set.iter().map(|timer| timer.kind).collect();
    let due: Vec<_> = set.iter().map(|timer| timer.due_at).collect();
    let positions: Vec<_> = set.iter().map(|timer| timer.position).collect();
    sqlx::query!(
        "insert into timers (run_id, node_id, organization_id, slot, kind, due_at, position)
         select * from unnest($1::text[], $2::text[], $3::text[], $4::smallint[], $5::text[],
                              $6::timestamptz[], $7::bigint[])
             on conflict (run_id, node_id) do update
            set kind = excluded.kind, due_at = excluded.due_at, position = excluded.position",
        &runs as _,
        &nodes as _,
        &organizations as _,
        &slots,
        &kinds as _,
        &due,
        &positions,
    )
    .execute(connection)
    .await
    .map(drop)
    .map_err(while_doing("setting timers"))
}

/// A timer that is due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DueTimer {
    /// Whose run it is.
    pub organization: OrganizationId,
    /// The run.
    pub run: RunId,
    /// The node that delays, is to be retried, or waits.
    pub node: Place,
    /// Since when.
    pub due_at: OffsetDateTime,
}

/// The timers of runs in these slots that are due at `now`, the most overdue first, at most `limit`.
pub async fn due(
    views: &HouseViews,
    slots: &[i16],
    now: OffsetDateTime,
    limit: i64,
) -> Result<Vec<DueTimer>, Error> {
    let rows = sqlx::query!(
        r#"select organization_id as "organization!", run_id as "run!", node_id as "node!",
                  due_at as "due_at!"
             from house_timers where slot = any ($1) and due_at <= $2
            order by due_at limit $3"#,
        slots,
        now,
        limit,
    )
    .fetch_all(views.rows())
    .await
    .map_err(while_doing("asking for timers that are due"))?;
    rows.into_iter()
        .map(|row| {
            Ok(DueTimer {
                organization: held(&row.organization)?,
                run: held(&row.run)?,
                node: row.node.as_str().into(),
                due_at: row.due_at,
            })
        })
        .collect()
}
