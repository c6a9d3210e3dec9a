use cqrs_es::test::TestFramework;
use serde_json::json;
use time::OffsetDateTime;
use time::macros::datetime;

use super::{Command, Error, Event, MAX_VERSIONS, Order, UiComponent};
use crate::interfaces::Component;
use crate::primitives::OrganizationId;

const AT: OffsetDateTime = datetime!(2026-01-01 12:00 UTC);

fn component(name: &str) -> Box<Component> {
    let field = json!({ "fieldKey": "a", "label": "A", "type": "text" });
    let form = json!({ "name": name, "componentType": "Form", "fields": [field] });
    Box::new(serde_json::from_value(form).unwrap())
}

fn created() -> Event {
    let (organization_id, component) = (OrganizationId::DEFAULT, component("One"));
    Event::Created { organization_id, name: "One".into(), component, by: "ada".into(), at: AT }
}

fn revised(version: u64) -> Event {
    let component = component("Two");
    Event::Revised { version, name: "Two".into(), component, by: "ada".into(), at: AT }
}

fn ada(order: Order) -> Command {
    Command { by: "ada".into(), at: AT, order }
}

#[test]
fn it_is_created_once_has_versions_and_is_retired_for_good() {
    let given = |events| TestFramework::<UiComponent>::with(()).given(events);
    let create =
        Order::Create { organization: OrganizationId::DEFAULT, component: component("One") };
    given(vec![]).when(ada(create.clone())).then_expect_events(vec![created()]);
    given(vec![created()]).when(ada(create)).then_expect_error(Error::Exists);
    let revise = |expected_version| Order::Revise { expected_version, component: component("Two") };
    given(vec![]).when(ada(revise(None))).then_expect_error(Error::Unknown);
    given(vec![created()]).when(ada(revise(Some(1)))).then_expect_events(vec![revised(2)]);
    let late = Error::Conflict { expected: 1, actual: 2 };
    given(vec![created(), revised(2)]).when(ada(revise(Some(1)))).then_expect_error(late);
    let retired = Event::Retired { by: "ada".into(), at: AT };
    given(vec![created()]).when(ada(Order::Retire)).then_expect_events(vec![retired.clone()]);
    given(vec![created(), retired]).when(ada(revise(None))).then_expect_error(Error::Retired);
    let full = std::iter::once(created()).chain((2..=MAX_VERSIONS).map(revised)).collect();
    given(full).when(ada(revise(None))).then_expect_error(Error::Full);
}
