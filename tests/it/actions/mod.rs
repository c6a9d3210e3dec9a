//! What nodes do to the outside, against real servers on this machine.

mod code_transform;
mod http_request;
mod storage;
mod variables;

use std::sync::Arc;

use chainkeel::actions::{Actions, Origin, Tools};
use chainkeel::data::Data;
use chainkeel::egress::Egress;
use chainkeel::journal::{Bells, Config, Entries, Journal, pool};
use chainkeel::primitives::{OrganizationId, RunId, SystemClock, WorkflowId};
use chainkeel::projections::storage::Storage;
use chainkeel::projections::{Positions, Views};

/// All actions, with this way out, and with a ledger that nobody asks.
fn actions(egress: &Egress) -> Actions {
    let nowhere = "postgresql://nobody@127.0.0.1:1/nothing".parse().unwrap();
    let pool = pool::serving(&nowhere, 1);
    let (journal, _) = Journal::open(pool.clone(), &Bells::default(), Config::default());
    let positions = Positions::new(pool.clone());
    Actions::builtin(Tools {
        egress,
        program: env!("CARGO_BIN_EXE_chainkeel").into(),
        entries: Entries::new(journal.clone()),
        keys: Storage::new(Views::new(pool), positions),
        data: Data::new(pool::data(&nowhere, 1), journal, Arc::new(SystemClock)),
        clock: Arc::new(SystemClock),
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
