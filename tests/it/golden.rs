//! A file for every (event type, version) that was ever written, and whole streams of every
//! release: read and replayed for ever. A file is never changed; a new shape is a new file.
//!
//! `UPDATE=1` writes the files that are missing, and only those.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use chainkeel::access::{KeyHash, Role, RoleRef};
use chainkeel::aggregates::{
    account, api_key, audit, blueprint, chain_endpoints, chain_match, connector, document, entry,
    event, event_definition, event_sequences, event_subscriptions, login_name, organization,
    policy, run, schema, sequence_instance, session, signing_policy, skip, table, task, test,
    test_execution, token_keys, ui_component, user, wallets, workflow,
};
use chainkeel::blueprints::{Input, InputKind, Kind};
use chainkeel::primitives::{
    ConnectorId, DocumentId, EventDefinitionId, EventId, EventSubscriptionId, InvitationId,
    OrganizationId, RoleId, RunId, SchemaId, SequenceInstanceId, ServiceAccountId, SessionId,
    TableId, TaskId, TestExecutionId, TestId, UserId, WalletId, WorkflowId,
};
use cqrs_es::{Aggregate, DomainEvent};
use engine::{
    Carried, Compensate, Fact, Failure, FailureCategory, Json, Place, Remedy, Start, Stimulus,
    Trigger, WaitMark, WorkflowRef,
};
use serde_json::{Value, json};
use time::macros::datetime;
use time::{Duration, OffsetDateTime};

pub(crate) const AT: OffsetDateTime = datetime!(2026-11-21 08:00:00.123456 UTC);
const RUN: &str = "run_01h455vb4pex5vsknk084sn02q";
const WORKFLOW: &str = "wf_01h455vb4pex5vsknk084sn02q";

fn directory(aggregate: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(aggregate)
}

#[expect(clippy::disallowed_methods, reason = "the tests' own settings")]
fn updating() -> bool {
    std::env::var_os("UPDATE").is_some()
}

/// What the file holds; writes it first where it is missing and that is wanted.
pub(crate) fn golden(aggregate: &str, name: &str, today: &Value) -> Value {
    let path = directory(aggregate).join(format!("{name}.json"));
    if updating() && !path.exists() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, format!("{today:#}\n")).unwrap();
    }
    let text = fs::read_to_string(&path).unwrap_or_else(|error| {
        panic!("{}: {error}; `UPDATE=1 cargo test golden` writes what is missing", path.display())
    });
    serde_json::from_str(&text).unwrap()
}

/// Holds an event against its file, both ways.
pub(crate) fn stands<E: DomainEvent>(aggregate: &str, event: &E) {
    let today = serde_json::to_value(event).unwrap();
    let name = format!("{}@{}", event.event_type(), event.event_version());
    let kept = golden(aggregate, &name, &today);
    assert_eq!(
        today, kept,
        "{aggregate} {name} is written in another shape: that is a new version"
    );
    let read: E = serde_json::from_value(kept).unwrap();
    assert_eq!(&read, event, "{aggregate} {name} is read as something else");
}

/// Fails when a file is there that no event of today stands for, which an upcaster must read.
pub(crate) fn every_file_is_known(aggregate: &str, known: &[String]) {
    for entry in fs::read_dir(directory(aggregate)).unwrap() {
        let file = entry.unwrap().file_name().into_string().unwrap();
        let name = file.trim_end_matches(".json");
        assert!(known.iter().any(|event| event == name), "{aggregate}: nothing reads {file}");
    }
}

pub(crate) fn names<E: DomainEvent>(events: &[E]) -> Vec<String> {
    events.iter().map(|event| format!("{}@{}", event.event_type(), event.event_version())).collect()
}

#[test]
fn every_event_of_an_interface_is_read_as_it_was_written() {
    let component = || -> Box<chainkeel::interfaces::Component> {
        serde_json::from_value(json!({
            "name": "Payout", "description": "asks", "componentType": "Form", "title": "Pay?",
            "fields": [
                {
                    "fieldKey": "decision", "label": "Decision", "type": "select",
                    "options": [{"value": "pay", "label": "Pay it"}, {"value": "refuse"}],
                    "default": "pay", "helpText": "Think.", "placeholder": "Choose",
                    "validationRules": [{"type": "required", "message": "Say it."}],
                },
                {
                    "fieldKey": "reason", "label": "Reason", "type": "textarea",
                    "validationRules": [{"type": "maxLength", "value": 200}],
                    "visibleIf": {"all": [
                        {"field": "decision", "equals": "refuse"},
                        {"not": {"data": "/amount", "lessThan": 10.0}},
                    ]},
                },
            ],
            "layout": {"type": "grid", "columns": 2, "spacing": "small", "order": ["decision"],
                "sections": [{"title": "More", "fields": ["reason"]}]},
            "actions": [{"actionKey": "send", "label": "Send", "style": "primary", "confirmation": "Sure?"}],
        }))
        .unwrap()
    };
    let (organization_id, name) = (OrganizationId::DEFAULT, || "Payout".to_owned());
    let by = || "ada".to_owned();
    let events = [
        ui_component::Event::Created {
            organization_id,
            name: name(),
            component: component(),
            by: by(),
            at: AT,
        },
        ui_component::Event::Revised {
            version: 2,
            name: name(),
            component: component(),
            by: by(),
            at: AT,
        },
        ui_component::Event::Retired { by: by(), at: AT },
    ];
    for event in &events {
        stands("ui_component", event);
    }
    every_file_is_known("ui_component", &names(&events));
}

#[test]
fn every_event_of_a_run_is_read_as_it_was_written() {
    let events: Vec<_> = facts().into_iter().map(run::Event).collect();
    for event in &events {
        stands("run", event);
    }
    every_file_is_known("run", &names(&events));
}

#[test]
fn every_event_of_a_template_is_read_as_it_was_written() {
    let content = || blueprint::Content {
        name: "Tell somebody".into(),
        description: Some("in a chat".into()),
        category: Some("alerts".into()),
        tags: vec!["chat".into()],
        sharing: blueprint::Sharing::Public,
        inputs: vec![Input {
            key: "limit".into(),
            kind: InputKind::Number,
            required: true,
            default: Some(json!(7)),
            title: None,
            description: None,
        }],
        definition: value(json!({ "nodes": { "root": { "type": "manual", "payload": {} } } })),
    };
    let by = || "ada".to_owned();
    let (kind, organization_id) = (Kind::Template, OrganizationId::DEFAULT);
    let events = [
        blueprint::Event::Created { kind, organization_id, content: content(), by: by(), at: AT },
        blueprint::Event::Revised { content: content(), by: by(), at: AT },
        blueprint::Event::Retired { by: by(), at: AT },
    ];
    for event in &events {
        stands("blueprint", event);
    }
    every_file_is_known("blueprint", &names(&events));
}

