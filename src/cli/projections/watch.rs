//! `chainkeel projections watch`: the views while they move.

use std::collections::BTreeMap;
use std::io::{IsTerminal as _, stdout};
use std::time::Duration;

use indicatif::HumanDuration;
use serde_json::json;
use tokio::time::{Instant, MissedTickBehavior, interval};

use crate::cli::failure::Failure;
use crate::cli::print::{line, print_json};
use crate::projections::builds::{self, Build, State};
use crate::projections::orders::{self, Order};
use crate::projections::rebuild::Means;

/// How often it looks.
const EVERY: Duration = Duration::from_secs(1);
/// What puts a terminal's cursor to its upper left corner and clears what is below.
const CLEAR: &str = "\x1b[H\x1b[J";

/// Where everything was when it was looked at.
struct Look {
    at: Instant,
    head: i64,
    builds: Vec<Build>,
    orders: BTreeMap<String, Order>,
}

/// How fast something goes, in events a second, between two looks.
#[expect(clippy::cast_precision_loss, reason = "a rate for people")]
fn rate(before: i64, after: i64, took: Duration) -> f64 {
    (after - before) as f64 / took.as_secs_f64().max(0.001)
}

/// When what is behind will be there: never where it loses ground.
#[expect(clippy::cast_precision_loss, reason = "a time for people")]
fn caught_up_in(lag: i64, rate: f64, inflow: f64) -> Option<Duration> {
    let gain = rate - inflow;
    (lag > 0 && gain > 0.0).then(|| Duration::from_secs_f64((lag as f64 / gain).min(1e9)))
}

/// Shows how far each view is, once a second, until it is interrupted.
pub(super) async fn watch(means: &Means, json: bool) -> Result<(), Failure> {
    let mut ticks = interval(EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut before: Option<Look> = None;
    loop {
        tokio::select! {
            _ = ticks.tick() => {}
            _ = tokio::signal::ctrl_c() => return Ok(()),
        }
        let now = look(means).await?;
        if json {
            print_json(&as_json(before.as_ref(), &now));
        } else {
            if stdout().is_terminal() {
                line(CLEAR);
            }
            line(&in_words(before.as_ref(), &now).join("\n"));
        }
        before = Some(now);
    }
}

async fn look(means: &Means) -> Result<Look, Failure> {
    let head = means.journal.head().await.map_err(|error| Failure::of(&error))?;
    let pool = means.journal.pool();
    let builds = builds::list(pool).await.map_err(|error| Failure::of(&error))?;
    let orders = orders::list(pool).await.map_err(|error| Failure::of(&error))?;
    let builds = builds.into_iter().filter(|build| build.state != State::Retired).collect();
    Ok(Look { at: Instant::now(), head, builds, orders: orders.into_iter().collect() })
}

/// A build as it moves.
struct Moving<'a> {
    build: &'a Build,
    order: Order,
    lag: i64,
    rate: f64,
    left: Option<Duration>,
}

fn moving<'a>(before: Option<&Look>, now: &'a Look) -> (f64, Vec<Moving<'a>>) {
    let took = before.map_or(EVERY, |before| now.at - before.at);
    let inflow = before.map_or(0.0, |before| rate(before.head, now.head, took));
    let moving = now.builds.iter().map(|build| {
        let was = before.and_then(|it| it.builds.iter().find(|it| it.build_id == build.build_id));
        let rate = was.map_or(0.0, |was| rate(was.position, build.position, took));
        let lag = (now.head - build.position).max(0);
        let order = now.orders.get(&build.projection).copied().unwrap_or_default();
        Moving { build, order, lag, rate, left: caught_up_in(lag, rate, inflow) }
    });
    (inflow, moving.collect())
}

fn as_json(before: Option<&Look>, now: &Look) -> serde_json::Value {
    let (inflow, moving) = moving(before, now);
    let builds: Vec<_> = moving
        .iter()
        .map(|Moving { build, order, lag, rate, left }| {
            json!({
                "projection": build.projection, "build": build.build_id, "state": build.state.as_str(),
                "position": build.position, "lag": lag, "eventsPerSecond": rate,
                "caughtUpInSeconds": left.map(|left| left.as_secs()),
                "isPaused": order.is_paused, "perSecond": order.per_second,
                "parkedReason": build.parked_reason,
            })
        })
        .collect();
    json!({ "head": now.head, "eventsPerSecond": inflow, "builds": builds })
}

fn in_words(before: Option<&Look>, now: &Look) -> Vec<String> {
    let (inflow, moving) = moving(before, now);
    let mut lines = vec![
        format!("the ledger is at position {}, {inflow:.0} events/s   (Ctrl-C ends)\n", now.head),
        "VIEW                BUILD  STATE       POSITION     BEHIND   EVENTS/S  CAUGHT UP IN"
            .to_owned(),
    ];
    for Moving { build, order, lag, rate, left } in moving {
        let state = match (order.is_paused, build.state) {
            (true, State::Live) => "paused",
            (true | false, state) => state.as_str(),
        };
        let left = match left {
            _ if lag == 0 => "it is".to_owned(),
            Some(left) => HumanDuration(left).to_string(),
            None => "-".to_owned(),
        };
        lines.push(format!(
            "{:<18} {:>6}  {state:<9} {:>10} {lag:>10} {rate:>10.0}  {left}",
            build.projection, build.build_id, build.position,
        ));
        if let Some(reason) = &build.parked_reason {
            lines.push(format!("    {reason}"));
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_gains_ground_is_caught_up_and_what_loses_it_never_is() {
        assert_eq!(caught_up_in(1_000, 150.0, 50.0), Some(Duration::from_secs(10)));
        assert_eq!(caught_up_in(1_000, 50.0, 50.0), None);
        assert_eq!(caught_up_in(0, 50.0, 0.0), None);
        assert!((rate(10, 30, Duration::from_secs(2)) - 10.0).abs() < f64::EPSILON);
    }
}
