//! What goes into the ledger and what comes out of it.

use std::borrow::Cow;
use std::collections::BTreeMap;

use cqrs_es::DomainEvent;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::Error;
use crate::primitives::{
    ApiKeyId, AuditId, CommandId, ConnectorId, DocumentId, EntryId, EventDefinitionId, EventId,
    IntentId, OrganizationId, PaymentId, RunId, SaleId, SchemaId, SegmentId, SequenceInstanceId,
    SessionId, TableId, TaskId, TestExecutionId, TestId, UiComponentId, UserId, WalletId,
    WorkflowId,
};

/// One aggregate's events: the unit of order and of conflict.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct StreamId {
    /// `run`, `workflow` …: each has a partition of its own.
    pub aggregate_type: &'static str,
    /// The aggregate's id in its textual form; runs are partitioned by it.
    pub aggregate_id: String,
}

impl StreamId {
    /// The types that there are, as a partition of the ledger each.
    pub const TYPES: [&'static str; 41] = [
        "account",
        "api_key",
        "audit",
        "blueprint",
        "chain_endpoints",
        "chain_match",
        "connector",
        "document",
        "entry",
        "event",
        "event_definition",
        "event_sequences",
        "event_subscriptions",
        "execution_hooks",
        "login_name",
        "organization",
        "paid_endpoints",
        "payment",
        "policy",
        "retention",
        "run",
        "sale",
        "schema",
        "segment",
        "sequence_instance",
        "session",
        "signature_request",
        "signing_policy",
        "skip",
        "spending",
        "table",
        "task",
        "test",
        "test_execution",
        "token_keys",
        "ui_component",
        "user",
        "wallet_floor",
        "wallet_lane",
        "wallets",
        "workflow",
    ];

    /// The stream of one aggregate.
    pub fn new(aggregate_type: &'static str, aggregate_id: impl Into<String>) -> Self {
        Self { aggregate_type, aggregate_id: aggregate_id.into() }
    }

    /// The stream of an event that was published.
    pub fn event(event: EventId) -> Self {
        Self::new("event", event.to_string())
    }

    /// The stream of the definition of a name's events.
    pub fn event_definition(definition: EventDefinitionId) -> Self {
        Self::new("event_definition", definition.to_string())
    }

    /// The stream of an organization's subscriptions to events.
    pub fn event_subscriptions(organization: OrganizationId) -> Self {
        Self::new("event_subscriptions", organization.to_string())
    }

    /// The stream of a part of an organization's runs that has left the database.
    pub fn segment(segment: SegmentId) -> Self {
        Self::new("segment", segment.to_string())
    }

    /// The stream of what an organization keeps, and for how long.
    pub fn retention(organization: OrganizationId) -> Self {
        Self::new("retention", organization.to_string())
    }

    /// The stream of an organization's endpoints that are told of runs.
    pub fn execution_hooks(organization: OrganizationId) -> Self {
        Self::new("execution_hooks", organization.to_string())
    }

    /// The stream of the endpoints of chains that an organization named.
    pub fn chain_endpoints(organization: OrganizationId) -> Self {
        Self::new("chain_endpoints", organization.to_string())
    }

    /// The stream of the lane of a wallet on a chain.
    pub fn wallet_lane(wallet: WalletId, chain: u64) -> Self {
        Self::new("wallet_lane", format!("{wallet}/{chain}"))
    }

    /// The stream of the floor of a wallet on a chain.
    pub fn wallet_floor(wallet: WalletId, chain: u64) -> Self {
        Self::new("wallet_floor", format!("{wallet}/{chain}"))
    }

    /// The stream of a document that should be signed.
    pub fn signature_request(intent: IntentId) -> Self {
        Self::new("signature_request", intent.to_string())
    }

    /// The stream of an organization's wallets.
    pub fn wallets(organization: OrganizationId) -> Self {
        Self::new("wallets", organization.to_string())
    }

    /// The stream of what the keys of an organization may sign.
    pub fn signing_policy(organization: OrganizationId) -> Self {
        Self::new("signing_policy", organization.to_string())
    }

    /// The stream of what an organization has used of its limits.
    pub fn spending(organization: OrganizationId) -> Self {
        Self::new("spending", organization.to_string())
    }

    /// The stream of a run that somebody pays for.
    pub fn sale(sale: SaleId) -> Self {
        Self::new("sale", sale.to_string())
    }

