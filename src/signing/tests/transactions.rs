//! Transactions that are signed wrongly.

use alloy_primitives::{Address, B256, Bytes, U256};
use futures::FutureExt as _;
use k256::ecdsa::SigningKey;
use time::OffsetDateTime;

use super::liar::{self, ORDER_OF_THE_CURVE, address, ours, signature, theirs};
use crate::primitives::OrganizationId;
use crate::signing::{
    Attempt, BadReply, Clearance, Error, KeyName, Order, Outcome, Reply, Ruling, TypedClearance,
};
use crate::transactions::{Access, BadSignature, Fees, Signature, Unsigned, Unsound};

type Change = fn(&mut Unsigned);

fn transfer() -> Unsigned {
    Unsigned {
        chain_id: 1,
        nonce: 9,
        gas_limit: 21_000,
        to: Some(Address::repeat_byte(0x35)),
        value: U256::from(1),
        data: Bytes::new(),
        access_list: Vec::new(),
        fees: Fees::Dynamic { max_fee: 2, max_priority_fee: 1 },
    }
}

fn whole(transaction: Unsigned, key: &SigningKey) -> Reply {
    let signature = signature(key, transaction.digest());
    Reply::Whole(transaction.sealed(signature).unwrap().raw().to_vec())
}

fn clearance(signer: Address, transaction: &Unsigned) -> Clearance {
    let ruling = Ruling::Allowed { signer, digest: transaction.digest() };
    Clearance::granted(&ruling).unwrap()
}

