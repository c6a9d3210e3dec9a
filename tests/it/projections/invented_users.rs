//! Invented lives of users: whatever the aggregate allows, in whatever order chance asks for it.

use chainkeel::aggregates::user::{Command, Factor, Order, PasswordCause, Proof, User};
use chainkeel::journal::{NewEvent, StreamId};
use chainkeel::primitives::{SessionId, UserId};
use cqrs_es::Aggregate;
use time::Duration;
use time::macros::datetime;

use super::invention::{Dice, History};

/// One user's life.
pub(super) fn user(dice: &mut Dice) -> History {
    let id = UserId::generate();
    let mut at = datetime!(2026-11-22 08:00 UTC) + Duration::minutes(dice.roll(900).cast_signed());
    let mut user = User::default();
    let mut appends = Vec::new();
    let name = (dice.roll(2) == 0).then(|| "Ada".to_owned());
    let mut order = Order::Register { id, email: format!("ada+{id}@example.com"), name };
    for _ in 0..=dice.roll(14) {
        // What is refused did not happen.
        let command = Command { by: "ada\u{0}".to_owned(), at, order };
        let events = user.decide(command).unwrap_or_default();
        if !events.is_empty() {
            appends.push(events.iter().map(|event| NewEvent::of(event).unwrap()).collect());
        }
        for event in events {
            user.apply(event);
        }
        at += Duration::seconds(dice.roll(90).cast_signed());
        order = next(dice, &user);
    }
    History { stream: StreamId::user(id), appends }
}

fn next(dice: &mut Dice, user: &User) -> Order {
    let from = || "203.0.113.9\u{0}".to_owned();
    match dice.roll(12) {
        0 => Order::SetPassword {
            verifier: format!("password.{}", dice.roll(9)),
            cause: PasswordCause::Changed,
        },
        1 => Order::Suspend { reason: Some("a reason\u{0}".to_owned()) },
        2 => Order::Restore,
        3 => Order::EnrolTotp { secret: "totp.1".to_owned() },
        4 => Order::ConfirmTotp { step: 1, recovery: "recovery.1".to_owned() },
        5 => Order::RemoveTotp,
        6 => Order::RevokeSessions,
        7 => Order::IssueReset { hash: "a".repeat(64) },
        8 | 9 => Order::LogIn {
            session: SessionId::generate(),
            verifier: user.password.clone().unwrap_or_default(),
            proof: Proof::PasswordAlone,
            from: from(),
        },
        _ => Order::FailLogin { factor: Factor::Password, from: from() },
    }
}
