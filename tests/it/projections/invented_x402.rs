//! Invented lives of sales and of payments: whatever the aggregates allow, in whatever order chance tells it.

use std::collections::BTreeMap;

use alloy_primitives::{Address, B256, U256};
use chainkeel::aggregates::{payment, sale};
use chainkeel::journal::{NewEvent, StreamId};
use chainkeel::primitives::{
    OrganizationId, PaidEndpointId, PaymentId, RunId, SaleId, WalletId, WorkflowId,
};
use chainkeel::transactions::Signature;
use chainkeel::x402::{Authorization, Offer, Payment, Resource, Terms, Token, Version};
use cqrs_es::Aggregate;
use k256::ecdsa::SigningKey;
use serde_json::json;
use time::macros::datetime;
use time::{Duration, OffsetDateTime};

use super::invention::{Dice, History};

fn key() -> SigningKey {
    SigningKey::from_slice(&[7; 32]).unwrap()
}

fn terms(dice: &mut Dice) -> Terms {
    Terms {
        chain: 31_337,
        asset: Address::repeat_byte(1),
        // More than any number of the database's own but the widest.
        amount: if dice.roll(4) == 0 { U256::MAX } else { U256::from(dice.roll(99)) },
        pay_to: Address::repeat_byte(2),
        max_timeout_seconds: 60,
        token: Token { name: "Coupons\u{0}".into(), version: "2".into() },
    }
}

fn authorized(terms: &Terms, nonce: u64, at: OffsetDateTime) -> (Authorization, Signature) {
    let point = key().verifying_key().to_encoded_point(false);
    let from = Address::from_raw_public_key(&point.as_bytes()[1..]);
    let nonce = B256::from(U256::from(nonce));
    let it = Authorization::paying(terms, from, at.unix_timestamp(), nonce);
    let document = it.document(terms.chain, terms.asset, &terms.token).unwrap();
    let (pair, id) = key().sign_prehash_recoverable(document.digest().as_slice()).unwrap();
    let (r, s) = pair.split_bytes();
    let (r, s) = (U256::from_be_slice(&r), U256::from_be_slice(&s));
    (it, Signature { r, s, is_odd: id.is_y_odd() }.lowered().0)
}

/// One sale's life.
pub(super) fn sold(dice: &mut Dice) -> History {
    let sale_id = SaleId::generate();
    let mut at = datetime!(2026-11-22 08:00 UTC);
    let (mut state, mut appends) = (sale::Sale::default(), Vec::new());
    let terms = terms(dice);
    let (authorization, signature) = authorized(&terms, 1, at);
    let reservation = sale::Reservation {
        sale_id,
        organization_id: OrganizationId::DEFAULT,
        workflow_id: WorkflowId::generate(),
        payment: Payment { version: Version::V1, chain: terms.chain, authorization, signature },
        terms,
        resource: Resource::default(),
        settlement: sale::Settlement::Facilitator { url: "https://example.com".into() },
        fingerprint: "00".into(),
        body: json!({}).into(),
        headers: BTreeMap::new(),
        block: None,
    };
    for _ in 0..3 + dice.roll(12) {
        let reason = || "because\u{0}".to_owned();
        let order = match dice.roll(9) {
            0..=2 => sale::Order::Reserve(Box::new(reservation.clone())),
            3 => sale::Order::Begin(RunId::generate()),
            4 => sale::Order::Decline(reason()),
            5 => sale::Order::Ask,
            6 => sale::Order::Doubt(reason()),
            7 => sale::Order::Settle { transaction: Some(B256::repeat_byte(9)) },
            _ => sale::Order::Refuse(reason()),
        };
        // What is refused did not happen.
        if let Ok(Some(event)) = state.decide(sale::Command { at, order }) {
            appends.push(vec![NewEvent::of(&event).unwrap()]);
            state.apply(event);
        }
        at += Duration::seconds(dice.roll(9).cast_signed());
    }
    History { stream: StreamId::sale(sale_id), appends }
}

/// One payment's life.
pub(super) fn paid(dice: &mut Dice) -> History {
    let payment_id = PaymentId::generate();
    let mut at = datetime!(2026-11-22 09:00 UTC);
    let (mut state, mut appends) = (payment::Payment::default(), Vec::new());
    let by_node = dice.roll(2) == 0;
    let opening = payment::Opening {
        payment_id,
        organization_id: OrganizationId::DEFAULT,
        endpoint_id: (dice.roll(2) == 0).then(PaidEndpointId::generate),
        method: "GET\u{0}".into(),
        url: "https://example.com/\u{0}".into(),
        fingerprint: "00".into(),
        origin: payment::Origin {
            by: "usr\u{0}ada".into(),
            run_id: by_node.then(RunId::generate),
            node_id: by_node.then(|| "ask\u{0}".to_owned()),
            workflow_id: by_node.then(WorkflowId::generate),
            trigger: None,
        },
    };
    let terms = terms(dice);
    for _ in 0..4 + dice.roll(30) {
        let reason = || "because\u{0}".to_owned();
        let number = u64::from(state.authorizations);
        let order = match dice.roll(12) {
            0 | 1 => payment::Order::Open(Box::new(opening.clone())),
            2 | 3 => {
                let (authorization, _) = authorized(&terms, number + 1, at);
                payment::Order::Want(Box::new(payment::Wish {
                    version: Version::V2,
                    address: authorization.from,
                    authorization,
                    wallet_id: WalletId::generate(),
                    offer: Offer {
                        terms: terms.clone(),
                        raw: json!({}),
                        resource: None,
                        extensions: None,
                    },
                    block: None,
                }))
            }
            4 | 5 => match &state.stage {
                payment::Stage::Wanted(wish) => {
                    let document =
                        wish.authorization.document(terms.chain, terms.asset, &terms.token);
                    let digest = document.unwrap().digest();
                    let (pair, id) = key().sign_prehash_recoverable(digest.as_slice()).unwrap();
                    let (r, s) = pair.split_bytes();
                    let (r, s) = (U256::from_be_slice(&r), U256::from_be_slice(&s));
                    let signature = Signature { r, s, is_odd: id.is_y_odd() };
                    payment::Order::Sign(signature.lowered().0)
                }
                payment::Stage::Nothing
                | payment::Stage::Open
                | payment::Stage::Alive(_)
                | payment::Stage::Answered(_)
                | payment::Stage::Declined(_)
                | payment::Stage::Denied(_)
                | payment::Stage::Paid(_)
                | payment::Stage::Lost(_) => continue,
            },
            6 => payment::Order::Present(payment::Outcome::Unknown { message: reason() }),
            7 => {
                payment::Order::Present(payment::Outcome::Refused { status: 402, reason: reason() })
            }
            8 => payment::Order::Expire { block: B256::repeat_byte(8), number: 7 },
            9 => payment::Order::Pay {
                answer: json!({ "status": 200 }).into(),
                transaction: Some(B256::repeat_byte(9)),
            },
            10 if dice.roll(5) == 0 => payment::Order::Lose { transaction: None },
            11 if dice.roll(5) == 0 => payment::Order::Deny(reason()),
            _ if dice.roll(9) == 0 => payment::Order::Decline(reason()),
            _ => continue,
        };
        if let Ok(Some(event)) = state.decide(payment::Command { at, order }) {
            appends.push(vec![NewEvent::of(&event).unwrap()]);
            state.apply(event);
        }
        at += Duration::seconds(dice.roll(9).cast_signed());
    }
    History { stream: StreamId::payment(payment_id), appends }
}
