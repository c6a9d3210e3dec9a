//! What the trigger of a workflow would fire, without firing it.

mod occasion;
mod survey;
mod test;

pub use test::{__path_test, test};
