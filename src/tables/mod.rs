//! Tables of organizations: their columns, what a row may hold, and which SQL may be asked of them.
//! Nothing here does I/O.

mod change;
mod column;
mod definition;
mod lines;
mod name;
mod row;
pub mod statement;
#[cfg(test)]
mod tests;
mod value;

pub use change::{Change, Unfit};
pub use column::{Column, Kind, MAX_TEXT};
pub use definition::{Definition, Fault, Index, MAX_COLUMNS, MAX_INDEXES};
pub use lines::{Format, Line, Lines, Unreadable, csv_line};
pub use name::{Name, NotAName};
pub use row::{Row, SYSTEM_COLUMNS};
pub use value::shown;
