//! Everything alive: runs, the loops that record and order events, timers, leases, streams. All of
//! it is restarted from the ledger by our own supervisor.

mod event_reaction;
mod follower;
mod heir;
pub mod housekeeping;
mod index_keeper;
mod kin;
mod membership;
pub mod offices;
mod order;
mod ownership;
mod performer;
mod postman;
mod reaction;
mod resident;
mod run;
mod run_desk;
mod run_registry;
mod stream_hub;
mod supervisor;
mod task_clerk;
mod task_desk;
mod task_reaction;
mod timers;

pub use event_reaction::EventReaction;
pub use follower::{Follower, Patience};
pub use heir::Heir;
pub use index_keeper::IndexKeeper;
pub use kin::Kin;
pub use membership::Membership;
pub use order::{Context, Order, Placed, Refused, Resumed, StartRun};
pub use ownership::Ownership;
pub use performer::Performer;
pub use postman::Postman;
pub use reaction::{Mark, Part, Reaction, Trouble};
pub use resident::Household;
pub use run_desk::{Means, RunDesk};
pub use run_registry::{CountResidents, RunRegistry};
pub use stream_hub::{Filter, Live, StreamHub};
pub use supervisor::{Drained, Fault, Supervisor, Watch};
pub use task_clerk::TaskClerk;
pub use task_reaction::TaskReaction;
pub use timers::Timers;
