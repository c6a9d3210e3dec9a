use std::sync::Arc;

use cqrs_es::test::TestFramework;
use serde_json::{Value, json};
use time::macros::datetime;

use super::{Command, Error, Event, Metadata, Publication, Published, SourceType};
use crate::primitives::{EventId, OrganizationId};

fn order(name: &str, payload: Value, source: Option<&str>) -> Command {
    Command {
        id: EventId::derived(datetime!(2026-11-24 08:00 UTC), "a test"),
        organization: OrganizationId::DEFAULT,
        name: name.to_owned(),
        payload: Arc::new(payload),
        source: source.map(str::to_owned),
        source_type: SourceType::External,
        sender_id: None,
        occurred_at: None,
        metadata: Metadata::default(),
        version: None,
        by: "admin".to_owned(),
        at: datetime!(2026-11-24 08:00 UTC),
    }
}

fn published(command: Command) -> Event {
    Event::Published(Published {
        event_id: command.id,
        organization_id: command.organization,
        event: command.name,
        payload: command.payload,
        source: command.source,
        source_type: Some(command.source_type),
        sender_id: command.sender_id,
        occurred_at: command.occurred_at,
        metadata: command.metadata,
        version: command.version,
        by: command.by,
        at: command.at,
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
    for id in ["", "a b", "é", &"x".repeat(129)] {
        let command =
            Command { sender_id: Some(id.to_owned()), ..order("order.paid", json!({}), None) };
        framework().given_no_previous_events().when(command).then_expect_error(Error::SenderId);
    }
    let tags = (0..9).map(|number| number.to_string()).collect();
    let metadata = Metadata { tags, ..Metadata::default() };
    let command = Command { metadata, ..order("order.paid", json!({}), None) };
    framework().given_no_previous_events().when(command).then_expect_error(Error::Metadata);
}
