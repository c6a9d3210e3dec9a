//! Words of the house: ids, time. Nothing here does I/O or knows another room.

mod base62;
mod clock;
mod ids;
mod secret;

pub use base62::{base62, base62_of_u32};
pub use clock::{Clock, ManualClock, SystemClock};
pub use ids::{
    CommandId, EntryId, EventId, InvalidId, OrganizationId, RunId, SchemaId, TaskId,
    TestExecutionId, TestId, WorkerId, WorkflowId,
};
pub use secret::Secret;
