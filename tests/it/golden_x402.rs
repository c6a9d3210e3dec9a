//! What stands on the ledger about money for HTTP requests.

use std::collections::BTreeMap;

use alloy_primitives::{Address, B256, U256};
use chainkeel::aggregates::{paid_endpoints, payment, sale};
use chainkeel::primitives::{
    OrganizationId, PaidEndpointId, PaymentId, RunId, SaleId, WalletId, WorkflowId,
};
use chainkeel::transactions::Signature;
use chainkeel::x402::{Authorization, Offer, Payment, Resource, Terms, Token, Version};
use serde_json::json;
use uuid::Uuid;

use crate::golden::{AT, every_file_is_known, names, stands};

fn terms() -> Terms {
    Terms {
        chain: 8_453,
        asset: Address::repeat_byte(1),
        amount: U256::from(10_000),
        pay_to: Address::repeat_byte(2),
        max_timeout_seconds: 60,
        token: Token { name: "USD Coin".into(), version: "2".into() },
    }
}

fn authorization() -> Authorization {
    Authorization::paying(&terms(), Address::repeat_byte(3), 1_796_000_000, B256::repeat_byte(4))
}

const fn signature() -> Signature {
    Signature { r: U256::from_limbs([1, 0, 0, 0]), s: U256::from_limbs([2, 0, 0, 0]), is_odd: true }
}

fn wallet_id() -> WalletId {
    WalletId::from_uuid(Uuid::from_u128(4))
}

#[test]
fn every_event_of_a_sale_is_read_as_it_was_written() {
    let at = AT;
    let reservation = sale::Reservation {
        sale_id: SaleId::from_uuid(Uuid::from_u128(1)),
        organization_id: OrganizationId::DEFAULT,
        workflow_id: WorkflowId::from_uuid(Uuid::from_u128(2)),
        terms: terms(),
        resource: Resource {
            url: "https://example.com/v1/x402/wf".into(),
            description: "Weather".into(),
            mime_type: "application/json".into(),
        },
        payment: Payment {
            version: Version::V2,
            chain: 8_453,
            authorization: authorization(),
            signature: signature(),
        },
        settlement: sale::Settlement::Wallet { wallet_id: wallet_id() },
        fingerprint: "00ff".into(),
        body: json!({ "town": "Berlin" }).into(),
        headers: BTreeMap::from([("x402-payer".to_owned(), "0x03".to_owned())]),
        block: Some(7),
    };
    let events = [
        sale::Event::Reserved { reservation: Box::new(reservation), at },
        sale::Event::Begun { run_id: RunId::from_uuid(Uuid::from_u128(3)), at },
        sale::Event::Declined { reason: "cooling down".into(), at },
        sale::Event::Asked { at },
        sale::Event::Doubted { reason: "the facilitator answered 502".into(), at },
        sale::Event::Settled { transaction: Some(B256::repeat_byte(9)), at },
        sale::Event::Refused { reason: "insufficient_funds".into(), at },
    ];
    for event in &events {
        stands("sale", event);
    }
    every_file_is_known("sale", &names(&events));
    assert_eq!(events.map(|event| event.name()), sale::Event::NAMES);
}

#[test]
fn every_event_of_a_payment_is_read_as_it_was_written() {
    let (at, nonce) = (AT, B256::repeat_byte(4));
    let opening = payment::Opening {
        payment_id: PaymentId::from_uuid(Uuid::from_u128(1)),
        organization_id: OrganizationId::DEFAULT,
        endpoint_id: Some(PaidEndpointId::from_uuid(Uuid::from_u128(5))),
        method: "GET".into(),
        url: "https://example.com/weather".into(),
        fingerprint: "00ff".into(),
        origin: payment::Origin {
            by: "usr ada".into(),
            run_id: Some(RunId::from_uuid(Uuid::from_u128(3))),
            node_id: Some("ask".into()),
            workflow_id: Some(WorkflowId::from_uuid(Uuid::from_u128(2))),
            trigger: Some("manual".into()),
        },
    };
    let wish = payment::Wish {
        version: Version::V1,
        offer: Offer {
            terms: terms(),
            raw: json!({ "scheme": "exact" }),
            resource: Some(json!({ "url": "https://example.com/weather" })),
            extensions: Some(json!({})),
        },
        wallet_id: wallet_id(),
        address: Address::repeat_byte(3),
        authorization: authorization(),
        block: Some(7),
    };
    let answer = || json!({ "status": 200 }).into();
    let outcome = payment::Outcome::Refused { status: 402, reason: "invalid_network".into() };
    let events = [
        payment::Event::Opened { opening: Box::new(opening), at },
        payment::Event::Answered { answer: answer(), at },
        payment::Event::Declined { reason: "too dear".into(), at },
        payment::Event::Wanted { wish: Box::new(wish), at },
        payment::Event::Denied { reason: "no policy allows it".into(), at },
        payment::Event::Signed { signature: signature(), at },
        payment::Event::Presented { outcome, at },
        payment::Event::Paid {
            answer: answer(),
            transaction: Some(B256::repeat_byte(9)),
            nonce,
            at,
        },
        payment::Event::Lost { transaction: Some(B256::repeat_byte(9)), nonce, at },
        payment::Event::Expired { block: B256::repeat_byte(8), number: 7, nonce, at },
    ];
    for event in &events {
        stands("payment", event);
    }
    every_file_is_known("payment", &names(&events));
    assert_eq!(events.map(|event| event.name()), payment::Event::NAMES);
}

#[test]
fn every_event_of_paid_endpoints_is_read_as_it_was_written() {
    let (at, by) = (AT, || "usr ada".to_owned());
    let endpoint_id = PaidEndpointId::from_uuid(Uuid::from_u128(5));
    let trial = paid_endpoints::Trial {
        method: "GET".into(),
        base_url: "https://example.com/weather".into(),
        chain_id: 8_453,
        token_address: Address::repeat_byte(1),
        pay_to: Address::repeat_byte(2),
        price: U256::from(10_000),
    };
    let endpoint = paid_endpoints::Endpoint {
        name: "Weather".into(),
        description: "The weather of a town".into(),
        asked: trial.clone(),
        max_allowed_price: U256::from(50_000),
        token_symbol: "USDC".into(),
        token_decimals: 6,
        details: json!({ "category": "weather" }).into(),
        source: "user_import".into(),
    };
    let events = [
        paid_endpoints::Event::Tried { trial, by: by(), at },
        paid_endpoints::Event::Added { endpoint_id, endpoint: Box::new(endpoint), by: by(), at },
        paid_endpoints::Event::Removed { endpoint_id, by: by(), at },
    ];
    for event in &events {
        stands("paid_endpoints", event);
    }
    every_file_is_known("paid_endpoints", &names(&events));
    assert_eq!(events.map(|event| event.name()), paid_endpoints::Event::NAMES);
}
