//! What stands on the ledger about transactions, and about what they took of limits.

use alloy_primitives::{Address, B256, Bytes, U256};
use chainkeel::aggregates::signature_request::{self, Told};
use chainkeel::aggregates::spending::{self, Spending};
use chainkeel::aggregates::wallet_floor;
use chainkeel::aggregates::wallet_lane::{
    self, Call, Event, Inclusion, Intent, Lane, Origin, Sent, TopUp, Until,
};
use chainkeel::policies::approvals::{Discharged, Need};
use chainkeel::policies::limits::Proof;
use chainkeel::primitives::{IntentId, OrganizationId, RunId, WalletId, WorkflowId};
use chainkeel::transactions::{Fees, Signature, Signed, TypedData, Unsigned};
use cqrs_es::Aggregate;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::golden::{AT, every_file_is_known, golden, names, stands};

/// A transfer of chain 1 that was signed long ago: the example of EIP-155.
const SIGNED: &str = "0xf86c098504a817c800825208943535353535353535353535353535353535353535880de0b6b3a76400008025a028ef61340bd939bc2195fe537567866003e1a15d3c71ff63e1590620aa636276a067cbe9d8997f761aecb703304b3800ccf555c9f3dc64214b297fb1966a3b6d83";

fn intent_id() -> IntentId {
    IntentId::from_uuid(Uuid::from_u128(1))
}

fn origin() -> Origin {
    Origin {
        run_id: RunId::from_uuid(Uuid::from_u128(2)),
        node_id: "pay".into(),
        workflow_id: WorkflowId::from_uuid(Uuid::from_u128(3)),
        trigger: "webhook".into(),
        started_by: "usr ada".into(),
    }
}

fn inclusion() -> Inclusion {
    Inclusion {
        hash: B256::repeat_byte(1),
        from: Address::repeat_byte(5),
        nonce: 9,
        block_number: 7,
        block_hash: B256::repeat_byte(2),
        is_success: true,
        gas_used: 21_000,
        gas_price: "20000000000".into(),
        contract: Some(Address::repeat_byte(3)),
    }
}

#[test]
fn every_event_of_a_wallets_lane_is_read_as_it_was_written() {
    let events = events_of_a_lane();
    for event in &events {
        stands("wallet_lane", event);
    }
    every_file_is_known("wallet_lane", &names(&events));
    assert_eq!(events.map(|event| event.name()), Event::NAMES);
}

/// What snapshots of an earlier program hold is read as long as the form has the same number.
#[test]
fn states_are_written_as_they_were_in_snapshots_of_the_same_form() {
    passes_through::<Lane>(wallet_lane::FORM, events_of_a_lane());
    passes_through::<Spending>(spending::FORM, events_of_spending());
}

/// Holds the states that an aggregate has after each of these events against its file.
fn passes_through<A: Aggregate + PartialEq + std::fmt::Debug>(
    form: i32,
    events: impl IntoIterator<Item = A::Event>,
) {
    let mut aggregate = A::default();
    let fold = |event| {
        aggregate.apply(event);
        serde_json::to_value(&aggregate).unwrap()
    };
    let states: Value = events.into_iter().map(fold).collect();
    let kept = golden("states", &format!("{}@{form}", A::TYPE), &states);
    assert_eq!(states, kept, "{} is folded or written otherwise: that is a new FORM", A::TYPE);
    let read: Vec<A> = serde_json::from_value(kept).unwrap();
    assert_eq!(read.last(), Some(&aggregate));
}

