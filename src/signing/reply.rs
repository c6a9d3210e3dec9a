//! What backends answer, held against what they were asked for. Nothing of it is believed.

use super::{BadReply, Order, Reply};
use crate::transactions::{Signature, Signed, Unsealed, Unsigned};

/// What came of an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The transaction that was ordered, signed by whom it should.
    Signed(Box<Signed>),
    /// The backend waits for people. The same order is given again later.
    Pending {
        /// What the backend calls it.
        reference: String,
    },
}

/// An outcome, and whether `s` had to be turned into the half that counts.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Checked {
    pub(super) outcome: Outcome,
    pub(super) was_high: bool,
}

/// The outcome that a reply stands for.
pub(super) fn check(order: &Order<'_>, reply: Reply) -> Result<Checked, BadReply> {
    match reply {
        Reply::Pair { r, s } => {
            let (even, was_high) = Signature { r, s, is_odd: false }.lowered();
            // Devices do not say which of the two points it was.
            let odd = Signature { is_odd: !even.is_odd, ..even };
            let signature = match by(order, even)? {
                found if found == order.signer() => even,
                found => match by(order, odd) {
                    Ok(other) if other == order.signer() => odd,
                    Ok(_) | Err(_) => {
                        return Err(BadReply::Signer { expected: order.signer(), found });
                    }
                },
            };
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

fn by(order: &Order<'_>, signature: Signature) -> Result<alloy_primitives::Address, BadReply> {
    Ok(signature.signer_of(order.digest())?)
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
