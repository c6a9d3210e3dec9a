//! The wallets of an organization: made, brought along, named, put away, what they have, and what they sign.

mod approval;
mod balances;
mod create;
mod deed;
pub mod floors;
mod funds;
mod get;
mod import;
mod list;
mod order;
mod payers;
mod record;
mod rename;
pub(in crate::http) mod said;
pub mod signatures;
pub mod transactions;
pub mod x402;

pub use balances::{__path_balances, balances};
pub use create::{__path_create, create};
pub use get::{__path_get, get};
pub use import::{__path_import, import};
pub use list::{__path_list, list};
pub use order::{
    __path_archive, __path_make_default, __path_restore, archive, make_default, restore,
};
pub use payers::payers;
pub use rename::{__path_rename, rename};
