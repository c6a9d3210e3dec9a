//! Given a segment, when a step is ordered again, then it counts once; and no step is left out.

use cqrs_es::Aggregate;
use time::OffsetDateTime;
use time::macros::datetime;
use uuid::Uuid;

use super::{Command, Contents, Error, Event, Order, Segment, Stage};
use crate::primitives::{OrganizationId, SegmentId};

const AT: OffsetDateTime = datetime!(2026-12-01 08:00 UTC);

fn contents(sha256: &str) -> Box<Contents> {
    Box::new(Contents {
        segment_id: SegmentId::from_uuid(Uuid::from_u128(7)),
        organization_id: OrganizationId::DEFAULT,
        month: "2026_01".to_owned(),
        part: 1,
        sha256: sha256.to_owned(),
        bytes: 1_000,
        events: 60,
        runs: 10,
        first_position: 3,
        last_position: 90,
        checkpoint_size: 100,
        checkpoint_root: "ee".to_owned(),
    })
}

fn order(order: Order) -> Command {
    Command { by: "system:archivist".to_owned(), at: AT, order }
}

fn delete() -> Order {
    Order::Delete { after_days: 730, settled_by: "usr ada".to_owned() }
}

fn given(orders: impl IntoIterator<Item = Order>) -> Segment {
    let mut segment = Segment::default();
    for it in orders {
        if let Some(event) = segment.decide(order(it)).unwrap() {
            segment.apply(event);
        }
    }
    segment
}

#[test]
fn each_step_counts_once() {
    let steps = [Order::Seal(contents("aa")), Order::Detach, delete()];
    for done in 1..=steps.len() {
        let segment = given(steps[..done].iter().cloned());
        assert_eq!(segment.decide(order(steps[done - 1].clone())), Ok(None), "{done}");
    }
    assert_eq!(given(steps).stage, Some(Stage::Deleted));
}

#[test]
fn no_step_is_left_out() {
    assert_eq!(Segment::default().decide(order(Order::Detach)), Err(Error::Unknown));
    assert_eq!(Segment::default().decide(order(delete())), Err(Error::Unknown));
    let sealed = given([Order::Seal(contents("aa"))]);
    assert_eq!(sealed.decide(order(delete())), Err(Error::Attached));
    let deleted = given([Order::Seal(contents("aa")), Order::Detach, delete()]);
    assert_eq!(deleted.decide(order(Order::Detach)), Err(Error::Deleted));
}

#[test]
fn another_file_is_not_sealed_under_the_same_name() {
    let sealed = given([Order::Seal(contents("aa"))]);
    assert_eq!(sealed.decide(order(Order::Seal(contents("bb")))), Err(Error::Other));
}

#[test]
fn what_is_deleted_says_what_it_was_and_by_whose_order() {
    let detached = given([Order::Seal(contents("aa")), Order::Detach]);
    let Ok(Some(Event::Deleted { sha256, events, runs, after_days, settled_by, .. })) =
        detached.decide(order(delete()))
    else {
        panic!("it is deleted");
    };
    assert_eq!((sha256.as_str(), events, runs, after_days), ("aa", 60, 10, 730));
    assert_eq!(settled_by, "usr ada");
}
