//! How the money of a sale is taken: by somebody else who carries transfers out, or by a wallet of the seller's.

use alloy_primitives::{B256, U256};

use super::chain::Seen;
use super::facilitator;
use super::sales::{SETTLES, SaleReaction};
use crate::actors::order::Context;
use crate::actors::reaction::{Trouble, carried_out};
use crate::aggregates::sale::{Order, Reservation, Sale, Settlement};
use crate::aggregates::wallet_lane::{self, Call, Command, Event, Intent, Origin, Until};
use crate::journal::{self, Recorded};
use crate::primitives::{IntentId, RunId, SaleId, WalletId};
use crate::projections::transactions::OpenLane;
use time::OffsetDateTime;

/// Why it is not known whether money moved.
#[derive(Debug, thiserror::Error)]
enum Pending {
    #[error("it is not known yet whether the payment {sale} was carried out: {why}")]
    Yet { sale: SaleId, why: String },
    #[error(
        "nobody can say whether the payment {sale} was carried out: {why}; name endpoints of chain {chain} with \
         `chainkeel chain endpoints set`, and try this again"
    )]
    Blind { sale: SaleId, why: String, chain: u64 },
}

impl SaleReaction {
    /// Has the money taken for a run that has begun. It comes here again until it is known whether it moved.
    pub(super) async fn settle(&self, event: &Recorded, id: SaleId) -> Result<(), Trouble> {
        let sale = self.loaded(id).await?;
        if sale.stage.is_over() {
            return Ok(());
        }
        let (reservation, run) = Self::begun(id, &sale)?;
        // Whether somebody has asked for it before, whose answer was lost.
        let is_again = sale.stage.was_asked();
        self.tell(event, id, Order::Ask).await?;
        match &reservation.settlement {
            Settlement::Facilitator { url } => {
                self.by_facilitator(event, (id, is_again), reservation, url).await
            }
            Settlement::Wallet { wallet_id } => {
                self.by_wallet(event, reservation, (run, *wallet_id)).await
            }
        }
    }

    async fn by_facilitator(
        &self,
        event: &Recorded,
        (id, is_again): (SaleId, bool),
        it: &Reservation,
        url: &str,
    ) -> Result<(), Trouble> {
        if is_again && self.is_known(event, id, it).await? {
            return Ok(());
        }
        let why = match facilitator::settled(&self.cashier.egress, url, it).await {
            Ok(receipt) if receipt.is_success => {
                let transaction = receipt.transaction;
                return self.tell(event, id, Order::Settle { transaction }).await;
            }
            Ok(receipt) => {
                let reason = receipt.reason.unwrap_or_else(|| "it was not said why".to_owned());
                // The first word is the last one. After a word that was lost it may be that one that he means.
                if !is_again {
                    return self.tell(event, id, Order::Refuse(reason)).await;
                }
                format!("the facilitator refuses it now ({reason})")
            }
            Err(silent) => silent.to_string(),
        };
        self.tell(event, id, Order::Doubt(why.clone())).await?;
        match self.cashier.seen(it).await {
            Ok(None) if is_again => {
                let chain = it.terms.chain;
                Err(Trouble::lasting(Pending::Blind { sale: id, why, chain }))
            }
            Ok(_) | Err(_) => Err(Trouble::Passing(Pending::Yet { sale: id, why }.into())),
        }
    }

    /// Whether the chain says what became of it; then it is noted.
    async fn is_known(
        &self,
        event: &Recorded,
        id: SaleId,
        it: &Reservation,
    ) -> Result<bool, Trouble> {
        let seen = self.cashier.seen(it).await;
        let order = match seen.map_err(|hindrance| Trouble::Passing(hindrance.into()))? {
            Some(Seen::Carried(hash)) => Order::Settle { transaction: Some(hash) },
            Some(Seen::Cancelled) => Order::Refuse("its payer has cancelled it".to_owned()),
            Some(Seen::Dead(..)) => Order::Refuse("it was not carried out in time".to_owned()),
            Some(Seen::Free | Seen::Unclear) | None => return Ok(false),
        };
        self.tell(event, id, order).await?;
        Ok(true)
    }

    /// Hands the transfer to the lane of a wallet. What becomes of it comes as the lane's events.
    async fn by_wallet(
        &self,
        event: &Recorded,
        it: &Reservation,
        (run, wallet): (RunId, WalletId),
    ) -> Result<(), Trouble> {
        let room = &self.cashier.room;
        let wallets = room.wallets.load(&it.organization_id.to_string()).await?.aggregate;
        let address = match wallets.chosen(Some(wallet)) {
            Ok((_, wallet)) => wallet.address,
            Err(why) => return self.tell(event, it.sale_id, Order::Refuse(why)).await,
        };
        let intent = intent(it, run, (wallet, address));
        let lane = OpenLane { organization: it.organization_id, wallet, chain: it.terms.chain };
        let metadata = Context::because_of(event, "x402-sales-lane").into_metadata();
        let by = metadata.actor.clone();
        let order = wallet_lane::Order::Accept(Box::new(intent));
        let command = Command { by, at: event.recorded_at, order };
        let context = journal::Context::new(metadata);
        let done = room.lanes.execute(&lane.stream().aggregate_id, command, context).await;
        carried_out(done, |refusal| match refusal {
            wallet_lane::Error::Known(_) => Ok(()),
            wallet_lane::Error::Full | wallet_lane::Error::Busy => {
                Err(Trouble::Passing(refusal.into()))
            }
            wallet_lane::Error::NotOpen(_)
            | wallet_lane::Error::OutOfPlace(..)
            | wallet_lane::Error::Approval(_)
            | wallet_lane::Error::Elsewhere(_)
            | wallet_lane::Error::Forged { .. }
            | wallet_lane::Error::Stranger(_)
            | wallet_lane::Error::TooCheap
            | wallet_lane::Error::TooDear => Err(Trouble::lasting(refusal)),
        })?;
        room.bell.ring(lane);
        Ok(())
    }

