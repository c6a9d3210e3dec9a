//! Secrets at rest: sealed under a data key for each organization, which a key-encryption key wraps.
//!
//! Whoever keeps a secret that must be read again gives it to the [`Vault`] under a name and puts
//! the name, never the secret, into events and views. What comes back is wiped from memory when it
//! is dropped.

mod census;
mod cipher;
mod config;
mod error;
mod keeper;
mod key_file;
mod key_program;
mod keyring;
mod mask;
mod name;
mod rotation;
mod source;
mod subject_key;
mod suspects;
mod vault;

pub use census::{Census, Standing};
pub use config::Config;
pub use error::Error;
pub use keeper::keep;
pub use key_file::KeyFile;
pub use key_program::KeyProgram;
pub use keyring::{KeyId, Keyring};
pub use mask::{MASK, Mask, MaskedStream, SHORTEST, WeakMask, masked_by_all};
pub use name::SecretName;
pub use rotation::{Progress, Rotation};
pub use source::{DataKey, KeySource, NoKey, Unwrapped, Wrapped};
pub use subject_key::{SubjectKey, Unopened};
pub use suspects::{MAX_SUSPECTS, Suspect, suspects};
pub use vault::{Hold, Opened, Sealed, Vault};
