//! The lane as its events made it, and what it answers to orders.

use std::collections::{BTreeMap, BTreeSet};

use alloy_primitives::{Address, U256};
use cqrs_es::Aggregate;
use cqrs_es::event_sink::EventSink;
use engine::Json;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::bump::is_enough;
use super::command::{Command, Order, Simulation, Verdict};
use super::error::Error;
use super::event::{Event, Inclusion};
use super::funding::Funding;
use super::intent::{Intent, Until};
use super::packed;
use super::wanted::{Attempt, Stage, Wanted};
use crate::policies::approvals::Asked;
use crate::primitives::IntentId;
use crate::transactions::{Fees, Signed};

/// How many transactions with a nonce may stand in no block: nodes keep so many of a sender.
pub const IN_FLIGHT: usize = 16;
/// The form in which the state is kept in snapshots. It rises whenever the state is written otherwise, or an
/// event is folded otherwise: a test that holds a state against this number says when.
pub const FORM: i32 = 1;
/// How many intents may be open in a lane.
pub const MAX_OPEN: usize = 10_000;

/// The lane of a wallet on a chain, folded from its events.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lane {
    /// The wallet's address and the chain, once anything was wanted here.
    pub place: Option<(Address, u64)>,
    /// The nonce after the highest one that was given here.
    pub next_nonce: u64,
    /// What is not over, in the order in which it was accepted.
    pub open: BTreeMap<u64, Wanted>,
    /// Where in this order each of them is.
    turns: BTreeMap<IntentId, u64>,
    /// What is over: a repeated wish is not carried out again.
    #[serde(with = "packed")]
    over: BTreeSet<IntentId>,
    /// How many were accepted.
    accepted: u64,
    /// Who gets money for what cannot be paid.
    #[serde(default)]
    pub funding: Funding,
}

impl Lane {
    /// The lane without what is over, which grows for ever: for who looks at it, and gives its orders to the
    /// whole.
    #[must_use]
    pub fn unfinished(&self) -> Self {
        let Self { place, next_nonce, open, turns, over: _, accepted, funding } = self;
        Self {
            place: *place,
            next_nonce: *next_nonce,
            open: open.clone(),
            turns: turns.clone(),
            over: BTreeSet::new(),
            accepted: *accepted,
            funding: funding.clone(),
        }
    }

    /// An intent that is not over.
    pub fn find(&self, intent: IntentId) -> Option<&Wanted> {
        self.open.get(self.turns.get(&intent)?)
    }

    /// How many have a nonce and stand in no block.
    pub fn in_flight(&self) -> usize {
        let waits = |wanted: &&Wanted| {
            wanted.nonce.is_some() && !matches!(wanted.stage, Stage::Included(_))
        };
        self.open.values().filter(waits).count()
    }

