//! Makes the grants of the month, and notes whose compute units are used up and whose are not any
//! more.

use std::sync::Arc;
use std::time::Duration;

use time::OffsetDateTime;
use tokio_util::sync::CancellationToken;

use super::ownership::Ownership;
use super::rhythm::Rhythm;
use crate::aggregates::account::{self, Account, Command, Month};
use crate::journal::{Context, Journal, Metadata, NotExecuted, Store, StreamId, slot_of};
use crate::primitives::{Clock, CommandId};
use crate::projections::usage::{self, Due};
use crate::projections::{self, HouseViews};

/// How often the view is asked for what is due: how much is used beyond the end is what runs use in
/// this time.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// How many accounts are taken at a time.
const BATCH: i64 = 200;
/// Who an auditor reads that gave the orders.
const NAME: &str = "system:usage-clerk";

/// What the clerk's loop needs.
#[derive(Clone)]
pub struct UsageClerk {
    views: HouseViews,
    ownership: Arc<Ownership>,
    accounts: Store<Account>,
    clock: Arc<dyn Clock>,
}

impl UsageClerk {
    /// A clerk for the accounts whose slots are this process's. Where two believe that an account
    /// is theirs, the account itself carries out once what both order.
    pub fn new(
        journal: Journal,
        views: HouseViews,
        ownership: Arc<Ownership>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self { views, ownership, accounts: Store::accounts(journal), clock }
    }

    /// Looks after accounts until it is told to stop.
    pub async fn run(self, stop: CancellationToken) -> Result<(), projections::Error> {
        let mut rhythm = Rhythm::new(LOOK_EVERY, stop);
        while rhythm.beat().await {
            let now = self.clock.now();
            let mut due = usage::due(&self.views, Month::of(now), BATCH).await?;
            due.retain(|due| {
                let stream = StreamId::account(due.organization);
                self.ownership.fence(slot_of(&stream.aggregate_id)).is_some()
            });
            futures::future::join_all(due.into_iter().map(|due| self.settle(due, now))).await;
        }
        Ok(())
    }

    /// The account decides what of it is to be done still.
    async fn settle(&self, due: Due, now: OffsetDateTime) {
        let Due { organization, balance, version, grant, judgement: _ } = due;
        // What is granted changes the balance: it is judged at the next look.
        let order = if grant {
            account::Order::GrantMonth
        } else {
            account::Order::Judge { balance, seen: version }
        };
        let command = Command { by: NAME.to_owned(), at: now, order };
        let context = Context::new(Metadata::new(organization, NAME, CommandId::generate()));
        match self.accounts.execute(&organization.to_string(), command, context).await {
            // Another clerk was faster, or the ledger is away: both are seen at the next look.
            Ok(_) | Err(NotExecuted::Conflict) => {}
            Err(error) => tracing::warn!(
                organization.id = %organization,
                error = &error as &dyn std::error::Error,
                "the account of {organization} is looked at again: {error}"
            ),
        }
    }
}
