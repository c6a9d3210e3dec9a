//! Views made from the ledger: each can be thrown away and made again, while the system runs.
//!
//! A new view is one file, one line in [`registry`], and a migration with its template.

pub mod access;
pub mod activity;
pub mod audit;
pub mod blueprints;
pub mod builds;
mod concern;
mod config;
pub mod connectors;
mod error;
pub mod examine;
mod facts;
pub mod findings;
pub mod happenings;
pub mod knowledge;
mod lookout;
pub mod orders;
mod origins;
mod page;
mod positions;
mod projection;
pub mod registry;
mod remake;
pub mod run_history;
pub mod runner;
pub mod schemas;
pub mod search;
pub mod sequences;
mod session;
pub mod signature_requests;
pub mod storage;
pub mod tasks;
mod text;
pub mod timers;
pub mod transactions;
pub mod trials;
pub mod ui_components;
pub mod usage;
pub mod users;
mod views;
pub mod waits;
pub mod wallet_floors;
pub mod workflow_catalog;
pub mod x402;

pub use config::{Config, Course};
pub use error::Error;
pub use lookout::Lookout;
pub use origins::Origins;
pub use page::{Cursor, Page, Paging, Reflecting};
pub use positions::Positions;
pub use projection::Projection;
pub use registry::{all, by_name};
pub use remake::{Comparison, Difference, Effort, Reason, builder, rebuild, verify, wanted};
pub use runner::Runner;
pub use views::{HouseViews, Views};
