//! Makes anew what operators want made anew, one view at a time.

use std::time::Duration;

use sqlx::{Connection, PgConnection};
use tokio::sync::watch;
use tokio::time::{MissedTickBehavior, interval};

use super::effort::Effort;
use super::rebuild::{self, Means, Progress, Rebuilt};
use super::wanted::{self, Outcome};
use crate::primitives::Clock;
use crate::projections::error::while_doing;
use crate::projections::projection::Projection;
use crate::projections::session::{self, Office};
use crate::projections::{self, Error};

/// How often it is noted how far a rebuild is.
const NOTED_EVERY: Duration = Duration::from_millis(500);

/// Carries out the rebuilds that are wanted and that nobody carries out, as hard as the order says or else with
/// this effort, and says how many it did.
///
/// One of which the process died is gone on with by the next who looks. A view that cannot be built is noted as
/// failed and stays as readers see it.
///
/// # Errors
///
/// [`Error::Database`] and [`Error::Journal`]: what is wanted stays wanted.
pub async fn carry_out(means: &Means, effort: Effort, clock: &dyn Clock) -> Result<usize, Error> {
    let mut connection = session::open(&means.database, "public").await?;
    let mut done = 0;
    for (name, _) in wanted::open(&mut connection).await? {
        if !Office::Order.take(&mut connection, &name).await? {
            continue;
        }
        // Whoever had the office before may have done it.
        let open = wanted::open(&mut connection).await?;
        if let Some((_, ordered)) = open.iter().find(|(open, _)| *open == name) {
            let effort = ordered.unwrap_or(effort);
            done += usize::from(one(means, &name, effort, (&mut connection, clock)).await?);
        }
        Office::Order.leave(&mut connection, &name).await?;
    }
    connection.close().await.map_err(while_doing("closing a connection"))?;
    Ok(done)
}

/// Rebuilds one view; false where somebody else remakes it, which is waited for.
async fn one(
    means: &Means,
    name: &str,
    effort: Effort,
    (connection, clock): (&mut PgConnection, &dyn Clock),
) -> Result<bool, Error> {
    let rebuilt = match projections::by_name(name) {
        Ok(projection) => told(means, projection, effort, connection).await,
        Err(unknown) => Err(unknown),
    };
    let (outcome, detail) = match rebuilt {
        Ok(rebuilt) => Outcome::of(&rebuilt.comparison),
        Err(Error::Busy(_)) => return Ok(false),
        Err(
            error @ (Error::Superseded(_)
            | Error::Cursor
            | Error::Journal(_)
            | Error::Database { .. }),
        ) => return Err(error),
        Err(
            error @ (Error::Poison { .. }
            | Error::Damaged(_)
            | Error::Unknown(_)
            | Error::NotFlipped(_)),
        ) => {
            tracing::error!(
                projection = name,
                error = &error as &dyn std::error::Error,
                "{name} could not be built anew: {error}"
            );
            (Outcome::Failed, error.to_string())
        }
    };
    wanted::finish(connection, name, (outcome, &detail), clock.now()).await?;
    tracing::info!(projection = name, outcome = outcome.as_str(), "{name}: {detail}");
    Ok(true)
}

/// Rebuilds, and notes twice a second how far that is.
async fn told(
    means: &Means,
    projection: &'static dyn Projection,
    effort: Effort,
    connection: &mut PgConnection,
) -> Result<Rebuilt, Error> {
    let (tell, mut heard) = watch::channel(None::<Progress>);
    let work = rebuild::rebuild(means, projection, effort, move |progress| {
        tell.send_replace(Some(progress));
    });
    let mut work = std::pin::pin!(work);
    let mut due = interval(NOTED_EVERY);
    due.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            rebuilt = &mut work => return rebuilt,
            _ = due.tick() => {}
        }
        let news = heard.has_changed().unwrap_or_default().then(|| *heard.borrow_and_update());
        if let Some(Some(progress)) = news {
            wanted::note(connection, projection.name(), &progress).await?;
        }
    }
}
