//! Which views there are.

use super::{
    Error, Projection, access, activity, audit, blueprints, connectors, happenings, knowledge,
    run_history, schemas, search, sequences, signature_requests, storage, tasks, timers,
    transactions, trials, ui_components, usage, users, waits, wallet_floors, workflow_catalog,
    x402,
};

/// Every projection there is.
pub fn all() -> &'static [&'static dyn Projection] {
    &[
        &run_history::Projector,
        &workflow_catalog::Projector,
        &activity::Projector,
        &timers::Projector,
        &tasks::Projector,
        &trials::Projector,
        &storage::Projector,
        &waits::Projector,
        &usage::Projector,
        &schemas::Projector,
        &happenings::Projector,
        &sequences::Projector,
        &transactions::Projector,
        &wallet_floors::Projector,
        &signature_requests::Projector,
        &x402::Projector,
        &access::Projector,
        &connectors::Projector,
        &audit::Projector,
        &users::Projector,
        &search::Projector,
        &blueprints::Projector,
        &knowledge::Projector,
        &ui_components::Projector,
    ]
}

/// The projection of that name.
pub fn by_name(name: &str) -> Result<&'static dyn Projection, Error> {
    all()
        .iter()
        .copied()
        .find(|projection| projection.name() == name)
        .ok_or_else(|| Error::Unknown(name.to_owned()))
}