#[expect(clippy::too_many_lines, reason = "a list of all events")]
fn events_of_a_lane() -> [Event; Event::NAMES.len()] {
    let (intent_id, at, by) = (intent_id(), AT, || "system:wallet-lane".to_owned());
    let (hash, block_hash) = (B256::repeat_byte(1), B256::repeat_byte(2));
    let digest = B256::repeat_byte(3);
    let intent = Intent {
        intent_id,
        organization_id: OrganizationId::DEFAULT,
        wallet_id: WalletId::from_uuid(Uuid::from_u128(4)),
        address: Address::repeat_byte(5),
        chain_id: 1,
        origin: origin(),
        call: Call {
            to: Some(Address::repeat_byte(0x35)),
            value: U256::from(7),
            data: Bytes::from_static(&[1, 2, 3, 4]),
        },
        until: Until::Included,
        gas_limit: Some(50_000),
        max_fee_total: Some(U256::from(1_000_000)),
        expires_at: AT,
    };
    let transaction = Unsigned {
        chain_id: 1,
        nonce: 9,
        gas_limit: 21_000,
        to: Some(Address::repeat_byte(0x35)),
        value: U256::from(7),
        data: Bytes::new(),
        access_list: Vec::new(),
        fees: Fees::Dynamic { max_fee: 100, max_priority_fee: 1 },
    };
    let signed: Bytes = SIGNED.parse().unwrap();
    [
        Event::IntentAccepted { intent: Box::new(intent), by: by(), at },
        Event::PolicyDecided {
            intent_id,
            is_allowed: false,
            fee_budget: Some(U256::from(9)),
            refusal: Some("no rule allows the call".into()),
            reasons: json!({ "outcome": "deny" }).into(),
            origin: Some(origin()),
            at,
        },
        Event::ApprovalRequested {
            intent_id,
            digest,
            asked_by: "usr ada".into(),
            needs: vec![Need {
                policy: "large".into(),
                approval: "two-of-three".into(),
                approvers: vec!["usr bob".into(), "usr cyd".into(), "usr ada".into()],
                needed: 2,
                within: 3_600,
            }],
            at,
        },
        Event::ApprovalGranted {
            intent_id,
            digest,
            by: "usr bob".into(),
            comment: Some("as agreed".into()),
            is_enough: false,
            discharged: None,
            at,
        },
        Event::ApprovalRejected {
            intent_id,
            digest,
            by: "usr cyd".into(),
            comment: Some("twice".into()),
            origin: origin(),
            discharged: None,
            at,
        },
        Event::ApprovalExpired { intent_id, origin: origin(), discharged: None, at },
        Event::Simulated { intent_id, gas_limit: 21_000, at },
        Event::SimulationFailed {
            intent_id,
            reason: "execution reverted".into(),
            origin: Some(origin()),
            at,
        },
        Event::FundsLacking {
            intent_id,
            balance: U256::from(3),
            needed: U256::from(9),
            run_id: RunId::from_uuid(Uuid::from_u128(6)),
            until: at,
            origin: origin(),
            at,
        },
        Event::TopUpWanted {
            intent_id,
            top_up: Box::new(TopUp {
                run_id: RunId::from_uuid(Uuid::from_u128(6)),
                workflow_id: WorkflowId::from_uuid(Uuid::from_u128(7)),
                address: Address::repeat_byte(5),
                balance: U256::from(3),
                needed: U256::from(9),
                waiting: U256::from(2),
                floor: U256::from(5),
                until: at,
            }),
            for_run: RunId::from_uuid(Uuid::from_u128(2)),
            at,
        },
        Event::TopUpCalledOff { intent_id, run_id: RunId::from_uuid(Uuid::from_u128(6)), at },
        Event::TopUpEnded {
            intent_id,
            run_id: RunId::from_uuid(Uuid::from_u128(6)),
            failure: Some("it was cancelled".into()),
            at,
        },
        Event::FundsArrived {
            intent_id,
            balance: U256::from(10),
            needed: U256::from(9),
            origin: origin(),
            at,
        },
        Event::NonceReserved { intent_id, nonce: 9, at },
        Event::SignRequested { intent_id, transaction, at },
        Event::Signed { intent_id, hash, transaction: Signed::read(&signed).unwrap().into(), at },
        Event::BroadcastAttempted {
            intent_id,
            hash,
            outcome: Sent::Unknown { message: "timed out".into() },
            at,
        },
        Event::Included { intent_id, inclusion: inclusion(), origin: Some(origin()), at },
        Event::Orphaned { intent_id, hash, block_hash, at },
        Event::Finalized { intent_id, inclusion: inclusion(), origin: Some(origin()), at },
        Event::NonceConflict { intent_id, nonce: 9, at },
        Event::CancelRequested { intent_id, reason: "too late".into(), by: by(), at },
        Event::Cancelled {
            intent_id,
            reason: "too late".into(),
            by: by(),
            instead: Some(hash),
            origin: Some(origin()),
            discharged: None,
            at,
        },
    ]
}

#[test]
fn every_event_of_a_wallets_floor_is_read_as_it_was_written() {
    use wallet_floor::{Balance, Event, TopUp};
    let (wallet_id, chain_id, at) = (WalletId::from_uuid(Uuid::from_u128(4)), 1, AT);
    let address = Address::repeat_byte(5);
    let seen = |balance: &str| Balance {
        wallet_id,
        address,
        chain_id,
        balance: balance.into(),
        floor: "5".into(),
        block_number: 7,
    };
    let events = [
        Event::Set {
            organization_id: OrganizationId::DEFAULT,
            wallet_id,
            address,
            chain_id,
            floor: "5".into(),
            top_up: Some(TopUp {
                workflow_id: WorkflowId::from_uuid(Uuid::from_u128(3)),
                within_ms: 60_000,
            }),
            by: "usr ada".into(),
            at,
        },
        Event::Removed { wallet_id, chain_id, by: "usr ada".into(), at },
        Event::BalanceLow { seen: seen("4"), at },
        Event::BalanceRecovered { seen: seen("5"), at },
    ];
    for event in &events {
        stands("wallet_floor", event);
    }
    every_file_is_known("wallet_floor", &names(&events));
    assert_eq!(events.map(|event| event.name()), Event::NAMES);
}