#[test]
fn every_event_of_a_policy_is_read_as_it_was_written() {
    let events = [
        policy::Event::ReviewRequired { by: "ada".into(), at: AT },
        policy::Event::ReviewWaived { by: "ada".into(), at: AT },
        policy::Event::DefinitionsRequired { by: "ada".into(), at: AT },
        policy::Event::DefinitionsWaived { by: "ada".into(), at: AT },
    ];
    for event in &events {
        stands("policy", event);
    }
    every_file_is_known("policy", &names(&events));
}

#[test]
fn a_match_that_a_chain_took_back_is_read_as_it_was_written() {
    let evidence = chain_match::Evidence {
        chain_id: 1,
        transaction_hash: Some(format!("0x{}", "5c".repeat(32))),
        block_number: 23_900_123,
        block_hash: format!("0x{}", "d4".repeat(32)),
    };
    let (run_id, subscriber) = (Some(RUN.parse().unwrap()), WORKFLOW.to_owned());
    let events = [
        chain_match::Event::Retracted(chain_match::Retracted {
            run_id,
            subscriber: subscriber.clone(),
            evidence: evidence.clone(),
            policy: chain_match::Policy::Compensate,
            at: AT,
        }),
        chain_match::Event::Returned(chain_match::Returned {
            run_id,
            subscriber,
            evidence,
            at: AT,
        }),
    ];
    for event in &events {
        stands("chain_match", event);
    }
    every_file_is_known("chain_match", &names(&events));
}

#[test]
fn every_event_of_an_organizations_wallets_is_read_as_it_was_written() {
    let (by, wallet_id) = ("ada".to_owned(), WalletId::from_uuid(uuid::Uuid::from_u128(7)));
    let events = [
        wallets::Event::Added {
            organization_id: OrganizationId::DEFAULT,
            wallet_id,
            name: "treasury".into(),
            address: "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266".parse().unwrap(),
            backend: "pkcs11".into(),
            key: "wal 7".into(),
            provenance: wallets::Provenance::Created,
            by: by.clone(),
            at: AT,
        },
        wallets::Event::Renamed { wallet_id, name: "payroll".into(), by: by.clone(), at: AT },
        wallets::Event::MadeDefault { wallet_id, by: by.clone(), at: AT },
        wallets::Event::Archived { wallet_id, by: by.clone(), at: AT },
        wallets::Event::Restored { wallet_id, by, at: AT },
    ];
    for event in &events {
        stands("wallets", event);
    }
    every_file_is_known("wallets", &names(&events));
    assert_eq!(events.map(|event| event.name()), wallets::Event::NAMES);
}

#[test]
fn every_event_of_an_organizations_endpoints_is_read_as_it_was_written() {
    let by = "ada".to_owned();
    let events = [
        chain_endpoints::Event::Named {
            organization_id: OrganizationId::DEFAULT,
            chain_id: 8453,
            hosts: vec!["node.example".into(), "10.0.0.1:8545".into()],
            sealed: "urls cmd".into(),
            by: by.clone(),
            at: AT,
        },
        chain_endpoints::Event::Removed { chain_id: 8453, by, at: AT },
    ];
    for event in &events {
        stands("chain_endpoints", event);
    }
    every_file_is_known("chain_endpoints", &names(&events));
    assert_eq!(events.map(|event| event.name()), chain_endpoints::Event::NAMES);
}

#[test]
fn every_fact_of_a_signing_policy_is_read_as_it_was_written() {
    let (name, by) = ("suppliers".to_owned(), "ada".to_owned());
    let document = serde_json::json!({
        "form": 1,
        "scope": { "wallets": ["treasury"] },
        "rules": [{ "id": "pay", "effect": "allow", "when": {
            "chain": { "in": [8453] },
            "token": { "in": ["0x833589fcd6edb6e08f4c7c32d4f71b54bda02913"] },
            "counterparty": { "notIn": ["0x1111111111111111111111111111111111111111"] },
            "amount": { "atMost": "5" },
            "usd": { "atMost": "1000.5" },
            "function": { "in": ["transfer(address,uint256)"] },
            "arguments": [{ "index": 1, "number": { "atLeast": "1" } }],
            "time": { "days": ["mon"], "from": "09:00", "until": "17:00" },
        }}],
        "limits": [{ "id": "daily", "measure": "usd", "most": "10", "per": "day", "by": "wallet" }],
        "approvals": [{ "id": "big", "approvers": ["usr_ada"], "needed": 1, "within": 60 }],
    });
    let document = Box::new(chainkeel::policies::Document::read(&document).unwrap());
    let (organization_id, mode) = (OrganizationId::DEFAULT, chainkeel::policies::Mode::Monitor);
    let events = [
        signing_policy::Event::Defined {
            organization_id,
            name: name.clone(),
            version: 2,
            document,
            mode,
            by: by.clone(),
            at: AT,
            counts_from: AT,
        },
        signing_policy::Event::ModeSet {
            name: name.clone(),
            mode,
            by: by.clone(),
            at: AT,
            counts_from: AT,
        },
        signing_policy::Event::Removed {
            name: name.clone(),
            by: by.clone(),
            at: AT,
            counts_from: AT,
        },
        signing_policy::Event::Withdrawn { name, by: by.clone(), at: AT },
        signing_policy::Event::DelaySet {
            organization_id,
            seconds: 86_400,
            by,
            at: AT,
            counts_from: AT,
        },
    ];
    for event in &events {
        stands("signing_policy", event);
    }
    every_file_is_known("signing_policy", &names(&events));
    assert_eq!(events.map(|event| event.name()), signing_policy::Event::NAMES);
}

#[test]
fn a_trigger_that_was_passed_over_is_read_as_it_was_written() {
    let skipped = skip::Event::Skipped(skip::Skipped {
        workflow_id: WORKFLOW.parse().unwrap(),
        reason: skip::Reason::CoolingDown,
        kind: "webhook".into(),
        source: "webhook".into(),
        trigger_id: Some("webhook:1".into()),
        message: "this workflow is cooling down".into(),
        at: AT,
    });
    stands("skip", &skipped);
    every_file_is_known("skip", &names(&[skipped]));
}

#[test]
fn every_event_of_a_workflow_is_read_as_it_was_written() {
    let events = workflow_events();
    for event in &events {
        stands("workflow", event);
    }
    every_file_is_known("workflow", &names(&events));
}

#[test]
fn every_event_of_a_task_is_read_as_it_was_written() {
    let events = task_events();
    for event in &events {
        stands("task", event);
    }
    every_file_is_known("task", &names(&events));
}

