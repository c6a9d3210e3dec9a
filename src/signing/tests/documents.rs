//! Documents that are signed wrongly, and orders that are none.

use alloy_primitives::{Address, B256, U256};
use futures::FutureExt as _;
use serde_json::json;
use time::OffsetDateTime;

use super::liar::{self, ORDER_OF_THE_CURVE, address, ours, signature, theirs};
use crate::primitives::OrganizationId;
use crate::signing::{
    Attempt, BadReply, Error, KeyName, Order, Outcome, Ruling, TypedClearance, TypedReply,
};
use crate::transactions::{BadSignature, Reach, Signature, TypedData};

/// A letter that counts on a chain, or on every one.
fn letter(reach: Reach) -> TypedData {
    let mut document = json!({
        "types": {"Letter": [{"name": "to", "type": "address"}]},
        "primaryType": "Letter",
        "domain": {"name": "Post"},
        "message": {"to": Address::repeat_byte(1)},
    });
    match reach {
        Reach::Chain(id) => document["domain"]["chainId"] = json!(id),
        Reach::EveryChain => {}
    }
    TypedData::read(&document).unwrap()
}

fn clearance(signer: Address, document: &TypedData) -> TypedClearance {
    let ruling = Ruling::AllowedDocument { signer, digest: document.digest() };
    TypedClearance::granted(&ruling).unwrap()
}

fn ordered(
    lie: impl Fn(&Order<'_, TypedData>) -> TypedReply + Send + Sync + 'static,
    document: (&TypedData, Reach),
    clearance: &TypedClearance,
) -> Result<Outcome<Signature>, Error> {
    let key = KeyName::new(OrganizationId::generate(), "wallet").unwrap();
    let attempt = Attempt { key: "1".to_owned(), at: OffsetDateTime::UNIX_EPOCH };
    liar::of_documents(lie)
        .sign_typed_data((&key, address(&ours())), document, clearance, &attempt)
        .now_or_never()
        .expect("this backend answers at once")
}

fn answered(
    lie: impl Fn(&Order<'_, TypedData>) -> TypedReply + Send + Sync + 'static,
) -> Result<Outcome<Signature>, Error> {
    let reach = Reach::Chain(1);
    let document = letter(reach);
    ordered(lie, (&document, reach), &clearance(address(&ours()), &document))
}

fn refused(lie: impl Fn(&Order<'_, TypedData>) -> TypedReply + Send + Sync + 'static) -> BadReply {
    match answered(lie) {
        Err(Error::Reply(why)) => why,
        other => panic!("expected a refused reply, not {other:?}"),
    }
}

fn pair(Signature { r, s, .. }: Signature) -> TypedReply {
    TypedReply::Pair { r, s }
}

#[test]
fn a_document_is_signed_by_the_right_key_in_the_lower_half() {
    let digest = letter(Reach::Chain(1)).digest();
    for flip in [false, true] {
        let outcome = answered(move |order| {
            let Signature { r, s, .. } = signature(&ours(), order.digest());
            TypedReply::Pair { r, s: if flip { ORDER_OF_THE_CURVE - s } else { s } }
        });
        let Ok(Outcome::Signed(given)) = outcome else { panic!("{outcome:?}") };
        assert_eq!(*given, signature(&ours(), digest));
        assert_eq!(given.signer_of(digest), Ok(address(&ours())));
    }
    let outcome = answered(|_| TypedReply::Pending { reference: "7".to_owned() }).unwrap();
    assert_eq!(outcome, Outcome::Pending { reference: "7".to_owned() });
}

#[test]
fn the_signature_of_another_key_or_another_document_is_refused() {
    let by_others = refused(|order| pair(signature(&theirs(), order.digest())));
    assert!(matches!(by_others, BadReply::Signer { expected, .. } if expected == address(&ours())));
    let of_another = refused(|_| pair(signature(&ours(), B256::repeat_byte(1))));
    assert!(matches!(of_another, BadReply::Signer { .. }), "{of_another:?}");
    let never = refused(|_| TypedReply::Pair { r: U256::ZERO, s: U256::from(1) });
    assert_eq!(never, BadReply::Signature(BadSignature::OutOfRange));
}

#[test]
fn a_document_that_counts_elsewhere_than_was_ordered_reaches_no_backend() {
    let never = |_: &Order<'_, TypedData>| -> TypedReply { panic!("the backend was asked") };
    for (named, ordered_for) in [
        (Reach::Chain(2), Reach::Chain(1)),
        (Reach::EveryChain, Reach::Chain(1)),
        (Reach::Chain(1), Reach::EveryChain),
    ] {
        let document = letter(named);
        let cleared = clearance(address(&ours()), &document);
        let refused = ordered(never, (&document, ordered_for), &cleared);
        assert!(matches!(refused, Err(Error::Elsewhere { .. })), "{refused:?}");
    }
    let everywhere = letter(Reach::EveryChain);
    let cleared = clearance(address(&ours()), &everywhere);
    let lie = |order: &Order<'_, TypedData>| pair(signature(&ours(), order.digest()));
    assert!(ordered(lie, (&everywhere, Reach::EveryChain), &cleared).is_ok());
}

#[test]
fn a_clearance_signs_its_own_document_by_its_own_signer_and_no_other() {
    let never = |_: &Order<'_, TypedData>| -> TypedReply { panic!("the backend was asked") };
    let reach = Reach::Chain(1);
    let (document, other) = (letter(reach), letter(Reach::Chain(2)));
    for wrong in [clearance(address(&ours()), &other), clearance(address(&theirs()), &document)] {
        let refused = ordered(never, (&document, reach), &wrong);
        assert!(matches!(refused, Err(Error::NotCleared)), "{refused:?}");
    }
    assert_eq!(TypedClearance::granted(&Ruling::Refused), None);
}
