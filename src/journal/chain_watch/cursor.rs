//! The cursors of chains, and the blocks behind them.

use std::collections::BTreeSet;

use sqlx::{PgConnection, PgPool};

use super::matches::{self, Match};
use super::view::View;
use crate::journal::Error;
use crate::journal::error::while_doing;
use crate::primitives::OrganizationId;

/// What the watcher of one view of a chain keeps in this database. Cheap to clone.
#[derive(Debug, Clone)]
pub struct ChainWatch {
    pub(super) pool: PgPool,
    pub(super) chain: i64,
    /// The view, as it is kept.
    pub(super) view: String,
}

/// A block by number and hash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// Its number.
    pub number: i64,
    /// Its hash, 0x and 64 digits.
    pub hash: String,
}

/// A block that was followed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Its number.
    pub number: i64,
    /// Its hash.
    pub hash: String,
    /// The hash of the one before it.
    pub parent: String,
}

/// How far a chain was followed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor {
    /// The last block.
    pub number: i64,
    /// Its hash.
    pub hash: String,
    /// Up to where the chain called it safe.
    pub safe: i64,
    /// Up to where the chain called it final.
    pub finalized: i64,
    /// The highest block that was heard of.
    pub head: i64,
    /// Why it is not followed any more, where a person has to look.
    pub halted: Option<String>,
    /// How often somebody entered or left the view.
    pub epoch: i64,
}

/// Blocks that were passed by and are still to be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gap {
    /// The next one to read.
    pub next: i64,
    /// The last one.
    pub last: i64,
    /// For whom; none: for everybody in the view.
    pub organization: Option<OrganizationId>,
}

/// Who is in a view.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Presence {
    /// How often somebody entered or left it.
    pub epoch: i64,
    /// Who reads the chain through endpoints of their own, each in a view of its own.
    pub own: BTreeSet<OrganizationId>,
}

/// One block further.
#[derive(Debug)]
pub struct Advance<'a> {
    /// Where the cursor is believed to be.
    pub from: &'a Mark,
    /// The next block.
    pub to: &'a Place,
    /// Up to where the chain calls it safe.
    pub safe: i64,
    /// Up to where the chain calls it final.
    pub finalized: i64,
    /// The highest block that was heard of.
    pub head: i64,
    /// What matched in it.
    pub matches: &'a [Match],
    /// The epoch of the view in which was looked for it.
    pub epoch: i64,
    /// Blocks before this one are forgotten.
    pub forget_before: i64,
}

impl ChainWatch {
    /// What is kept of a view of a chain.
    pub fn new(pool: PgPool, chain: u64, view: View) -> Self {
        Self { pool, chain: i64::try_from(chain).unwrap_or(i64::MAX), view: view.to_string() }
    }

    /// How far it was followed; `None` before it was for the first time.
    pub async fn cursor(&self) -> Result<Option<Cursor>, Error> {
        sqlx::query_as!(
            Cursor,
            "select number, hash, safe, finalized, head, halted, epoch from chain_cursors
              where chain = $1 and view = $2",
            self.chain,
            self.view,
        )
        .fetch_optional(&self.pool)
        .await
        .map_err(while_doing("reading how far a chain was followed"))
    }

    /// The blocks that are remembered, in their order.
    pub async fn places(&self) -> Result<Vec<Place>, Error> {
        sqlx::query_as!(
            Place,
            "select number, hash, parent from chain_links where chain = $1 and view = $2 order by number",
            self.chain,
            self.view,
        )
        .fetch_all(&self.pool)
        .await
        .map_err(while_doing("reading which blocks were followed"))
    }

