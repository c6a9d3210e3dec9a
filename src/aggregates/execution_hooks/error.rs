//! Why an endpoint refuses an order.

use super::state::{
    MAX_DESCRIPTION, MAX_ENDPOINTS, MAX_NAME, MAX_RETRIES, MAX_SECRETS, MAX_SPAN, MAX_TYPES,
    MAX_URL, MAX_WORKFLOWS,
};

/// The obstacle, in words for the one who gave the order.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// There is none, or it was removed.
    #[error("this execution webhook does not exist")]
    Unknown,
    /// The id is taken.
    #[error("this execution webhook exists already")]
    Exists,
    /// There are too many.
    #[error("an organization has at most {MAX_ENDPOINTS} execution webhooks: remove one first")]
    Full,
    /// Too many secrets sign at a time.
    #[error("{MAX_SECRETS} secrets sign already: wait until the first of them is over")]
    Secrets,
    /// It is told nothing now, so that nothing can be sent again.
    #[error("it is disabled: enable it first")]
    Disabled,
    /// The name cannot be used.
    #[error("has 1 to {MAX_NAME} characters, without control characters")]
    Name,
    /// The description is too long.
    #[error("has at most {MAX_DESCRIPTION} characters")]
    Description,
    /// The URL is none.
    #[error("must be an https URL of at most {MAX_URL} bytes, without a user and a password")]
    Url,
    /// Nothing is chosen, or too much.
    #[error("names 1 to {MAX_TYPES} events of runs and nodes, each once")]
    EventTypes,
    /// Too many workflows.
    #[error("names at most {MAX_WORKFLOWS} workflows, each once; none means all of them")]
    Workflows,
    /// Too many tries.
    #[error("is 0 to {MAX_RETRIES}")]
    Retries,
    /// The stretch is none.
    #[error("a stretch goes from a position to a later one, and holds at most {MAX_SPAN} of them")]
    Span,
}
