//! Matches that a chain took back after their runs had begun: the ledger says so, and then the run
//! does what its trigger asked for.

use std::sync::Arc;

use engine::Compensate;

use crate::actors::order::Context;
use crate::actors::run_desk::RunDesk;
use crate::aggregates::chain_match::{Event, Evidence, Policy, Retracted, Returned};
use crate::journal::{Append, ChainWatch, Error, Gone, Journal, NewEvent, Outcome, StreamId};
use crate::primitives::{Clock, CommandId, OrganizationId, RunId};

/// How many are carried out in one round.
const ROUND: i64 = 64;
/// Events of one read of a match's stream. A match that came and went as often is no chain's.
const PAGE: i64 = 1_000;
/// As whom it is ordered.
const NAME: &str = "chain-watcher";

/// What takes back.
pub(super) struct Retractions {
    pub(super) chain: u64,
    pub(super) watch: ChainWatch,
    pub(super) journal: Journal,
    pub(super) desk: RunDesk,
    pub(super) clock: Arc<dyn Clock>,
}

impl Retractions {
    /// Carries out what has to be taken back.
    pub(super) async fn round(&self) -> Result<(), Error> {
        for gone in self.watch.gone(ROUND).await? {
            self.carry_out(&gone).await?;
        }
        Ok(())
    }

    async fn carry_out(&self, gone: &Gone) -> Result<(), Error> {
        let organization: OrganizationId = gone.organization.parse().map_err(|_| {
            Error::Damaged(format!("{} is no organization's id", gone.organization))
        })?;
        let run: Option<RunId> = gone.run.as_deref().and_then(|run| run.parse().ok());
        let word = if gone.returned { "returned" } else { "retracted" };
        let cause = format!("{} {word} {}", gone.id, gone.block_hash);
        let mut context = Context::of_the_house(organization, NAME);
        context.command = CommandId::derived(gone.matched_at, &cause);
        self.record(gone, run, &context).await?;
        let compensate = match Policy::of(&gone.on_reorg) {
            Policy::Cancel => Some(Compensate::No),
            Policy::Compensate => Some(Compensate::Yes),
            Policy::Ignore => None,
        };
        if let (false, Some(run), Some(compensate)) = (gone.returned, run, compensate) {
            let reason = format!(
                "chain {} took back block {} in which its trigger was: {}",
                self.chain, gone.block_number, gone.block_hash
            );
            context.command = CommandId::derived(gone.matched_at, &format!("{cause} cancel"));
            match self.desk.cancel(run, Some(reason), compensate, context).await {
                Ok(_) => {}
                Err(refused) if refused.run_is_over() => {}
                Err(refused) => {
                    let error = &refused as &dyn std::error::Error;
                    tracing::warn!(%run, error, "run {run}, whose trigger was taken back, cannot be cancelled now");
                    return Ok(());
                }
            }
        }
        self.watch.carried_out(gone).await
    }

    /// The ledger says it, once.
    async fn record(
        &self,
        gone: &Gone,
        run_id: Option<RunId>,
        context: &Context,
    ) -> Result<(), Error> {
        let stream = StreamId::chain_match(gone.id.clone());
        let evidence = Evidence {
            chain_id: self.chain,
            transaction_hash: gone.transaction.clone(),
            block_number: super::reading::unsigned(gone.block_number),
            block_hash: gone.block_hash.clone(),
        };
        let (subscriber, at) = (gone.subscriber.clone(), self.clock.now());
        let event = if gone.returned {
            Event::Returned(Returned { run_id, subscriber, evidence, at })
        } else {
            let policy = Policy::of(&gone.on_reorg);
            Event::Retracted(Retracted { run_id, subscriber, evidence, policy, at })
        };
        let before = self.journal.read_stream(&stream, 0, PAGE).await?;
        let append = Append {
            stream,
            expected: before.last().map_or(0, |last| last.sequence),
            events: vec![NewEvent::of(&event)?],
            metadata: context.clone().into_metadata(),
            fence: None,
            subject: None,
            side: Vec::new(),
        };
        match self.journal.append(append).await? {
            Outcome::Appended { .. } | Outcome::Duplicate { .. } => Ok(()),
            // Another process says it at this very moment: the next round sees what it said.
            Outcome::Conflict
            | Outcome::Fenced
            | Outcome::ClaimTaken { .. }
            | Outcome::ReceiptTaken
            | Outcome::UsedUp
            | Outcome::Cooling { .. } => Err(Error::LeaseLost("the watch of a chain")),
        }
    }
}
