//! What must be done now and then: old receipts and refusals go, months of the ledger come.

use std::sync::Arc;
use std::time::Duration;

use sqlx::PgPool;

use super::supervisor::Watch;
use crate::deliveries::Deliveries;
use crate::journal::{Error, Inbox, Journal, partitions};
use crate::primitives::Clock;

/// How often it is done. Receipts are kept for a day and months are made three ahead: a quarter of
/// an hour more does not matter.
const EVERY: Duration = Duration::from_mins(15);
/// How long deliveries to webhooks are kept, when there are not so many that they go before.
const DELIVERIES: Duration = Duration::from_hours(14 * 24);

/// The housekeeping, as a part that the supervisor hosts. `owner` may make tables.
pub fn part(journal: Journal, pool: PgPool, owner: PgPool, clock: Arc<dyn Clock>) -> Watch {
    Watch::new("housekeeping", move |stop| {
        let (journal, inbox) = (journal.clone(), Inbox::new(pool.clone()));
        let deliveries = Deliveries::new(pool.clone());
        let (owner, clock) = (owner.clone(), Arc::clone(&clock));
        async move {
            loop {
                tokio::select! {
                    () = stop.cancelled() => return Ok::<(), Error>(()),
                    () = tokio::time::sleep(EVERY) => {}
                }
                let receipts = journal.purge_receipts().await?;
                let refusals = inbox.purge().await?;
                // They are for people to look at: what goes wrong here stops nothing else.
                if let Err(error) = deliveries.forget(clock.now() - DELIVERIES).await {
                    tracing::warn!("old deliveries were not forgotten: {error}");
                }
                let months = partitions::create_missing(&owner, clock.now()).await?.len();
                tracing::info!(
                    receipts,
                    refusals,
                    months,
                    "forgot {receipts} old receipts and {refusals} old refusals, made {months} months"
                );
            }
        }
    })
}
