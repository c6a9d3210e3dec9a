//! The payment as its events made it, and what it answers to orders.

use alloy_primitives::{Address, B256};
use cqrs_es::Aggregate;
use cqrs_es::event_sink::EventSink;
use engine::Json;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::command::{Command, Order};
use super::error::Error;
use super::event::{Event, Opening, Outcome, Wish};
use crate::transactions::Signature;

/// How many authorizations are signed for one request at most, each after the one before it is worth nothing.
pub const MAX_AUTHORIZATIONS: u32 = 3;

/// An authorization and its signature.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Signed {
    /// What is authorized.
    pub wish: Wish,
    /// The signature.
    pub signature: Signature,
    /// What came of presenting it the last time.
    pub outcome: Option<Outcome>,
}

/// Where a payment stands.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum Stage {
    /// Nothing was opened.
    #[default]
    Nothing,
    /// Nothing is authorized: the request was not answered, or what was signed for it is worth nothing.
    Open,
    /// An authorization is to be signed.
    Wanted(Box<Wish>),
    /// One is signed: the seller may get the money.
    Alive(Box<Signed>),
    /// It was answered without a payment.
    Answered(Json),
    /// It is not paid for.
    Declined(String),
    /// The policies do not let it be signed.
    Denied(String),
    /// The seller gave what was paid for.
    Paid(Json),
    /// The money moved, and nothing was given for it.
    Lost(Option<B256>),
}

/// A payment, folded from its events.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Payment {
    /// The request.
    pub opening: Option<Opening>,
    /// Where it stands.
    pub stage: Stage,
    /// How many authorizations were wanted.
    pub authorizations: u32,
    /// When something happened to it the last time.
    #[serde(default, with = "time::serde::rfc3339::option")]
    pub at: Option<OffsetDateTime>,
}

impl Signed {
    /// The nonce of what is signed.
    pub const fn nonce(&self) -> B256 {
        self.wish.authorization.nonce
    }
}

impl Payment {
    /// Decides what an order leads to, or why it is refused. No event: it was done before.
    pub fn decide(&self, Command { at, order }: Command) -> Result<Option<Event>, Error> {
        let event = match (order, &self.stage) {
            (Order::Open(opening), Stage::Nothing) => Event::Opened { opening, at },
            (Order::Open(opening), _) => return self.same(&opening).map(|()| None),
            (_, Stage::Nothing) => return Err(Error::Unknown),
            (Order::Answer(answer), Stage::Open) => Event::Answered { answer, at },
            (Order::Decline(reason), Stage::Open) => Event::Declined { reason, at },
            (Order::Want(_), Stage::Open) if self.authorizations >= MAX_AUTHORIZATIONS => {
                return Err(Error::Exhausted);
            }
            (Order::Want(wish), Stage::Open) => Event::Wanted { wish, at },
            (Order::Deny(reason), Stage::Wanted(_)) => Event::Denied { reason, at },
            (Order::Sign(signature), Stage::Wanted(wish)) => {
                if signer_of(wish, &signature) != Some(wish.address) {
                    return Err(Error::Forged);
                }
                Event::Signed { signature, at }
            }
            (Order::Present(outcome), Stage::Alive(signed)) => {
                // The same again is no news.
                let is_news = signed.outcome.as_ref().is_none_or(|before| *before != outcome);
                return Ok(is_news.then_some(Event::Presented { outcome, at }));
            }
            (Order::Pay { answer, transaction }, Stage::Alive(signed)) => {
                Event::Paid { answer, transaction, nonce: signed.nonce(), at }
            }
            (Order::Lose { transaction }, Stage::Alive(signed)) => {
                Event::Lost { transaction, nonce: signed.nonce(), at }
            }
            (Order::Expire { block, number }, Stage::Alive(signed)) => {
                Event::Expired { block, number, nonce: signed.nonce(), at }
            }
            (
                Order::Answer(_)
                | Order::Decline(_)
                | Order::Want(_)
                | Order::Deny(_)
                | Order::Sign(_)
                | Order::Present(_)
                | Order::Pay { .. }
                | Order::Lose { .. }
                | Order::Expire { .. },
                _,
            ) => return Err(Error::OutOfPlace),
        };
        Ok(Some(event))
    }

    fn same(&self, opening: &Opening) -> Result<(), Error> {
        let known = self.opening.as_ref();
        let is_same = known.is_some_and(|known| {
            known.organization_id == opening.organization_id
                && known.fingerprint == opening.fingerprint
        });
        if is_same { Ok(()) } else { Err(Error::OtherRequest) }
    }
}

/// Who signed what is wanted.
fn signer_of(wish: &Wish, signature: &Signature) -> Option<Address> {
    let terms = &wish.offer.terms;
    let document = wish.authorization.document(terms.chain, terms.asset, &terms.token).ok()?;
    signature.signer_of(document.digest()).ok()
}

impl Aggregate for Payment {
    const TYPE: &'static str = "payment";
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
        let before = std::mem::take(&mut self.stage);
        let (stage, at) = match event {
            Event::Opened { opening, at } => {
                self.opening = Some(*opening);
                (Stage::Open, at)
            }
            Event::Answered { answer, at } => (Stage::Answered(answer), at),
            Event::Declined { reason, at } => (Stage::Declined(reason), at),
            Event::Wanted { wish, at } => {
                self.authorizations += 1;
                (Stage::Wanted(wish), at)
            }
            Event::Denied { reason, at } => (Stage::Denied(reason), at),
            Event::Signed { signature, at } => match before {
                Stage::Wanted(wish) => {
                    let signed = Signed { wish: *wish, signature, outcome: None };
                    (Stage::Alive(Box::new(signed)), at)
                }
                stands @ (Stage::Nothing
                | Stage::Open
                | Stage::Alive(_)
                | Stage::Answered(_)
                | Stage::Declined(_)
                | Stage::Denied(_)
                | Stage::Paid(_)
                | Stage::Lost(_)) => (stands, at),
            },
            Event::Presented { outcome, at } => match before {
                Stage::Alive(mut signed) => {
                    signed.outcome = Some(outcome);
                    (Stage::Alive(signed), at)
                }
                stands @ (Stage::Nothing
                | Stage::Open
                | Stage::Wanted(_)
                | Stage::Answered(_)
                | Stage::Declined(_)
                | Stage::Denied(_)
                | Stage::Paid(_)
                | Stage::Lost(_)) => (stands, at),
            },
            Event::Paid { answer, at, .. } => (Stage::Paid(answer), at),
            Event::Lost { transaction, at, .. } => (Stage::Lost(transaction), at),
            Event::Expired { at, .. } => (Stage::Open, at),
        };
        (self.stage, self.at) = (stage, Some(at));
    }
}
