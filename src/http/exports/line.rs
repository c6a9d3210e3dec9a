//! How much of an event's line the reader of an export may see.

use crate::access::{Permission, Principal};
use crate::http::problem::Problem;
use crate::journal::Recorded;
use crate::projections::audit::Line;

/// The line of an event, as this principal may read it. `is_placed` says whether it is known that the event
/// concerns no workflow that is private to somebody else.
pub(super) fn line(event: &Recorded, who: &Principal, is_placed: bool) -> Result<Line, Problem> {
    let may = reader(&event.aggregate_type).is_some_and(|it| who.permissions.has(it));
    Ok(Line::of(event, !(may && is_placed))?)
}

/// Who reads the events of such an aggregate whole: whoever may read the same elsewhere in the API. Nobody reads
/// those in which secrets stand, were they sealed or hashed.
fn reader(aggregate: &str) -> Option<Permission> {
    match aggregate {
        "run" | "skip" => Some(Permission::RunsRead),
        "workflow" => Some(Permission::WorkflowsRead),
        "task" => Some(Permission::TasksRead),
        "event" => Some(Permission::EventsRead),
        "wallet_lane" => Some(Permission::WalletsRead),
        "signing_policy" => Some(Permission::PoliciesRead),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::StreamId;
    use crate::projections::audit::is_open;

    #[test]
    fn what_is_read_whole_holds_no_secrets() {
        for aggregate in StreamId::TYPES {
            assert_eq!(reader(aggregate).is_some(), is_open(aggregate), "{aggregate}");
        }
    }
}
