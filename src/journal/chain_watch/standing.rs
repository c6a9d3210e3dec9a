//! How the watch of each chain stands, for operators.

use sqlx::PgPool;
use time::OffsetDateTime;

use super::view::View;
use crate::journal::Error;
use crate::journal::error::while_doing;

/// How the watch of a view of a chain stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChainStanding {
    /// The chain's id.
    pub chain: i64,
    /// For whom it is read, as it is kept.
    pub view: String,
    /// The last block that was followed.
    pub number: i64,
    /// Its hash.
    pub hash: String,
    /// The highest block that was heard of.
    pub head: i64,
    /// Up to where the chain called it safe.
    pub safe: i64,
    /// Up to where the chain called it final.
    pub finalized: i64,
    /// Why it is not followed any more, where a person has to look.
    pub halted: Option<String>,
    /// When the cursor moved last.
    pub moved_at: OffsetDateTime,
    /// Blocks that were passed by and are still to be read.
    pub backfill: i64,
    /// Matches that wait to be sure enough, or to be delivered.
    pub waiting: i64,
    /// Matches whose runs the chain may have taken back.
    pub orphaned: i64,
}

impl ChainStanding {
    /// How all views of chains stand that were ever followed.
    pub async fn list(pool: &PgPool) -> Result<Vec<Self>, Error> {
        Self::read(pool, None).await
    }

    /// How one view of a chain stands; none where it was never followed.
    pub async fn of(pool: &PgPool, chain: u64, view: View) -> Result<Option<Self>, Error> {
        let chain = i64::try_from(chain).unwrap_or(i64::MAX);
        Ok(Self::read(pool, Some((chain, view.to_string()))).await?.pop())
    }

    async fn read(pool: &PgPool, only: Option<(i64, String)>) -> Result<Vec<Self>, Error> {
        let (chain, view) = only.unzip();
        sqlx::query_as!(
            Self,
            r#"select c.chain, c.view, c.number, c.hash, c.head, c.safe, c.finalized, c.halted, c.moved_at,
                      (select coalesce(sum(g.last_block - g.next_block + 1), 0)::bigint from chain_gaps g
                        where g.chain = c.chain and g.view = c.view) as "backfill!",
                      (select count(*) from chain_matches m
                        where m.chain = c.chain and m.view = c.view and m.state = 'waiting') as "waiting!",
                      (select count(*) from chain_matches m
                        where m.chain = c.chain and m.view = c.view and m.state = 'orphaned') as "orphaned!"
                 from chain_cursors c
                where ($1::bigint is null or c.chain = $1) and ($2::text is null or c.view = $2)
                order by c.chain, c.view <> 'installation', c.view"#,
            chain,
            view,
        )
        .fetch_all(pool)
        .await
        .map_err(while_doing("asking how chains are followed"))
    }
}
