//! The life of a document that should be signed: judged, given to a backend, and kept with its signature.

use std::sync::Arc;
use std::time::Duration;

use time::OffsetDateTime;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use crate::actors::wallets::hindrance::Hindrance;
use crate::actors::wallets::judging;
use crate::actors::wallets::room::LaneRoom;
use crate::aggregates::signature_request::{Command, Intent, Order, SignatureRequest, Stage};
use crate::journal::Loaded;
use crate::policies::approvals::{Asked, Standing};
use crate::projections::signature_requests::OpenDocument;
use crate::signing::{self, Attempt, Outcome};
use crate::spans::Scope;

/// The pause after a first look that came to nothing; it doubles.
const SHORTEST_PAUSE: Duration = Duration::from_millis(250);
/// The longest pause: people are waited for, or a backend that is gone.
const LONGEST_PAUSE: Duration = Duration::from_secs(15);
/// The longest while people are asked here: another process may have written down what they answer.
const WAIT_FOR: Duration = Duration::from_secs(1);
/// Who acts here.
const NAME: &str = "wallet-document";

/// One document while something is to be done for it.
pub(in crate::actors::wallets) struct DocumentLife {
    room: LaneRoom,
    place: OpenDocument,
    wake: Arc<Notify>,
    told: Option<String>,
}

/// How a look at a document ended.
enum Rest {
    /// Nothing is left to do.
    Done,
    /// The backend waits for people.
    Waiting,
    /// People are asked whether it may be signed.
    Asking,
}

impl DocumentLife {
    pub(in crate::actors::wallets) fn new(
        room: LaneRoom,
        place: OpenDocument,
        wake: Arc<Notify>,
    ) -> Self {
        Self { room, place, wake, told: None }
    }

    /// Lives until it is signed or given up, the slot is lost, or it is told to stop.
    pub(in crate::actors::wallets) async fn live(mut self, stop: CancellationToken) {
        let mut pause = SHORTEST_PAUSE;
        loop {
            let ended = tokio::select! {
                () = stop.cancelled() => return,
                ended = self.go_through() => ended,
            };
            match ended {
                Ok(Rest::Done) | Err(Hindrance::Moved) => return,
                Ok(Rest::Waiting) => {}
                Ok(Rest::Asking) => pause = pause.min(WAIT_FOR),
                Err(hindrance) => self.tell(&hindrance),
            }
            tokio::select! {
                () = stop.cancelled() => return,
                () = self.wake.notified() => {}
                () = tokio::time::sleep(pause) => {}
            }
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    /// Reads the document, and does what is due for it as far as that goes.
    async fn go_through(&self) -> Result<Rest, Hindrance> {
        let mut request = self.room.requests.load(&self.place.stream().aggregate_id).await?;
        loop {
            let Some((intent, stage)) = &request.aggregate.wanted else { return Ok(Rest::Done) };
            if stage.is_over() {
                return Ok(Rest::Done);
            }
            let asked = request.aggregate.asked.as_ref();
            let step = self.step(intent, stage, asked);
            let scope = self.room.scope(&intent.origin);
            let Some(order) = Scope::around(scope, step).await? else {
                let is_asked = *stage == Stage::Asked;
                return Ok(if is_asked { Rest::Asking } else { Rest::Waiting });
            };
            self.record(&mut request, order).await?;
        }
    }

    /// What is due; nothing where somebody has to be waited for.
    async fn step(
        &self,
        intent: &Intent,
        stage: &Stage,
        asked: Option<&Asked>,
    ) -> Result<Option<Order>, Hindrance> {
        let now = self.room.clock.now();
        if now >= intent.expires_at {
            let reason = "it was not signed in time".to_owned();
            return Ok(Some(Order::Cancel { reason }));
        }
        match stage {
            Stage::Accepted => {
                let (verdict, reasons) = judging::judge_document(&self.room.laws, intent).await?;
                Ok(Some(Order::Judge { verdict, reasons }))
            }
            Stage::Allowed => Ok(Some(Order::Request)),
            Stage::Asked => {
                let standing = asked.map(|it| it.standing(now));
                Ok((standing == Some(Standing::Expired)).then_some(Order::Expire))
            }
            Stage::Signing { asked_at } => self.sign(intent, asked, *asked_at).await,
            Stage::Signed { .. } | Stage::Over { .. } => Ok(None),
        }
    }

    /// Has it signed, if the policies of this moment still allow it.
    async fn sign(
        &self,
        intent: &Intent,
        asked: Option<&Asked>,
        asked_at: OffsetDateTime,
    ) -> Result<Option<Order>, Hindrance> {
        let organization = self.place.organization;
        let wallet = self.room.wallet(organization, intent.wallet_id).await?;
        let (key, signer) = self.room.key(organization, &wallet)?;
        let clearance = match judging::clear_document(&self.room.laws, intent, asked).await? {
            Ok(clearance) => clearance,
            Err(why) => {
                let reason = format!("the policies allow it no longer: {why}");
                return Ok(Some(Order::Refuse { reason }));
            }
        };
        // The same order each time, whichever process gives it.
        let attempt = Attempt { key: intent.intent_id.to_string(), at: asked_at };
        let document = (&intent.document, intent.document.reach());
        let named = (&key, intent.address);
        let answered = match signer.sign_typed_data(named, document, &clearance, &attempt).await {
            // People there said no, or a rule of its own: asking again changes nothing.
            Err(signing::Error::Rejected(why)) => {
                let reason = format!("the signing backend refuses: {why}");
                return Ok(Some(Order::Refuse { reason }));
            }
            answered => answered?,
        };
        match answered {
            Outcome::Signed(signature) => Ok(Some(Order::Sign(*signature))),
            Outcome::Pending { .. } => Ok(None),
        }
    }

    /// Writes down what an order leads to, as long as the document is this process's.
    async fn record(
        &self,
        request: &mut Loaded<SignatureRequest>,
        order: Order,
    ) -> Result<(), Hindrance> {
        let at = self.room.clock.now();
        let (by, context) = self.room.as_owner(self.place.organization, NAME, &request.id)?;
        let command = Command { by, at, order };
        self.room.requests.execute_on(request, command, context).await?;
        Ok(())
    }

    /// Says once what is in the way.
    fn tell(&mut self, hindrance: &Hindrance) {
        let words = hindrance.in_words();
        if self.told.as_ref() == Some(&words) {
            return;
        }
        let OpenDocument { organization, intent } = self.place;
        tracing::warn!(
            organization.id = %organization,
            "document {intent} waits to be signed and is tried again: {words}"
        );
        self.told = Some(words);
    }
}
