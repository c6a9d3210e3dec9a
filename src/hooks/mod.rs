//! What endpoints of the outside are told of runs: which events say what, in which words, when it is tried
//! again, and where it is kept until it was sent and for a while after that.

mod door;
mod error;
mod log;
mod office;
mod outcome;
mod schedule;
mod sending;
mod stretch;
mod told;

pub use door::{Door, Refused};
pub use log::{Ailing, Delivery, Log, Standing, Wanted, ailing};
pub use office::{Letter, Office, Put};
pub use outcome::{Answered, Fate, Status, Tried};
pub use schedule::{LONGEST_ASKED, pause};
pub use sending::Parcel;
pub use stretch::Stretch;
pub use told::{Happened, MAX_OUTPUT, Told, is_told, told};
