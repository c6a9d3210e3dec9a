//! What of the ledger concerns a view: the rest is not handed to it. The kinds of aggregates that views are
//! made of, as the ledger calls them.

use cqrs_es::Aggregate;
use sqlx::PgConnection;

use super::{Error, Projection};
use crate::aggregates;
use crate::journal::Recorded;

pub(super) const ACCOUNT: &str = aggregates::account::Account::TYPE;
pub(super) const API_KEY: &str = aggregates::api_key::ApiKey::TYPE;
pub(super) const BLUEPRINT: &str = aggregates::blueprint::Blueprint::TYPE;
pub(super) const CONNECTOR: &str = aggregates::connector::Connector::TYPE;
pub(super) const DOCUMENT: &str = aggregates::document::Document::TYPE;
pub(super) const ENTRY: &str = aggregates::entry::Entry::TYPE;
pub(super) const EVENT: &str = aggregates::event::Publication::TYPE;
pub(super) const EVENT_DEFINITION: &str = aggregates::event_definition::Definition::TYPE;
pub(super) const ORGANIZATION: &str = aggregates::organization::Organization::TYPE;
pub(super) const PAYMENT: &str = aggregates::payment::Payment::TYPE;
pub(super) const RUN: &str = aggregates::run::Run::TYPE;
pub(super) const SALE: &str = aggregates::sale::Sale::TYPE;
pub(super) const SCHEMA: &str = aggregates::schema::Schema::TYPE;
pub(super) const SEQUENCE_INSTANCE: &str = aggregates::sequence_instance::Instance::TYPE;
pub(super) const SIGNATURE_REQUEST: &str = aggregates::signature_request::SignatureRequest::TYPE;
pub(super) const SKIP: &str = aggregates::skip::TYPE;
pub(super) const TASK: &str = aggregates::task::Task::TYPE;
pub(super) const TEST: &str = aggregates::test::Test::TYPE;
pub(super) const TEST_EXECUTION: &str = aggregates::test_execution::TestExecution::TYPE;
pub(super) const UI_COMPONENT: &str = aggregates::ui_component::UiComponent::TYPE;
pub(super) const USER: &str = aggregates::user::User::TYPE;
pub(super) const WALLET_FLOOR: &str = aggregates::wallet_floor::Floor::TYPE;
pub(super) const WALLET_LANE: &str = aggregates::wallet_lane::Lane::TYPE;
pub(super) const WORKFLOW: &str = aggregates::workflow::Workflow::TYPE;

/// Folds those of the events that concern a view, if any do.
pub(super) async fn write(
    projection: &dyn Projection,
    connection: &mut PgConnection,
    events: impl IntoIterator<Item = &Recorded>,
) -> Result<(), Error> {
    let events: Vec<&Recorded> =
        events.into_iter().filter(|event| projection.concerns(event)).collect();
    if events.is_empty() { Ok(()) } else { projection.write(connection, &events).await }
}

/// Whether an event is of an aggregate of one of these kinds.
pub(super) fn is_of(event: &Recorded, kinds: &[&str]) -> bool {
    kinds.contains(&event.aggregate_type.as_ref())
}
