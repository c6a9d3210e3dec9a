//! What follows from events about money: a run that gets some begins and ends, a node shows that it waits for
//! some, and a crossing of a floor is an event that starts workflows.

use std::collections::BTreeMap;
use std::sync::Arc;

use alloy_primitives::U256;
use engine::{Compensate, Failure, Place, SIGNER_SOURCE, Trigger, WaitMark};
use serde_json::{Value, json};
use time::format_description::well_known::Rfc3339;

use super::TOP_UP;
use crate::actors::kin::refusal;
use crate::actors::order::{Context, StartRun};
use crate::actors::reaction::{Trouble, carried_out};
use crate::actors::run_desk::RunDesk;
use crate::actors::wallets::room::LaneRoom;
use crate::actors::wallets::ties::{Odd, odd};
use crate::actors::wallets::x402::SETTLES;
use crate::aggregates::event::{self, SourceType};
use crate::aggregates::wallet_floor::{self, Balance};
use crate::aggregates::wallet_lane::{self, Order, Origin, TopUp};
use crate::journal::{self, Recorded};
use crate::primitives::{EventId, IntentId, RunId};
use crate::projections::transactions::OpenLane;
use crate::projections::wallet_floors::Place as FloorPlace;

/// Who acts here, on checkpoints and in the audit log.
const NAME: &str = "wallet-reaction";
/// The same for the events that are published.
const FLOOR: &str = "wallet-floor";
/// Where these events come from.
const SOURCE: &str = "chainkeel";
/// The code of an order for a run of which nobody knows.
const UNKNOWN_RUN: &str = "unknown_run";

/// The part of the reaction that is about money.
pub(in crate::actors::wallets) struct Funds {
    room: LaneRoom,
    runs: RunDesk,
}

impl Funds {
    /// Ties the runs of this desk to the lanes of this room.
    pub(in crate::actors::wallets) const fn new(room: LaneRoom, runs: RunDesk) -> Self {
        Self { room, runs }
    }

    /// What follows from an event of a lane.
    pub(in crate::actors::wallets) async fn lane(
        &self,
        event: &Recorded,
        lane: OpenLane,
        happened: &wallet_lane::Event,
    ) -> Result<(), Trouble> {
        use wallet_lane::Event;
        match happened {
            Event::FundsLacking { balance, needed, run_id, origin, .. } => {
                let why = format!(
                    "the wallet has {balance} wei on chain {}, and {needed} are needed; the run \
                     {run_id} gets more",
                    lane.chain
                );
                self.mark(event, origin, WaitMark::AutoSwapping, why).await
            }
            Event::FundsArrived { balance, origin, .. } => {
                let why = format!("the wallet has {balance} wei");
                self.mark(event, origin, WaitMark::Waiting, why).await
            }
            Event::TopUpWanted { intent_id, top_up, for_run, .. } => {
                self.start(event, lane, (*intent_id, *for_run), top_up).await
            }
            Event::TopUpCalledOff { run_id, .. } => self.call_off(event, lane, *run_id).await,
            Event::IntentAccepted { .. }
            | Event::PolicyDecided { .. }
            | Event::ApprovalRequested { .. }
            | Event::ApprovalGranted { .. }
            | Event::ApprovalRejected { .. }
            | Event::ApprovalExpired { .. }
            | Event::Simulated { .. }
            | Event::SimulationFailed { .. }
            | Event::TopUpEnded { .. }
            | Event::NonceReserved { .. }
            | Event::SignRequested { .. }
            | Event::Signed { .. }
            | Event::BroadcastAttempted { .. }
            | Event::Included { .. }
            | Event::Orphaned { .. }
            | Event::Finalized { .. }
            | Event::NonceConflict { .. }
            | Event::CancelRequested { .. }
            | Event::Cancelled { .. } => Ok(()),
        }
    }

    /// What follows from an event of a floor.
    pub(in crate::actors::wallets) async fn floor(&self, event: &Recorded) -> Result<(), Trouble> {
        match event.wallet_floor()? {
            wallet_floor::Event::Set { .. } => {
                let bad = || odd(Odd::Id(event.aggregate_id.clone()));
                let place = FloorPlace::of(event.organization, &event.aggregate_id);
                self.room.floors.ring(place.ok_or_else(bad)?);
                Ok(())
            }
            wallet_floor::Event::Removed { .. } => Ok(()),
            wallet_floor::Event::BalanceLow { seen, .. } => {
                self.publish(event, "wallet.balance_low", &seen).await
            }
            wallet_floor::Event::BalanceRecovered { seen, .. } => {
                self.publish(event, "wallet.balance_recovered", &seen).await
            }
        }
    }

