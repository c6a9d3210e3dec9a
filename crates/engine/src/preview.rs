//! Expressions and conditions tried out without a run: for editors, and for what tests feed to
//! them.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Value, json};
use time::OffsetDateTime;

use crate::catalog::PayloadProblem;
use crate::condition::Condition;
use crate::decide::start;
use crate::definition::NodeId;
use crate::expression::{Placeholders, Scope, Template, path, walk};
use crate::fact::{Trigger, WorkflowRef};
use crate::json::Json;
use crate::parse::parse;
use crate::place::Place;
use crate::run::Run;
use crate::stimulus::Start;

/// The value of a text with expressions, in a run that has nothing but a trigger with that body;
/// the input is the same.
///
/// # Errors
/// Why an expression cannot be read, with its place in the text, or why it has no value.
pub fn evaluate(text: &str, body: &Json) -> Result<Json, String> {
    let template = Template::text(text, Placeholders::Refused);
    if let Template::Broken(fault) = &template {
        return Err(format!("at character {}: {}", fault.position, fault.message));
    }
    let run = run_of(body)?;
    let head = run.head().ok_or("the run has not started")?;
    let spot = run.spot(&Place::from(NodeId::ROOT)).ok_or("the run has no trigger")?;
    template.resolve(Scope { head, run: &run, spot }).map_err(|problem| problem.message)
}

/// A payload with its expressions filled in, in a run that has nothing but a trigger with that body;
/// the input is the same.
///
/// # Errors
/// Where in the payload an expression cannot be read or has no value, and why.
pub fn fill(payload: &Json, body: &Json) -> Result<Json, PayloadProblem> {
    let whole = |message: String| PayloadProblem { path: String::new(), message };
    if let Some(problem) = template_problems(payload).into_iter().next() {
        return Err(problem);
    }
    let run = run_of(body).map_err(whole)?;
    let head = run.head().ok_or_else(|| whole("the run has not started".to_owned()))?;
    let spot = run.spot(&Place::from(NodeId::ROOT));
    let spot = spot.ok_or_else(|| whole("the run has no trigger".to_owned()))?;
    let filled = Template::of(payload).resolve(Scope { head, run: &run, spot });
    filled.map_err(|problem| PayloadProblem { path: problem.path, message: problem.message })
}

/// Everything in a payload that begins like an expression and cannot be read, with its place.
pub fn template_problems(payload: &Json) -> Vec<PayloadProblem> {
    let mut problems = Vec::new();
    Template::of(payload).expressions("", &mut |path, read| {
        if let Err(fault) = read {
            let message = format!("at character {}: {}", fault.position, fault.message);
            problems.push(PayloadProblem { path: path.to_owned(), message });
        }
    });
    problems
}

/// Whether a condition, as `filter` reads them, holds for an object.
///
/// # Errors
/// Everything that is wrong with the condition.
pub fn condition_holds(condition: &Value, object: &Value) -> Result<bool, Vec<PayloadProblem>> {
    let mut problems = Vec::new();
    let condition = Condition::read(condition, "", &mut problems);
    if problems.is_empty() {
        let found = |left: &str| walk(object, &path(left)).map_or(Cow::default(), Cow::Borrowed);
        return Ok(condition.holds(&found));
    }
    let problems = problems.into_iter();
    Err(problems
        .map(|problem| PayloadProblem { path: problem.path, message: problem.message })
        .collect())
}

/// The names on the left sides of a condition, as `filter` reads them.
///
/// # Errors
/// Everything that is wrong with the condition.
pub fn condition_names(condition: &Value) -> Result<Vec<String>, Vec<PayloadProblem>> {
    let mut problems = Vec::new();
    let condition = Condition::read(condition, "", &mut problems);
    if problems.is_empty() {
        let mut names = Vec::new();
        condition.lefts(&mut |left| names.push(left.to_owned()));
        return Ok(names);
    }
    let problems = problems.into_iter();
    Err(problems
        .map(|problem| PayloadProblem { path: problem.path, message: problem.message })
        .collect())
}

fn run_of(body: &Json) -> Result<Run, String> {
    let nodes = json!({ "nodes": { "root": { "type": "manual", "payload": {} } } });
    let definition = parse(&nodes).map_err(|_| "a trigger alone is a definition")?;
    let facts = start(Start {
        definition: Arc::new(definition),
        workflow: WorkflowRef { id: "wf_preview".to_owned(), version: 1 },
        trigger: Trigger {
            kind: "manual".to_owned(),
            source: "preview".to_owned(),
            body: Arc::clone(body),
            headers: BTreeMap::new(),
        },
        input: Arc::clone(body),
        run_id: "run_preview".to_owned(),
        source_run: None,
        carried: BTreeMap::new(),
        parent: None,
        variables: None,
        subject: None,
        at: OffsetDateTime::UNIX_EPOCH,
        chance: 0.0,
    });
    let mut run = Run::default();
    for fact in &facts {
        run.apply(fact);
    }
    Ok(run)
}
