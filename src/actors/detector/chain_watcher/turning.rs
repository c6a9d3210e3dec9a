//! When an organization names endpoints of a chain, or takes them away, its triggers turn to the
//! other view of the chain.

use futures::future::BoxFuture;

use crate::actors::reaction::{Reaction, Trouble};
use crate::aggregates::chain_endpoints::Event;
use crate::journal::{ChainViews, Recorded};

/// The reaction's name, on its checkpoint.
const NAME: &str = "chain-views";

/// The reaction that turns organizations to the endpoints that they named.
pub struct ChainTurning {
    views: ChainViews,
}

impl ChainTurning {
    /// Turns them in these views.
    pub const fn new(views: ChainViews) -> Self {
        Self { views }
    }

    async fn turn(&self, event: &Recorded) -> Result<(), Trouble> {
        let (chain, own) = match event.chain_endpoints()? {
            Event::Named { chain_id, .. } => (chain_id, true),
            Event::Removed { chain_id, .. } => (chain_id, false),
        };
        self.views.turn(event.organization, chain, event.sequence, own).await?;
        Ok(())
    }
}

impl Reaction for ChainTurning {
    fn name(&self) -> &'static str {
        NAME
    }

    fn concerns(&self, kind: &str, _: &str) -> bool {
        kind == "chain_endpoints"
    }

    fn react<'a>(&'a self, event: &'a Recorded) -> BoxFuture<'a, Result<(), Trouble>> {
        Box::pin(self.turn(event))
    }
}
