//! Results as text for the person at the terminal.

use serde_json::Value;

use super::command::{Played, counts, is_passed};
use super::files::Unreadable;
use crate::aggregates::test::{CaseResult, CaseStatus, Check, Difference};
use crate::cli::print::line;

/// How many characters of a value a line shows.
const MAX_SHOWN: usize = 300;

/// Says what became of a test's cases.
pub(super) fn test(test: &Played) {
    line(&format!("{}  {}", test.path.display(), test.name));
    for result in &test.results {
        case(result);
    }
    line("");
}

/// Says why a file cannot be played.
pub(super) fn unreadable(file: &Unreadable) {
    line(&format!("{}  cannot be played", file.path.display()));
    for problem in &file.problems {
        let place = if problem.path.is_empty() { "the file" } else { &problem.path };
        line(&format!("  {place}: {}", problem.message));
    }
    line("");
}

/// The last line.
pub(super) fn sum(played: &[Played], unreadable: &[Unreadable]) -> String {
    let (passed, failed) = counts(played);
    let files = match unreadable.len() {
        0 => String::new(),
        1 => ", 1 file cannot be played".to_owned(),
        count => format!(", {count} files cannot be played"),
    };
    format!("{passed} passed, {failed} failed{files}")
}

/// Why a case did not pass, line by line.
pub(super) fn reasons(result: &CaseResult) -> Vec<String> {
    let mut lines: Vec<String> = result.error.iter().cloned().collect();
    for check in result.assertions.iter().filter(|check| !check.passed) {
        lines.extend(unmet(check));
    }
    lines
}

fn case(result: &CaseResult) {
    let word = match result.status {
        CaseStatus::Passed => "ok",
        CaseStatus::Failed => "FAILED",
        CaseStatus::Error => "ERROR",
        CaseStatus::Timeout => "TIMEOUT",
        CaseStatus::Skipped => "SKIPPED",
    };
    let time = match result.duration_ms {
        0 => String::new(),
        duration => format!("  ({} virtual)", span(duration)),
    };
    line(&format!("  {word:<8}{}{time}", result.case_id));
    if !is_passed(result) {
        for reason in reasons(result) {
            line(&format!("          {reason}"));
        }
    }
    for mock in &result.unused_mocks {
        line(&format!("          note: the mock at {mock} was never called"));
    }
}

fn unmet(check: &Check) -> Vec<String> {
    let message = check.message.as_deref().map(|it| format!(": {it}")).unwrap_or_default();
    let mut lines = vec![format!("{} {}{message}", check.kind.name(), check.path)];
    if check.differences.is_empty() {
        lines.push(format!("  expected {}", shown(&check.expected)));
        lines.push(format!("  actual   {}", shown(&check.actual)));
    }
    for Difference { pointer, expected, actual } in &check.differences {
        let place = if pointer.is_empty() { "the value" } else { pointer };
        let text = |value: &Option<Value>| value.as_ref().map_or("nothing".to_owned(), shown);
        lines.push(format!("  {place}"));
        lines.push(format!("    expected {}", text(expected)));
        lines.push(format!("    actual   {}", text(actual)));
    }
    lines
}

fn shown(value: &Value) -> String {
    let text = value.to_string();
    match text.char_indices().nth(MAX_SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

fn span(milliseconds: u64) -> String {
    let (seconds, rest) = (milliseconds / 1_000, milliseconds % 1_000);
    let (days, hours, minutes) = (seconds / 86_400, seconds / 3_600 % 24, seconds / 60 % 60);
    let parts = [(days, "d"), (hours, "h"), (minutes, "m"), (seconds % 60, "s"), (rest, "ms")];
    let parts = parts.into_iter().filter(|(count, _)| *count > 0);
    parts.map(|(count, unit)| format!("{count}{unit}")).collect::<Vec<_>>().concat()
}
