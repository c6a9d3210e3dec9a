//! Secrets at rest, against a real database: sealing, isolation, rotation under load.

mod rotation;
mod vault;
