//! One run, played once and shown whole.

use std::collections::BTreeMap;
use std::sync::Arc;

use engine::rehearsal::{self, Answer, Answers, Bounds, Call, End, Gap, Mock, Said, rehearse};
use engine::{Definition, Json, Start, Trigger, WorkflowRef};
use serde_json::Value;
use time::OffsetDateTime;

use super::definition::{MockSpec, Unmocked};
use super::document::document;
use super::mock::answers;
use super::problem::Problem;
use crate::catalog::input_problems;

/// What is simulated.
#[derive(Debug, Clone)]
pub struct Simulated {
    /// What is played; validated before.
    pub definition: Arc<Definition>,
    /// Which version of which workflow it is.
    pub workflow: WorkflowRef,
    /// What the trigger brings.
    pub payload: Json,
    /// Its headers, in lower case.
    pub headers: BTreeMap<String, String>,
    /// What the world answers.
    pub mocks: Vec<MockSpec>,
    /// Results that are pinned to nodes; asked after the mocks.
    pub pins: BTreeMap<String, Json>,
    /// What was found out meanwhile of calls that nothing else answers.
    pub found: Vec<Mock>,
    /// What becomes of a call that none of these answers.
    pub unmocked: Unmocked,
    /// When the run begins.
    pub at: OffsetDateTime,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Simulation {
    /// The run's document: see [`document`].
    pub document: Value,
    /// Why the run could not be played to its end, if so.
    pub stopped: Option<String>,
    /// The call that nothing answered, where it stopped for one.
    pub unanswered: Option<Box<Call>>,
    /// How long the run took, in milliseconds of virtual time.
    pub duration_ms: u64,
    /// Mocks that nothing called, as JSON pointers in the list of mocks.
    pub unused_mocks: Vec<String>,
}

/// Plays it.
///
/// # Errors
/// Everything that is wrong with payload and mocks, by its place: `/payload…`, `/mocks…`.
pub fn simulate(order: Simulated) -> Result<Simulation, Vec<Problem>> {
    let definition = order.definition;
    let mut problems = Vec::new();
    for problem in input_problems(&definition, &order.payload) {
        problems.push(Problem::at(format!("/payload{}", problem.path), problem.message));
    }
    let mut mocks = answers(&order.mocks, &definition, "/mocks", &mut problems);
    if !problems.is_empty() {
        return Err(problems);
    }
    let own = mocks.len();
    mocks.extend(pinned(&order.pins));
    mocks.extend(order.found);
    let mut answers = Answers::new(mocks, order.unmocked.into());
    let kind = definition.root().map_or_else(|| "manual".to_owned(), |it| it.kind.to_string());
    let start = Start {
        trigger: Trigger {
            source: kind.clone(),
            kind,
            body: Arc::clone(&order.payload),
            headers: order.headers,
        },
        definition,
        workflow: order.workflow,
        input: order.payload,
        run_id: "run_simulated".to_owned(),
        source_run: None,
        carried: BTreeMap::new(),
        parent: None,
        variables: None,
        subject: None,
        at: order.at,
        chance: 0.0,
    };
    let played = rehearse(start, &mut answers, Bounds::default(), 0);
    let unused = answers.uses().take(own).enumerate().filter(|(_, uses)| *uses == 0);
    let stopped = (played.end != End::Over).then(|| played.end.to_string());
    let unanswered = match &played.end {
        End::Unanswered(it) if it.gap != Gap::FailureForWait => Some(Box::new(it.call.clone())),
        End::Unanswered(_) | End::Over | End::OutOfSteps(_) | End::OutOfTime(_) | End::Stalled => {
            None
        }
    };
    Ok(Simulation {
        document: document(&played),
        stopped,
        unanswered,
        duration_ms: u64::try_from(played.elapsed.whole_milliseconds()).unwrap_or_default(),
        unused_mocks: unused.map(|(index, _)| format!("/mocks/{index}")).collect(),
    })
}

/// Mocks that answer with what is pinned.
pub(super) fn pinned(pins: &BTreeMap<String, Json>) -> impl Iterator<Item = Mock> {
    pins.iter().map(|(node, result)| {
        Mock::of_node(node, vec![Answer::at_once(Said::Response(Arc::clone(result)))])
    })
}

impl From<Unmocked> for rehearsal::Unmocked {
    fn from(unmocked: Unmocked) -> Self {
        match unmocked {
            Unmocked::Fail => Self::Fail,
            Unmocked::Echo => Self::Echo,
        }
    }
}