    /// The stream of a payment for an HTTP request.
    pub fn payment(payment: PaymentId) -> Self {
        Self::new("payment", payment.to_string())
    }

    /// The stream of the endpoints that an organization pays by request.
    pub fn paid_endpoints(organization: OrganizationId) -> Self {
        Self::new("paid_endpoints", organization.to_string())
    }

    /// The stream of an organization's sequences of events.
    pub fn event_sequences(organization: OrganizationId) -> Self {
        Self::new("event_sequences", organization.to_string())
    }

    /// The stream of a story that a sequence of events follows.
    pub fn sequence_instance(instance: SequenceInstanceId) -> Self {
        Self::new("sequence_instance", instance.to_string())
    }

    /// The stream of a run.
    pub fn run(run: RunId) -> Self {
        Self::new("run", run.to_string())
    }

    /// The stream of a task.
    pub fn task(task: TaskId) -> Self {
        Self::new("task", task.to_string())
    }

    /// The stream of an entry.
    pub fn entry(entry: EntryId) -> Self {
        Self::new("entry", entry.to_string())
    }

    /// The stream of a workflow.
    pub fn workflow(workflow: WorkflowId) -> Self {
        Self::new("workflow", workflow.to_string())
    }

    /// The stream of a template or a block.
    pub fn blueprint(id: impl Into<String>) -> Self {
        Self::new("blueprint", id)
    }

    /// The stream of an interface.
    pub fn ui_component(component: UiComponentId) -> Self {
        Self::new("ui_component", component.to_string())
    }

    /// The stream of an organization's policy.
    pub fn policy(organization: OrganizationId) -> Self {
        Self::new("policy", organization.to_string())
    }

    /// The stream of a trigger that started no run, by the command that would have.
    pub fn skip(command: CommandId) -> Self {
        Self::new("skip", command.to_string())
    }

    /// The stream of a match that a chain took back, by its id.
    pub fn chain_match(id: String) -> Self {
        Self::new("chain_match", id)
    }

    /// The stream of a test.
    pub fn test(test: TestId) -> Self {
        Self::new("test", test.to_string())
    }

    /// The stream of an organization's account.
    pub fn account(organization: OrganizationId) -> Self {
        Self::new("account", organization.to_string())
    }

    /// The stream of an organization.
    pub fn organization(organization: OrganizationId) -> Self {
        Self::new("organization", organization.to_string())
    }

    /// The stream of an API key.
    pub fn api_key(key: ApiKeyId) -> Self {
        Self::new("api_key", key.to_string())
    }

    /// The stream of a connector.
    pub fn connector(connector: ConnectorId) -> Self {
        Self::new("connector", connector.to_string())
    }

    /// The stream of what was noted at the door at one time.
    pub fn audit(noted: AuditId) -> Self {
        Self::new("audit", noted.to_string())
    }

    /// The stream of a schema.
    pub fn schema(schema: SchemaId) -> Self {
        Self::new("schema", schema.to_string())
    }

    /// The stream of a user.
    pub fn user(user: UserId) -> Self {
        Self::new("user", user.to_string())
    }

    /// The stream of a session.
    pub fn session(session: SessionId) -> Self {
        Self::new("session", session.to_string())
    }

    /// The stream of an email address, by its hash.
    pub fn login_name(key: String) -> Self {
        Self::new("login_name", key)
    }

    /// The stream of the keys that sign tokens: of the whole installation.
    pub fn token_keys() -> Self {
        Self::new("token_keys", OrganizationId::DEFAULT.to_string())
    }

    /// The stream of a document.
    pub fn document(document: DocumentId) -> Self {
        Self::new("document", document.to_string())
    }

    /// The stream of a table.
    pub fn table(table: TableId) -> Self {
        Self::new("table", table.to_string())
    }

    /// The stream of a test's execution.
    pub fn test_execution(execution: TestExecutionId) -> Self {
        Self::new("test_execution", execution.to_string())
    }
}

