//! From what was recorded, perhaps by an earlier release, to the events of today.

use std::borrow::Cow;
use std::sync::LazyLock;

use cqrs_es::DomainEvent;
use cqrs_es::persist::{EventUpcaster, SerializedEvent};

use super::{Error, Recorded};
use crate::aggregates::{
    account, api_key, audit, blueprint, chain_endpoints, chain_match, connector, document, entry,
    event, event_definition, event_sequences, event_subscriptions, execution_hooks, organization,
    paid_endpoints, payment, retention, run, sale, schema, segment, sequence_instance,
    signature_request, skip, spending, table, task, test, test_execution, ui_component, user,
    wallet_floor, wallet_lane, wallets, workflow,
};

type Upcasters = Vec<Box<dyn EventUpcaster>>;

static ACCOUNT: LazyLock<Upcasters> = LazyLock::new(account::upcasters);
static AUDIT: LazyLock<Upcasters> = LazyLock::new(audit::upcasters);
static API_KEY: LazyLock<Upcasters> = LazyLock::new(api_key::upcasters);
static CONNECTOR: LazyLock<Upcasters> = LazyLock::new(connector::upcasters);
static BLUEPRINT: LazyLock<Upcasters> = LazyLock::new(blueprint::upcasters);
static CHAIN_ENDPOINTS: LazyLock<Upcasters> = LazyLock::new(chain_endpoints::upcasters);
static DOCUMENT: LazyLock<Upcasters> = LazyLock::new(document::upcasters);
static ENTRY: LazyLock<Upcasters> = LazyLock::new(entry::upcasters);
static EVENT: LazyLock<Upcasters> = LazyLock::new(event::upcasters);
static EVENT_DEFINITION: LazyLock<Upcasters> = LazyLock::new(event_definition::upcasters);
static EVENT_SEQUENCES: LazyLock<Upcasters> = LazyLock::new(event_sequences::upcasters);
static EVENT_SUBSCRIPTIONS: LazyLock<Upcasters> = LazyLock::new(event_subscriptions::upcasters);
static EXECUTION_HOOKS: LazyLock<Upcasters> = LazyLock::new(execution_hooks::upcasters);
static ORGANIZATION: LazyLock<Upcasters> = LazyLock::new(organization::upcasters);
static RETENTION: LazyLock<Upcasters> = LazyLock::new(retention::upcasters);
static RUN: LazyLock<Upcasters> = LazyLock::new(run::upcasters);
static SEGMENT: LazyLock<Upcasters> = LazyLock::new(segment::upcasters);
static SEQUENCE_INSTANCE: LazyLock<Upcasters> = LazyLock::new(sequence_instance::upcasters);
static SIGNATURE_REQUEST: LazyLock<Upcasters> = LazyLock::new(signature_request::upcasters);
static SCHEMA: LazyLock<Upcasters> = LazyLock::new(schema::upcasters);
static UI_COMPONENT: LazyLock<Upcasters> = LazyLock::new(ui_component::upcasters);
static TABLE: LazyLock<Upcasters> = LazyLock::new(table::upcasters);
static TASK: LazyLock<Upcasters> = LazyLock::new(task::upcasters);
static SALE: LazyLock<Upcasters> = LazyLock::new(sale::upcasters);
static PAYMENT: LazyLock<Upcasters> = LazyLock::new(payment::upcasters);
static PAID_ENDPOINTS: LazyLock<Upcasters> = LazyLock::new(paid_endpoints::upcasters);
static SPENDING: LazyLock<Upcasters> = LazyLock::new(spending::upcasters);
static USER: LazyLock<Upcasters> = LazyLock::new(user::upcasters);
static WALLET_FLOOR: LazyLock<Upcasters> = LazyLock::new(wallet_floor::upcasters);
static WALLET_LANE: LazyLock<Upcasters> = LazyLock::new(wallet_lane::upcasters);
static WALLETS: LazyLock<Upcasters> = LazyLock::new(wallets::upcasters);
static WORKFLOW: LazyLock<Upcasters> = LazyLock::new(workflow::upcasters);
static TEST: LazyLock<Upcasters> = LazyLock::new(test::upcasters);
static TEST_EXECUTION: LazyLock<Upcasters> = LazyLock::new(test_execution::upcasters);

impl Recorded {
    /// The event of a run.
    pub fn fact(&self) -> Result<run::Event, Error> {
        decode(self, &RUN)
    }

    /// The event of a workflow.
    pub fn workflow(&self) -> Result<workflow::Event, Error> {
        decode(self, &WORKFLOW)
    }

    /// The event of a task.
    pub fn task(&self) -> Result<task::Event, Error> {
        decode(self, &TASK)
    }

