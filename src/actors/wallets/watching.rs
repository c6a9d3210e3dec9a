//! From bytes that nodes have to a block that stays: looked for, sent again, replaced, confirmed.

use std::ops::RangeInclusive;
use std::time::Duration;

use super::fees;
use super::hindrance::Hindrance;
use super::lane::{LaneLife, Round};
use super::sending::has_to_be_emptied;
use crate::aggregates::wallet_lane::{Attempt, Order, Receipt, Stage, Wanted};
use crate::chains::{self, Chain, Outcome};

/// After how long without a block a transaction is sent again: nodes forget.
const AGAIN_AFTER: Duration = Duration::from_secs(5);
/// After the time of how many blocks a higher price is offered, where the market asks for one.
const DEARER_AFTER: u32 = 3;
/// The least and the most of that, whatever is known of the chain's blocks.
const DEARER_WITHIN: RangeInclusive<Duration> = Duration::from_secs(3)..=Duration::from_mins(1);

impl LaneLife {
    /// Looks for it on the chain; sends it again where it is not there.
    pub(super) async fn watch(
        &mut self,
        round: &mut Round,
        wanted: &Wanted,
    ) -> Result<Option<Order>, Hindrance> {
        let intent = wanted.intent.intent_id;
        let Some(nonce) = wanted.nonce else { return Ok(None) };
        // How far the chain is has to be asked before the receipts: what is final then, they show.
        let is_used = self.is_used_for_good(round, wanted, nonce).await?;
        for hash in wanted.attempts.iter().rev().filter_map(Attempt::hash) {
            if let Some(receipt) = round.nodes.receipt(hash).await? {
                return Ok(Some(Order::Include { intent, hash, receipt: read(&receipt) }));
            }
        }
        if is_used {
            return Ok(Some(Order::Conflict { intent }));
        }
        let since = self.sent.get(&intent).map(tokio::time::Instant::elapsed);
        if has_to_be_emptied(wanted) {
            return self.replace(round, wanted).await;
        }
        if self.has_to_be_dearer(round, wanted).await? {
            match self.replace(round, wanted).await {
                // At the bound it is sent again as it is.
                Err(hindrance @ Hindrance::TooDear(_)) => self.tell(Some(intent), &hindrance),
                replaced => return replaced,
            }
        }
        if since.is_none_or(|since| since >= AGAIN_AFTER) {
            return self.send(round, wanted).await;
        }
        Ok(None)
    }