    /// Shows what a node waits for. One that waits no longer shows something else already.
    async fn mark(
        &self,
        event: &Recorded,
        origin: &Origin,
        mark: WaitMark,
        why: String,
    ) -> Result<(), Trouble> {
        // What takes the money of a sale has no node that waits.
        if origin.node_id.starts_with(SETTLES) {
            return Ok(());
        }
        let context = Context::because_of(event, NAME);
        let node = Place::from(origin.node_id.clone());
        let source = SIGNER_SOURCE.to_owned();
        match self.runs.mark(origin.run_id, node, (mark, Some(why)), source, context).await {
            Ok(_) => Ok(()),
            Err(refused) if refused.waits_no_longer() => Ok(()),
            Err(refused) => Err(refused.into()),
        }
    }

    /// Starts the run that gets money. Where that cannot be, what waits for it is told.
    async fn start(
        &self,
        event: &Recorded,
        lane: OpenLane,
        (intent, for_run): (IntentId, RunId),
        top_up: &TopUp,
    ) -> Result<(), Trouble> {
        let body = Arc::new(told(lane, (intent, for_run), top_up));
        let trigger = Trigger {
            kind: TOP_UP.to_owned(),
            source: for_run.to_string(),
            body: Arc::clone(&body),
            headers: BTreeMap::new(),
        };
        let (run, workflow) = (top_up.run_id, top_up.workflow_id);
        let order = StartRun {
            run,
            workflow,
            trigger,
            input: body,
            claim: None,
            parent: None,
            subject: None,
        };
        match self.runs.start(order, Context::because_of(event, NAME)).await {
            Ok(_) => Ok(()),
            Err(refused) => match refusal(&refused, &workflow.to_string()) {
                Some(Failure { message, .. }) => self.end(event, lane, run, message).await,
                None => Err(refused.into()),
            },
        }
    }

    /// Ends the run whose time is over. One that never began is over with that.
    async fn call_off(&self, event: &Recorded, lane: OpenLane, run: RunId) -> Result<(), Trouble> {
        let context = Context::because_of(event, NAME);
        let reason = Some("it did not get the money in time".to_owned());
        match self.runs.cancel(run, reason, Compensate::Yes, context).await {
            Ok(_) => Ok(()),
            Err(refused) if refused.code() == UNKNOWN_RUN => {
                self.end(event, lane, run, "it did not begin in time".to_owned()).await
            }
            Err(refused) if refused.run_is_over() => Ok(()),
            Err(refused) => Err(refused.into()),
        }
    }

    /// Tells the lane that no money comes from a run.
    async fn end(
        &self,
        event: &Recorded,
        lane: OpenLane,
        run: RunId,
        why: String,
    ) -> Result<(), Trouble> {
        let context = Context::because_of(event, NAME);
        let order = Order::EndTopUp { run, failure: Some(why) };
        let (by, at) = (context.actor.clone(), event.recorded_at);
        let command = wallet_lane::Command { by, at, order };
        let context = journal::Context::new(context.into_metadata());
        let done = self.room.lanes.execute(&lane.stream().aggregate_id, command, context).await;
        carried_out(done, |refusal| Err(Trouble::lasting(refusal)))?;
        self.room.bell.ring(lane);
        Ok(())
    }

    /// Publishes a crossing, once.
    async fn publish(&self, event: &Recorded, name: &str, seen: &Balance) -> Result<(), Trouble> {
        let context = Context::because_of(event, FLOOR);
        let cause = format!("{} {}", event.aggregate_id, event.sequence);
        let id = EventId::derived(event.recorded_at, &cause);
        let mut payload = json!(seen);
        payload["address"] = seen.address.to_checksum(None).into();
        let command = event::Command {
            id,
            organization: event.organization,
            name: name.to_owned(),
            payload: Arc::new(payload),
            source: Some(SOURCE.to_owned()),
            source_type: SourceType::System,
            sender_id: None,
            occurred_at: Some(event.recorded_at),
            metadata: event::Metadata::default(),
            version: None,
            by: context.actor.clone(),
            at: event.recorded_at,
        };
        let context = journal::Context::new(context.into_metadata());
        let done = self.room.published.execute(&id.to_string(), command, context).await;
        carried_out(done, |refusal| match refusal {
            event::Error::Exists => Ok(()),
            event::Error::Name
            | event::Error::TooLarge
            | event::Error::Source { .. }
            | event::Error::SenderId
            | event::Error::Metadata => Err(Trouble::lasting(refusal)),
        })
    }
}

/// What the run is told that gets money: amounts in wei, in digits.
fn told(lane: OpenLane, (intent, for_run): (IntentId, RunId), top_up: &TopUp) -> Value {
    let TopUp { address, balance, needed, waiting, floor, until, .. } = top_up;
    let enough = needed.saturating_add(*waiting).saturating_add(*floor);
    let missing: U256 = enough.saturating_sub(*balance);
    json!({
        "walletId": lane.wallet, "address": address.to_checksum(None), "chainId": lane.chain,
        "balance": balance.to_string(), "needed": needed.to_string(),
        "waiting": waiting.to_string(), "floor": floor.to_string(),
        "missing": missing.to_string(), "intentId": intent, "runId": for_run,
        "until": until.format(&Rfc3339).ok(),
    })
}
