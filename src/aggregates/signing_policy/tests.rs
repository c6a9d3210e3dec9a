//! Given policies, when an order comes, then this event or this refusal.

use cqrs_es::Aggregate;
use serde_json::json;
use time::macros::datetime;
use time::{Duration, OffsetDateTime};

use super::{Command, Error, Event, MAX_POLICIES, Order, SigningPolicies};
use crate::policies::{Document, Mode};
use crate::primitives::OrganizationId;

const AT: OffsetDateTime = datetime!(2026-11-29 12:00 UTC);
const DAY: Duration = Duration::days(1);

fn done(all: &mut SigningPolicies, at: OffsetDateTime, order: Order) -> Result<Event, Error> {
    let (by, organization) = ("ada".to_owned(), OrganizationId::DEFAULT);
    let event = all.decide(Command { organization, by, at, order })?;
    all.apply(event.clone());
    Ok(event)
}

fn define(name: &str, effect: &str) -> Order {
    let when = json!({ "to": "any", "action": { "in": ["native"] } });
    let rules = json!([{ "id": "one", "effect": effect, "when": when }]);
    let document = Document::read(&json!({ "form": 1, "rules": rules })).unwrap();
    Order::Define { name: name.to_owned(), document: Box::new(document), mode: None }
}

#[test]
fn a_loosening_waits_and_can_be_withdrawn_while_a_tightening_counts_at_once() {
    let mut all = SigningPolicies::default();
    done(&mut all, AT, Order::Delay { seconds: 86_400 }).unwrap();
    done(&mut all, AT, define("pay", "allow")).unwrap();
    assert!(all.in_force(AT).is_empty());
    assert_eq!(all.in_force(AT + DAY).len(), 1);
    done(&mut all, AT, Order::Withdraw { name: "pay".to_owned() }).unwrap();
    assert!(all.in_force(AT + DAY).is_empty());
    assert_eq!(done(&mut all, AT, Order::Withdraw { name: "pay".to_owned() }), Err(Error::Unknown));

    done(&mut all, AT, define("stop", "deny")).unwrap();
    assert_eq!(all.in_force(AT).len(), 1);
    done(&mut all, AT, Order::Remove { name: "stop".to_owned() }).unwrap();
    assert_eq!(all.in_force(AT + DAY - Duration::SECOND).len(), 1);
    assert!(all.in_force(AT + DAY).is_empty());
    // A shorter delay loosens, too.
    done(&mut all, AT, Order::Delay { seconds: 0 }).unwrap();
    assert_eq!((all.delay(AT), all.delay(AT + DAY)), (86_400, 0));
}

#[test]
fn versions_go_on_counting_and_the_mode_stays_unless_something_is_said() {
    let mut all = SigningPolicies::default();
    done(&mut all, AT, define("pay", "allow")).unwrap();
    let mode = Order::Apply { name: "pay".to_owned(), mode: Mode::Monitor };
    done(&mut all, AT, mode).unwrap();
    done(&mut all, AT, define("pay", "allow")).unwrap();
    let applied = all.in_force(AT);
    assert_eq!((applied[0].version, applied[0].mode), (2, Mode::Monitor));
    done(&mut all, AT, Order::Remove { name: "pay".to_owned() }).unwrap();
    done(&mut all, AT, define("pay", "allow")).unwrap();
    let applied = all.in_force(AT);
    assert_eq!((applied[0].version, applied[0].mode), (3, Mode::Enforce));
}

#[test]
fn there_are_only_so_many_and_unknown_ones_are_told_so() {
    let mut all = SigningPolicies::default();
    let unknown = Order::Remove { name: "pay".to_owned() };
    assert_eq!(done(&mut all, AT, unknown), Err(Error::Unknown));
    assert_eq!(done(&mut all, AT, Order::Delay { seconds: u32::MAX }), Err(Error::TooLong));
    for at in 0..MAX_POLICIES {
        done(&mut all, AT, define(&format!("p{at}"), "deny")).unwrap();
    }
    assert_eq!(done(&mut all, AT, define("more", "deny")), Err(Error::Full));
    done(&mut all, AT, define("p1", "deny")).unwrap();
}
