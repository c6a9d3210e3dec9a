//! Triggers that are a file: what of a delivery or an answer starts runs. Pure.

mod cursor;
mod feed;
mod item;
mod kind;
mod place;
mod poll;
mod stream;
#[cfg(test)]
mod tests;

pub use cursor::Cursor;
pub use item::{Item, of_delivery};
pub use kind::{FileKind, kind_of};
pub use poll::{Answered, NotRead, Question, question, read};
pub use stream::{frames, item_of, names, subscription, topic_of, topics};
