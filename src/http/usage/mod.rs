//! Compute units: what they cost, what was used, what is left, and how they are given.

mod balance;
mod daily;
mod get;
mod grant;
mod order;
mod plan;
mod prices;
mod record;
mod top_up;

pub use balance::{__path_balance, balance};
pub use daily::{__path_daily, daily};
pub use get::{__path_get, get};
pub use grant::{__path_grant, grant};
pub use plan::{__path_plan, plan};
pub use prices::{__path_prices, prices};
pub use top_up::{__path_top_up, top_up};
