//! How an authorization to pay gets its signature: as a document that is judged, reserved for and signed once, like
//! any other. This is the one place where payments touch signatures.

use std::time::Duration;

use alloy_primitives::B256;
use time::OffsetDateTime;
use tokio::time::{Instant, sleep};

use crate::actors::order::Context;
use crate::actors::wallets::SignatureDesk;
use crate::actors::wallets::hindrance::Hindrance;
use crate::aggregates::payment::{Origin, Wish};
use crate::aggregates::signature_request::{self, Intent, Stage};
use crate::aggregates::wallet_lane;
use crate::primitives::{IntentId, OrganizationId, PaymentId, RunId, WorkflowId};
use crate::transactions::Signature;

/// The pause between two looks at a document that is being signed.
const LOOK: Duration = Duration::from_millis(25);
/// The longest such pause: whoever keeps the key may wait for people.
const LONGEST_LOOK: Duration = Duration::from_secs(1);
/// Who asks for it.
const NAME: &str = "x402-payer";
/// Whose node it is where a person wants it.
const BY_HAND: &str = "x402";

/// What came of it.
pub(super) enum Authorized {
    /// It is signed.
    Signed(Signature),
    /// It will not be, and why.
    Denied(String),
    /// It is not yet.
    Waits,
}

/// Under which id an authorization is signed: a token takes its nonce once.
pub(super) fn document_of(nonce: B256) -> IntentId {
    IntentId::derived(OffsetDateTime::UNIX_EPOCH, &format!("x402 {nonce}"))
}

/// Has an authorization signed, and waits for that until then.
pub(super) async fn authorize(
    desk: &SignatureDesk,
    (organization, payment): (OrganizationId, PaymentId),
    (wish, origin): (&Wish, &Origin),
    (now, end): (OffsetDateTime, Instant),
) -> Result<Authorized, Hindrance> {
    let terms = &wish.offer.terms;
    let document = wish.authorization.document(terms.chain, terms.asset, &terms.token)?;
    let deadline = OffsetDateTime::from_unix_timestamp(wish.authorization.deadline());
    let id = document_of(wish.authorization.nonce);
    let intent = Intent {
        intent_id: id,
        organization_id: organization,
        wallet_id: wish.wallet_id,
        address: wish.address,
        origin: in_whose_name(origin),
        user: Some(format!("payment/{payment}")),
        document,
        expires_at: deadline.unwrap_or(now),
    };
    desk.ask(intent, Context::of_the_house(organization, NAME), now).await?;
    let mut pause = LOOK;
    loop {
        let standing: signature_request::SignatureRequest = desk.standing(id).await?;
        match standing.wanted {
            Some((_, Stage::Signed { signature, .. })) => {
                return Ok(Authorized::Signed(signature));
            }
            Some((_, Stage::Over { reason })) => return Ok(Authorized::Denied(reason)),
            Some((_, Stage::Accepted | Stage::Asked | Stage::Allowed | Stage::Signing { .. }))
            | None => {}
        }
        if Instant::now() + pause >= end {
            return Ok(Authorized::Waits);
        }
        sleep(pause).await;
        pause = (pause * 2).min(LONGEST_LOOK);
    }
}

/// In whose name the policies are asked: that of the node, or of the person who has no run.
fn in_whose_name(origin: &Origin) -> wallet_lane::Origin {
    wallet_lane::Origin {
        run_id: origin.run_id.unwrap_or_else(|| RunId::from_uuid(uuid::Uuid::nil())),
        node_id: origin.node_id.clone().unwrap_or_else(|| BY_HAND.to_owned()),
        workflow_id: origin.workflow_id.unwrap_or(WorkflowId::NONE),
        trigger: origin.trigger.clone().unwrap_or_else(|| BY_HAND.to_owned()),
        started_by: origin.by.clone(),
    }
}
