//! Tests of workflows: kept, played, and what became of them.

mod create;
mod delete;
mod execute;
mod execution;
mod executions;
mod get;
mod list;
mod order;
mod record;
mod results;
pub mod trigger;
mod update;

pub use create::{__path_create, create};
pub use delete::{__path_delete, delete};
pub use execute::{__path_execute, execute};
pub use execution::{__path_execution, execution};
pub use executions::{__path_executions, executions};
pub use get::{__path_get, get};
pub use list::{__path_list, list};
pub use results::{__path_results, results};
pub use update::{__path_update, update};
