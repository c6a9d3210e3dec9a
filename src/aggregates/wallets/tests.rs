//! Given wallets, when an order comes, then this event or this refusal.

use alloy_primitives::Address;
use cqrs_es::Aggregate;
use time::macros::datetime;
use uuid::Uuid;

use super::{Command, Error, Event, MAX_NAME, MAX_WALLETS, Order, Provenance, Wallets};
use crate::primitives::{OrganizationId, WalletId};

fn id(number: u128) -> WalletId {
    WalletId::from_uuid(Uuid::from_u128(number))
}

fn done(all: &mut Wallets, wallet: u128, order: Order) -> Result<(), Error> {
    let (by, at) = ("ada".to_owned(), datetime!(2026-11-29 12:00 UTC));
    let event = all.decide(Command { by, at, wallet: id(wallet), order })?;
    all.apply(event);
    Ok(())
}

fn add(name: &str, address: u64) -> Order {
    Order::Add {
        organization: OrganizationId::DEFAULT,
        name: name.to_owned(),
        address: Address::left_padding_from(&address.to_be_bytes()),
        backend: "keystore".to_owned(),
        key: format!("key {address}"),
        provenance: Provenance::Created,
    }
}

fn rename(name: &str) -> Order {
    Order::Rename { name: name.to_owned() }
}

#[test]
fn a_name_and_an_address_stand_for_one_wallet() {
    let mut all = Wallets::default();
    done(&mut all, 1, add(" treasury ", 1)).unwrap();
    assert_eq!(all.all[&id(1)].name, "treasury");
    assert_eq!(done(&mut all, 1, add("again", 9)), Err(Error::Exists));
    assert_eq!(done(&mut all, 2, add("treasury", 2)), Err(Error::NameTaken(id(1))));
    assert_eq!(done(&mut all, 2, add("payroll", 1)), Err(Error::AddressTaken(id(1))));
    done(&mut all, 2, add("payroll", 2)).unwrap();
    assert_eq!(done(&mut all, 2, rename("treasury")), Err(Error::NameTaken(id(1))));
    done(&mut all, 2, rename("payroll")).unwrap();
    for name in ["", "  ", "a\nb", &"x".repeat(MAX_NAME + 1)] {
        assert_eq!(done(&mut all, 2, rename(name)), Err(Error::Name), "{name:?}");
    }
    done(&mut all, 2, rename(&"ä".repeat(MAX_NAME))).unwrap();
    assert_eq!(done(&mut all, 3, rename("x")), Err(Error::Unknown));
}

#[test]
fn where_nobody_says_which_it_is_the_default_or_the_only_one_in_use() {
    let mut all = Wallets::default();
    assert_eq!(all.unnamed(), None);
    done(&mut all, 1, add("a", 1)).unwrap();
    assert_eq!(all.unnamed(), Some(id(1)));
    done(&mut all, 2, add("b", 2)).unwrap();
    assert_eq!(all.unnamed(), None);
    done(&mut all, 2, Order::MakeDefault).unwrap();
    assert_eq!(all.unnamed(), Some(id(2)));
    done(&mut all, 2, Order::Archive).unwrap();
    assert_eq!(all.unnamed(), Some(id(1)), "an archived wallet is no default");
    assert_eq!(done(&mut all, 2, Order::MakeDefault), Err(Error::Archived));
    assert_eq!(done(&mut all, 2, Order::Archive), Err(Error::Archived));
    done(&mut all, 2, Order::Restore).unwrap();
    assert_eq!(done(&mut all, 2, Order::Restore), Err(Error::InUse));
    assert_eq!(all.unnamed(), None, "a restored wallet is not the default again");
}

#[test]
fn there_are_only_so_many_wallets_archived_ones_included() {
    let mut all = Wallets::default();
    for number in 1..=MAX_WALLETS as u64 {
        done(&mut all, number.into(), add(&number.to_string(), number)).unwrap();
    }
    done(&mut all, 1, Order::Archive).unwrap();
    assert_eq!(done(&mut all, 5_000, add("one more", 5_000)), Err(Error::Full));
}

#[test]
fn an_event_holds_the_address_in_its_usual_form() {
    let event = Wallets::default()
        .decide(Command {
            by: "ada".to_owned(),
            at: datetime!(2026-11-29 12:00 UTC),
            wallet: id(1),
            order: add("a", 255),
        })
        .unwrap();
    let json = serde_json::to_value(&event).unwrap();
    assert_eq!(json["added"]["address"], "0x00000000000000000000000000000000000000ff");
    assert_eq!(serde_json::from_value::<Event>(json).unwrap(), event);
}
