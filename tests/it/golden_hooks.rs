//! What stands on the ledger about those who are told of runs.

use chainkeel::aggregates::execution_hooks::{Event, Reason, Wish};
use chainkeel::primitives::{ExecutionHookId, HookDeliveryId, OrganizationId, WorkflowId};
use uuid::Uuid;

use crate::golden::{AT, every_file_is_known, names, stands};

#[test]
fn every_event_of_execution_hooks_is_read_as_it_was_written() {
    let (by, endpoint_id) = ("ada".to_owned(), ExecutionHookId::from_uuid(Uuid::max()));
    let delivery_id = HookDeliveryId::from_uuid(Uuid::max());
    let types = ["run.*", "node.*", "run.completed", "node.failed"];
    let wish = Wish {
        name: "billing".into(),
        description: "invoices follow from it".into(),
        url: "https://example.com/hooks".into(),
        event_types: types.iter().map(|text| text.parse().unwrap()).collect(),
        workflows: vec![WorkflowId::from_uuid(Uuid::max())],
        max_retries: 9,
    };
    let short = Wish { description: String::new(), workflows: Vec::new(), ..wish.clone() };
    let events = [
        Event::Created {
            endpoint_id,
            organization_id: OrganizationId::DEFAULT,
            wish: Box::new(wish),
            enabled: true,
            by: by.clone(),
            at: AT,
        },
        Event::Changed { endpoint_id, wish: Box::new(short), by: by.clone(), at: AT },
        Event::Enabled { endpoint_id, by: by.clone(), at: AT },
        Event::Disabled { endpoint_id, reason: Reason::Gone, by: by.clone(), at: AT },
        Event::SecretRegenerated {
            endpoint_id,
            field: "delivery-2".into(),
            until: AT,
            by: by.clone(),
            at: AT,
        },
        Event::ReplayOrdered { endpoint_id, from: 7, to: 9, by: by.clone(), at: AT },
        Event::RedeliveryOrdered { endpoint_id, delivery_id, by: by.clone(), at: AT },
        Event::TestOrdered { endpoint_id, delivery_id, by: by.clone(), at: AT },
        Event::Removed { endpoint_id, by, at: AT },
    ];
    for event in &events {
        stands("execution_hooks", event);
    }
    every_file_is_known("execution_hooks", &names(&events));
    assert_eq!(events.map(|event| event.name()), Event::NAMES);
}
