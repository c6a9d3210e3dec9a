//! Reminds people of tasks whose time runs out, hands them to others when it has, and ends what
//! nobody waits for any more.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use time::OffsetDateTime;
use tokio_util::sync::CancellationToken;

use super::desk::TaskDesk;
use crate::actors::order::Context;
use crate::actors::ownership::Ownership;
use crate::actors::rhythm::Rhythm;
use crate::aggregates::task::Order;
use crate::journal::{Journal, Store};
use crate::primitives::{Clock, TaskId};
use crate::projections::tasks::{self, Prompt};
use crate::projections::{self, HouseViews};

/// How often the view is asked for what is due. People do not notice less.
const LOOK_EVERY: Duration = Duration::from_millis(250);
/// How many tasks are taken at a time.
const BATCH: i64 = 200;
/// How long a task that was prompted is left alone: the view needs a moment to learn of it.
const LEAVE_ALONE: time::Duration = time::Duration::seconds(5);

/// What the clerk's loop needs.
#[derive(Clone)]
pub struct TaskClerk {
    views: HouseViews,
    ownership: Arc<Ownership>,
    tasks: TaskDesk,
    clock: Arc<dyn Clock>,
}

impl TaskClerk {
    /// A clerk for the tasks whose slots are this process's.
    pub fn new(
        journal: Journal,
        views: HouseViews,
        ownership: Arc<Ownership>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self { views, ownership, tasks: TaskDesk::new(Store::tasks(journal)), clock }
    }

    /// Prompts tasks until it is told to stop.
    pub async fn run(self, stop: CancellationToken) -> Result<(), projections::Error> {
        let mut prompted: HashMap<(TaskId, OffsetDateTime), OffsetDateTime> = HashMap::new();
        let mut rhythm = Rhythm::new(LOOK_EVERY, stop);
        while rhythm.beat().await {
            let now = self.clock.now();
            prompted.retain(|_, at| now - *at < LEAVE_ALONE);
            let due = tasks::prompts(&self.views, &self.ownership.slots(), now, BATCH).await?;
            let fresh = due
                .into_iter()
                .filter(|prompt| prompted.insert((prompt.task, prompt.due_at), now).is_none());
            futures::future::join_all(fresh.map(|prompt| self.prompt(prompt, now))).await;
        }
        Ok(())
    }

    /// The task itself decides what is due, and does it once.
    async fn prompt(&self, prompt: Prompt, now: OffsetDateTime) {
        let Prompt { organization, task, due_at: _ } = prompt;
        let context = Context::of_the_house(organization, "task-clerk");
        if let Err(trouble) = self.tasks.order(task, Order::Prompt, now, context).await {
            tracing::warn!(
                task.id = %task,
                error = trouble.fault() as &dyn std::error::Error,
                "task {task} is prompted again later: {trouble}"
            );
        }
    }
}
