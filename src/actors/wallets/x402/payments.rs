//! What is said of a signature when its payment is over: it was used, or it never was and never can be. What was
//! reserved of limits follows from that.

use cqrs_es::Aggregate as _;
use futures::future::BoxFuture;

use super::authorizing::document_of;
use crate::actors::order::Context;
use crate::actors::reaction::{Reaction, Trouble, carried_out};
use crate::actors::wallets::SignatureDesk;
use crate::aggregates::payment::{Event, Payment};
use crate::aggregates::signature_request;
use crate::journal::Recorded;
use crate::policies::limits::Proof;

/// The reaction's name, on its checkpoint and as the actor of what it orders.
const NAME: &str = "x402-payments";

/// The reaction that says what became of the signatures of payments.
pub struct PaymentReaction {
    desk: SignatureDesk,
}

impl PaymentReaction {
    /// Says it at this desk.
    pub const fn new(desk: SignatureDesk) -> Self {
        Self { desk }
    }
}

impl Reaction for PaymentReaction {
    fn name(&self) -> &'static str {
        NAME
    }

    fn concerns(&self, kind: &str, name: &str) -> bool {
        kind == Payment::TYPE && matches!(name, "paid" | "lost" | "expired")
    }

    fn react<'a>(&'a self, event: &'a Recorded) -> BoxFuture<'a, Result<(), Trouble>> {
        Box::pin(async move {
            let (context, at) = (Context::because_of(event, NAME), event.recorded_at);
            let done = match event.payment()? {
                Event::Paid { nonce, .. } | Event::Lost { nonce, .. } => {
                    self.desk.settle(document_of(nonce), context, at).await
                }
                Event::Expired { nonce, block, number, .. } => {
                    let proof = Proof::Lapsed { block: number, hash: block.to_string() };
                    self.desk.lapse(document_of(nonce), proof, context, at).await
                }
                Event::Opened { .. }
                | Event::Answered { .. }
                | Event::Declined { .. }
                | Event::Wanted { .. }
                | Event::Denied { .. }
                | Event::Signed { .. }
                | Event::Presented { .. } => return Ok(()),
            };
            carried_out(done, |refusal| match refusal {
                signature_request::Error::Known(_) => Ok(()),
                signature_request::Error::Unknown
                | signature_request::Error::OutOfPlace(..)
                | signature_request::Error::Forged { .. }
                | signature_request::Error::Approval(_)
                | signature_request::Error::NoUser(_)
                | signature_request::Error::NoProof => Err(Trouble::lasting(refusal)),
            })
        })
    }
}
