//! The way to the workers: as many questions as there are seats, each with its time.

use std::borrow::Cow;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use serde_json::value::RawValue;
use tokio::sync::Semaphore;

use super::question::{Answer, Checked, Options, Question};
use crate::confined::{self, Pool, Trade};
use crate::schemas::{Comparison, Unusable};

/// How long the answer to a question may take.
pub const LONGEST: Duration = Duration::from_secs(5);

/// How many questions may be asked or wait at the same time; one more is refused. Each holds up to
/// ten megabytes.
const SEATS: usize = 32;

/// What workers that validate are.
pub(super) static TRADE: Trade = Trade {
    command: "validation-worker",
    // A request at its limit with its schema, escaped as a text within the frame.
    max_frame: 32 * 1024 * 1024,
    // A fresh one has to compile anew: it is worth keeping, and not for ever.
    calls: 1_000,
    longest: LONGEST,
    address_space: 2 * 1024 * 1024 * 1024,
};

/// Asks workers. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Validators(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    pool: Pool,
    seats: Semaphore,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The schema cannot be used.
    #[error(transparent)]
    Unusable(#[from] Unusable),
    /// It took longer than it may.
    #[error("this schema and this value take longer than {} s together", LONGEST.as_secs())]
    Overdue,
    /// The worker did not survive it.
    #[error("this schema and this value take more memory than they may, or nest too deep")]
    TooMuch(#[source] confined::Error),
    /// Too many ask already.
    #[error("too many values are being validated")]
    Busy,
    /// No worker could be started, or one answered what nobody asked.
    #[error("asking a process that validates")]
    Worker(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl Validators {
    /// Workers of our own program, of which this is the path.
    pub fn new(program: PathBuf) -> Self {
        Self(Arc::new(Inner { pool: Pool::new(program, &TRADE), seats: Semaphore::new(SEATS) }))
    }

    /// Whether a schema can be used.
    pub async fn compile(&self, bundle: &str) -> Result<(), Error> {
        match self.ask(&Question::Compile { bundle: bundle.into() }).await? {
            Answer::Compiled => Ok(()),
            other @ (Answer::Unusable { .. } | Answer::Checked(_) | Answer::Compared(_)) => {
                Err(refused(other))
            }
        }
    }

    /// Holds a value against a schema. The same key stands for the same bundle for ever.
    pub async fn check(
        &self,
        key: &str,
        bundle: &str,
        data: &RawValue,
        options: Options,
    ) -> Result<Checked, Error> {
        let data = Cow::Borrowed(data);
        let question = Question::Check { key: key.into(), bundle: bundle.into(), data, options };
        match self.ask(&question).await? {
            Answer::Checked(checked) => Ok(checked),
            other @ (Answer::Unusable { .. } | Answer::Compiled | Answer::Compared(_)) => {
                Err(refused(other))
            }
        }
    }

    /// Compares two versions of a schema.
    pub async fn compare(&self, old: &str, new: &str) -> Result<Comparison, Error> {
        match self.ask(&Question::Compare { old: old.into(), new: new.into() }).await? {
            Answer::Compared(comparison) => Ok(comparison),
            other @ (Answer::Unusable { .. } | Answer::Compiled | Answer::Checked(_)) => {
                Err(refused(other))
            }
        }
    }

    async fn ask(&self, question: &Question<'_>) -> Result<Answer, Error> {
        let _seat = self.0.seats.try_acquire().map_err(|_| Error::Busy)?;
        self.0.pool.ask(question, LONGEST).await.map_err(|error| match error {
            confined::Error::Overdue => Error::Overdue,
            confined::Error::Lost(_) => Error::TooMuch(error),
            confined::Error::Start(_) => Error::Worker(error.into()),
        })
    }
}

fn refused(answer: Answer) -> Error {
    match answer {
        Answer::Unusable { path, problem } => Error::Unusable(Unusable { path, problem }),
        Answer::Compiled | Answer::Checked(_) | Answer::Compared(_) => {
            Error::Worker("it answered what nobody asked".into())
        }
    }
}
