//! What computes without waiting for anything: played off the threads that serve requests.

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use actix_web::web;
use tokio::sync::Semaphore;

use super::problem::{Code, Problem};

/// How many requests compute at the same time; one more is refused.
const AT_ONCE: usize = 4;
/// When to come again then.
const RETRY_AFTER: Duration = Duration::from_secs(1);

/// The places of those who compute. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Playing(Arc<Semaphore>);

impl Default for Playing {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(AT_ONCE)))
    }
}

impl Playing {
    /// Computes, and gives what comes of it. The place is held until the end, also when the
    /// caller has gone away.
    pub async fn play<T: Send + 'static>(
        &self,
        what: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Problem> {
        let place = Arc::clone(&self.0)
            .try_acquire_owned()
            .map_err(|_| Problem::new(Code::Busy).retry_after(RETRY_AFTER))?;
        let played = web::block(move || {
            let played = what();
            drop(place);
            played
        });
        played.await.map_err(Problem::internal)
    }

    /// On how many threads one request computes.
    pub fn threads() -> NonZeroUsize {
        let half = std::thread::available_parallelism().map_or(1, |count| count.get() / 2);
        NonZeroUsize::new(half).unwrap_or(NonZeroUsize::MIN)
    }
}
