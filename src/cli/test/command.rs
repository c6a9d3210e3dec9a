//! The command: which files, which cases, and what its exit code says.

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Value, json};

use super::files::{self, Readable, Unreadable};
use super::{junit, words};
use crate::aggregates::test::{CaseResult, CaseStatus};
use crate::cli::failure::Failure;
use crate::cli::print::{line, print_json};
use crate::trials::{Allowance, play_all};

/// The exit code when a file cannot be played.
const UNREADABLE: u8 = 2;
/// How long the cases of one file may take.
const TIME: Duration = Duration::from_mins(30);

/// Play the cases of *.test.json files; needs no server and touches nothing
#[derive(Debug, Args)]
pub(in crate::cli) struct Test {
    /// Test files, or directories with test files in them
    #[arg(required = true, value_name = "DIR|FILE")]
    paths: Vec<PathBuf>,
    /// Play only the cases whose name contains this
    #[arg(long, value_name = "TEXT")]
    filter: Option<String>,
    /// Print JSON for programs instead of text for people
    #[arg(long)]
    json: bool,
    /// Write a report in JUnit's format, as CI systems read it
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,
    /// How many cases are played at once; as many as there are processors when absent
    #[arg(long, value_name = "N")]
    jobs: Option<NonZeroUsize>,
}

/// A test whose cases were played.
pub(super) struct Played {
    pub(super) path: PathBuf,
    pub(super) name: String,
    pub(super) results: Vec<CaseResult>,
}

impl Test {
    /// Plays them. The exit code is 0 when all is as expected, 1 when a case is not, and 2 when a
    /// file cannot be played.
    pub(in crate::cli) fn run(self) -> ExitCode {
        let (readable, unreadable) = self.read();
        let played = self.play(readable);
        if self.json {
            print_json(&report(&played, &unreadable));
        } else {
            for test in &played {
                words::test(test);
            }
            for file in &unreadable {
                words::unreadable(file);
            }
            line(&words::sum(&played, &unreadable));
        }
        if let Some(path) = &self.junit
            && let Err(error) = std::fs::write(path, junit::document(&played, &unreadable))
        {
            Failure::new(format!("{} cannot be written: {error}", path.display())).report();
            return ExitCode::from(UNREADABLE);
        }
        if !unreadable.is_empty() {
            return ExitCode::from(UNREADABLE);
        }
        let passed = played.iter().flat_map(|test| &test.results).all(is_passed);
        if passed { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }

    fn read(&self) -> (Vec<Readable>, Vec<Unreadable>) {
        let paths = match files::find(&self.paths) {
            Ok(paths) => paths,
            Err(unreadable) => return (Vec::new(), vec![unreadable]),
        };
        let (mut readable, mut unreadable) = (Vec::new(), Vec::new());
        for path in paths {
            match files::read(&path) {
                Ok(mut test) => {
                    if let Some(text) = &self.filter {
                        test.trial.keep(text);
                    }
                    readable.push(test);
                }
                Err(file) => unreadable.push(file),
            }
        }
        (readable, unreadable)
    }

    fn play(&self, tests: Vec<Readable>) -> Vec<Played> {
        let processors = || std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
        let at_once = self.jobs.unwrap_or_else(processors);
        let cases: usize = tests.iter().map(|test| test.trial.len()).sum();
        let bar = bar(cases, self.json);
        let played = tests
            .into_iter()
            .filter(|test| !test.trial.is_empty())
            .map(|Readable { path, name, trial }| {
                bar.set_message(name.clone());
                let results = play_all(&trial, Allowance { at_once, time: TIME }, &|_| bar.inc(1));
                Played { path, name, results }
            })
            .collect();
        bar.finish_and_clear();
        played
    }
}

pub(super) fn is_passed(result: &CaseResult) -> bool {
    match result.status {
        CaseStatus::Passed => true,
        CaseStatus::Failed | CaseStatus::Error | CaseStatus::Timeout | CaseStatus::Skipped => false,
    }
}

/// How many cases passed, and how many did not.
pub(super) fn counts(played: &[Played]) -> (usize, usize) {
    let results = || played.iter().flat_map(|test| &test.results);
    let passed = results().filter(|result| is_passed(result)).count();
    (passed, results().count() - passed)
}

fn report(played: &[Played], unreadable: &[Unreadable]) -> Value {
    let (passed, failed) = counts(played);
    let tests: Vec<Value> = played
        .iter()
        .map(|test| json!({ "file": test.path, "name": test.name, "cases": test.results }))
        .collect();
    let files: Vec<Value> = unreadable
        .iter()
        .map(|file| json!({ "file": file.path, "problems": file.problems }))
        .collect();
    json!({ "tests": tests, "unreadable": files, "passed": passed, "failed": failed })
}

fn bar(cases: usize, json: bool) -> ProgressBar {
    let length = u64::try_from(cases).unwrap_or_default();
    let bar = if json { ProgressBar::hidden() } else { ProgressBar::new(length) };
    if let Ok(style) = ProgressStyle::with_template("[{bar:30}] {pos}/{len} {msg}") {
        bar.set_style(style.progress_chars("=> "));
    }
    bar
}
