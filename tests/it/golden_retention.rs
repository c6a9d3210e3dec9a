//! What stands on the ledger about what is kept, and about what has left the database.

use chainkeel::aggregates::{retention, segment};
use chainkeel::primitives::{HoldId, OrganizationId, RunId, SegmentId, WorkflowId};
use uuid::Uuid;

use crate::golden::{AT, every_file_is_known, names, stands};

#[test]
fn every_event_of_a_segment_is_read_as_it_was_written() {
    use segment::{Contents, Event};
    let segment_id = SegmentId::from_uuid(Uuid::max());
    let (by, at) = ("system:archivist".to_owned(), AT);
    let contents = Contents {
        segment_id,
        organization_id: OrganizationId::DEFAULT,
        month: "2026_01".into(),
        part: 1,
        sha256: "ab".repeat(32),
        bytes: 1_048_576,
        events: 60_000,
        runs: 10_000,
        first_position: 17,
        last_position: 80_123,
        checkpoint_size: 90_000,
        checkpoint_root: "cd".repeat(32),
    };
    let events = [
        Event::Sealed { contents: Box::new(contents), by: by.clone(), at },
        Event::Detached { segment_id, by: by.clone(), at },
        Event::Deleted {
            segment_id,
            sha256: "ab".repeat(32),
            events: 60_000,
            runs: 10_000,
            after_days: 2_555,
            settled_by: "usr ada".into(),
            by,
            at,
        },
    ];
    for event in &events {
        stands("segment", event);
    }
    every_file_is_known("segment", &names(&events));
    assert_eq!(events.map(|event| event.name()), Event::NAMES);
}

#[test]
fn every_event_of_what_is_kept_is_read_as_it_was_written() {
    use retention::{Event, Scope};
    let (hold_id, organization_id) = (HoldId::from_uuid(Uuid::max()), OrganizationId::DEFAULT);
    let (by, at) = ("usr ada".to_owned(), AT);
    let events = [
        Event::PolicySet {
            organization_id,
            delete_after_days: Some(2_555),
            effective_at: AT,
            by: by.clone(),
            at,
        },
        Event::HoldPlaced {
            hold_id,
            organization_id,
            scope: Scope::Run { run_id: RunId::from_uuid(Uuid::max()) },
            reason: "case 7".into(),
            by: by.clone(),
            at,
        },
        Event::SegmentLetGo {
            segment_id: SegmentId::from_uuid(Uuid::max()),
            after_days: 2_555,
            settled_by: "usr ada".into(),
            by: "system:archivist".into(),
            at,
        },
        Event::SubjectShreddingOrdered {
            organization_id,
            subject: "5e".repeat(32),
            version: 1,
            runs: 2,
            reason: "erasure request 12".into(),
            by: by.clone(),
            at,
        },
        Event::SubjectShredded {
            subject: "5e".repeat(32),
            version: 1,
            by: "system:archivist".into(),
            at,
        },
        Event::HoldLifted { hold_id, reason: "closed".into(), by, at },
    ];
    for event in &events {
        stands("retention", event);
    }
    every_file_is_known("retention", &names(&events));
    assert_eq!(events.map(|event| event.name()), Event::NAMES);
}

#[test]
fn a_scope_is_written_as_its_kind() {
    let workflow_id = WorkflowId::from_uuid(Uuid::max());
    let written = serde_json::to_value(retention::Scope::Workflow { workflow_id }).unwrap();
    let expected = serde_json::json!({ "kind": "workflow", "workflowId": workflow_id });
    assert_eq!(written, expected);
    let written = serde_json::to_value(retention::Scope::Organization).unwrap();
    assert_eq!(written, serde_json::json!({ "kind": "organization" }));
}
