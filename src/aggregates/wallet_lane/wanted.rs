//! An intent that is not over: where it stands, what was tried for it, and what it may become.

use alloy_primitives::{B256, U256};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::command::Receipt;
use super::event::{Inclusion, Sent};
use super::funding::Lacking;
use super::intent::{Call, Intent, Origin, Until};
use super::step::Step;
use crate::policies::approvals::Asked;
use crate::primitives::RunId;
use crate::transactions::{Fees, SignedBytes, Unsigned};

/// What gas a transaction takes that moves nothing.
const PLAIN_GAS: u64 = 21_000;

/// Where an intent stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum Stage {
    /// It was accepted.
    Accepted,
    /// People were asked to approve it.
    Asked,
    /// The policy lets it be signed.
    Allowed,
    /// The policy lets it be signed, and the wallet cannot pay it yet.
    Lacking,
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
    pub signed: Option<SignedBytes>,
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
    /// Who was asked to approve it, and who did.
    pub asked: Option<Asked>,
    /// For whose money it waits or waited, where it could not be paid.
    #[serde(default)]
    pub lacking: Option<Lacking>,
    /// Why it is being called off, where it is: what has its nonce then moves nothing.
    pub called_off: Option<String>,
}

impl Attempt {
    /// Its hash, once it is signed.
    pub fn hash(&self) -> Option<B256> {
        self.signed.as_ref().map(SignedBytes::hash)
    }
}

impl Wanted {
    /// What is due for it.
    pub const fn step(&self) -> Step {
        match self.stage {
            Stage::Accepted => Step::Judge,
            Stage::Asked => Step::Ask,
            Stage::Allowed => Step::Simulate,
            Stage::Lacking => Step::Fund,
            Stage::Simulated => Step::Number,
            Stage::Signing => Step::Sign,
            Stage::Signed => Step::Broadcast,
            Stage::Broadcast => Step::Watch,
            Stage::Included(_) => Step::Confirm,
        }
    }

    pub(super) fn attempt(&self, hash: B256) -> Option<&Attempt> {
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

    /// It waits for this run to get money.
    pub(super) fn lack(&mut self, run_id: RunId, until: OffsetDateTime) {
        let told = self.lacking.as_ref().and_then(|it| it.told);
        self.lacking = Some(Lacking { run_id, until, told });
        self.stage = Stage::Lacking;
    }

    /// The run was told that it needs so much.
    pub(super) const fn tell(&mut self, needed: U256) {
        if let Some(lacking) = &mut self.lacking {
            lacking.told = Some(needed);
        }
    }

    /// Who waits until then, if somebody does.
    pub(super) fn waits(&self, until: Until) -> Option<Origin> {
        (self.intent.until == until).then(|| self.intent.origin.clone())
    }

    /// A transaction of its in a block.
    pub(super) fn inclusion(&self, hash: B256, receipt: Receipt) -> Option<Inclusion> {
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
