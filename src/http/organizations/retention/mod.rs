//! What an organization keeps and for how long, what may not be let go, and what has left the database.

mod get;
mod hold;
mod lift;
mod record;
mod segments;
mod settle;
mod shred;
mod subjects;

pub use get::{__path_get, get};
pub use hold::{__path_hold, hold};
pub use lift::{__path_lift, lift};
pub use segments::{__path_segments, segments};
pub use settle::{__path_settle, settle};
pub use shred::{__path_shred, shred};
pub use subjects::{__path_subjects, subjects};
