use std::collections::BTreeMap;
use std::sync::Arc;

use cqrs_es::Aggregate;
use cqrs_es::test::TestFramework;
use serde_json::json;
use time::OffsetDateTime;
use time::macros::datetime;

use super::{Approval, Command, Error, Event, Limits, Order, PauseReason, Workflow, hash_of};
use crate::primitives::{OrganizationId, WorkflowId};
use engine::Json;

const AT: OffsetDateTime = datetime!(2026-01-01 12:00 UTC);
const ID: WorkflowId = WorkflowId::from_uuid(uuid::Uuid::max());

fn by_ada(order: Order) -> Command {
    Command { by: "ada".into(), at: AT, order }
}

fn definition(label: &str) -> Json {
    Arc::new(json!({"nodes": {"root": {"type": "manual", "payload": {"label": label}}}}))
}

fn created() -> Event {
    Event::Created {
        workflow_id: ID,
        organization_id: OrganizationId::DEFAULT,
        name: "Payments".into(),
        description: None,
        definition: definition("first"),
        webhook_secret_hash: "aa".into(),
        by: "ada".into(),
        at: AT,
    }
}

fn published(version: u32, label: &str) -> Event {
    Event::Published { version, definition: definition(label), by: "ada".into(), at: AT }
}

fn draft_saved(label: &str) -> Event {
    Event::DraftSaved {
        name: None,
        description: None,
        definition: Some(definition(label)),
        by: "ada".into(),
        at: AT,
    }
}

fn paused() -> Event {
    Event::Paused { reason: PauseReason::Requested, by: "ada".into(), at: AT }
}

fn archived() -> Event {
    Event::Archived { by: "ada".into(), at: AT }
}

fn create(name: &str) -> Command {
    by_ada(Order::Create {
        id: ID,
        organization: OrganizationId::DEFAULT,
        name: name.into(),
        description: None,
        definition: definition("first"),
        webhook_secret_hash: "aa".into(),
    })
}

fn publish(expected_version: Option<u64>, checked_at_version: u64, label: &str) -> Command {
    let (definition, approval) = (definition(label), Approval::Unasked);
    by_ada(Order::Publish { expected_version, checked_at_version, definition, approval })
}

fn pause() -> Command {
    by_ada(Order::Pause { reason: PauseReason::Requested })
}

fn given(events: Vec<Event>) -> cqrs_es::test::AggregateTestExecutor<Workflow> {
    TestFramework::<Workflow>::with(()).given(events)
}

#[test]
fn a_workflow_begins_with_a_draft() {
    given(vec![]).when(create("Payments")).then_expect_events(vec![created()]);
}

#[test]
fn a_workflow_is_created_once() {
    given(vec![created()]).when(create("Payments")).then_expect_error(Error::Exists);
}

#[test]
fn a_name_is_neither_empty_nor_endless() {
    given(vec![]).when(create("  ")).then_expect_error(Error::Name { max: 200, actual: 0 });
    given(vec![])
        .when(create(&"n".repeat(201)))
        .then_expect_error(Error::Name { max: 200, actual: 201 });
}

#[test]
fn what_does_not_exist_takes_no_orders() {
    given(vec![]).when(pause()).then_expect_error(Error::Unknown);
}

#[test]
fn publishing_makes_the_draft_version_one() {
    given(vec![created()])
        .when(publish(None, 1, "first"))
        .then_expect_events(vec![published(1, "first")]);
}

#[test]
fn a_draft_saved_after_the_check_is_not_published() {
    given(vec![created(), draft_saved("second")])
        .when(publish(None, 1, "first"))
        .then_expect_error(Error::Conflict { expected: 1, actual: 2 });
}

#[test]
fn publishing_a_version_that_has_changed_is_a_conflict() {
    given(vec![created(), draft_saved("second")])
        .when(publish(Some(1), 2, "second"))
        .then_expect_error(Error::Conflict { expected: 1, actual: 2 });
}

#[test]
fn publishing_without_a_draft_is_refused() {
    given(vec![created(), published(1, "first")])
        .when(publish(None, 2, "first"))
        .then_expect_error(Error::NoDraft);
}

#[test]
fn two_tabs_cannot_both_save_over_version_one() {
    let save = by_ada(Order::SaveDraft {
        expected_version: Some(1),
        name: None,
        description: None,
        definition: Some(definition("mine")),
    });
    given(vec![created()]).when(save.clone()).then_expect_events(vec![draft_saved("mine")]);
    given(vec![created(), draft_saved("theirs")])
        .when(save)
        .then_expect_error(Error::Conflict { expected: 1, actual: 2 });
}

