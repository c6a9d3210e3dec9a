//! The rooms of an open house, as its parts and its API work with them.

use std::sync::Arc;
use std::time::Duration;

use actix::Addr;
use metrics_exporter_prometheus::PrometheusHandle;
use sqlx::PgPool;

use super::tracing::Tracing;
use super::{Error, Plan, work};
use crate::access::WebhookSecrets;
use crate::actors::detector::Gate;
use crate::actors::detector::chain_watcher::ChainDesk;
use crate::actors::wallets::LaneRoom;
use crate::actors::wallets::{Cashier, Payer};
use crate::actors::{
    Household, KeyUses, Means, Ownership, Refusals, RunDesk, RunRegistry, StreamHub,
};
use crate::connectors::{Desk, Furniture};
use crate::data::Data;
use crate::deliveries::Deliveries;
use crate::egress::Egress;
use crate::journal::personal::Subjects;
use crate::journal::pool;
use crate::journal::reading::Sealed;
use crate::journal::{self, Bells, Inbox, Journal, Store, Tail};
use crate::primitives::Clock;
use crate::projections::{Positions, Views};
use crate::relay::Ledger;
use crate::secrets::Vault;
use crate::signing::Signers;
use crate::sources::Cursors;
use crate::triggers::TriggerIndex;

/// How long the tail waits for a bell before it looks for itself.
const TAIL_POLL: Duration = Duration::from_millis(100);
/// Connections of the serving pool: two lanes, the sequencer, the listener, and readers.
const SERVING_CONNECTIONS: u32 = 24;
/// Connections for tables of organizations: as many statements are performed at once.
const DATA_CONNECTIONS: u32 = 8;

/// What everything in the house is made of.
pub(super) struct Rooms {
    /// The pool with the rights of what serves.
    pub(super) pool: PgPool,
    pub(super) bells: Bells,
    pub(super) vault: Vault,
    pub(super) signers: Signers,
    pub(super) connectors: Desk,
    pub(super) chains: ChainDesk,
    pub(super) lanes: LaneRoom,
    pub(super) cashier: Cashier,
    pub(super) payer: Payer,
    pub(super) data: Data,
    pub(super) deliveries: Deliveries,
    pub(super) cursors: Cursors,
    pub(super) egress: Egress,
    pub(super) webhook_secrets: WebhookSecrets,
    pub(super) journal: Journal,
    /// Which ledger it is.
    pub(super) ledger: Ledger,
    pub(super) tail: Tail,
    pub(super) desk: RunDesk,
    pub(super) gate: Gate,
    pub(super) hub: StreamHub,
    pub(super) refusals: Refusals,
    pub(super) key_uses: KeyUses,
    pub(super) positions: Positions,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) ownership: Arc<Ownership>,
    pub(super) index: Arc<TriggerIndex>,
    pub(super) metrics: PrometheusHandle,
    pub(super) tracing: Option<Tracing>,
}

/// The rooms, and what is alive in them but for the parts.
pub(super) struct Furnished {
    pub(super) rooms: Rooms,
    pub(super) lanes: Vec<journal::Lane>,
    pub(super) reader: journal::TailReader,
    pub(super) arbiters: Vec<actix::Arbiter>,
    pub(super) registries: Vec<Addr<RunRegistry>>,
}

impl Rooms {
    pub(super) async fn furnish(
        plan: &Plan,
        metrics: PrometheusHandle,
    ) -> Result<Furnished, Error> {
        let clock = Arc::clone(&plan.clock);
        let tracing = Tracing::of(&plan.traces, &clock)?;
        let spans = tracing.as_ref().map(|tracing| tracing.sink.clone());
        let pool = pool::serving(&plan.login(pool::Role::App), SERVING_CONNECTIONS);
        let vault = Vault::new(pool.clone(), Arc::clone(&plan.keys));
        let signers = plan.signing.signers(vault.clone(), &plan.program, &plan.egress, &clock)?;
        let key = journal::webhook_key(&pool, rand::random()).await?;
        if plan.exclusive {
            journal::Leases::bury(&pool, &plan.label).await?;
        }
        let bells = Bells::default();
        let (journal, lanes) = Journal::open(pool.clone(), &bells, journal::Config::default());
        let journal = across(journal, plan).with_subjects(Subjects::new(vault.clone()));
        let (tail, reader) = Tail::open(journal.clone(), bells.clone(), TAIL_POLL).await?;
        let (ownership, index) = (Arc::<Ownership>::default(), Arc::<TriggerIndex>::default());
        let egress = Egress::new(&plan.egress).map_err(|error| Error::Egress(Box::new(error)))?;
        let positions = Positions::new(pool.clone());
        let connectors = Desk::new(Furniture {
            journal: journal.clone(),
            vault: vault.clone(),
            egress: egress.clone(),
            views: Views::new(pool.clone()),
            positions: positions.clone(),
            clients: plan.clients.clone(),
            clock: Arc::clone(&clock),
            tail: Some(tail.clone()),
        });
        let webhook_secrets = WebhookSecrets::new(key);
        let tables = pool::data(&plan.login(pool::Role::Data), DATA_CONNECTIONS);
        let data = Data::new(tables, journal.clone(), Arc::clone(&clock));
        let chains = ChainDesk::new(
            Arc::clone(&plan.chains),
            Store::chain_endpoints(journal.clone()),
            vault.clone(),
        );
        let lanes_of_wallets = LaneRoom::new(
            &journal,
            (chains.clone(), signers.clone(), plan.quotes.clone()),
            Arc::clone(&ownership),
            Arc::clone(&clock),
        )
        .traced(spans.clone());
        let payer = Payer::new(&journal, lanes_of_wallets.clone(), egress.clone());
        let lent = (&connectors, &webhook_secrets, &data);
        let paying = (&chains, &payer);
        let performer = work::performer(plan, &egress, &journal, &positions, lent, paying, &clock);
        let performer = performer.traced(spans);
        let house = Arc::new(Household {
            journal: journal.clone(),
            ownership: Arc::clone(&ownership),
            clock: Arc::clone(&clock),
        });
        let (arbiters, registries) = work::registries(plan, &house, &performer);
        let desk = RunDesk::new(Means {
            registries: registries.clone(),
            ownership: Arc::clone(&ownership),
            index: Arc::clone(&index),
            journal: journal.clone(),
            inbox: Inbox::new(pool.clone()),
            tail: tail.clone(),
            clock: Arc::clone(&clock),
        });
        let gate = Gate::new(desk.clone(), Arc::clone(&clock));
        let rooms = Self {
            deliveries: Deliveries::new(pool.clone()),
            cursors: Cursors::new(pool.clone()),
            pool,
            bells,
            vault,
            signers,
            connectors,
            chains,
            cashier: Cashier::new(&journal, lanes_of_wallets.clone(), egress.clone()),
            egress,
            payer,
            lanes: lanes_of_wallets,
            webhook_secrets,
            data,
            journal,
            ledger: Ledger::of(&key),
            tail,
            desk,
            gate,
            hub: StreamHub::default(),
            refusals: Refusals::default(),
            key_uses: KeyUses::default(),
            positions,
            clock,
            ownership,
            index,
            metrics,
            tracing,
        };
        Ok(Furnished { rooms, lanes, reader, arbiters, registries })
    }
}

/// The journal that finds what has left the database, too.
fn across(journal: Journal, plan: &Plan) -> Journal {
    let Some(retained) = &plan.retained else { return journal };
    let (shelf, clock) = (retained.shelf.clone(), Arc::clone(&plan.clock));
    journal.with_segments(Sealed { shelf, clock })
}
