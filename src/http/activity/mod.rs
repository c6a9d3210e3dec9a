//! What happens in an organization, as a list and as it happens.

mod entry;
mod list;
mod past;
mod stream;

pub use list::{__path_list, list};
pub(crate) use past::{Past, Reading};
pub use stream::{__path_stream, Asked, stream};
