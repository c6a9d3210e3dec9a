//! What happens in an organization, as a list and as it happens.

mod entry;
mod list;
mod stream;

pub use list::{__path_list, list};
pub use stream::{__path_stream, stream};
