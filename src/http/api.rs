//! What the endpoints work with. Built once by the composition root, shared by all workers.

use std::sync::Arc;
use std::time::Duration;

use metrics_exporter_prometheus::PrometheusHandle;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use super::answer::Written;
use super::events::Pressure;
use super::extract::{AsOf, MinPosition};
use super::idempotency::{InFlight, Ticket};
use super::inbound::Waiting;
use super::playing::Playing;
use super::problem::{Code, Problem};
use super::rates::Rates;
use crate::access::{AdminKey, Principal, WebhookSecrets};
use crate::actors::detector::Gate;
use crate::actors::detector::chain_watcher::ChainDesk;
use crate::actors::people::{Admission, People};
use crate::actors::wallets::{Cashier, Payer, Quoting, Rehearsals};
use crate::actors::{Context, KeyUses, Refusals, RunDesk, StreamHub};
use crate::aggregates::account::Account;
use crate::aggregates::api_key::ApiKey;
use crate::aggregates::blueprint::Blueprint;
use crate::aggregates::document::Document;
use crate::aggregates::event::Publication;
use crate::aggregates::event_definition::Definition;
use crate::aggregates::event_sequences::Sequences;
use crate::aggregates::event_subscriptions::Subscriptions;
use crate::aggregates::execution_hooks::Hooks;
use crate::aggregates::organization::Organization;
use crate::aggregates::paid_endpoints::PaidEndpoints;
use crate::aggregates::policy::Policy;
use crate::aggregates::retention::Retention;
use crate::aggregates::schema::Schema;
use crate::aggregates::sequence_instance::Instance;
use crate::aggregates::signature_request::SignatureRequest;
use crate::aggregates::signing_policy::SigningPolicies;
use crate::aggregates::spending::Spending;
use crate::aggregates::task::Task;
use crate::aggregates::ui_component::UiComponent;
use crate::aggregates::wallet_floor::Floor;
use crate::aggregates::wallet_lane::Lane;
use crate::aggregates::wallets::Wallets;
use crate::aggregates::workflow::Workflow;
use crate::assistant::Assistant;
use crate::catalog::Registry;
use crate::connectors::Desk;
use crate::data::Data;
use crate::deliveries::Deliveries;
use crate::hooks;
use crate::journal::{Directory, Entries, Journal, Store, StreamId, Tail};
use crate::notary::Log;
use crate::primitives::{Clock, RunId, WorkflowId};
use crate::projections::access::Access;
use crate::projections::activity::Activity;
use crate::projections::audit::Audit;
use crate::projections::blueprints::Blueprints;
use crate::projections::happenings::{Definitions, Happenings};
use crate::projections::knowledge::Knowledge;
use crate::projections::run_history::RunHistory;
use crate::projections::schemas::Schemas;
use crate::projections::search::Search;
use crate::projections::sequences::Instances;
use crate::projections::signature_requests::SignatureRequests;
use crate::projections::storage::Storage;
use crate::projections::tasks::Tasks;
use crate::projections::transactions::Transactions;
use crate::projections::trials::Trials;
use crate::projections::ui_components::UiComponents;
use crate::projections::usage::Usage;
use crate::projections::users::Users;
use crate::projections::workflow_catalog::WorkflowCatalog;
use crate::projections::x402::{Payments, Sales};
use crate::projections::{HouseViews, Positions, Views};
use crate::secrets::Vault;
use crate::signing::Signers;
use crate::sources::Cursors;
use crate::triggers::TriggerIndex;
use crate::validation::Validators;

/// How long a write waits for its position before it answers without.
const POSITION_WAIT: Duration = Duration::from_millis(250);
/// How long a read waits for the position that it must not be older than, and a start for a trigger index that is behind.
pub(super) const PATIENCE: Duration = Duration::from_secs(5);
/// When to come again after that: a view so far behind has a fault or much to catch up on.
const RETRY_AFTER: Duration = Duration::from_secs(2);

