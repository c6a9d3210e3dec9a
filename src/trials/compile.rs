//! From a test as it is written to cases that can be played.

use std::collections::BTreeMap;
use std::sync::Arc;

use engine::rehearsal::{Bounds, Mock};
use engine::{Carried, Catalog, Definition, Json, NodeId, Place, RunStatus, Start, Trigger};
use serde_json::{Map, Value};
use time::OffsetDateTime;
use time::macros::datetime;

use super::check::{How, Wanted, WantedEvent};
use super::definition::{
    AssertionKind, CaseSpec, MAX_ASSERTIONS, MAX_CASES, TestDefinition, Unmocked,
};
use super::mock::{answers, span};
use super::pattern;
use super::problem::Problem;
use super::simulation::pinned;
use super::target::{TASK, Target};
use crate::aggregates::test::CheckKind;
use crate::catalog::input_problems;
use crate::primitives::pointer::below;

/// When a case begins that does not say.
const BEGIN: OffsetDateTime = datetime!(2026-01-01 00:00:00 UTC);

/// A test whose cases can be played.
#[derive(Debug, Clone)]
pub struct Trial {
    /// In the order in which they are written.
    pub(super) cases: Vec<Case>,
}

/// One case that can be played.
#[derive(Debug, Clone)]
pub(super) struct Case {
    pub(super) id: String,
    pub(super) start: Start,
    pub(super) mocks: Vec<Mock>,
    /// How many of the mocks are the case's own; they come first.
    pub(super) own_mocks: usize,
    pub(super) unmocked: Unmocked,
    pub(super) bounds: Bounds,
    pub(super) wanted: Vec<Wanted>,
}

impl Trial {
    /// Compiles every case for its target.
    ///
    /// # Errors
    /// Everything that keeps the test from being played.
    pub fn compile(
        test: &TestDefinition,
        target: &Target,
        catalog: &impl Catalog,
    ) -> Result<Self, Vec<Problem>> {
        let mut problems = test.problems();
        if test.cases.len() > MAX_CASES {
            return Err(problems);
        }
        let mut cases = Vec::with_capacity(test.cases.len());
        for (index, spec) in test.cases.iter().enumerate() {
            let at = format!("/cases/{index}");
            let mut compiler =
                Compiler { test, target, at: &at, is_first: index == 0, problems: &mut problems };
            cases.extend(compiler.case(spec, catalog));
        }
        if problems.is_empty() { Ok(Self { cases }) } else { Err(problems) }
    }

    /// How many cases there are.
    pub fn len(&self) -> usize {
        self.cases.len()
    }

    /// Whether no case is left.
    pub fn is_empty(&self) -> bool {
        self.cases.is_empty()
    }

    /// Keeps the cases whose name contains the text.
    pub fn keep(&mut self, text: &str) {
        self.cases.retain(|case| case.id.contains(text));
    }
}

struct Compiler<'a> {
    test: &'a TestDefinition,
    target: &'a Target,
    at: &'a str,
    is_first: bool,
    problems: &'a mut Vec<Problem>,
}

