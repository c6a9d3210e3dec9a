//! `storage` and the `org-storage-…` types: values that workflows keep between their runs.

mod act;
mod payload;
mod variable;

pub(super) use act::Storage;
pub(super) use variable::KeptVariable;
