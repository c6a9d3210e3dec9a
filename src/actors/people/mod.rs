//! People: who they are, how they prove it, and for how long they are believed.
//!
//! Passwords are hashed a few at a time ([`Hashing`]); tokens are signed by keys that all processes
//! share through the ledger ([`TokenRing`]); each token that comes in is held against what the
//! ledger says at that moment ([`Admission`]), so that whoever logged out is out.

mod admission;
mod credentials;
mod desk;
mod hashing;
mod login;
mod rejected;
mod second_factor;
mod strangers;
mod token_ring;

pub use admission::{Admission, Visitor};
pub use credentials::Presented;
pub use desk::{NewUser, People};
pub use hashing::Hashing;
pub use login::{Login, Tokens};
pub use rejected::Rejected;
pub use second_factor::Enrolment;
pub use token_ring::{Jwk, Retirement, TokenRing};