    /// The JSON text of a test's event in its present shape.
    pub fn test_text(&self) -> Result<Cow<'_, str>, Error> {
        present(self, &TEST)
    }

    /// The JSON text of an event of a test's execution in its present shape.
    pub fn test_execution_text(&self) -> Result<Cow<'_, str>, Error> {
        present(self, &TEST_EXECUTION)
    }

    /// The event of an account.
    pub fn account(&self) -> Result<account::Event, Error> {
        decode(self, &ACCOUNT)
    }

    /// The event of an organization itself.
    pub fn of_organization(&self) -> Result<organization::Event, Error> {
        decode(self, &ORGANIZATION)
    }

    /// The event of what was noted at the door.
    pub fn audit(&self) -> Result<audit::Event, Error> {
        decode(self, &AUDIT)
    }

    /// The event of an API key.
    pub fn api_key(&self) -> Result<api_key::Event, Error> {
        decode(self, &API_KEY)
    }

    /// The event of a connector.
    pub fn connector(&self) -> Result<connector::Event, Error> {
        decode(self, &CONNECTOR)
    }

    /// The event of a schema.
    pub fn schema(&self) -> Result<schema::Event, Error> {
        decode(self, &SCHEMA)
    }

    /// The event of a template or a block.
    pub fn blueprint(&self) -> Result<blueprint::Event, Error> {
        decode(self, &BLUEPRINT)
    }

    /// The event of an interface.
    pub fn ui_component(&self) -> Result<ui_component::Event, Error> {
        decode(self, &UI_COMPONENT)
    }

    /// The trigger that was passed over.
    pub fn skip(&self) -> Result<skip::Event, Error> {
        decode(self, &[])
    }

    /// A match that a chain took back, or that came again.
    pub fn chain_match(&self) -> Result<chain_match::Event, Error> {
        decode(self, &[])
    }

    /// The event of a user.
    pub fn user(&self) -> Result<user::Event, Error> {
        decode(self, &USER)
    }

    /// The event of a document.
    pub fn document(&self) -> Result<document::Event, Error> {
        decode(self, &DOCUMENT)
    }

    /// The event of a table.
    pub fn table(&self) -> Result<table::Event, Error> {
        decode(self, &TABLE)
    }

    /// The event of an entry.
    pub fn entry(&self) -> Result<entry::Event, Error> {
        decode(self, &ENTRY)
    }

    /// The JSON text of an entry's event in its present shape.
    pub fn entry_text(&self) -> Result<Cow<'_, str>, Error> {
        present(self, &ENTRY)
    }

    /// The event of a definition of events.
    pub fn event_definition(&self) -> Result<event_definition::Event, Error> {
        decode(self, &EVENT_DEFINITION)
    }

    /// The event of the sequences of events.
    pub fn event_sequence(&self) -> Result<event_sequences::Event, Error> {
        decode(self, &EVENT_SEQUENCES)
    }

    /// The event of a story that a sequence of events follows.
    pub fn sequence_instance(&self) -> Result<sequence_instance::Event, Error> {
        decode(self, &SEQUENCE_INSTANCE)
    }

    /// The event of the subscriptions to events.
    pub fn event_subscription(&self) -> Result<event_subscriptions::Event, Error> {
        decode(self, &EVENT_SUBSCRIPTIONS)
    }

    /// The event of the endpoints that are told of runs.
    pub fn execution_hook(&self) -> Result<execution_hooks::Event, Error> {
        decode(self, &EXECUTION_HOOKS)
    }

    /// The event of an organization's endpoints of chains.
    pub fn chain_endpoints(&self) -> Result<chain_endpoints::Event, Error> {
        decode(self, &CHAIN_ENDPOINTS)
    }

    /// The event of an organization's wallets.
    pub fn wallets(&self) -> Result<wallets::Event, Error> {
        decode(self, &WALLETS)
    }

    /// The event of an organization's spending.
    pub fn spending(&self) -> Result<spending::Event, Error> {
        decode(self, &SPENDING)
    }

    /// The event of a document that should be signed.
    pub fn signature_request(&self) -> Result<signature_request::Event, Error> {
        decode(self, &SIGNATURE_REQUEST)
    }

    /// The event of a run that somebody pays for.
    pub fn sale(&self) -> Result<sale::Event, Error> {
        decode(self, &SALE)
    }

    /// The event of a payment for an HTTP request.
    pub fn payment(&self) -> Result<payment::Event, Error> {
        decode(self, &PAYMENT)
    }

    /// The event of the endpoints that an organization pays by request.
    pub fn paid_endpoints(&self) -> Result<paid_endpoints::Event, Error> {
        decode(self, &PAID_ENDPOINTS)
    }

    /// The event of a segment.
    pub fn segment(&self) -> Result<segment::Event, Error> {
        decode(self, &SEGMENT)
    }

    /// The event of what an organization keeps.
    pub fn retention(&self) -> Result<retention::Event, Error> {
        decode(self, &RETENTION)
    }

    /// The event of a wallet's floor.
    pub fn wallet_floor(&self) -> Result<wallet_floor::Event, Error> {
        decode(self, &WALLET_FLOOR)
    }

    /// The event of a wallet's lane.
    pub fn wallet_lane(&self) -> Result<wallet_lane::Event, Error> {
        decode(self, &WALLET_LANE)
    }

    /// The event that was published.
    pub fn published(&self) -> Result<event::Event, Error> {
        decode(self, &EVENT)
    }

    /// The JSON text of a run's event in its present shape, for those who read only parts of it.
    pub fn fact_text(&self) -> Result<Cow<'_, str>, Error> {
        present(self, &RUN)
    }

    /// The JSON text of a workflow's event in its present shape.
    pub fn workflow_text(&self) -> Result<Cow<'_, str>, Error> {
        present(self, &WORKFLOW)
    }

    /// The JSON text of a task's event in its present shape.
    pub fn task_text(&self) -> Result<Cow<'_, str>, Error> {
        present(self, &TASK)
    }
}