/// The rooms below, as the endpoints use them.
#[derive(Clone)]
pub struct Api {
    /// The ledger, for reading it.
    pub journal: Journal,
    /// What is signed of it.
    pub log: Log,
    /// Its end, for positions.
    pub tail: Tail,
    /// Where workflows are changed.
    pub workflows: Store<Workflow>,
    /// Where tasks are changed.
    pub tasks: Store<Task>,
    /// Where events are published.
    pub events: Store<Publication>,
    /// What events look like.
    pub event_definitions: Store<Definition>,
    /// Where they are sent.
    pub event_subscriptions: Store<Subscriptions>,
    /// Who is told of runs.
    pub execution_hooks: Store<Hooks>,
    /// What they were told.
    pub hook_log: hooks::Log,
    /// Where they may be.
    pub hook_door: hooks::Door,
    /// Which sequences of them are expected.
    pub event_sequences: Store<Sequences>,
    /// How the stories stand that they follow.
    pub sequence_instances: Store<Instance>,
    /// What organizations keep, and for how long.
    pub retentions: Store<Retention>,
    /// With what organizations sign.
    pub wallets: Store<Wallets>,
    /// How much they should have, and who gets more.
    pub floors: Store<Floor>,
    /// What they are to send.
    pub lanes: Store<Lane>,
    /// What they are to sign beside that.
    pub requests: Store<SignatureRequest>,
    /// The endpoints that organizations pay by request.
    pub paid_endpoints: Store<PaidEndpoints>,
    /// What is asked for runs that are sold, and what was presented for them.
    pub cashier: Cashier,
    /// Who pays for requests.
    pub payer: Payer,
    /// Where runs rehearse what they would do to chains.
    pub rehearsals: Rehearsals,
    /// Who keeps the keys of wallets.
    pub signers: Signers,
    /// Where secrets are sealed.
    pub vault: Vault,
    /// How many of them wait to be delivered.
    pub pressure: Pressure,
    /// Where compute units are given.
    pub accounts: Store<Account>,
    /// Where organizations are founded and changed.
    pub organizations: Store<Organization>,
    /// Where API keys are issued and revoked.
    pub api_keys: Store<ApiKey>,
    /// Who is who at this moment.
    pub directory: Directory,
    /// What is refused at the door.
    pub refusals: Refusals,
    /// The keys whose use is being noted.
    pub key_uses: KeyUses,
    /// Where templates and blocks are changed.
    pub blueprints: Store<Blueprint>,
    /// Where interfaces are changed.
    pub ui_components: Store<UiComponent>,
    /// What organizations want of drafts.
    pub policies: Store<Policy>,
    /// What keys of organizations may sign.
    pub signing_policies: Store<SigningPolicies>,
    /// What coins and tokens are worth.
    pub quoting: Quoting,
    /// What organizations have used of the limits of those.
    pub spendings: Store<Spending>,
    /// Where schemas are registered.
    pub schemas: Store<Schema>,
    /// Where connectors are found, sealed and opened.
    pub connectors: Desk,
    /// Who asks language models.
    pub assistant: Assistant,
    /// Where documents are kept.
    pub documents: Store<Document>,
    /// Tables of organizations, and their rows.
    pub data: Data,
    /// Who holds values against schemas.
    pub validators: Validators,
    /// Where people are let in and out.
    pub people: People,
    /// Who looks at their tokens.
    pub admission: Admission,
    /// Where runs are ordered about.
    pub desk: RunDesk,
    /// Where firings of triggers are decided.
    pub gate: Gate,
    /// Where chains are read, for the installation and for organizations.
    pub chains: ChainDesk,
    /// What came in lately.
    pub deliveries: Deliveries,
    /// How far sources were read that are asked.
    pub cursors: Cursors,
    /// The senders that wait for the end of their run.
    pub waiting: Waiting,
    /// Where streams come from.
    pub hub: StreamHub,
    /// The views, for reading them.
    pub views: Views,
    /// The views across organizations: for the operator's list of them, and for people who ask
    /// where they belong.
    pub house: HouseViews,
    /// How far the views have come.
    pub positions: Positions,
    /// The live workflows, as those see them who start runs.
    pub index: Arc<TriggerIndex>,
    /// What nodes there are.
    pub catalog: &'static Registry,
    /// Who may do everything.
    pub admin_key: AdminKey,
    /// The secrets in webhook URLs.
    pub webhook_secrets: WebhookSecrets,
    /// Where the outside reaches this server, without a slash at the end.
    pub public_url: Arc<str>,
    /// What `/metrics` prints.
    pub metrics: PrometheusHandle,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Cancelled when the server is about to stop: it is no longer ready.
    pub stopping: CancellationToken,
    /// The requests with an idempotency key that are being carried out here.
    pub in_flight: InFlight,
    /// The requests that compute.
    pub playing: Playing,
    /// How fast requests may come.
    pub rates: Rates,
}