impl Compiler<'_> {
    fn case(&mut self, spec: &CaseSpec, catalog: &impl Catalog) -> Option<Case> {
        let input = Some(&spec.input).filter(|input| !input.is_null()).cloned();
        let input = input.unwrap_or_else(|| Value::Object(Map::new()));
        let definition = match self.target.definition(&input, catalog) {
            Ok(definition) => definition,
            Err(found) => {
                // Only a task's definition is made of its input; its payload is what is wrong.
                let base = format!("/nodes/{TASK}/payload");
                self.problems.extend(found.into_iter().map(|problem| {
                    let place = problem.path.strip_prefix(&base).unwrap_or_default();
                    Problem::at(format!("{}/input{place}", self.at), problem.message)
                }));
                return None;
            }
        };
        let input: Json = Arc::new(input);
        for problem in input_problems(&definition, &input) {
            let at = format!("{}/input{}", self.at, problem.path);
            self.problems.push(Problem::at(at, problem.message));
        }
        let mut mocks =
            answers(&spec.setup.mocks, &definition, &self.place("setup/mocks"), self.problems);
        let own_mocks = mocks.len();
        mocks.extend(self.shared(&definition));
        mocks.extend(self.target.pins().into_iter().flat_map(pinned));
        let mut bounds = Bounds::default();
        if let Some(timeout) = &spec.timeout {
            bounds.time = span(timeout, &self.place("timeout"), self.problems)?;
        }
        let wanted = self.wanted(spec);
        let at = spec.setup.now.unwrap_or(BEGIN);
        let start = Start {
            trigger: trigger(spec, &definition, &input),
            carried: self.carried(spec, &definition),
            definition,
            workflow: self.target.workflow(),
            input,
            run_id: "run_test".to_owned(),
            source_run: None,
            parent: None,
            variables: None,
            subject: None,
            at,
            chance: 0.0,
        };
        let (id, unmocked) = (spec.case_id.clone(), self.test.unmocked);
        Some(Case { id, start, mocks, own_mocks, unmocked, bounds, wanted })
    }

    /// The shared mocks; what is wrong with them is said once.
    fn shared(&mut self, definition: &Definition) -> Vec<Mock> {
        let mut unsaid = Vec::new();
        let problems = if self.is_first { &mut *self.problems } else { &mut unsaid };
        answers(&self.test.shared_mocks, definition, "/sharedMocks", problems)
    }

    fn carried(&mut self, spec: &CaseSpec, definition: &Definition) -> BTreeMap<Place, Carried> {
        let mut carried = BTreeMap::new();
        for (id, settled) in &spec.setup.state.nodes {
            let node = NodeId::from(id.as_str());
            if node.is_root() || definition.node(&node).is_none() {
                let at = below(&self.place("setup/state/nodes"), id);
                let message = format!("the definition has no node \"{id}\" that could be done");
                self.problems.push(Problem::at(at, message));
                continue;
            }
            let result = Arc::new(settled.result.clone());
            let branch = settled.branch.as_deref().map(Into::into);
            carried.insert(node.into(), Carried::Succeeded { input: None, result, branch });
        }
        carried
    }

    fn wanted(&mut self, spec: &CaseSpec) -> Vec<Wanted> {
        for (field, count) in [
            ("assertions", spec.assertions.len()),
            ("expectedEvents", spec.expected_events.len()),
            ("expectedState", spec.expected_state.len()),
        ] {
            if count > MAX_ASSERTIONS {
                let message = format!("there are more than {MAX_ASSERTIONS}");
                self.problems.push(Problem::at(self.place(field), message));
                return Vec::new();
            }
        }
        let mut wanted = Vec::new();
        let looks_itself = |path: &str| {
            ["$.status", "$.failure"].iter().any(|prefix| path.trim().starts_with(prefix))
        };
        let looks_at_end = spec.assertions.iter().any(|assertion| looks_itself(&assertion.path))
            || spec.expected_state.iter().any(|state| looks_itself(&state.path));
        let default = (!looks_at_end).then_some(RunStatus::Success);
        wanted.extend(spec.expected_status.or(default).map(Wanted::Status));
        if let Some(output) = &spec.expected_output {
            // The output of a task's test is what its node gives.
            let text = match self.target {
                Target::Workflow { .. } => "$.output".to_owned(),
                Target::Task { .. } => format!("$.output.{TASK}"),
            };
            let how = How::Holds(output.clone());
            self.value(CheckKind::Output, &text, "expectedOutput", how, None, &mut wanted);
        }
        for (index, assertion) in spec.assertions.iter().enumerate() {
            let field = format!("assertions/{index}");
            let value = || assertion.value.clone();
            let (kind, how) = match assertion.kind {
                AssertionKind::Equals => (CheckKind::Equals, How::Same(value())),
                AssertionKind::Contains => (CheckKind::Contains, How::Contains(value())),
                AssertionKind::Matches => {
                    let at = self.place(&format!("{field}/value"));
                    match pattern::regex(&assertion.value, &at) {
                        Ok(regex) => (CheckKind::Matches, How::Matches(regex)),
                        Err(problem) => {
                            self.problems.push(problem);
                            continue;
                        }
                    }
                }
            };
            let message = assertion.message.clone();
            let field = format!("{field}/path");
            self.value(kind, &assertion.path, &field, how, message, &mut wanted);
        }
        for (index, state) in spec.expected_state.iter().enumerate() {
            let field = format!("expectedState/{index}/path");
            let how = How::Same(state.value.clone());
            self.value(CheckKind::State, &state.path, &field, how, None, &mut wanted);
        }
        wanted.extend(self.events(spec));
        wanted
    }

    fn value(
        &mut self,
        kind: CheckKind,
        text: &str,
        field: &str,
        how: How,
        message: Option<String>,
        wanted: &mut Vec<Wanted>,
    ) {
        match pattern::path(text, &self.place(field)) {
            Ok(path) => {
                wanted.push(Wanted::Value { kind, text: text.to_owned(), path, how, message });
            }
            Err(problem) => self.problems.push(problem),
        }
    }

    fn events(&mut self, spec: &CaseSpec) -> Option<Wanted> {
        let mut events = Vec::with_capacity(spec.expected_events.len());
        for (index, event) in spec.expected_events.iter().enumerate() {
            let at = self.place(&format!("expectedEvents/{index}/pattern"));
            match pattern::event(&event.pattern, &at) {
                Ok(pattern) => events.push(WantedEvent {
                    text: event.pattern.clone(),
                    pattern,
                    payload: event.payload.clone(),
                }),
                Err(problem) => self.problems.push(problem),
            }
        }
        (!events.is_empty()).then_some(Wanted::Events(events))
    }

    fn place(&self, field: &str) -> String {
        format!("{}/{field}", self.at)
    }
}

/// What sets the run off: the definition's own trigger, with the case's input.
fn trigger(spec: &CaseSpec, definition: &Definition, input: &Json) -> Trigger {
    let kind = definition.root().map_or_else(|| "manual".to_owned(), |it| it.kind.to_string());
    Trigger {
        source: kind.clone(),
        kind,
        body: Arc::clone(input),
        headers: spec.setup.headers.clone(),
    }
}
