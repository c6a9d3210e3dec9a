//! What a language model says to a person's conversation, asked of the organization's own provider.

mod conversation;
mod note;
mod offered;
mod provider;
mod reply;

pub use offered::{__path_models, models};
pub use reply::{__path_reply, reply};
