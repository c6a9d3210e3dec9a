//! What leaves the database, what may not, and what is deleted by order: `docs/retention.md` tells operators, and
//! `docs/decisions/0059` why it is so.

mod archivist;
mod config;
mod deletion;
mod error;
mod parts;
mod proving;
mod sealing;
mod shredding;

pub use archivist::{Archivist, Done, Pace, Views};
pub use config::{Config, InvalidConfig};
pub use error::Error;
pub use proving::Prover;
pub use shredding::destroy;
