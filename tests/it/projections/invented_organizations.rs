//! Invented lives of organizations and their keys: whatever the aggregates allow, in whatever order
//! chance asks for it.

use chainkeel::access::{KeyHash, Permissions, Role, RoleRef};
use chainkeel::aggregates::api_key::{self, ApiKey};
use chainkeel::aggregates::organization::{Command, Order, Organization};
use chainkeel::journal::{NewEvent, StreamId};
use chainkeel::primitives::{OrganizationId, RoleId, ServiceAccountId, UserId};
use cqrs_es::Aggregate;
use time::macros::datetime;
use time::{Duration, OffsetDateTime};

use super::invention::{Dice, History};

/// One organization's life, and that of some of its keys.
pub(super) fn organization(dice: &mut Dice) -> Vec<History> {
    let id = OrganizationId::generate();
    let mut at = datetime!(2026-11-22 08:00 UTC);
    let mut organization = Organization::default();
    let mut appends = Vec::new();
    let owner = (dice.roll(2) == 0).then(UserId::generate);
    let mut order = Order::Found { name: "Acme\u{fffd}".to_owned(), owner };
    for _ in 0..=dice.roll(15) {
        let (by, rights) = ("ada\u{0}".to_owned(), Permissions::ALL);
        // What is refused did not happen.
        let command = Command { organization: id, by, rights, at, order };
        let events = organization.decide(command).unwrap_or_default();
        if !events.is_empty() {
            appends.push(events.iter().map(|event| NewEvent::of(event).unwrap()).collect());
        }
        for event in events {
            organization.apply(event);
        }
        at += Duration::minutes(dice.roll(40).cast_signed());
        order = next(dice, &organization);
    }
    let life = History { stream: StreamId::organization(id), appends };
    let keys = dice.roll(4);
    std::iter::once(life).chain((0..keys).map(|_| key(dice, id, at))).collect()
}

fn next(dice: &mut Dice, organization: &Organization) -> Order {
    let hash = KeyHash::of(&dice.roll(u64::MAX).to_string());
    let role = RoleRef::BuiltIn(Role::ALL[usize::try_from(dice.roll(5)).unwrap()]);
    let email = "ada@example.org".to_owned();
    let member = organization.members.keys().next().copied();
    match dice.roll(8) {
        0 => Order::Rename(format!("name {}", dice.roll(9))),
        1 => Order::DefineRole {
            id: RoleId::generate(),
            name: format!("role {}", dice.roll(9)),
            permissions: Permissions::NONE,
        },
        2 => Order::Invite { id: hash.invitation(), hash, email, role },
        3 => Order::RemoveMember(member.unwrap_or_else(UserId::generate)),
        4 => Order::AddAccount {
            id: ServiceAccountId::generate(),
            name: format!("account {}", dice.roll(9)),
            description: None,
            permissions: Permissions::ORGANIZATION,
        },
        5 => Order::Leave(member.unwrap_or_else(UserId::generate)),
        _ => {
            let invited = organization.invitations.iter().next();
            let (id, hash) = invited.map_or((hash.invitation(), hash), |(id, it)| (*id, it.hash));
            Order::Accept { id, hash, user: UserId::generate(), email }
        }
    }
}

fn key(dice: &mut Dice, organization: OrganizationId, mut at: OffsetDateTime) -> History {
    let hash = KeyHash::of(&dice.roll(u64::MAX).to_string());
    let mut key = ApiKey::default();
    let mut appends = Vec::new();
    let mut order = api_key::Order::Issue {
        hash,
        organization,
        owner: api_key::Owner::ServiceAccount(ServiceAccountId::generate()),
        name: "a key".to_owned(),
        scopes: (dice.roll(2) == 0).then_some(Permissions::ORGANIZATION),
        expires_at: (dice.roll(2) == 0).then(|| at + Duration::days(9)),
    };
    for _ in 0..=dice.roll(5) {
        let command = api_key::Command { by: "ada\u{0}".to_owned(), at, order };
        let events = key.decide(command).unwrap_or_default();
        if !events.is_empty() {
            appends.push(events.iter().map(|event| NewEvent::of(event).unwrap()).collect());
        }
        for event in events {
            key.apply(event);
        }
        at += Duration::minutes(30 + dice.roll(60).cast_signed());
        order = match dice.roll(4) {
            0 => api_key::Order::Revoke,
            _ => api_key::Order::NoteUse,
        };
    }
    History { stream: StreamId::api_key(hash.api_key()), appends }
}
