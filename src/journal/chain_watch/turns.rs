//! Organizations that turn to endpoints of their own, and back to the installation's: what was
//! followed for them goes along, so that nothing is passed by and nothing counts twice.

use sqlx::{PgConnection, PgPool};

use super::view::View;
use crate::journal::Error;
use crate::journal::error::while_doing;
use crate::primitives::OrganizationId;

/// So many blocks before the last one that was followed are taken for settled where the chain does
/// not say better: as many as are remembered.
const UNSETTLED: i64 = 512;

/// The view that an organization has of a chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OwnView {
    /// Whose.
    pub organization: OrganizationId,
    /// Of which chain.
    pub chain: u64,
    /// Which of its lists of endpoints, by the event that named them.
    pub revision: i64,
}

/// The views of chains that organizations have. Cheap to clone.
#[derive(Debug, Clone)]
pub struct ChainViews {
    pool: PgPool,
}

/// A cursor that was locked.
struct At {
    number: i64,
    finalized: i64,
    /// Nothing of it is known but how far it was followed.
    is_bare: bool,
}

/// Two views of a chain, as they are kept.
struct Turn<'a> {
    chain: i64,
    organization: &'a str,
    from: &'a str,
    to: &'a str,
}

impl ChainViews {
    /// Those of this database.
    pub const fn new(pool: PgPool) -> Self {
        Self { pool }
    }

    /// All that there are now.
    pub async fn own(&self) -> Result<Vec<OwnView>, Error> {
        let rows = sqlx::query!(
            "select organization_id, chain, revision from chain_views where own
              order by chain, organization_id"
        )
        .fetch_all(&self.pool)
        .await
        .map_err(while_doing("reading which organizations have views of chains"))?;
        let view = |organization: String, chain: i64, revision| {
            let damaged = |_| Error::Damaged(format!("{organization} is no organization's id"));
            let organization = organization.parse().map_err(damaged)?;
            Ok(OwnView { organization, chain: u64::try_from(chain).unwrap_or_default(), revision })
        };
        rows.into_iter().map(|row| view(row.organization_id, row.chain, row.revision)).collect()
    }

    /// An organization reads a chain through endpoints of its own from here on (`own`), or through
    /// the installation's. What an event of that revision or a later one said is not done again.
    pub async fn turn(
        &self,
        organization: OrganizationId,
        chain: u64,
        revision: i64,
        own: bool,
    ) -> Result<(), Error> {
        let doing = while_doing("turning to other endpoints of a chain");
        let chain = i64::try_from(chain).unwrap_or(i64::MAX);
        let (whose, installation) =
            (View::Organization(organization).to_string(), View::Installation.to_string());
        let mut transaction = self.pool.begin().await.map_err(&doing)?;
        sqlx::query!(
            "insert into chain_views (organization_id, chain, own, revision)
             values ($1, $2, false, 0) on conflict do nothing",
            whose,
            chain,
        )
        .execute(&mut *transaction)
        .await
        .map_err(&doing)?;
        let before = sqlx::query!(
            "select own, revision from chain_views where organization_id = $1 and chain = $2
                for update",
            whose,
            chain,
        )
        .fetch_one(&mut *transaction)
        .await
        .map_err(&doing)?;
        if before.revision >= revision {
            return Ok(());
        }
        sqlx::query!(
            "update chain_views set own = $3, revision = $4, turned_at = clock_timestamp()
              where organization_id = $1 and chain = $2",
            whose,
            chain,
            own,
            revision,
        )
        .execute(&mut *transaction)
        .await
        .map_err(&doing)?;
        match (before.own, own) {
            (false, true) => {
                let (from, to) = (&installation, &whose);
                let turn = Turn { chain, organization: &whose, from, to };
                turn.away(&mut transaction).await?;
            }
            (true, false) => {
                let (from, to) = (&whose, &installation);
                let turn = Turn { chain, organization: &whose, from, to };
                turn.back(&mut transaction).await?;
            }
            // Other endpoints of the same view: it goes on where it is.
            (true, true) | (false, false) => {}
        }
        transaction.commit().await.map_err(&doing)
    }
}

