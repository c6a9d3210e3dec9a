//! The lane as its events made it, and what it answers to orders.

use std::collections::{BTreeMap, BTreeSet};

use alloy_primitives::{Address, B256, U256};
use cqrs_es::Aggregate;
use cqrs_es::event_sink::EventSink;
use serde::{Deserialize, Serialize};

use super::bump::is_enough;
use super::command::{Command, Order, Simulation, Verdict};
use super::error::Error;
use super::event::{Event, Sent};
use super::intent::Intent;
use super::step::Step;
use crate::primitives::IntentId;
use crate::transactions::{Fees, Signed, Unsigned};

/// How many transactions with a nonce may be without a final block: nodes keep so many of a sender.
pub const IN_FLIGHT: usize = 16;
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
    Simulated {
        /// The limit for its gas.
        gas_limit: u64,
    },
    /// It is to be signed.
    Signing,
    /// It is signed, and was not sent.
    Signed,
    /// It was sent.
    Broadcast,
    /// It stands in a block.
    Included {
        /// Which transaction of its.
        hash: B256,
        /// In which block.
        block_hash: B256,
        /// The block's number.
        block_number: u64,
        /// Whether it was carried out, not reverted.
        is_success: bool,
    },
}

/// One price at which an intent is sent under its nonce.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// What is signed.
    pub transaction: Unsigned,
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
    /// The limit for its gas, once that is known.
    pub gas_limit: Option<u64>,
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
            Stage::Simulated { .. } => Step::Number,
            Stage::Signing => Step::Sign,
            Stage::Signed => Step::Broadcast,
            Stage::Broadcast => Step::Watch,
            Stage::Included { .. } => Step::Confirm,
        }
    }

    fn attempt(&self, hash: B256) -> Option<&Attempt> {
        self.attempts.iter().find(|attempt| attempt.hash() == Some(hash))
    }

    fn transaction(&self, nonce: u64, gas_limit: u64, fees: Fees) -> Unsigned {
        let Intent { chain_id, ref call, .. } = self.intent;
        Unsigned {
            chain_id,
            nonce,
            gas_limit,
            to: call.to,
            value: call.value,
            data: call.data.clone(),
            access_list: Vec::new(),
            fees,
        }
    }

    /// Whether the intent may cost so much: its gas at this price.
    fn may_cost(&self, gas_limit: u64, fees: Fees) -> bool {
        let most = U256::from(fees.at_most()).saturating_mul(U256::from(gas_limit));
        self.intent.max_fee_total.is_none_or(|limit| most <= limit)
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

    /// How many have a nonce and no final block.
    pub fn in_flight(&self) -> usize {
        self.open.values().filter(|wanted| wanted.nonce.is_some()).count()
    }

    /// Decides what an order leads to, or why it is refused. No event: it was known already.
    pub fn decide(&self, Command { by, at, order }: Command) -> Result<Vec<Event>, Error> {
        match order {
            Order::Accept(intent) => {
                self.may_accept(&intent)?;
                Ok(vec![Event::IntentAccepted { intent, by, at }])
            }
            Order::Judge { intent, verdict, reasons } => {
                self.standing(intent, "be judged", |stage| matches!(stage, Stage::Accepted))?;
                let (is_allowed, refusal) = match verdict {
                    Verdict::Allowed => (true, None),
                    Verdict::Denied(refusal) => (false, Some(refusal)),
                };
                let intent_id = intent;
                Ok(vec![Event::PolicyDecided { intent_id, is_allowed, refusal, reasons, at }])
            }
            Order::Simulate { intent, outcome } => {
                self.standing(intent, "be tried", |stage| matches!(stage, Stage::Allowed))?;
                let intent_id = intent;
                Ok(vec![match outcome {
                    Simulation::Passed { gas_limit } => {
                        Event::Simulated { intent_id, gas_limit, at }
                    }
                    Simulation::Failed { reason } => {
                        Event::SimulationFailed { intent_id, reason, at }
                    }
                }])
            }
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
            Order::Include {
                intent,
                hash,
                block_number,
                block_hash,
                is_success,
                gas_used,
                gas_price,
            } => {
                let wanted = self.wanted(intent)?;
                wanted.attempt(hash).ok_or(Error::Stranger(intent))?;
                if matches!(wanted.stage, Stage::Included { .. }) {
                    return Err(Error::OutOfPlace(intent, "be included"));
                }
                Ok(vec![Event::Included {
                    intent_id: intent,
                    hash,
                    block_number,
                    block_hash,
                    is_success,
                    gas_used,
                    gas_price: gas_price.to_string(),
                    at,
                }])
            }
            Order::Orphan { intent } => {
                let (hash, block_hash, _) = self.included(intent, "be orphaned")?;
                Ok(vec![Event::Orphaned { intent_id: intent, hash, block_hash, at }])
            }
            Order::Finalize { intent } => {
                let (hash, _, is_success) = self.included(intent, "be final")?;
                Ok(vec![Event::Finalized { intent_id: intent, hash, is_success, at }])
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
                if wanted.nonce.is_some() {
                    return Err(Error::OutOfPlace(intent, "be given up"));
                }
                Ok(vec![Event::Cancelled { intent_id: intent, reason, by, at }])
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

    fn numbered(
        &self,
        intent: IntentId,
        chain_nonce: u64,
        fees: Fees,
        at: time::OffsetDateTime,
    ) -> Result<Vec<Event>, Error> {
        let wanted = self.wanted(intent)?;
        let Stage::Simulated { gas_limit } = wanted.stage else {
            return Err(Error::OutOfPlace(intent, "get a nonce"));
        };
        if self.in_flight() >= IN_FLIGHT {
            return Err(Error::Busy);
        }
        if !wanted.may_cost(gas_limit, fees) {
            return Err(Error::TooDear);
        }
        // What the chain counts is more where others sign with this key, or did before this lane.
        let nonce = self.next_nonce.max(chain_nonce);
        let transaction = wanted.transaction(nonce, gas_limit, fees);
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
        at: time::OffsetDateTime,
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
        at: time::OffsetDateTime,
    ) -> Result<Vec<Event>, Error> {
        let wanted =
            self.standing(intent, "be replaced", |stage| matches!(stage, Stage::Broadcast))?;
        let (Some(last), Some(nonce)) = (wanted.attempts.last(), wanted.nonce) else {
            return Err(Error::OutOfPlace(intent, "be replaced"));
        };
        if !is_enough(last.transaction.fees, fees) {
            return Err(Error::TooCheap);
        }
        let gas_limit = last.transaction.gas_limit;
        if !wanted.may_cost(gas_limit, fees) {
            return Err(Error::TooDear);
        }
        let transaction = wanted.transaction(nonce, gas_limit, fees);
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

    fn included(&self, intent: IntentId, to: &'static str) -> Result<(B256, B256, bool), Error> {
        match self.wanted(intent)?.stage {
            Stage::Included { hash, block_hash, is_success, .. } => {
                Ok((hash, block_hash, is_success))
            }
            Stage::Accepted
            | Stage::Allowed
            | Stage::Simulated { .. }
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
                let (turn, gas_limit) = (self.accepted, intent.gas_limit);
                self.accepted += 1;
                self.turns.insert(id, turn);
                let wanted = Wanted {
                    intent: *intent,
                    stage: Stage::Accepted,
                    nonce: None,
                    attempts: Vec::new(),
                    gas_limit,
                };
                self.open.insert(turn, wanted);
            }
            Event::PolicyDecided { is_allowed: true, .. } => {
                self.change(id, |wanted| wanted.stage = Stage::Allowed);
            }
            Event::PolicyDecided { is_allowed: false, .. }
            | Event::SimulationFailed { .. }
            | Event::Finalized { .. }
            | Event::Cancelled { .. } => self.end(id),
            Event::Simulated { gas_limit, .. } => self.change(id, |wanted| {
                wanted.gas_limit = Some(gas_limit);
                wanted.stage = Stage::Simulated { gas_limit };
            }),
            Event::NonceReserved { nonce, .. } => {
                self.next_nonce = nonce + 1;
                self.change(id, |wanted| wanted.nonce = Some(nonce));
            }
            Event::SignRequested { transaction, .. } => self.change(id, |wanted| {
                wanted.attempts.push(Attempt { transaction, signed: None, said: None });
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
            Event::Included { hash, block_number, block_hash, is_success, .. } => {
                self.change(id, |wanted| {
                    wanted.stage = Stage::Included { hash, block_hash, block_number, is_success };
                });
            }
            Event::Orphaned { .. } => self.change(id, |wanted| wanted.stage = Stage::Broadcast),
            Event::NonceConflict { .. } => self.change(id, |wanted| {
                wanted.nonce = None;
                wanted.attempts.clear();
                wanted.stage = Stage::Simulated { gas_limit: wanted.gas_limit.unwrap_or(0) };
            }),
        }
    }
}