#[test]
fn an_event_that_was_published_is_read_as_it_was_written() {
    let events = [event::Event::Published(event::Published {
        event_id: EventId::from_uuid(uuid::Uuid::max()),
        organization_id: OrganizationId::DEFAULT,
        event: "order.paid".into(),
        payload: value(json!({ "amount": 7 })),
        source: Some("shop".into()),
        source_type: Some(event::SourceType::Integration),
        sender_id: Some("shop-7".into()),
        occurred_at: Some(AT - Duration::hours(1)),
        metadata: event::Metadata {
            correlation_id: Some("order-7".into()),
            causation_id: Some("checkout-9".into()),
            trace_id: Some("4bf92f35".into()),
            user_id: Some("ada".into()),
            tags: ["eu".to_owned()].into(),
        },
        version: Some("1.2.0".parse().unwrap()),
        by: "admin".into(),
        at: AT,
    })];
    for event in &events {
        stands("event", event);
    }
    every_file_is_known("event", &["published@1.0".into(), "published@1.1".into()]);
    // What the first version did not say is unknown.
    let first = golden("event", "published@1.0", &Value::Null);
    let event::Event::Published(first) = serde_json::from_value(first).unwrap();
    assert_eq!((first.source.as_deref(), first.source_type), (Some("shop"), None));
    assert_eq!(events.map(|event| event.name()), event::Event::NAMES);
}

#[test]
fn every_event_of_subscriptions_to_events_is_read_as_it_was_written() {
    let (by, id) = ("ada".to_owned(), EventSubscriptionId::from_uuid(uuid::Uuid::max()));
    let events = [
        event_subscriptions::Event::Subscribed {
            subscription_id: id,
            organization_id: OrganizationId::DEFAULT,
            wish: Box::new(event_subscriptions::Wish {
                pattern: "order.*".into(),
                condition: Some(value(json!({ "$and": [{ "payload.amount": { "$gte": 5 } }] }))),
                url: "https://example.com/events".into(),
                headers: vec!["authorization".into()],
                retry: event_subscriptions::Retry::default(),
            }),
            by: by.clone(),
            at: AT,
        },
        event_subscriptions::Event::StatusChanged {
            subscription_id: id,
            status: event_subscriptions::Status::Suspended,
            by: by.clone(),
            at: AT,
        },
        event_subscriptions::Event::Changed {
            subscription_id: id,
            wish: Box::new(event_subscriptions::Wish {
                pattern: "order.paid".into(),
                condition: None,
                url: "https://example.com/orders".into(),
                headers: Vec::new(),
                retry: event_subscriptions::Retry::default(),
            }),
            status: event_subscriptions::Status::Active,
            by: by.clone(),
            at: AT,
        },
        event_subscriptions::Event::SecretRotated {
            subscription_id: id,
            field: "delivery-2".into(),
            until: AT,
            by: by.clone(),
            at: AT,
        },
        event_subscriptions::Event::Removed { subscription_id: id, by, at: AT },
    ];
    for event in &events {
        stands("event_subscriptions", event);
    }
    every_file_is_known("event_subscriptions", &names(&events));
    assert_eq!(events.map(|event| event.name()), event_subscriptions::Event::NAMES);
}

fn sequence() -> event_sequences::Content {
    serde_json::from_value(json!({
        "description": "From the order to its shipment",
        "events": [
            {"eventId": "order.placed", "order": 1},
            {"eventId": "order.*", "order": 2, "required": false,
             "condition": {"$and": [{"payload.amount": {"$gte": 5}}]}},
        ],
        "correlationKey": "payload.order",
        "timeoutMs": 60_000,
        "outOfOrder": "fail",
        "rollbackStrategy": {"type": "compensating_events", "compensatingEvents": [
            {"eventId": "order.undone", "payloadTemplate": {"order": "{{$inputs.sequence.key}}"}},
        ]},
        "metadata": {"team": "shop"},
    }))
    .unwrap()
}

#[test]
fn every_event_of_sequences_of_events_is_read_as_it_was_written() {
    let (by, name) = ("ada".to_owned(), "orders".to_owned());
    let events = [
        event_sequences::Event::Defined {
            organization_id: OrganizationId::DEFAULT,
            name: name.clone(),
            version: "1.2.0".parse().unwrap(),
            content: Box::new(sequence()),
            by: by.clone(),
            at: AT,
        },
        event_sequences::Event::Retired { name, by, at: AT },
    ];
    for event in &events {
        stands("event_sequences", event);
    }
    every_file_is_known("event_sequences", &names(&events));
    assert_eq!(events.map(|event| event.name()), event_sequences::Event::NAMES);
}

#[test]
fn every_event_of_an_instance_of_a_sequence_is_read_as_it_was_written() {
    use sequence_instance::{Event, Opened, Reason, Served};
    let by = || "ada".to_owned();
    let (event_id, event) = ("run_01h455vb4pex5vsknk084sn02q#12".to_owned(), "order.paid".into());
    let served = Served { step: 1, event_id, event, at: AT };
    let opened = Opened {
        instance_id: SequenceInstanceId::from_uuid(uuid::Uuid::max()),
        organization_id: OrganizationId::DEFAULT,
        name: "orders".into(),
        version: "1.2.0".parse().unwrap(),
        key: "7".into(),
        content: sequence(),
        due_at: AT,
        at: AT,
    };
    let events = [
        Event::Opened(Box::new(opened)),
        Event::Held(served.clone()),
        Event::Processed(served),
        Event::Completed { at: AT },
        Event::Failed { reason: Reason::TimedOut, missing: vec![0], for_good: true, at: AT },
        Event::Retried { attempt: 1, due_at: AT, by: by(), at: AT },
        Event::Compensated { events: vec![EventId::from_uuid(uuid::Uuid::max())], at: AT },
        Event::Abandoned { reason: Some("it was a test".into()), by: by(), at: AT },
    ];
    for event in &events {
        stands("sequence_instance", event);
    }
    every_file_is_known("sequence_instance", &names(&events));
    assert_eq!(events.map(|event| event.name()), Event::NAMES);
}

#[test]
fn every_event_of_a_definition_of_events_is_read_as_it_was_written() {
    let (by, version) = ("ada".to_owned(), "1.2.0".parse().unwrap());
    let events = [
        event_definition::Event::Defined {
            definition_id: EventDefinitionId::from_uuid(uuid::Uuid::max()),
            organization_id: OrganizationId::DEFAULT,
            name: "order.paid".into(),
            version,
            content: Box::new(event_definition::Content {
                description: Some("An order was paid".into()),
                source_types: [event::SourceType::Workflow, event::SourceType::System].into(),
                payload_schema: value(json!({ "$ref": "schema:shop/order@1.0.0" })),
                examples: vec![value(json!({ "amount": 7 }))],
            }),
            status: event_definition::Status::Draft,
            by: by.clone(),
            at: AT,
        },
        event_definition::Event::StatusChanged {
            version,
            status: event_definition::Status::Active,
            by,
            at: AT,
        },
    ];
    for event in &events {
        stands("event_definition", event);
    }
    every_file_is_known("event_definition", &names(&events));
    assert_eq!(events.map(|event| event.name()), event_definition::Event::NAMES);
}

#[test]
fn the_goldens_of_a_task_fold_into_its_state() {
    let mut state = task::Task::default();
    for event in task_events() {
        state.apply(event);
    }
    assert_eq!(state.status, task::Status::Expired);
    assert!(state.escalated);
    assert_eq!((state.version, state.reminded), (11, 1));
}

