//! The workers of a process: so many, no more, and a fresh one for each that is used up.

use std::io;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::Semaphore;
use tokio::time::timeout;

use super::frame::{Answer, Question};
use super::worker::Worker;

/// How many scripts a worker runs before it makes room for a fresh one: whatever a script may
/// have left behind in the interpreter's memory does not live long.
pub(super) const CALLS_OF_A_WORKER: u32 = 64;

/// The most workers of a process. A script takes a processor for itself, so that more workers
/// than processors would only wait for each other.
const MAX_WORKERS: usize = 8;

/// The fewest: one script that takes its time must not hold up all others.
const MIN_WORKERS: usize = 2;

/// How much longer than its script a worker may take to say that the time is over, before it is
/// killed.
const GRACE: Duration = Duration::from_millis(250);

/// Workers that wait, and places for those that work.
#[derive(Debug)]
pub(super) struct Pool {
    program: PathBuf,
    places: Semaphore,
    waiting: Mutex<Vec<Worker>>,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub(super) enum Error {
    /// No process could be started.
    #[error("starting a process for code")]
    Start(#[source] io::Error),
    /// The process ended, or what it said made no sense.
    #[error("asking a process that runs code")]
    Lost(#[source] io::Error),
    /// It did not end in time, not even a little later.
    #[error("a process that runs code did not end in time")]
    Overdue,
}

impl Pool {
    pub(super) fn new(program: PathBuf) -> Self {
        let processors = std::thread::available_parallelism().map_or(MIN_WORKERS, usize::from);
        Self {
            program,
            places: Semaphore::new(processors.clamp(MIN_WORKERS, MAX_WORKERS)),
            waiting: Mutex::default(),
        }
    }

    /// Has a script run. A worker that fails is killed and replaced.
    pub(super) async fn ask(&self, question: &Question) -> Result<Answer, Error> {
        // The semaphore is never closed; were it, the script would run without a place.
        let _place = self.places.acquire().await.ok();
        let mut worker = self.take().map_err(Error::Start)?;
        let patience = Duration::from_millis(question.timeout_ms).saturating_add(GRACE);
        let answer = timeout(patience, worker.ask(question)).await;
        match answer {
            Ok(Ok(answer)) => {
                self.give_back(worker);
                Ok(answer)
            }
            Ok(Err(error)) => {
                self.replace(worker);
                Err(Error::Lost(error))
            }
            Err(_) => {
                self.replace(worker);
                Err(Error::Overdue)
            }
        }
    }

    /// A worker that waits and lives, or a new one.
    fn take(&self) -> io::Result<Worker> {
        let next = || self.waiting.lock().unwrap_or_else(PoisonError::into_inner).pop();
        while let Some(mut worker) = next() {
            if worker.lives() {
                return Ok(worker);
            }
        }
        Worker::start(&self.program)
    }

    fn give_back(&self, worker: Worker) {
        if worker.asked < CALLS_OF_A_WORKER {
            self.waiting.lock().unwrap_or_else(PoisonError::into_inner).push(worker);
        } else {
            self.replace(worker);
        }
    }

    /// Kills a worker and starts the one that takes its place, so that the next script need not
    /// wait for a start.
    fn replace(&self, worker: Worker) {
        drop(worker);
        match Worker::start(&self.program) {
            Ok(fresh) => {
                self.waiting.lock().unwrap_or_else(PoisonError::into_inner).push(fresh);
            }
            // The next script tries again, and its failure tells.
            Err(error) => tracing::warn!("no process for code could be started: {error}"),
        }
    }
}
