//! What backends answer, held against what they were asked for. Nothing of it is believed.

use alloy_primitives::U256;

use super::{BadReply, Order, Reply, TypedReply};
use crate::transactions::{Signature, Signed, TypedData, Unsealed, Unsigned};

/// What came of an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome<T = Signed> {
    /// What was ordered, signed by whom it should: the transaction, or the signature of the
    /// document.
    Signed(Box<T>),
    /// The backend waits for people. The same order is given again later.
    Pending {
        /// What the backend calls it.
        reference: String,
    },
}

/// An outcome, and whether `s` had to be turned into the half that counts.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Checked<T = Signed> {
    pub(super) outcome: Outcome<T>,
    pub(super) was_high: bool,
}

/// The outcome that a reply stands for.
pub(super) fn check(order: &Order<'_>, reply: Reply) -> Result<Checked, BadReply> {
    match reply {
        Reply::Pair { r, s } => {
            let (signature, was_high) = found(order, (r, s))?;
            let signed = order.transaction().clone().sealed(signature).map_err(unsealed)?;
            Ok(Checked { outcome: Outcome::Signed(Box::new(signed)), was_high })
        }
        Reply::Whole(raw) => {
            // Its reader takes no `s` in the upper half.
            let signed = Signed::read(&raw)?;
            if let Some(field) = difference(order.transaction(), signed.unsigned()) {
                return Err(BadReply::Differs(field));
            }
            if signed.signer() != order.signer() {
                let (expected, found) = (order.signer(), signed.signer());
                return Err(BadReply::Signer { expected, found });
            }
            Ok(Checked { outcome: Outcome::Signed(Box::new(signed)), was_high: false })
        }
        Reply::Pending { reference } => {
            Ok(Checked { outcome: Outcome::Pending { reference }, was_high: false })
        }
    }
}

/// The outcome that a reply to the order of a document stands for.
pub(super) fn check_document(
    order: &Order<'_, TypedData>,
    reply: TypedReply,
) -> Result<Checked<Signature>, BadReply> {
    match reply {
        TypedReply::Pair { r, s } => {
            let (signature, was_high) = found(order, (r, s))?;
            Ok(Checked { outcome: Outcome::Signed(Box::new(signature)), was_high })
        }
        TypedReply::Pending { reference } => {
            Ok(Checked { outcome: Outcome::Pending { reference }, was_high: false })
        }
    }
}

/// The signature of the ordered signer that two numbers stand for, and whether `s` was turned.
fn found<T>(order: &Order<'_, T>, (r, s): (U256, U256)) -> Result<(Signature, bool), BadReply> {
    let (even, was_high) = Signature { r, s, is_odd: false }.lowered();
    // Devices do not say which of the two points it was.
    let odd = Signature { is_odd: !even.is_odd, ..even };
    let expected = order.signer();
    let found = even.signer_of(order.digest())?;
    if found == expected {
        return Ok((even, was_high));
    }
    match odd.signer_of(order.digest()) {
        Ok(other) if other == expected => Ok((odd, was_high)),
        Ok(_) | Err(_) => Err(BadReply::Signer { expected, found }),
    }
}

fn unsealed(error: Unsealed) -> BadReply {
    match error {
        Unsealed::Signature(error) => BadReply::Signature(error),
        // An order holds none that is unsound.
        Unsealed::Unsound(_) => BadReply::Differs("its soundness"),
    }
}

/// The first field in which two transactions differ.
fn difference(ordered: &Unsigned, answered: &Unsigned) -> Option<&'static str> {
    // Taken apart, so that a new field cannot be forgotten here.
    let Unsigned { chain_id, nonce, gas_limit, to, value, data, access_list, fees } = ordered;
    [
        ("the chain", *chain_id == answered.chain_id),
        ("the nonce", *nonce == answered.nonce),
        ("the gas limit", *gas_limit == answered.gas_limit),
        ("the receiver", *to == answered.to),
        ("the value", *value == answered.value),
        ("the data", *data == answered.data),
        ("the access list", *access_list == answered.access_list),
        ("the fees", *fees == answered.fees),
    ]
    .into_iter()
    .find_map(|(field, is_same)| if is_same { None } else { Some(field) })
}
