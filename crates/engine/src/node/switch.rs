//! `switch`: takes the branch of the first case that fits, and `default` when none does.

use serde_json::{Value, json};

use super::branch::looked_up;
use super::field::{array, object, wrong};
use super::logic::Done;
use crate::condition::{Condition, equal};
use crate::expression::Problem;
use crate::pointer::below;

/// The branch that is taken when no case fits.
pub(super) const DEFAULT: &str = "default";
/// How many cases a switch may have.
const MAX_CASES: usize = 50;

/// One case, read.
struct Case<'a> {
    branch: &'a str,
    test: Test<'a>,
}

/// When a case fits.
enum Test<'a> {
    /// The switch's value equals this.
    Equals(&'a Value),
    /// This condition holds.
    When(Condition<'a>),
}

/// The branches that a switch offers.
pub(super) fn branches(payload: &Value) -> Vec<&str> {
    let cases = payload.get("cases").and_then(Value::as_array).into_iter().flatten();
    let named = cases.filter_map(|case| case.get("branch").and_then(Value::as_str));
    named.chain([DEFAULT]).collect()
}

/// The conditions among its cases.
pub(super) fn conditions(payload: &Value) -> Vec<&Value> {
    let cases = payload.get("cases").and_then(Value::as_array).into_iter().flatten();
    cases.filter_map(|case| case.get("condition")).collect()
}

pub(super) fn problems(payload: &Value) -> Vec<Problem> {
    let mut problems = Vec::new();
    if let Err(problem) = cases(payload, &mut problems) {
        problems.push(problem);
    }
    problems
}

pub(super) fn choose(input: &Value) -> Result<Done, Problem> {
    let mut problems = Vec::new();
    let cases = cases(input, &mut problems)?;
    if let Some(problem) = problems.into_iter().next() {
        return Err(problem);
    }
    let value = object(input)?.get("value").unwrap_or(&Value::Null);
    let fits = |case: &Case<'_>| match &case.test {
        Test::Equals(expected) => equal(value, expected),
        Test::When(condition) => condition.holds(&|left| looked_up(input, left)),
    };
    let chosen = cases.iter().enumerate().find(|(_, case)| fits(case));
    let branch = chosen.map_or(DEFAULT, |(_, case)| case.branch);
    let case = chosen.map(|(index, _)| index);
    let result = json!({ "branch": branch, "case": case });
    Ok(Done { result, branch: Some(branch.into()) })
}

fn cases<'a>(payload: &'a Value, problems: &mut Vec<Problem>) -> Result<Vec<Case<'a>>, Problem> {
    let items = array(payload, "cases")?;
    if items.is_empty() || items.len() > MAX_CASES {
        let expected = format!("a list of 1 to {MAX_CASES} cases");
        return Err(wrong("cases", &expected, &payload["cases"]));
    }
    let mut cases: Vec<Case<'a>> = Vec::with_capacity(items.len());
    for (index, item) in items.iter().enumerate() {
        let path = format!("/cases/{index}");
        let mut report = |path: String, message: &str| problems.push(Problem::new(path, message));
        let Some(branch) = item.get("branch").and_then(Value::as_str) else {
            report(below(&path, "branch"), "a case needs a branch: the name children stand under");
            continue;
        };
        if branch == DEFAULT || branch.is_empty() {
            report(below(&path, "branch"), "give the case a name of its own, other than default");
        }
        if cases.iter().any(|case| case.branch == branch) {
            report(below(&path, "branch"), "the name is taken by a case above");
        }
        let test = match (item.get("equals"), item.get("condition")) {
            (Some(expected), None) => Test::Equals(expected),
            (None, Some(condition)) => {
                let path = below(&path, "condition");
                Test::When(Condition::read(condition, &path, problems))
            }
            (Some(_), Some(_)) => {
                report(path, "give equals or condition, not both");
                continue;
            }
            (None, None) => {
                report(path, "a case needs equals, the value that it is for, or a condition");
                continue;
            }
        };
        cases.push(Case { branch, test });
    }
    Ok(cases)
}
