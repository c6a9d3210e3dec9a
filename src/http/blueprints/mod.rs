//! What templates and blocks have in common: how they are written, shown and found.

mod body;
mod expansion;
mod order;
mod record;

pub(super) use body::{List, Write};
pub(super) use expansion::{blocks_changed_at, expand};
pub(super) use order::{create, load, retire, revise};
pub(super) use record::{BlueprintRecord, BlueprintSummary, list};
