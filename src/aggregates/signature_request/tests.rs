//! Given what happened to a document, when it is told something, then this follows.

use alloy_primitives::{Address, B256, U256};
use cqrs_es::Aggregate;
use k256::ecdsa::SigningKey;
use serde_json::json;
use time::OffsetDateTime;
use time::macros::datetime;
use uuid::Uuid;

use super::*;
use crate::policies::approvals::{Need, Refused};
use crate::policies::limits::Proof;
use crate::primitives::{IntentId, OrganizationId, RunId, WalletId, WorkflowId};
use crate::transactions::{Signature, TypedData};

const AT: OffsetDateTime = datetime!(2026-11-30 12:00 UTC);

fn key(byte: u8) -> SigningKey {
    SigningKey::from_slice(&[byte; 32]).unwrap()
}

fn address() -> Address {
    let point = key(7).verifying_key().to_encoded_point(false);
    Address::from_raw_public_key(&point.as_bytes()[1..])
}

fn intent(user: Option<&str>) -> Intent {
    let document = json!({
        "types": { "Mail": [{ "name": "words", "type": "string" }] }, "primaryType": "Mail",
        "domain": { "name": "Mail", "chainId": 1 }, "message": { "words": "hello" },
    });
    Intent {
        intent_id: IntentId::from_uuid(Uuid::from_u128(1)),
        organization_id: OrganizationId::DEFAULT,
        wallet_id: WalletId::from_uuid(Uuid::from_u128(4)),
        address: address(),
        origin: Origin {
            run_id: RunId::from_uuid(Uuid::from_u128(2)),
            node_id: "sign".into(),
            workflow_id: WorkflowId::from_uuid(Uuid::from_u128(3)),
            trigger: "webhook".into(),
            started_by: "usr ada".into(),
        },
        user: user.map(str::to_owned),
        document: TypedData::read(&document).unwrap(),
        expires_at: AT,
    }
}

fn signature(byte: u8) -> Signature {
    let digest = intent(None).document.digest();
    let (pair, recovery) = key(byte).sign_prehash_recoverable(digest.as_slice()).unwrap();
    let (r, s) = pair.split_bytes();
    let number = |bytes: &[u8]| U256::from_be_slice(bytes);
    let signature = Signature { r: number(&r), s: number(&s), is_odd: recovery.is_y_odd() };
    signature.lowered().0
}

fn lapsed() -> Proof {
    Proof::Lapsed { block: 9, hash: "0x09".to_owned() }
}

fn tell(request: &mut SignatureRequest, order: Order) -> Result<Option<Event>, Error> {
    tell_as(request, "system:test", order)
}

/// The last of what follows.
fn tell_as(request: &mut SignatureRequest, by: &str, order: Order) -> Result<Option<Event>, Error> {
    let mut events = request.decide(Command { by: by.to_owned(), at: AT, order })?;
    for event in &events {
        let written = serde_json::to_string(event).unwrap();
        assert_eq!(serde_json::from_str::<Event>(&written).unwrap(), *event, "{written}");
        request.apply(event.clone());
    }
    Ok(events.pop())
}

fn judged(verdict: Verdict) -> Order {
    Order::Judge { verdict, reasons: json!({}).into() }
}

/// One that a backend was asked to sign.
fn signing(user: Option<&str>) -> SignatureRequest {
    let mut request = SignatureRequest::default();
    for order in [Order::Accept(Box::new(intent(user))), judged(Verdict::Allowed), Order::Request] {
        tell(&mut request, order).unwrap().unwrap();
    }
    request
}

#[test]
fn a_document_is_signed_once_and_keeps_its_signature() {
    let mut request = signing(None);
    let event = tell(&mut request, Order::Sign(signature(7))).unwrap().unwrap();
    assert_eq!(event.told().unwrap().signer, address());
    assert_eq!(request.signature(), Some(&signature(7)));
    // Once more is no second one, and nothing takes it back.
    assert_eq!(tell(&mut request, Order::Sign(signature(7))), Ok(None));
    let accepted = tell(&mut request, Order::Accept(Box::new(intent(None))));
    assert!(matches!(accepted, Err(Error::Known(_))));
    for order in [
        Order::Request,
        judged(Verdict::Allowed),
        Order::Cancel { reason: "late".to_owned() },
        Order::Refuse { reason: "no".to_owned() },
    ] {
        assert!(matches!(tell(&mut request, order), Err(Error::OutOfPlace(..))));
    }
    assert_eq!(request.signature(), Some(&signature(7)));
}

