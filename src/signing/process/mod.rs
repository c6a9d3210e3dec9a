//! A signer that is a process of its own, and alone has the keys: asked over a socket of this machine.
//!
//! What is said is a line of JSON each way on a connection of its own, so that nothing is left half said. Who
//! may connect, the socket's directory decides.

mod backend;
mod door;
mod talk;

pub use backend::Elsewhere;
pub use door::{Door, Keeper};
pub use talk::{Question, Said, Wanted};
