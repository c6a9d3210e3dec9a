//! Rings when something is to be done in a lane, or for a document, so that nobody waits for the next look
//! at the view.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::Notify;

/// How many places are remembered; those beyond are found in the view.
const MOST: usize = 1_024;

/// The bell. Cheap to clone.
#[derive(Debug)]
pub(super) struct Bell<P>(Arc<Inner<P>>);

#[derive(Debug)]
struct Inner<P> {
    rung: Mutex<BTreeSet<P>>,
    notify: Notify,
}

impl<P> Default for Bell<P> {
    fn default() -> Self {
        Self(Arc::new(Inner { rung: Mutex::default(), notify: Notify::default() }))
    }
}

impl<P> Clone for Bell<P> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<P: Ord> Bell<P> {
    /// Something is to be done there.
    pub(super) fn ring(&self, place: P) {
        let mut rung = self.0.rung.lock().unwrap_or_else(PoisonError::into_inner);
        if rung.len() < MOST {
            rung.insert(place);
        }
        drop(rung);
        self.0.notify.notify_one();
    }

    /// Waits until it rings.
    pub(super) async fn heard(&self) {
        self.0.notify.notified().await;
    }

    /// The places for which it rang.
    pub(super) fn take(&self) -> BTreeSet<P> {
        std::mem::take(&mut *self.0.rung.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