#[test]
fn every_event_of_a_test_and_of_its_executions_is_read_as_it_was_written() {
    let events = test_events();
    for event in &events {
        stands("test", event);
    }
    every_file_is_known("test", &names(&events));
    let events = execution_events();
    for event in &events {
        stands("test_execution", event);
    }
    every_file_is_known("test_execution", &names(&events));
}

#[test]
fn every_event_of_an_account_is_read_as_it_was_written() {
    let by = || "admin".to_owned();
    let plan = account::Plan { monthly_grant: 40_000, min_threshold: 100 };
    let month = Some("2026-11".parse().unwrap());
    let events = [
        account::Event::Metered { plan, by: by(), at: AT },
        account::Event::Unmetered { by: by(), at: AT },
        account::Event::ToppedUp { units: 7, reference: Some("inv-1".into()), by: by(), at: AT },
        account::Event::Granted { units: 40_000, month, reason: None, by: by(), at: AT },
        account::Event::Exhausted { balance: -3, threshold: 100, by: by(), at: AT },
        account::Event::Replenished { balance: 101, by: by(), at: AT },
    ];
    for event in &events {
        stands("account", event);
    }
    every_file_is_known("account", &names(&events));
    assert_eq!(events.map(|event| event.name()), account::Event::NAMES);
}

#[test]
fn every_event_of_an_organization_is_read_as_it_was_written() {
    let by = || "admin".to_owned();
    let uuid = uuid::Uuid::max();
    let (user_id, role_id) = (UserId::from_uuid(uuid), RoleId::from_uuid(uuid));
    let invitation_id = InvitationId::from_uuid(uuid);
    let service_account_id = ServiceAccountId::from_uuid(uuid);
    let permissions = || vec!["runs:read".to_owned()];
    let name = || "Acme".to_owned();
    let description = Some("what it is for".to_owned());
    let events = [
        organization::Event::Founded {
            organization_id: OrganizationId::DEFAULT,
            name: name(),
            owner: Some(user_id),
            by: by(),
            at: AT,
        },
        organization::Event::Renamed { name: name(), by: by(), at: AT },
        organization::Event::RoleDefined {
            role_id,
            name: name(),
            permissions: permissions(),
            by: by(),
            at: AT,
        },
        organization::Event::RoleChanged {
            role_id,
            name: name(),
            permissions: permissions(),
            by: by(),
            at: AT,
        },
        organization::Event::RoleRemoved { role_id, by: by(), at: AT },
        organization::Event::Invited {
            invitation_id,
            hash: KeyHash::of("a token"),
            email: "ada@example.org".to_owned(),
            role: RoleRef::BuiltIn(Role::Developer),
            expires_at: AT + Duration::days(7),
            by: by(),
            at: AT,
        },
        organization::Event::InvitationRevoked { invitation_id, by: by(), at: AT },
        organization::Event::Joined {
            user_id,
            role: RoleRef::Custom(role_id),
            invitation_id,
            by: by(),
            at: AT,
        },
        organization::Event::MemberChanged {
            user_id,
            role: RoleRef::BuiltIn(Role::Owner),
            by: by(),
            at: AT,
        },
        organization::Event::MemberRemoved { user_id, by: by(), at: AT },
        organization::Event::Left { user_id, by: by(), at: AT },
        organization::Event::ServiceAccountAdded {
            service_account_id,
            name: name(),
            description: description.clone(),
            permissions: permissions(),
            by: by(),
            at: AT,
        },
        organization::Event::ServiceAccountChanged {
            service_account_id,
            name: name(),
            description,
            permissions: permissions(),
            by: by(),
            at: AT,
        },
        organization::Event::ServiceAccountRemoved { service_account_id, by: by(), at: AT },
    ];
    for event in &events {
        stands("organization", event);
    }
    every_file_is_known("organization", &names(&events));
    assert_eq!(events.map(|event| event.name()), organization::Event::NAMES);
}

#[test]
fn every_event_at_the_door_is_read_as_it_was_written() {
    let events = [
        audit::Event::Refused {
            reason: "forbidden".to_owned(),
            route: "GET /v1/runs/{id}".to_owned(),
            actor: Some("sa_01h455vb4pex5vsknk084sn02q".to_owned()),
            address: Some("192.0.2.1".to_owned()),
            times: 7,
            since: AT,
            at: AT + Duration::seconds(59),
        },
        audit::Event::AssistantAsked {
            connector_id: "conn_01h455vb4pex5vsknk084sn02q".parse().unwrap(),
            model: "a-model".to_owned(),
            messages: 3,
            at: AT,
        },
    ];
    for event in &events {
        stands("audit", event);
    }
    every_file_is_known("audit", &names(&events));
    assert_eq!(events.map(|event| event.name()), audit::Event::NAMES);
}

#[test]
fn every_event_of_a_key_is_read_as_it_was_written() {
    let by = || "admin".to_owned();
    let events = [
        api_key::Event::Issued {
            hash: KeyHash::of("a key"),
            organization_id: OrganizationId::DEFAULT,
            owner: api_key::Owner::ServiceAccount(ServiceAccountId::from_uuid(uuid::Uuid::max())),
            name: "deploys".to_owned(),
            scopes: Some(vec!["runs:read".to_owned()]),
            expires_at: Some(AT + Duration::days(90)),
            by: by(),
            at: AT,
        },
        api_key::Event::Revoked { by: by(), at: AT },
        api_key::Event::Used { at: AT },
    ];
    for event in &events {
        stands("api_key", event);
    }
    every_file_is_known("api_key", &names(&events));
    assert_eq!(events.map(|event| event.name()), api_key::Event::NAMES);
}

#[test]
fn every_event_of_a_document_is_read_as_it_was_written() {
    let by = || "ada".to_owned();
    let content = || document::Content {
        title: "Refunds".to_owned(),
        text: "# Refunds\n\nWithin fourteen days.".to_owned(),
        tags: ["money".to_owned()].into(),
        source: Some("the manual".to_owned()),
    };
    let events = [
        document::Event::Added {
            document_id: DocumentId::from_uuid(uuid::Uuid::max()),
            organization_id: OrganizationId::DEFAULT,
            content: content(),
            by: by(),
            at: AT,
        },
        document::Event::Revised { content: content(), by: by(), at: AT },
        document::Event::Removed { by: by(), at: AT },
    ];
    for event in &events {
        stands("document", event);
    }
    every_file_is_known("document", &names(&events));
}

