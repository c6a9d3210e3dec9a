//! Where no chain is read.

use std::sync::Arc;

use chainkeel::chains::{ChainReader, NoReader, Readers};
use chainkeel::primitives::{ChainId, OrganizationId};
use futures::FutureExt as _;
use futures::future::BoxFuture;

/// Has a reader of no chain.
pub(crate) struct Nowhere;

impl Readers for Nowhere {
    fn reader(
        &self,
        _: OrganizationId,
        _: ChainId,
    ) -> BoxFuture<'_, Result<Option<Arc<dyn ChainReader>>, NoReader>> {
        async { Ok(None) }.boxed()
    }
}
