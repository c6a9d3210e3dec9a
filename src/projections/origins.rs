//! Which workflow a run belongs to: only its first event says so.

use std::collections::HashMap;
use std::str::FromStr as _;

use engine::Fact;

use crate::journal::{Error, Journal, Recorded, StreamId};
use crate::primitives::{RunId, WorkflowId};

/// How many runs are remembered, twice: two generations, so that forgetting costs nothing.
const REMEMBERED: usize = 8_192;

/// The workflows of runs that were heard of lately.
#[derive(Debug, Default)]
pub struct Origins {
    young: HashMap<String, WorkflowId>,
    old: HashMap<String, WorkflowId>,
}

impl Origins {
    /// The workflow of an event's run, where the fact that it tells was read already. Nothing where the run's beginning was
    /// deleted or shredded by order.
    pub async fn of_fact(
        &mut self,
        journal: &Journal,
        event: &Recorded,
        fact: &Fact,
    ) -> Result<Option<WorkflowId>, Error> {
        if let Some(known) = workflow_of(fact) {
            self.remember(&event.aggregate_id, known);
            return Ok(Some(known));
        }
        self.of_run(journal, &event.aggregate_id).await
    }

    /// The workflow of a run; [`WorkflowId::NONE`] where it belongs to none. Nothing where its beginning was deleted or
    /// shredded by order.
    pub async fn of_run(
        &mut self,
        journal: &Journal,
        run: &str,
    ) -> Result<Option<WorkflowId>, Error> {
        if let Some(known) = self.young.get(run) {
            return Ok(Some(*known));
        }
        let known = if let Some(known) = self.old.get(run) {
            *known
        } else {
            let gone = || Error::Damaged(format!("run {run} has no beginning"));
            let id = RunId::from_str(run).map_err(|_| gone())?;
            let page = journal.read_stream(&StreamId::run(id), 0, 1).await?;
            let Some(first) = page.first() else { return Ok(None) };
            workflow_of(&first.fact()?.0).ok_or_else(gone)?
        };
        self.remember(run, known);
        Ok(Some(known))
    }

    /// Learns the workflow of a run from somebody who has read its first event.
    pub fn remember(&mut self, run: &str, workflow: WorkflowId) {
        if self.young.len() >= REMEMBERED {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(run.to_owned(), workflow);
    }
}

/// The workflow, where a fact names it. What belongs to none is nobody's.
fn workflow_of(fact: &Fact) -> Option<WorkflowId> {
    if let Fact::Started { workflow, .. } = fact {
        Some(workflow.id.parse().unwrap_or(WorkflowId::NONE))
    } else {
        None
    }
}
