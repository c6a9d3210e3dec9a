//! What nodes do to the outside, against real servers on this machine.

mod code_transform;
mod http_request;
mod storage;
mod variables;

use std::sync::Arc;

use chainkeel::access::WebhookSecrets;
use chainkeel::actions::{Actions, NobodyPays, Origin, Tools};
use chainkeel::connectors::{Clients, Desk, Furniture};
use chainkeel::data::Data;
use chainkeel::egress::Egress;
use chainkeel::journal::{Bells, Config, Entries, Journal, pool};
use chainkeel::primitives::{OrganizationId, RunId, SystemClock, WorkflowId};
use chainkeel::projections::storage::Storage;
use chainkeel::projections::{Positions, Views};
use chainkeel::secrets::Vault;

use crate::support::{Nowhere, test_keys};

/// All actions, with this way out, and with a ledger that nobody asks.
fn actions(egress: &Egress) -> Actions {
    let nowhere = "postgresql://nobody@127.0.0.1:1/nothing".parse().unwrap();
    let pool = pool::serving(&nowhere, 1);
    let (journal, _) = Journal::open(pool.clone(), &Bells::default(), Config::default());
    let positions = Positions::new(pool.clone());
    let connectors = connectors(&journal, egress);
    Actions::builtin(Tools {
        egress,
        program: env!("CARGO_BIN_EXE_chainkeel").into(),
        entries: Entries::new(journal.clone()),
        keys: Storage::new(Views::new(pool), positions),
        connectors,
        webhook_secrets: WebhookSecrets::new([7; 32]),
        data: Data::new(pool::data(&nowhere, 1), journal, Arc::new(SystemClock)),
        chains: Arc::new(Nowhere),
        payer: Arc::new(NobodyPays),
        clock: Arc::new(SystemClock),
    })
}

/// The connectors on a ledger.
pub(crate) fn connectors(journal: &Journal, egress: &Egress) -> Desk {
    let pool = journal.pool();
    Desk::new(Furniture {
        journal: journal.clone(),
        vault: Vault::new(pool.clone(), test_keys()),
        egress: egress.clone(),
        views: Views::new(pool.clone()),
        positions: Positions::new(pool.clone()),
        clients: Clients::default(),
        clock: Arc::new(SystemClock),
        tail: None,
    })
}

/// A node of some run.
pub(crate) fn origin() -> Origin {
    Origin {
        organization: OrganizationId::DEFAULT,
        workflow: WorkflowId::generate().to_string(),
        run: RunId::generate(),
        node: "n".to_owned(),
    }
}
