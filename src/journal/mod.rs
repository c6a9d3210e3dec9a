//! The event store: events in one table, a dense order over all, and what is durable with them.
//!
//! Nothing here spawns a task: the actors host and watch its loops, as [`Lane::run`].

mod allowances;
mod append;
mod blobs;
pub mod bulk;
mod chain_watch;
mod dead_letters;
mod directory;
mod entries;
mod error;
mod event;
mod flush;
mod inbox;
mod installation;
mod lease;
pub mod migrate;
mod outbox;
pub mod partitions;
pub mod personal;
pub mod pool;
mod prices;
mod reactions;
pub mod reading;
mod receipts;
mod schedules;
mod sequencer;
mod store;
mod stream_gaps;
mod tail;
mod upcast;
mod wakeup;

pub use allowances::Used;
pub use append::{Config, Journal, Lane};
pub use blobs::{INLINE_BYTES, PAYLOAD_BYTES, blobs_of, whole_of};
pub use chain_watch::{
    Advance, ChainStanding, ChainViews, ChainWatch, Cursor, Due, Gap, Gone, Level, Mark, Match,
    OwnView, Place, Presence, Settled, View as ChainView,
};
pub use dead_letters::{Chosen, DeadLetter, DeadLetters, MAX_BATCH};
pub use directory::Directory;
pub use entries::{Entries, Written};
pub use error::{Error, outage as is_outage};
pub use event::{
    Allowance, Append, Fence, Metadata, NewEvent, Outcome, Receipt, Recorded, Side, StreamId,
};
pub use inbox::{Inbox, Letter, Reply};
pub use installation::{kept_webhook_key, webhook_key};
pub use lease::{Leases, Runs, SLOTS, slot_of};
pub use outbox::{Backlog, MAX_DEAD, Outbox, Parcel};
pub use reactions::{Arrear, Fate, Reactions, Standing};
pub use reading::{EventFigures, Figures, Interest};
pub use sequencer::{Pace, Sequencer, Tick};
pub use store::{Context, Executed, Loaded, Memory, NotExecuted, Store};
pub use tail::{Batch, Subscription, Tail, TailReader};
pub use wakeup::{Bell, Bells};
pub use {prices::PriceMark, schedules::ScheduleCursor};
