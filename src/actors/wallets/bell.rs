//! Rings when something is wanted of a lane, so that nobody waits for the next look at the view.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::Notify;

use crate::projections::transactions::OpenLane;

/// How many lanes are remembered; those beyond are found in the view.
const MOST: usize = 1_024;

/// The bell. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub(super) struct LaneBell(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    rung: Mutex<BTreeSet<OpenLane>>,
    notify: Notify,
}

impl LaneBell {
    /// Something is wanted of a lane.
    pub(super) fn ring(&self, lane: OpenLane) {
        let mut rung = self.0.rung.lock().unwrap_or_else(PoisonError::into_inner);
        if rung.len() < MOST {
            rung.insert(lane);
        }
        drop(rung);
        self.0.notify.notify_one();
    }

    /// Waits until it rings.
    pub(super) async fn heard(&self) {
        self.0.notify.notified().await;
    }

    /// The lanes for which it rang.
    pub(super) fn take(&self) -> BTreeSet<OpenLane> {
        std::mem::take(&mut *self.0.rung.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