/// Who did it, for whom and why: stored beside every event as a JSON map of strings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Metadata {
    /// The tenant that the event belongs to.
    #[serde(rename = "organization_id")]
    pub organization: OrganizationId,
    /// The principal that gave the command, or the part of the house that did.
    pub actor: String,
    /// The command that produced the events; the same one is never recorded twice at one place.
    #[serde(rename = "command_id")]
    pub command: CommandId,
    /// What led to the command: another command, an event, a request.
    #[serde(rename = "causation_id", skip_serializing_if = "Option::is_none")]
    pub causation: Option<String>,
    /// What all that belongs together shares.
    #[serde(rename = "correlation_id", skip_serializing_if = "Option::is_none")]
    pub correlation: Option<String>,
    /// Of a run of a workflow with a limit: the allotment from which it was taken.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub allotment: Option<String>,
    /// From which address the command came, where it was a request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
}

impl Metadata {
    /// Metadata of a new command, without cause.
    pub fn new(organization: OrganizationId, actor: impl Into<String>, command: CommandId) -> Self {
        Self {
            organization,
            actor: actor.into(),
            command,
            causation: None,
            correlation: None,
            allotment: None,
            address: None,
        }
    }
}

/// An event that is about to be recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewEvent {
    /// The event's name in snake case.
    pub event_type: Cow<'static, str>,
    /// The version of its shape.
    pub event_version: Cow<'static, str>,
    /// JSON text.
    pub payload: String,
}

impl NewEvent {
    /// The stored form of an aggregate's event.
    pub fn of<E: DomainEvent>(event: &E) -> Result<Self, Error> {
        Ok(Self {
            event_type: event.event_type().into(),
            event_version: event.event_version().into(),
            payload: serde_json::to_string(event).map_err(|source| Error::Encode(source.into()))?,
        })
    }
}

/// The right to write the runs of a slot, as it was when it was acquired.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Fence {
    /// The slot, 0 to 255.
    pub slot: i16,
    /// Grows with each takeover; an append under an older one is refused.
    pub epoch: i64,
}

/// Events of one command for one stream, with what must become durable together with them.
#[derive(Debug, Clone)]
pub struct Append {
    /// Where the events go.
    pub stream: StreamId,
    /// The last sequence that the writer has seen; 0 for a new stream.
    pub expected: i64,
    /// At least one.
    pub events: Vec<NewEvent>,
    /// The same for all of them.
    pub metadata: Metadata,
    /// Required for runs while workers share them; absent for streams that any process may write.
    pub fence: Option<Fence>,
    /// Whose personal data the events hold: they are stored sealed under the key of that subject.
    pub subject: Option<String>,
    /// Rows of other tables, written in the same transaction.
    pub side: Vec<Side>,
}

/// A row that is written if, and only if, the events are.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum Side {
    /// This run is the one that the trigger started; a second claim of the same trigger is refused.
    Claim {
        /// What identifies the trigger's firing within the organization.
        trigger_id: String,
    },
    /// The run is taken from what its workflow may start; when nothing is left, it is refused.
    Allowance(Allowance),
    /// The answer to give when the same request comes again.
    Receipt(Receipt),
    /// The command came through the inbox and is done.
    InboxDone(CommandId),
}

/// What a workflow with limits may start, as whoever starts its runs knows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Allowance {
    /// The workflow.
    pub workflow: WorkflowId,
    /// Which of its allotments: the sequence of the event that set the limit, 0 without one.
    pub allotment: i64,
    /// How many runs the allotment has in all; none: any number.
    pub total: Option<i64>,
    /// How long nothing starts after a start, in milliseconds; none: this start does not wait.
    pub cooldown_ms: Option<i64>,
}

/// The answer that was given to a request with an `Idempotency-Key`. Kept for 24 hours.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// Whose request it was.
    pub organization: OrganizationId,
    /// Who sent it.
    pub principal: String,
    /// Method and route: the same key may serve another route.
    pub route: String,
    /// The key that the client chose.
    pub key: String,
    /// A hash of the request's body: the same key with another body is a mistake.
    pub fingerprint: String,
    /// The HTTP status that was answered.
    pub status: i16,
    /// The body that was answered: JSON text.
    pub response: String,
}

/// What became of one append. Another stream's conflict never shows here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Durable.
    Appended {
        /// The stream's last sequence now.
        last: i64,
    },
    /// This very command was recorded before: success, and nothing was written again.
    Duplicate {
        /// The last sequence which that command wrote.
        last: i64,
    },
    /// Somebody else wrote at this place: load again and decide again.
    Conflict,
    /// The slot was taken over: drop the state, the run belongs to another worker.
    Fenced,
    /// The trigger has started another run already.
    ClaimTaken {
        /// That run.
        run: String,
    },
    /// A request with the same idempotency key was answered already: look the receipt up.
    ReceiptTaken,
    /// The workflow has started as many runs as it may.
    UsedUp,
    /// The workflow has started a run so recently that this one is not to begin.
    Cooling {
        /// Until when, as RFC 3339 in UTC.
        until: String,
    },
}

