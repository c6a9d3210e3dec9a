//! Between runs and lanes: a waiting node has its transaction taken up, its end lets the run go on, and the
//! end of the wait calls it off.

use alloy_primitives::Address;
use cqrs_es::Aggregate;
use engine::{Fact, FailureCategory, Json, TRANSACTING};
use futures::future::BoxFuture;
use time::OffsetDateTime;

use super::SETTLES;
use super::funds::Funds;
use super::hindrance::Hindrance;
use super::outcome::{self, Ended, Reserved};
use super::room::LaneRoom;
use super::ties::{Odd, RUN_ENDED, Ties, WAITS_NO_LONGER, odd};
use crate::actors::order::Context;
use crate::actors::reaction::{Reaction, Trouble, carried_out};
use crate::actors::run_desk::RunDesk;
use crate::actors::waits::{Turn, Wait};
use crate::aggregates::run::Run;
use crate::aggregates::spending;
use crate::aggregates::wallet_floor::Floor;
use crate::aggregates::wallet_lane::{self, Call, Command, Intent, Lane, Order, Origin, Until};
use crate::journal::{self, Journal, NotExecuted, Recorded, StreamId};
use crate::onchain::{Awaited, Wish};
use crate::primitives::{IntentId, OrganizationId, RunId, WalletId};
use crate::projections::transactions::OpenLane;

/// The reaction's name, on its checkpoint and as the actor of what it orders.
const NAME: &str = "wallet-reaction";
/// The same where it counts what was spent: a command of its own.
const SPENDING: &str = "wallet-spending";
/// Events of one reading.
const PAGE: i64 = 1_000;

/// The reaction that ties runs and lanes together.
pub struct WalletReaction {
    journal: Journal,
    room: LaneRoom,
    ties: Ties,
    funds: Funds,
}

impl WalletReaction {
    /// Ties the runs of this desk to the lanes of this room.
    pub fn new(journal: Journal, room: LaneRoom, runs: RunDesk) -> Self {
        let funds = Funds::new(room.clone(), runs.clone());
        Self { journal: journal.clone(), room, ties: Ties::new(journal, runs, NAME), funds }
    }

    async fn run(&self, event: &Recorded) -> Result<(), Trouble> {
        let Some(wait) = Wait::of(event, |kind| TRANSACTING.contains(&kind))? else {
            return Ok(());
        };
        match &wait.turn {
            Turn::Opened { input, until } => self.take_up(event, &wait, (input, *until)).await,
            Turn::TimedOut => self.call_off(event, &wait, WAITS_NO_LONGER).await,
            Turn::RunEnded => self.call_off(event, &wait, RUN_ENDED).await,
        }
    }

    /// Hands what a node wants to the lane, or tells it why that cannot be.
    async fn take_up(
        &self,
        event: &Recorded,
        wait: &Wait,
        (input, expires_at): (&Json, OffsetDateTime),
    ) -> Result<(), Trouble> {
        let tell = async |answer| self.ties.resume(event, wait.run, &wait.node, answer).await;
        let wish = match Wish::of(&wait.kind, input) {
            Some(Ok(wish)) => wish,
            Some(Err(problems)) => return tell(outcome::invalid(&problems)).await,
            None => return Ok(()),
        };
        let wallets = self.room.wallets.load(&event.organization.to_string()).await?.aggregate;
        let (wallet_id, wallet) = match wallets.chosen(wish.wallet) {
            Ok(found) => found,
            Err(why) => return tell(outcome::no_wallet(&why)).await,
        };
        match self.room.nodes(event.organization, wish.chain.0).await {
            Ok(_) => {}
            Err(Hindrance::NoEndpoints(chain)) => return tell(outcome::no_endpoints(chain)).await,
            Err(hindrance) => return Err(Trouble::Passing(hindrance.into())),
        }
        let origin = self.ties.origin(wait.run, &wait.node).await?;
        let by = (wallet_id, wallet.address);
        let intent = intent(&wish, event.organization, by, (origin, expires_at));
        let lane =
            OpenLane { organization: event.organization, wallet: wallet_id, chain: wish.chain.0 };
        let order = Order::Accept(Box::new(intent));
        match self.order(event, lane, order, wait.at).await {
            Err(NotExecuted::Refused(full @ wallet_lane::Error::Full)) => {
                let why = full.to_string();
                tell(outcome::refused(FailureCategory::Limit, "wallet_busy", &why)).await
            }
            done => carried_out(done, settled),
        }?;
        self.room.bell.ring(lane);
        Ok(())
    }

    /// Calls off what a node wanted that waits no longer.
    async fn call_off(&self, event: &Recorded, wait: &Wait, reason: &str) -> Result<(), Trouble> {
        let Wait { run, ref node, at, .. } = *wait;
        let intent = IntentId::of(run, node);
        let Some(lane) = self.lane_of(event, run, node).await? else { return Ok(()) };
        let order = Order::Cancel { intent, reason: reason.to_owned() };
        carried_out(self.order(event, lane, order, at).await, settled)?;
        self.room.bell.ring(lane);
        Ok(())
    }

    /// In which lane a node's transaction is: as it was taken up, whatever wallet is the default by now.
    async fn lane_of(
        &self,
        event: &Recorded,
        run: RunId,
        node: &str,
    ) -> Result<Option<OpenLane>, Trouble> {
        let (stream, organization) = (StreamId::run(run), event.organization);
        let mut after = 0;
        loop {
            let page = self.journal.read_stream(&stream, after, PAGE).await?;
            let Some(last) = page.last() else { return Ok(None) };
            after = last.sequence;
            for recorded in page.iter().filter(|it| it.event_type == "wait_opened") {
                let Fact::WaitOpened { node: place, kind, input, .. } = recorded.fact()?.0 else {
                    continue;
                };
                if place.to_string() != node {
                    continue;
                }
                let Some(Ok(wish)) = Wish::of(&kind, &input) else { return Ok(None) };
                return self.holds(organization, wish, IntentId::of(run, node)).await;
            }
        }
    }