    /// Begins to follow a chain behind a block. Nothing happens where it is followed already, and
    /// where the organization has no view of it any more.
    pub async fn begin(&self, at: &Place, head: i64) -> Result<(), Error> {
        let doing = while_doing("beginning to follow a chain");
        let mut transaction = self.pool.begin().await.map_err(&doing)?;
        let begun = sqlx::query!(
            "insert into chain_cursors (chain, view, number, hash, safe, finalized, head)
             select $1, $2, $3, $4, 0, 0, $5
              where $2 = 'installation' or exists (
                    select from chain_views v
                     where v.chain = $1 and v.organization_id = $2 and v.own)
                 on conflict (chain, view) do nothing",
            self.chain,
            self.view,
            at.number,
            at.hash,
            head,
        )
        .execute(&mut *transaction)
        .await
        .map_err(&doing)?;
        if begun.rows_affected() == 1 {
            self.link(&mut transaction, at).await?;
        }
        transaction.commit().await.map_err(&doing)
    }

    /// Goes one block further, with what matched in it. False when the cursor is not where the
    /// caller believes, or the chain was halted.
    pub async fn advance(&self, step: Advance<'_>) -> Result<bool, Error> {
        let doing = while_doing("following a chain");
        let mut transaction = self.pool.begin().await.map_err(&doing)?;
        let moved = sqlx::query!(
            "update chain_cursors
                set number = $5, hash = $6, safe = greatest(safe, $7),
                    finalized = greatest(finalized, $8), head = $9, moved_at = clock_timestamp()
              where chain = $1 and view = $2 and number = $3 and hash = $4 and epoch = $10
                and halted is null",
            self.chain,
            self.view,
            step.from.number,
            step.from.hash,
            step.to.number,
            step.to.hash,
            step.safe,
            step.finalized,
            step.head,
            step.epoch,
        )
        .execute(&mut *transaction)
        .await
        .map_err(&doing)?;
        if moved.rows_affected() == 0 {
            return Ok(false);
        }
        self.link(&mut transaction, step.to).await?;
        sqlx::query!(
            "delete from chain_links where chain = $1 and view = $2 and number < $3",
            self.chain,
            self.view,
            step.forget_before,
        )
        .execute(&mut *transaction)
        .await
        .map_err(&doing)?;
        matches::put(&mut transaction, self, step.matches).await?;
        transaction.commit().await.map_err(&doing)?;
        Ok(true)
    }

    /// Notes what the chain calls safe and final while there is no next block, and what was heard of
    /// its head.
    pub async fn note(&self, at: &Mark, safe: i64, finalized: i64, head: i64) -> Result<(), Error> {
        sqlx::query!(
            "update chain_cursors
                set safe = greatest(safe, $5), finalized = greatest(finalized, $6), head = $7
              where chain = $1 and view = $2 and number = $3 and hash = $4
                and (safe < $5 or finalized < $6 or head <> $7)",
            self.chain,
            self.view,
            at.number,
            at.hash,
            safe,
            finalized,
            head,
        )
        .execute(&self.pool)
        .await
        .map(drop)
        .map_err(while_doing("noting what a chain calls final"))
    }

    /// Goes on at a block further ahead, and keeps what is between to be read later. False when the
    /// cursor is not where the caller believes.
    pub async fn jump(
        &self,
        from: &Mark,
        to: &Place,
        head: i64,
        gap: Option<Gap>,
    ) -> Result<bool, Error> {
        let doing = while_doing("passing over blocks of a chain");
        let mut transaction = self.pool.begin().await.map_err(&doing)?;
        let moved = sqlx::query!(
            "update chain_cursors set number = $5, hash = $6, head = $7, moved_at = clock_timestamp()
              where chain = $1 and view = $2 and number = $3 and hash = $4 and halted is null",
            self.chain,
            self.view,
            from.number,
            from.hash,
            to.number,
            to.hash,
            head,
        )
        .execute(&mut *transaction)
        .await
        .map_err(&doing)?;
        if moved.rows_affected() == 0 {
            return Ok(false);
        }
        sqlx::query!(
            "delete from chain_links where chain = $1 and view = $2",
            self.chain,
            self.view,
        )
        .execute(&mut *transaction)
        .await
        .map_err(&doing)?;
        self.link(&mut transaction, to).await?;
        if let Some(gap) = gap {
            sqlx::query!(
                "insert into chain_gaps (chain, view, organization_id, last_block, next_block)
                 values ($1, $2, '', $3, $4)
                 on conflict (chain, view, organization_id, last_block) do update
                    set next_block = least(chain_gaps.next_block, excluded.next_block)",
                self.chain,
                self.view,
                gap.last,
                gap.next,
            )
            .execute(&mut *transaction)
            .await
            .map_err(&doing)?;
        }
        transaction.commit().await.map_err(&doing)?;
        Ok(true)
    }