/// The event in its present shape.
pub(super) fn decode<E: DomainEvent>(
    recorded: &Recorded,
    upcasters: &[Box<dyn EventUpcaster>],
) -> Result<E, Error> {
    let payload = present(recorded, upcasters)?;
    serde_json::from_str(&payload).map_err(|source| recorded.undecodable(source))
}

/// The payload in its present shape, through as many steps as its version is old.
fn present<'r>(
    recorded: &'r Recorded,
    upcasters: &[Box<dyn EventUpcaster>],
) -> Result<Cow<'r, str>, Error> {
    let (event_type, event_version) = (&recorded.event_type, &recorded.event_version);
    // Almost every event is of the present version: its text as it is.
    if !upcasters.iter().any(|step| step.can_upcast(event_type, event_version)) {
        return Ok(Cow::Borrowed(&recorded.payload));
    }
    let value = |text| serde_json::from_str(text).map_err(|source| recorded.undecodable(source));
    let event = SerializedEvent::new(
        recorded.aggregate_id.clone(),
        usize::try_from(recorded.sequence).unwrap_or_default(),
        recorded.aggregate_type.to_string(),
        event_type.clone(),
        event_version.clone(),
        value(&recorded.payload)?,
        value(&recorded.metadata)?,
    );
    let event = upcasters.iter().fold(event, |event, step| {
        if step.can_upcast(&event.event_type, &event.event_version) {
            step.upcast(event)
        } else {
            event
        }
    });
    Ok(Cow::Owned(event.payload.to_string()))
}

#[cfg(test)]
mod tests {
    use cqrs_es::persist::SemanticVersionEventUpcaster;
    use serde::{Deserialize, Serialize};
    use serde_json::Value;
    use time::macros::datetime;

    use super::*;
    use crate::primitives::OrganizationId;

    #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
    #[serde(rename_all = "snake_case")]
    enum Event {
        Named { full_name: String },
    }

    impl DomainEvent for Event {
        fn event_type(&self) -> String {
            "named".to_owned()
        }

        fn event_version(&self) -> String {
            "3.0".to_owned()
        }
    }

    fn upcasters() -> Upcasters {
        let rename = |from: &'static str, to: &'static str| {
            Box::new(move |mut value: Value| {
                let named = value["named"].as_object_mut().expect("an object");
                let name = named.remove(from).expect("the former field");
                named.insert(to.to_owned(), name);
                value
            })
        };
        vec![
            Box::new(SemanticVersionEventUpcaster::new("named", "2.0", rename("n", "name"))),
            Box::new(SemanticVersionEventUpcaster::new(
                "named",
                "3.0",
                rename("name", "full_name"),
            )),
        ]
    }

    fn recorded(version: &str, payload: &str) -> Recorded {
        Recorded {
            position: 1,
            aggregate_type: "person".into(),
            aggregate_id: "1".to_owned(),
            sequence: 1,
            event_type: "named".to_owned(),
            event_version: version.to_owned(),
            organization: OrganizationId::DEFAULT,
            payload: payload.to_owned(),
            metadata: "{}".to_owned(),
            recorded_at: datetime!(2026-01-01 0:00 UTC),
        }
    }

    #[test]
    fn an_event_of_any_earlier_version_is_read_in_its_present_shape() {
        let ada = Event::Named { full_name: "Ada".to_owned() };
        for (version, payload) in [
            ("1.0", r#"{"named":{"n":"Ada"}}"#),
            ("2.0", r#"{"named":{"name":"Ada"}}"#),
            ("3.0", r#"{"named":{"full_name":"Ada"}}"#),
        ] {
            let event: Event = decode(&recorded(version, payload), &upcasters()).expect("readable");
            assert_eq!(event, ada, "{version}");
        }
    }

    #[test]
    fn an_event_that_cannot_be_read_is_named() {
        let error = decode::<Event>(&recorded("3.0", r#"{"renamed":{}}"#), &[]).expect_err("no");
        assert_eq!(error.to_string(), "decoding event 1 of person 1");
    }
}