#[test]
fn every_event_of_a_table_is_read_as_it_was_written() {
    use chainkeel::tables::{Column, Definition, Index, Name};
    let by = || "ada".to_owned();
    let name = |text: &str| text.parse::<Name>().unwrap();
    let index =
        || Index { name: name("by_customer"), columns: vec!["customer".to_owned()], unique: true };
    let schema = json!({
        "description": "What was paid", "required": ["customer"],
        "properties": {
            "customer": { "type": "string", "maxLength": 20, "enum": ["a", "b"], "default": "a" },
            "amount": { "type": "number", "minimum": 0, "maximum": 9.5 },
            "order": { "type": "integer", "references": "orders", "unique": true },
            "due": { "type": "string", "format": "date-time" },
            "meta": { "description": "anything" },
        },
    });
    let events = [
        table::Event::Created {
            table_id: TableId::from_uuid(uuid::Uuid::max()),
            organization_id: OrganizationId::DEFAULT,
            name: name("payments"),
            definition: Definition::of_schema(&schema, vec![index()]).unwrap(),
            by: by(),
            at: AT,
        },
        table::Event::ColumnAdded {
            column: Column::of_property("paid", &json!({ "type": "boolean" }), false).unwrap(),
            by: by(),
            at: AT,
        },
        table::Event::ColumnRemoved { name: name("paid"), by: by(), at: AT },
        table::Event::ColumnRenamed { from: name("due"), to: name("until"), by: by(), at: AT },
        table::Event::IndexAdded { index: index(), by: by(), at: AT },
        table::Event::IndexRemoved { name: name("by_customer"), by: by(), at: AT },
        table::Event::Dropped { by: by(), at: AT },
        table::Event::ChangeRefused {
            sequence: 5,
            reason: "two are the same".to_owned(),
            by: by(),
            at: AT,
        },
    ];
    for event in &events {
        stands("table", event);
    }
    every_file_is_known("table", &names(&events));
}

#[test]
fn every_event_of_a_connector_is_read_as_it_was_written() {
    let by = || "admin".to_owned();
    let data = || connector::Data {
        settings: value(json!({ "host": "api.example.com" })),
        hints: BTreeMap::from([("token".to_owned(), "••••1234".to_owned())]),
        sealed: Some(connector::Reference { field: "data cmd_1".into(), key_version: 2 }),
    };
    let failing = connector::Check {
        status: connector::Status::Failing,
        reason: Some("the provider refuses the credentials: 401 (Unauthorized)".into()),
    };
    let owner = connector::Owner::User(UserId::from_uuid(uuid::Uuid::max()));
    let events = [
        connector::Event::Connected {
            connector_id: ConnectorId::from_uuid(uuid::Uuid::max()),
            organization_id: OrganizationId::DEFAULT,
            kind: "http-bearer".into(),
            name: "The shop".into(),
            description: Some("orders".into()),
            owner: connector::Owner::Organization,
            visibility: connector::Visibility::Organization,
            data: data(),
            status: connector::Status::Connected,
            by: by(),
            at: AT,
        },
        connector::Event::Renamed { name: "Shop".into(), description: None, by: by(), at: AT },
        connector::Event::CredentialsReplaced {
            data: data(),
            status: connector::Status::Connected,
            by: by(),
            at: AT,
        },
        connector::Event::Checked { check: failing, by: by(), at: AT },
        connector::Event::Shared { visibility: connector::Visibility::Private, by: by(), at: AT },
        connector::Event::OwnerChanged { owner, by: by(), at: AT },
        connector::Event::AuthorizationStarted {
            state_hash: "ab".repeat(32),
            expires_at: AT,
            by: by(),
            at: AT,
        },
        connector::Event::AuthorizationReturned { by: by(), at: AT },
        connector::Event::Authorized {
            scopes: Some("read write".into()),
            key_version: 2,
            expires_at: Some(AT),
            by: by(),
            at: AT,
        },
        connector::Event::Disconnected { by: by(), at: AT },
    ];
    for event in &events {
        stands("connector", event);
    }
    every_file_is_known("connector", &names(&events));
    assert_eq!(events.map(|event| event.name()), connector::Event::NAMES);
}

#[test]
fn every_event_of_a_user_is_read_as_it_was_written() {
    let by = || "admin".to_owned();
    let from = || "203.0.113.9".to_owned();
    let user_id = UserId::from_uuid(uuid::Uuid::max());
    let session_id = SessionId::from_uuid(uuid::Uuid::max());
    let hash = "5e".repeat(32);
    let events = [
        user::Event::Registered {
            user_id,
            email: "Ada@example.com".into(),
            name: Some("Ada".into()),
            by: by(),
            at: AT,
        },
        user::Event::PasswordSet {
            verifier: "password.1".into(),
            cause: user::PasswordCause::Reset { hash: hash.clone() },
            by: by(),
            at: AT,
        },
        user::Event::LoginFailed {
            factor: user::Factor::Code,
            from: from(),
            locked_until: Some(AT + Duration::seconds(30)),
            by: by(),
            at: AT,
        },
        user::Event::LoggedIn {
            session_id,
            from: from(),
            totp_step: Some(7),
            recovery_code: None,
            by: by(),
            at: AT,
        },
        user::Event::SessionsRevoked { by: by(), at: AT },
        user::Event::TotpEnrolled { secret: "totp.1".into(), by: by(), at: AT },
        user::Event::TotpConfirmed { step: 6, recovery: "recovery.1".into(), by: by(), at: AT },
        user::Event::TotpRemoved { by: by(), at: AT },
        user::Event::Suspended { reason: Some("left".into()), by: by(), at: AT },
        user::Event::Restored { by: by(), at: AT },
        user::Event::ResetIssued { hash, expires_at: AT + Duration::hours(24), by: by(), at: AT },
    ];
    for event in &events {
        stands("user", event);
    }
    every_file_is_known("user", &names(&events));
    assert_eq!(events.map(|event| event.name()), user::Event::NAMES);
    let claimed = [login_name::Event::Claimed { user_id, by: by(), at: AT }];
    for event in &claimed {
        stands("login_name", event);
    }
    every_file_is_known("login_name", &names(&claimed));
    assert_eq!(claimed.map(|event| event.name()), login_name::Event::NAMES);
}

#[test]
fn every_event_of_a_session_and_of_its_keys_is_read_as_it_was_written() {
    let by = || "user_7zzzzzzzzzzzzzzzzzzzzzzzzz".to_owned();
    let from = || "203.0.113.9".to_owned();
    let events = [
        session::Event::Opened {
            session_id: SessionId::from_uuid(uuid::Uuid::max()),
            user_id: UserId::from_uuid(uuid::Uuid::max()),
            refresh_hash: "5e".repeat(32),
            expires_at: AT + Duration::days(30),
            from: from(),
            agent: Some("chainkeel-cli/0.1.0".into()),
            by: by(),
            at: AT,
        },
        session::Event::Refreshed { refresh_hash: "5f".repeat(32), from: from(), by: by(), at: AT },
        session::Event::Reused { from: from(), by: by(), at: AT },
        session::Event::TicketUsed {
            ticket: "t1".into(),
            expires_at: AT + Duration::seconds(40),
            by: by(),
            at: AT,
        },
        session::Event::Closed { reason: session::CloseReason::LoggedOut, by: by(), at: AT },
    ];
    for event in &events {
        stands("session", event);
    }
    every_file_is_known("session", &names(&events));
    assert_eq!(events.map(|event| event.name()), session::Event::NAMES);
    let events = [
        token_keys::Event::Added {
            kid: "k1".into(),
            x: "eA".into(),
            y: "eQ".into(),
            by: by(),
            at: AT,
        },
        token_keys::Event::Retired { kid: "k1".into(), believed_until: AT, by: by(), at: AT },
    ];
    for event in &events {
        stands("token_keys", event);
    }
    every_file_is_known("token_keys", &names(&events));
    assert_eq!(events.map(|event| event.name()), token_keys::Event::NAMES);
}

