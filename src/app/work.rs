//! What runs are done by: the registries of this process and the performer of their effects.

use std::sync::Arc;

use actix::{Actor, Addr, Arbiter};

use super::Plan;
use crate::access::WebhookSecrets;
use crate::actions::{Actions, Tools};
use crate::actors::detector::chain_watcher::ChainDesk;
use crate::actors::wallets::Payer;
use crate::actors::{Household, Performer, RunRegistry};
use crate::config::Role;
use crate::connectors::Desk;
use crate::data::Data;
use crate::egress::Egress;
use crate::journal::{Entries, Journal};
use crate::primitives::Clock;
use crate::projections::storage::Storage;
use crate::projections::{Positions, Views};

/// Performs effects with all the actions there are.
pub(super) fn performer(
    plan: &Plan,
    egress: &Egress,
    journal: &Journal,
    positions: &Positions,
    (connectors, webhook_secrets, data): (&Desk, &WebhookSecrets, &Data),
    (chains, payer): (&ChainDesk, &Payer),
    clock: &Arc<dyn Clock>,
) -> Performer {
    let actions = Actions::builtin(Tools {
        egress,
        program: plan.program.clone(),
        entries: Entries::new(journal.clone()),
        keys: Storage::new(Views::new(journal.pool().clone()), positions.clone()),
        connectors: connectors.clone(),
        webhook_secrets: webhook_secrets.clone(),
        data: data.clone(),
        chains: Arc::new(chains.clone()),
        payer: Arc::new(payer.clone()),
        clock: Arc::clone(clock),
    });
    Performer::new(Arc::new(actions), plan.effects_at_once)
}

/// One registry a thread, each with its share of the slots; none in a process that does not work.
pub(super) fn registries(
    plan: &Plan,
    house: &Arc<Household>,
    performer: &Performer,
) -> (Vec<Arbiter>, Vec<Addr<RunRegistry>>) {
    let threads = if plan.has(Role::Worker) { plan.threads.max(1) } else { 0 };
    (0..threads)
        .map(|_| {
            let arbiter = Arbiter::new();
            let (house, performer) = (Arc::clone(house), performer.clone());
            let registry = RunRegistry::start_in_arbiter(&arbiter.handle(), move |_| {
                RunRegistry::new(house, performer)
            });
            (arbiter, registry)
        })
        .unzip()
}
