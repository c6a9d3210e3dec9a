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
use crate::policies::approvals::Asked;
use crate::policies::limits::Proof;
use crate::transactions::Signature;

/// Why a document is over that too few approved.
pub const NOT_APPROVED: &str = "too few approved it in time";

/// Why a document is over that somebody rejected.
pub fn rejection(by: &str, comment: Option<&str>) -> String {
    let comment = comment.map_or_else(String::new, |it| format!(": {it}"));
    format!("{by} rejected it{comment}")
}

/// Where a document stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum Stage {
    /// It was accepted: the policies are to be asked.
    Accepted,
    /// People were asked to approve it.
    Asked,
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
            Self::Accepted | Self::Asked | Self::Allowed | Self::Signing { .. } => false,
        }
    }
}

/// A document that should be signed, folded from its events.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignatureRequest {
    /// What is wanted, once anything is, and where that stands.
    pub wanted: Option<(Box<Intent>, Stage)>,
    /// Who was asked to approve it, and who did.
    pub asked: Option<Asked>,
}

impl SignatureRequest {
    /// The signature, once it is there.
    pub fn signature(&self) -> Option<&Signature> {
        match &self.wanted.as_ref()?.1 {
            Stage::Signed { signature, .. } => Some(signature),
            Stage::Accepted
            | Stage::Asked
            | Stage::Allowed
            | Stage::Signing { .. }
            | Stage::Over { .. } => None,
        }
    }

    /// Decides what an order leads to, or why it is refused. No event: it was done before.
    pub fn decide(&self, Command { by, at, order }: Command) -> Result<Vec<Event>, Error> {
        match (order, &self.wanted) {
            (Order::Accept(intent), None) => Ok(vec![Event::Accepted { intent, by, at }]),
            (_, None) => Err(Error::Unknown),
            (order, Some((intent, stage))) => self.decided((intent, stage), order, by, at),
        }
    }

    fn decided(
        &self,
        (intent, stage): (&Intent, &Stage),
        order: Order,
        by: String,
        at: OffsetDateTime,
    ) -> Result<Vec<Event>, Error> {
        let out_of_place = |what| Err(Error::OutOfPlace(intent.intent_id, what));
        let told = || Box::new(told(intent));
        let one = |event: Option<Event>| event.into_iter().collect();
        match order {
            Order::Accept(_) => Err(Error::Known(intent.intent_id)),
            Order::Judge { verdict, reasons } => match stage {
                Stage::Accepted => Ok(judged(intent, verdict, reasons, at)),
                Stage::Asked
                | Stage::Allowed
                | Stage::Signing { .. }
                | Stage::Signed { .. }
                | Stage::Over { .. } => out_of_place("be judged"),
            },
            Order::Grant { digest, comment } => {
                self.granted((digest, comment), by, at).map(|it| vec![it])
            }
            Order::Reject { digest, comment } => {
                self.rejected((digest, comment), by, at).map(|it| vec![it])
            }
            Order::Expire => self.expired(at).map(|it| vec![it]),
            Order::Request => match stage {
                Stage::Allowed => {
                    Ok(vec![Event::SignRequested { digest: intent.document.digest(), at }])
                }
                Stage::Accepted
                | Stage::Asked
                | Stage::Signing { .. }
                | Stage::Signed { .. }
                | Stage::Over { .. } => out_of_place("be given to a backend"),
            },
            Order::Sign(signature) => match stage {
                Stage::Signing { .. } => {
                    check(intent, signature)?;
                    let digest = intent.document.digest();
                    Ok(vec![Event::Signed { digest, signature, told: told(), at }])
                }
                // Another one of the same document would be as good, and nobody gets it.
                Stage::Signed { .. } => Ok(Vec::new()),
                Stage::Accepted | Stage::Asked | Stage::Allowed | Stage::Over { .. } => {
                    out_of_place("be signed")
                }
            },
            Order::Refuse { reason } => {
                let refused = |may_exist| Event::Refused { reason, may_exist, told: told(), at };
                Ok(one(may_exist(intent, stage)?.map(refused)))
            }
            Order::Cancel { reason } => {
                let (discharged, told) = (self.discharged(), told());
                let cancelled =
                    |may_exist| Event::Cancelled { reason, by, may_exist, discharged, told, at };
                Ok(one(may_exist(intent, stage)?.map(cancelled)))
            }
            Order::Settle => {
                let intent_id = intent.intent_id;
                let settled = Event::Settled { intent_id, by, at };
                Ok(one(is_unsettled(intent, stage)?.then_some(settled)))
            }
            Order::Lapse(proof @ Proof::Lapsed { .. }) => {
                let intent_id = intent.intent_id;
                let lapsed = Event::Lapsed { intent_id, proof, by, at };
                Ok(one(is_unsettled(intent, stage)?.then_some(lapsed)))
            }
            Order::Lapse(
                Proof::NeverSigned | Proof::AnotherFinal { .. } | Proof::RevertedFinal { .. },
            ) => Err(Error::NoProof),
        }
    }
}

/// Who is told that it is over.
pub(super) fn told(intent: &Intent) -> Told {
    Told {
        intent_id: intent.intent_id,
        wallet_id: intent.wallet_id,
        signer: intent.address,
        origin: intent.origin.clone(),
        user: intent.user.clone(),
    }
}

fn judged(intent: &Intent, verdict: Verdict, reasons: Json, at: OffsetDateTime) -> Vec<Event> {
    let decided = |refusal: Option<String>| {
        let told = refusal.is_some().then(|| Box::new(told(intent)));
        let is_allowed = refusal.is_none();
        Event::PolicyDecided { is_allowed, refusal, reasons, told, at }
    };
    match verdict {
        Verdict::Allowed => vec![decided(None)],
        Verdict::Denied(refusal) => vec![decided(Some(refusal))],
        Verdict::Asks(needs) => {
            let (digest, asked_by) = (intent.document.digest(), intent.origin.started_by.clone());
            vec![decided(None), Event::ApprovalRequested { digest, asked_by, needs, at }]
        }
    }
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
        Stage::Accepted | Stage::Asked | Stage::Allowed => Ok(Some(false)),
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
        Stage::Accepted
        | Stage::Asked
        | Stage::Allowed
        | Stage::Signing { .. }
        | Stage::Over { .. } => Err(Error::OutOfPlace(intent.intent_id, "be settled")),
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
        for event in self.decide(command)? {
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
            Event::ApprovalRequested { digest, asked_by, needs, at } => {
                self.asked = Some(Asked::new(digest, asked_by, needs, at));
                Stage::Asked
            }
            Event::ApprovalGranted { by, is_enough, at, .. } => {
                if let Some(asked) = &mut self.asked {
                    asked.grant(by, at);
                }
                if is_enough { Stage::Allowed } else { Stage::Asked }
            }
            Event::ApprovalRejected { by, comment, .. } => {
                let reason = rejection(&by, comment.as_deref());
                if let Some(asked) = &mut self.asked {
                    asked.reject(by);
                }
                Stage::Over { reason }
            }
            Event::ApprovalExpired { .. } => Stage::Over { reason: NOT_APPROVED.to_owned() },
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
