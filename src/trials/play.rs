//! Playing cases, side by side.

use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use engine::rehearsal::{Answers, End, Rehearsal, rehearse};

use super::check::Wanted;
use super::compile::{Case, Trial};
use super::difference::clipped;
use super::document::document;
use crate::aggregates::test::{CaseResult, CaseStatus, Check};

/// Chance is the same in every case and at every time.
const SEED: u64 = 0;
/// How many bytes of JSON the checks of one case may take.
const MAX_RESULT: usize = 24 * 1024;

/// What an execution may take.
#[derive(Debug, Clone, Copy)]
pub struct Allowance {
    /// How many cases are played side by side.
    pub at_once: NonZeroUsize,
    /// How long all of them may take: what has not begun by then is skipped.
    pub time: Duration,
}

/// Plays all cases and gives their results in order. `played` is told of each as it ends.
///
/// It computes and blocks: never call it where requests are served.
pub fn play_all(
    trial: &Trial,
    allowance: Allowance,
    played: &(dyn Fn(&CaseResult) + Sync),
) -> Vec<CaseResult> {
    let begun = Instant::now();
    let next = AtomicUsize::new(0);
    let results: Vec<Mutex<Option<CaseResult>>> =
        trial.cases.iter().map(|_| Mutex::default()).collect();
    thread::scope(|scope| {
        for _ in 0..allowance.at_once.get().min(trial.cases.len()) {
            scope.spawn(|| {
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    let Some((case, place)) = trial.cases.get(index).zip(results.get(index)) else {
                        return;
                    };
                    let result = if begun.elapsed() < allowance.time {
                        play(case)
                    } else {
                        skipped(case, allowance.time)
                    };
                    played(&result);
                    *place.lock().unwrap_or_else(PoisonError::into_inner) = Some(result);
                }
            });
        }
    });
    let results = results.into_iter();
    results.filter_map(|it| it.into_inner().unwrap_or_else(PoisonError::into_inner)).collect()
}

fn play(case: &Case) -> CaseResult {
    let mut answers = Answers::new(case.mocks.iter().cloned(), case.unmocked.into());
    let played = rehearse(case.start.clone(), &mut answers, case.bounds, SEED);
    let unused = answers.uses().take(case.own_mocks).enumerate().filter(|(_, uses)| *uses == 0);
    let unused_mocks = unused.map(|(index, _)| format!("/setup/mocks/{index}")).collect();
    let looked = CaseResult { unused_mocks, ..result(case, &played) };
    match &played.end {
        End::Over => judged(case, &played, looked),
        End::OutOfTime(_) => CaseResult {
            status: CaseStatus::Timeout,
            error: Some(played.end.to_string()),
            ..looked
        },
        End::Unanswered(_) | End::OutOfSteps(_) | End::Stalled => {
            CaseResult { error: Some(played.end.to_string()), ..looked }
        }
    }
}

fn judged(case: &Case, played: &Rehearsal, result: CaseResult) -> CaseResult {
    let document = document(played);
    let assertions: Vec<_> =
        case.wanted.iter().flat_map(|wanted: &Wanted| wanted.check(&document)).collect();
    let passed = assertions.iter().all(|check| check.passed);
    let status = if passed { CaseStatus::Passed } else { CaseStatus::Failed };
    bounded(CaseResult { status, assertions, ..result })
}

/// The result within [`MAX_RESULT`]: what is wrong comes first, and what there is no room for is
/// counted only.
fn bounded(mut result: CaseResult) -> CaseResult {
    let size = |check: &Check| serde_json::to_vec(check).map_or(usize::MAX, |json| json.len());
    if result.assertions.iter().map(size).sum::<usize>() <= MAX_RESULT {
        return result;
    }
    result.assertions.sort_by_key(|check| check.passed);
    let all = result.assertions.len();
    let mut left = MAX_RESULT;
    result.assertions.retain(|check| {
        let room = left.checked_sub(size(check));
        left = room.unwrap_or(0);
        room.is_some()
    });
    let shown = result.assertions.len();
    result.error =
        Some(format!("{shown} of {all} checks are shown, for there is no room for more"));
    result
}

fn result(case: &Case, played: &Rehearsal) -> CaseResult {
    CaseResult {
        case_id: case.id.clone(),
        status: CaseStatus::Error,
        duration_ms: u64::try_from(played.elapsed.whole_milliseconds()).unwrap_or_default(),
        run_status: Some(played.run.status().name().to_owned()),
        output: played.run.output().map(|output| clipped(output)),
        error: None,
        assertions: Vec::new(),
        unused_mocks: Vec::new(),
    }
}

fn skipped(case: &Case, time: Duration) -> CaseResult {
    let message =
        format!("it was not played, for the {} s of the execution were over", time.as_secs());
    CaseResult {
        case_id: case.id.clone(),
        status: CaseStatus::Skipped,
        duration_ms: 0,
        run_status: None,
        output: None,
        error: Some(message),
        assertions: Vec::new(),
        unused_mocks: Vec::new(),
    }
}
