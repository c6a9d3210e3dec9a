//! The house's own orders to tasks: what runs, the clock and their ends lead to.

use time::OffsetDateTime;

use super::order::Context;
use super::reaction::Trouble;
use crate::aggregates::task::{self, Command, Order, Task};
use crate::journal::{self, Metadata, NotExecuted, Store};
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
        let Context { organization, actor, command, causation, correlation, side: _ } = context;
        let by = actor.clone();
        let metadata = Metadata { organization, actor, command, causation, correlation };
        let context = journal::Context::new(metadata);
        let command = Command { by, at, order };
        match self.0.execute(&task.to_string(), command, context).await {
            Ok(_) => Ok(()),
            Err(NotExecuted::Refused(refusal)) => settled(refusal),
            Err(NotExecuted::Journal(error)) => Err(error.into()),
            Err(error @ NotExecuted::Conflict) => Err(Trouble::Passing(error.into())),
            Err(
                error @ (NotExecuted::Fenced
                | NotExecuted::ClaimTaken { .. }
                | NotExecuted::ReceiptTaken),
            ) => Err(Trouble::lasting(error)),
        }
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
        | task::Error::InvalidAnswer(_)
        | task::Error::TooLarge(_)
        | task::Error::Reason { .. }
        | task::Error::Person { .. } => Err(Trouble::lasting(refusal)),
    }
}
