//! The tables of organizations in the database: what their events say is carried out here, rows are
//! written and read, and statements of authors are asked behind four walls (`docs/data.md`).

mod error;
mod import;
mod query;
mod receipts;
mod rows;
mod session;
mod tables;

pub use error::Error;
pub use import::{Bad, BadLine, Import, Imported};
pub use query::{Answer, Question};
pub use receipts::Once;
pub use rows::{Changed, Filter, Listing, MAX_ROWS, Sort};
pub use tables::{Data, Opened, Summary};
