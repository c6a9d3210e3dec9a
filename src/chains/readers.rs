//! Through whom an organization reads chains: its own endpoints, or the installation's.

use std::sync::Arc;

use futures::future::BoxFuture;

use super::reader::ChainReader;
use crate::primitives::{ChainId, OrganizationId};

/// Why it cannot be said now through whom an organization reads a chain.
#[derive(Debug, thiserror::Error)]
#[error("the endpoints of chain {chain} cannot be opened now")]
pub struct NoReader {
    /// The chain.
    pub chain: ChainId,
    /// Why.
    #[source]
    pub source: Box<dyn std::error::Error + Send + Sync>,
}

/// Finds the reader of a chain for an organization.
pub trait Readers: Send + Sync {
    /// The reader; none where neither the organization nor the installation has endpoints of the chain.
    fn reader(
        &self,
        organization: OrganizationId,
        chain: ChainId,
    ) -> BoxFuture<'_, Result<Option<Arc<dyn ChainReader>>, NoReader>>;
}