    /// Decides what an order leads to, or why it is refused. No event: it was known already.
    pub fn decide(&self, Command { by, at, order }: Command) -> Result<Vec<Event>, Error> {
        match order {
            Order::Accept(intent) => {
                self.may_accept(&intent)?;
                Ok(vec![Event::IntentAccepted { intent, by, at }])
            }
            Order::Judge { intent, verdict, reasons } => self.judged(intent, verdict, reasons, at),
            Order::Grant { intent, digest, comment } => {
                self.granted(intent, (digest, comment), by, at).map(|it| vec![it])
            }
            Order::Reject { intent, digest, comment } => {
                self.rejected(intent, (digest, comment), by, at).map(|it| vec![it])
            }
            Order::Expire { intent } => self.expired(intent, at).map(|it| vec![it]),
            Order::Simulate { intent, outcome } => self.tried(intent, outcome, at),
            Order::Lack { intent, balance, needed, hook } => {
                self.lacks(intent, (balance, needed), hook, at)
            }
            Order::Fund { intent, balance, needed } => {
                self.funded(intent, (balance, needed), at).map(|it| vec![it])
            }
            Order::EndTopUp { run, failure } => Ok(self.top_up_over(run, failure, at)),
            Order::CallOffTopUp => Ok(self.top_up_too_late(at)),
            Order::Number { intent, chain_nonce, fees } => {
                self.numbered(intent, chain_nonce, fees, at)
            }
            Order::Sign { intent, transaction } => self.signed(intent, *transaction, at),
            Order::Broadcast { intent, hash, outcome } => {
                let wanted = self.wanted(intent)?;
                let attempt = wanted.attempt(hash).ok_or(Error::Stranger(intent))?;
                if attempt.said.as_ref() == Some(&outcome) {
                    return Ok(Vec::new());
                }
                Ok(vec![Event::BroadcastAttempted { intent_id: intent, hash, outcome, at }])
            }
            Order::Include { intent, hash, receipt } => {
                let wanted = self.wanted(intent)?;
                let inclusion = wanted.inclusion(hash, receipt).ok_or(Error::Stranger(intent))?;
                if matches!(wanted.stage, Stage::Included(_)) {
                    return Err(Error::OutOfPlace(intent, "be included"));
                }
                // What moves nothing in its place is no end that anybody waits for before it is final.
                let is_itself = !wanted.is_empty_attempt(hash);
                let origin = wanted.waits(Until::Included).filter(|_| is_itself);
                Ok(vec![Event::Included { intent_id: intent, inclusion, origin, at }])
            }
            Order::Orphan { intent } => {
                let Inclusion { hash, block_hash, .. } = *self.included(intent, "be orphaned")?;
                Ok(vec![Event::Orphaned { intent_id: intent, hash, block_hash, at }])
            }
            Order::Finalize { intent: intent_id } => {
                let inclusion = self.included(intent_id, "be final")?.clone();
                let wanted = self.wanted(intent_id)?;
                Ok(vec![match &wanted.called_off {
                    Some(reason) if wanted.is_empty_attempt(inclusion.hash) => Event::Cancelled {
                        intent_id,
                        reason: reason.clone(),
                        by,
                        instead: Some(inclusion.hash),
                        origin: Some(wanted.intent.origin.clone()),
                        discharged: None,
                        at,
                    },
                    Some(_) | None => {
                        let origin = wanted.waits(Until::Final);
                        Event::Finalized { intent_id, inclusion, origin, at }
                    }
                }])
            }
            Order::Replace { intent, fees } => self.replaced(intent, fees, at),
            Order::Conflict { intent } => {
                let wanted = self.standing(intent, "lose its nonce", |stage| {
                    matches!(stage, Stage::Signing | Stage::Signed | Stage::Broadcast)
                })?;
                let nonce = wanted.nonce.ok_or(Error::OutOfPlace(intent, "lose its nonce"))?;
                Ok(vec![Event::NonceConflict { intent_id: intent, nonce, at }])
            }
            Order::Cancel { intent, reason } => {
                let wanted = self.wanted(intent)?;
                let intent_id = intent;
                Ok(match (wanted.nonce, &wanted.called_off) {
                    (None, _) => vec![Event::Cancelled {
                        intent_id,
                        reason,
                        by,
                        instead: None,
                        origin: Some(wanted.intent.origin.clone()),
                        discharged: Self::discharged(wanted),
                        at,
                    }],
                    // Its nonce has to be used: by what moves nothing, or by itself if that is faster.
                    (Some(_), None) => vec![Event::CancelRequested { intent_id, reason, by, at }],
                    (Some(_), Some(_)) => Vec::new(),
                })
            }
        }
    }

    fn may_accept(&self, intent: &Intent) -> Result<(), Error> {
        let id = intent.intent_id;
        if self.turns.contains_key(&id) || self.over.contains(&id) {
            return Err(Error::Known(id));
        }
        if self.place.is_some_and(|place| place != (intent.address, intent.chain_id)) {
            return Err(Error::Elsewhere(id));
        }
        if self.open.len() >= MAX_OPEN {
            return Err(Error::Full);
        }
        Ok(())
    }

    fn judged(
        &self,
        intent: IntentId,
        verdict: Verdict,
        reasons: Json,
        at: OffsetDateTime,
    ) -> Result<Vec<Event>, Error> {
        let wanted =
            self.standing(intent, "be judged", |stage| matches!(stage, Stage::Accepted))?;
        let intent_id = intent;
        let origin = &wanted.intent.origin;
        let decided = |fee_budget: Option<U256>, refusal: Option<String>| Event::PolicyDecided {
            intent_id,
            is_allowed: refusal.is_none(),
            fee_budget,
            origin: refusal.is_some().then(|| origin.clone()),
            refusal,
            reasons,
            at,
        };
        Ok(match verdict {
            Verdict::Allowed { fee_budget } => vec![decided(Some(fee_budget), None)],
            Verdict::Denied(refusal) => vec![decided(None, Some(refusal))],
            Verdict::Asks { fee_budget, needs } => {
                let (digest, asked_by) =
                    (wanted.intent.digest(fee_budget), origin.started_by.clone());
                let asked = Event::ApprovalRequested { intent_id, digest, asked_by, needs, at };
                vec![decided(Some(fee_budget), None), asked]
            }
        })
    }

