//! JSON Schemas of organizations: how they are called, what one may be, and whether a new version
//! takes the data of the one before. Pure.

mod bundle;
mod compatibility;
mod document;
mod level;
mod name;
mod part;
mod version;

pub use bundle::bundle;
pub use compatibility::{Change, ChangeCode, Comparison, Direction, Severity, compare};
pub use document::{
    DRAFT, MAX_BUNDLE_BYTES, MAX_BYTES, MAX_LEVELS, MAX_REFERENCES, Unusable, references,
};
pub use level::Level;
pub use name::{InvalidName, InvalidReference, MAX_NAME, Name, Reference};
pub use part::{Lost, MAX_PARTS, Part};
pub use version::{Bump, InvalidVersion, Version};
