//! Keys in a PKCS#11 token: an HSM, or SoftHSM2 in development.
//!
//! The module of a token is somebody else's code. It is loaded into processes of its own, which
//! hold one session each: it may hang, crash or be killed, and the house goes on with a fresh one.

mod device;
mod host;
mod process;
mod talk;
mod token;

pub use device::Pkcs11;
pub use host::host;

/// The hidden command of our own program that makes it a host of a module.
pub const HOST_COMMAND: &str = "signing-host";
