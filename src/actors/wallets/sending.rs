//! From an intent to bytes that nodes have: judged, tried, numbered, signed, sent.

use alloy_primitives::U256;

use super::fees;
use super::funds::Need;
use super::hindrance::Hindrance;
use super::judging::{self, Judgement};
use super::lane::{LaneLife, Round};
use crate::abi::Reason;
use crate::aggregates::wallet_lane::{
    Attempt, Call, IN_FLIGHT, Intent, Lane, Order, Sent, Simulation, Stage, Wanted,
};
use crate::chains::{Gas, Market, Message, Said};
use crate::policies::approvals::Standing;
use crate::signing::{self, Outcome};
use crate::spans;

/// What a transfer of coins to an account takes: there is no code that could take more.
const PLAIN_GAS: u64 = 21_000;

impl LaneLife {
    /// Asks the policy.
    pub(super) async fn judge(
        &self,
        round: &mut Round,
        wanted: &Wanted,
    ) -> Result<Option<Order>, Hindrance> {
        let intent = &wanted.intent;
        if let Some(late) = self.too_late(wanted) {
            return Ok(Some(late));
        }
        let gas = judged_gas(intent, &self.tried(round, wanted).await?);
        let market = round.market().await?;
        let usual = fees::budget(market, gas);
        let budget = intent.max_fee_total.unwrap_or(usual);
        let Judgement { verdict, reasons } =
            judging::judge(&self.room.laws, intent, (gas, budget)).await?;
        Ok(Some(Order::Judge { intent: intent.intent_id, verdict, reasons }))
    }

    /// Waits for those who have to approve it, as long as the policies give them.
    pub(super) fn ask(&self, wanted: &Wanted) -> Option<Order> {
        let late = || self.too_late(wanted);
        let intent = wanted.intent.intent_id;
        let now = self.room.clock.now();
        let standing = wanted.asked.as_ref().map(|asked| asked.standing(now));
        let is_over = standing == Some(Standing::Expired);
        is_over.then_some(Order::Expire { intent }).or_else(late)
    }

    /// Tries it without sending it.
    pub(super) async fn simulate(
        &self,
        lane: &Lane,
        round: &mut Round,
        wanted: &Wanted,
    ) -> Result<Option<Order>, Hindrance> {
        let intent = wanted.intent.intent_id;
        let need = self.needs(lane, round, wanted).await?;
        if need.is_lacking(wanted.intent.call.value)
            && let Some(order) = self.lack(lane, wanted, &need).await?
        {
            return Ok(Some(order));
        }
        let is_short = need.balance < need.needed;
        let outcome = match &need.gas {
            Err(reason) => Simulation::Failed { reason: reason.clone() },
            Ok(_) if is_short => Simulation::Failed { reason: need.in_words() },
            Ok(gas) => Simulation::Passed {
                gas_limit: wanted.intent.gas_limit.map_or_else(
                    || padded(*gas),
                    // Some room is a kindness of ours, not a need of the call.
                    |most| if *gas <= most { padded(*gas).min(most) } else { padded(*gas) },
                ),
            },
        };
        Ok(Some(Order::Simulate { intent, outcome }))
    }

    /// What it takes from the wallet as it would be sent now, and what is there.
    pub(super) async fn needs(
        &self,
        lane: &Lane,
        round: &mut Round,
        wanted: &Wanted,
    ) -> Result<Need, Hindrance> {
        let gas = match self.tried(round, wanted).await? {
            Gas::Enough(gas) => Ok(gas),
            Gas::Undone(refusal) => {
                Err(Reason::of(&refusal.words, refusal.data.as_ref(), &[]).words())
            }
        };
        let least = || wanted.intent.gas_limit.unwrap_or(PLAIN_GAS);
        let limit = gas.as_ref().map_or_else(|_| least(), |gas| padded(*gas));
        let price = fees::asked(round.market().await?).at_most();
        let own = wanted.intent.call.value.saturating_add(most(limit, price));
        let needed = own.saturating_add(promised(lane));
        let head = round.head().await?;
        let balance = round.nodes.balance(wanted.intent.address, &head).await?;
        Ok(Need { balance: balance.ok_or(Hindrance::Moving)?, needed, gas })
    }

    /// Gives it a nonce.
    pub(super) async fn number(
        &self,
        lane: &Lane,
        round: &mut Round,
        wanted: &Wanted,
    ) -> Result<Option<Order>, Hindrance> {
        if let Some(late) = self.too_late(wanted) {
            return Ok(Some(late));
        }
        if lane.in_flight() >= IN_FLIGHT {
            return Ok(None);
        }
        let gas = wanted.gas_limit.unwrap_or(PLAIN_GAS);
        let market = round.market().await?;
        let fees = fees::within(market, gas, wanted.most_fees());
        let fees = fees.ok_or_else(|| Hindrance::TooDear(told(market)))?;
        let chain_nonce = round.count(wanted).await?;
        Ok(Some(Order::Number { intent: wanted.intent.intent_id, chain_nonce, fees }))
    }

