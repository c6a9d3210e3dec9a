//! Invented lives of lanes and of documents: whatever the aggregates allow, in whatever order chance tells it.

use alloy_primitives::{Address, B256, Bytes, U256};
use chainkeel::aggregates::signature_request;
use chainkeel::aggregates::wallet_lane::{
    Call, Command, Hook, Intent, Lane, Order, Origin, Receipt, Sent, Simulation, Until, Verdict,
};
use chainkeel::journal::{NewEvent, StreamId};
use chainkeel::policies::approvals::Need;
use chainkeel::policies::limits::Proof;
use chainkeel::primitives::{IntentId, OrganizationId, RunId, WalletId, WorkflowId};
use chainkeel::transactions::{Fees, Signature, Signed, SignedBytes, TypedData, Unsigned};
use cqrs_es::Aggregate;
use k256::ecdsa::SigningKey;
use serde_json::json;
use time::macros::datetime;
use time::{Duration, OffsetDateTime};

use super::invention::{Dice, History};

const CHAIN: u64 = 31_337;
/// Who gives orders.
const BY: [&str; 2] = ["lane\u{0}", "usr ada"];

fn key() -> SigningKey {
    SigningKey::from_slice(&[7; 32]).unwrap()
}

fn address() -> Address {
    let point = key().verifying_key().to_encoded_point(false);
    Address::from_raw_public_key(&point.as_bytes()[1..])
}

fn origin(dice: &mut Dice) -> Origin {
    Origin {
        run_id: RunId::generate(),
        node_id: format!("pay\u{0}{}", dice.roll(9)),
        workflow_id: WorkflowId::generate(),
        trigger: "manual".to_owned(),
        started_by: "usr\u{0}ada".to_owned(),
    }
}

fn intent(dice: &mut Dice, wallet: WalletId, at: OffsetDateTime) -> Intent {
    let to = (dice.roll(4) > 0).then(|| Address::repeat_byte(0xaa));
    Intent {
        intent_id: IntentId::generate(),
        organization_id: OrganizationId::DEFAULT,
        wallet_id: wallet,
        address: address(),
        chain_id: CHAIN,
        origin: origin(dice),
        call: Call { to, value: U256::from(dice.roll(99)), data: Bytes::from_static(&[1; 4]) },
        until: if dice.roll(2) == 0 { Until::Included } else { Until::Final },
        gas_limit: None,
        max_fee_total: None,
        expires_at: at + Duration::DAY,
    }
}

/// One or two of those who give orders.
fn need(dice: &mut Dice) -> Need {
    Need {
        policy: "large\u{0}".to_owned(),
        approval: "some".to_owned(),
        approvers: BY.map(str::to_owned).to_vec(),
        needed: 1 + usize::from(dice.roll(2) == 0),
        within: 1 + dice.roll(60),
    }
}

fn signature(digest: B256) -> Signature {
    let (pair, recovery) = key().sign_prehash_recoverable(digest.as_slice()).unwrap();
    let (r, s) = pair.split_bytes();
    let number = |bytes: &[u8]| U256::from_be_slice(bytes);
    let signature = Signature { r: number(&r), s: number(&s), is_odd: recovery.is_y_odd() };
    signature.lowered().0
}

fn sign(transaction: Unsigned) -> Box<Signed> {
    let signature = signature(transaction.digest());
    Box::new(transaction.sealed(signature).unwrap())
}

