//! The request as its events made it, and what it answers to orders.

use cqrs_es::Aggregate;
use cqrs_es::event_sink::EventSink;
use engine::Json;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::command::{Command, Order, Verdict};
use super::error::Error;
use super::event::{Event, Told};
use super::intent::Intent;
use crate::policies::limits::Proof;
use crate::transactions::Signature;

/// Where a document stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum Stage {
    /// It was accepted: the policies are to be asked.
    Accepted,
    /// They let it be signed: a backend is to be asked.
    Allowed,
    /// A backend was asked, at this time first.
    Signing {
        /// Since when.
        #[serde(with = "time::serde::rfc3339")]
        asked_at: OffsetDateTime,
    },
    /// It is signed.
    Signed {
        /// By this.
        signature: Signature,
        /// Whether it is known what became of what it lets move.
        is_settled: bool,
    },
    /// It was denied, refused or given up, and will never be signed here.
    Over {
        /// Why.
        reason: String,
    },
}

impl Stage {
    /// Whether it is over, with a signature or without one.
    pub const fn is_over(&self) -> bool {
        match self {
            Self::Signed { .. } | Self::Over { .. } => true,
            Self::Accepted | Self::Allowed | Self::Signing { .. } => false,
        }
    }
}

/// A document that should be signed, folded from its events.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignatureRequest {
    /// What is wanted, once anything is, and where that stands.
    pub wanted: Option<(Box<Intent>, Stage)>,
}

impl SignatureRequest {
    /// The signature, once it is there.
    pub fn signature(&self) -> Option<&Signature> {
        match &self.wanted.as_ref()?.1 {
            Stage::Signed { signature, .. } => Some(signature),
            Stage::Accepted | Stage::Allowed | Stage::Signing { .. } | Stage::Over { .. } => None,
        }
    }

    /// Decides what an order leads to, or why it is refused. No event: it was done before.
    pub fn decide(&self, Command { by, at, order }: Command) -> Result<Option<Event>, Error> {
        match (order, &self.wanted) {
            (Order::Accept(intent), None) => Ok(Some(Event::Accepted { intent, by, at })),
            (_, None) => Err(Error::Unknown),
            (order, Some((intent, stage))) => decided((intent, stage), order, by, at),
        }
    }
}

fn decided(
    (intent, stage): (&Intent, &Stage),
    order: Order,
    by: String,
    at: OffsetDateTime,
) -> Result<Option<Event>, Error> {
    let out_of_place = |what| Err(Error::OutOfPlace(intent.intent_id, what));
    let told = || Box::new(told(intent));
    match order {
        Order::Accept(_) => Err(Error::Known(intent.intent_id)),
        Order::Judge { verdict, reasons } => match stage {
            Stage::Accepted => Ok(Some(judged(intent, verdict, reasons, at))),
            Stage::Allowed | Stage::Signing { .. } | Stage::Signed { .. } | Stage::Over { .. } => {
                out_of_place("be judged")
            }
        },
        Order::Request => match stage {
            Stage::Allowed => {
                Ok(Some(Event::SignRequested { digest: intent.document.digest(), at }))
            }
            Stage::Accepted | Stage::Signing { .. } | Stage::Signed { .. } | Stage::Over { .. } => {
                out_of_place("be given to a backend")
            }
        },
        Order::Sign(signature) => match stage {
            Stage::Signing { .. } => {
                check(intent, signature)?;
                let digest = intent.document.digest();
                Ok(Some(Event::Signed { digest, signature, told: told(), at }))
            }
            // Another one of the same document would be as good, and nobody gets it.
            Stage::Signed { .. } => Ok(None),
            Stage::Accepted | Stage::Allowed | Stage::Over { .. } => out_of_place("be signed"),
        },
        Order::Refuse { reason } => {
            let refused = |may_exist| Event::Refused { reason, may_exist, told: told(), at };
            Ok(may_exist(intent, stage)?.map(refused))
        }
        Order::Cancel { reason } => {
            let cancelled =
                |may_exist| Event::Cancelled { reason, by, may_exist, told: told(), at };
            Ok(may_exist(intent, stage)?.map(cancelled))
        }
        Order::Settle => Ok(is_unsettled(intent, stage)?.then_some(Event::Settled {
            intent_id: intent.intent_id,
            by,
            at,
        })),
        Order::Lapse(proof @ Proof::Lapsed { .. }) => {
            let intent_id = intent.intent_id;
            let lapsed = Event::Lapsed { intent_id, proof, by, at };
            Ok(is_unsettled(intent, stage)?.then_some(lapsed))
        }
        Order::Lapse(
            Proof::NeverSigned | Proof::AnotherFinal { .. } | Proof::RevertedFinal { .. },
        ) => Err(Error::NoProof),
    }
}

