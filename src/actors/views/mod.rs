//! Who looks after the views beside those who keep them up: a doctor, and a builder who does what operators order.

mod builder;
mod doctor;

pub use builder::ViewBuilder;
pub use doctor::ViewDoctor;
