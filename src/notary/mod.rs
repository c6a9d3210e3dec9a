//! What is signed of the ledger, and kept where the database cannot reach it: the tree grows with the
//! ledger, checkpoints are signed by the signing backend, and nothing is signed that does not go on from
//! what was signed before.

mod archive;
mod config;
mod copy;
mod error;
mod export;
mod growth;
mod ledger;
mod log;
mod office;
mod replay;
mod rows;
mod state;
mod walk;

pub use archive::{Archive, Differing, Listener, Mark, Pace};
pub use config::{Config, InvalidConfig};
pub use copy::OutsideCopy;
pub use error::{Damage, Error};
pub use export::Export;
pub use ledger::leaf_of_row;
pub use log::{Identity, Kept, Log, Standing};
pub use office::Notary;
pub use replay::{Replayed, replay};
pub use walk::{Progress, Walk, Walked};