    /// Has it signed, if the policies of this moment still allow it.
    pub(super) async fn sign(
        &mut self,
        round: &mut Round,
        wanted: &Wanted,
    ) -> Result<Option<Order>, Hindrance> {
        let intent = &wanted.intent;
        let Some(Attempt { transaction, asked_at, .. }) = wanted.attempts.last() else {
            return Ok(None);
        };
        if has_to_be_emptied(wanted) {
            return self.replace(round, wanted).await;
        }
        let wallet = self.room.wallet(self.place.organization, intent.wallet_id).await?;
        let (key, signer) = self.room.key(self.place.organization, &wallet)?;
        let cleared = judging::clear(&self.room.laws, wanted, transaction).await?;
        let clearance = match cleared {
            Ok(clearance) => clearance,
            Err(why) => {
                let reason = format!("the policies allow it no longer: {why}");
                return Ok(Some(Order::Cancel { intent: intent.intent_id, reason }));
            }
        };
        let number = wanted.attempts.len();
        let attempt = signing::Attempt {
            key: format!("{}/{}/{number}", intent.intent_id, transaction.nonce),
            at: *asked_at,
        };
        let named = (&key, intent.address);
        match signer.sign_transaction(named, transaction, &clearance, &attempt).await? {
            Outcome::Signed(transaction) => {
                Ok(Some(Order::Sign { intent: intent.intent_id, transaction }))
            }
            Outcome::Pending { .. } => Ok(None),
        }
    }

    /// Sends what is signed.
    pub(super) async fn send(
        &mut self,
        round: &Round,
        wanted: &Wanted,
    ) -> Result<Option<Order>, Hindrance> {
        let Some(signed) = wanted.attempts.last().and_then(|it| it.signed.as_ref()) else {
            return Ok(None);
        };
        let hash = signed.hash();
        let span = spans::begin(spans::Kind::Internal, "broadcast")
            .with("chainkeel.chain.id", wanted.intent.chain_id)
            .with("chainkeel.transaction.hash", hash.to_string());
        let said = span.around(round.nodes.send(hash, signed.raw())).await;
        span.end(failure_of(&said));
        let outcome = match said {
            Said::Accepted => Sent::Accepted,
            Said::AlreadyKnown => Sent::AlreadyKnown,
            // It may be its own: the next look at the chain tells.
            Said::NonceTooLow(message) | Said::Underpriced(message) | Said::Refused(message) => {
                Sent::Rejected { message }
            }
            Said::Unknown(message) => Sent::Unknown { message },
        };
        self.sent.insert(wanted.intent.intent_id, tokio::time::Instant::now());
        Ok(Some(Order::Broadcast { intent: wanted.intent.intent_id, hash, outcome }))
    }

    /// Gives up what nobody waits for any more.
    pub(super) fn too_late(&self, wanted: &Wanted) -> Option<Order> {
        let intent = &wanted.intent;
        (self.room.clock.now() >= intent.expires_at).then(|| Order::Cancel {
            intent: intent.intent_id,
            reason: "it was not sent in time".to_owned(),
        })
    }

    async fn tried(&self, round: &mut Round, wanted: &Wanted) -> Result<Gas, Hindrance> {
        let head = round.head().await?;
        Ok(round.nodes.gas(&message(&wanted.intent), &head).await?)
    }
}

/// What was wrong with what nodes said, in a word.
const fn failure_of(said: &Said) -> Option<&'static str> {
    match said {
        Said::Accepted | Said::AlreadyKnown => None,
        Said::NonceTooLow(_) => Some("nonce_too_low"),
        Said::Underpriced(_) => Some("underpriced"),
        Said::Refused(_) => Some("refused"),
        Said::Unknown(_) => Some("unknown"),
    }
}

/// The call of an intent, as it is tried.
pub(super) fn message(intent: &Intent) -> Message {
    let Call { to, value, data } = intent.call.clone();
    Message { from: Some(intent.address), to, value, data, gas: None }
}

/// By how much gas an intent is judged. That of what cannot be carried out is not known: it is judged by what its
/// author gives it, and the trial after it ends it.
pub(super) const fn judged_gas(intent: &Intent, tried: &Gas) -> u64 {
    match (intent.gas_limit, tried) {
        (Some(limit), _) => limit,
        (None, Gas::Enough(gas)) => padded(*gas),
        (None, Gas::Undone(_)) => PLAIN_GAS,
    }
}

/// Whether it is being called off, and what is to be signed or was sent last is still itself.
pub(super) fn has_to_be_emptied(wanted: &Wanted) -> bool {
    let last = wanted.attempts.last().map(|attempt| Call::of(&attempt.transaction));
    let is_itself = last.is_some_and(|call| call == wanted.intent.call);
    wanted.called_off.is_some() && is_itself && !wanted.moves_nothing()
}

/// Some more than it took when it was tried: the state may be another one when it is carried out.
const fn padded(gas: u64) -> u64 {
    if gas <= PLAIN_GAS { gas } else { gas.saturating_add(gas / 5) }
}

pub(super) fn most(gas: u64, price: u128) -> U256 {
    U256::from(gas).saturating_mul(U256::from(price))
}

/// What the transactions that have a nonce and stand in no block can take from the wallet.
fn promised(lane: &Lane) -> U256 {
    let on_its_way = |wanted: &&Wanted| !matches!(wanted.stage, Stage::Included(_));
    let last = |wanted: &Wanted| wanted.attempts.last().map(|it| it.transaction.costs_at_most());
    let all = lane.open.values().filter(on_its_way).filter_map(last);
    all.fold(U256::ZERO, |sum, it| sum.saturating_add(it.unwrap_or(U256::MAX)))
}

fn told(market: Market) -> String {
    match market {
        Market::Dynamic { base_fee, tip } => {
            format!("the base fee is {base_fee} wei, the usual tip {tip}")
        }
        Market::Legacy { gas_price } => format!("the gas price is {gas_price} wei"),
    }
}