    /// What follows from the event of a lane that was to take the money of a sale.
    pub(super) async fn taken(&self, event: &Recorded) -> Result<(), Trouble> {
        let Some((id, ended)) = ended(&event.wallet_lane()?) else { return Ok(()) };
        let sale: Sale = self.loaded(id).await?;
        if sale.stage.is_over() {
            return Ok(());
        }
        let (reservation, _) = Self::begun(id, &sale)?;
        match ended {
            Ended::Moved(hash) => {
                let transaction = Some(hash);
                self.tell(event, id, Order::Settle { transaction }).await
            }
            Ended::Not(why) => {
                // Somebody else may have carried it out: anybody can who has seen it.
                if self.is_known(event, id, reservation).await? {
                    return Ok(());
                }
                self.tell(event, id, Order::Refuse(why)).await
            }
        }
    }
}

/// The transaction by which a wallet carries a transfer out.
fn intent(
    it: &Reservation,
    run: RunId,
    (wallet_id, address): (WalletId, alloy_primitives::Address),
) -> Intent {
    let node_id = format!("{SETTLES}{}", it.sale_id);
    let authorization = &it.payment.authorization;
    let deadline = OffsetDateTime::from_unix_timestamp(authorization.deadline());
    Intent {
        intent_id: IntentId::of(run, &node_id),
        organization_id: it.organization_id,
        wallet_id,
        address,
        chain_id: it.terms.chain,
        origin: Origin {
            run_id: run,
            node_id,
            workflow_id: it.workflow_id,
            trigger: "webhook".to_owned(),
            started_by: format!("x402 {}", authorization.from.to_checksum(None)),
        },
        call: Call {
            to: Some(it.terms.asset),
            value: U256::ZERO,
            data: authorization.transfer(&it.payment.signature),
        },
        until: Until::Included,
        gas_limit: None,
        max_fee_total: None,
        expires_at: deadline.unwrap_or(OffsetDateTime::UNIX_EPOCH),
    }
}

/// How a transaction ended that was to take the money of a sale.
enum Ended {
    /// It moved.
    Moved(B256),
    /// It did not by this.
    Not(String),
}

/// Of which sale an event of a lane tells, and how its transaction ended; none where it is no end of one.
fn ended(event: &Event) -> Option<(SaleId, Ended)> {
    let (origin, ended) = match event {
        Event::PolicyDecided { is_allowed: false, refusal, origin, .. } => {
            let why = refusal.as_deref().unwrap_or("no policy allows it");
            let why = format!("the seller's policies do not let it be taken: {why}");
            (origin.as_ref(), Ended::Not(why))
        }
        Event::ApprovalRejected { by, origin, .. } => {
            (Some(origin), Ended::Not(format!("{by} does not approve that it is taken")))
        }
        Event::ApprovalExpired { origin, .. } => {
            (Some(origin), Ended::Not("too few approved in time that it is taken".to_owned()))
        }
        Event::SimulationFailed { reason, origin, .. } => {
            (origin.as_ref(), Ended::Not(format!("it would come to nothing: {reason}")))
        }
        Event::Included { inclusion, origin, .. } if inclusion.is_success => {
            (origin.as_ref(), Ended::Moved(inclusion.hash))
        }
        Event::Included { inclusion, origin, .. } => {
            (origin.as_ref(), Ended::Not(format!("the chain has undone it in {}", inclusion.hash)))
        }
        Event::Cancelled { reason, origin, .. } => (origin.as_ref(), Ended::Not(reason.clone())),
        Event::PolicyDecided { is_allowed: true, .. }
        | Event::ApprovalRequested { .. }
        | Event::ApprovalGranted { .. }
        | Event::IntentAccepted { .. }
        | Event::Simulated { .. }
        | Event::NonceReserved { .. }
        | Event::SignRequested { .. }
        | Event::Signed { .. }
        | Event::BroadcastAttempted { .. }
        | Event::Orphaned { .. }
        | Event::Finalized { .. }
        | Event::NonceConflict { .. }
        | Event::FundsLacking { .. }
        | Event::TopUpWanted { .. }
        | Event::TopUpCalledOff { .. }
        | Event::TopUpEnded { .. }
        | Event::FundsArrived { .. }
        | Event::CancelRequested { .. } => return None,
    };
    let sale = origin?.node_id.strip_prefix(SETTLES)?.parse().ok()?;
    Some((sale, ended))
}
