use std::sync::Arc;

use cqrs_es::test::TestFramework;
use serde_json::{Value, json};
use time::macros::datetime;

use super::{Command, Error, Event, Publication, Published};
use crate::primitives::{EventId, OrganizationId};

fn order(name: &str, payload: Value, source: Option<&str>) -> Command {
    Command {
        id: EventId::derived(datetime!(2026-11-24 08:00 UTC), "a test"),
        organization: OrganizationId::DEFAULT,
        name: name.to_owned(),
        payload: Arc::new(payload),
        source: source.map(str::to_owned),
        by: "admin".to_owned(),
        at: datetime!(2026-11-24 08:00 UTC),
    }
}

fn published(command: Command) -> Event {
    let Command { id, organization, name, payload, source, by, at } = command;
    let organization_id = organization;
    Event::Published(Published {
        event_id: id,
        organization_id,
        event: name,
        payload,
        source,
        by,
        at,
    })
}

fn framework() -> TestFramework<Publication> {
    TestFramework::with(())
}

#[test]
fn an_event_is_published_once() {
    let command = order("order.paid", json!({"amount": 7}), Some(" shop "));
    let expected = published(Command { source: Some("shop".to_owned()), ..command.clone() });
    framework()
        .given_no_previous_events()
        .when(command.clone())
        .then_expect_events(vec![expected.clone()]);
    framework().given(vec![expected]).when(command).then_expect_error(Error::Exists);
}

#[test]
fn what_no_wait_could_take_is_refused() {
    for name in ["", "order..paid", "order.*", "order paid", &"x".repeat(129)] {
        let command = order(name, json!({}), None);
        framework().given_no_previous_events().when(command).then_expect_error(Error::Name);
    }
    let large = order("order.paid", json!("x".repeat(engine::MAX_EVENT_PAYLOAD)), None);
    framework().given_no_previous_events().when(large).then_expect_error(Error::TooLarge);
    let deep = (0..95).fold(json!(1), |inner, _| json!([inner]));
    let deep = order("order.paid", deep, None);
    framework().given_no_previous_events().when(deep).then_expect_error(Error::TooLarge);
    let source = order("order.paid", json!({}), Some(" "));
    let expected = Error::Source { max: 200, actual: 0 };
    framework().given_no_previous_events().when(source).then_expect_error(expected);
}