#[test]
fn a_draft_cannot_be_paused_resumed_or_rolled_back() {
    given(vec![created()]).when(pause()).then_expect_error(Error::NotLive);
    given(vec![created()])
        .when(by_ada(Order::Resume { reviewed: None }))
        .then_expect_error(Error::NotLive);
    given(vec![created()])
        .when(by_ada(Order::Rollback { to: 1 }))
        .then_expect_error(Error::NotLive);
}

#[test]
fn pausing_and_resuming_alternate() {
    let live = vec![created(), published(1, "first")];
    given(live.clone()).when(pause()).then_expect_events(vec![paused()]);
    given(live.clone())
        .when(by_ada(Order::Resume { reviewed: None }))
        .then_expect_error(Error::NotPaused);
    let stopped = [live, vec![paused()]].concat();
    given(stopped.clone()).when(pause()).then_expect_error(Error::AlreadyPaused);
    given(stopped)
        .when(by_ada(Order::Resume { reviewed: None }))
        .then_expect_events(vec![Event::Resumed { by: "ada".into(), at: AT }]);
}

#[test]
fn discarding_needs_a_draft_and_a_live_version_to_fall_back_to() {
    given(vec![created()]).when(by_ada(Order::DiscardDraft)).then_expect_error(Error::OnlyDraft);
    let live = vec![created(), published(1, "first")];
    given(live.clone()).when(by_ada(Order::DiscardDraft)).then_expect_error(Error::NoDraft);
    given([live, vec![draft_saved("second")]].concat())
        .when(by_ada(Order::DiscardDraft))
        .then_expect_events(vec![Event::DraftDiscarded { by: "ada".into(), at: AT }]);
}

#[test]
fn rolling_back_publishes_old_content_under_a_new_number() {
    let history = vec![
        created(),
        published(1, "first"),
        draft_saved("second"),
        published(2, "second"),
        draft_saved("third"),
    ];
    let rolled_back = Event::RolledBack {
        version: 3,
        restored: 1,
        definition: definition("first"),
        by: "ada".into(),
        at: AT,
    };
    given(history.clone())
        .when(by_ada(Order::Rollback { to: 1 }))
        .then_expect_events(vec![rolled_back]);
    given(history.clone())
        .when(by_ada(Order::Rollback { to: 2 }))
        .then_expect_error(Error::LiveAlready(2));
    given(history)
        .when(by_ada(Order::Rollback { to: 9 }))
        .then_expect_error(Error::NoSuchVersion(9));
}

#[test]
fn the_archive_is_final() {
    let history = vec![created(), published(1, "first"), archived()];
    for order in [
        Order::Resume { reviewed: None },
        Order::Archive,
        Order::DiscardDraft,
        Order::Rollback { to: 1 },
    ] {
        given(history.clone()).when(by_ada(order)).then_expect_error(Error::Archived);
    }
    given(history).when(publish(None, 3, "first")).then_expect_error(Error::Archived);
}

#[test]
fn a_rollback_leaves_the_draft_and_a_pause_alone() {
    let mut workflow = Workflow::default();
    for event in [
        created(),
        published(1, "first"),
        draft_saved("second"),
        published(2, "second"),
        draft_saved("third"),
        paused(),
        Event::RolledBack {
            version: 3,
            restored: 1,
            definition: definition("first"),
            by: "ada".into(),
            at: AT,
        },
    ] {
        workflow.apply(event);
    }
    assert_eq!(workflow.live_definition(), Some((3, &definition("first"))));
    assert_eq!(workflow.draft.map(|draft| draft.definition), Some(definition("third")));
    assert_eq!(workflow.status, super::Status::Paused);
}

fn pins(expected_version: Option<u64>) -> Command {
    let pins = BTreeMap::from([("pay".to_owned(), Arc::new(json!({"status": 200})))]);
    by_ada(Order::PinOutputs { expected_version, pins })
}

#[test]
fn outputs_are_pinned_without_touching_draft_or_versions() {
    let pinned = Event::OutputsPinned {
        pins: BTreeMap::from([("pay".to_owned(), Arc::new(json!({"status": 200})))]),
        by: "ada".into(),
        at: AT,
    };
    given(vec![created()]).when(pins(Some(1))).then_expect_events(vec![pinned.clone()]);
    let mut workflow = Workflow::default();
    for event in [created(), published(1, "first"), pinned] {
        workflow.apply(event);
    }
    assert_eq!(workflow.pins["pay"]["status"], 200);
    assert_eq!((workflow.draft, workflow.live), (None, Some(1)));
}

