//! Keeps a lane alive for as long as something is to be sent in it and its slot is this process's.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::lane::LaneLife;
use super::room::LaneRoom;
use crate::journal::slot_of;
use crate::projections::transactions::{OpenLane, open_lanes};
use crate::projections::{self, HouseViews};

/// How often the view is asked for lanes that nobody rang for: those of a process that has died.
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// How many lanes this process keeps alive at most; others are taken up as these come to rest.
const MOST: i64 = 1_024;
/// The same.
const ROOM: usize = 1_024;

/// The keeper.
#[derive(Clone)]
pub struct LaneKeeper {
    /// What lanes work with.
    pub room: LaneRoom,
    /// Where lanes are found after a restart.
    pub views: HouseViews,
}

impl LaneKeeper {
    /// Keeps lanes alive until it is told to stop.
    pub async fn run(self, stop: CancellationToken) -> Result<(), projections::Error> {
        let mut alive: BTreeMap<OpenLane, Arc<Notify>> = BTreeMap::new();
        let mut lives: JoinSet<OpenLane> = JoinSet::new();
        loop {
            let slots = self.room.ownership.slots();
            let rung = self.room.bell.take();
            for lane in &rung {
                if let Some(wake) = alive.get(lane) {
                    wake.notify_one();
                }
            }
            let mut wanted: BTreeSet<_> = rung;
            wanted.extend(open_lanes(&self.views, &slots, MOST).await?);
            wanted.retain(|lane| !alive.contains_key(lane) && self.is_ours(*lane));
            for lane in wanted.into_iter().take(ROOM.saturating_sub(alive.len())) {
                let wake = Arc::<Notify>::default();
                alive.insert(lane, Arc::clone(&wake));
                let (life, stop) = (LaneLife::new(self.room.clone(), lane, wake), stop.clone());
                lives.spawn(async move {
                    life.live(stop).await;
                    lane
                });
            }
            tokio::select! {
                () = stop.cancelled() => break,
                () = self.room.bell.heard() => {}
                () = tokio::time::sleep(LOOK_EVERY) => {}
                Some(ended) = lives.join_next() => match ended {
                    Ok(lane) => { alive.remove(&lane); }
                    // Which one panicked is not known: all that live are found again.
                    Err(error) => {
                        tracing::error!("a lane of a wallet broke off: {error}");
                        lives.abort_all();
                        while lives.join_next().await.is_some() {}
                        alive.clear();
                    }
                },
            }
        }
        while lives.join_next().await.is_some() {}
        Ok(())
    }

    fn is_ours(&self, lane: OpenLane) -> bool {
        self.room.ownership.fence(slot_of(&lane.stream().aggregate_id)).is_some()
    }
}
