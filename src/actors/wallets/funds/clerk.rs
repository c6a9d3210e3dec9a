//! What wallets have is held against their floors: after each step of a lane by the lane, now and then by a
//! clerk for those with which nobody does anything.

use std::time::Duration;

use futures::{StreamExt as _, stream};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use crate::actors::wallets::hindrance::Hindrance;
use crate::actors::wallets::lane::Round;
use crate::actors::wallets::room::LaneRoom;
use crate::aggregates::wallet_floor::{Command, Order};
use crate::projections::wallet_floors::{Place, places};
use crate::projections::{self, HouseViews};

/// How many floors are read at a time.
const PAGE: i64 = 200;
/// How many are looked at side by side.
const AT_ONCE: usize = 16;
/// How long a look may take.
const PATIENCE: Duration = Duration::from_secs(8);
/// Who acts here.
const NAME: &str = "wallet-floor";

/// The clerk: one process looks at each floor, that which owns its slot.
#[derive(Clone)]
pub struct FloorClerk {
    /// What wallets are looked at with.
    pub room: LaneRoom,
    /// Where their floors are found.
    pub views: HouseViews,
    /// How long passes between two looks.
    pub every: Duration,
}

impl FloorClerk {
    /// Looks until it is told to stop: at all of them now and then, and at those for which it rings.
    pub async fn run(self, stop: CancellationToken) -> Result<(), projections::Error> {
        let mut next = tokio::time::Instant::now() + self.every;
        loop {
            tokio::select! {
                () = stop.cancelled() => return Ok(()),
                () = self.room.floors.heard() => {
                    self.look_at(self.room.floors.take()).await;
                }
                () = tokio::time::sleep_until(next) => {
                    self.look_at_all(&stop).await?;
                    next = tokio::time::Instant::now() + self.every;
                }
            }
        }
    }

    async fn look_at_all(&self, stop: &CancellationToken) -> Result<(), projections::Error> {
        let slots = self.room.ownership.slots();
        let mut after = None;
        loop {
            let page = places(&self.views, &slots, after, PAGE).await?;
            let Some(last) = page.last() else { return Ok(()) };
            after = Some(*last);
            if stop.is_cancelled() {
                return Ok(());
            }
            self.look_at(page).await;
        }
    }

    /// A slow chain keeps nobody waiting for the others.
    async fn look_at(&self, places: impl IntoIterator<Item = Place>) {
        stream::iter(places).for_each_concurrent(AT_ONCE, |place| self.look(place)).await;
    }

    /// What cannot be seen now is looked at the next time.
    async fn look(&self, place: Place) {
        let why = match timeout(PATIENCE, look(&self.room, place)).await {
            Ok(Ok(())) => return,
            Ok(Err(hindrance)) => hindrance.in_words(),
            Err(_) => format!("no answer within {} s", PATIENCE.as_secs()),
        };
        let Place { organization, wallet, chain } = place;
        tracing::warn!(
            organization.id = %organization, wallet.id = %wallet, chain,
            "what wallet {wallet} has on chain {chain} is looked at again later: {why}"
        );
    }
}

/// Looks at what a wallet has, and says so where it has crossed its floor.
pub(in crate::actors::wallets) async fn look(
    room: &LaneRoom,
    place: Place,
) -> Result<(), Hindrance> {
    let stream = place.stream().aggregate_id;
    let floor = room.floors_of.load(&stream).await?.aggregate;
    let Some(setting) = floor.setting else { return Ok(()) };
    let nodes = room.nodes(place.organization, place.chain).await?;
    let mut round = Round::new(nodes);
    let head = round.head().await?;
    let balance = round.nodes.balance(setting.address, &head).await?;
    let balance = balance.ok_or(Hindrance::Moving)?;
    if (balance < setting.floor) == floor.is_low {
        return Ok(());
    }
    let (by, context) = room.as_owner(place.organization, NAME, &stream)?;
    let order = Order::See { balance, block: head.number };
    let command = Command { by, at: room.clock.now(), order };
    room.floors_of.execute(&stream, command, context).await?;
    Ok(())
}