    /// The lane that holds an intent: that of the wallet that was named, or of any that there is.
    async fn holds(
        &self,
        organization: OrganizationId,
        wish: Wish,
        intent: IntentId,
    ) -> Result<Option<OpenLane>, Trouble> {
        let wallets = self.room.wallets.load(&organization.to_string()).await?.aggregate;
        let candidates = match wish.wallet {
            Some(wallet) => vec![wallet],
            None => wallets.all.keys().copied().collect(),
        };
        for wallet in candidates {
            let lane = OpenLane { organization, wallet, chain: wish.chain.0 };
            let id = lane.stream().aggregate_id;
            if self.room.lanes.read(&id, |lane| lane.find(intent).is_some()).await? {
                return Ok(Some(lane));
            }
        }
        Ok(None)
    }

    async fn order(
        &self,
        event: &Recorded,
        lane: OpenLane,
        order: Order,
        at: OffsetDateTime,
    ) -> Result<(), NotExecuted<wallet_lane::Error>> {
        let context = Context::because_of(event, NAME);
        let command = Command { by: context.actor.clone(), at, order };
        let context = journal::Context::new(context.into_metadata());
        self.room.lanes.execute(&lane.stream().aggregate_id, command, context).await.map(drop)
    }

    /// What follows from the event of a lane.
    async fn lane(&self, event: &Recorded) -> Result<(), Trouble> {
        let bad = || odd(Odd::Id(event.aggregate_id.clone()));
        let lane = OpenLane::of(event.organization, &event.aggregate_id).ok_or_else(bad)?;
        let happened = event.wallet_lane()?;
        if matches!(happened, wallet_lane::Event::ApprovalGranted { is_enough: true, .. }) {
            self.room.bell.ring(lane);
        }
        self.funds.lane(event, lane, &happened).await?;
        let Some(Ended { origin, reserved, answer }) = outcome::of(&happened, lane) else {
            return Ok(());
        };
        let order = match reserved {
            Reserved::Kept => None,
            Reserved::Used => Some(spending::Order::Settle),
            Reserved::Free(proof) => Some(spending::Order::Release(proof)),
        };
        if let Some(order) = order {
            let what = (happened.intent(), SPENDING);
            self.ties.spend(&self.room, event, what, order).await?;
        }
        match origin {
            // What takes the money of a sale has no node that waits.
            Some(origin) if origin.node_id.starts_with(SETTLES) => Ok(()),
            Some(origin) => self.ties.resume(event, origin.run_id, &origin.node_id, answer).await,
            None => Ok(()),
        }
    }
}

/// What a node wants, as its lane takes it up.
pub(super) fn intent(
    wish: &Wish,
    organization_id: OrganizationId,
    (wallet_id, address): (WalletId, Address),
    (origin, expires_at): (Origin, OffsetDateTime),
) -> Intent {
    Intent {
        intent_id: IntentId::of(origin.run_id, &origin.node_id),
        organization_id,
        wallet_id,
        address,
        chain_id: wish.chain.0,
        origin,
        call: Call { to: wish.to, value: wish.value, data: wish.data(address) },
        until: match wish.awaited {
            Awaited::Included => Until::Included,
            Awaited::Final => Until::Final,
        },
        gas_limit: wish.gas_limit,
        max_fee_total: wish.max_fee,
        expires_at,
    }
}

/// What was ordered before, or is over, is done.
fn settled(refusal: wallet_lane::Error) -> Result<(), Trouble> {
    match refusal {
        wallet_lane::Error::Known(_)
        | wallet_lane::Error::NotOpen(_)
        | wallet_lane::Error::OutOfPlace(..) => Ok(()),
        wallet_lane::Error::Approval(_)
        | wallet_lane::Error::Elsewhere(_)
        | wallet_lane::Error::Full
        | wallet_lane::Error::Busy
        | wallet_lane::Error::Forged { .. }
        | wallet_lane::Error::Stranger(_)
        | wallet_lane::Error::TooCheap
        | wallet_lane::Error::TooDear => Err(Trouble::lasting(refusal)),
    }
}

impl Reaction for WalletReaction {
    fn name(&self) -> &'static str {
        NAME
    }

    fn concerns(&self, kind: &str, name: &str) -> bool {
        Wait::may_be(kind, name)
            || (kind == Floor::TYPE && name != "removed")
            || (kind == Lane::TYPE
                && matches!(
                    name,
                    "policy_decided"
                        | "approval_granted"
                        | "approval_rejected"
                        | "approval_expired"
                        | "simulation_failed"
                        | "funds_lacking"
                        | "top_up_wanted"
                        | "top_up_called_off"
                        | "funds_arrived"
                        | "included"
                        | "finalized"
                        | "cancelled"
                ))
    }

    fn wants(&self, event: &Recorded) -> bool {
        event.aggregate_type != Run::TYPE
            || TRANSACTING.iter().any(|kind| event.payload.contains(kind))
    }

    fn react<'a>(&'a self, event: &'a Recorded) -> BoxFuture<'a, Result<(), Trouble>> {
        Box::pin(async move {
            if event.aggregate_type == Run::TYPE {
                self.run(event).await
            } else if event.aggregate_type == Floor::TYPE {
                self.funds.floor(event).await
            } else {
                self.lane(event).await
            }
        })
    }
}
