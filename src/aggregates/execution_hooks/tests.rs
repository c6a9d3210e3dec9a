//! Given endpoints, when an order comes, then this event or this refusal.

use cqrs_es::Aggregate;
use time::Duration;
use time::macros::datetime;

use super::{
    Change, Choice, Command, Error, Event, Hooks, MAX_ENDPOINTS, MAX_SECRETS, Order, Reason, Topic,
    Wish,
};
use crate::primitives::{ExecutionHookId, HookDeliveryId, OrganizationId, WorkflowId};

const NOON: time::OffsetDateTime = datetime!(2026-11-30 12:00 UTC);

fn wish(types: &[&str]) -> Wish {
    Wish {
        name: "billing".to_owned(),
        description: String::new(),
        url: "https://example.com/hook".to_owned(),
        event_types: types.iter().map(|text| text.parse().unwrap()).collect(),
        workflows: Vec::new(),
        max_retries: 9,
    }
}

fn create(wish: Wish) -> Order {
    let organization = OrganizationId::DEFAULT;
    Order::Create { organization, wish: Box::new(wish), enabled: true }
}

fn done(all: &mut Hooks, number: u128, order: Order) -> Result<Option<Event>, Error> {
    let id = ExecutionHookId::from_uuid(uuid::Uuid::from_u128(number));
    let event = all.decide(Command { by: "ada".to_owned(), at: NOON, id, order })?;
    event.iter().cloned().for_each(|event| all.apply(event));
    Ok(event)
}

fn of_one() -> Hooks {
    let mut all = Hooks::default();
    done(&mut all, 1, create(wish(&["run.*"]))).unwrap();
    all
}

#[test]
fn an_endpoint_is_disabled_enabled_and_removed() {
    let mut all = Hooks::default();
    assert_eq!(done(&mut all, 1, Order::Remove), Err(Error::Unknown));
    done(&mut all, 1, create(wish(&["run.completed"]))).unwrap();
    assert_eq!(done(&mut all, 1, create(wish(&["run.failed"]))), Err(Error::Exists));
    assert_eq!(done(&mut all, 1, Order::Enable), Ok(None));
    assert!(done(&mut all, 1, Order::Disable(Reason::Gone)).unwrap().is_some());
    assert_eq!(all.all.values().next().unwrap().off.as_ref().unwrap().reason, Reason::Gone);
    // the first reason stays
    assert_eq!(done(&mut all, 1, Order::Disable(Reason::Ordered)), Ok(None));
    assert_eq!(done(&mut all, 1, Order::Replay { from: 1, to: 2 }), Err(Error::Disabled));
    assert!(done(&mut all, 1, Order::Enable).unwrap().is_some());
    done(&mut all, 1, Order::Remove).unwrap();
    assert_eq!(done(&mut all, 1, Order::Enable), Err(Error::Unknown));
    for number in 0..MAX_ENDPOINTS as u128 {
        done(&mut all, number, create(wish(&["node.*"]))).unwrap();
    }
    assert_eq!(done(&mut all, u128::MAX, create(wish(&["node.*"]))), Err(Error::Full));
}

#[test]
fn what_cannot_be_an_endpoint_is_refused_at_its_place() {
    let refused = |wish: Wish| done(&mut Hooks::default(), 1, create(wish)).unwrap_err();
    let good = || wish(&["run.*"]);
    for url in ["", "ftp://a/b", "https://", "https://user:pass@host/", "example.com/hook"] {
        assert_eq!(refused(Wish { url: url.to_owned(), ..good() }), Error::Url, "{url}");
    }
    for name in ["", "  ", "a\nb", &"x".repeat(101)] {
        assert_eq!(refused(Wish { name: name.to_owned(), ..good() }), Error::Name);
    }
    assert_eq!(refused(wish(&[])), Error::EventTypes);
    assert_eq!(refused(wish(&["run.*", "run.*"])), Error::EventTypes);
    assert_eq!(refused(Wish { max_retries: 10, ..good() }), Error::Retries);
    let twice = vec![WorkflowId::NONE; 2];
    assert_eq!(refused(Wish { workflows: twice, ..good() }), Error::Workflows);
    assert!("run.exploded".parse::<Choice>().is_err() && "hook.test".parse::<Choice>().is_err());
}

#[test]
fn an_endpoint_wants_what_it_chose_of_the_workflows_that_it_named() {
    let endpoint = |wish: Wish| {
        let mut all = Hooks::default();
        done(&mut all, 1, create(wish)).unwrap();
        all.all.into_values().next().unwrap()
    };
    let any = WorkflowId::from_uuid(uuid::Uuid::from_u128(7));
    let runs = endpoint(wish(&["run.*", "node.failed"]));
    assert!(runs.wants(Topic::RunWaiting, any) && runs.wants(Topic::NodeFailed, any));
    assert!(!runs.wants(Topic::NodeRunning, any) && !runs.wants(Topic::Test, any));
    let named = endpoint(Wish { workflows: vec![any], ..wish(&["run.completed"]) });
    assert!(named.wants(Topic::RunCompleted, any));
    assert!(!named.wants(Topic::RunCompleted, WorkflowId::NONE));
}

#[test]
fn secrets_of_before_sign_until_they_are_over() {
    let mut all = of_one();
    let regenerate = |field: &str, hours| Order::Regenerate {
        field: field.to_owned(),
        until: NOON + Duration::hours(hours),
    };
    let signing = |all: &Hooks, at| {
        let it = all.all.values().next().unwrap();
        it.signing(at).map(|it| it.field.clone()).collect::<Vec<_>>()
    };
    done(&mut all, 1, regenerate("second", 2)).unwrap();
    assert_eq!(signing(&all, NOON), ["second", "delivery"]);
    assert_eq!(signing(&all, NOON + Duration::hours(2)), ["second"]);
    for number in 2..MAX_SECRETS {
        done(&mut all, 1, regenerate(&format!("n{number}"), 1)).unwrap();
    }
    assert_eq!(done(&mut all, 1, regenerate("more", 1)), Err(Error::Secrets));
    // what was lost is put out of use at once
    done(&mut all, 1, regenerate("last", 0)).unwrap();
    assert_eq!(signing(&all, NOON), ["last"]);
}

#[test]
fn an_endpoint_is_changed_in_place_and_told_again_what_was() {
    let mut all = of_one();
    let change = |change: Change| Order::Change(Box::new(change));
    assert_eq!(done(&mut all, 1, change(Change::default())), Ok(None));
    let named = Change { name: Some("books".to_owned()), ..Change::default() };
    done(&mut all, 1, change(named)).unwrap();
    assert_eq!(all.all.values().next().unwrap().wish.name, "books");
    let never = Change { max_retries: Some(10), ..Change::default() };
    assert_eq!(done(&mut all, 1, change(never)), Err(Error::Retries));
    for (from, to) in [(0, 5), (5, 4), (1, 1_000_001)] {
        assert_eq!(done(&mut all, 1, Order::Replay { from, to }), Err(Error::Span), "{from} {to}");
    }
    assert!(done(&mut all, 1, Order::Replay { from: 4, to: 4 }).unwrap().is_some());
    let id = HookDeliveryId::from_uuid(uuid::Uuid::max());
    assert!(done(&mut all, 1, Order::Redeliver(id)).unwrap().is_some());
    assert!(done(&mut all, 1, Order::Test(id)).unwrap().is_some());
}
