//! `chainkeel projections list`: how far each view is.

use serde_json::{Value, json};

use crate::cli::failure::Failure;
use crate::cli::print::{line, print_json};
use crate::journal::{Journal, Recorded};
use crate::projections::builds::{self, Build};
use crate::projections::orders::{self, Order};
use crate::projections::rebuild::Means;

/// So many letters of what a parked event says are shown to people.
const SHOWN: usize = 400;

/// A build, what an operator wants of it, and the event before which it is parked.
struct Row {
    build: Build,
    order: Order,
    parked: Option<Recorded>,
}

/// Shows each build, and the event before which a parked one stands.
pub(super) async fn list(means: &Means, json: bool) -> Result<(), Failure> {
    let head = means.journal.head().await.map_err(|error| Failure::of(&error))?;
    let builds = builds::list(means.journal.pool()).await.map_err(|error| Failure::of(&error))?;
    let orders = orders::list(means.journal.pool()).await.map_err(|error| Failure::of(&error))?;
    let mut rows = Vec::with_capacity(builds.len());
    for build in builds {
        let order = orders.iter().find(|(of, _)| *of == build.projection);
        let order = order.map(|(_, order)| *order).unwrap_or_default();
        let parked = match build.parked_position {
            Some(position) => at(&means.journal, position).await?,
            None => None,
        };
        rows.push(Row { build, order, parked });
    }
    if json {
        let builds: Vec<Value> = rows.iter().map(|row| row.as_json(head)).collect();
        print_json(&json!({ "head": head, "builds": builds }));
        return Ok(());
    }
    line(&format!("the ledger's head is at position {head}\n"));
    line("VIEW               VERSION  BUILD  STATE       POSITION       BEHIND");
    for row in &rows {
        row.show(head);
    }
    Ok(())
}

/// The event at a position, if there is one.
async fn at(journal: &Journal, position: i64) -> Result<Option<Recorded>, Failure> {
    let read = journal.read_after(position - 1, 1).await.map_err(|error| Failure::of(&error))?;
    Ok(read.into_iter().find(|event| event.position == position))
}

impl Row {
    fn as_json(&self, head: i64) -> Value {
        let Self { build, order, parked } = self;
        let parked = parked.as_ref().map(|event| {
            json!({
                "stream": format!("{}/{}", event.aggregate_type, event.aggregate_id),
                "sequence": event.sequence,
                "type": event.event_type,
                "version": event.event_version,
                "organizationId": event.organization,
                "payload": serde_json::from_str::<Value>(&event.payload).unwrap_or_default(),
            })
        });
        json!({
            "projection": build.projection,
            "version": build.version,
            "build": build.build_id,
            "state": build.state.as_str(),
            "position": build.position,
            "lag": head - build.position,
            "parkedPosition": build.parked_position,
            "parkedReason": build.parked_reason,
            "parkedEvent": parked,
            "isPaused": order.is_paused,
            "perSecond": order.per_second,
        })
    }

    fn show(&self, head: i64) {
        let Self { build, order, parked } = self;
        line(&format!(
            "{:<18} {:>7}  {:>5}  {:<9} {:>10}   {:>10}",
            build.projection,
            build.version,
            build.build_id,
            build.state.as_str(),
            build.position,
            head - build.position
        ));
        if let (Some(position), Some(reason)) = (build.parked_position, &build.parked_reason) {
            line(&format!("  parked at position {position}: {reason}"));
        }
        if let Some(event) = parked {
            let Recorded { aggregate_type, aggregate_id, sequence, event_type, .. } = event;
            let says: String = event.payload.chars().take(SHOWN).collect();
            line(&format!(
                "  {event_type}, event {sequence} of {aggregate_type} {aggregate_id}: {says}"
            ));
        }
        let Order { is_paused, per_second } = order;
        if *is_paused {
            line("  an operator lets it rest");
        }
        if let Some(most) = per_second {
            line(&format!("  an operator lets it take {most} events a second at most"));
        }
    }
}
