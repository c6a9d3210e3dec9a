//! Passwords are hashed on threads of their own, a few at a time: each takes 19 MiB and a
//! processor for tens of milliseconds.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;
use zeroize::Zeroizing;

use super::Rejected;
use crate::access::Password;
use crate::primitives::Secret;

/// The most that are hashed at the same time.
const MAX_AT_ONCE: usize = 4;
/// How many wait for their turn; more are told to come again. Two seconds' worth.
const MAX_WAITING: usize = 128;

/// Hashes passwords. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Hashing(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    places: Arc<Semaphore>,
    waiting: AtomicUsize,
    /// The verifier of nobody's password, so that an unknown address takes as long as a known one.
    nobody: OnceLock<Secret>,
}

impl Default for Hashing {
    fn default() -> Self {
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        Self(Arc::new(Inner {
            places: Arc::new(Semaphore::new(processors.clamp(1, MAX_AT_ONCE))),
            waiting: AtomicUsize::new(0),
            nobody: OnceLock::new(),
        }))
    }
}

impl Hashing {
    /// The verifier to keep of a password.
    pub(super) async fn verifier(&self, password: Password) -> Result<Secret, Rejected> {
        self.at_work(move |_| password.verifier(rand::random())).await
    }

    /// Whether a password is the one of a verifier. Without a verifier it is not, and that takes as
    /// long to find out.
    pub(super) async fn is_right(
        &self,
        password: Password,
        verifier: Option<Zeroizing<Vec<u8>>>,
    ) -> Result<bool, Rejected> {
        self.at_work(move |nobody| {
            let found = verifier.as_ref().and_then(|bytes| std::str::from_utf8(bytes).ok());
            if let Some(verifier) = found {
                return password.is(verifier);
            }
            let nobody = nobody.get_or_init(|| {
                Password::presented(&Secret::new("nobody has this one")).verifier(rand::random())
            });
            // Right or not, there is nobody to be let in.
            std::hint::black_box(password.is(nobody.expose()));
            false
        })
        .await
    }

    async fn at_work<T: Send + 'static>(
        &self,
        work: impl FnOnce(&OnceLock<Secret>) -> T + Send + 'static,
    ) -> Result<T, Rejected> {
        let queue = Queue::join(&self.0)?;
        let place = Arc::clone(&self.0.places).acquire_owned().await;
        let place = place.map_err(|_| Rejected::Machine("hashing a password"))?;
        drop(queue);
        let inner = Arc::clone(&self.0);
        // The place goes along: whoever gives up waiting does not free it before the work is done.
        let done = spawn_blocking(move || {
            let done = work(&inner.nobody);
            drop(place);
            done
        });
        done.await.map_err(|_| Rejected::Machine("hashing a password"))
    }
}

/// A place in the queue, until it is dropped.
struct Queue<'a>(&'a AtomicUsize);

impl<'a> Queue<'a> {
    fn join(inner: &'a Inner) -> Result<Self, Rejected> {
        let before = inner.waiting.fetch_add(1, Ordering::Relaxed);
        let queue = Self(&inner.waiting);
        if before < MAX_WAITING { Ok(queue) } else { Err(Rejected::Busy) }
    }
}

impl Drop for Queue<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn presented(text: &str) -> Password {
        Password::presented(&Secret::new(text))
    }

    #[tokio::test]
    async fn nobody_is_let_in_without_a_verifier() {
        let hashing = Hashing::default();
        let verifier = hashing.verifier(presented("correct horse battery")).await.unwrap();
        let kept = || Some(Zeroizing::new(verifier.expose().as_bytes().to_vec()));
        assert!(hashing.is_right(presented("correct horse battery"), kept()).await.unwrap());
        assert!(!hashing.is_right(presented("correct horse"), kept()).await.unwrap());
        assert!(!hashing.is_right(presented("nobody has this one"), None).await.unwrap());
    }

    #[tokio::test]
    async fn who_comes_when_the_queue_is_full_is_told_to_come_again() {
        let hashing = Hashing::default();
        let queue: Vec<_> =
            (0..MAX_WAITING).map(|_| Queue::join(&hashing.0).expect("a place")).collect();
        let refused = hashing.verifier(presented("correct horse battery")).await;
        assert!(matches!(refused, Err(Rejected::Busy)));
        drop(queue);
        assert!(hashing.verifier(presented("correct horse battery")).await.is_ok());
    }
}
