//! From mocks as authors write them to those of a rehearsal.

use std::sync::Arc;

use engine::rehearsal::{Answer, Mock, Said};
use engine::{Definition, Failure, within_limits};
use time::Duration;

use super::definition::{AnswerSpec, FailureSpec, MAX_MOCKS, MockSpec, Period};
use super::problem::Problem;
use crate::primitives::pointer::below;

/// The mocks of a list that stands at `at`, for runs of this definition; what is wrong with them
/// is noted.
pub fn answers(
    specs: &[MockSpec],
    definition: &Definition,
    at: &str,
    problems: &mut Vec<Problem>,
) -> Vec<Mock> {
    if specs.len() > MAX_MOCKS {
        problems.push(Problem::at(at, format!("there are more than {MAX_MOCKS} mocks")));
        return Vec::new();
    }
    let specs = specs.iter().enumerate();
    specs
        .filter_map(|(index, spec)| {
            let at = below(at, &index.to_string());
            let before = problems.len();
            let mock = mock(spec, definition, &at, problems)?;
            (problems.len() == before).then_some(mock)
        })
        .collect()
}

fn mock(
    spec: &MockSpec,
    definition: &Definition,
    at: &str,
    problems: &mut Vec<Problem>,
) -> Option<Mock> {
    let answers = if spec.sequence.is_empty() {
        let MockSpec { response, error, times_out, delay, .. } = spec.clone();
        answer(&AnswerSpec { response, error, times_out, delay }, at, problems)
            .into_iter()
            .collect()
    } else {
        if spec.response.is_some() || spec.error.is_some() || spec.times_out {
            problems.push(Problem::at(
                format!("{at}/sequence"),
                "give a sequence or one answer, not both",
            ));
        }
        let place = |index: usize| format!("{at}/sequence/{index}");
        let sequence = spec.sequence.iter().enumerate();
        sequence.filter_map(|(index, spec)| answer(spec, &place(index), problems)).collect()
    };
    let mock = match (&spec.node, &spec.kind) {
        (Some(node), None) => {
            let mock = Mock::of_node(node, answers);
            must_call_out(node, definition, at, problems);
            mock
        }
        (None, Some(kind)) => Mock::of_kind(kind, answers),
        (Some(_), Some(_)) | (None, None) => {
            problems.push(Problem::at(at, "a mock names a `node` or a `type`: one of the two"));
            return None;
        }
    };
    match spec.occurrence {
        None => Some(mock),
        Some(0) => {
            problems.push(Problem::at(format!("{at}/occurrence"), "calls are counted from 1"));
            None
        }
        Some(occurrence) => Some(mock.at(occurrence)),
    }
}

/// Only nodes that ask the outside, somebody or another run for something can be answered for.
fn must_call_out(text: &str, definition: &Definition, at: &str, problems: &mut Vec<Problem>) {
    let address = engine::rehearsal::Address::of(text);
    let at = format!("{at}/node");
    let Some(node) = definition.nodes().get(address.node()) else {
        let known: Vec<&str> = definition.nodes().keys().map(engine::NodeId::as_str).collect();
        let message = format!("the definition has no node \"{}\"", address.node());
        let cure = if known.len() > 20 { String::new() } else { format!(": {}", known.join(", ")) };
        problems.push(Problem::at(at, message + &cure));
        return;
    };
    if address.node() == engine::NodeId::ROOT {
        problems.push(Problem::at(at, "the trigger is not mocked: give the case an `input`"));
    } else if !engine::is_answered(definition, &address.node().into()) {
        problems.push(Problem::at(
            at,
            format!(
                "\"{}\" is a {} node, which is executed as it will be live: remove the mock",
                address.node(),
                node.kind
            ),
        ));
    }
}

fn answer(spec: &AnswerSpec, at: &str, problems: &mut Vec<Problem>) -> Option<Answer> {
    let after = match &spec.delay {
        None => Duration::ZERO,
        Some(delay) => span(delay, &format!("{at}/delay"), problems)?,
    };
    let said = match (&spec.response, &spec.error, spec.times_out) {
        (Some(response), None, false) => {
            if let Err(excess) = within_limits(response) {
                problems.push(Problem::at(format!("{at}/response"), format!("it {excess}")));
                return None;
            }
            Said::Response(Arc::new(response.clone()))
        }
        (None, Some(error), false) => Said::Failure(failure(error)),
        (None, None, true) => Said::Nothing,
        (None, None, false) => {
            let message = "a mock says what is answered: a `response`, an `error` or \
                           \"timesOut\": true";
            problems.push(Problem::at(at, message));
            return None;
        }
        (Some(_), Some(_), _) | (Some(_), None, true) | (None, Some(_), true) => {
            let message = "a mock gives one of `response`, `error` and `timesOut`";
            problems.push(Problem::at(at, message));
            return None;
        }
    };
    Some(Answer { said, after })
}

fn failure(spec: &FailureSpec) -> Failure {
    Failure {
        code: spec.code.clone(),
        message: spec.message.clone(),
        category: spec.category,
        retryable: spec.retryable,
        details: spec.details.clone().map(Arc::new),
    }
}

/// A span of time that stands at `at`.
pub(super) fn span(period: &Period, at: &str, problems: &mut Vec<Problem>) -> Option<Duration> {
    let span = period.milliseconds().and_then(|count| i64::try_from(count).ok());
    if span.is_none() {
        let message = "a span of time is a number of milliseconds, or a text like 2s, 15m or 1h30m";
        problems.push(Problem::at(at, message));
    }
    span.map(Duration::milliseconds)
}
