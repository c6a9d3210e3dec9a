//! What would have become of real runs under another definition.

use std::collections::BTreeMap;
use std::sync::Arc;

use engine::rehearsal::{Answers, Bounds, CallChange, End, History, rehearse};
use engine::{Definition, ExecutionStatus, Fact, Run, RunStatus, Start, WorkflowRef};
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::definition::{MockSpec, Unmocked};
use super::difference::{Comparison, differences};
use super::mock::answers;
use super::problem::Problem;
use crate::aggregates::test::Difference;
use crate::catalog::input_problems;
use crate::primitives::RunId;

/// What is asked.
#[derive(Debug, Clone)]
pub struct WhatIf {
    /// The definition that is tried; validated before.
    pub definition: Arc<Definition>,
    /// The version that it would be.
    pub workflow: WorkflowRef,
    /// What answers calls that the runs did not make.
    pub mocks: Vec<MockSpec>,
    /// What becomes of those that no mock answers.
    pub unmocked: Unmocked,
    /// The runs, each with all its facts.
    pub runs: Vec<Vec<Fact>>,
}

/// What would have become of one run.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct WouldBe {
    /// The run.
    pub run_id: String,
    /// What would be different.
    pub verdict: Verdict,
    /// Why, in words; absent for what would be the same.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The first node where the path parts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub node: Option<String>,
    /// Where the results differ: what was as `expected`, what would be as `actual`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Vec<Object>)]
    pub differences: Vec<Difference>,
    /// Nodes that would be called and were not.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub called_anew: Vec<String>,
    /// Nodes that would be called with another input than they were. They are answered as they
    /// were, which may not be what would be answered.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub other_inputs: Vec<OtherInput>,
}

/// A node that would be called with another input.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct OtherInput {
    /// The node.
    pub node: String,
    /// Which attempt.
    pub attempt: u32,
    /// Where the inputs differ: what was as `expected`, what would be as `actual`.
    #[schema(value_type = Vec<Object>)]
    pub differences: Vec<Difference>,
}

/// What would be different.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Nothing: the same nodes end in the same way, with the same output.
    Same,
    /// Other nodes run, or they end otherwise.
    OtherPath,
    /// The same path with another output or failure.
    OtherResult,
    /// The run would not begin: its input is not what the definition wants.
    Refused,
    /// What happened then does not say it.
    CannotTell,
}

impl Verdict {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::Same, Self::OtherPath, Self::OtherResult, Self::Refused, Self::CannotTell];

    /// The name as it is written everywhere.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Same => "same",
            Self::OtherPath => "other_path",
            Self::OtherResult => "other_result",
            Self::Refused => "refused",
            Self::CannotTell => "cannot_tell",
        }
    }
}

impl WouldBe {
    /// Nothing can be told yet.
    fn of(run_id: String) -> Self {
        Self {
            run_id,
            verdict: Verdict::CannotTell,
            reason: None,
            node: None,
            differences: Vec::new(),
            called_anew: Vec::new(),
            other_inputs: Vec::new(),
        }
    }

    /// A run that was not looked at, for all of them together are too large.
    pub fn too_large(run: RunId) -> Self {
        let reason = "the runs together are too large to be looked at: ask for fewer";
        Self { reason: Some(reason.to_owned()), ..Self::of(run.to_string()) }
    }
}

/// Plays every run again under the other definition. What the outside answered then answers now.
///
/// Instants that the engine writes into results are not compared: they are never the same twice.
///
/// # Errors
/// What is wrong with the mocks.
pub fn what_if(asked: &WhatIf) -> Result<Vec<WouldBe>, Vec<Problem>> {
    let mut problems = Vec::new();
    let mocks = answers(&asked.mocks, &asked.definition, "/mocks", &mut problems);
    if !problems.is_empty() {
        return Err(problems);
    }
    let otherwise = Answers::new(mocks, asked.unmocked.into());
    Ok(asked.runs.iter().map(|facts| one(asked, facts, &otherwise)).collect())
}

