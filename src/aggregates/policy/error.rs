//! Why a policy refuses an order: it never does.

/// There is no obstacle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Error {}
