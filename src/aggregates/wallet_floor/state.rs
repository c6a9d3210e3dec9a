//! The floor as its events made it, and what it answers to orders.

use alloy_primitives::{Address, U256};
use cqrs_es::Aggregate;
use cqrs_es::event_sink::EventSink;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::command::{Command, Order};
use super::error::Error;
use super::event::{Balance, Event, TopUp};
use crate::primitives::WalletId;

/// The least time of a run that gets money: a block or two, in milliseconds.
pub const MIN_WITHIN_MS: u64 = 10_000;
/// The most: as long as a transaction may be waited for, seven days, in milliseconds.
pub const MAX_WITHIN_MS: u64 = 7 * 24 * 60 * 60 * 1_000;

/// What a wallet is held to on a chain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Setting {
    /// The wallet.
    pub wallet: WalletId,
    /// Its address.
    pub address: Address,
    /// The chain.
    pub chain: u64,
    /// How much of the coin there should be at least, in wei.
    pub floor: U256,
    /// Who gets more when the wallet cannot pay.
    pub top_up: Option<TopUp>,
    /// Who said so.
    pub by: String,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
}

/// The last time that there was less than there should be, or enough again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Crossing {
    /// What there was.
    pub seen: Balance,
    /// When it was seen.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
}

/// The floor of a wallet on a chain, folded from its events.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Floor {
    /// What the wallet is held to, where it is.
    pub setting: Option<Setting>,
    /// Whether there was less when it was looked at the last time.
    pub is_low: bool,
    /// When that changed last: what was there before its block is no news.
    pub crossing: Option<Crossing>,
}

impl Floor {
    /// Decides what an order leads to, or why it is refused. No event: it says nothing new.
    pub fn decide(&self, Command { by, at, order }: Command) -> Result<Option<Event>, Error> {
        match order {
            Order::Set { top_up: Some(TopUp { within_ms, .. }), .. }
                if !(MIN_WITHIN_MS..=MAX_WITHIN_MS).contains(&within_ms) =>
            {
                Err(Error::Within)
            }
            Order::Set { organization, wallet, address, chain, floor, top_up } => {
                Ok(Some(Event::Set {
                    organization_id: organization,
                    wallet_id: wallet,
                    address,
                    chain_id: chain,
                    floor: floor.to_string(),
                    top_up,
                    by,
                    at,
                }))
            }
            Order::Remove => {
                let Setting { wallet, chain, .. } = self.setting.as_ref().ok_or(Error::Unset)?;
                Ok(Some(Event::Removed { wallet_id: *wallet, chain_id: *chain, by, at }))
            }
            Order::See { balance, block } => Ok(self.seen(balance, block, at)),
        }
    }

    /// What it says that the wallet has so much at a block: something where that is on the other side of the
    /// floor than before.
    fn seen(&self, balance: U256, block: u64, at: OffsetDateTime) -> Option<Event> {
        let Setting { wallet, address, chain, floor, .. } = self.setting.as_ref()?;
        let is_low = balance < *floor;
        let is_older = |it: &Crossing| block < it.seen.block_number;
        if is_low == self.is_low || self.crossing.as_ref().is_some_and(is_older) {
            return None;
        }
        let seen = Balance {
            wallet_id: *wallet,
            address: *address,
            chain_id: *chain,
            balance: balance.to_string(),
            floor: floor.to_string(),
            block_number: block,
        };
        Some(if is_low {
            Event::BalanceLow { seen, at }
        } else {
            Event::BalanceRecovered { seen, at }
        })
    }
}

impl Aggregate for Floor {
    const TYPE: &'static str = "wallet_floor";
    type Command = Command;
    type Event = Event;
    type Error = Error;
    type Services = ();

    async fn handle(
        &mut self,
        command: Command,
        (): &(),
        sink: &EventSink<Self>,
    ) -> Result<(), Error> {
        if let Some(event) = self.decide(command)? {
            sink.write(event, self).await;
        }
        Ok(())
    }

    fn apply(&mut self, event: Event) {
        match event {
            Event::Set {
                organization_id: _,
                wallet_id,
                address,
                chain_id,
                floor,
                top_up,
                by,
                at,
            } => {
                // Written by `U256` itself; what it cannot read holds the wallet to nothing.
                let floor = floor.parse().unwrap_or_default();
                let (wallet, chain) = (wallet_id, chain_id);
                self.setting = Some(Setting { wallet, address, chain, floor, top_up, by, at });
            }
            Event::Removed { .. } => {
                self.setting = None;
                self.is_low = false;
            }
            Event::BalanceLow { seen, at } => {
                self.is_low = true;
                self.crossing = Some(Crossing { seen, at });
            }
            Event::BalanceRecovered { seen, at } => {
                self.is_low = false;
                self.crossing = Some(Crossing { seen, at });
            }
        }
    }
}