impl Api {
    /// The context of an order to a run that this principal gives with this ticket.
    pub fn context(&self, who: &Principal, ticket: &Ticket, run: RunId) -> Context {
        Context {
            organization: who.organization,
            actor: who.to_string(),
            command: ticket.command,
            causation: None,
            correlation: Some(ticket.request_id.clone()),
            side: ticket.receipts(&StreamId::run(run)),
        }
    }

    /// Where the last event of a write is; waits a moment for its position.
    pub async fn written(&self, stream: &StreamId, sequence: i64) -> Written {
        Written {
            stream: format!("{}/{}", stream.aggregate_type, stream.aggregate_id),
            sequence,
            position: self.tail.wait_for(stream, sequence, POSITION_WAIT).await,
        }
    }

    /// Waits until a view has reached a position.
    pub async fn view_at(&self, view: &str, wanted: Option<MinPosition>) -> Result<(), Problem> {
        self.reached(view, MinPosition::checked(wanted)?).await
    }

    async fn reached(&self, view: &str, wanted: i64) -> Result<(), Problem> {
        if wanted > 0 && self.positions.wait_for(view, wanted, PATIENCE).await?.is_none() {
            return Err(self
                .not_reached(MinPosition::NAME, self.positions.of(view).await?, wanted)
                .await?);
        }
        Ok(())
    }

    /// Waits until a view has what this process has seen of the ledger.
    pub async fn view_follows(&self, view: &str) -> Result<(), Problem> {
        self.reached(view, self.tail.head()).await
    }

    /// Waits until a view has reached a position, and the one as of which it is asked, if it is.
    pub async fn view_as_of(
        &self,
        view: &str,
        (as_of, wanted): (Option<AsOf>, Option<MinPosition>),
    ) -> Result<Option<i64>, Problem> {
        let as_of = AsOf::checked(as_of)?;
        if let Some(then) = as_of
            && self.positions.wait_for(view, then, PATIENCE).await?.is_none()
        {
            return Err(self.not_reached(AsOf::NAME, self.positions.of(view).await?, then).await?);
        }
        self.view_at(view, wanted).await?;
        Ok(as_of)
    }

    /// Waits until the ledger, as this process sees it, has reached a position, and says how far
    /// that is.
    pub async fn ledger_at(&self, wanted: Option<MinPosition>) -> Result<i64, Problem> {
        let wanted = MinPosition::checked(wanted)?;
        let mut head = self.tail.watch_head();
        let reached = timeout(PATIENCE, head.wait_for(|head| *head >= wanted)).await;
        match reached {
            Ok(Ok(head)) => Ok(*head),
            Ok(Err(closed)) => Err(Problem::unavailable(closed)),
            Err(_) => Err(self.not_reached(MinPosition::NAME, self.tail.head(), wanted).await?),
        }
    }

    /// Why a position was not reached: a view that is behind will be there some time; what the ledger
    /// has not given out is asked for by mistake.
    async fn not_reached(
        &self,
        parameter: &str,
        position: i64,
        wanted: i64,
    ) -> Result<Problem, Problem> {
        let head = self.journal.head().await?;
        if wanted > head {
            let message = format_args!("is no position yet: the ledger is at {head}");
            return Ok(Problem::new(Code::InvalidQuery).at(parameter, message));
        }
        Ok(Problem::new(Code::PositionNotReached)
            .because(format_args!("the view is at position {position}, not yet at {wanted}"))
            .retry_after(RETRY_AFTER))
    }

