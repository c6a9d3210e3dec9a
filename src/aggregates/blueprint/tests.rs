use cqrs_es::test::TestFramework;
use serde_json::json;
use time::OffsetDateTime;
use time::macros::datetime;

use super::{Blueprint, Command, Content, Error, Event, Order, Sharing};
use crate::blueprints::Kind;
use crate::primitives::OrganizationId;

const AT: OffsetDateTime = datetime!(2026-01-01 12:00 UTC);

fn content(name: &str) -> Content {
    Content {
        name: name.into(),
        description: None,
        category: None,
        tags: Vec::new(),
        sharing: Sharing::Org,
        inputs: Vec::new(),
        definition: json!({"nodes": {}}).into(),
    }
}

fn created() -> Event {
    let (kind, organization_id) = (Kind::Template, OrganizationId::DEFAULT);
    Event::Created { kind, organization_id, content: content("One"), by: "ada".into(), at: AT }
}

fn ada(order: Order) -> Command {
    Command { by: "ada".into(), at: AT, order }
}

#[test]
fn it_is_created_once_revised_and_retired_for_good() {
    let given = |events| TestFramework::<Blueprint>::with(()).given(events);
    let create = Order::Create {
        kind: Kind::Template,
        organization: OrganizationId::DEFAULT,
        content: content("One"),
    };
    given(vec![]).when(ada(create.clone())).then_expect_events(vec![created()]);
    given(vec![created()]).when(ada(create)).then_expect_error(Error::Exists);
    let revise = |expected_version| Order::Revise { expected_version, content: content("Two") };
    let revised = Event::Revised { content: content("Two"), by: "ada".into(), at: AT };
    given(vec![]).when(ada(revise(None))).then_expect_error(Error::Unknown);
    given(vec![created()]).when(ada(revise(Some(1)))).then_expect_events(vec![revised]);
    let late = Error::Conflict { expected: 7, actual: 1 };
    given(vec![created()]).when(ada(revise(Some(7)))).then_expect_error(late);
    let retired = Event::Retired { by: "ada".into(), at: AT };
    given(vec![created()]).when(ada(Order::Retire)).then_expect_events(vec![retired.clone()]);
    given(vec![created(), retired]).when(ada(revise(None))).then_expect_error(Error::Retired);
}