#[test]
fn pins_are_not_changed_behind_anybodys_back_nor_in_the_archive() {
    given(vec![created(), draft_saved("second")])
        .when(pins(Some(1)))
        .then_expect_error(Error::Conflict { expected: 1, actual: 2 });
    given(vec![created(), archived()]).when(pins(None)).then_expect_error(Error::Archived);
}

fn limits(max_runs: Option<u32>) -> Limits {
    Limits { max_runs, ..Limits::default() }
}

fn limited(max_runs: u32) -> Event {
    Event::LimitsSet { limits: limits(Some(max_runs)), by: "ada".into(), at: AT }
}

fn paused_by_itself(reason: PauseReason) -> Event {
    Event::Paused { reason, by: "system:safety".into(), at: AT }
}

fn resume(reviewed: Option<PauseReason>) -> Command {
    by_ada(Order::Resume { reviewed })
}

#[test]
fn a_workflow_pauses_when_the_runs_of_its_present_allotment_are_used_up() {
    let live = vec![created(), published(1, "first"), limited(5)];
    let used = |since, used| by_ada(Order::PauseWhenUsedUp { since, used });
    let reached = Event::Paused { reason: PauseReason::MaxRunsReached, by: "ada".into(), at: AT };
    given(live.clone()).when(used(3, 5)).then_expect_events(vec![reached.clone()]);
    given(live.clone()).when(used(3, 4)).then_expect_events(vec![]);
    given(live.clone()).when(used(2, 5)).then_expect_events(vec![]);
    let refill = Event::Refilled { runs: 2, by: "ada".into(), at: AT };
    let refilled = [live, vec![refill]].concat();
    given(refilled.clone()).when(used(3, 6)).then_expect_events(vec![]);
    given(refilled.clone()).when(used(3, 7)).then_expect_events(vec![reached]);
    // The same limit once more is no new allotment.
    given([refilled, vec![limited(5)]].concat()).when(used(3, 6)).then_expect_events(vec![]);
}

#[test]
fn who_resumes_a_workflow_that_paused_by_itself_says_what_was_looked_at() {
    let reason = PauseReason::ConsecutiveFailures;
    let stopped = vec![created(), published(1, "first"), paused_by_itself(reason)];
    let unreviewed = Error::Unreviewed(reason);
    given(stopped.clone()).when(resume(None)).then_expect_error(unreviewed.clone());
    let another = resume(Some(PauseReason::CuExhausted));
    given(stopped.clone()).when(another).then_expect_error(unreviewed);
    given(stopped).when(resume(Some(reason))).then_expect_events(vec![
        Event::PauseReviewed { reason, by: "ada".into(), at: AT },
        Event::Resumed { by: "ada".into(), at: AT },
    ]);
}

#[test]
fn used_up_runs_are_refilled_before_the_workflow_is_resumed() {
    let reason = PauseReason::MaxRunsReached;
    let stopped = vec![created(), published(1, "first"), limited(1), paused_by_itself(reason)];
    given(stopped.clone()).when(resume(Some(reason))).then_expect_error(Error::StillUsedUp);
    let refill = Event::Refilled { runs: 2, by: "ada".into(), at: AT };
    given([stopped, vec![refill]].concat()).when(resume(Some(reason))).then_expect_events(vec![
        Event::PauseReviewed { reason, by: "ada".into(), at: AT },
        Event::Resumed { by: "ada".into(), at: AT },
    ]);
}

#[test]
fn limits_have_bounds_and_only_a_limit_is_refilled() {
    let set = |limits| by_ada(Order::SetLimits { expected_version: None, limits });
    let none = Error::Limit { place: "/maxRuns", min: 1, max: 1_000_000_000, value: 0 };
    given(vec![created()]).when(set(limits(Some(0)))).then_expect_error(none);
    let refill = |runs| by_ada(Order::Refill { runs });
    given(vec![created()]).when(refill(1)).then_expect_error(Error::NoLimit);
    let full = vec![created(), limited(1_000_000_000)];
    let more = Error::Limit { place: "/runs", min: 1, max: 1_000_000_000, value: 1_000_000_001 };
    given(full).when(refill(1)).then_expect_error(more);
}