    fn tried(
        &self,
        intent: IntentId,
        outcome: Simulation,
        at: OffsetDateTime,
    ) -> Result<Vec<Event>, Error> {
        // What waits for money may give up, and passes nothing before that is there.
        let is_failed = matches!(outcome, Simulation::Failed { .. });
        let wanted = self.standing(intent, "be tried", |stage| match stage {
            Stage::Allowed => true,
            Stage::Lacking => is_failed,
            Stage::Accepted
            | Stage::Asked
            | Stage::Simulated
            | Stage::Signing
            | Stage::Signed
            | Stage::Broadcast
            | Stage::Included(_) => false,
        })?;
        let (intent_id, most) = (intent, wanted.intent.gas_limit);
        let failed = |reason| Event::SimulationFailed {
            intent_id,
            reason,
            origin: Some(wanted.intent.origin.clone()),
            at,
        };
        Ok(vec![match outcome {
            Simulation::Passed { gas_limit } if most.is_none_or(|most| gas_limit <= most) => {
                // What the author says is given: a call may need more when it is carried out.
                let gas_limit = most.unwrap_or(gas_limit);
                Event::Simulated { intent_id, gas_limit, at }
            }
            Simulation::Passed { gas_limit } => failed(format!(
                "it takes {gas_limit} gas, and its gas limit is {}",
                most.unwrap_or_default()
            )),
            Simulation::Failed { reason } => failed(reason),
        }])
    }

    fn numbered(
        &self,
        intent: IntentId,
        chain_nonce: u64,
        fees: Fees,
        at: OffsetDateTime,
    ) -> Result<Vec<Event>, Error> {
        let wanted = self.wanted(intent)?;
        if wanted.stage != Stage::Simulated {
            return Err(Error::OutOfPlace(intent, "get a nonce"));
        }
        if self.in_flight() >= IN_FLIGHT {
            return Err(Error::Busy);
        }
        // What the chain counts is more where others sign with this key, or did before this lane.
        let nonce = self.next_nonce.max(chain_nonce);
        let transaction = wanted.transaction(nonce, fees);
        let transaction = transaction.ok_or(Error::OutOfPlace(intent, "get a nonce"))?;
        if !wanted.may_cost(&transaction) {
            return Err(Error::TooDear);
        }
        let intent_id = intent;
        Ok(vec![
            Event::NonceReserved { intent_id, nonce, at },
            Event::SignRequested { intent_id, transaction, at },
        ])
    }

    fn signed(
        &self,
        intent: IntentId,
        transaction: Signed,
        at: OffsetDateTime,
    ) -> Result<Vec<Event>, Error> {
        let wanted = self.standing(intent, "be signed", |stage| matches!(stage, Stage::Signing))?;
        let forged = |why: String| Error::Forged { intent, why };
        let asked = wanted.attempts.last().map(|attempt| &attempt.transaction);
        if asked != Some(transaction.unsigned()) {
            return Err(forged("it is another transaction".to_owned()));
        }
        if transaction.signer() != wanted.intent.address {
            return Err(forged(format!("{} signed it", transaction.signer())));
        }
        let hash = transaction.hash();
        Ok(vec![Event::Signed { intent_id: intent, hash, transaction: transaction.into(), at }])
    }

    fn replaced(
        &self,
        intent: IntentId,
        fees: Fees,
        at: OffsetDateTime,
    ) -> Result<Vec<Event>, Error> {
        let wanted = self.standing(intent, "be replaced", |stage| {
            matches!(stage, Stage::Signing | Stage::Broadcast)
        })?;
        let (Some(last), Some(nonce)) = (wanted.attempts.last(), wanted.nonce) else {
            return Err(Error::OutOfPlace(intent, "be replaced"));
        };
        if !is_enough(last.transaction.fees, fees) {
            return Err(Error::TooCheap);
        }
        let transaction = wanted.transaction(nonce, fees);
        let transaction = transaction.ok_or(Error::OutOfPlace(intent, "be replaced"))?;
        if !wanted.may_cost(&transaction) {
            return Err(Error::TooDear);
        }
        Ok(vec![Event::SignRequested { intent_id: intent, transaction, at }])
    }

    pub(super) fn wanted(&self, intent: IntentId) -> Result<&Wanted, Error> {
        self.find(intent).ok_or(Error::NotOpen(intent))
    }

    pub(super) fn standing(
        &self,
        intent: IntentId,
        to: &'static str,
        is_there: impl FnOnce(&Stage) -> bool,
    ) -> Result<&Wanted, Error> {
        let wanted = self.wanted(intent)?;
        if is_there(&wanted.stage) { Ok(wanted) } else { Err(Error::OutOfPlace(intent, to)) }
    }

    fn included(&self, intent: IntentId, to: &'static str) -> Result<&Inclusion, Error> {
        match &self.wanted(intent)?.stage {
            Stage::Included(inclusion) => Ok(inclusion),
            Stage::Accepted
            | Stage::Asked
            | Stage::Allowed
            | Stage::Lacking
            | Stage::Simulated
            | Stage::Signing
            | Stage::Signed
            | Stage::Broadcast => Err(Error::OutOfPlace(intent, to)),
        }
    }

