//! Given a key, when an order comes or somebody shows it, then this.

use cqrs_es::Aggregate;
use time::macros::datetime;
use time::{Duration, OffsetDateTime};

use super::*;
use crate::access::{KeyHash, Permission, Permissions};
use crate::primitives::{OrganizationId, ServiceAccountId};

const NOW: OffsetDateTime = datetime!(2026-11-28 10:00 UTC);

fn issue(expires_at: Option<OffsetDateTime>) -> Order {
    Order::Issue {
        hash: KeyHash::of("text"),
        organization: OrganizationId::DEFAULT,
        owner: Owner::ServiceAccount(ServiceAccountId::generate()),
        name: "deploys".to_owned(),
        scopes: Some(Permissions::of(&[Permission::RunsRead, Permission::WorkflowsRead])),
        expires_at,
    }
}

fn told(key: &mut ApiKey, at: OffsetDateTime, order: Order) -> Result<Vec<Event>, Error> {
    let events = key.decide(Command { by: "admin".to_owned(), at, order })?;
    for event in &events {
        key.apply(event.clone());
    }
    Ok(events)
}

fn issued(expires_at: Option<OffsetDateTime>) -> ApiKey {
    let mut key = ApiKey::default();
    told(&mut key, NOW, issue(expires_at)).expect("a key");
    key
}

#[test]
fn a_key_opens_for_its_text_until_it_expires_or_is_revoked() {
    let (text, other) = (KeyHash::of("text"), KeyHash::of("other"));
    assert_eq!(ApiKey::default().opens(&text, NOW), Err(Closed::Unknown));
    let end = NOW + Duration::days(1);
    let mut key = issued(Some(end));
    assert!(key.opens(&text, end - Duration::seconds(1)).is_ok());
    assert_eq!(key.opens(&text, end), Err(Closed::Expired));
    assert_eq!(key.opens(&other, NOW), Err(Closed::Unknown));
    told(&mut key, NOW, Order::Revoke).expect("revoked");
    assert_eq!(key.opens(&text, NOW), Err(Closed::Revoked));
    assert_eq!(told(&mut key, NOW, Order::Revoke), Ok(vec![]));
}

#[test]
fn a_key_opens_no_more_than_its_owner_may_at_that_moment() {
    let key = issued(None);
    let issue = key.issue.expect("an issue");
    let owner = Permissions::of(&[Permission::RunsRead, Permission::KeysManage]);
    assert_eq!(issue.permissions(owner), Permissions::of(&[Permission::RunsRead]));
    assert_eq!(issue.permissions(Permissions::NONE), Permissions::NONE);
    let whole = Issue { scopes: None, ..issue };
    assert_eq!(whole.permissions(owner), owner);
}

#[test]
fn the_use_of_a_key_is_noted_now_and_then() {
    let mut key = issued(None);
    let later = |minutes| NOW + Duration::minutes(minutes);
    assert_eq!(told(&mut key, NOW, Order::NoteUse), Ok(vec![Event::Used { at: NOW }]));
    assert_eq!(told(&mut key, later(59), Order::NoteUse), Ok(vec![]));
    assert_eq!(told(&mut key, later(60), Order::NoteUse).map(|events| events.len()), Ok(1));
    told(&mut key, NOW, Order::Revoke).expect("revoked");
    assert_eq!(told(&mut key, later(300), Order::NoteUse), Ok(vec![]));
}

#[test]
fn a_key_that_could_never_open_or_lies_in_its_name_is_refused() {
    let refused = |order| told(&mut ApiKey::default(), NOW, order).expect_err("a refusal");
    assert_eq!(refused(issue(Some(NOW))), Error::Expiry);
    assert_eq!(refused(issue(Some(NOW + Duration::days(4_000)))), Error::Expiry);
    let named = |text: &str| {
        let mut order = issue(None);
        if let Order::Issue { name, .. } = &mut order {
            text.clone_into(name);
        }
        refused(order)
    };
    for text in ["", "a\r\nb", "\u{1b}[31mred", &"a".repeat(101)] {
        assert_eq!(named(text), Error::Name, "{text:?}");
    }
    let mut order = issue(None);
    if let Order::Issue { scopes, .. } = &mut order {
        *scopes = Some(Permissions::NONE);
    }
    assert_eq!(refused(order), Error::NoScope);
    assert_eq!(refused(Order::Revoke), Error::Unknown);
    assert_eq!(told(&mut issued(None), NOW, issue(None)), Err(Error::Exists));
}