    /// Whether a workflow is private to somebody else.
    pub fn hides(&self, who: &Principal, workflow: WorkflowId) -> bool {
        !who.sees_all() && self.index.is_hidden(workflow, &who.to_string())
    }

    /// The workflows that are private to others: lists leave them and their runs out.
    pub fn hidden_from(&self, who: &Principal) -> Vec<String> {
        if who.sees_all() {
            return Vec::new();
        }
        let hidden = self.index.hidden_from(who.organization, &who.to_string());
        hidden.iter().map(ToString::to_string).collect()
    }

    /// The questions to the runs' view.
    pub fn run_history(&self) -> RunHistory {
        RunHistory::new(self.views.clone(), self.positions.clone())
    }

    /// The questions to the workflows' view.
    pub fn workflow_catalog(&self) -> WorkflowCatalog {
        WorkflowCatalog::new(self.views.clone(), self.positions.clone())
    }

    /// The questions to the tasks' view.
    pub fn task_list(&self) -> Tasks {
        Tasks::new(self.views.clone(), self.positions.clone())
    }

    /// The questions to the view of tests.
    pub fn trials(&self) -> Trials {
        Trials::new(self.views.clone(), self.positions.clone())
    }

    /// The values that workflows keep.
    pub fn entries(&self) -> Entries {
        Entries::new(self.journal.clone())
    }

    /// The questions to the view of their keys.
    pub fn storage(&self) -> Storage {
        Storage::new(self.views.clone(), self.positions.clone())
    }

    /// The questions to the audit log.
    pub fn audit(&self) -> Audit {
        Audit::new(self.views.clone(), self.positions.clone())
    }

    /// The questions to the view of who is who.
    pub fn access(&self) -> Access {
        Access::new(self.views.clone(), self.positions.clone())
    }

    /// The questions to the view of templates and blocks.
    pub fn blueprint_list(&self) -> Blueprints {
        Blueprints::new(self.views.clone(), self.positions.clone())
    }

    /// The questions to the view of interfaces.
    pub fn ui_component_list(&self) -> UiComponents {
        UiComponents::new(self.views.clone(), self.positions.clone())
    }

    /// The questions of those who search.
    pub fn search(&self) -> Search {
        Search::new(self.views.clone(), self.positions.clone())
    }

    /// The questions to the views of documents.
    pub fn knowledge(&self) -> Knowledge {
        Knowledge::new(self.views.clone(), self.positions.clone())
    }

    /// The questions to the view of sequences of events.
    pub fn sequences(&self) -> Instances {
        Instances::new(self.views.clone(), self.positions.clone())
    }

    /// The questions to the view of transactions.
    pub fn transactions(&self) -> Transactions {
        Transactions::new(self.views.clone(), self.positions.clone())
    }

    /// The questions to the view of documents that should be signed.
    pub fn signature_requests(&self) -> SignatureRequests {
        SignatureRequests::new(self.views.clone(), self.positions.clone())
    }

    /// The questions to the view of payments.
    pub fn payments(&self) -> Payments {
        Payments::new(self.views.clone(), self.positions.clone())
    }

    /// The questions to the view of sales.
    pub fn sales(&self) -> Sales {
        Sales::new(self.views.clone(), self.positions.clone())
    }

    /// The questions to the view of events.
    pub fn happenings(&self) -> Happenings {
        Happenings::new(self.views.clone(), self.positions.clone())
    }

    /// The questions to the view of their definitions.
    pub fn event_definition_list(&self) -> Definitions {
        Definitions::new(self.views.clone(), self.positions.clone())
    }

    /// The questions to the view of schemas.
    pub fn schema_list(&self) -> Schemas {
        Schemas::new(self.views.clone(), self.positions.clone())
    }

    /// The questions to the view of users.
    pub fn user_list(&self) -> Users {
        Users::new(self.views.clone(), self.positions.clone())
    }

    /// The questions to the view of compute units.
    pub fn usage(&self) -> Usage {
        Usage::new(self.views.clone(), self.positions.clone())
    }

    /// The questions to the view of what happened.
    pub fn activity(&self) -> Activity {
        Activity::new(self.views.clone(), self.positions.clone())
    }
}
