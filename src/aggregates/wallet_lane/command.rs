//! What a lane can be told: what is wanted of it, and what was seen of it.

use alloy_primitives::{B256, U256};
use engine::Json;
use time::OffsetDateTime;

use super::event::Sent;
use super::funding::Hook;
use super::intent::Intent;
use crate::policies::approvals::Need;
use crate::primitives::{IntentId, RunId};
use crate::transactions::{Fees, Signed};

/// An order, by whom and when it was given.
#[derive(Debug, Clone)]
pub struct Command {
    /// Who gives the order: a person, or the part of the house.
    pub by: String,
    /// When it was given.
    pub at: OffsetDateTime,
    /// What is to be done.
    pub order: Order,
}

/// Whether the policy lets a transaction be signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It does.
    Allowed {
        /// How much its fees may come to, in wei.
        fee_budget: U256,
    },
    /// It does, once these people have approved it.
    Asks {
        /// How much its fees may come to, in wei.
        fee_budget: U256,
        /// What is wanted of whom.
        needs: Vec<Need>,
    },
    /// It does not, and why.
    Denied(String),
}

/// What became of a transaction when it was tried without being sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Simulation {
    /// It would be carried out, with so much gas.
    Passed {
        /// The limit for its gas.
        gas_limit: u64,
    },
    /// It would be reverted, or could not be paid.
    Failed {
        /// Why.
        reason: String,
    },
}

/// What a block says of a transaction in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Receipt {
    /// The block's number.
    pub block_number: u64,
    /// The block's hash.
    pub block_hash: B256,
    /// Whether it was carried out, not reverted.
    pub is_success: bool,
    /// What gas it took.
    pub gas_used: u64,
    /// At which price, in wei a gas.
    pub gas_price: u128,
}

/// What is to be done, or was seen.
#[derive(Debug, Clone)]
pub enum Order {
    /// Take up what should happen.
    Accept(Box<Intent>),
    /// Note what the policy says.
    Judge {
        /// Of which intent.
        intent: IntentId,
        /// What it says.
        verdict: Verdict,
        /// From which rules and facts that follows.
        reasons: Json,
    },
    /// Note that whoever gives this order approves it.
    Grant {
        /// Which intent.
        intent: IntentId,
        /// What is approved.
        digest: B256,
        /// What they say of it.
        comment: Option<String>,
    },
    /// Note that whoever gives this order does not approve it. It is over.
    Reject {
        /// Which intent.
        intent: IntentId,
        /// What is rejected.
        digest: B256,
        /// What they say of it.
        comment: Option<String>,
    },
    /// Note that too few approved it in time.
    Expire {
        /// Which intent.
        intent: IntentId,
    },
    /// Note what came of trying it.
    Simulate {
        /// Of which intent.
        intent: IntentId,
        /// What came of it.
        outcome: Simulation,
    },
    /// Let it wait for money, and have a run get some where none does already.
    Lack {
        /// Which intent.
        intent: IntentId,
        /// How much of the coin the wallet has, in wei.
        balance: U256,
        /// How much is needed, in wei.
        needed: U256,
        /// Who gets it.
        hook: Hook,
    },
    /// Note that it can be paid now.
    Fund {
        /// Which intent.
        intent: IntentId,
        /// How much of the coin the wallet has, in wei.
        balance: U256,
        /// How much is needed, in wei.
        needed: U256,
    },
    /// Note that the run that gets money is over, or could not begin.
    EndTopUp {
        /// Which run.
        run: RunId,
        /// Why it got no money, where it failed.
        failure: Option<String>,
    },
    /// Note that the time of the run that gets money is over, where it is.
    CallOffTopUp,
    /// Give it the next nonce, and ask for a signature.
    Number {
        /// Of which intent.
        intent: IntentId,
        /// How many transactions of the address the chain counts.
        chain_nonce: u64,
        /// At which price.
        fees: Fees,
    },
    /// Keep what was signed.
    Sign {
        /// Of which intent.
        intent: IntentId,
        /// The signed transaction.
        transaction: Box<Signed>,
    },
    /// Note what a node said when it was sent.
    Broadcast {
        /// Of which intent.
        intent: IntentId,
        /// Which transaction.
        hash: B256,
        /// What the node said.
        outcome: Sent,
    },
    /// Note that it stands in a block.
    Include {
        /// Of which intent.
        intent: IntentId,
        /// Which transaction.
        hash: B256,
        /// Where, and what that came to.
        receipt: Receipt,
    },
    /// Note that its block is none of the chain's any more.
    Orphan {
        /// Of which intent.
        intent: IntentId,
    },
    /// Note that its block stays.
    Finalize {
        /// Of which intent.
        intent: IntentId,
    },
    /// Ask for a signature at a higher price, with the same nonce.
    Replace {
        /// Of which intent.
        intent: IntentId,
        /// At which price.
        fees: Fees,
    },
    /// Note that a transaction which is none of ours has its nonce, and that this stays so.
    Conflict {
        /// Of which intent.
        intent: IntentId,
    },
    /// Give it up; where it has a nonce, have something that moves nothing take its place.
    Cancel {
        /// Of which intent.
        intent: IntentId,
        /// Why.
        reason: String,
    },
}
