//! What keeps a step of a lane from being done. It is tried again.

use crate::aggregates::{signature_request, spending, wallet_floor, wallet_lane};
use crate::journal::{self, NotExecuted};
use crate::{chains, signing};

/// Why a step was not done now.
#[derive(Debug, thiserror::Error)]
pub(super) enum Hindrance {
    /// The chain.
    #[error("asking the chain")]
    Chain(#[from] chains::Error),
    /// The endpoints that the organization named.
    #[error("opening the endpoints of the chain")]
    Unopened(#[from] chains::NoReader),
    /// Nobody reads the chain any more.
    #[error("there are no endpoints of chain {0}")]
    NoEndpoints(u64),
    /// The newest block was replaced while it was asked about.
    #[error("the newest block is being replaced")]
    Moving,
    /// The ledger.
    #[error("keeping a step of a transaction")]
    Journal(#[from] journal::Error),
    /// Another process has the lane now.
    #[error("the lane belongs to another worker")]
    Moved,
    /// Others kept writing to the same stream.
    #[error("others keep changing the same lane")]
    Contended,
    /// The key.
    #[error("signing")]
    Signing(#[from] signing::Error),
    /// The wallet is gone from the ledger, or its key is called what no key can be called.
    #[error("the wallet cannot sign: {0}")]
    NoWallet(String),
    /// The lane refuses what follows from its own state.
    #[error("the lane refuses a step")]
    Lane(#[from] wallet_lane::Error),
    /// The floor refuses what was seen.
    #[error("the floor of the wallet refuses what was seen")]
    Floor(#[from] wallet_floor::Error),
    /// The document's stream refuses what follows from its own state.
    #[error("the document refuses a step")]
    Request(#[from] signature_request::Error),
    /// The limits changed under the decision, again and again.
    #[error("the limits of the organization keep changing")]
    Spending(#[from] spending::Error),
    /// What should be a token that takes authorized transfers is none.
    #[error("{0} does not answer as a token with authorized transfers (EIP-3009) does")]
    NoToken(alloy_primitives::Address),
    /// What is to be signed is no document.
    #[error("what is to be signed is no document")]
    NoDocument(#[from] crate::transactions::InvalidDocument),
    /// It costs more now than it may.
    #[error("being taken into a block costs more than the transaction may: {0}")]
    TooDear(String),
}

impl Hindrance {
    /// What is in the way, with all that led to it.
    pub(super) fn in_words(&self) -> String {
        let mut words = self.to_string();
        let mut source = std::error::Error::source(self);
        while let Some(error) = source {
            words = format!("{words}: {error}");
            source = error.source();
        }
        words
    }
}

impl<E> From<NotExecuted<E>> for Hindrance
where
    E: std::error::Error + Into<Self>,
{
    fn from(not: NotExecuted<E>) -> Self {
        match not {
            NotExecuted::Refused(refusal) => refusal.into(),
            NotExecuted::Journal(error) => Self::Journal(error),
            NotExecuted::Fenced => Self::Moved,
            NotExecuted::Conflict
            | NotExecuted::ClaimTaken { .. }
            | NotExecuted::ReceiptTaken
            | NotExecuted::NotAllowed => Self::Contended,
        }
    }
}