/// What a backend's answer comes to.
fn answered(lie: impl Fn(&Order<'_>) -> Reply + Send + Sync + 'static) -> Result<Outcome, Error> {
    let transaction = transfer();
    ordered(lie, &transaction, &clearance(address(&ours()), &transaction))
}

fn ordered(
    lie: impl Fn(&Order<'_>) -> Reply + Send + Sync + 'static,
    transaction: &Unsigned,
    clearance: &Clearance,
) -> Result<Outcome, Error> {
    let signer = liar::of_transactions(lie);
    let key = KeyName::new(OrganizationId::generate(), "wallet").unwrap();
    let attempt = Attempt { key: "1".to_owned(), at: OffsetDateTime::UNIX_EPOCH };
    let key = (&key, address(&ours()));
    signer
        .sign_transaction(key, transaction, clearance, &attempt)
        .now_or_never()
        .expect("this backend answers at once")
}

fn refused(lie: impl Fn(&Order<'_>) -> Reply + Send + Sync + 'static) -> BadReply {
    match answered(lie) {
        Err(Error::Reply(why)) => why,
        other => panic!("expected a refused reply, not {other:?}"),
    }
}

#[test]
fn a_signature_by_the_right_key_seals_the_transaction_in_either_half() {
    for flip in [false, true] {
        let outcome = answered(move |order| {
            let Signature { r, s, .. } = signature(&ours(), order.digest());
            Reply::Pair { r, s: if flip { ORDER_OF_THE_CURVE - s } else { s } }
        });
        let Ok(Outcome::Signed(signed)) = outcome else { panic!("{outcome:?}") };
        assert_eq!((signed.unsigned(), signed.signer()), (&transfer(), address(&ours())));
    }
    let outcome = answered(|order| whole(order.transaction().clone(), &ours())).unwrap();
    assert!(matches!(outcome, Outcome::Signed(_)));
    let outcome = answered(|_| Reply::Pending { reference: "7".to_owned() }).unwrap();
    assert_eq!(outcome, Outcome::Pending { reference: "7".to_owned() });
}

#[test]
fn a_wrong_signature_is_refused() {
    let never = refused(|_| Reply::Pair { r: U256::ZERO, s: U256::from(1) });
    assert_eq!(never, BadReply::Signature(BadSignature::OutOfRange));
    let of_another_digest = refused(|_| {
        let Signature { r, s, .. } = signature(&ours(), B256::repeat_byte(1));
        Reply::Pair { r, s }
    });
    assert!(matches!(of_another_digest, BadReply::Signer { .. }), "{of_another_digest:?}");
}

#[test]
fn the_signature_of_another_key_is_refused() {
    let bare = refused(|order| {
        let Signature { r, s, .. } = signature(&theirs(), order.digest());
        Reply::Pair { r, s }
    });
    assert!(matches!(bare, BadReply::Signer { expected, .. } if expected == address(&ours())));
    let whole = refused(|order| whole(order.transaction().clone(), &theirs()));
    let (expected, found) = (address(&ours()), address(&theirs()));
    assert_eq!(whole, BadReply::Signer { expected, found });
}

#[test]
fn a_whole_transaction_with_a_high_s_or_trailing_bytes_is_refused() {
    let high = refused(|order| {
        let Reply::Whole(mut raw) = whole(order.transaction().clone(), &ours()) else {
            unreachable!("it is whole")
        };
        let low = signature(&ours(), order.digest());
        let at = raw.len() - 32;
        raw.splice(at.., (ORDER_OF_THE_CURVE - low.s).to_be_bytes::<32>());
        // The parity, before `r` and `s` with a byte each that says how long they are.
        raw[at - 35] ^= 0x81;
        Reply::Whole(raw)
    });
    assert!(matches!(high, BadReply::Unreadable(_)), "{high:?}");
    let longer = refused(|order| {
        let Reply::Whole(mut raw) = whole(order.transaction().clone(), &ours()) else {
            unreachable!("it is whole")
        };
        raw.push(0);
        Reply::Whole(raw)
    });
    assert!(matches!(longer, BadReply::Unreadable(_)), "{longer:?}");
}

#[test]
fn another_transaction_than_the_ordered_one_is_refused_field_by_field() {
    let cases: [(&str, Change); 8] = [
        ("the chain", |it| it.chain_id = 2),
        ("the nonce", |it| it.nonce += 1),
        ("the gas limit", |it| it.gas_limit += 1),
        ("the receiver", |it| it.to = Some(Address::repeat_byte(0x36))),
        ("the value", |it| it.value += U256::from(1)),
        ("the data", |it| it.data = Bytes::from_static(&[0])),
        ("the access list", |it| {
            let address = Address::ZERO;
            it.access_list.push(Access { address, storage_keys: Vec::new() });
        }),
        ("the fees", |it| it.fees = Fees::Dynamic { max_fee: 3, max_priority_fee: 1 }),
    ];
    for (field, change) in cases {
        let why = refused(move |order| {
            let mut other = order.transaction().clone();
            change(&mut other);
            whole(other, &ours())
        });
        assert_eq!(why, BadReply::Differs(field));
    }
}

#[test]
fn a_clearance_signs_its_own_transaction_by_its_own_signer_and_no_other() {
    let never = |_: &Order<'_>| -> Reply { panic!("the backend was asked") };
    let (transaction, other) = (transfer(), Unsigned { nonce: 10, ..transfer() });
    let of_other = clearance(address(&ours()), &other);
    assert!(matches!(ordered(never, &transaction, &of_other), Err(Error::NotCleared)));
    let by_other = clearance(address(&theirs()), &transaction);
    assert!(matches!(ordered(never, &transaction, &by_other), Err(Error::NotCleared)));
    assert_eq!(Clearance::granted(&Ruling::Refused), None);
    // One for documents is none for a transaction, even where the digest is the same.
    let (signer, digest) = (address(&ours()), transaction.digest());
    assert_eq!(Clearance::granted(&Ruling::AllowedDocument { signer, digest }), None);
    assert_eq!(TypedClearance::granted(&Ruling::Allowed { signer, digest }), None);

    let nowhere = Unsigned { chain_id: 0, ..transfer() };
    let cleared = clearance(address(&ours()), &nowhere);
    let refused = ordered(never, &nowhere, &cleared);
    assert!(matches!(refused, Err(Error::Unsound(Unsound::NoChain))));
}
