//! The facts of a run as the views read them: borrowed from the event's text, and without what no
//! view shows. Parsing a whole definition for each start would cost more than all the rest.

use std::borrow::Cow;
use std::collections::BTreeMap;

use cqrs_es::Aggregate;
use engine::WaitMark;
use serde::Deserialize;
use serde_json::value::RawValue;
use time::OffsetDateTime;

use super::Error;
use super::text::Text;
use crate::aggregates::{
    account, api_key, blueprint, connector, document, entry, event, event_definition, organization,
    payment, run, sale, schema, sequence_instance, signature_request, task, test, test_execution,
    ui_component, user, wallet_floor, wallet_lane, workflow,
};
use crate::journal::{self, Recorded};

/// What happened in a run. The names are those of [`engine::Fact`]: a fact that is not listed here
/// is poison, never passed over.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case", rename_all_fields = "camelCase")]
pub(super) enum Fact<'a> {
    Started(#[serde(borrow)] Box<Started<'a>>),
    NodeStarted {
        #[serde(borrow)]
        node: Text<'a>,
        #[serde(borrow)]
        kind: Text<'a>,
        attempt: u32,
        #[serde(borrow)]
        input: &'a RawValue,
        #[serde(borrow)]
        idempotency_key: Text<'a>,
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    EffectRepeated {
        #[serde(borrow)]
        node: Text<'a>,
        attempt: u32,
        repeat: u32,
    },
    NodeSucceeded {
        #[serde(borrow)]
        node: Text<'a>,
        #[serde(borrow)]
        kind: Text<'a>,
        attempt: u32,
        #[serde(borrow, default)]
        input: Option<&'a RawValue>,
        #[serde(borrow)]
        result: &'a RawValue,
        #[serde(borrow, default)]
        branch: Option<Text<'a>>,
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    NodeFailed {
        #[serde(borrow)]
        node: Text<'a>,
        #[serde(borrow)]
        kind: Text<'a>,
        attempt: u32,
        #[serde(borrow, default)]
        input: Option<&'a RawValue>,
        #[serde(borrow)]
        failure: &'a RawValue,
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    RetryScheduled {
        #[serde(borrow)]
        node: Text<'a>,
        attempt: u32,
        #[serde(with = "time::serde::rfc3339")]
        due_at: OffsetDateTime,
    },
    FailureHandled {},
    LoopStarted {
        #[serde(borrow)]
        node: Text<'a>,
        #[serde(borrow)]
        kind: Text<'a>,
        #[serde(borrow)]
        input: &'a RawValue,
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    IterationStarted {},
    NodeSkipped {
        #[serde(borrow)]
        node: Text<'a>,
        #[serde(borrow)]
        kind: Text<'a>,
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    NodeCancelled {
        #[serde(borrow)]
        node: Text<'a>,
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    DelayStarted(#[serde(borrow)] Pending<'a>),
    WaitOpened(#[serde(borrow)] Pending<'a>),
    WaitMarked {
        #[serde(borrow)]
        node: Text<'a>,
        mark: WaitMark,
        #[serde(borrow, default)]
        reason: Option<Text<'a>>,
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    WaitResumed {
        #[serde(borrow)]
        node: Text<'a>,
        #[serde(borrow)]
        source: Text<'a>,
        #[serde(borrow)]
        by: Text<'a>,
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    WaitTimedOut {
        #[serde(borrow)]
        node: Text<'a>,
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    Paused {
        #[serde(borrow)]
        by: Text<'a>,
        #[serde(borrow, default)]
        reason: Option<Text<'a>>,
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    Unpaused {
        #[serde(borrow)]
        by: Text<'a>,
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    HistoryGrewLong {},
    LimitReached {},
    CompensationStarted {
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    CompensationEnded {
        #[serde(borrow, default)]
        failed: Vec<Text<'a>>,
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    EventEmitted {
        #[serde(borrow)]
        event: Text<'a>,
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    CancelRequested {
        #[serde(borrow)]
        by: Text<'a>,
        #[serde(borrow, default)]
        reason: Option<Text<'a>>,
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    Succeeded {
        #[serde(borrow)]
        output: &'a RawValue,
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    Failed {
        #[serde(borrow, default)]
        node: Option<Text<'a>>,
        #[serde(borrow)]
        failure: &'a RawValue,
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    Cancelled {
        #[serde(borrow)]
        by: Text<'a>,
        #[serde(borrow, default)]
        reason: Option<Text<'a>>,
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
}

/// The first fact of a run.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Started<'a> {
    #[serde(borrow)]
    pub(super) workflow: WorkflowRef<'a>,
    #[serde(borrow)]
    pub(super) definition: Definition<'a>,
    #[serde(borrow)]
    pub(super) trigger: Trigger<'a>,
    #[serde(borrow)]
    pub(super) input: &'a RawValue,
    #[serde(borrow, default)]
    pub(super) source_run: Option<Text<'a>>,
    #[serde(borrow, default)]
    pub(super) carried: BTreeMap<Text<'a>, Carried<'a>>,
    #[serde(with = "time::serde::rfc3339")]
    pub(super) at: OffsetDateTime,
}

#[derive(Debug, Deserialize)]
pub(super) struct WorkflowRef<'a> {
    #[serde(borrow)]
    pub(super) id: Text<'a>,
    pub(super) version: i32,
}

/// Of a definition, which nodes there are and of which types.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Definition<'a> {
    #[serde(borrow)]
    pub(super) nodes: BTreeMap<Text<'a>, NodeType<'a>>,
}

#[derive(Debug, Deserialize)]
pub(super) struct NodeType<'a> {
    #[serde(borrow, rename = "type")]
    pub(super) kind: Text<'a>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Trigger<'a> {
    #[serde(borrow)]
    pub(super) kind: Text<'a>,
    #[serde(borrow)]
    pub(super) source: &'a RawValue,
    #[serde(borrow)]
    pub(super) body: &'a RawValue,
    #[serde(borrow, default)]
    pub(super) headers: Option<&'a RawValue>,
}

impl Trigger<'_> {
    /// JSON text of what the trigger node's result is: see [`engine::Trigger::result`].
    pub(super) fn result(&self) -> String {
        let (source, body) = (self.source.get(), self.body.get());
        let headers = self.headers.map_or("{}", RawValue::get);
        format!(r#"{{"body":{body},"headers":{headers},"source":{source}}}"#)
    }
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case", rename_all_fields = "camelCase")]
pub(super) enum Carried<'a> {
    Succeeded {
        #[serde(borrow, default)]
        input: Option<&'a RawValue>,
        #[serde(borrow)]
        result: &'a RawValue,
        #[serde(borrow, default)]
        branch: Option<Text<'a>>,
    },
    Skipped {},
    Handled {
        #[serde(borrow, default)]
        input: Option<&'a RawValue>,
        #[serde(borrow)]
        failure: &'a RawValue,
    },
    Looping {},
}

/// A delay or a wait.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Pending<'a> {
    #[serde(borrow)]
    pub(super) node: Text<'a>,
    #[serde(borrow)]
    pub(super) kind: Text<'a>,
    #[serde(borrow)]
    pub(super) input: &'a RawValue,
    #[serde(with = "time::serde::rfc3339")]
    pub(super) due_at: OffsetDateTime,
    #[serde(with = "time::serde::rfc3339")]
    pub(super) at: OffsetDateTime,
}

/// What a view says of a failure; the whole of it is kept beside as it was written.
#[derive(Debug, Deserialize)]
pub(super) struct Failure<'a> {
    #[serde(borrow)]
    pub(super) code: Text<'a>,
    #[serde(borrow)]
    pub(super) message: Text<'a>,
}

/// Of an event's metadata, who did it.
#[derive(Debug, Deserialize)]
pub(super) struct Actor<'a> {
    #[serde(borrow)]
    pub(super) actor: Text<'a>,
}

/// The events of runs among others, each with its JSON text in the form of today.
pub(super) fn of_runs<'a>(
    events: &[&'a Recorded],
) -> Result<Vec<(&'a Recorded, Cow<'a, str>)>, Error> {
    of_type(run::Run::TYPE, events, Recorded::fact_text)
}

/// The events of entries among others, each with its JSON text in the form of today.
pub(super) fn of_entries<'a>(
    events: &[&'a Recorded],
) -> Result<Vec<(&'a Recorded, Cow<'a, str>)>, Error> {
    of_type(entry::Entry::TYPE, events, Recorded::entry_text)
}

/// The events of workflows among others, each with its JSON text in the form of today.
pub(super) fn of_workflows<'a>(
    events: &[&'a Recorded],
) -> Result<Vec<(&'a Recorded, Cow<'a, str>)>, Error> {
    of_type(workflow::Workflow::TYPE, events, Recorded::workflow_text)
}

/// The events of tasks among others.
pub(super) fn of_tasks<'a>(
    events: &[&'a Recorded],
) -> Result<Vec<(&'a Recorded, task::Event)>, Error> {
    decoded(task::Task::TYPE, events, Recorded::task)
}

/// The events of accounts among others.
pub(super) fn of_accounts<'a>(
    events: &[&'a Recorded],
) -> Result<Vec<(&'a Recorded, account::Event)>, Error> {
    decoded(account::Account::TYPE, events, Recorded::account)
}

/// The events of organizations themselves among others.
pub(super) fn of_organizations<'a>(
    events: &[&'a Recorded],
) -> Result<Vec<(&'a Recorded, organization::Event)>, Error> {
    decoded(organization::Organization::TYPE, events, Recorded::of_organization)
}

/// The events of API keys among others.
pub(super) fn of_api_keys<'a>(
    events: &[&'a Recorded],
) -> Result<Vec<(&'a Recorded, api_key::Event)>, Error> {
    decoded(api_key::ApiKey::TYPE, events, Recorded::api_key)
}

/// The events of connectors among others.
pub(super) fn of_connectors<'a>(
    events: &[&'a Recorded],
) -> Result<Vec<(&'a Recorded, connector::Event)>, Error> {
    decoded(connector::Connector::TYPE, events, Recorded::connector)
}

/// The events of templates and blocks among others.
pub(super) fn of_blueprints<'a>(
    events: &[&'a Recorded],
) -> Result<Vec<(&'a Recorded, blueprint::Event)>, Error> {
    events
        .iter()
        .filter(|event| event.aggregate_type == blueprint::Blueprint::TYPE)
        .map(|event| Ok((*event, event.blueprint().map_err(|error| poison(event, &error))?)))
        .collect()
}

/// The events of interfaces among others.
pub(super) fn of_ui_components<'a>(
    events: &[&'a Recorded],
) -> Result<Vec<(&'a Recorded, ui_component::Event)>, Error> {
    decoded(ui_component::UiComponent::TYPE, events, Recorded::ui_component)
}

/// The events that were published among others.
pub(super) fn of_published<'a>(
    events: &[&'a Recorded],
) -> Result<Vec<(&'a Recorded, event::Event)>, Error> {
    decoded(event::Publication::TYPE, events, Recorded::published)
}

/// The events of definitions of events among others.
pub(super) fn of_event_definitions<'a>(
    events: &[&'a Recorded],
) -> Result<Vec<(&'a Recorded, event_definition::Event)>, Error> {
    decoded(event_definition::Definition::TYPE, events, Recorded::event_definition)
}

/// The events of schemas among others.
pub(super) fn of_schemas<'a>(
    events: &[&'a Recorded],
) -> Result<Vec<(&'a Recorded, schema::Event)>, Error> {
    decoded(schema::Schema::TYPE, events, Recorded::schema)
}

/// The events of stories that sequences follow, among others.
pub(super) fn of_sequence_instances<'a>(
    events: &[&'a Recorded],
) -> Result<Vec<(&'a Recorded, sequence_instance::Event)>, Error> {
    decoded(sequence_instance::Instance::TYPE, events, Recorded::sequence_instance)
}

/// The events of the floors of wallets among others.
pub(super) fn of_wallet_floors<'a>(
    events: &[&'a Recorded],
) -> Result<Vec<(&'a Recorded, wallet_floor::Event)>, Error> {
    decoded(wallet_floor::Floor::TYPE, events, Recorded::wallet_floor)
}

/// The events of the lanes of wallets among others.
pub(super) fn of_wallet_lanes<'a>(
    events: &[&'a Recorded],
) -> Result<Vec<(&'a Recorded, wallet_lane::Event)>, Error> {
    decoded(wallet_lane::Lane::TYPE, events, Recorded::wallet_lane)
}

/// The events of documents that should be signed, among others.
pub(super) fn of_signature_requests<'a>(
    events: &[&'a Recorded],
) -> Result<Vec<(&'a Recorded, signature_request::Event)>, Error> {
    decoded(signature_request::SignatureRequest::TYPE, events, Recorded::signature_request)
}

/// The events of sales among others.
pub(super) fn of_sales<'a>(
    events: &[&'a Recorded],
) -> Result<Vec<(&'a Recorded, sale::Event)>, Error> {
    decoded(sale::Sale::TYPE, events, Recorded::sale)
}

/// The events of payments among others.
pub(super) fn of_payments<'a>(
    events: &[&'a Recorded],
) -> Result<Vec<(&'a Recorded, payment::Event)>, Error> {
    decoded(payment::Payment::TYPE, events, Recorded::payment)
}

/// The events of users among others.
pub(super) fn of_users<'a>(
    events: &[&'a Recorded],
) -> Result<Vec<(&'a Recorded, user::Event)>, Error> {
    events
        .iter()
        .filter(|event| event.aggregate_type == user::User::TYPE)
        .map(|event| Ok((*event, event.user().map_err(|error| poison(event, &error))?)))
        .collect()
}

/// The events of documents among others.
pub(super) fn of_documents<'a>(
    events: &[&'a Recorded],
) -> Result<Vec<(&'a Recorded, document::Event)>, Error> {
    events
        .iter()
        .filter(|event| event.aggregate_type == document::Document::TYPE)
        .map(|event| Ok((*event, event.document().map_err(|error| poison(event, &error))?)))
        .collect()
}

/// The events of tests among others, each with its JSON text in the form of today.
pub(super) fn of_tests<'a>(
    events: &[&'a Recorded],
) -> Result<Vec<(&'a Recorded, Cow<'a, str>)>, Error> {
    of_type(test::Test::TYPE, events, Recorded::test_text)
}

/// The events of tests' executions among others, each with its JSON text in the form of today.
pub(super) fn of_test_executions<'a>(
    events: &[&'a Recorded],
) -> Result<Vec<(&'a Recorded, Cow<'a, str>)>, Error> {
    of_type(test_execution::TestExecution::TYPE, events, Recorded::test_execution_text)
}

/// Reads a piece of an event.
pub(super) fn read<'a, T: Deserialize<'a>>(event: &Recorded, text: &'a str) -> Result<T, Error> {
    serde_json::from_str(text).map_err(|error| poison(event, &error))
}

/// Who gave the command that led to an event.
pub(super) fn actor(event: &Recorded) -> Result<Text<'_>, Error> {
    read::<Actor<'_>>(event, &event.metadata).map(|metadata| metadata.actor)
}

/// The event cannot be projected.
pub(super) fn poison(event: &Recorded, reason: &(impl ToString + ?Sized)) -> Error {
    Error::Poison {
        position: event.position,
        event: format!(
            "{} {} {}: {} {}",
            event.aggregate_type,
            event.aggregate_id,
            event.sequence,
            event.event_type,
            event.event_version
        ),
        reason: reason.to_string(),
    }
}

fn decoded<'a, E>(
    aggregate_type: &str,
    events: &[&'a Recorded],
    read: impl Fn(&'a Recorded) -> Result<E, journal::Error>,
) -> Result<Vec<(&'a Recorded, E)>, Error> {
    events
        .iter()
        .filter(|event| event.aggregate_type == aggregate_type)
        .map(|event| Ok((*event, read(event).map_err(|error| poison(event, &error))?)))
        .collect()
}

fn of_type<'a>(
    aggregate_type: &str,
    events: &[&'a Recorded],
    text: impl Fn(&'a Recorded) -> Result<Cow<'a, str>, journal::Error>,
) -> Result<Vec<(&'a Recorded, Cow<'a, str>)>, Error> {
    decoded(aggregate_type, events, text)
}
