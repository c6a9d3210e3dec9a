//! Given a payment, when it is told something, then it stands elsewhere, or refuses.

use alloy_primitives::{Address, B256, U256};
use cqrs_es::Aggregate;
use engine::Json;
use k256::ecdsa::SigningKey;
use proptest::prelude::*;
use serde_json::json;
use time::OffsetDateTime;
use time::macros::datetime;
use uuid::Uuid;

use super::{Command, Error, Event, Opening, Order, Origin, Outcome, Payment, Stage, Wish};
use crate::primitives::{OrganizationId, PaymentId, WalletId};
use crate::transactions::Signature;
use crate::x402::{Authorization, Offer, Terms, Token, Version};

const AT: OffsetDateTime = datetime!(2026-12-01 12:00 UTC);

fn opening() -> Box<Opening> {
    Box::new(Opening {
        payment_id: PaymentId::from_uuid(Uuid::from_u128(1)),
        organization_id: OrganizationId::DEFAULT,
        endpoint_id: None,
        method: "GET".into(),
        url: "https://example.com/".into(),
        fingerprint: "00".into(),
        origin: Origin {
            by: "usr ada".into(),
            run_id: None,
            node_id: None,
            workflow_id: None,
            trigger: None,
        },
    })
}

fn key() -> SigningKey {
    SigningKey::from_slice(&[0x46; 32]).unwrap()
}

fn wish(number: u8) -> Box<Wish> {
    let point = key().verifying_key().to_encoded_point(false);
    let address = Address::from_raw_public_key(&point.as_bytes()[1..]);
    let terms = Terms {
        chain: 8_453,
        asset: Address::repeat_byte(1),
        amount: U256::from(10_000),
        pay_to: Address::repeat_byte(2),
        max_timeout_seconds: 60,
        token: Token { name: "USDC".into(), version: "2".into() },
    };
    let authorization = Authorization::paying(&terms, address, 1_000, B256::repeat_byte(number));
    let offer = Offer { terms, raw: json!({}), resource: None, extensions: None };
    let wallet_id = WalletId::from_uuid(Uuid::from_u128(2));
    Box::new(Wish {
        version: Version::V2,
        offer,
        wallet_id,
        address,
        authorization,
        block: Some(7),
    })
}

fn signature(number: u8) -> Signature {
    let wish = wish(number);
    let terms = &wish.offer.terms;
    let document = wish.authorization.document(terms.chain, terms.asset, &terms.token).unwrap();
    let (pair, id) = key().sign_prehash_recoverable(document.digest().as_slice()).unwrap();
    let (r, s) = pair.split_bytes();
    let whole =
        Signature { r: U256::from_be_slice(&r), s: U256::from_be_slice(&s), is_odd: id.is_y_odd() };
    whole.lowered().0
}

fn answer() -> Json {
    json!({ "status": 200 }).into()
}

fn tell(payment: &mut Payment, order: Order) -> Result<Option<Event>, Error> {
    let event = payment.decide(Command { at: AT, order })?;
    if let Some(event) = &event {
        let written = serde_json::to_string(event).unwrap();
        assert_eq!(serde_json::from_str::<Event>(&written).unwrap(), *event, "{written}");
        payment.apply(event.clone());
    }
    Ok(event)
}

fn told(orders: Vec<Order>) -> Payment {
    let mut payment = Payment::default();
    for order in orders {
        tell(&mut payment, order).unwrap();
    }
    payment
}

fn alive() -> Payment {
    told(vec![Order::Open(opening()), Order::Want(wish(1)), Order::Sign(signature(1))])
}

#[test]
fn nothing_else_is_signed_while_what_is_signed_can_be_carried_out() {
    let mut payment = alive();
    assert_eq!(tell(&mut payment, Order::Want(wish(2))), Err(Error::OutOfPlace));
    tell(&mut payment, Order::Present(Outcome::Unknown { message: "timed out".into() })).unwrap();
    assert_eq!(tell(&mut payment, Order::Want(wish(2))), Err(Error::OutOfPlace));
    assert_eq!(tell(&mut payment, Order::Decline("no".into())), Err(Error::OutOfPlace));
    tell(&mut payment, Order::Expire { block: B256::repeat_byte(9), number: 7 }).unwrap();
    assert!(tell(&mut payment, Order::Want(wish(2))).unwrap().is_some());
}

#[test]
fn a_signature_of_somebody_else_is_refused() {
    let mut payment = told(vec![Order::Open(opening()), Order::Want(wish(1))]);
    assert_eq!(tell(&mut payment, Order::Sign(signature(2))), Err(Error::Forged));
    assert!(tell(&mut payment, Order::Sign(signature(1))).unwrap().is_some());
}

#[test]
fn a_payment_is_for_one_request() {
    let mut payment = alive();
    assert_eq!(tell(&mut payment, Order::Open(opening())), Ok(None));
    let mut other = opening();
    other.fingerprint = "01".into();
    assert_eq!(tell(&mut payment, Order::Open(other)), Err(Error::OtherRequest));
    assert_eq!(tell(&mut Payment::default(), Order::Answer(answer())), Err(Error::Unknown));
}

#[test]
fn what_comes_of_presenting_is_news_once() {
    let mut payment = alive();
    let unknown = || Order::Present(Outcome::Unknown { message: "timed out".into() });
    assert!(tell(&mut payment, unknown()).unwrap().is_some());
    assert_eq!(tell(&mut payment, unknown()), Ok(None));
    assert!(tell(&mut payment, Order::Present(Outcome::Pending)).unwrap().is_some());
    tell(&mut payment, Order::Pay { answer: answer(), transaction: None }).unwrap();
    assert_eq!(payment.stage, Stage::Paid(answer()));
    assert_eq!(tell(&mut payment, unknown()), Err(Error::OutOfPlace));
}

#[test]
fn what_expires_again_and_again_is_given_up() {
    let mut payment = alive();
    for number in 2..5 {
        tell(&mut payment, Order::Expire { block: B256::repeat_byte(9), number: 7 }).unwrap();
        let wanted = tell(&mut payment, Order::Want(wish(number)));
        if number == 4 {
            assert_eq!(wanted, Err(Error::Exhausted));
        } else {
            wanted.unwrap();
            tell(&mut payment, Order::Sign(signature(number))).unwrap();
        }
    }
}

proptest! {
    /// Whatever it is told in whatever order: of all that is signed, one at most can be carried out.
    #[test]
    fn one_authorization_at_most_is_alive(orders in proptest::collection::vec(0_u8..10, 0..60)) {
        let (mut payment, mut alive, mut paid) = (Payment::default(), 0_i32, 0);
        for order in orders {
            let order = match order {
                0 => Order::Open(opening()),
                1 => Order::Want(wish(1)),
                2 => Order::Sign(signature(1)),
                3 => Order::Present(Outcome::Pending),
                4 => Order::Present(Outcome::Refused { status: 402, reason: "no".into() }),
                5 => Order::Pay { answer: answer(), transaction: None },
                6 => Order::Lose { transaction: None },
                7 => Order::Expire { block: B256::repeat_byte(9), number: 7 },
                8 => Order::Answer(answer()),
                _ => Order::Deny("no".into()),
            };
            match tell(&mut payment, order) {
                Ok(Some(Event::Signed { .. })) => alive += 1,
                Ok(Some(Event::Expired { .. })) => alive -= 1,
                Ok(Some(Event::Paid { .. } | Event::Lost { .. })) => {
                    alive -= 1;
                    paid += 1;
                }
                Ok(_) | Err(_) => {}
            }
            prop_assert!((0..=1).contains(&alive) && paid <= 1);
        }
    }
}
