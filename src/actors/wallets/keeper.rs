//! Keeps lanes and documents alive for as long as something is to be done there and their slot is this
//! process's.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use futures::future::BoxFuture;
use tokio::sync::Notify;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::bell::Bell;
use super::documents::DocumentLife;
use super::lane::LaneLife;
use super::room::LaneRoom;
use crate::journal::slot_of;
use crate::projections::signature_requests::{OpenDocument, open_documents};
use crate::projections::transactions::{OpenLane, open_lanes};
use crate::projections::{self, HouseViews};

/// How often the view is asked for places that nobody rang for: those of a process that has died.
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// How many of a kind this process keeps alive at most; others are taken up as these come to rest.
const MOST: i64 = 1_024;
/// The same.
const ROOM: usize = 1_024;

/// A place in which something lives while there is something to be done.
trait Place: Copy + Ord + Send + 'static {
    /// What it is called in a log.
    const WHAT: &'static str;

    /// The id of its stream, which says whose it is.
    fn id(self) -> String;

    /// What rings for it.
    fn bell(room: &LaneRoom) -> &Bell<Self>;

    /// The places in these slots in which something is to be done.
    fn open<'a>(
        views: &'a HouseViews,
        slots: &'a [i16],
    ) -> BoxFuture<'a, Result<Vec<Self>, projections::Error>>;

    /// Its life, until nothing is left to do.
    fn live(
        self,
        room: LaneRoom,
        wake: Arc<Notify>,
        stop: CancellationToken,
    ) -> BoxFuture<'static, ()>;
}

impl Place for OpenLane {
    const WHAT: &'static str = "a lane of a wallet";

    fn id(self) -> String {
        self.stream().aggregate_id
    }

    fn bell(room: &LaneRoom) -> &Bell<Self> {
        &room.bell
    }

    fn open<'a>(
        views: &'a HouseViews,
        slots: &'a [i16],
    ) -> BoxFuture<'a, Result<Vec<Self>, projections::Error>> {
        Box::pin(open_lanes(views, slots, MOST))
    }

    fn live(
        self,
        room: LaneRoom,
        wake: Arc<Notify>,
        stop: CancellationToken,
    ) -> BoxFuture<'static, ()> {
        Box::pin(LaneLife::new(room, self, wake).live(stop))
    }
}

impl Place for OpenDocument {
    const WHAT: &'static str = "a document of a wallet";

    fn id(self) -> String {
        self.stream().aggregate_id
    }

    fn bell(room: &LaneRoom) -> &Bell<Self> {
        &room.documents
    }

    fn open<'a>(
        views: &'a HouseViews,
        slots: &'a [i16],
    ) -> BoxFuture<'a, Result<Vec<Self>, projections::Error>> {
        Box::pin(open_documents(views, slots, MOST))
    }

    fn live(
        self,
        room: LaneRoom,
        wake: Arc<Notify>,
        stop: CancellationToken,
    ) -> BoxFuture<'static, ()> {
        Box::pin(DocumentLife::new(room, self, wake).live(stop))
    }
}

/// The keeper.
#[derive(Clone)]
pub struct LaneKeeper {
    /// What lanes and documents work with.
    pub room: LaneRoom,
    /// Where they are found after a restart.
    pub views: HouseViews,
}

impl LaneKeeper {
    /// Keeps lanes and documents alive until it is told to stop.
    pub async fn run(self, stop: CancellationToken) -> Result<(), projections::Error> {
        let (lanes, documents) =
            (self.keep::<OpenLane>(stop.clone()), self.keep::<OpenDocument>(stop));
        tokio::try_join!(lanes, documents).map(drop)
    }

    async fn keep<P: Place>(&self, stop: CancellationToken) -> Result<(), projections::Error> {
        let mut alive: BTreeMap<P, Arc<Notify>> = BTreeMap::new();
        let mut lives: JoinSet<P> = JoinSet::new();
        let bell = P::bell(&self.room);
        loop {
            let slots = self.room.ownership.slots();
            let rung = bell.take();
            for place in &rung {
                if let Some(wake) = alive.get(place) {
                    wake.notify_one();
                }
            }
            let mut wanted: BTreeSet<_> = rung;
            wanted.extend(P::open(&self.views, &slots).await?);
            wanted.retain(|place| !alive.contains_key(place) && self.is_ours(*place));
            for place in wanted.into_iter().take(ROOM.saturating_sub(alive.len())) {
                let wake = Arc::<Notify>::default();
                alive.insert(place, Arc::clone(&wake));
                let life = place.live(self.room.clone(), wake, stop.clone());
                lives.spawn(async move {
                    life.await;
                    place
                });
            }
            tokio::select! {
                () = stop.cancelled() => break,
                () = bell.heard() => {}
                () = tokio::time::sleep(LOOK_EVERY) => {}
                Some(ended) = lives.join_next() => match ended {
                    Ok(place) => { alive.remove(&place); }
                    // Which one panicked is not known: all that live are found again.
                    Err(error) => {
                        tracing::error!("{} broke off: {error}", P::WHAT);
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

    fn is_ours<P: Place>(&self, place: P) -> bool {
        self.room.ownership.fence(slot_of(&place.id())).is_some()
    }
}
