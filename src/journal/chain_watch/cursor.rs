//! The cursors of chains, and the blocks behind them.

use sqlx::{PgConnection, PgPool};

use super::matches::{self, Match};
use crate::journal::Error;
use crate::journal::error::while_doing;

/// What watchers of chains keep in this database. Cheap to clone.
#[derive(Debug, Clone)]
pub struct ChainWatch {
    pub(super) pool: PgPool,
    pub(super) chain: i64,
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
}

/// Blocks that were passed by and are still to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gap {
    /// The next one to read.
    pub next: i64,
    /// The last one.
    pub last: i64,
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
    /// Blocks before this one are forgotten.
    pub forget_before: i64,
}

impl ChainWatch {
    /// What is kept of one chain.
    pub fn new(pool: PgPool, chain: u64) -> Self {
        Self { pool, chain: i64::try_from(chain).unwrap_or(i64::MAX) }
    }

    /// How far it was followed; `None` before it was for the first time.
    pub async fn cursor(&self) -> Result<Option<Cursor>, Error> {
        sqlx::query_as!(
            Cursor,
            "select number, hash, safe, finalized, head, halted from chain_cursors where chain = $1",
            self.chain,
        )
        .fetch_optional(&self.pool)
        .await
        .map_err(while_doing("reading how far a chain was followed"))
    }

    /// The blocks that are remembered, in their order.
    pub async fn places(&self) -> Result<Vec<Place>, Error> {
        sqlx::query_as!(
            Place,
            "select number, hash, parent from chain_links where chain = $1 order by number",
            self.chain,
        )
        .fetch_all(&self.pool)
        .await
        .map_err(while_doing("reading which blocks were followed"))
    }

    /// Begins to follow a chain behind a block. Nothing happens where it is followed already.
    pub async fn begin(&self, at: &Place, head: i64) -> Result<(), Error> {
        let doing = while_doing("beginning to follow a chain");
        let mut transaction = self.pool.begin().await.map_err(&doing)?;
        let begun = sqlx::query!(
            "insert into chain_cursors (chain, number, hash, safe, finalized, head)
             values ($1, $2, $3, 0, 0, $4) on conflict (chain) do nothing",
            self.chain,
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
                set number = $4, hash = $5, safe = greatest(safe, $6),
                    finalized = greatest(finalized, $7), head = $8, moved_at = clock_timestamp()
              where chain = $1 and number = $2 and hash = $3 and halted is null",
            self.chain,
            step.from.number,
            step.from.hash,
            step.to.number,
            step.to.hash,
            step.safe,
            step.finalized,
            step.head,
        )
        .execute(&mut *transaction)
        .await
        .map_err(&doing)?;
        if moved.rows_affected() == 0 {
            return Ok(false);
        }
        self.link(&mut transaction, step.to).await?;
        sqlx::query!(
            "delete from chain_links where chain = $1 and number < $2",
            self.chain,
            step.forget_before,
        )
        .execute(&mut *transaction)
        .await
        .map_err(&doing)?;
        matches::put(&mut transaction, self.chain, step.matches).await?;
        transaction.commit().await.map_err(&doing)?;
        Ok(true)
    }