#[test]
fn every_event_of_a_document_that_should_be_signed_is_read_as_it_was_written() {
    use signature_request::Event;
    let (intent_id, at, by) = (intent_id(), AT, || "system:wallet-document".to_owned());
    let wallet_id = WalletId::from_uuid(Uuid::from_u128(4));
    let document = json!({
        "types": { "Mail": [{ "name": "words", "type": "string" }] }, "primaryType": "Mail",
        "domain": { "name": "Mail", "chainId": 1, "verifyingContract": Address::repeat_byte(9) },
        "message": { "words": "hello" },
    });
    let document = TypedData::read(&document).unwrap();
    let (digest, user) = (document.digest(), Some("x402_payment/1".to_owned()));
    let told = || {
        let (signer, user) = (Address::repeat_byte(5), user.clone());
        Box::new(Told { intent_id, wallet_id, signer, origin: origin(), user })
    };
    let discharged =
        || Discharged { asked_at: AT, people: vec!["usr bob".into(), "usr cyd".into()] };
    let intent = signature_request::Intent {
        intent_id,
        organization_id: OrganizationId::DEFAULT,
        wallet_id,
        address: Address::repeat_byte(5),
        origin: origin(),
        user: user.clone(),
        document,
        expires_at: AT,
    };
    let events = [
        Event::Accepted { intent: Box::new(intent), by: by(), at },
        Event::PolicyDecided {
            is_allowed: false,
            refusal: Some("no rule allows the call".into()),
            reasons: json!({ "outcome": "deny" }).into(),
            told: Some(told()),
            at,
        },
        Event::ApprovalRequested {
            digest,
            asked_by: "usr ada".into(),
            needs: vec![Need {
                policy: "permits".into(),
                approval: "one-of-two".into(),
                approvers: vec!["usr bob".into(), "usr cyd".into()],
                needed: 1,
                within: 3_600,
            }],
            at,
        },
        Event::ApprovalGranted {
            digest,
            by: "usr bob".into(),
            comment: Some("as agreed".into()),
            is_enough: true,
            discharged: discharged(),
            at,
        },
        Event::ApprovalRejected {
            digest,
            by: "usr cyd".into(),
            comment: Some("twice".into()),
            discharged: discharged(),
            told: told(),
            at,
        },
        Event::ApprovalExpired { discharged: discharged(), told: told(), at },
        Event::SignRequested { digest, at },
        Event::Signed {
            digest,
            signature: Signature { r: U256::from(7), s: U256::from(9), is_odd: true },
            told: told(),
            at,
        },
        Event::Refused { reason: "no longer".into(), may_exist: true, told: told(), at },
        Event::Cancelled {
            reason: "too late".into(),
            by: by(),
            may_exist: false,
            discharged: None,
            told: told(),
            at,
        },
        Event::Settled { intent_id, by: by(), at },
        Event::Lapsed {
            intent_id,
            proof: Proof::Lapsed { block: 9, hash: B256::repeat_byte(1).to_string() },
            by: by(),
            at,
        },
    ];
    for event in &events {
        stands("signature_request", event);
    }
    every_file_is_known("signature_request", &names(&events));
    assert_eq!(events.map(|event| event.name()), Event::NAMES);
}

#[test]
fn every_event_of_spending_is_read_as_it_was_written() {
    let events = events_of_spending();
    for event in &events {
        stands("spending", event);
    }
    every_file_is_known("spending", &names(&events));
    assert_eq!(events.map(|event| event.name()), spending::Event::NAMES);
}

fn events_of_spending() -> [spending::Event; 3] {
    let (intent_id, at) = (intent_id(), AT);
    let claim = json!({
        "key": "suppliers/daily/1:fees/organization", "amount": "5", "most": "100",
        "minutes": 1440, "isBinding": true, "isSunk": true,
    });
    [
        spending::Event::Reserved {
            organization_id: OrganizationId::DEFAULT,
            intent_id,
            claims: vec![serde_json::from_value(claim).unwrap()],
            at,
        },
        spending::Event::Settled { intent_id, at },
        spending::Event::Released {
            intent_id,
            proof: Proof::RevertedFinal { hash: B256::repeat_byte(1).to_string() },
            at,
        },
    ]
}
