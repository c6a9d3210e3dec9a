//! Who may do what: principals and the keys by which they are known.

mod admin_key;
mod principal;

pub use admin_key::{AdminKey, PREFIX as KEY_PREFIX};
pub use principal::{Kind, Principal};