    /// Takes back what was followed behind a block: what was found there is orphaned until it is
    /// found again. False when the cursor is not where the caller believes.
    pub async fn rewind(&self, from: &Mark, to: &Mark) -> Result<bool, Error> {
        let doing = while_doing("taking back what a chain replaced");
        let mut transaction = self.pool.begin().await.map_err(&doing)?;
        let moved = sqlx::query!(
            "update chain_cursors set number = $5, hash = $6, moved_at = clock_timestamp()
              where chain = $1 and view = $2 and number = $3 and hash = $4 and halted is null",
            self.chain,
            self.view,
            from.number,
            from.hash,
            to.number,
            to.hash,
        )
        .execute(&mut *transaction)
        .await
        .map_err(&doing)?;
        if moved.rows_affected() == 0 {
            return Ok(false);
        }
        sqlx::query!(
            "delete from chain_links where chain = $1 and view = $2 and number > $3",
            self.chain,
            self.view,
            to.number,
        )
        .execute(&mut *transaction)
        .await
        .map_err(&doing)?;
        matches::orphan(&mut transaction, self, to.number, from.number).await?;
        transaction.commit().await.map_err(&doing)?;
        Ok(true)
    }

    /// Stops following the chain until a person lets it go on.
    pub async fn halt(&self, reason: &str) -> Result<(), Error> {
        sqlx::query!(
            "update chain_cursors set halted = coalesce(halted, $3) where chain = $1 and view = $2",
            self.chain,
            self.view,
            reason,
        )
        .execute(&self.pool)
        .await
        .map(drop)
        .map_err(while_doing("halting the watch of a chain"))
    }

    /// Lets a chain that was halted be followed again, as it is now, from a block on: what was found
    /// there before is orphaned until it is found again. False where it was not halted.
    pub async fn resume(&self, from: i64) -> Result<bool, Error> {
        let doing = while_doing("letting a chain be followed again");
        let mut transaction = self.pool.begin().await.map_err(&doing)?;
        let resumed = sqlx::query_scalar!(
            r#"with before as (
                 select number from chain_cursors
                  where chain = $1 and view = $2 and halted is not null for update)
               update chain_cursors c
                  set halted = null, number = least(c.number, $3), hash = '',
                      safe = least(c.safe, $3), finalized = least(c.finalized, $3)
                 from before where c.chain = $1 and c.view = $2 returning before.number as "head!""#,
            self.chain,
            self.view,
            from - 1,
        )
        .fetch_optional(&mut *transaction)
        .await
        .map_err(&doing)?;
        let Some(head) = resumed else { return Ok(false) };
        sqlx::query!(
            "delete from chain_links where chain = $1 and view = $2",
            self.chain,
            self.view,
        )
        .execute(&mut *transaction)
        .await
        .map_err(&doing)?;
        matches::orphan(&mut transaction, self, from - 1, head).await?;
        transaction.commit().await.map_err(&doing)?;
        Ok(true)
    }

    async fn link(&self, connection: &mut PgConnection, place: &Place) -> Result<(), Error> {
        sqlx::query!(
            "insert into chain_links (chain, view, number, hash, parent) values ($1, $2, $3, $4, $5)",
            self.chain,
            self.view,
            place.number,
            place.hash,
            place.parent,
        )
        .execute(connection)
        .await
        .map(drop)
        .map_err(while_doing("remembering a block"))
    }
}