    fn change(&mut self, intent: IntentId, change: impl FnOnce(&mut Wanted)) {
        let turn = self.turns.get(&intent);
        if let Some(wanted) = turn.and_then(|turn| self.open.get_mut(turn)) {
            change(wanted);
        }
    }

    fn end(&mut self, intent: IntentId) {
        if let Some(turn) = self.turns.remove(&intent) {
            self.open.remove(&turn);
        }
        self.over.insert(intent);
    }
}

impl Aggregate for Lane {
    const TYPE: &'static str = "wallet_lane";
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
        let id = event.intent();
        match event {
            Event::IntentAccepted { intent, .. } => {
                self.place = Some((intent.address, intent.chain_id));
                let turn = self.accepted;
                self.accepted += 1;
                self.turns.insert(id, turn);
                let wanted = Wanted {
                    intent: *intent,
                    stage: Stage::Accepted,
                    nonce: None,
                    attempts: Vec::new(),
                    gas_limit: None,
                    fee_budget: None,
                    asked: None,
                    lacking: None,
                    called_off: None,
                };
                self.open.insert(turn, wanted);
            }
            Event::PolicyDecided { is_allowed: true, fee_budget, .. } => {
                self.change(id, |wanted| {
                    wanted.fee_budget = fee_budget;
                    wanted.stage = Stage::Allowed;
                });
            }
            Event::ApprovalRequested { digest, asked_by, needs, at, .. } => {
                self.change(id, |wanted| {
                    wanted.asked = Some(Asked::new(digest, asked_by, needs, at));
                    wanted.stage = Stage::Asked;
                });
            }
            Event::ApprovalGranted { by, is_enough, at, .. } => self.change(id, |wanted| {
                if let Some(asked) = &mut wanted.asked {
                    asked.grant(by, at);
                }
                if is_enough {
                    wanted.stage = Stage::Allowed;
                }
            }),
            Event::PolicyDecided { is_allowed: false, .. }
            | Event::ApprovalRejected { .. }
            | Event::ApprovalExpired { .. }
            | Event::SimulationFailed { .. }
            | Event::Finalized { .. }
            | Event::Cancelled { .. } => self.end(id),
            Event::Simulated { gas_limit, .. } => self.change(id, |wanted| {
                wanted.gas_limit = Some(gas_limit);
                wanted.stage = Stage::Simulated;
            }),
            Event::FundsLacking { run_id, until, .. } => {
                self.change(id, |wanted| wanted.lack(run_id, until));
            }
            Event::TopUpWanted { top_up, .. } => {
                self.change(id, |wanted| wanted.tell(top_up.needed));
                self.funding.begin(id, *top_up);
            }
            Event::TopUpCalledOff { .. } => self.funding.call_off(),
            Event::TopUpEnded { run_id, failure, at, .. } => {
                self.funding.end(run_id, failure, at);
            }
            Event::FundsArrived { .. } => self.change(id, |wanted| wanted.stage = Stage::Allowed),
            Event::NonceReserved { nonce, .. } => {
                self.next_nonce = nonce + 1;
                self.change(id, |wanted| wanted.nonce = Some(nonce));
            }
            Event::SignRequested { transaction, at, .. } => self.change(id, |wanted| {
                let (signed, said) = (None, None);
                wanted.attempts.push(Attempt { transaction, asked_at: at, signed, said });
                wanted.stage = Stage::Signing;
            }),
            Event::Signed { transaction, .. } => self.change(id, |wanted| {
                if let Some(last) = wanted.attempts.last_mut() {
                    last.signed = Some(transaction);
                }
                wanted.stage = Stage::Signed;
            }),
            Event::BroadcastAttempted { hash, outcome, .. } => self.change(id, |wanted| {
                let mut attempts = wanted.attempts.iter_mut();
                if let Some(attempt) = attempts.find(|attempt| attempt.hash() == Some(hash)) {
                    attempt.said = Some(outcome);
                }
                if wanted.stage == Stage::Signed {
                    wanted.stage = Stage::Broadcast;
                }
            }),
            Event::Included { inclusion, .. } => {
                self.change(id, |wanted| wanted.stage = Stage::Included(inclusion));
            }
            Event::CancelRequested { reason, .. } => {
                self.change(id, |wanted| wanted.called_off = Some(reason));
            }
            Event::Orphaned { .. } => self.change(id, |wanted| wanted.stage = Stage::Broadcast),
            Event::NonceConflict { .. } => self.change(id, |wanted| {
                wanted.nonce = None;
                wanted.attempts.clear();
                wanted.stage = Stage::Simulated;
            }),
        }
    }
}