#[test]
fn what_is_live_says_who_may_see_a_workflow_and_the_draft_where_nothing_is() {
    let seen = |events: Vec<Event>| {
        let mut workflow = Workflow::default();
        for event in events {
            workflow.apply(event);
        }
        workflow.is_private()
    };
    let private: Json = json!({"nodes": {}, "visibility": "private"}).into();
    let Event::DraftSaved { name, description, by, at, .. } = draft_saved("x") else { return };
    let saved = Event::DraftSaved { definition: Some(private.clone()), name, description, by, at };
    let live = Event::Published { version: 1, definition: private, by: "ada".into(), at: AT };
    assert!(!seen(vec![created()]));
    assert!(seen(vec![created(), saved.clone()]));
    assert!(!seen(vec![created(), published(1, "open"), saved]));
    assert!(seen(vec![created(), live, draft_saved("open")]));
}

fn requested(by: &str) -> Event {
    let draft_hash = hash_of(&definition("first"));
    Event::ReviewRequested { draft_hash, note: None, by: by.into(), at: AT }
}

fn approved(by: &str) -> Event {
    Event::DraftApproved { draft_hash: hash_of(&definition("first")), by: by.into(), at: AT }
}

fn approve(by: &str, label: &str) -> Command {
    let order = Order::Approve { draft_hash: hash_of(&definition(label)) };
    Command { by: by.into(), at: AT, order }
}

fn publish_approved(label: &str, checked_at_version: u64) -> Command {
    let (definition, approval) = (definition(label), Approval::Required);
    by_ada(Order::Publish { expected_version: None, checked_at_version, definition, approval })
}

#[test]
fn a_draft_goes_live_only_when_somebody_else_has_approved_it() {
    let asked = vec![created(), requested("bob")];
    given(vec![created()]).when(publish_approved("first", 1)).then_expect_error(Error::Unapproved);
    given(asked.clone()).when(publish_approved("first", 2)).then_expect_error(Error::Unapproved);
    // Ada wrote it, and Bob asked.
    for by in ["ada", "bob"] {
        given(asked.clone()).when(approve(by, "first")).then_expect_error(Error::OwnDraft);
    }
    let another = approve("eve", "second");
    given(asked.clone()).when(another).then_expect_error(Error::AnotherDraft);
    given(asked.clone()).when(approve("eve", "first")).then_expect_events(vec![approved("eve")]);
    let judged = [asked, vec![approved("eve")]].concat();
    given(judged.clone()).when(approve("mia", "first")).then_expect_error(Error::Judged);
    given(judged.clone())
        .when(publish_approved("first", 3))
        .then_expect_events(vec![published(1, "first")]);
    // What somebody rejected does not.
    let reject = Order::Reject { draft_hash: hash_of(&definition("first")), reason: "no".into() };
    let reject = Command { by: "eve".into(), at: AT, order: reject };
    given(judged).when(reject).then_expect_error(Error::Judged);
}

#[test]
fn an_edit_after_the_approval_voids_it() {
    let edited = vec![created(), requested("bob"), approved("eve"), draft_saved("second")];
    given(edited.clone()).when(publish_approved("second", 4)).then_expect_error(Error::Unapproved);
    given(edited.clone()).when(approve("eve", "second")).then_expect_error(Error::NoReview);
    // A new name is no other draft, and the same content again is another edit.
    let renamed = Event::DraftSaved {
        name: Some("Payouts".into()),
        description: None,
        definition: None,
        by: "ada".into(),
        at: AT,
    };
    given(vec![created(), requested("bob"), approved("eve"), renamed])
        .when(publish_approved("first", 4))
        .then_expect_events(vec![published(1, "first")]);
    given(vec![created(), requested("bob"), approved("eve"), draft_saved("first")])
        .when(publish_approved("first", 4))
        .then_expect_error(Error::Unapproved);
}

#[test]
fn a_review_has_a_draft_and_words_with_bounds() {
    let ask = |note: Option<&str>| by_ada(Order::RequestReview { note: note.map(Into::into) });
    given(vec![created(), published(1, "first")]).when(ask(None)).then_expect_error(Error::NoDraft);
    let empty = Error::Text { place: "/note", max: 4_000, actual: 0 };
    given(vec![created()]).when(ask(Some(" "))).then_expect_error(empty);
    given(vec![created(), requested("bob")]).when(ask(None)).then_expect_error(Error::UnderReview);
    let comment = by_ada(Order::Comment { text: "why?".into() });
    given(vec![created()]).when(comment.clone()).then_expect_error(Error::NoReview);
    let said = Event::DraftCommented {
        draft_hash: hash_of(&definition("first")),
        text: "why?".into(),
        by: "ada".into(),
        at: AT,
    };
    let full = [vec![created(), requested("bob")], vec![said.clone(); 200]].concat();
    given(full).when(comment.clone()).then_expect_error(Error::Comments(200));
    given(vec![created(), requested("bob")]).when(comment).then_expect_events(vec![said]);
}
