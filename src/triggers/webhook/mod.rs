//! What an author says of the deliveries that start runs.

mod kind;
mod settings;

pub use kind::Webhook;
pub use settings::{
    MAX_BYTES, Method, Outcome, Respond, SECRETS, Settings, connector_of, problems,
};