#[test]
fn every_event_of_a_schema_is_read_as_it_was_written() {
    let by = || "admin".to_owned();
    let version = "1.0.0".parse().unwrap();
    let details = || schema::Details {
        description: Some("what it is for".into()),
        owner: Some("ada".into()),
        tags: ["money".into()].into(),
        compatibility: chainkeel::schemas::Level::BackwardTransitive,
    };
    let change = chainkeel::schemas::Change {
        code: chainkeel::schemas::ChangeCode::NarrowedType,
        path: "/properties/a".into(),
        message: "values of other types do not fit".into(),
        breaks: [chainkeel::schemas::Direction::Backward].into(),
    };
    let events = [
        schema::Event::Registered {
            schema_id: SchemaId::from_uuid(uuid::Uuid::max()),
            organization_id: OrganizationId::DEFAULT,
            name: chainkeel::schemas::Name::new("payments", "order").unwrap(),
            details: details(),
            version,
            schema: value(json!({ "type": ["string", "null"] })),
            by: by(),
            at: AT,
        },
        schema::Event::VersionAdded {
            version: "2.0.0".parse().unwrap(),
            schema: value(json!({ "type": "string" })),
            changes: vec![change],
            by: by(),
            at: AT,
        },
        schema::Event::Described { details: details(), by: by(), at: AT },
        schema::Event::Deprecated { version: Some(version), by: by(), at: AT },
        schema::Event::Reinstated { version: None, by: by(), at: AT },
    ];
    for event in &events {
        stands("schema", event);
    }
    every_file_is_known("schema", &names(&events));
    assert_eq!(events.map(|event| event.name()), schema::Event::NAMES);
}

#[test]
fn every_event_of_an_entry_is_read_as_it_was_written() {
    let place = |scope| entry::Place::new(scope, "rates", "eur/usd").unwrap();
    let events = [
        entry::Event::Set {
            place: place(entry::Scope::Workflow(WORKFLOW.parse().unwrap())),
            value: json!({"rate": "1.08", "at": [1, null]}).into(),
            by: format!("run {RUN}"),
            effect: Some(format!("{RUN}:keep:1")),
            at: AT,
        },
        entry::Event::Removed {
            place: place(entry::Scope::Organization),
            by: "admin".to_owned(),
            effect: None,
            at: AT,
        },
    ];
    for event in &events {
        stands("entry", event);
    }
    every_file_is_known("entry", &names(&events));
}

#[test]
fn the_runs_of_every_release_are_decided_again_as_they_were() {
    golden("streams", "run-0.1.0", &serde_json::to_value(lived_through()).unwrap());
    let mut streams = 0;
    for entry in fs::read_dir(directory("streams")).unwrap() {
        let path = entry.unwrap().path();
        let facts: Vec<Fact> = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
        let replay = engine::verify(&facts);
        assert_eq!(replay.divergence, None, "{}", path.display());
        assert!(replay.run.status().is_terminal(), "{}", path.display());
        streams += 1;
    }
    assert!(streams > 0);
}

#[test]
fn the_goldens_of_a_workflow_fold_into_its_state() {
    let mut state = workflow::Workflow::default();
    for event in workflow_events() {
        state.apply(event);
    }
    assert_eq!(state.live, Some(2));
    assert_eq!(state.status, workflow::Status::Archived);
}

fn definition() -> Arc<engine::Definition> {
    let definition = json!({
        "props": { "limit": 10 },
        "nodes": {
            "root": { "type": "webhook", "payload": {}, "children": ["ask"] },
            "ask": {
                "type": "http-request",
                "payload": { "method": "POST", "url": "{{$trigger.body.url}}" },
                "retryPolicy": { "maxAttempts": 3, "strategy": "exponential", "initialInterval": 1000, "maxInterval": 60000, "backoffMultiplier": 2, "jitter": 0.5 },
                "timeoutMs": 5000,
                "children": ["large"]
            },
            "large": {
                "type": "if",
                "payload": { "condition": { "$and": [{ "{{ask.result.body.amount}}": { "$gt": "{{$props.limit}}" } }] } },
                "children": ["approval", "small"]
            },
            "small": { "type": "log", "branch": "else", "payload": { "message": "small" } },
            "approval": {
                "type": "wait",
                "branch": "then",
                "payload": { "timeoutMs": 60000, "triggerType": "manual", "triggerConfig": {} },
                "children": ["pause"]
            },
            "pause": { "type": "delay", "branch": "resumed", "payload": { "delayMs": 1000 }, "children": ["told"] },
            "told": { "type": "log", "payload": { "message": "{{approval.result.triggerResult.by || 'somebody'}}" } }
        }
    });
    Arc::new(engine::parse(&definition).unwrap())
}

fn value(value: Value) -> Json {
    Arc::new(value)
}

fn trigger() -> Trigger {
    Trigger {
        kind: "webhook".into(),
        source: "webhook".into(),
        body: value(json!({ "url": "https://example.org" })),
        headers: BTreeMap::from([("x-github-event".into(), "push".into())]),
    }
}

