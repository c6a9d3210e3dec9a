//! How fast the ledger grows while a build is made.

use std::time::Duration;

use tokio::time::Instant;

use crate::journal::{Error, Journal};

/// How often it is looked at.
const EVERY: Duration = Duration::from_secs(5);

/// Where the ledger was when it was last looked at.
#[derive(Debug, Default)]
pub(super) struct Growth(Option<(Instant, i64)>);

impl Growth {
    /// How many events a second were recorded since the look before, where that was a while ago.
    #[expect(clippy::cast_precision_loss, reason = "a rate")]
    pub(super) async fn look(&mut self, journal: &Journal) -> Result<Option<f64>, Error> {
        let now = Instant::now();
        if self.0.is_some_and(|(then, _)| now - then < EVERY) {
            return Ok(None);
        }
        let head = journal.head().await?;
        let before = self.0.replace((now, head));
        Ok(before.map(|(then, from)| (head - from) as f64 / (now - then).as_secs_f64()))
    }
}
