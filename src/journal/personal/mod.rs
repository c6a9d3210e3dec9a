//! Personal data: the events of a run that handles it are stored sealed under a key of its subject, so that destroying
//! the key leaves every byte of the ledger, and every proof, as it was.
//!
//! This stands between events and rows, as blobs do: what is above sees plain text while the key stands, and passes
//! over what it had sealed when the key is gone.

mod keys;
mod seal;
mod shredding;

pub use keys::{KeyName, Subjects};
pub use seal::is_sealed;
pub use shredding::{Closing, Left, SubjectStanding};
