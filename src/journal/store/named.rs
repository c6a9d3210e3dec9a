//! The stores that there are: a line an aggregate.

use super::Store;
use super::snapshots::Snapshots;
use crate::aggregates::{
    account, api_key, blueprint, chain_endpoints, connector, document, event, event_definition,
    event_sequences, event_subscriptions, execution_hooks, login_name, organization,
    paid_endpoints, payment, policy, retention, run, sale, schema, segment, sequence_instance,
    session, signature_request, signing_policy, spending, table, task, test, test_execution,
    token_keys, ui_component, user, wallet_floor, wallet_lane, wallets, workflow,
};
use crate::journal::Journal;

/// After how many events the state of what has no end is kept: in a lane, those of some twenty transactions.
const EVERY: i64 = 256;

impl Store<run::Run> {
    /// The runs.
    pub fn runs(journal: Journal) -> Self {
        Self::new(journal, run::upcasters()).sealed_for(|run| run.state().subject())
    }
}

impl Store<workflow::Workflow> {
    /// The workflows.
    pub fn workflows(journal: Journal) -> Self {
        Self::new(journal, workflow::upcasters())
    }
}

impl Store<task::Task> {
    /// The tasks.
    pub fn tasks(journal: Journal) -> Self {
        Self::new(journal, task::upcasters())
    }
}

impl Store<test::Test> {
    /// The tests.
    pub fn tests(journal: Journal) -> Self {
        Self::new(journal, test::upcasters())
    }
}

impl Store<test_execution::TestExecution> {
    /// What became of tests.
    pub fn test_executions(journal: Journal) -> Self {
        Self::new(journal, test_execution::upcasters())
    }
}

impl Store<account::Account> {
    /// The accounts of compute units, by organization.
    pub fn accounts(journal: Journal) -> Self {
        Self::new(journal, account::upcasters())
    }
}

impl Store<connector::Connector> {
    /// The connectors of organizations.
    pub fn connectors(journal: Journal) -> Self {
        Self::new(journal, connector::upcasters())
    }
}

impl Store<blueprint::Blueprint> {
    /// Templates and blocks.
    pub fn blueprints(journal: Journal) -> Self {
        Self::new(journal, blueprint::upcasters())
    }
}

impl Store<ui_component::UiComponent> {
    /// The interfaces of organizations.
    pub fn ui_components(journal: Journal) -> Self {
        Self::new(journal, ui_component::upcasters())
    }
}

impl Store<signing_policy::SigningPolicies> {
    /// What keys of organizations may sign.
    pub fn signing_policies(journal: Journal) -> Self {
        Self::new(journal, signing_policy::upcasters())
    }
}

impl Store<spending::Spending> {
    /// What organizations have used of their limits.
    pub fn spendings(journal: Journal) -> Self {
        let snapshots = Snapshots { form: spending::FORM, every: EVERY };
        Self::new(journal, spending::upcasters()).with_snapshots(snapshots)
    }
}

impl Store<sale::Sale> {
    /// The runs that somebody pays for.
    pub fn sales(journal: Journal) -> Self {
        Self::new(journal, sale::upcasters())
    }
}

impl Store<payment::Payment> {
    /// The payments for HTTP requests.
    pub fn payments(journal: Journal) -> Self {
        Self::new(journal, payment::upcasters())
    }
}

impl Store<paid_endpoints::PaidEndpoints> {
    /// The endpoints that organizations pay by request.
    pub fn paid_endpoints(journal: Journal) -> Self {
        Self::new(journal, paid_endpoints::upcasters())
    }
}

impl Store<policy::Policy> {
    /// What organizations want of drafts.
    pub fn policies(journal: Journal) -> Self {
        Self::new(journal, policy::upcasters())
    }
}

impl Store<event_definition::Definition> {
    /// What events look like.
    pub fn event_definitions(journal: Journal) -> Self {
        Self::new(journal, event_definition::upcasters())
    }
}

