//! Where runs are sold by request (x402): asked for without a payment the price is told, and one payment starts
//! one run.

mod ask;
mod door;
mod endpoints;
mod told;

use crate::primitives::WorkflowId;

pub use endpoints::{__path_buy, __path_buy_by_get, buy, buy_by_get};
pub use told::Standing;

/// Where a workflow is sold, on this server.
pub(in crate::http) fn path(workflow: WorkflowId) -> String {
    format!("/v1/x402/{workflow}")
}