fn order(dice: &mut Dice, lane: &Lane, wallet: WalletId, at: OffsetDateTime) -> Order {
    let open: Vec<_> = lane.open.values().collect();
    let accept = |dice: &mut Dice| Order::Accept(Box::new(intent(dice, wallet, at)));
    if open.is_empty() {
        return accept(dice);
    }
    let wanted = open[usize::try_from(dice.roll(open.len() as u64)).unwrap()];
    let (intent, reason) = (wanted.intent.intent_id, "because\u{0}".to_owned());
    let last = wanted.attempts.last();
    let hash = last.and_then(|it| it.signed.as_ref()).map_or(B256::ZERO, SignedBytes::hash);
    let price = |more: u128| Fees::Dynamic { max_fee: 100 * more, max_priority_fee: 10 * more };
    let digest = wanted.asked.as_ref().map_or(B256::ZERO, |asked| asked.digest);
    let comment = Some("seen\u{0}".to_owned());
    let (balance, needed) = (U256::from(dice.roll(9)), U256::from(dice.roll(99)));
    match dice.roll(24) {
        0 => accept(dice),
        1 => Order::Cancel { intent, reason },
        2 => Order::Orphan { intent },
        3 => Order::Conflict { intent },
        4 => Order::Replace { intent, fees: price(1 << wanted.attempts.len().min(60)) },
        5 => Order::Finalize { intent },
        6 => Order::Simulate { intent, outcome: Simulation::Failed { reason } },
        7 => Order::Judge {
            intent,
            verdict: Verdict::Denied(reason),
            reasons: json!({ "why": "\u{0}" }).into(),
        },
        8 | 9 => Order::Judge {
            intent,
            verdict: Verdict::Allowed { fee_budget: U256::MAX },
            reasons: json!({}).into(),
        },
        10 => Order::Simulate { intent, outcome: Simulation::Passed { gas_limit: 21_000 } },
        11 => Order::Number { intent, chain_nonce: 0, fees: price(1) },
        12 => match last {
            Some(last) => Order::Sign { intent, transaction: sign(last.transaction.clone()) },
            None => accept(dice),
        },
        13 => Order::Broadcast { intent, hash, outcome: Sent::Accepted },
        14 => Order::Judge {
            intent,
            verdict: Verdict::Asks { fee_budget: U256::MAX, needs: vec![need(dice)] },
            reasons: json!({}).into(),
        },
        15 => Order::Grant { intent, digest, comment },
        16 => Order::Reject { intent, digest, comment },
        17 => Order::Expire { intent },
        18 => {
            let workflow = WorkflowId::generate();
            let (floor, waiting) = (U256::ZERO, U256::ZERO);
            let hook = Hook { workflow, within: Duration::MINUTE, floor, waiting };
            Order::Lack { intent, balance, needed, hook }
        }
        19 => Order::Fund { intent, balance, needed },
        20 => match &lane.funding.under_way {
            Some(it) => Order::EndTopUp { run: it.top_up.run_id, failure: Some(reason) },
            None => Order::CallOffTopUp,
        },
        21 => Order::CallOffTopUp,
        _ => Order::Include {
            intent,
            hash,
            receipt: Receipt {
                block_number: dice.roll(99),
                block_hash: B256::repeat_byte(9),
                is_success: dice.roll(3) > 0,
                gas_used: 21_000,
                gas_price: 99,
            },
        },
    }
}

/// One lane's life.
pub(super) fn lane(dice: &mut Dice) -> History {
    let wallet = WalletId::generate();
    let mut at = datetime!(2026-11-22 08:00 UTC);
    let mut lane = Lane::default();
    let mut appends = Vec::new();
    for _ in 0..20 + dice.roll(60) {
        let order = order(dice, &lane, wallet, at);
        // What is refused did not happen.
        let by = BY[usize::from(dice.roll(2) == 0)].to_owned();
        let command = Command { by, at, order };
        let events = lane.decide(command).unwrap_or_default();
        if !events.is_empty() {
            appends.push(events.iter().map(|event| NewEvent::of(event).unwrap()).collect());
        }
        for event in events {
            lane.apply(event);
        }
        at += Duration::seconds(dice.roll(9).cast_signed());
    }
    History { stream: StreamId::wallet_lane(wallet, CHAIN), appends }
}

