//! The wallets as their events made them, and what they answer to orders.

use std::collections::BTreeMap;

use alloy_primitives::Address;
use cqrs_es::Aggregate;
use cqrs_es::event_sink::EventSink;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::command::{Command, Order};
use super::error::Error;
use super::event::{Event, Provenance};
use crate::primitives::WalletId;

/// How many wallets an organization has at most, archived ones included: all are read for each order.
pub const MAX_WALLETS: usize = 1_000;
/// How long a name may be, in characters.
pub const MAX_NAME: usize = 64;

/// A wallet of an organization.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wallet {
    /// What people call it.
    pub name: String,
    /// Its address, the same on every chain.
    pub address: Address,
    /// The backend that keeps its key.
    pub backend: String,
    /// Under which name the backend keeps it.
    pub key: String,
    /// Where the key comes from.
    pub provenance: Provenance,
    /// Whether it signs nothing any more.
    pub is_archived: bool,
    /// Who added it.
    pub by: String,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
}

/// The wallets of an organization, folded from their events.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wallets {
    /// All of them.
    pub all: BTreeMap<WalletId, Wallet>,
    /// The one that is used where nobody says which, if any was chosen.
    pub default: Option<WalletId>,
}

impl Wallets {
    /// The wallet that is used where nobody says which: the default, or the only one in use.
    pub fn unnamed(&self) -> Option<WalletId> {
        let mut in_use = self.all.iter().filter(|(_, wallet)| !wallet.is_archived);
        let only = in_use.next().filter(|_| in_use.next().is_none());
        self.default.or(only.map(|(id, _)| *id))
    }

    /// The wallet that is meant, where it can sign.
    ///
    /// # Errors
    /// Why there is none, in words for whoever wanted it to sign.
    pub fn chosen(&self, named: Option<WalletId>) -> Result<(WalletId, &Wallet), String> {
        let none = if self.all.is_empty() {
            "the organization has no wallet: make one with `chainkeel wallet create`"
        } else {
            "the organization has several wallets and no default: name one as `walletId`"
        };
        let id = named.or_else(|| self.unnamed()).ok_or(none)?;
        match self.all.get(&id) {
            Some(wallet) if wallet.is_archived => Err(format!("the wallet {id} is archived")),
            Some(wallet) => Ok((id, wallet)),
            None => Err(format!("there is no wallet {id}")),
        }
    }

    /// Decides what an order leads to, or why it is refused.
    pub fn decide(&self, Command { by, at, wallet, order }: Command) -> Result<Event, Error> {
        let wallet_id = wallet;
        let known = || self.all.get(&wallet).ok_or(Error::Unknown);
        match order {
            Order::Add { .. } if self.all.contains_key(&wallet) => Err(Error::Exists),
            Order::Add { .. } if self.all.len() >= MAX_WALLETS => Err(Error::Full),
            Order::Add { organization, name, address, backend, key, provenance } => {
                let name = self.free(wallet, &name)?;
                let same = self.all.iter().find(|(_, other)| other.address == address);
                if let Some((other, _)) = same {
                    return Err(Error::AddressTaken(*other));
                }
                Ok(Event::Added {
                    organization_id: organization,
                    wallet_id,
                    name,
                    address,
                    backend,
                    key,
                    provenance,
                    by,
                    at,
                })
            }
            Order::Rename { name } => {
                known()?;
                Ok(Event::Renamed { wallet_id, name: self.free(wallet, &name)?, by, at })
            }
            Order::MakeDefault | Order::Archive if known()?.is_archived => Err(Error::Archived),
            Order::MakeDefault => Ok(Event::MadeDefault { wallet_id, by, at }),
            Order::Archive => Ok(Event::Archived { wallet_id, by, at }),
            Order::Restore if !known()?.is_archived => Err(Error::InUse),
            Order::Restore => Ok(Event::Restored { wallet_id, by, at }),
        }
    }

    /// The name as it is kept, where no other wallet has it.
    fn free(&self, wallet: WalletId, name: &str) -> Result<String, Error> {
        let name = name.trim();
        let is_name =
            (1..=MAX_NAME).contains(&name.chars().count()) && !name.chars().any(char::is_control);
        if !is_name {
            return Err(Error::Name);
        }
        let same = self.all.iter().find(|(id, other)| **id != wallet && other.name == name);
        same.map_or_else(|| Ok(name.to_owned()), |(other, _)| Err(Error::NameTaken(*other)))
    }

    fn change(&mut self, wallet: WalletId, change: impl FnOnce(&mut Wallet)) {
        if let Some(wallet) = self.all.get_mut(&wallet) {
            change(wallet);
        }
    }
}

impl Aggregate for Wallets {
    const TYPE: &'static str = "wallets";
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
        let event = self.decide(command)?;
        sink.write(event, self).await;
        Ok(())
    }

    fn apply(&mut self, event: Event) {
        match event {
            Event::Added {
                organization_id: _,
                wallet_id,
                name,
                address,
                backend,
                key,
                provenance,
                by,
                at,
            } => {
                let is_archived = false;
                let wallet =
                    Wallet { name, address, backend, key, provenance, is_archived, by, at };
                self.all.insert(wallet_id, wallet);
            }
            Event::Renamed { wallet_id, name, .. } => {
                self.change(wallet_id, |wallet| wallet.name = name);
            }
            Event::MadeDefault { wallet_id, .. } => self.default = Some(wallet_id),
            Event::Archived { wallet_id, .. } => {
                self.change(wallet_id, |wallet| wallet.is_archived = true);
                self.default = self.default.filter(|default| *default != wallet_id);
            }
            Event::Restored { wallet_id, .. } => {
                self.change(wallet_id, |wallet| wallet.is_archived = false);
            }
        }
    }
}
