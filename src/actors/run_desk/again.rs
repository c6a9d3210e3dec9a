//! Runs that continue others: retries from the point of failure, and runs from a node on.

use std::collections::BTreeMap;
use std::sync::Arc;

use engine::{
    Carried, Definition, Json, NodeId, Place, Refusal, RunStatus, Start, Trigger, WorkflowRef,
};

use super::desk::{Pace, RunDesk};
use crate::actors::order::{Context, Order, Placed, Refused};
use crate::catalog::input_problems;
use crate::primitives::RunId;
use crate::triggers::Lookup;

/// What a run that continues another takes over at most: it is one field of its first event, which
/// holds its definition and its input besides.
const CARRIED_BYTES: usize = 12 * 1024 * 1024;

/// Which version of its workflow a run that is executed again has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Version {
    /// The one that the run had.
    Same,
    /// The one that is live now.
    Live,
}

/// By what a run goes on, and what it takes over.
struct Again {
    definition: Arc<Definition>,
    workflow: WorkflowRef,
    carried: BTreeMap<Place, Carried>,
}

impl RunDesk {
    /// Runs a failed run again from the point of failure, as the new run `run`; with `edited` input
    /// where that is given.
    pub async fn retry(
        &self,
        source: RunId,
        run: RunId,
        edited: Option<Json>,
        context: Context,
    ) -> Result<Placed, Refused> {
        let failed = self.load(source, &context).await?;
        if failed.status() != RunStatus::Failure {
            return Err(Refused::NotFailed);
        }
        let (definition, workflow) = executed(&failed)?;
        let again = Again { definition, workflow, carried: failed.carry() };
        self.go_on(&failed, source, run, again, edited, context).await
    }

    /// Executes a run that is over again from one of its nodes on, as the new run `run`. What came
    /// before the node is taken over.
    pub async fn rerun(
        &self,
        source: RunId,
        run: RunId,
        (from, version): (&NodeId, Version),
        edited: Option<Json>,
        context: Context,
    ) -> Result<Placed, Refused> {
        let over = self.load(source, &context).await?;
        if !over.status().is_terminal() {
            return Err(Refused::NotEnded);
        }
        let (definition, workflow) = match version {
            Version::Same => executed(&over)?,
            Version::Live => self.live(&over, &context).await?,
        };
        let unknown = || Refusal::UnknownNode { node: Place::of(from.clone()) };
        let carried = over.carry_into(&definition, from);
        let carried = carried.ok_or_else(|| Refused::Run(unknown()))?;
        let again = Again { definition, workflow, carried };
        self.go_on(&over, source, run, again, edited, context).await
    }

    /// What the workflow of a run executes now. A person may run a paused one.
    async fn live(
        &self,
        run: &engine::Run,
        context: &Context,
    ) -> Result<(Arc<Definition>, WorkflowRef), Refused> {
        let (_, workflow) = executed(run)?;
        let id = workflow.id.parse().map_err(|_| Refused::UnknownWorkflow)?;
        match self.look_up(context.organization, id).await {
            Lookup::Live(live) | Lookup::Paused(live) => {
                Ok((live.definition, WorkflowRef { version: live.version, ..workflow }))
            }
            Lookup::NotLive => Err(Refused::NotLive),
            Lookup::Unknown => Err(Refused::UnknownWorkflow),
        }
    }

    /// Starts a run that takes over from another one.
    async fn go_on(
        &self,
        over: &engine::Run,
        source: RunId,
        run: RunId,
        Again { definition, workflow, carried }: Again,
        edited: Option<Json>,
        mut context: Context,
    ) -> Result<Placed, Refused> {
        self.must_have_units(context.organization)?;
        let bytes = serde_json::to_vec(&carried).map_err(Refused::Unwritable)?.len();
        if bytes > CARRIED_BYTES {
            return Err(Refused::TooMuchToCarry { bytes, limit: CARRIED_BYTES });
        }
        let (Some(trigger), Some(input)) = (over.trigger(), over.input()) else {
            return Err(Refused::UnknownRun);
        };
        if let Ok(workflow) = workflow.id.parse() {
            context.side.extend(self.allowance(workflow, Pace::Free));
        }
        let (trigger, input) = match edited {
            None => (trigger.clone(), Arc::clone(input)),
            Some(edited) => (Trigger { body: Arc::clone(&edited), ..trigger.clone() }, edited),
        };
        // An input that was good once may not be what another version asks for.
        let problems = input_problems(&definition, &input);
        if !problems.is_empty() {
            return Err(Refused::Input(problems));
        }
        let start = Start {
            run_id: run.to_string(),
            definition,
            workflow,
            trigger,
            input,
            source_run: Some(source.to_string()),
            carried,
            // Its caller has been told of the end, and waits no longer.
            parent: None,
            variables: over.initial_variables().cloned(),
            // What it takes over is about that subject, whatever its input says now.
            subject: over.subject().map(str::to_owned),
            at: self.0.clock.now(),
            chance: rand::random(),
        };
        self.place(run, Order::Start(Box::new(start)), context).await
    }
}

/// What a run executed.
fn executed(run: &engine::Run) -> Result<(Arc<Definition>, WorkflowRef), Refused> {
    match (run.definition(), run.workflow()) {
        (Some(definition), Some(workflow)) => Ok((Arc::clone(definition), workflow.clone())),
        _ => Err(Refused::UnknownRun),
    }
}
