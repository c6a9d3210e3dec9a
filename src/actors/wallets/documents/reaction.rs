//! Between runs and documents: a waiting node has its document taken up, its signature lets the run go on, and
//! the end of the wait gives it up. What was reserved of limits follows what stands on the ledger, whoever
//! asked for the signature.

use cqrs_es::Aggregate;
use engine::{Json, SIGN_TYPED_DATA};
use futures::future::BoxFuture;
use time::OffsetDateTime;

use super::desk::SignatureDesk;
use super::outcome;
use crate::actors::order::Context;
use crate::actors::reaction::{Reaction, Trouble, carried_out};
use crate::actors::run_desk::RunDesk;
use crate::actors::waits::{Turn, Wait};
use crate::actors::wallets::outcome::{invalid, no_wallet};
use crate::actors::wallets::room::LaneRoom;
use crate::actors::wallets::ties::{Odd, RUN_ENDED, Ties, WAITS_NO_LONGER, odd};
use crate::aggregates::run::Run;
use crate::aggregates::signature_request::{Error, Event, Intent, SignatureRequest};
use crate::journal::{Journal, Recorded};
use crate::onchain::{Signing, question};
use crate::primitives::IntentId;
use crate::projections::signature_requests::OpenDocument;

/// The reaction's name, on its checkpoint and as the actor of what it orders.
const NAME: &str = "signature-reaction";
/// The same where it counts what was spent: a command of its own.
const SPENDING: &str = "signature-spending";

/// The reaction that ties runs and documents together.
pub struct SignatureReaction {
    room: LaneRoom,
    desk: SignatureDesk,
    ties: Ties,
}

impl SignatureReaction {
    /// Ties the runs of this desk to the documents of this room.
    pub fn new(journal: Journal, room: LaneRoom, runs: RunDesk) -> Self {
        Self { desk: SignatureDesk::new(room.clone()), room, ties: Ties::new(journal, runs, NAME) }
    }

    async fn run(&self, event: &Recorded) -> Result<(), Trouble> {
        let Some(wait) = Wait::of(event, |kind| kind == SIGN_TYPED_DATA)? else { return Ok(()) };
        match &wait.turn {
            Turn::Opened { input, until } => self.take_up(event, &wait, (input, *until)).await,
            Turn::TimedOut => self.give_up(event, &wait, WAITS_NO_LONGER).await,
            Turn::RunEnded => self.give_up(event, &wait, RUN_ENDED).await,
        }
    }

    /// Has the document of a node signed, or tells the node why that cannot be.
    async fn take_up(
        &self,
        event: &Recorded,
        wait: &Wait,
        (input, expires_at): (&Json, OffsetDateTime),
    ) -> Result<(), Trouble> {
        let Wait { run, ref node, at, .. } = *wait;
        let tell = async |answer| self.ties.resume(event, run, node, answer).await;
        let Signing { wallet, document } = match question::<Signing>(input) {
            Ok(wanted) => wanted,
            Err(problems) => return tell(invalid(&problems)).await,
        };
        let wallets = self.room.wallets.load(&event.organization.to_string()).await?.aggregate;
        let (wallet_id, wallet) = match wallets.chosen(wallet) {
            Ok(found) => found,
            Err(why) => return tell(no_wallet(&why)).await,
        };
        let intent = Intent {
            intent_id: IntentId::of(run, node),
            organization_id: event.organization,
            wallet_id,
            address: wallet.address,
            origin: self.ties.origin(run, node).await?,
            user: None,
            document,
            expires_at,
        };
        let context = Context::because_of(event, NAME);
        carried_out(self.desk.ask(intent, context, at).await, settled)
    }

    /// Gives up what a node wanted that waits no longer.
    async fn give_up(&self, event: &Recorded, wait: &Wait, reason: &str) -> Result<(), Trouble> {
        let (intent, context) =
            (IntentId::of(wait.run, &wait.node), Context::because_of(event, NAME));
        let given_up = self.desk.cancel(intent, reason, context, wait.at).await;
        carried_out(given_up, settled)
    }

    /// What follows from the event of a document.
    async fn document(&self, event: &Recorded) -> Result<(), Trouble> {
        let intent: IntentId =
            event.aggregate_id.parse().map_err(|_| odd(Odd::Id(event.aggregate_id.clone())))?;
        let happened: Event = event.signature_request()?;
        if matches!(happened, Event::ApprovalGranted { is_enough: true, .. }) {
            self.room.documents.ring(OpenDocument { organization: event.organization, intent });
        }
        if let Some(order) = outcome::spending(&happened) {
            self.ties.spend(&self.room, event, (intent, SPENDING), order).await?;
        }
        match (happened.told(), outcome::answer(&happened)) {
            (Some(told), Some(answer)) => {
                self.ties.resume(event, told.origin.run_id, &told.origin.node_id, answer).await
            }
            (_, None) | (None, _) => Ok(()),
        }
    }
}

/// What was ordered before, or is over, is done.
fn settled(refusal: Error) -> Result<(), Trouble> {
    match refusal {
        Error::Known(_) | Error::Unknown | Error::OutOfPlace(..) => Ok(()),
        Error::Forged { .. } | Error::Approval(_) | Error::NoUser(_) | Error::NoProof => {
            Err(Trouble::lasting(refusal))
        }
    }
}

impl Reaction for SignatureReaction {
    fn name(&self) -> &'static str {
        NAME
    }

    fn concerns(&self, kind: &str, name: &str) -> bool {
        Wait::may_be(kind, name)
            || (kind == SignatureRequest::TYPE && !matches!(name, "accepted" | "sign_requested"))
    }

    fn wants(&self, event: &Recorded) -> bool {
        event.aggregate_type != Run::TYPE || event.payload.contains(SIGN_TYPED_DATA)
    }

    fn react<'a>(&'a self, event: &'a Recorded) -> BoxFuture<'a, Result<(), Trouble>> {
        Box::pin(async move {
            if event.aggregate_type == Run::TYPE {
                self.run(event).await
            } else {
                self.document(event).await
            }
        })
    }
}
