use std::sync::Arc;

use cqrs_es::Aggregate;
use cqrs_es::event_sink::EventSink;
use serde_json::json;
use time::macros::datetime;

use super::*;
use crate::primitives::{OrganizationId, TestId};

async fn given(orders: Vec<Order>) -> (Test, Result<(), Error>) {
    let mut test = Test::default();
    let mut last = Ok(());
    for order in orders {
        let command = Command { by: "ada".into(), at: datetime!(2026-03-01 12:00 UTC), order };
        last = test.handle(command, &(), &EventSink::default()).await;
    }
    (test, last)
}

fn create() -> Order {
    let definition = Arc::new(json!({ "name": "first" }));
    Order::Create { id: TestId::generate(), organization: OrganizationId::DEFAULT, definition }
}

fn update(expected_version: Option<u64>) -> Order {
    Order::Update { expected_version, definition: Arc::new(json!({ "name": "second" })) }
}

#[actix_rt::test]
async fn a_test_is_made_and_changed() {
    let (test, last) = given(vec![create(), update(Some(1))]).await;
    assert_eq!(last, Ok(()));
    assert_eq!(test.version, 2);
    let content = test.content.expect("it is there");
    assert_eq!(content.definition["name"], "second");
}

#[actix_rt::test]
async fn a_change_to_what_somebody_else_changed_is_a_conflict() {
    let (test, last) = given(vec![create(), update(None), update(Some(1))]).await;
    assert_eq!(last, Err(Error::Conflict { expected: 1, actual: 2 }));
    assert_eq!(test.version, 2);
}

#[actix_rt::test]
async fn a_deleted_test_is_gone_and_its_id_is_not_used_again() {
    let (test, last) = given(vec![create(), Order::Delete, update(None)]).await;
    assert_eq!((test.content, last), (None, Err(Error::Unknown)));
    assert_eq!(given(vec![create(), Order::Delete, Order::Delete]).await.1, Err(Error::Unknown));
    assert_eq!(given(vec![create(), Order::Delete, create()]).await.1, Err(Error::Exists));
}
