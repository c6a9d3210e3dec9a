//! Given a definition, when an order comes, then this event or this refusal.

use std::sync::Arc;

use cqrs_es::Aggregate;
use serde_json::json;
use time::macros::datetime;

use super::{Command, Content, Definition, Error, Event, MAX_VERSIONS, Order, Status};
use crate::primitives::{EventDefinitionId, OrganizationId};
use crate::schemas::Version;

fn content() -> Content {
    Content {
        description: None,
        source_types: [].into(),
        payload_schema: Arc::new(json!({"type": "object"})),
        examples: Vec::new(),
    }
}

fn define(version: Version, content: Content, status: Status) -> Order {
    Order::Define {
        id: EventDefinitionId::of(OrganizationId::DEFAULT, "order.paid"),
        organization: OrganizationId::DEFAULT,
        name: "order.paid".to_owned(),
        version,
        content: Box::new(content),
        status,
    }
}

fn done(definition: &mut Definition, order: Order) -> Result<Option<Event>, Error> {
    let (by, at) = ("ada".to_owned(), datetime!(2026-11-24 08:00 UTC));
    let event = definition.decide(Command { by, at, order })?;
    event.iter().cloned().for_each(|event| definition.apply(event));
    Ok(event)
}

fn version(text: &str) -> Version {
    text.parse().unwrap()
}

#[test]
fn an_event_is_held_against_the_last_active_version_or_the_one_that_it_names() {
    let mut definition = Definition::default();
    assert_eq!(definition.applying(None), None);
    for (number, status) in
        [("1.0.0", Status::Deprecated), ("1.1.0", Status::Active), ("2.0.0", Status::Draft)]
    {
        done(&mut definition, define(version(number), content(), status)).unwrap();
    }
    let applying = |named: Option<&str>| {
        definition.applying(named.map(version)).map(|(version, _)| version.to_string())
    };
    assert_eq!(applying(None).as_deref(), Some("1.1.0"));
    assert_eq!(applying(Some("1.0.0")).as_deref(), Some("1.0.0"));
    assert_eq!((applying(Some("2.0.0")), applying(Some("3.0.0"))), (None, None));
}

#[test]
fn what_a_version_says_never_changes_and_there_is_an_end_to_versions() {
    let mut definition = Definition::default();
    let first = || define(Version::FIRST, content(), Status::Draft);
    done(&mut definition, first()).unwrap();
    assert_eq!(done(&mut definition, first()), Err(Error::Exists(Version::FIRST)));
    let set = |status| Order::SetStatus { version: Version::FIRST, status };
    assert!(done(&mut definition, set(Status::Active)).unwrap().is_some());
    assert_eq!(done(&mut definition, set(Status::Active)), Ok(None));
    for ordinal in 1..=MAX_VERSIONS {
        let number = version(&format!("1.{ordinal}.0"));
        let added = done(&mut definition, define(number, content(), Status::Draft));
        assert_eq!(added.is_err(), ordinal == MAX_VERSIONS);
    }
    assert_eq!(definition.versions.len(), MAX_VERSIONS);
}

#[test]
fn what_is_too_large_is_refused() {
    let mut definition = Definition::default();
    let large = || "x".repeat(40_000);
    for (content, error) in [
        (Content { description: Some(large()), ..content() }, Error::Description),
        (
            Content { payload_schema: Arc::new(json!({"title": large()})), ..content() },
            Error::SchemaTooLarge,
        ),
        (Content { examples: vec![Arc::new(json!(large()))], ..content() }, Error::Examples),
    ] {
        let refused = done(&mut definition, define(Version::FIRST, content, Status::Active));
        assert_eq!(refused, Err(error));
    }
}
