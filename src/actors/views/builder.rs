use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::actors::rhythm::Rhythm;
use crate::primitives::Clock;
use crate::projections::rebuild::Means;
use crate::projections::{Effort, Error, builder};

/// How often it looks whether something is wanted.
const LOOK: Duration = Duration::from_secs(1);

/// Makes views anew by order: what stands wanted in the database, until it is done.
#[derive(Clone)]
pub struct ViewBuilder {
    /// How views are made.
    pub means: Means,
    /// How hard they are built where the order does not say it.
    pub effort: Effort,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

impl ViewBuilder {
    /// Does what is ordered until it is told to stop; a rebuild that goes on then is gone on with by the next.
    ///
    /// # Errors
    ///
    /// Those of the database and of the ledger: what is ordered stays so.
    pub async fn run(self, stop: CancellationToken) -> Result<(), Error> {
        let mut rhythm = Rhythm::new(LOOK, stop.clone());
        while rhythm.beat().await {
            tokio::select! {
                () = stop.cancelled() => return Ok(()),
                done = builder::carry_out(&self.means, self.effort, &*self.clock) => done.map(drop)?,
            }
        }
        Ok(())
    }
}
