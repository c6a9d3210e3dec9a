//! Who may do what: principals, roles, and the keys, passwords, tokens and secrets by which they are
//! known.

mod admin_key;
mod credential;
mod delivery;
mod document;
mod email;
mod key_text;
pub mod opaque;
mod password;
mod permission;
mod principal;
mod role;
mod signature;
pub mod token;
pub mod totp;
mod webhook_secrets;

pub use admin_key::AdminKey;
pub use credential::Credential;
pub use delivery::Delivery;
pub use document::document;
pub use email::{Email, NoEmail};
pub use key_text::{InvitationToken, KeyHash, PREFIX as KEY_PREFIX};
pub use password::{MAX_PASSWORD, MIN_PASSWORD, Password, WeakPassword};
pub use permission::{Permission, Permissions, UnknownPermission};
pub use principal::{Actor, Principal};
pub use role::{Role, RoleRef, UnknownRole};
pub use webhook_secrets::WebhookSecrets;
