//! From a payload to a question, from a question to the organization's own reader of its chain.

use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Duration;

use engine::{Failure, FailureCategory, Json};
use futures::future::BoxFuture;
use serde_json::Value;

use super::failure::{unopened, unread};
use crate::actions::registry::invalid;
use crate::actions::{Action, Call, Lent, Performing};
use crate::chains::{At, ChainReader, Header, Readers};
use crate::onchain::{
    Balance, Debug, Lookup, Question, ReadContract, Resolve, Simulation, WaitFor, question,
};
use crate::primitives::ChainId;

/// The nodes that read chains, by their types. A new one is a file and its line here.
pub(in crate::actions) fn all(readers: &Arc<dyn Readers>) -> [(&'static str, Box<dyn Action>); 7] {
    [
        ("get-balance", OnChain::<Balance>::boxed(readers)),
        ("read-contract", OnChain::<ReadContract>::boxed(readers)),
        ("get-transaction", OnChain::<Lookup>::boxed(readers)),
        ("wait-for-transaction", OnChain::<WaitFor>::boxed(readers)),
        ("simulate-transaction", OnChain::<Simulation>::boxed(readers)),
        ("debug-transaction", OnChain::<Debug>::boxed(readers)),
        ("resolve-ens", OnChain::<Resolve>::boxed(readers)),
    ]
}

/// A chain as the node's organization reads it.
pub(super) struct Chain {
    /// Its number.
    pub(super) id: ChainId,
    /// Who reads it.
    pub(super) reader: Arc<dyn ChainReader>,
    /// How long the attempt may take.
    pub(super) timeout: Duration,
}

/// A question that a chain answers.
pub(super) trait Answered: Question + Send + Sync + 'static {
    /// Of which chain it is.
    fn chain(&self) -> ChainId;

    /// What the chain says.
    fn answer(self, chain: Chain) -> BoxFuture<'static, Result<Value, Failure>>;

    /// Whether it mostly waits: such a node takes no place from those that work.
    const WAITS: bool = false;
}

/// The action behind a question. It only reads: whenever it was broken off, it is performed anew.
struct OnChain<Q> {
    readers: Arc<dyn Readers>,
    question: PhantomData<fn() -> Q>,
}

impl<Q: Answered> OnChain<Q> {
    fn boxed(readers: &Arc<dyn Readers>) -> Box<dyn Action> {
        Box::new(Self { readers: Arc::clone(readers), question: PhantomData })
    }

    async fn carry_out(&self, call: Call) -> Result<Json, Failure> {
        let asked: Q = question(&call.input).map_err(|problems| invalid(&problems))?;
        let id = asked.chain();
        let reader = self.readers.reader(call.origin.organization, id).await;
        let reader = reader.map_err(|error| unopened(&error))?.ok_or_else(|| {
            let message = format!(
                "neither the organization nor the installation has endpoints of chain {id}: name some \
                 with `chainkeel chain endpoints set {id}`"
            );
            Failure::lasting("chain_unknown", FailureCategory::Config, message)
        })?;
        let chain = Chain { id, reader, timeout: call.timeout };
        asked.answer(chain).await.map(Json::from)
    }
}

impl<Q: Answered> Action for OnChain<Q> {
    fn waits(&self) -> bool {
        Q::WAITS
    }

    fn perform(&self, call: Call, _: Lent) -> Performing<'_> {
        Box::pin(self.carry_out(call))
    }
}

impl Chain {
    /// The block that is meant.
    pub(super) async fn block(&self, at: At) -> Result<Header, Failure> {
        let found = self.reader.block_at(at).await.map_err(|error| unread(&error))?;
        found.ok_or_else(|| self.no_block(at))
    }

    /// What is read at a block that the chain has just shown.
    pub(super) fn there<T>(&self, read: Option<T>) -> Result<T, Failure> {
        read.ok_or_else(|| {
            let message = format!(
                "the block of chain {} at which was to be read is not there any more: the chain was \
                 reorganized",
                self.id
            );
            Failure::passing("block_gone", FailureCategory::Onchain, message)
        })
    }

    fn no_block(&self, at: At) -> Failure {
        let id = self.id;
        let message = match at {
            At::Latest => format!("no endpoint of chain {id} shows its newest block"),
            At::Safe => format!("chain {id} calls no block safe"),
            At::Finalized => format!("nothing of chain {id} is final yet"),
            At::Number(number) => format!("chain {id} has no block {number} yet"),
        };
        Failure::passing("block_missing", FailureCategory::Onchain, message)
    }
}
