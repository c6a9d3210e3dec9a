//! What the paid endpoints of an organization can be told.

use time::OffsetDateTime;

use super::event::{Endpoint, Trial};
use crate::primitives::PaidEndpointId;

/// An order, by whom and when it was given.
#[derive(Debug, Clone)]
pub struct Command {
    /// Who gives the order, as an auditor will read it.
    pub by: String,
    /// When it was given.
    pub at: OffsetDateTime,
    /// What is to be done.
    pub order: Order,
}

/// What is to be done.
#[derive(Debug, Clone)]
pub enum Order {
    /// Note that an endpoint gave what was paid for.
    Try(Trial),
    /// Take up an endpoint.
    Add(PaidEndpointId, Box<Endpoint>),
    /// Pay it no more.
    Remove(PaidEndpointId),
}