    /// Notes in the trace of its run which wait is over by an order that was recorded.
    pub(super) fn note(&mut self, wanted: &Wanted, (ended, begins): (Option<&'static str>, bool)) {
        let (intent, now) = (&wanted.intent, self.room.clock.now());
        if let Some(wait) = ended
            && let Some(scope) = self.room.scope(&intent.origin)
        {
            // What another process saw before it died is known from when it was to be signed.
            let asked_at = wanted.attempts.last().map(|attempt| attempt.asked_at);
            let since = self.waits.remove(&intent.intent_id).or(asked_at).unwrap_or(now);
            let chain = ("chainkeel.chain.id".into(), intent.chain_id.into());
            let hash = wanted.attempts.last().and_then(Attempt::hash);
            let hash = hash.map(|it| ("chainkeel.transaction.hash".into(), it.to_string().into()));
            scope.note(wait, since, std::iter::once(chain).chain(hash).collect());
        }
        if begins {
            self.waits.entry(intent.intent_id).or_insert(now);
        }
    }

    /// Sees whether its block stays.
    pub(super) async fn confirm(
        &mut self,
        round: &mut Round,
        wanted: &Wanted,
    ) -> Result<Option<Order>, Hindrance> {
        let Stage::Included(inclusion) = &wanted.stage else { return Ok(None) };
        let intent = wanted.intent.intent_id;
        let heads = round.heads().await?;
        if heads.latest < inclusion.block_number {
            // The majority is not that far, or it went back: its receipt tells.
            let receipt = round.nodes.receipt(inclusion.hash).await?;
            let is_there = receipt.is_some_and(|it| it.block_hash == inclusion.block_hash);
            return Ok((!is_there).then_some(Order::Orphan { intent }));
        }
        let header = round.nodes.header(inclusion.block_number).await?;
        let Some(header) = header else { return Ok(None) };
        if header.hash != inclusion.block_hash {
            // One endpoint alone takes no block back.
            let agreed = round.nodes.header_by_majority(inclusion.block_number).await?;
            let is_gone = agreed.is_some_and(|it| it.hash != inclusion.block_hash);
            return Ok(is_gone.then_some(Order::Orphan { intent }));
        }
        let is_final = heads.finalized.is_some_and(|last| last >= inclusion.block_number);
        Ok(is_final.then_some(Order::Finalize { intent }))
    }

    /// Offers a higher price under the same nonce, as far as it may cost that.
    pub(super) async fn replace(
        &mut self,
        round: &mut Round,
        wanted: &Wanted,
    ) -> Result<Option<Order>, Hindrance> {
        let Some(last) = wanted.attempts.last() else { return Ok(None) };
        let market = round.market().await?;
        let now = fees::replacing(last.transaction.fees, market);
        let nonce = last.transaction.nonce;
        let next = wanted.transaction(nonce, now);
        if !next.is_some_and(|next| wanted.may_cost(&next)) {
            metrics::counter!("chainkeel_transactions_too_dear_total").increment(1);
            return Err(Hindrance::TooDear(format!(
                "{} wei a gas are needed to replace it",
                now.at_most()
            )));
        }
        Ok(Some(Order::Replace { intent: wanted.intent.intent_id, fees: now }))
    }

    /// Whether it has waited for some blocks, and the next one will not take its price.
    async fn has_to_be_dearer(
        &self,
        round: &mut Round,
        wanted: &Wanted,
    ) -> Result<bool, Hindrance> {
        let Some(last) = wanted.attempts.last() else { return Ok(false) };
        let id = round.nodes.chain();
        let block_ms = Chain::of(id).map_or(0, |chain| chain.block_time_ms);
        let patience = Duration::from_millis(block_ms).saturating_mul(DEARER_AFTER);
        let patience = patience.clamp(*DEARER_WITHIN.start(), *DEARER_WITHIN.end());
        if self.room.clock.now() - last.asked_at < patience {
            return Ok(false);
        }
        Ok(fees::is_below(last.transaction.fees, round.market().await?))
    }

    /// Whether its nonce stands in a block that stays, whoever used it.
    async fn is_used_for_good(
        &self,
        round: &mut Round,
        wanted: &Wanted,
        nonce: u64,
    ) -> Result<bool, Hindrance> {
        if round.count(wanted).await? <= nonce {
            return Ok(false);
        }
        let Some(last) = round.heads().await?.finalized else { return Ok(false) };
        let Some(header) = round.nodes.header(last).await? else { return Ok(false) };
        let count = round.nodes.nonce(wanted.intent.address, &header).await?;
        Ok(count.is_some_and(|count| count > nonce))
    }
}

/// The wait that an order ends, and whether one begins with it.
pub(super) const fn waits(order: &Order) -> (Option<&'static str>, bool) {
    if matches!(order, Order::Include { .. }) {
        (Some("wait for a block"), true)
    } else if matches!(order, Order::Finalize { .. }) {
        (Some("wait for finality"), false)
    } else {
        (None, matches!(order, Order::Broadcast { .. }))
    }
}

/// What a receipt says.
fn read(receipt: &chains::Receipt) -> Receipt {
    Receipt {
        block_number: receipt.block_number,
        block_hash: receipt.block_hash,
        is_success: receipt.status == Outcome::Success,
        gas_used: receipt.gas_used().unwrap_or_default(),
        gas_price: receipt.gas_price().unwrap_or_default(),
    }
}
