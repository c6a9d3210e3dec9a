//! What wallets are held to on chains, and which have less. Below the fold, the questions.

use futures::future::BoxFuture;
use sqlx::PgConnection;
use time::OffsetDateTime;

use super::Error;
use super::concern;
use super::error::{held, while_doing};
use super::facts;
use super::projection::Projection;
use super::text::Text;
use super::views::{HouseViews, Views};
use crate::aggregates::wallet_floor::{Balance, Event};
use crate::journal::{Recorded, StreamId, slot_of};
use crate::primitives::{OrganizationId, WalletId};

/// The projection behind `view_wallet_floors`.
#[derive(Debug, Clone, Copy)]
pub struct Projector;

impl Projector {
    /// Its name.
    pub const NAME: &'static str = "wallet_floors";
}

impl Projection for Projector {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    fn version(&self) -> i32 {
        1
    }

    fn concerns(&self, event: &Recorded) -> bool {
        concern::is_of(event, &[concern::WALLET_FLOOR])
    }

    fn write<'a>(
        &'a self,
        connection: &'a mut PgConnection,
        events: &'a [&'a Recorded],
    ) -> BoxFuture<'a, Result<(), Error>> {
        Box::pin(async move {
            for (event, change) in facts::of_wallet_floors(events)? {
                match change {
                    Event::Set { .. } => set(connection, event, change).await?,
                    Event::Removed { wallet_id, chain_id, .. } => {
                        remove(connection, wallet_id, chain_id).await?;
                    }
                    Event::BalanceLow { seen, at } => cross(connection, &seen, true, at).await?,
                    Event::BalanceRecovered { seen, at } => {
                        cross(connection, &seen, false, at).await?;
                    }
                }
            }
            Ok(())
        })
    }
}

fn number(it: u64) -> i64 {
    i64::try_from(it).unwrap_or(i64::MAX)
}

async fn set(connection: &mut PgConnection, event: &Recorded, change: Event) -> Result<(), Error> {
    let Event::Set { wallet_id, chain_id, floor, top_up, by, at, .. } = change else {
        return Ok(());
    };
    sqlx::query!(
        "insert into wallet_floors as f (wallet_id, chain_id, organization_id, slot, floor, workflow_id,
                                         within_ms, is_low, set_by, set_at)
         values ($1, $2, $3, $4, $5, $6, $7, false, $8, $9)
             on conflict (wallet_id, chain_id) do update
            set floor = excluded.floor, workflow_id = excluded.workflow_id,
                within_ms = excluded.within_ms, set_by = excluded.set_by, set_at = excluded.set_at",
        wallet_id.to_string(),
        number(chain_id),
        event.organization.to_string(),
        slot_of(&event.aggregate_id),
        floor,
        top_up.map(|it| it.workflow_id.to_string()),
        top_up.map(|it| number(it.within_ms)),
        Text::from(by.as_str()).to_string(),
        at,
    )
    .execute(connection)
    .await
    .map(drop)
    .map_err(while_doing("keeping what a wallet is held to"))
}

async fn remove(connection: &mut PgConnection, wallet: WalletId, chain: u64) -> Result<(), Error> {
    sqlx::query!(
        "delete from wallet_floors where wallet_id = $1 and chain_id = $2",
        wallet.to_string(),
        number(chain),
    )
    .execute(connection)
    .await
    .map(drop)
    .map_err(while_doing("forgetting what a wallet is held to"))
}

async fn cross(
    connection: &mut PgConnection,
    seen: &Balance,
    is_low: bool,
    at: OffsetDateTime,
) -> Result<(), Error> {
    sqlx::query!(
        "update wallet_floors
            set is_low = $3, balance = $4, block_number = $5, crossed_at = $6
          where wallet_id = $1 and chain_id = $2",
        seen.wallet_id.to_string(),
        number(seen.chain_id),
        is_low,
        seen.balance,
        number(seen.block_number),
        at,
    )
    .execute(connection)
    .await
    .map(drop)
    .map_err(while_doing("keeping which side of its floor a wallet is on"))
}

/// What a wallet is held to on a chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// The chain.
    pub chain_id: i64,
    /// How much of the coin there should be at least, in wei, in digits.
    pub floor: String,
    /// The workflow that gets more when the wallet cannot pay.
    pub workflow_id: Option<String>,
    /// How long a run of it may take, and is waited for, in milliseconds.
    pub within_ms: Option<i64>,
    /// Whether there was less when it was looked at the last time.
    pub is_low: bool,
    /// How much there was at the last crossing, in wei, in digits.
    pub balance: Option<String>,
    /// Of which block that is.
    pub block_number: Option<i64>,
    /// When that was seen.
    pub crossed_at: Option<OffsetDateTime>,
    /// Who said so.
    pub set_by: String,
    /// When.
    pub set_at: OffsetDateTime,
}

/// What a wallet is held to, by chain.
pub async fn floors(
    views: &Views,
    organization: OrganizationId,
    wallet: WalletId,
) -> Result<Vec<Held>, Error> {
    let mut reader = views.of(organization).await?;
    sqlx::query_as!(
        Held,
        r#"select chain_id as "chain_id!", floor as "floor!", workflow_id, within_ms,
                  is_low as "is_low!", balance, block_number, crossed_at, set_by as "set_by!",
                  set_at as "set_at!"
             from view_wallet_floors where organization_id = $1 and wallet_id = $2
            order by chain_id"#,
        organization.to_string(),
        wallet.to_string(),
    )
    .fetch_all(reader.rows())
    .await
    .map_err(while_doing("asking what a wallet is held to"))
}

/// A wallet that is held to something on a chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Place {
    /// Whose it is.
    pub organization: OrganizationId,
    /// The wallet.
    pub wallet: WalletId,
    /// The chain.
    pub chain: u64,
}

impl Place {
    /// The floor of an organization whose stream is called so.
    pub fn of(organization: OrganizationId, stream: &str) -> Option<Self> {
        let (wallet, chain) = stream.split_once('/')?;
        Some(Self { organization, wallet: wallet.parse().ok()?, chain: chain.parse().ok()? })
    }

    /// Its stream.
    pub fn stream(self) -> StreamId {
        StreamId::wallet_floor(self.wallet, self.chain)
    }
}

/// The floors in these slots that follow this one, at most `limit`.
pub async fn places(
    views: &HouseViews,
    slots: &[i16],
    after: Option<Place>,
    limit: i64,
) -> Result<Vec<Place>, Error> {
    let rows = sqlx::query!(
        r#"select organization_id as "organization!", wallet_id as "wallet!", chain_id as "chain!"
             from house_wallet_floors
            where slot = any ($1) and ($2::text is null or (wallet_id, chain_id) > ($2, $3))
            order by wallet_id, chain_id limit $4"#,
        slots,
        after.map(|it| it.wallet.to_string()),
        after.map(|it| number(it.chain)),
        limit,
    )
    .fetch_all(views.rows())
    .await
    .map_err(while_doing("asking for wallets that are held to something"))?;
    rows.into_iter()
        .map(|row| {
            Ok(Place {
                organization: held(&row.organization)?,
                wallet: held(&row.wallet)?,
                chain: u64::try_from(row.chain).unwrap_or_default(),
            })
        })
        .collect()
}
