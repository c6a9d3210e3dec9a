//! What an author says of the deliveries that start runs.

mod kind;
mod price;
mod settings;

pub use kind::Webhook;
pub use price::{Payee, Price, Priced, Settles};
pub use settings::{
    MAX_BYTES, Method, Outcome, Respond, SECRETS, Settings, connector_of, problems,
};
