//! Matches whose time has come: to start runs, or to be taken back.

use std::time::Duration;

use time::OffsetDateTime;

use super::cursor::ChainWatch;
use crate::journal::Error;
use crate::journal::error::while_doing;
use crate::journal::lease::interval;

/// A match that is as sure as was asked.
#[derive(Debug, Clone)]
pub struct Due {
    /// Its id.
    pub id: String,
    /// Whose trigger it matched, as text.
    pub organization: String,
    /// Whom the trigger is for.
    pub subscriber: String,
    /// The kind of the trigger.
    pub kind: String,
    /// With what the run begins, as JSON.
    pub body: String,
    /// How often it was tried in vain.
    pub tries: i32,
    /// When it was found first.
    pub matched_at: OffsetDateTime,
}

/// What became of a match.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Settled {
    /// A run began, now or before; or a run that waited went on.
    Delivered {
        /// The run.
        run: String,
    },
    /// No run began.
    Skipped {
        /// Why.
        reason: String,
    },
}

/// A match that was delivered, and that the chain has taken back or brought again.
#[derive(Debug, Clone)]
pub struct Gone {
    /// Its id.
    pub id: String,
    /// Whose trigger it matched, as text.
    pub organization: String,
    /// Whom the trigger is for.
    pub subscriber: String,
    /// The run that it started.
    pub run: Option<String>,
    /// The transaction, where it is about one.
    pub transaction: Option<String>,
    /// The block in which it was.
    pub block_number: i64,
    /// Its hash.
    pub block_hash: String,
    /// What becomes of the run.
    pub on_reorg: String,
    /// When it was found first.
    pub matched_at: OffsetDateTime,
    /// Whether it came again.
    pub returned: bool,
}

impl ChainWatch {
    /// Matches that wait and are as sure as was asked, in the order of the chain; at most `limit`.
    pub async fn due(&self, limit: i64) -> Result<Vec<Due>, Error> {
        sqlx::query_as!(
            Due,
            r#"select m.match_id as id, m.organization_id as organization, m.subscriber, m.kind, m.body,
                      m.tries, m.matched_at
                 from chain_matches m join chain_cursors c using (chain, view)
                where m.chain = $1 and m.view = $2 and m.state = 'waiting' and m.next_try_at <= clock_timestamp()
                  and m.block_number <= case m.level
                        when 'seen' then c.number when 'confirmations' then c.number - m.confirmations
                        when 'safe' then c.safe when 'finalized' then c.finalized end
                order by m.block_number, m.log_index limit $3"#,
            self.chain,
            self.view,
            limit,
        )
        .fetch_all(&self.pool)
        .await
        .map_err(while_doing("reading which matches are due"))
    }

    /// Notes what became of a match. One that was withdrawn while its run began is orphaned.
    pub async fn settle(&self, id: &str, settled: &Settled) -> Result<(), Error> {
        let (state, run, reason) = match settled {
            Settled::Delivered { run } => ("delivered", Some(run), None),
            Settled::Skipped { reason } => ("skipped", None, Some(reason)),
        };
        sqlx::query!(
            "update chain_matches m
                set state = case when m.state = 'withdrawn' and $2 = 'delivered' then 'orphaned' else $2 end,
                    gone_at = case when m.state = 'withdrawn' then c.number + m.patience end,
                    run_id = $3, reason = $4
               from chain_cursors c
              where m.match_id = $1 and c.chain = m.chain and c.view = m.view and m.state in ('waiting', 'withdrawn')",
            id,
            state,
            run.map(String::as_str),
            reason.map(String::as_str),
        )
        .execute(&self.pool)
        .await
        .map(drop)
        .map_err(while_doing("noting what became of a match"))
    }

    /// A match could not be delivered now: it is tried again after a pause.
    pub async fn put_off(&self, id: &str, pause: Duration) -> Result<(), Error> {
        sqlx::query!(
            "update chain_matches set tries = tries + 1, next_try_at = clock_timestamp() + $2
              where match_id = $1",
            id,
            interval(pause),
        )
        .execute(&self.pool)
        .await
        .map(drop)
        .map_err(while_doing("putting a match off"))
    }

    /// Matches with runs that are gone for good, or came again after that; at most `limit`. None is gone
    /// while blocks are still to be read in which it may be.
    pub async fn gone(&self, limit: i64) -> Result<Vec<Gone>, Error> {
        sqlx::query_as!(
            Gone,
            r#"select m.match_id as id, m.organization_id as organization, m.subscriber, m.run_id as run,
                      m.transaction, m.block_number, m.block_hash, m.on_reorg, m.matched_at,
                      m.state = 'returned' as "returned!"
                 from chain_matches m join chain_cursors c using (chain, view)
                where m.chain = $1 and m.view = $2 and m.next_try_at <= clock_timestamp()
                  and (m.state = 'returned' or (m.state = 'orphaned' and m.gone_at <= c.number
                       and not exists (select from chain_gaps g
                                        where g.chain = m.chain and g.view = m.view
                                          and g.organization_id in ('', m.organization_id))))
                order by m.block_number, m.log_index limit $3"#,
            self.chain,
            self.view,
            limit,
        )
        .fetch_all(&self.pool)
        .await
        .map_err(while_doing("reading which matches are gone"))
    }

    /// The retraction of a match, or its return, stands on the ledger and was carried out.
    pub async fn carried_out(&self, gone: &Gone) -> Result<(), Error> {
        let (from, to) =
            if gone.returned { ("returned", "delivered") } else { ("orphaned", "retracted") };
        sqlx::query!(
            "update chain_matches set state = $3 where match_id = $1 and state = $2",
            gone.id,
            from,
            to,
        )
        .execute(&self.pool)
        .await
        .map(drop)
        .map_err(while_doing("noting that a match was taken back"))
    }

    /// Forgets matches in blocks before this one about which nothing is left to decide. Their ids
    /// stay claimed on the ledger.
    pub async fn forget_before(&self, number: i64) -> Result<(), Error> {
        sqlx::query!(
            "delete from chain_matches
              where chain = $1 and view = $2 and block_number < $3
                and state in ('withdrawn', 'delivered', 'skipped', 'retracted')",
            self.chain,
            self.view,
            number,
        )
        .execute(&self.pool)
        .await
        .map(drop)
        .map_err(while_doing("forgetting matches that are final"))
    }
}
