//! What a command says when it cannot do its work: one line what, one line cure.

use std::fmt;
use std::process::ExitCode;

/// A command's failure, for the person at the terminal.
#[derive(Debug)]
pub struct Failure {
    what: String,
    cure: Option<String>,
}

impl Failure {
    /// A failure without a known cure.
    pub fn new(what: impl fmt::Display) -> Self {
        Self { what: what.to_string(), cure: None }
    }

    /// The same with what helps.
    #[must_use]
    pub fn cure(mut self, cure: impl Into<String>) -> Self {
        self.cure = Some(cure.into());
        self
    }

    /// The failure of an error and all that led to it.
    pub fn of(error: &dyn std::error::Error) -> Self {
        let mut what = error.to_string();
        let mut source = error.source();
        while let Some(error) = source {
            let text = error.to_string();
            // Some errors repeat their source's words in their own.
            if !what.contains(&text) {
                what = format!("{what}: {text}");
            }
            source = error.source();
        }
        Self { what, cure: None }
    }

    /// Says it on standard error; gives the exit code.
    #[expect(clippy::print_stderr, reason = "standard error is where a command's failure goes")]
    pub(super) fn report(&self) -> ExitCode {
        eprintln!("error: {}", self.what);
        if let Some(cure) = &self.cure {
            eprintln!("  try: {cure}");
        }
        ExitCode::FAILURE
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)
    }
}

impl From<super::client::Error> for Failure {
    fn from(error: super::client::Error) -> Self {
        Self::of(&error)
    }
}