    /// Notes what the chain calls safe and final while there is no next block, and what was heard of
    /// its head.
    pub async fn note(&self, at: &Mark, safe: i64, finalized: i64, head: i64) -> Result<(), Error> {
        sqlx::query!(
            "update chain_cursors
                set safe = greatest(safe, $4), finalized = greatest(finalized, $5), head = $6
              where chain = $1 and number = $2 and hash = $3
                and (safe < $4 or finalized < $5 or head <> $6)",
            self.chain,
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
            "update chain_cursors set number = $4, hash = $5, head = $6, moved_at = clock_timestamp()
              where chain = $1 and number = $2 and hash = $3 and halted is null",
            self.chain,
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
        sqlx::query!("delete from chain_links where chain = $1", self.chain)
            .execute(&mut *transaction)
            .await
            .map_err(&doing)?;
        self.link(&mut transaction, to).await?;
        if let Some(gap) = gap {
            sqlx::query!(
                "insert into chain_gaps (chain, last_block, next_block) values ($1, $2, $3)
                 on conflict (chain, last_block) do update
                    set next_block = least(chain_gaps.next_block, excluded.next_block)",
                self.chain,
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
            "update chain_cursors set number = $4, hash = $5, moved_at = clock_timestamp()
              where chain = $1 and number = $2 and hash = $3 and halted is null",
            self.chain,
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
            "delete from chain_links where chain = $1 and number > $2",
            self.chain,
            to.number,
        )
        .execute(&mut *transaction)
        .await
        .map_err(&doing)?;
        matches::orphan(&mut transaction, self.chain, to.number, from.number).await?;
        transaction.commit().await.map_err(&doing)?;
        Ok(true)
    }

    /// Stops following the chain until a person lets it go on.
    pub async fn halt(&self, reason: &str) -> Result<(), Error> {
        sqlx::query!(
            "update chain_cursors set halted = coalesce(halted, $2) where chain = $1",
            self.chain,
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
                 select number from chain_cursors where chain = $1 and halted is not null for update)
               update chain_cursors c
                  set halted = null, number = least(c.number, $2), hash = '',
                      safe = least(c.safe, $2), finalized = least(c.finalized, $2)
                 from before where c.chain = $1 returning before.number as "head!""#,
            self.chain,
            from - 1,
        )
        .fetch_optional(&mut *transaction)
        .await
        .map_err(&doing)?;
        let Some(head) = resumed else { return Ok(false) };
        sqlx::query!("delete from chain_links where chain = $1", self.chain)
            .execute(&mut *transaction)
            .await
            .map_err(&doing)?;
        matches::orphan(&mut transaction, self.chain, from - 1, head).await?;
        transaction.commit().await.map_err(&doing)?;
        Ok(true)
    }

    /// The gap that is to be read first.
    pub async fn gap(&self) -> Result<Option<Gap>, Error> {
        sqlx::query_as!(
            Gap,
            r#"select next_block as "next!", last_block as "last!" from chain_gaps
                where chain = $1 order by last_block limit 1"#,
            self.chain,
        )
        .fetch_optional(&self.pool)
        .await
        .map_err(while_doing("reading which blocks were passed by"))
    }

    /// Blocks of a gap up to `read` were read, with what matched in them. False when somebody else
    /// has read them.
    pub async fn fill(&self, gap: Gap, read: i64, matches: &[Match]) -> Result<bool, Error> {
        let doing = while_doing("reading blocks that were passed by");
        let mut transaction = self.pool.begin().await.map_err(&doing)?;
        let moved = if read >= gap.last {
            sqlx::query!(
                "delete from chain_gaps where chain = $1 and last_block = $2 and next_block = $3",
                self.chain,
                gap.last,
                gap.next,
            )
            .execute(&mut *transaction)
            .await
        } else {
            sqlx::query!(
                "update chain_gaps set next_block = $4
                  where chain = $1 and last_block = $2 and next_block = $3",
                self.chain,
                gap.last,
                gap.next,
                read + 1,
            )
            .execute(&mut *transaction)
            .await
        };
        if moved.map_err(&doing)?.rows_affected() == 0 {
            return Ok(false);
        }
        matches::put(&mut transaction, self.chain, matches).await?;
        transaction.commit().await.map_err(&doing)?;
        Ok(true)
    }

    /// From which block on each subscriber counts. Those that are new count from `since` on; what is
    /// known of those that are not among them is forgotten.
    pub async fn enrol(
        &self,
        subscribers: &[String],
        since: i64,
    ) -> Result<Vec<(String, i64)>, Error> {
        let doing = while_doing("noting who watches a chain");
        let mut transaction = self.pool.begin().await.map_err(&doing)?;
        sqlx::query!(
            "delete from chain_subscribers where chain = $1 and not (subscriber = any ($2))",
            self.chain,
            subscribers,
        )
        .execute(&mut *transaction)
        .await
        .map_err(&doing)?;
        sqlx::query!(
            "insert into chain_subscribers (chain, subscriber, since)
             select $1, u.subscriber, $3 from unnest($2::text[]) u (subscriber)
                 on conflict do nothing",
            self.chain,
            subscribers,
            since,
        )
        .execute(&mut *transaction)
        .await
        .map_err(&doing)?;
        let rows = sqlx::query!(
            "select subscriber, since from chain_subscribers where chain = $1",
            self.chain,
        )
        .fetch_all(&mut *transaction)
        .await
        .map_err(&doing)?;
        transaction.commit().await.map_err(&doing)?;
        Ok(rows.into_iter().map(|row| (row.subscriber, row.since)).collect())
    }

    async fn link(&self, connection: &mut PgConnection, place: &Place) -> Result<(), Error> {
        sqlx::query!(
            "insert into chain_links (chain, number, hash, parent) values ($1, $2, $3, $4)",
            self.chain,
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
