//! Where the house has documents signed: a node by its reaction, and whatever else needs a signature.

use time::OffsetDateTime;

use crate::actors::order::Context;
use crate::actors::wallets::room::LaneRoom;
use crate::aggregates::signature_request::{Command, Error, Intent, Order, SignatureRequest};
use crate::journal::{self, NotExecuted};
use crate::policies::limits::Proof;
use crate::primitives::{IntentId, OrganizationId};
use crate::projections::signature_requests::OpenDocument;

/// Has documents signed. Cheap to clone.
///
/// What is asked for here is judged by the policies, and signed once, by whichever process owns the
/// request's slot. Its stream says what became of it: `signed`, `policy_decided`, `approval_rejected`,
/// `approval_expired`, `refused` and `cancelled` name the [`user`](Intent::user), so that a reaction of theirs can wait for them; nobody has to stay
/// awake for it.
#[derive(Clone)]
pub struct SignatureDesk {
    room: LaneRoom,
}

impl SignatureDesk {
    /// A desk of this room.
    pub fn new(room: LaneRoom) -> Self {
        Self { room }
    }

    /// Has a document signed. The same id again changes nothing, whatever it asks for.
    ///
    /// # Errors
    /// What keeps it from the ledger at the moment.
    pub async fn ask(
        &self,
        intent: Intent,
        context: Context,
        at: OffsetDateTime,
    ) -> Result<(), NotExecuted<Error>> {
        let id = intent.intent_id;
        match self.tell(id, Order::Accept(Box::new(intent)), context, at).await {
            Ok(()) | Err(NotExecuted::Refused(Error::Known(_))) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Gives up what is not signed yet.
    ///
    /// # Errors
    /// That it is signed, or what keeps it from the ledger.
    pub async fn cancel(
        &self,
        intent: IntentId,
        reason: &str,
        context: Context,
        at: OffsetDateTime,
    ) -> Result<(), NotExecuted<Error>> {
        self.tell(intent, Order::Cancel { reason: reason.to_owned() }, context, at).await
    }

    /// Its user has used the signature: what is reserved is used from now on.
    ///
    /// # Errors
    /// That it is not signed or has no user, or what keeps it from the ledger.
    pub async fn settle(
        &self,
        intent: IntentId,
        context: Context,
        at: OffsetDateTime,
    ) -> Result<(), NotExecuted<Error>> {
        self.tell(intent, Order::Settle, context, at).await
    }

    /// Nobody has used the signature, and nobody can any more: what is reserved is free again. The proof is
    /// [`Proof::Lapsed`], a final block after the document's time in which it was not used.
    ///
    /// # Errors
    /// That it is not signed, has no user or the proof is another one; or what keeps it from the ledger.
    pub async fn lapse(
        &self,
        intent: IntentId,
        proof: Proof,
        context: Context,
        at: OffsetDateTime,
    ) -> Result<(), NotExecuted<Error>> {
        self.tell(intent, Order::Lapse(proof), context, at).await
    }

    /// How a document stands, with its signature where it has one.
    ///
    /// # Errors
    /// What keeps it from being read.
    pub async fn standing(&self, intent: IntentId) -> Result<SignatureRequest, journal::Error> {
        Ok(self.room.requests.load(&intent.to_string()).await?.aggregate)
    }

    async fn tell(
        &self,
        intent: IntentId,
        order: Order,
        context: Context,
        at: OffsetDateTime,
    ) -> Result<(), NotExecuted<Error>> {
        let organization: OrganizationId = context.organization;
        let command = Command { by: context.actor.clone(), at, order };
        let context = journal::Context::new(context.into_metadata());
        self.room.requests.execute(&intent.to_string(), command, context).await?;
        self.room.documents.ring(OpenDocument { organization, intent });
        Ok(())
    }
}
