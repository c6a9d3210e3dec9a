//! Words of the house: ids, time. Nothing here does I/O or knows another room.

mod clock;
mod ids;

pub use clock::{Clock, ManualClock, SystemClock};
pub use ids::{CommandId, InvalidId, OrganizationId, RunId, WorkflowId};
