//! The office of execution hooks: one process holds it at a time, follows the ledger for all endpoints and
//! sends what was put down for them.

use std::sync::Arc;

use tokio::sync::{Notify, watch};
use tokio_util::sync::CancellationToken;

use super::courier::Courier;
use super::feeder::Feeder;
use crate::actors::detector::office::{Office, hold};
use crate::actors::events::Standing;
use crate::aggregates::execution_hooks::Hooks;
use crate::egress::Egress;
use crate::hooks;
use crate::journal::{Error, Journal, Leases, Store, Tail};
use crate::primitives::Clock;
use crate::secrets::Vault;

/// The office that one process holds. That it is one keeps deliveries of a run in order; that nothing is lost
/// or told under another id rests on the feed's compare-and-swap, and on ids.
const OFFICE: Office = Office("execution hooks");

/// What tells endpoints of runs. Cheap to clone.
#[derive(Clone)]
pub struct HookPost {
    /// The ledger.
    pub journal: Journal,
    /// Its end.
    pub tail: Tail,
    /// What is put down.
    pub office: hooks::Office,
    /// Where endpoints are changed.
    pub hooks: Store<Hooks>,
    /// The endpoints, as they stand.
    pub known: Arc<Standing<Hooks>>,
    /// What is sent to them is signed with.
    pub vault: Vault,
    /// The way out.
    pub egress: Egress,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Under which leases this process acts, while it does.
    pub standing: watch::Receiver<Option<Leases>>,
}

impl HookPost {
    /// Puts down and sends, or waits until it may, until it is told to stop.
    pub async fn run(self, stop: CancellationToken) -> Result<(), Error> {
        let (standing, stopping) = (self.standing.clone(), stop.clone());
        hold(OFFICE, standing, stop, async |leases| self.serve(&leases, &stopping).await).await
    }

    async fn serve(&self, leases: &Leases, stop: &CancellationToken) -> Result<(), Error> {
        let bell = Notify::new();
        let mut feeder = Feeder::open(self, &bell).await?;
        let courier = Courier::new(self, &bell);
        tokio::select! {
            ended = feeder.run(leases, stop) => ended,
            ended = courier.run(leases, stop) => ended,
        }
    }
}
