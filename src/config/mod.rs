//! One typed configuration: defaults ← `chainkeel.toml` ← environment ← flags.
//!
//! Nothing else in the house reads the environment. Each room owns its part.

mod document;
mod load;
mod settings;
mod shown;
mod surroundings;
mod values;

pub use document::document;
pub use load::{Error, Flags, Loaded, load};
pub use settings::{Kind, SETTINGS, Setting};
pub use surroundings::Surroundings;
pub use values::{Config, Role};