/// One fact of every kind. The match makes the compiler ask for a new one here.
#[expect(clippy::too_many_lines, reason = "a list has as many lines as it has facts")]
fn facts() -> Vec<Fact> {
    let node = || Place::from("ask");
    let kind = || Arc::<str>::from("http-request");
    let due_at = AT + Duration::seconds(1);
    let failure = || Failure {
        details: Some(value(json!({ "status": 503 }))),
        ..Failure::passing("http_status", FailureCategory::Service, "the peer answered 503")
    };
    let carried = Carried::Skipped {};
    let facts = vec![
        Fact::Started {
            run_id: RUN.into(),
            workflow: WorkflowRef { id: "wf_01h455vb4pex5vsknk084sn02q".into(), version: 3 },
            definition: definition(),
            trigger: trigger(),
            input: value(json!({ "url": "https://example.org" })),
            source_run: Some("run_01h455vb4pex5vsknk084sn02r".into()),
            carried: BTreeMap::from([(Place::from("small"), carried)]),
            parent: None,
            variables: None,
            subject: None,
            at: AT,
        },
        Fact::NodeStarted {
            node: node(),
            kind: kind(),
            attempt: 1,
            input: value(json!({ "method": "POST", "url": "https://example.org" })),
            idempotency_key: format!("{RUN}:ask:1"),
            timeout_ms: 5_000,
            at: AT,
        },
        Fact::EffectRepeated { node: node(), attempt: 1, repeat: 1, at: AT },
        Fact::NodeSucceeded {
            node: Place::from("large"),
            kind: "if".into(),
            attempt: 1,
            input: Some(value(json!({ "left": 25 }))),
            result: value(json!({ "branch": "then" })),
            branch: Some("then".into()),
            at: AT,
        },
        Fact::NodeFailed {
            node: node(),
            kind: kind(),
            attempt: 1,
            input: None,
            failure: failure(),
            at: AT,
        },
        Fact::RetryScheduled { node: node(), attempt: 2, due_at, at: AT },
        Fact::NodeSkipped { node: Place::from("small"), kind: "log".into(), at: AT },
        Fact::NodeCancelled { node: Place::from("pause"), kind: None, at: AT },
        Fact::DelayStarted {
            node: Place::from("pause"),
            kind: "delay".into(),
            input: value(json!({ "delayMs": 1000 })),
            due_at,
            at: AT,
        },
        Fact::WaitOpened {
            node: Place::from("approval"),
            kind: "wait".into(),
            input: value(
                json!({ "timeoutMs": 60000, "triggerType": "manual", "triggerConfig": {} }),
            ),
            due_at,
            at: AT,
        },
        Fact::WaitMarked {
            node: node(),
            mark: WaitMark::AutoSwapping,
            reason: Some("the wallet has 7 wei".into()),
            by: "system:wallet-reaction".into(),
            at: AT,
        },
        Fact::WaitResumed {
            node: Place::from("approval"),
            data: value(json!({ "by": "ada" })),
            source: "manual".into(),
            by: "admin".into(),
            at: AT,
        },
        Fact::WaitTimedOut { node: Place::from("approval"), kind: None, at: AT },
        Fact::CancelRequested {
            by: "admin".into(),
            reason: Some("a mistake".into()),
            compensate: Compensate::No,
            at: AT,
        },
        Fact::FailureHandled {
            node: node(),
            remedy: Remedy::Fallback { node: "small".into() },
            at: AT,
        },
        Fact::LoopStarted {
            node: Place::from("each"),
            kind: "for-each".into(),
            input: value(json!({ "array": [1, 2] })),
            at: AT,
        },
        Fact::IterationStarted { node: Place::from("each.1"), index: 4, at: AT },
        Fact::Paused { by: "admin".into(), reason: Some("a look".into()), at: AT },
        Fact::Unpaused { by: "admin".into(), at: AT },
        Fact::HistoryGrewLong { events: 10_001, limit: 50_000, at: AT },
        Fact::LimitReached { failure: failure(), at: AT },
        Fact::CompensationStarted { plan: vec![Place::from("ask.1"), node()], at: AT },
        Fact::CompensationEnded { failed: vec![node()], at: AT },
        Fact::EventEmitted {
            event: "order.paid".into(),
            payload: value(json!({ "id": 1 })),
            at: AT,
        },
        Fact::Succeeded {
            output: value(json!({ "told": { "message": "ada" } })),
            parent: None,
            at: AT,
        },
        Fact::Failed {
            node: Some(node()),
            failure: failure(),
            error_workflow: None,
            parent: None,
            at: AT,
        },
        Fact::Cancelled { by: "admin".into(), reason: None, parent: None, at: AT },
    ];
    for fact in &facts {
        match fact {
            Fact::Started { .. }
            | Fact::NodeStarted { .. }
            | Fact::EffectRepeated { .. }
            | Fact::NodeSucceeded { .. }
            | Fact::NodeFailed { .. }
            | Fact::RetryScheduled { .. }
            | Fact::NodeSkipped { .. }
            | Fact::NodeCancelled { .. }
            | Fact::DelayStarted { .. }
            | Fact::WaitOpened { .. }
            | Fact::WaitMarked { .. }
            | Fact::WaitResumed { .. }
            | Fact::WaitTimedOut { .. }
            | Fact::FailureHandled { .. }
            | Fact::LoopStarted { .. }
            | Fact::IterationStarted { .. }
            | Fact::Paused { .. }
            | Fact::Unpaused { .. }
            | Fact::HistoryGrewLong { .. }
            | Fact::LimitReached { .. }
            | Fact::CompensationStarted { .. }
            | Fact::CompensationEnded { .. }
            | Fact::EventEmitted { .. }
            | Fact::CancelRequested { .. }
            | Fact::Succeeded { .. }
            | Fact::Failed { .. }
            | Fact::Cancelled { .. } => {}
        }
    }
    facts
}

/// A run that fails once, is interrupted, retried, resumed and delayed, and succeeds.
fn lived_through() -> Vec<Fact> {
    let start = Start {
        definition: definition(),
        workflow: WorkflowRef { id: "wf_01h455vb4pex5vsknk084sn02q".into(), version: 3 },
        trigger: trigger(),
        input: value(json!({ "url": "https://example.org" })),
        run_id: RUN.into(),
        source_run: None,
        carried: BTreeMap::new(),
        parent: None,
        variables: None,
        subject: None,
        at: AT,
        chance: 0.0,
    };
    let ask = || Place::from("ask");
    let failure =
        Failure::passing("http_status", FailureCategory::Service, "the peer answered 503");
    let answer = value(json!({ "status": 200, "body": { "amount": 25 } }));
    let lived = [
        Stimulus::EffectInterrupted { node: ask(), attempt: 1 },
        Stimulus::EffectFailed { node: ask(), attempt: 1, failure },
        Stimulus::TimerDue { node: ask() },
        Stimulus::EffectSucceeded { node: ask(), attempt: 2, result: answer },
        Stimulus::Resume {
            node: Place::from("approval"),
            data: value(json!({ "by": "ada" })),
            source: "manual".into(),
            by: "admin".into(),
        },
        Stimulus::TimerDue { node: Place::from("pause") },
    ];
    let (mut state, mut facts, mut at) = (engine::Run::default(), engine::start(start), AT);
    for fact in &facts {
        state.apply(fact);
    }
    for stimulus in lived {
        at += Duration::seconds(5);
        for fact in engine::decide(&state, stimulus, at, 0.25).unwrap() {
            state.apply(&fact);
            facts.push(fact);
        }
    }
    facts
}

fn test_events() -> Vec<test::Event> {
    let definition = || value(json!({ "name": "a test", "cases": [{ "caseId": "one" }] }));
    let by = || "admin".to_owned();
    vec![
        test::Event::Created {
            test_id: TestId::from_uuid(uuid::Uuid::max()),
            organization_id: OrganizationId::DEFAULT,
            definition: definition(),
            by: by(),
            at: AT,
        },
        test::Event::Updated { definition: definition(), by: by(), at: AT },
        test::Event::Deleted { by: by(), at: AT },
    ]
}

