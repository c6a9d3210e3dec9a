//! The lane as its events made it, and what it answers to orders.

use std::collections::{BTreeMap, BTreeSet};

use alloy_primitives::{Address, B256, U256};
use cqrs_es::Aggregate;
use cqrs_es::event_sink::EventSink;
use engine::Json;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::bump::is_enough;
use super::command::{Command, Order, Receipt, Simulation, Verdict};
use super::error::Error;
use super::event::{Event, Inclusion, Sent};
use super::intent::{Call, Intent, Origin, Until};
use super::step::Step;
use crate::primitives::IntentId;
use crate::transactions::{Fees, Signed, Unsigned};

/// How many transactions with a nonce may stand in no block: nodes keep so many of a sender.
pub const IN_FLIGHT: usize = 16;
/// What gas a transaction takes that moves nothing.
const PLAIN_GAS: u64 = 21_000;
/// How many intents may be open in a lane.
pub const MAX_OPEN: usize = 10_000;

/// Where an intent stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum Stage {
    /// It was accepted.
    Accepted,
    /// The policy lets it be signed.
    Allowed,
    /// It would be carried out.
    Simulated,
    /// It is to be signed.
    Signing,
    /// It is signed, and was not sent.
    Signed,
    /// It was sent.
    Broadcast,
    /// It stands in a block.
    Included(Inclusion),
}

/// One price at which an intent is sent under its nonce.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// What is signed.
    pub transaction: Unsigned,
    /// Since when a signature is wanted.
    #[serde(with = "time::serde::rfc3339")]
    pub asked_at: OffsetDateTime,
    /// The signed transaction, once it is there.
    pub signed: Option<Signed>,
    /// What nodes said last when they were sent it.
    pub said: Option<Sent>,
}

/// An intent that is not over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wanted {
    /// What is wanted.
    pub intent: Intent,
    /// Where it stands.
    pub stage: Stage,
    /// Its nonce, once it has one.
    pub nonce: Option<u64>,
    /// Its attempts under this nonce, the last one the one that counts now.
    pub attempts: Vec<Attempt>,
    /// The limit for its gas, once it was tried.
    pub gas_limit: Option<u64>,
    /// How much its fees may come to by the policy, in wei, once that was asked.
    pub fee_budget: Option<U256>,
    /// Why it is being called off, where it is: what has its nonce then moves nothing.
    pub called_off: Option<String>,
}

impl Attempt {
    /// Its hash, once it is signed.
    pub fn hash(&self) -> Option<B256> {
        self.signed.as_ref().map(Signed::hash)
    }
}

impl Wanted {
    /// What is due for it.
    pub const fn step(&self) -> Step {
        match self.stage {
            Stage::Accepted => Step::Judge,
            Stage::Allowed => Step::Simulate,
            Stage::Simulated => Step::Number,
            Stage::Signing => Step::Sign,
            Stage::Signed => Step::Broadcast,
            Stage::Broadcast => Step::Watch,
            Stage::Included(_) => Step::Confirm,
        }
    }

    fn attempt(&self, hash: B256) -> Option<&Attempt> {
        self.attempts.iter().find(|attempt| attempt.hash() == Some(hash))
    }

    /// The transaction that it is under this nonce; one that moves nothing, where it is being called off.
    pub fn transaction(&self, nonce: u64, fees: Fees) -> Option<Unsigned> {
        let Intent { chain_id, ref call, address, .. } = self.intent;
        let (gas_limit, call) = match &self.called_off {
            None => (self.gas_limit?, call.clone()),
            Some(_) => (PLAIN_GAS, Call::nothing(address)),
        };
        Some(Unsigned {
            chain_id,
            nonce,
            gas_limit,
            to: call.to,
            value: call.value,
            data: call.data,
            access_list: Vec::new(),
            fees,
        })
    }

    /// How much its fees may come to, in wei: the smaller of what its author and the policy say.
    pub fn most_fees(&self) -> Option<U256> {
        let both = [self.intent.max_fee_total, self.fee_budget];
        both.into_iter().flatten().min()
    }

    /// Whether the transaction may cost so much.
    pub fn may_cost(&self, transaction: &Unsigned) -> bool {
        let (price, gas) = (transaction.fees.at_most(), transaction.gas_limit);
        let most = U256::from(price).saturating_mul(U256::from(gas));
        self.most_fees().is_none_or(|limit| most <= limit)
    }

    /// Whether it is itself what moves nothing.
    pub fn moves_nothing(&self) -> bool {
        self.intent.call == Call::nothing(self.intent.address)
    }

    /// Who waits until then, if somebody does.
    fn waits(&self, until: Until) -> Option<Origin> {
        (self.intent.until == until).then(|| self.intent.origin.clone())
    }

    /// A transaction of its in a block.
    fn inclusion(&self, hash: B256, receipt: Receipt) -> Option<Inclusion> {
        let transaction = &self.attempt(hash)?.transaction;
        let Receipt { block_number, block_hash, is_success, gas_used, gas_price } = receipt;
        let contract = transaction.creates(self.intent.address).filter(|_| is_success);
        Some(Inclusion {
            hash,
            from: self.intent.address,
            nonce: transaction.nonce,
            block_number,
            block_hash,
            is_success,
            gas_used,
            gas_price: gas_price.to_string(),
            contract,
        })
    }

    /// Whether a transaction of its moves nothing.
    pub fn is_empty_attempt(&self, hash: B256) -> bool {
        let moves_nothing = |attempt: &Attempt| {
            let call = Call::of(&attempt.transaction);
            call != self.intent.call && call == Call::nothing(self.intent.address)
        };
        self.attempt(hash).is_some_and(moves_nothing)
    }
}

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
    over: BTreeSet<IntentId>,
    /// How many were accepted.
    accepted: u64,
}

impl Lane {
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
            Order::Simulate { intent, outcome } => self.tried(intent, outcome, at),
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
                let origin = wanted.waits(Until::Included);
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
        let (is_allowed, fee_budget, refusal) = match verdict {
            Verdict::Allowed { fee_budget } => (true, Some(fee_budget), None),
            Verdict::Denied(refusal) => (false, None, Some(refusal)),
        };
        let intent_id = intent;
        let origin = (!is_allowed).then(|| wanted.intent.origin.clone());
        Ok(vec![Event::PolicyDecided {
            intent_id,
            is_allowed,
            fee_budget,
            refusal,
            reasons,
            origin,
            at,
        }])
    }

    fn tried(
        &self,
        intent: IntentId,
        outcome: Simulation,
        at: OffsetDateTime,
    ) -> Result<Vec<Event>, Error> {
        let wanted = self.standing(intent, "be tried", |stage| matches!(stage, Stage::Allowed))?;
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
        Ok(vec![Event::Signed { intent_id: intent, hash, transaction: Box::new(transaction), at }])
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

    fn wanted(&self, intent: IntentId) -> Result<&Wanted, Error> {
        self.find(intent).ok_or(Error::NotOpen(intent))
    }

    fn standing(
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
            | Stage::Allowed
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
            Event::PolicyDecided { is_allowed: false, .. }
            | Event::SimulationFailed { .. }
            | Event::Finalized { .. }
            | Event::Cancelled { .. } => self.end(id),
            Event::Simulated { gas_limit, .. } => self.change(id, |wanted| {
                wanted.gas_limit = Some(gas_limit);
                wanted.stage = Stage::Simulated;
            }),
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
                    last.signed = Some(*transaction);
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
