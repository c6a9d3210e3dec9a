//! A workflow's test: its cases, and what became of them each time they were played.

mod result;

pub use result::{CaseResult, CaseStatus, Check, CheckKind, Difference};
