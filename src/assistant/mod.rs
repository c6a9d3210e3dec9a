//! The assistant: what a language model of the organization's own provider says to a conversation.
//!
//! It acts by nothing. What the model wants done are calls of tools that this room has defined and holds against
//! their schemas; whoever asked carries them out with rights of their own, or does not. So this is no way to use a
//! provider for anything else.

mod asking;
mod config;
mod conversation;
mod error;
mod prompt;
#[cfg(test)]
mod tests;
mod tools;
mod wire;

pub use asking::{Answer, Assistant, Frame, KIND, Provider};
pub use config::Config;
pub use conversation::{
    Call, Conversation, Fault, MAX_MESSAGES, MAX_QUESTION, MAX_RESULT, Message,
};
pub use error::Error;
pub use prompt::Scene;
pub use tools::{Does, Tool, Toolbox};
pub use wire::Usage;
