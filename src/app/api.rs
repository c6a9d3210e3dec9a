//! The API of an open house: what its endpoints work with, and the server that answers.

use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;

use actix::Arbiter;
use actix_web::dev::ServerHandle;
use tokio_util::sync::CancellationToken;

use super::rooms::Rooms;
use super::{Error, Plan};
use crate::access::AdminKey;
use crate::actors::people::{Admission, People};
use crate::actors::wallets::{Quoting, Rehearsals};
use crate::assistant::Assistant;
use crate::catalog::Registry;
use crate::hooks;
use crate::http;
use crate::http::api::Api;
use crate::journal::pool;
use crate::journal::{Directory, Store};
use crate::notary::Log;
use crate::projections::{HouseViews, Views};
use crate::validation::Validators;

/// Connections for what the API reads across organizations: lists of them.
const HOUSE_CONNECTIONS: u32 = 2;

/// Answers requests at this door from here on.
pub(super) fn open(
    rooms: &Rooms,
    plan: &Plan,
    (door, address): (TcpListener, SocketAddr),
    admin_key: AdminKey,
    stopping: CancellationToken,
) -> Result<ServerHandle, Error> {
    let journal = &rooms.journal;
    let people = People::new(journal, rooms.vault.clone(), Arc::clone(&rooms.clock));
    let admission = Admission::new(&people, Arc::clone(&rooms.clock));
    let api = Api {
        journal: journal.clone(),
        log: Log::new(rooms.pool.clone()),
        tail: rooms.tail.clone(),
        workflows: Store::workflows(journal.clone()),
        tasks: Store::tasks(journal.clone()),
        events: Store::events(journal.clone()),
        event_definitions: Store::event_definitions(journal.clone()),
        event_subscriptions: Store::event_subscriptions(journal.clone()),
        execution_hooks: Store::execution_hooks(journal.clone()),
        hook_log: hooks::Log::new(rooms.pool.clone()),
        hook_door: hooks::Door::new(rooms.egress.clone()),
        event_sequences: Store::event_sequences(journal.clone()),
        sequence_instances: Store::sequence_instances(journal.clone()),
        retentions: Store::retentions(journal.clone()),
        wallets: Store::wallets(journal.clone()),
        floors: Store::wallet_floors(journal.clone()),
        quoting: Quoting::new(journal.clone(), plan.quotes.clone()),
        lanes: Store::wallet_lanes(journal.clone()),
        requests: Store::signature_requests(journal.clone()),
        spendings: Store::spendings(journal.clone()),
        paid_endpoints: Store::paid_endpoints(journal.clone()),
        cashier: rooms.cashier.clone(),
        payer: rooms.payer.clone(),
        rehearsals: Rehearsals::new(rooms.lanes.clone()),
        signers: rooms.signers.clone(),
        vault: rooms.vault.clone(),
        pressure: http::events::Pressure::new(plan.rate_limits.events_waiting),
        accounts: Store::accounts(journal.clone()),
        organizations: Store::organizations(journal.clone()),
        api_keys: Store::api_keys(journal.clone()),
        directory: Directory::new(journal.clone()),
        refusals: rooms.refusals.clone(),
        key_uses: rooms.key_uses.clone(),
        blueprints: Store::blueprints(journal.clone()),
        ui_components: Store::ui_components(journal.clone()),
        policies: Store::policies(journal.clone()),
        signing_policies: Store::signing_policies(journal.clone()),
        schemas: Store::schemas(journal.clone()),
        connectors: rooms.connectors.clone(),
        assistant: Assistant::new(
            &plan.assistant,
            rooms.connectors.clone(),
            rooms.egress.clone(),
            Arc::clone(&rooms.clock),
        ),
        documents: Store::documents(journal.clone()),
        data: rooms.data.clone(),
        validators: Validators::new(plan.program.clone()),
        people,
        admission,
        desk: rooms.desk.clone(),
        gate: rooms.gate.clone(),
        chains: rooms.chains.clone(),
        deliveries: rooms.deliveries.clone(),
        cursors: rooms.cursors.clone(),
        waiting: http::inbound::Waiting::default(),
        hub: rooms.hub.clone(),
        views: Views::new(rooms.pool.clone()),
        house: HouseViews::new(pool::house(&plan.login(pool::Role::House), HOUSE_CONNECTIONS)),
        positions: rooms.positions.clone(),
        index: Arc::clone(&rooms.index),
        catalog: Registry::builtin(),
        admin_key,
        webhook_secrets: rooms.webhook_secrets.clone(),
        public_url: plan.public_url_at(address),
        metrics: rooms.metrics.clone(),
        clock: Arc::clone(&rooms.clock),
        stopping,
        in_flight: http::idempotency::InFlight::default(),
        playing: http::playing::Playing::default(),
        rates: http::rates::Rates::new(&plan.rate_limits),
    };
    let server = http::server::serve(door, api, plan.threads).map_err(Error::Listen)?;
    let handle = server.handle();
    Arbiter::current().spawn(async move {
        if let Err(error) = server.await {
            tracing::error!("the HTTP server ended: {error}");
        }
    });
    Ok(handle)
}
