//! The two lanes in which firings are carried out: what is critical waits for what is being carried
//! out, never for what waits.

use std::time::Duration;

use engine::Lane;
use tokio::sync::{Semaphore, SemaphorePermit};

use crate::actors::order::Refused;

/// How many firings of a process are carried out at a time. Enough to fill the journal's flushes.
const SIDE_BY_SIDE: usize = 128;
/// How many of these may be of the default lane: the others are left to what is critical.
const DEFAULT_LANE: usize = 96;
/// How many firings of the default lane may wait; a source that has more waits itself.
const WAITING: usize = 4_096;
/// When a source should fire again that was turned away.
const RETRY_AFTER: Duration = Duration::from_millis(100);

/// The places in which firings are carried out.
#[derive(Debug)]
pub(super) struct Lanes {
    all: Semaphore,
    default_lane: Semaphore,
    waiting: Semaphore,
}

/// The places that a firing holds while it is carried out.
#[derive(Debug)]
pub(super) struct Places<'a> {
    _all: SemaphorePermit<'a>,
    _default_lane: Option<SemaphorePermit<'a>>,
}

impl Lanes {
    /// All places are free.
    pub(super) fn new() -> Self {
        Self {
            all: Semaphore::new(SIDE_BY_SIDE),
            default_lane: Semaphore::new(DEFAULT_LANE),
            waiting: Semaphore::new(WAITING),
        }
    }

    /// Waits for a place.
    ///
    /// # Errors
    /// So many firings of the default lane wait that this one is turned away.
    pub(super) async fn enter(&self, lane: Lane) -> Result<Places<'_>, Refused> {
        let closed = |_| Refused::Unanswered;
        let default_lane = match lane {
            Lane::Critical => None,
            Lane::Default => {
                let busy = |_| Refused::Busy { retry_after: RETRY_AFTER };
                let _waiting = self.waiting.try_acquire().map_err(busy)?;
                Some(self.default_lane.acquire().await.map_err(closed)?)
            }
        };
        Ok(Places { _all: self.all.acquire().await.map_err(closed)?, _default_lane: default_lane })
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;
    use futures::stream::{FuturesUnordered, StreamExt};

    use super::*;

    #[test]
    fn what_is_critical_does_not_wait_for_what_waits() {
        // given that the default lane is full, and that as many wait as may
        let lanes = Lanes::new();
        let at_once = |lane| lanes.enter(lane).now_or_never();
        let mut held: Vec<_> = (0..DEFAULT_LANE).map(|_| at_once(Lane::Default).unwrap()).collect();
        let mut waiting: FuturesUnordered<_> =
            (0..WAITING).map(|_| lanes.enter(Lane::Default)).collect();
        assert!(waiting.next().now_or_never().is_none());

        // then one more is turned away, and what is critical is carried out at once
        assert!(matches!(at_once(Lane::Default), Some(Err(Refused::Busy { .. }))));
        for _ in DEFAULT_LANE..SIDE_BY_SIDE {
            held.push(at_once(Lane::Critical).unwrap());
        }
        assert!(at_once(Lane::Critical).is_none(), "all places are taken");

        // and when a place is given up, one that waits has it
        held.remove(0).unwrap();
        assert!(waiting.next().now_or_never().unwrap().unwrap().is_ok());
    }
}