fn one(asked: &WhatIf, facts: &[Fact], otherwise: &Answers) -> WouldBe {
    let mut recorded = Run::default();
    for fact in facts {
        recorded.apply(fact);
    }
    let mut would_be = WouldBe::of(recorded.run_id().unwrap_or_default().to_owned());
    let Some(Fact::Started { trigger, input, source_run, carried, variables, at, .. }) =
        facts.first()
    else {
        return WouldBe { reason: Some("the run has no beginning".to_owned()), ..would_be };
    };
    if recorded.status() == RunStatus::Cancelled {
        let reason = "somebody cancelled it, and nobody knows what the outside would have answered";
        return WouldBe { reason: Some(reason.to_owned()), ..would_be };
    }
    let refused = input_problems(&asked.definition, input);
    if let Some(problem) = refused.first() {
        let reason = format!("its input would be refused: {}: {}", problem.path, problem.message);
        return WouldBe { verdict: Verdict::Refused, reason: Some(reason), ..would_be };
    }
    let is_there = |place: &engine::Place| asked.definition.node(&place.node).is_some();
    let carried = carried.iter().filter(|(node, _)| is_there(node));
    let start = Start {
        definition: Arc::clone(&asked.definition),
        workflow: asked.workflow.clone(),
        trigger: trigger.clone(),
        input: Arc::clone(input),
        run_id: would_be.run_id.clone(),
        source_run: source_run.clone(),
        carried: carried.map(|(node, carried)| (node.clone(), carried.clone())).collect(),
        parent: None,
        variables: variables.clone(),
        subject: None,
        at: *at,
        chance: 0.0,
    };
    let mut history = History::of(facts, otherwise.clone());
    let played = rehearse(start, &mut history, Bounds::default(), 0);
    note_calls(&history.changes, &mut would_be);
    match &played.end {
        End::Over => judge(&recorded, facts, &played.run, &played.facts, would_be),
        end @ (End::Unanswered(_) | End::OutOfSteps(_) | End::OutOfTime(_) | End::Stalled) => {
            let node = would_be.called_anew.first().cloned();
            WouldBe { reason: Some(end.to_string()), node, ..would_be }
        }
    }
}

fn note_calls(changes: &[CallChange], would_be: &mut WouldBe) {
    for change in changes {
        match change {
            CallChange::Anew(call) => {
                let node = call.address.to_string();
                if !would_be.called_anew.contains(&node) {
                    would_be.called_anew.push(node);
                }
            }
            CallChange::OtherInput { call, recorded } => would_be.other_inputs.push(OtherInput {
                node: call.address.to_string(),
                attempt: call.attempt,
                differences: differences(recorded, &call.input, Comparison::Exact),
            }),
        }
    }
}

fn judge(
    was: &Run,
    was_facts: &[Fact],
    now: &Run,
    now_facts: &[Fact],
    would_be: WouldBe,
) -> WouldBe {
    let (was_ends, now_ends) = (ends(was), ends(now));
    // In the order in which it would happen, then what would not happen any more.
    let order = now_facts.iter().chain(was_facts).filter_map(|fact| fact.place());
    let parting =
        order.map(ToString::to_string).find(|node| was_ends.get(node) != now_ends.get(node));
    if let Some(node) = parting {
        let end = |ends: &BTreeMap<String, String>| {
            ends.get(&node).cloned().unwrap_or_else(|| "not there".to_owned())
        };
        let (before, after) = (end(&was_ends), end(&now_ends));
        let reason = format!("node {node} was {before}, and would be {after}");
        let (verdict, node) = (Verdict::OtherPath, Some(node));
        return WouldBe { verdict, reason: Some(reason), node, ..would_be };
    }
    let differences: Vec<Difference> = differences(&result(was), &result(now), Comparison::Exact)
        .into_iter()
        .filter(|difference| !is_clock(difference))
        .collect();
    if differences.is_empty() {
        return WouldBe { verdict: Verdict::Same, ..would_be };
    }
    let places: Vec<&str> = differences.iter().map(|it| it.pointer.as_str()).collect();
    let reason = format!("another result at {}", places.join(", "));
    WouldBe { verdict: Verdict::OtherResult, reason: Some(reason), differences, ..would_be }
}

/// How each node ended, in words: `success (then)`, `failure (http_503)`, `skipped`.
fn ends(run: &Run) -> BTreeMap<String, String> {
    run.nodes()
        .into_iter()
        .map(|(node, state)| {
            let status = state.status();
            let more = match status {
                ExecutionStatus::Success => state.branch(),
                ExecutionStatus::Failure => state.failure().map(|failure| failure.code.as_str()),
                ExecutionStatus::Pending
                | ExecutionStatus::Running
                | ExecutionStatus::Skipped
                | ExecutionStatus::Waiting
                | ExecutionStatus::Scheduled
                | ExecutionStatus::Cancelled
                | ExecutionStatus::AutoSwapping => None,
            };
            let end = more.map_or_else(|| status.to_string(), |more| format!("{status} ({more})"));
            (node.to_string(), end)
        })
        .collect()
}

fn result(run: &Run) -> Value {
    json!({ "status": run.status().name(), "output": run.output(), "failure": run.failure() })
}

/// Whether two texts are different instants as the engine writes them: `2026-03-01T12:00:00.123456Z`.
fn is_clock(difference: &Difference) -> bool {
    let is_instant = |value: &Option<Value>| {
        let text = value.as_ref().and_then(Value::as_str).unwrap_or_default();
        text.len() == 27
            && text.bytes().zip(b"0000-00-00T00:00:00.000000Z").all(|(is, form)| match form {
                b'0' => is.is_ascii_digit(),
                form => is == *form,
            })
    };
    is_instant(&difference.expected) && is_instant(&difference.actual)
}
