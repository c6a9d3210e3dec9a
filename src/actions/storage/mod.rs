//! `storage` and the `org-storage-…` types: values that workflows keep between their runs.

mod act;
mod payload;

pub(super) use act::Storage;
