//! The house's own orders to tasks: what runs, the clock and their ends lead to.

use time::OffsetDateTime;

use crate::actors::order::Context;
use crate::actors::reaction::{Trouble, carried_out};
use crate::aggregates::task::{self, Command, Order, Task};
use crate::journal::{self, Store};
use crate::primitives::TaskId;

/// Gives orders to tasks. Cheap to clone.
#[derive(Clone)]
pub(super) struct TaskDesk(Store<Task>);

impl TaskDesk {
    pub(super) const fn new(tasks: Store<Task>) -> Self {
        Self(tasks)
    }

    /// Orders something because of what happened at `at`. An order that the task refuses because it
    /// was carried out before, or because it does not fit any more, is done.
    pub(super) async fn order(
        &self,
        task: TaskId,
        order: Order,
        at: OffsetDateTime,
        context: Context,
    ) -> Result<(), Trouble> {
        self.order_by(context.actor.clone(), (task, order), at, context).await
    }

    /// The same where it is what a person has done.
    pub(super) async fn order_by(
        &self,
        by: String,
        (task, order): (TaskId, Order),
        at: OffsetDateTime,
        context: Context,
    ) -> Result<(), Trouble> {
        let command = Command { by, at, order };
        let context = journal::Context::new(context.into_metadata());
        carried_out(self.0.execute(&task.to_string(), command, context).await, settled)
    }
}

fn settled(refusal: task::Error) -> Result<(), Trouble> {
    match refusal {
        // Of the nodes that end, few are tasks.
        task::Error::Unknown | task::Error::Exists | task::Error::Settled(_) => Ok(()),
        task::Error::ClaimedByAnother(_)
        | task::Error::AssignedToAnother(_)
        | task::Error::NotClaimed
        | task::Error::TooLate(_)
        | task::Error::NotDue(_)
        | task::Error::OfApproval
        | task::Error::NoApproval
        | task::Error::InvalidAnswer(_)
        | task::Error::TooLarge(_)
        | task::Error::Reason { .. }
        | task::Error::Person { .. } => Err(Trouble::lasting(refusal)),
    }
}
