//! A lane whose wallet has too little: who gets more is asked for it, what is wanted waits, and goes on when
//! there is enough.

use alloy_primitives::U256;
use engine::Fact;
use time::Duration;

use super::lineage::gets_money;
use crate::actors::wallets::hindrance::Hindrance;
use crate::actors::wallets::lane::{LaneLife, Round};
use crate::aggregates::wallet_floor::TopUp;
use crate::aggregates::wallet_lane::{
    Ended, Hook, Lacking, Lane, Order, Simulation, Stage, UnderWay, Wanted,
};
use crate::journal::StreamId;
use crate::primitives::RunId;
use crate::projections::wallet_floors::Place;

/// How long a run that got money well is over before another one begins: what it sent may be on its way.
const SETTLES_WITHIN: Duration = Duration::seconds(30);
/// Events of one reading.
const PAGE: i64 = 1_000;

/// What a transaction takes from the wallet, and what the wallet has.
pub(in crate::actors::wallets) struct Need {
    /// How much of the coin there is, in wei.
    pub(in crate::actors::wallets) balance: U256,
    /// How much is needed for its value and fees and for those of what is on its way, in wei.
    pub(in crate::actors::wallets) needed: U256,
    /// How much gas it would take, with some room; or why it would fail.
    pub(in crate::actors::wallets) gas: Result<u64, String>,
}

/// How a run that gets money ended.
enum End {
    Well,
    Badly(String),
}

impl Need {
    /// Whether it fails for nothing else than that there is too little.
    pub(in crate::actors::wallets) fn is_lacking(&self, value: U256) -> bool {
        let for_money = |why: &String| {
            self.balance < value || why.to_lowercase().contains("insufficient funds")
        };
        self.balance < self.needed && self.gas.as_ref().err().is_none_or(for_money)
    }

    /// What is lacking.
    pub(in crate::actors::wallets) fn in_words(&self) -> String {
        let Self { balance, needed, .. } = self;
        format!(
            "insufficient funds: the wallet has {balance} wei, and {needed} are needed for value and \
             fees of this and of what is on its way"
        )
    }
}

impl LaneLife {
    /// What follows where the wallet has too little: that a run gets more, where the organization says who
    /// does; nothing where it does not.
    pub(in crate::actors::wallets) async fn lack(
        &self,
        lane: &Lane,
        wanted: &Wanted,
        need: &Need,
    ) -> Result<Option<Order>, Hindrance> {
        let place = self.floor();
        let floor = self.room.floors_of.load(&place.stream().aggregate_id).await?.aggregate;
        let Some(setting) = floor.setting else { return Ok(None) };
        let Some(TopUp { workflow_id: workflow, within_ms }) = setting.top_up else {
            return Ok(None);
        };
        let intent = wanted.intent.intent_id;
        if gets_money(&self.room.journal, wanted.intent.origin.run_id, self.place).await? {
            let reason = format!(
                "{}; no other run is begun to get them, since it belongs to one that gets money \
                 for this very wallet and chain",
                need.in_words()
            );
            return Ok(Some(Order::Simulate { intent, outcome: Simulation::Failed { reason } }));
        }
        let within = Duration::milliseconds(i64::try_from(within_ms).unwrap_or(i64::MAX));
        let hook = Hook { workflow, within, floor: setting.floor, waiting: waiting(lane, wanted) };
        let Need { balance, needed, .. } = *need;
        Ok(Some(Order::Lack { intent, balance, needed, hook }))
    }