/// The life of a wallet's floor.
pub(super) fn floor(dice: &mut Dice) -> History {
    use chainkeel::aggregates::wallet_floor::{Command, Floor, Order, TopUp};
    let wallet = WalletId::generate();
    let mut at = datetime!(2026-11-22 08:30 UTC);
    let (mut floor, mut appends) = (Floor::default(), Vec::new());
    for block in 0..5 + dice.roll(20) {
        let order = match if block == 0 { 0 } else { dice.roll(8) } {
            0 | 1 => Order::Set {
                organization: OrganizationId::DEFAULT,
                wallet,
                address: address(),
                chain: CHAIN,
                floor: U256::from(dice.roll(9)),
                top_up: (dice.roll(2) == 0)
                    .then(|| TopUp { workflow_id: WorkflowId::generate(), within_ms: 60_000 }),
            },
            2 => Order::Remove,
            _ => Order::See { balance: U256::from(dice.roll(9)), block },
        };
        // What is refused did not happen.
        let event = floor.decide(Command { by: "usr\u{0}ada".to_owned(), at, order });
        if let Some(event) = event.unwrap_or_default() {
            appends.push(vec![NewEvent::of(&event).unwrap()]);
            floor.apply(event);
        }
        at += Duration::seconds(dice.roll(9).cast_signed());
    }
    History { stream: StreamId::wallet_floor(wallet, CHAIN), appends }
}

/// One document's life.
pub(super) fn paper(dice: &mut Dice) -> History {
    use signature_request::{Command, Intent, Order, SignatureRequest, Verdict};
    let mut at = datetime!(2026-11-22 09:00 UTC);
    let mut domain = json!({ "name": "Mail\u{0}" });
    if dice.roll(3) > 0 {
        domain["chainId"] = json!(1 + dice.roll(9));
    }
    if dice.roll(3) > 0 {
        domain["verifyingContract"] = json!(address());
    }
    let document = json!({
        "types": { "Mail": [{ "name": "words", "type": "string" }] }, "primaryType": "Mail",
        "domain": domain, "message": { "words": "\u{0}" },
    });
    let intent = Intent {
        intent_id: IntentId::generate(),
        organization_id: OrganizationId::DEFAULT,
        wallet_id: WalletId::generate(),
        address: address(),
        origin: origin(dice),
        user: (dice.roll(2) == 0).then(|| "x402\u{0}".to_owned()),
        document: TypedData::read(&document).unwrap(),
        expires_at: at + Duration::DAY,
    };
    let (stream, digest) =
        (StreamId::signature_request(intent.intent_id), intent.document.digest());
    let mut request = SignatureRequest::default();
    let mut appends = Vec::new();
    let mut orders = vec![Order::Accept(Box::new(intent))];
    for _ in 0..dice.roll(20) {
        let reason = "because\u{0}".to_owned();
        let judge = |verdict| Order::Judge { verdict, reasons: json!({ "why": "\u{0}" }).into() };
        let comment = Some("seen\u{0}".to_owned());
        orders.push(match dice.roll(18) {
            0 => Order::Cancel { reason },
            1 => Order::Refuse { reason },
            2 => judge(Verdict::Denied(reason)),
            3 | 4 => judge(Verdict::Allowed),
            5 | 12 => judge(Verdict::Asks(vec![need(dice)])),
            13..16 => Order::Grant { digest, comment },
            16 => Order::Reject { digest, comment },
            17 => Order::Expire,
            6 | 7 => Order::Request,
            8 | 9 => Order::Sign(signature(digest)),
            10 => Order::Settle,
            _ => Order::Lapse(Proof::Lapsed { block: 9, hash: "0x09".to_owned() }),
        });
    }
    for order in orders {
        // What is refused did not happen.
        let by = BY[usize::from(dice.roll(2) == 0)].to_owned();
        let events = request.decide(Command { by, at, order }).unwrap_or_default();
        if !events.is_empty() {
            appends.push(events.iter().map(|event| NewEvent::of(event).unwrap()).collect());
        }
        for event in events {
            request.apply(event);
        }
        at += Duration::seconds(dice.roll(9).cast_signed());
    }
    History { stream, appends }
}
