//! Invented lives of accounts: whatever the aggregate allows, in whatever order chance asks for it.

use chainkeel::aggregates::account::{Account, Command, Order, Plan};
use chainkeel::journal::{NewEvent, StreamId};
use chainkeel::primitives::OrganizationId;
use cqrs_es::Aggregate;
use time::macros::datetime;
use time::{Duration, OffsetDateTime};

use super::invention::{Dice, History};

/// One account's life, of an organization of its own.
pub(super) fn account(dice: &mut Dice) -> History {
    account_of(dice, OrganizationId::generate(), datetime!(2026-10-20 08:00 UTC))
}

/// The life of an organization's account from an instant on.
pub(super) fn account_of(
    dice: &mut Dice,
    organization: OrganizationId,
    mut at: OffsetDateTime,
) -> History {
    let mut account = Account::default();
    let mut appends = Vec::new();
    for _ in 0..4 + dice.roll(12) {
        let order = order(dice, account.version);
        let by = "ada\u{0}".to_owned();
        // What is refused did not happen.
        let events = account.decide(Command { by, at, order }).unwrap_or_default();
        if !events.is_empty() {
            appends.push(events.iter().map(|event| NewEvent::of(event).unwrap()).collect());
        }
        for event in events {
            account.apply(event);
        }
        at += Duration::hours(dice.roll(90).cast_signed());
    }
    History { stream: StreamId::account(organization), appends }
}

fn order(dice: &mut Dice, seen: u64) -> Order {
    match dice.roll(10) {
        0..=2 => Order::Meter(Plan {
            monthly_grant: dice.roll(3) * 50,
            min_threshold: dice.roll(2) * 10,
        }),
        3 => Order::Unmeter,
        4 => Order::TopUp { units: dice.roll(90), reference: Some("inv".to_owned()) },
        5 => Order::Grant { units: 1 + dice.roll(9), reason: None },
        6 | 7 => Order::GrantMonth,
        _ => Order::Judge { balance: 25_i64 - dice.roll(50).cast_signed(), seen },
    }
}
