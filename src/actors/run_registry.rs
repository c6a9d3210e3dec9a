//! Knows which runs are in memory, brings in those that are not, and hands them their orders.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use actix::prelude::*;
use tokio::sync::oneshot;

use super::order::{Context as OrderContext, Order, Placed, Refused};
use super::performer::Performer;
use super::resident::Household;
use super::run::{Ask, RunActor};
use crate::primitives::RunId;

/// How many orders may wait for the registry; the next one is refused as busy.
const MAILBOX: usize = 8_192;
/// How many runs one registry keeps in memory; beyond it new ones are refused as busy.
const MAX_RESIDENT: usize = 50_000;
/// When the caller of a refused order should come again.
const RETRY_AFTER: Duration = Duration::from_secs(1);

/// The runs in memory of one share of the slots.
pub struct RunRegistry {
    residents: HashMap<RunId, Addr<RunActor>>,
    house: Arc<Household>,
    performer: Performer,
}

impl RunRegistry {
    /// An empty registry.
    pub fn new(house: Arc<Household>, performer: Performer) -> Self {
        Self { residents: HashMap::new(), house, performer }
    }

    fn resident(&mut self, run: RunId, ctx: &Context<Self>) -> Option<Addr<RunActor>> {
        if let Some(address) = self.residents.get(&run).filter(|address| address.connected()) {
            return Some(address.clone());
        }
        if self.residents.len() >= MAX_RESIDENT {
            self.residents.retain(|_, address| address.connected());
            if self.residents.len() >= MAX_RESIDENT {
                return None;
            }
        }
        let (house, performer) = (Arc::clone(&self.house), self.performer.clone());
        let address = RunActor::new(run, house, performer, ctx.address()).start();
        self.residents.insert(run, address.clone());
        Some(address)
    }
}

impl Actor for RunRegistry {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Self::Context) {
        ctx.set_mailbox_capacity(MAILBOX);
    }
}

/// An order for a run, wherever it is.
#[derive(Message)]
#[rtype(result = "()")]
pub(super) struct Route {
    /// The run.
    pub(super) run: RunId,
    /// What is wanted of it.
    pub(super) order: Order,
    /// By whom.
    pub(super) context: OrderContext,
    /// Where the answer goes.
    pub(super) answer: oneshot::Sender<Result<Placed, Refused>>,
}

impl Handler<Route> for RunRegistry {
    type Result = ();

    fn handle(&mut self, route: Route, ctx: &mut Self::Context) {
        let Route { run, order, context, answer } = route;
        let Some(address) = self.resident(run, ctx) else {
            // Whoever asked may have left.
            let _ = answer.send(Err(Refused::Busy { retry_after: RETRY_AFTER }));
            return;
        };
        if let Err(SendError::Full(ask) | SendError::Closed(ask)) =
            address.try_send(Ask { order, context, answer })
        {
            let _ = ask.answer.send(Err(Refused::Busy { retry_after: RETRY_AFTER }));
        }
    }
}

/// A run has nothing to do but wait and wants to leave memory.
#[derive(Message)]
#[rtype(result = "()")]
pub(super) struct Forget {
    /// The run.
    pub(super) run: RunId,
    /// Its actor.
    pub(super) address: Addr<RunActor>,
}

impl Handler<Forget> for RunRegistry {
    type Result = ();

    fn handle(&mut self, forget: Forget, _: &mut Self::Context) {
        if self.residents.get(&forget.run) == Some(&forget.address) {
            self.residents.remove(&forget.run);
        }
        // A full mailbox means that there are orders after all, and the run asks again after them.
        let _ = forget.address.try_send(Retire);
    }
}

/// The answer to [`Forget`]: no order will follow this message.
#[derive(Message)]
#[rtype(result = "()")]
pub(super) struct Retire;

/// How many runs are in memory.
#[derive(Message)]
#[rtype(result = "usize")]
pub struct CountResidents;

impl Handler<CountResidents> for RunRegistry {
    type Result = usize;

    fn handle(&mut self, _: CountResidents, _: &mut Self::Context) -> usize {
        self.residents.values().filter(|address| address.connected()).count()
    }
}