/// An event as the ledger holds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recorded {
    /// Its number in the whole ledger; 0 while the sequencer has not reached it.
    pub position: i64,
    /// `run`, `workflow` …
    pub aggregate_type: Cow<'static, str>,
    /// The aggregate's id.
    pub aggregate_id: String,
    /// Its number in its stream, from 1.
    pub sequence: i64,
    /// The event's name in snake case.
    pub event_type: String,
    /// The version of its shape when it was recorded.
    pub event_version: String,
    /// The tenant that it belongs to.
    pub organization: OrganizationId,
    /// JSON text, as recorded; large payloads are fetched from their blob.
    pub payload: String,
    /// JSON text: a map of strings, see [`Metadata`].
    pub metadata: String,
    /// When it was written, by the database's clock.
    pub recorded_at: OffsetDateTime,
}

impl Recorded {
    /// The metadata as a map: `organization_id`, `actor`, `command_id`, `causation_id`,
    /// `correlation_id`, and whatever other programs put there.
    pub fn metadata_map(&self) -> Result<BTreeMap<String, String>, Error> {
        serde_json::from_str(&self.metadata).map_err(|source| self.undecodable(source))
    }

    pub(super) fn undecodable(&self, source: serde_json::Error) -> Error {
        Error::Decode {
            stream: format!("{} {}", self.aggregate_type, self.aggregate_id),
            sequence: self.sequence,
            source: source.into(),
        }
    }
}

/// The name of an aggregate type without a copy for those that we know.
pub(super) fn aggregate_type(text: String) -> Cow<'static, str> {
    match text.as_str() {
        "account" => Cow::Borrowed("account"),
        "api_key" => Cow::Borrowed("api_key"),
        "audit" => Cow::Borrowed("audit"),
        "organization" => Cow::Borrowed("organization"),
        "connector" => Cow::Borrowed("connector"),
        "entry" => Cow::Borrowed("entry"),
        "login_name" => Cow::Borrowed("login_name"),
        "run" => Cow::Borrowed("run"),
        "schema" => Cow::Borrowed("schema"),
        "document" => Cow::Borrowed("document"),
        "table" => Cow::Borrowed("table"),
        "signature_request" => Cow::Borrowed("signature_request"),
        "blueprint" => Cow::Borrowed("blueprint"),
        "ui_component" => Cow::Borrowed("ui_component"),
        "policy" => Cow::Borrowed("policy"),
        "signing_policy" => Cow::Borrowed("signing_policy"),
        "chain_endpoints" => Cow::Borrowed("chain_endpoints"),
        "spending" => Cow::Borrowed("spending"),
        "sale" => Cow::Borrowed("sale"),
        "payment" => Cow::Borrowed("payment"),
        "paid_endpoints" => Cow::Borrowed("paid_endpoints"),
        "wallet_floor" => Cow::Borrowed("wallet_floor"),
        "wallet_lane" => Cow::Borrowed("wallet_lane"),
        "wallets" => Cow::Borrowed("wallets"),
        "chain_match" => Cow::Borrowed("chain_match"),
        "skip" => Cow::Borrowed("skip"),
        "session" => Cow::Borrowed("session"),
        "token_keys" => Cow::Borrowed("token_keys"),
        "user" => Cow::Borrowed("user"),
        "workflow" => Cow::Borrowed("workflow"),
        "task" => Cow::Borrowed("task"),
        "test" => Cow::Borrowed("test"),
        "test_execution" => Cow::Borrowed("test_execution"),
        "event" => Cow::Borrowed("event"),
        "event_definition" => Cow::Borrowed("event_definition"),
        "event_subscriptions" => Cow::Borrowed("event_subscriptions"),
        "execution_hooks" => Cow::Borrowed("execution_hooks"),
        "event_sequences" => Cow::Borrowed("event_sequences"),
        "sequence_instance" => Cow::Borrowed("sequence_instance"),
        "segment" => Cow::Borrowed("segment"),
        "retention" => Cow::Borrowed("retention"),
        _ => Cow::Owned(text),
    }
}
