//! What follows when somebody has paid for a run: it begins once, the money is asked for until it is known whether
//! it moved, and a run that nobody pays for is called off.

use cqrs_es::Aggregate as _;
use engine::{Compensate, Lane as Urgency, Trigger};
use futures::future::BoxFuture;

use super::cashier::Cashier;
use crate::actors::detector::{Fired, Firing, Gate};
use crate::actors::order::{Context, Placed};
use crate::actors::reaction::{Reaction, Trouble, carried_out};
use crate::actors::run_desk::RunDesk;
use crate::aggregates::sale::{self, Event, Order, Reservation, Sale};
use crate::aggregates::wallet_lane::Lane;
use crate::journal::Recorded;
use crate::primitives::{RunId, SaleId};
use crate::triggers::{Lookup, Subscriber, TriggerIndex};

/// The reaction's name, on its checkpoint and as the actor of what it orders.
pub(super) const NAME: &str = "x402-sales";
/// What the node of a transaction is called that takes the money of a sale, before the sale's id.
pub(in crate::actors::wallets) const SETTLES: &str = "x402:";

/// The reaction that lets runs begin that were paid for, and has the money taken.
pub struct SaleReaction {
    pub(super) cashier: Cashier,
    gate: Gate,
    runs: RunDesk,
    index: std::sync::Arc<TriggerIndex>,
}

/// What is wrong with what was found on the ledger.
#[derive(Debug, thiserror::Error)]
pub(super) enum Odd {
    #[error("the stream {0} has no id of its kind")]
    Id(String),
    #[error("the sale {0} does not say what was presented")]
    Beginning(SaleId),
}

impl SaleReaction {
    /// Lets runs begin at this gate.
    pub fn new(
        cashier: Cashier,
        (gate, runs): (Gate, RunDesk),
        index: std::sync::Arc<TriggerIndex>,
    ) -> Self {
        Self { cashier, gate, runs, index }
    }

    async fn sale(&self, event: &Recorded) -> Result<(), Trouble> {
        let id: SaleId = event
            .aggregate_id
            .parse()
            .map_err(|_| Trouble::lasting(Odd::Id(event.aggregate_id.clone())))?;
        match event.sale()? {
            Event::Reserved { reservation, .. } => self.begin(event, *reservation).await,
            Event::Begun { .. } => self.settle(event, id).await,
            Event::Refused { reason, .. } => self.call_off(event, id, &reason).await,
            Event::Declined { .. }
            | Event::Asked { .. }
            | Event::Doubted { .. }
            | Event::Settled { .. } => Ok(()),
        }
    }

    /// Lets the run begin that was paid for.
    async fn begin(&self, event: &Recorded, it: Reservation) -> Result<(), Trouble> {
        let (sale, organization, workflow) = (it.sale_id, it.organization_id, it.workflow_id);
        let lane = match self.index.live(organization, workflow) {
            Lookup::Live(live) | Lookup::Paused(live) => live.definition.lane(),
            Lookup::NotLive | Lookup::Unknown => Urgency::default(),
        };
        let firing = Firing {
            organization,
            subscriber: Subscriber::Workflow(workflow),
            id: format!("x402:{sale}"),
            trigger: Trigger {
                kind: "webhook".to_owned(),
                source: "x402".to_owned(),
                body: it.body,
                headers: it.headers,
            },
            lane,
            causation: Some(format!("{}#{}", event.aggregate_id, event.sequence)),
            correlation: event.metadata_map()?.remove("correlation_id"),
            at: event.recorded_at,
        };
        let order = match self.gate.fire(firing).await? {
            Fired::Started(Placed { run, .. })
            | Fired::Resumed(Placed { run, .. })
            | Fired::Repeated { run: Some(run) } => Order::Begin(run),
            Fired::Repeated { run: None } | Fired::TooLate => {
                Order::Decline("it was passed over when it came first".to_owned())
            }
            Fired::Skipped { message, .. } => Order::Decline(message),
        };
        self.tell(event, sale, order).await
    }

    /// Calls off what nobody pays for.
    async fn call_off(&self, event: &Recorded, id: SaleId, why: &str) -> Result<(), Trouble> {
        let Some(run) = self.loaded(id).await?.run else { return Ok(()) };
        let reason = Some(format!("its payment came to nothing: {why}"));
        let context = Context::because_of(event, NAME);
        match self.runs.cancel(run, reason, Compensate::Yes, context).await {
            Ok(_) => Ok(()),
            Err(refused) if refused.run_is_over() => Ok(()),
            Err(refused) => Err(refused.into()),
        }
    }

    pub(super) async fn loaded(&self, id: SaleId) -> Result<Sale, Trouble> {
        Ok(self.cashier.sale(id).await?)
    }

    /// What was presented, and the run that it started.
    pub(super) fn begun(id: SaleId, sale: &Sale) -> Result<(&Reservation, RunId), Trouble> {
        let both = sale.reservation.as_ref().zip(sale.run);
        both.ok_or_else(|| Trouble::lasting(Odd::Beginning(id)))
    }

    pub(super) async fn tell(
        &self,
        event: &Recorded,
        sale: SaleId,
        order: Order,
    ) -> Result<(), Trouble> {
        // One event may lead to several orders: each is a command of its own.
        let part = match &order {
            Order::Ask => "x402-sales-ask",
            Order::Doubt(_) => "x402-sales-doubt",
            Order::Reserve(_)
            | Order::Begin(_)
            | Order::Decline(_)
            | Order::Settle { .. }
            | Order::Refuse(_) => NAME,
        };
        let metadata = Context::because_of(event, part).into_metadata();
        let done = self.cashier.order(sale, event.organization, order, Some(metadata)).await;
        carried_out(done, |refusal| match refusal {
            // What came to its end before stays as it is.
            sale::Error::OutOfPlace => Ok(()),
            sale::Error::Unknown | sale::Error::Reserved => Err(Trouble::lasting(refusal)),
        })
    }
}

impl Reaction for SaleReaction {
    fn name(&self) -> &'static str {
        NAME
    }

    fn concerns(&self, kind: &str, name: &str) -> bool {
        (kind == Sale::TYPE && matches!(name, "reserved" | "begun" | "refused"))
            || (kind == Lane::TYPE
                && matches!(
                    name,
                    "policy_decided"
                        | "approval_rejected"
                        | "approval_expired"
                        | "simulation_failed"
                        | "included"
                        | "cancelled"
                ))
    }

    fn wants(&self, event: &Recorded) -> bool {
        event.aggregate_type != Lane::TYPE || event.payload.contains(SETTLES)
    }

    fn react<'a>(&'a self, event: &'a Recorded) -> BoxFuture<'a, Result<(), Trouble>> {
        Box::pin(async move {
            if event.aggregate_type == Sale::TYPE {
                self.sale(event).await
            } else {
                self.taken(event).await
            }
        })
    }
}