fn execution_events() -> Vec<test_execution::Event> {
    let check = |kind| test::Check {
        kind,
        path: "$.output".into(),
        expected: json!({ "say": 1 }),
        actual: json!({ "say": null }),
        passed: false,
        message: Some("it should be said".into()),
        differences: vec![test::Difference {
            pointer: "/say".into(),
            expected: Some(json!(1)),
            actual: Some(Value::Null),
        }],
    };
    let result = |status| test::CaseResult {
        case_id: "one".into(),
        status,
        duration_ms: 2_000,
        run_status: Some("success".into()),
        output: Some(json!({ "say": null })),
        error: Some("why".into()),
        assertions: vec![
            check(test::CheckKind::Status),
            check(test::CheckKind::Output),
            check(test::CheckKind::State),
            check(test::CheckKind::Event),
            check(test::CheckKind::Equals),
            check(test::CheckKind::Contains),
            check(test::CheckKind::Matches),
        ],
        unused_mocks: vec!["/setup/mocks/0".into()],
    };
    vec![
        test_execution::Event::Started {
            execution_id: TestExecutionId::from_uuid(uuid::Uuid::max()),
            organization_id: OrganizationId::DEFAULT,
            test_id: TestId::from_uuid(uuid::Uuid::max()),
            test_version: 1,
            workflow: Some(WorkflowRef { id: "wf_test".into(), version: 2 }),
            by: "admin".into(),
            at: AT,
        },
        test_execution::Event::CasesPlayed {
            results: vec![
                result(test::CaseStatus::Passed),
                result(test::CaseStatus::Failed),
                result(test::CaseStatus::Error),
                result(test::CaseStatus::Timeout),
                result(test::CaseStatus::Skipped),
            ],
            at: AT,
        },
        test_execution::Event::Finished {
            status: test_execution::Status::Failed,
            passed: 1,
            failed: 4,
            at: AT,
        },
    ]
}

fn workflow_events() -> Vec<workflow::Event> {
    let definition = || value(json!({ "nodes": { "root": { "type": "manual", "payload": {} } } }));
    let by = || "admin".to_owned();
    let events = vec![
        workflow::Event::OutputsPinned {
            pins: BTreeMap::from([("pay".to_owned(), value(json!({ "status": 200 })))]),
            by: by(),
            at: AT,
        },
        workflow::Event::Created {
            workflow_id: WorkflowId::from_uuid(uuid::Uuid::max()),
            organization_id: OrganizationId::DEFAULT,
            name: "Payments".into(),
            description: Some("what they are for".into()),
            definition: definition(),
            webhook_secret_hash: "ab".repeat(32),
            by: by(),
            at: AT,
        },
        workflow::Event::DraftSaved {
            name: Some("Payments, mended".into()),
            description: None,
            definition: Some(definition()),
            by: by(),
            at: AT,
        },
        workflow::Event::DraftDiscarded { by: by(), at: AT },
        workflow::Event::Published { version: 1, definition: definition(), by: by(), at: AT },
        workflow::Event::Paused { reason: workflow::PauseReason::Requested, by: by(), at: AT },
        workflow::Event::Resumed { by: by(), at: AT },
        workflow::Event::RolledBack {
            version: 2,
            restored: 1,
            definition: definition(),
            by: by(),
            at: AT,
        },
        workflow::Event::LimitsSet {
            limits: workflow::Limits {
                max_runs: Some(100),
                cooldown_ms: Some(60_000),
                pause_after_failures: 3,
            },
            by: by(),
            at: AT,
        },
        workflow::Event::ReviewRequested {
            draft_hash: "cd".repeat(32),
            note: Some("please".into()),
            by: by(),
            at: AT,
        },
        workflow::Event::DraftApproved { draft_hash: "cd".repeat(32), by: by(), at: AT },
        workflow::Event::DraftRejected {
            draft_hash: "cd".repeat(32),
            reason: "too much".into(),
            by: by(),
            at: AT,
        },
        workflow::Event::DraftCommented {
            draft_hash: "cd".repeat(32),
            text: "why?".into(),
            by: by(),
            at: AT,
        },
        workflow::Event::Tagged { tags: vec!["finance".into()], by: by(), at: AT },
        workflow::Event::Refilled { runs: 50, by: by(), at: AT },
        workflow::Event::PauseReviewed {
            reason: workflow::PauseReason::MaxRunsReached,
            by: by(),
            at: AT,
        },
        workflow::Event::Archived { by: by(), at: AT },
    ];
    let mut known = names(&events);
    known.sort_unstable();
    let mut all: Vec<String> = workflow::Event::NAMES
        .iter()
        .map(|name| format!("{name}@{}", workflow::Event::VERSION))
        .collect();
    all.sort_unstable();
    assert_eq!(known, all, "an event has no golden");
    events
}

fn task_events() -> Vec<task::Event> {
    let by = || "ada".to_owned();
    let audience = || engine::Audience::Role("finance-lead".into());
    let due_at = AT + Duration::hours(1);
    let run: RunId = RUN.parse().unwrap();
    let events = vec![
        task::Event::Created(Box::new(task::Created {
            task_id: TaskId::of(run, "approval"),
            organization_id: OrganizationId::DEFAULT,
            approval: None,
            run_id: run,
            node_id: "approval".into(),
            workflow_id: WorkflowId::from_uuid(uuid::Uuid::max()),
            title: "Approve the payment".into(),
            description: Some("of 7".into()),
            priority: engine::Priority::High,
            audience: engine::Audience::Queue("treasury".into()),
            form: Some(value(json!({ "type": "object" }))),
            ui_component: None,
            data: Some(value(json!({ "amount": 7 }))),
            due_at,
            reminders: vec![task::Reminder { due_at: AT + Duration::minutes(30) }],
            escalation: Some(task::Escalation { audience: audience() }),
            expires_at: AT + Duration::hours(2),
            by: "system:task-reaction".into(),
            at: AT,
        })),
        task::Event::Assigned { assignee: "ada".into(), by: "boss".into(), at: AT },
        task::Event::Reassigned {
            from: "ada".into(),
            assignee: "bob".into(),
            by: "boss".into(),
            at: AT,
        },
        task::Event::Claimed { by: "bob".into(), at: AT },
        task::Event::Released { by: "bob".into(), at: AT },
        task::Event::Reminded { reminder: 1, by: "system:task-clerk".into(), at: AT },
        task::Event::Escalated { audience: audience(), due_at, by: by(), at: AT },
        task::Event::Completed { data: value(json!({ "approved": true })), by: by(), at: AT },
        task::Event::Rejected { reason: "too much".into(), by: by(), at: AT },
        task::Event::Cancelled {
            cause: task::CancelCause::Requested,
            reason: Some("a mistake".into()),
            by: by(),
            at: AT,
        },
        task::Event::Expired { by: by(), at: AT },
    ];
    let mut known = names(&events);
    known.sort_unstable();
    let mut all: Vec<String> =
        task::Event::NAMES.iter().map(|name| format!("{name}@{}", task::Event::VERSION)).collect();
    all.sort_unstable();
    assert_eq!(known, all, "an event has no golden");
    events
}