impl Turn<'_> {
    /// To endpoints of one's own: they go on behind the block up to which the installation's were
    /// followed, with all that it remembers. Where that was halted, they are judged anew.
    async fn away(&self, connection: &mut PgConnection) -> Result<(), Error> {
        let doing = while_doing("turning to endpoints of one's own");
        self.clear(connection, self.to).await?;
        if self.lock(connection, self.from).await?.is_some() {
            sqlx::query!(
                "insert into chain_cursors (chain, view, number, hash, safe, finalized, head)
                 select chain, $3, number, hash, safe, finalized, head
                   from chain_cursors where chain = $1 and view = $2",
                self.chain,
                self.from,
                self.to,
            )
            .execute(&mut *connection)
            .await
            .map_err(&doing)?;
            sqlx::query!(
                "insert into chain_links (chain, view, number, hash, parent)
                 select chain, $3, number, hash, parent
                   from chain_links where chain = $1 and view = $2",
                self.chain,
                self.from,
                self.to,
            )
            .execute(&mut *connection)
            .await
            .map_err(&doing)?;
            self.gaps(connection, "", i64::MAX).await?;
            // Those of others go with the first roll that is called.
            sqlx::query!(
                "insert into chain_subscribers (chain, view, subscriber, since)
                 select chain, $3, subscriber, since
                   from chain_subscribers where chain = $1 and view = $2",
                self.chain,
                self.from,
                self.to,
            )
            .execute(&mut *connection)
            .await
            .map_err(&doing)?;
        }
        self.matches(connection).await?;
        sqlx::query!(
            "delete from chain_gaps where chain = $1 and view = $2 and organization_id = $3",
            self.chain,
            self.from,
            self.organization,
        )
        .execute(&mut *connection)
        .await
        .map_err(&doing)?;
        self.next_epoch(connection, self.from).await
    }

    /// To the installation's endpoints. Nothing is taken from the organization's but how far they
    /// were followed: its nodes are trusted by nobody else. What the installation has passed
    /// meanwhile is read again for the organization alone.
    async fn back(&self, connection: &mut PgConnection) -> Result<(), Error> {
        let doing = while_doing("turning back to the installation's endpoints");
        let to = self.lock(connection, self.to).await?;
        let Some(from) = self.lock(connection, self.from).await? else {
            self.matches(connection).await?;
            self.clear(connection, self.from).await?;
            return self.next_epoch(connection, self.to).await;
        };
        let settled = if from.is_bare {
            from.number
        } else {
            from.finalized.max(from.number - UNSETTLED).min(from.number)
        };
        let head = to.as_ref().map_or(from.number, |to| to.number.max(from.number));
        let is_resting = sqlx::query_scalar!(
            r#"select not exists (select from chain_subscribers where chain = $1 and view = $2) as "rests!""#,
            self.chain,
            self.to,
        )
        .fetch_one(&mut *connection)
        .await
        .map_err(&doing)?;
        self.matches(connection).await?;
        let common = match to {
            Some(to) if !is_resting || to.number >= settled => {
                let common = self.common(connection).await?;
                let common = common.unwrap_or(settled).min(to.number);
                if common < to.number {
                    self.lack(connection, common + 1, to.number).await?;
                }
                self.gaps(connection, self.organization, to.number).await?;
                common
            }
            // Nobody else follows it: it is taken up where the organization had come to.
            Some(_) | None => {
                self.clear_branch(connection, self.to).await?;
                sqlx::query!(
                    "insert into chain_cursors (chain, view, number, hash, safe, finalized, head)
                     values ($1, $2, $3, '', 0, 0, $3)
                     on conflict (chain, view) do update
                        set number = excluded.number, hash = '', head = excluded.head",
                    self.chain,
                    self.to,
                    settled,
                )
                .execute(&mut *connection)
                .await
                .map_err(&doing)?;
                self.gaps(connection, "", settled).await?;
                settled
            }
        };
        // What stood behind has to be found again.
        sqlx::query!(
            "update chain_matches
                set state = case state when 'waiting' then 'withdrawn' else 'orphaned' end,
                    gone_at = case state when 'waiting' then null else $5 + patience end
              where chain = $1 and view = $2 and organization_id = $3 and block_number > $4
                and state in ('waiting', 'delivered', 'returned')",
            self.chain,
            self.to,
            self.organization,
            common,
            head,
        )
        .execute(&mut *connection)
        .await
        .map_err(&doing)?;
        sqlx::query!(
            "insert into chain_subscribers (chain, view, subscriber, since)
             select chain, $3, subscriber, since
               from chain_subscribers where chain = $1 and view = $2
                 on conflict (chain, view, subscriber) do update set since = excluded.since",
            self.chain,
            self.from,
            self.to,
        )
        .execute(&mut *connection)
        .await
        .map_err(&doing)?;
        self.clear(connection, self.from).await?;
        self.next_epoch(connection, self.to).await
    }

    /// The cursor of a view, which nobody moves until the turn is done.
    async fn lock(&self, connection: &mut PgConnection, view: &str) -> Result<Option<At>, Error> {
        sqlx::query_as!(
            At,
            r#"select number, finalized, hash = '' as "is_bare!" from chain_cursors
                where chain = $1 and view = $2 for update"#,
            self.chain,
            view,
        )
        .fetch_optional(connection)
        .await
        .map_err(while_doing("holding how far a chain was followed"))
    }

    /// The highest block that both views have.
    async fn common(&self, connection: &mut PgConnection) -> Result<Option<i64>, Error> {
        sqlx::query_scalar!(
            "select max(a.number) from chain_links a join chain_links b using (chain, number, hash)
              where chain = $1 and a.view = $2 and b.view = $3",
            self.chain,
            self.from,
            self.to,
        )
        .fetch_one(connection)
        .await
        .map_err(while_doing("comparing two views of a chain"))
    }

    /// Blocks are read again for the organization.
    async fn lack(&self, connection: &mut PgConnection, next: i64, last: i64) -> Result<(), Error> {
        sqlx::query!(
            "insert into chain_gaps (chain, view, organization_id, last_block, next_block)
             values ($1, $2, $3, $4, $5)
             on conflict (chain, view, organization_id, last_block) do update
                set next_block = least(chain_gaps.next_block, excluded.next_block)",
            self.chain,
            self.to,
            self.organization,
            last,
            next,
        )
        .execute(connection)
        .await
        .map(drop)
        .map_err(while_doing("noting which blocks an organization lacks"))
    }

    /// What was still to be read up to a block is to be read in the other view, for these.
    async fn gaps(
        &self,
        connection: &mut PgConnection,
        whose: &str,
        up_to: i64,
    ) -> Result<(), Error> {
        sqlx::query!(
            "insert into chain_gaps as g (chain, view, organization_id, last_block, next_block)
             select chain, $3, $4, least(last_block, $5), min(next_block)
               from chain_gaps
              where chain = $1 and view = $2 and organization_id in ('', $6) and next_block <= $5
              group by chain, least(last_block, $5)
                 on conflict (chain, view, organization_id, last_block) do update
                set next_block = least(g.next_block, excluded.next_block)",
            self.chain,
            self.from,
            self.to,
            whose,
            up_to,
            self.organization,
        )
        .execute(connection)
        .await
        .map(drop)
        .map_err(while_doing("taking along which blocks were passed by"))
    }

    /// What matched for the organization goes along.
    async fn matches(&self, connection: &mut PgConnection) -> Result<(), Error> {
        sqlx::query!(
            "update chain_matches set view = $4
              where chain = $1 and organization_id = $2 and view = $3",
            self.chain,
            self.organization,
            self.from,
            self.to,
        )
        .execute(connection)
        .await
        .map(drop)
        .map_err(while_doing("taking along what matched on a chain"))
    }

    /// Who looked for matches before does so no longer.
    async fn next_epoch(&self, connection: &mut PgConnection, view: &str) -> Result<(), Error> {
        sqlx::query!(
            "update chain_cursors set epoch = epoch + 1 where chain = $1 and view = $2",
            self.chain,
            view,
        )
        .execute(connection)
        .await
        .map(drop)
        .map_err(while_doing("telling a view of a chain who is in it"))
    }

    /// Forgets a view but for what matched.
    async fn clear(&self, connection: &mut PgConnection, view: &str) -> Result<(), Error> {
        let doing = while_doing("forgetting a view of a chain");
        self.clear_branch(connection, view).await?;
        sqlx::query!(
            "delete from chain_subscribers where chain = $1 and view = $2",
            self.chain,
            view,
        )
        .execute(&mut *connection)
        .await
        .map_err(&doing)?;
        sqlx::query!("delete from chain_cursors where chain = $1 and view = $2", self.chain, view)
            .execute(connection)
            .await
            .map(drop)
            .map_err(&doing)
    }

    /// Forgets the blocks of a view, those that were read and those that were not.
    async fn clear_branch(&self, connection: &mut PgConnection, view: &str) -> Result<(), Error> {
        let doing = while_doing("forgetting the blocks of a view of a chain");
        sqlx::query!("delete from chain_links where chain = $1 and view = $2", self.chain, view)
            .execute(&mut *connection)
            .await
            .map_err(&doing)?;
        sqlx::query!("delete from chain_gaps where chain = $1 and view = $2", self.chain, view)
            .execute(connection)
            .await
            .map(drop)
            .map_err(&doing)
    }
}