fn told(intent: &Intent) -> Told {
    Told {
        intent_id: intent.intent_id,
        wallet_id: intent.wallet_id,
        signer: intent.address,
        origin: intent.origin.clone(),
        user: intent.user.clone(),
    }
}

fn judged(intent: &Intent, verdict: Verdict, reasons: Json, at: OffsetDateTime) -> Event {
    let (is_allowed, refusal) = match verdict {
        Verdict::Allowed => (true, None),
        Verdict::Denied(refusal) => (false, Some(refusal)),
    };
    let told = (!is_allowed).then(|| Box::new(told(intent)));
    Event::PolicyDecided { is_allowed, refusal, reasons, told, at }
}

fn check(intent: &Intent, signature: Signature) -> Result<(), Error> {
    let forged = |why: String| Error::Forged { intent: intent.intent_id, why };
    match signature.signer_of(intent.document.digest()) {
        Ok(signer) if signer == intent.address => Ok(()),
        Ok(signer) => Err(forged(format!("{signer} signed it"))),
        Err(error) => Err(forged(error.to_string())),
    }
}

/// Whether there may be a signature of what is given up; nothing where it was given up before.
fn may_exist(intent: &Intent, stage: &Stage) -> Result<Option<bool>, Error> {
    match stage {
        Stage::Accepted | Stage::Allowed => Ok(Some(false)),
        Stage::Signing { .. } => Ok(Some(true)),
        Stage::Over { .. } => Ok(None),
        Stage::Signed { .. } => Err(Error::OutOfPlace(intent.intent_id, "be given up")),
    }
}

/// Whether its user may still say what became of what it lets move.
fn is_unsettled(intent: &Intent, stage: &Stage) -> Result<bool, Error> {
    if intent.user.is_none() {
        return Err(Error::NoUser(intent.intent_id));
    }
    match stage {
        Stage::Signed { is_settled, .. } => Ok(!is_settled),
        Stage::Accepted | Stage::Allowed | Stage::Signing { .. } | Stage::Over { .. } => {
            Err(Error::OutOfPlace(intent.intent_id, "be settled"))
        }
    }
}

impl Aggregate for SignatureRequest {
    const TYPE: &'static str = "signature_request";
    type Command = Command;
    type Event = Event;
    type Error = Error;
    type Services = ();

    async fn handle(
        &mut self,
        command: Command,
        (): &(),
        sink: &EventSink<Self>,
    ) -> Result<(), Error> {
        if let Some(event) = self.decide(command)? {
            sink.write(event, self).await;
        }
        Ok(())
    }

    fn apply(&mut self, event: Event) {
        let stage = match event {
            Event::Accepted { intent, .. } => {
                self.wanted = Some((intent, Stage::Accepted));
                return;
            }
            Event::PolicyDecided { is_allowed: true, .. } => Stage::Allowed,
            Event::PolicyDecided { is_allowed: false, refusal, .. } => {
                Stage::Over { reason: refusal.unwrap_or_default() }
            }
            Event::SignRequested { at, .. } => Stage::Signing { asked_at: at },
            Event::Signed { signature, told, .. } => {
                Stage::Signed { signature, is_settled: told.user.is_none() }
            }
            Event::Refused { reason, .. } | Event::Cancelled { reason, .. } => {
                Stage::Over { reason }
            }
            Event::Settled { .. } | Event::Lapsed { .. } => match self.signature() {
                Some(signature) => Stage::Signed { signature: *signature, is_settled: true },
                None => return,
            },
        };
        if let Some((_, stood)) = &mut self.wanted {
            *stood = stage;
        }
    }
}