#[test]
fn a_signature_of_another_key_is_refused() {
    let mut request = signing(None);
    assert!(matches!(tell(&mut request, Order::Sign(signature(8))), Err(Error::Forged { .. })));
    let nonsense = Signature { r: U256::ZERO, s: U256::ONE, is_odd: false };
    assert!(matches!(tell(&mut request, Order::Sign(nonsense)), Err(Error::Forged { .. })));
    assert_eq!(request.signature(), None);
}

#[test]
fn nothing_is_signed_before_it_was_judged_and_nothing_that_was_denied() {
    let mut request = SignatureRequest::default();
    assert_eq!(tell(&mut request, Order::Request), Err(Error::Unknown));
    tell(&mut request, Order::Accept(Box::new(intent(None)))).unwrap();
    for order in [Order::Request, Order::Sign(signature(7))] {
        assert!(matches!(tell(&mut request, order), Err(Error::OutOfPlace(..))));
    }
    let denied = judged(Verdict::Denied("no rule allows it".to_owned()));
    assert!(tell(&mut request, denied).unwrap().unwrap().told().is_some());
    for order in [Order::Request, Order::Sign(signature(7)), judged(Verdict::Allowed)] {
        assert!(matches!(tell(&mut request, order), Err(Error::OutOfPlace(..))));
    }
    assert_eq!(tell(&mut request, Order::Cancel { reason: "late".to_owned() }), Ok(None));
}

#[test]
fn what_is_given_up_says_whether_there_may_be_a_signature() {
    let may_exist = |event: Option<Event>| match event {
        Some(Event::Cancelled { may_exist, .. } | Event::Refused { may_exist, .. }) => may_exist,
        other => panic!("{other:?}"),
    };
    let cancel = || Order::Cancel { reason: "late".to_owned() };
    let mut fresh = SignatureRequest::default();
    tell(&mut fresh, Order::Accept(Box::new(intent(None)))).unwrap();
    assert!(!may_exist(tell(&mut fresh, cancel()).unwrap()));
    assert!(may_exist(tell(&mut signing(None), cancel()).unwrap()));
    let refused = tell(&mut signing(None), Order::Refuse { reason: "no".to_owned() });
    assert!(may_exist(refused.unwrap()));
}

#[test]
fn only_its_user_says_what_became_of_a_signature_and_only_once() {
    let mut alone = signing(None);
    tell(&mut alone, Order::Sign(signature(7))).unwrap();
    assert!(matches!(tell(&mut alone, Order::Settle), Err(Error::NoUser(_))));

    let mut used = signing(Some("x402_payment/1"));
    assert!(matches!(tell(&mut used, Order::Settle), Err(Error::OutOfPlace(..))));
    tell(&mut used, Order::Sign(signature(7))).unwrap();
    let no_proof = tell(&mut used, Order::Lapse(Proof::NeverSigned));
    assert_eq!(no_proof, Err(Error::NoProof));
    let settled = tell(&mut used, Order::Settle).unwrap();
    assert!(matches!(settled, Some(Event::Settled { .. })));
    assert_eq!(tell(&mut used, Order::Settle), Ok(None));
    assert_eq!(tell(&mut used, Order::Lapse(lapsed())), Ok(None), "what is used stays used");

    let mut unused = signing(Some("x402_payment/1"));
    tell(&mut unused, Order::Sign(signature(7))).unwrap();
    let event = tell(&mut unused, Order::Lapse(lapsed())).unwrap();
    assert!(matches!(event, Some(Event::Lapsed { .. })));
    assert_eq!(tell(&mut unused, Order::Settle), Ok(None));
}

