//! How far the views have come, for readers that want to see their own writes.

use std::sync::Arc;
use std::time::Duration;

use sqlx::PgPool;
use tokio::sync::watch;
use tokio::time::{Instant, timeout_at};

use super::Error;
use super::error::while_doing;

/// The first pause between two looks at a checkpoint that another process moves.
const FIRST_LOOK: Duration = Duration::from_millis(2);
/// The longest such pause: what a reader may lose beyond what the view takes.
const LONGEST_LOOK: Duration = Duration::from_millis(20);

/// The checkpoints of what readers see. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Positions {
    pool: PgPool,
    /// What projectors of this process wrote last.
    here: Arc<[(&'static str, watch::Sender<i64>)]>,
}

impl Positions {
    /// The checkpoints of all projections, read through `pool`.
    pub fn new(pool: PgPool) -> Self {
        let here = super::all()
            .iter()
            .map(|projection| (projection.name(), watch::Sender::new(0)))
            .collect();
        Self { pool, here }
    }

    /// How far the live build of a projection has come. Where this process keeps it up, that may be further than
    /// its checkpoint, by what does not concern it.
    pub async fn of(&self, projection: &str) -> Result<i64, Error> {
        let here = self.told(projection).map_or(0, |told| *told.borrow());
        let stored = sqlx::query_scalar!(
            "select position from projection_builds
              where projection = $1 and state in ('live', 'parked')",
            projection,
        )
        .fetch_optional(&self.pool)
        .await
        .map_err(while_doing("asking how far a view has come"))?
        .ok_or_else(|| Error::Unknown(projection.to_owned()))?;
        Ok(stored.max(here))
    }

    /// Waits until readers of a projection see everything up to `min`, and says how far they see.
    /// `None`: not within `patience`.
    pub async fn wait_for(
        &self,
        projection: &str,
        min: i64,
        patience: Duration,
    ) -> Result<Option<i64>, Error> {
        let until = Instant::now() + patience;
        let mut pause = FIRST_LOOK;
        let mut here = self.told(projection).map(watch::Sender::subscribe);
        loop {
            let position = self.of(projection).await?;
            if position >= min {
                return Ok(Some(position));
            }
            let now = Instant::now();
            if now >= until {
                return Ok(None);
            }
            let look = (now + pause).min(until);
            match &mut here {
                // An error is the end of the time or of the projector here: look for ourselves.
                Some(here) => drop(timeout_at(look, here.wait_for(|at| *at >= min)).await),
                None => tokio::time::sleep_until(look).await,
            }
            pause = (pause * 2).min(LONGEST_LOOK);
        }
    }

    /// A projector of this process has come this far.
    pub(super) fn reached(&self, projection: &str, position: i64) {
        if let Some(told) = self.told(projection) {
            told.send_if_modified(|known| {
                let is_further = position > *known;
                *known = position.max(*known);
                is_further
            });
        }
    }

    fn told(&self, projection: &str) -> Option<&watch::Sender<i64>> {
        self.here.iter().find(|(name, _)| *name == projection).map(|(_, told)| told)
    }
}
