//! What is asked for runs, and whether what is presented for one is good: as far as a signature says, as far as the
//! chain says, and as far as whoever carries transfers out says.

use alloy_primitives::U256;

use super::chain::{self, Seen};
use super::facilitator;
use crate::actors::wallets::hindrance::Hindrance;
use crate::actors::wallets::room::LaneRoom;
use crate::aggregates::sale::{self, Command, Order, Reservation, Sale, Settlement};
use crate::chains::{Called, ChainReader, Message};
use crate::egress::Egress;
use crate::journal::{self, Context, Journal, Metadata, NotExecuted, Store};
use crate::primitives::{CommandId, OrganizationId, SaleId, WalletId};
use crate::x402::{self, Wrong};

/// Who acts here.
const NAME: &str = "system:x402-cashier";

/// The cashier. Cheap to clone.
#[derive(Clone)]
pub struct Cashier {
    pub(super) room: LaneRoom,
    pub(super) egress: Egress,
    pub(super) sales: Store<Sale>,
}

/// What was found of a payment that is good.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Examined {
    /// The newest block of the chain, where it is read.
    pub block: Option<u64>,
}

/// Why a payment is not taken.
#[derive(Debug, thiserror::Error)]
pub enum Unfit {
    /// It is not what was asked for.
    #[error(transparent)]
    Wrong(#[from] Wrong),
    /// It would come to nothing: the word of the specification, and why.
    #[error("{why}")]
    Worthless {
        /// The word.
        code: String,
        /// Why.
        why: String,
    },
    /// Nobody can say at the moment. Nothing was kept.
    #[error("it cannot be said now whether the payment is good")]
    Away(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl Cashier {
    /// A cashier in this room, with this way out.
    pub fn new(journal: &Journal, room: LaneRoom, egress: Egress) -> Self {
        Self { room, egress, sales: Store::sales(journal.clone()) }
    }

    /// A sale as it stands.
    ///
    /// # Errors
    /// The ledger cannot be read.
    pub async fn sale(&self, sale: SaleId) -> Result<Sale, journal::Error> {
        Ok(self.sales.load(&sale.to_string()).await?.aggregate)
    }

    /// The address of a wallet of an organization that is paid.
    ///
    /// # Errors
    /// The ledger cannot be read. None where there is no such wallet, or it is archived.
    pub async fn address(
        &self,
        organization: OrganizationId,
        wallet: WalletId,
    ) -> Result<Option<alloy_primitives::Address>, journal::Error> {
        let wallets = self.room.wallets.load(&organization.to_string()).await?.aggregate;
        Ok(wallets.chosen(Some(wallet)).ok().map(|(_, wallet)| wallet.address))
    }

    /// Whether a payment would be good: its signature, its window, what its payer has, and whether it was used.
    ///
    /// # Errors
    /// It would not, or nobody can say.
    pub async fn examine(&self, reservation: &Reservation) -> Result<Examined, Unfit> {
        let Reservation { organization_id, terms, payment, settlement, .. } = reservation;
        x402::verify(payment, terms, self.room.clock.now().unix_timestamp())?;
        let nodes = match self.room.nodes(*organization_id, terms.chain).await {
            Ok(nodes) => Some(nodes),
            Err(Hindrance::NoEndpoints(_)) => None,
            Err(hindrance) => return Err(Unfit::Away(hindrance.into())),
        };
        let mut block = None;
        match (&nodes, settlement) {
            (Some(nodes), _) => {
                block = Some(on_chain(&**nodes, reservation).await?);
            }
            (None, Settlement::Wallet { .. }) => {
                return Err(Unfit::Away(Hindrance::NoEndpoints(terms.chain).into()));
            }
            (None, Settlement::Facilitator { .. }) => {}
        }
        match settlement {
            Settlement::Facilitator { url } => {
                let verified = facilitator::verified(&self.egress, url, reservation).await;
                let verified = verified.map_err(|silent| Unfit::Away(silent.into()))?;
                if !verified.is_valid {
                    let code = verified.reason.unwrap_or_else(|| "invalid_payload".to_owned());
                    let why = format!("the facilitator does not take it: {code}");
                    return Err(Unfit::Worthless { code, why });
                }
            }
            Settlement::Wallet { .. } => {
                if let Some(nodes) = &nodes {
                    tried(&**nodes, reservation).await?;
                }
            }
        }
        Ok(Examined { block })
    }

    /// Keeps an authorization for its run. Whoever is second is told that it was kept before.
    ///
    /// # Errors
    /// It was, or the ledger cannot be written.
    pub async fn reserve(&self, reservation: Reservation) -> Result<(), NotExecuted<sale::Error>> {
        let (sale, organization) = (reservation.sale_id, reservation.organization_id);
        self.order(sale, organization, Order::Reserve(Box::new(reservation)), None).await
    }

    /// Tells a sale something, because of a command or by itself.
    pub(super) async fn order(
        &self,
        sale: SaleId,
        organization: OrganizationId,
        order: Order,
        metadata: Option<Metadata>,
    ) -> Result<(), NotExecuted<sale::Error>> {
        let new = || Metadata::new(organization, NAME, CommandId::generate());
        let context = Context::new(metadata.unwrap_or_else(new));
        let command = Command { at: self.room.clock.now(), order };
        self.sales.execute(&sale.to_string(), command, context).await.map(drop)
    }

    /// What the chain says of a sale's authorization; none where nobody reads the chain.
    pub(super) async fn seen(&self, it: &Reservation) -> Result<Option<Seen>, Hindrance> {
        let nodes = match self.room.nodes(it.organization_id, it.terms.chain).await {
            Ok(nodes) => nodes,
            Err(Hindrance::NoEndpoints(_)) => return Ok(None),
            Err(hindrance) => return Err(hindrance),
        };
        let (asset, authorization) = (it.terms.asset, &it.payment.authorization);
        chain::seen(&*nodes, asset, authorization, it.block).await.map(Some)
    }
}

/// What the chain says against a payment; the newest block where it says nothing.
async fn on_chain(nodes: &dyn ChainReader, it: &Reservation) -> Result<u64, Unfit> {
    let (asset, authorization) = (it.terms.asset, &it.payment.authorization);
    let away = |hindrance: Hindrance| {
        if matches!(hindrance, Hindrance::NoToken(_)) {
            worthless("invalid_payload", hindrance.to_string())
        } else {
            Unfit::Away(hindrance.into())
        }
    };
    let (balance, block) = chain::balance(nodes, asset, authorization).await.map_err(away)?;
    if balance < authorization.value {
        let why = format!("the payer has {balance} of the token, and pays {}", authorization.value);
        return Err(worthless("insufficient_funds", why));
    }
    match chain::seen(nodes, asset, authorization, None).await.map_err(away)? {
        Seen::Free => Ok(block),
        Seen::Dead(..) => {
            let why = "its time is over on the chain".to_owned();
            Err(worthless("invalid_exact_evm_payload_authorization_valid_before", why))
        }
        Seen::Carried(_) | Seen::Cancelled | Seen::Unclear => {
            let why = "its nonce is used: it was carried out or cancelled before".to_owned();
            Err(worthless("invalid_transaction_state", why))
        }
    }
}

/// Tries the transfer without sending it.
async fn tried(nodes: &dyn ChainReader, it: &Reservation) -> Result<(), Unfit> {
    let head = chain::head(nodes).await.map_err(|hindrance| Unfit::Away(hindrance.into()))?;
    let data = it.payment.authorization.transfer(&it.payment.signature);
    let message =
        Message { to: Some(it.terms.asset), value: U256::ZERO, data, ..Message::default() };
    match nodes.call(&message, &head).await {
        Ok(Some(Called::Returned(_))) => Ok(()),
        Ok(Some(Called::Undone(refusal))) => {
            let why = format!("the token would not carry it out: {}", refusal.words);
            Err(worthless("invalid_transaction_state", why))
        }
        Ok(None) => Err(Unfit::Away(Hindrance::Moving.into())),
        Err(error) => Err(Unfit::Away(error.into())),
    }
}

fn worthless(code: &str, why: String) -> Unfit {
    Unfit::Worthless { code: code.to_owned(), why }
}
