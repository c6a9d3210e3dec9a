//! What must not be read by others: secrets, derived and sealed.

mod webhook;

pub use webhook::WebhookSecrets;