impl Store<event_subscriptions::Subscriptions> {
    /// Where events are sent.
    pub fn event_subscriptions(journal: Journal) -> Self {
        Self::new(journal, event_subscriptions::upcasters())
    }
}

impl Store<execution_hooks::Hooks> {
    /// Who is told of runs.
    pub fn execution_hooks(journal: Journal) -> Self {
        Self::new(journal, execution_hooks::upcasters())
    }
}

impl Store<chain_endpoints::ChainEndpoints> {
    /// Whom chains are read from.
    pub fn chain_endpoints(journal: Journal) -> Self {
        Self::new(journal, chain_endpoints::upcasters())
    }
}

impl Store<segment::Segment> {
    /// What has left the database.
    pub fn segments(journal: Journal) -> Self {
        Self::new(journal, segment::upcasters())
    }
}

impl Store<retention::Retention> {
    /// What organizations keep, and for how long.
    pub fn retentions(journal: Journal) -> Self {
        Self::new(journal, retention::upcasters())
    }
}

impl Store<wallet_floor::Floor> {
    /// What wallets are held to.
    pub fn wallet_floors(journal: Journal) -> Self {
        Self::new(journal, wallet_floor::upcasters())
    }
}

impl Store<wallet_lane::Lane> {
    /// What wallets are to send.
    pub fn wallet_lanes(journal: Journal) -> Self {
        let snapshots = Snapshots { form: wallet_lane::FORM, every: EVERY };
        Self::new(journal, wallet_lane::upcasters()).with_snapshots(snapshots)
    }
}

impl Store<signature_request::SignatureRequest> {
    /// The documents that wallets are to sign.
    pub fn signature_requests(journal: Journal) -> Self {
        Self::new(journal, signature_request::upcasters())
    }
}

impl Store<wallets::Wallets> {
    /// With what organizations sign.
    pub fn wallets(journal: Journal) -> Self {
        Self::new(journal, wallets::upcasters())
    }
}

impl Store<event_sequences::Sequences> {
    /// Which sequences of events are expected.
    pub fn event_sequences(journal: Journal) -> Self {
        Self::new(journal, event_sequences::upcasters())
    }
}

impl Store<sequence_instance::Instance> {
    /// How the stories stand that they follow.
    pub fn sequence_instances(journal: Journal) -> Self {
        Self::new(journal, sequence_instance::upcasters())
    }
}

impl Store<schema::Schema> {
    /// The schemas of organizations.
    pub fn schemas(journal: Journal) -> Self {
        Self::new(journal, schema::upcasters())
    }
}

impl Store<organization::Organization> {
    /// The organizations.
    pub fn organizations(journal: Journal) -> Self {
        Self::new(journal, organization::upcasters())
    }
}

impl Store<api_key::ApiKey> {
    /// The API keys.
    pub fn api_keys(journal: Journal) -> Self {
        Self::new(journal, api_key::upcasters())
    }
}

impl Store<user::User> {
    /// The users.
    pub fn users(journal: Journal) -> Self {
        Self::new(journal, user::upcasters())
    }
}

impl Store<session::Session> {
    /// Their sessions.
    pub fn sessions(journal: Journal) -> Self {
        Self::new(journal, session::upcasters())
    }
}

impl Store<login_name::LoginName> {
    /// The email addresses by which they log in.
    pub fn login_names(journal: Journal) -> Self {
        Self::new(journal, login_name::upcasters())
    }
}

impl Store<token_keys::TokenKeys> {
    /// The keys that sign their tokens.
    pub fn token_keys(journal: Journal) -> Self {
        Self::new(journal, token_keys::upcasters())
    }
}

impl Store<document::Document> {
    /// The documents of organizations.
    pub fn documents(journal: Journal) -> Self {
        Self::new(journal, document::upcasters())
    }
}

impl Store<table::Table> {
    /// The tables of organizations.
    pub fn tables(journal: Journal) -> Self {
        Self::new(journal, table::upcasters())
    }
}

impl Store<event::Publication> {
    /// The events that are published.
    pub fn events(journal: Journal) -> Self {
        Self::new(journal, event::upcasters())
    }
}
