//! What ties a run to what a wallet signs for it: where it came from, with what its node goes on, and what
//! was spent for it.

use std::sync::Arc;

use engine::{Fact, Place, SIGNER_SOURCE};
use serde_json::Value;

use super::room::LaneRoom;
use crate::actors::order::Context;
use crate::actors::reaction::{Trouble, carried_out, resumed};
use crate::actors::run_desk::RunDesk;
use crate::aggregates::spending;
use crate::aggregates::wallet_lane::Origin;
use crate::journal::{self, Journal, Recorded, StreamId};
use crate::primitives::{IntentId, RunId};

/// What is wrong with what was found on the ledger.
#[derive(Debug, thiserror::Error)]
pub(super) enum Odd {
    #[error("the stream {0} has no id of its kind")]
    Id(String),
    #[error("the first event of {0} does not say which workflow it runs")]
    Beginning(RunId),
}

pub(super) fn odd(what: Odd) -> Trouble {
    Trouble::lasting(what)
}

/// Why what a node wanted is given up whose time is over.
pub(super) const WAITS_NO_LONGER: &str = "its node waits no longer";
/// The same where its run has ended.
pub(super) const RUN_ENDED: &str = "its run has ended";

/// The ties of one reaction.
pub(super) struct Ties {
    journal: Journal,
    runs: RunDesk,
    /// The reaction, as the actor of what it orders.
    name: &'static str,
}

impl Ties {
    pub(super) const fn new(journal: Journal, runs: RunDesk, name: &'static str) -> Self {
        Self { journal, runs, name }
    }

    /// Who wants what a node of a run wants.
    pub(super) async fn origin(&self, run: RunId, node: &str) -> Result<Origin, Trouble> {
        let first = self.journal.read_stream(&StreamId::run(run), 0, 1).await?;
        let first = first.first().ok_or_else(|| odd(Odd::Beginning(run)))?;
        let Fact::Started { workflow, trigger, .. } = first.fact()?.0 else {
            return Err(odd(Odd::Beginning(run)));
        };
        let started_by = first.metadata_map()?.remove("actor").unwrap_or_default();
        Ok(Origin {
            run_id: run,
            node_id: node.to_owned(),
            workflow_id: workflow.id.parse().map_err(|_| odd(Odd::Beginning(run)))?,
            trigger: trigger.kind,
            started_by,
        })
    }

    /// Writes down what was spent, as a command of the given part.
    pub(super) async fn spend(
        &self,
        room: &LaneRoom,
        event: &Recorded,
        (intent, part): (IntentId, &str),
        order: spending::Order,
    ) -> Result<(), Trouble> {
        let (organization, at) = (event.organization, event.recorded_at);
        let command = spending::Command { organization, intent, at, order };
        let context = Context::because_of(event, part).into_metadata();
        let context = journal::Context::new(context);
        let done = room.laws.spendings.execute(&organization.to_string(), command, context).await;
        carried_out(done, |refusal| Err(Trouble::lasting(refusal)))
    }

    /// Lets a node go on with an answer.
    pub(super) async fn resume(
        &self,
        event: &Recorded,
        run: RunId,
        node: &str,
        answer: Value,
    ) -> Result<(), Trouble> {
        let (node, context) = (Place::from(node.to_owned()), Context::because_of(event, self.name));
        let source = SIGNER_SOURCE.to_owned();
        resumed(self.runs.resume(run, node, Arc::new(answer), source, context).await)
    }
}