    /// Waits for money, until it is there or cannot come any more.
    pub(in crate::actors::wallets) async fn fund(
        &self,
        lane: &Lane,
        round: &mut Round,
        wanted: &Wanted,
    ) -> Result<Option<Order>, Hindrance> {
        if let Some(late) = self.too_late(wanted) {
            return Ok(Some(late));
        }
        let (intent, need) = (wanted.intent.intent_id, self.needs(lane, round, wanted).await?);
        if !need.is_lacking(wanted.intent.call.value) {
            let Need { balance, needed, .. } = need;
            return Ok(Some(Order::Fund { intent, balance, needed }));
        }
        let Some(Lacking { run_id, until, told }) = &wanted.lacking else { return Ok(None) };
        let failed = |why: String| {
            let reason = format!("{}; {why}", need.in_words());
            Ok(Some(Order::Simulate { intent, outcome: Simulation::Failed { reason } }))
        };
        let last = lane.funding.last.as_ref();
        if let Some(Ended { failure: Some(why), .. }) = last.filter(|it| it.run_id == *run_id) {
            return failed(format!("the run {run_id} that was to get them failed: {why}"));
        }
        let now = self.room.clock.now();
        if now >= *until {
            return failed(format!("the run {run_id} did not get them in time"));
        }
        // What one run got may have gone to another transaction, and more may be needed than it was told.
        let is_asked = told.is_some_and(|told| need.needed <= told);
        let is_settled = last.is_none_or(|it| now - it.at >= SETTLES_WITHIN);
        if lane.funding.under_way.is_none() && is_settled && !is_asked {
            return self.lack(lane, wanted, &need).await;
        }
        Ok(None)
    }

    /// Sees whether the run that gets money is over, or its time is; says whether anything came of it.
    pub(in crate::actors::wallets) async fn tend(
        &mut self,
        lane: &mut Lane,
    ) -> Result<bool, Hindrance> {
        let Some(UnderWay { top_up, is_called_off, .. }) = &lane.funding.under_way else {
            return Ok(false);
        };
        let (run, is_late) = (top_up.run_id, self.room.clock.now() >= top_up.until);
        let is_called_off = *is_called_off;
        let order = match self.end_of(run).await? {
            Some(End::Well) => Order::EndTopUp { run, failure: None },
            Some(End::Badly(why)) => Order::EndTopUp { run, failure: Some(why) },
            None if is_late && !is_called_off => Order::CallOffTopUp,
            None => return Ok(false),
        };
        Ok(!self.record(lane, order).await?.is_empty())
    }

    /// How a run ended, if it did.
    async fn end_of(&mut self, run: RunId) -> Result<Option<End>, Hindrance> {
        let mut after = self.read.filter(|(known, _)| *known == run).map_or(0, |(_, after)| after);
        loop {
            let page = self.room.journal.read_stream(&StreamId::run(run), after, PAGE).await?;
            let Some(last) = page.last() else { break };
            for recorded in &page {
                match recorded.event_type.as_str() {
                    "succeeded" => return Ok(Some(End::Well)),
                    "cancelled" => return Ok(Some(End::Badly("it was cancelled".to_owned()))),
                    "failed" => {
                        let Fact::Failed { failure, .. } = recorded.fact()?.0 else { continue };
                        return Ok(Some(End::Badly(failure.message)));
                    }
                    _ => {}
                }
            }
            after = last.sequence;
        }
        self.read = Some((run, after));
        Ok(None)
    }

    /// The floor of the lane's wallet on its chain.
    pub(in crate::actors::wallets) const fn floor(&self) -> Place {
        let crate::projections::transactions::OpenLane { organization, wallet, chain } = self.place;
        Place { organization, wallet, chain }
    }
}

/// How much the transactions would take at most, in wei, that have no nonce yet, beside this one.
fn waiting(lane: &Lane, wanted: &Wanted) -> U256 {
    let others = lane.open.values().filter(|it| {
        let waits = matches!(it.stage, Stage::Allowed | Stage::Lacking | Stage::Simulated);
        waits && it.intent.intent_id != wanted.intent.intent_id
    });
    others.fold(U256::ZERO, |sum, it| {
        let fees = it.most_fees().unwrap_or_default();
        sum.saturating_add(it.intent.call.value).saturating_add(fees)
    })
}