/// One that people were asked about: two of these three, of whom one caused it.
fn asked() -> SignatureRequest {
    let need = Need {
        policy: "treasury".to_owned(),
        approval: "permits".to_owned(),
        approvers: ["usr ada", "usr bob", "usr cyd"].map(str::to_owned).to_vec(),
        needed: 2,
        within: 60,
    };
    let mut request = SignatureRequest::default();
    tell(&mut request, Order::Accept(Box::new(intent(None)))).unwrap();
    let asks = tell(&mut request, judged(Verdict::Asks(vec![need]))).unwrap();
    assert!(matches!(asks, Some(Event::ApprovalRequested { .. })), "{asks:?}");
    request
}

fn grant(request: &mut SignatureRequest, by: &str) -> Result<Option<Event>, Error> {
    let digest = intent(None).document.digest();
    tell_as(request, by, Order::Grant { digest, comment: None })
}

fn discharged(event: Option<&Event>) -> Vec<String> {
    match event {
        Some(
            Event::ApprovalGranted { discharged, .. }
            | Event::ApprovalRejected { discharged, .. }
            | Event::Cancelled { discharged: Some(discharged), .. },
        ) => discharged.people.clone(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_document_that_people_have_to_approve_is_signed_once_they_have() {
    let mut request = asked();
    // Nothing is signed before, and the answers are about its digest and for those who were asked.
    assert!(matches!(tell(&mut request, Order::Request), Err(Error::OutOfPlace(..))));
    let other = Order::Grant { digest: B256::ZERO, comment: None };
    assert_eq!(tell_as(&mut request, "usr bob", other), Err(Refused::OtherDigest.into()));
    assert_eq!(grant(&mut request, "usr ada"), Err(Refused::OwnRequest.into()));
    assert_eq!(grant(&mut request, "usr eve"), Err(Refused::NotAsked.into()));
    let one = grant(&mut request, "usr bob").unwrap();
    assert!(matches!(one, Some(Event::ApprovalGranted { is_enough: false, .. })));
    assert_eq!(discharged(one.as_ref()), ["usr bob"]);
    assert_eq!(grant(&mut request, "usr bob"), Err(Refused::Twice.into()));
    let enough = grant(&mut request, "usr cyd").unwrap();
    assert!(matches!(enough, Some(Event::ApprovalGranted { is_enough: true, .. })));
    assert_eq!(discharged(enough.as_ref()), ["usr cyd"]);
    tell(&mut request, Order::Request).unwrap();
    tell(&mut request, Order::Sign(signature(7))).unwrap();
    assert_eq!(request.signature(), Some(&signature(7)));
    assert_eq!(grant(&mut request, "usr cyd"), Err(Refused::Over.into()));
}

#[test]
fn what_is_not_approved_is_never_signed_and_says_who_is_waited_for_no_longer() {
    let digest = intent(None).document.digest();
    let mut rejected = asked();
    let no = Order::Reject { digest, comment: Some("twice".to_owned()) };
    let event = tell_as(&mut rejected, "usr bob", no).unwrap().unwrap();
    assert_eq!(discharged(Some(&event)), ["usr bob", "usr cyd"]);
    assert!(event.told().is_some(), "its node waits no longer");
    assert_eq!(
        rejected.wanted.unwrap().1,
        Stage::Over { reason: rejection("usr bob", Some("twice")) }
    );

    let mut expired = asked();
    assert!(matches!(tell(&mut expired, Order::Expire), Err(Error::OutOfPlace(..))), "in time");
    let at = AT + time::Duration::minutes(1);
    let late = expired.decide(Command { by: String::new(), at, order: Order::Expire }).unwrap();
    assert!(matches!(&late[..], [Event::ApprovalExpired { .. }]), "{late:?}");

    let mut given_up = asked();
    let event = tell(&mut given_up, Order::Cancel { reason: "late".to_owned() }).unwrap();
    assert_eq!(discharged(event.as_ref()), ["usr bob", "usr cyd"]);
    assert!(matches!(event, Some(Event::Cancelled { may_exist: false, .. })));
}
