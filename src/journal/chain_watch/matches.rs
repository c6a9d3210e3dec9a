//! What matched on a chain, written with the cursor that passes it.

use sqlx::PgConnection;

use super::cursor::ChainWatch;
use crate::journal::Error;
use crate::journal::error::while_doing;
use crate::primitives::OrganizationId;

/// How sure a match has to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// Its block is seen.
    Seen,
    /// So many blocks stand on its block.
    Confirmations(i64),
    /// The chain calls its block safe.
    Safe,
    /// The chain calls its block final.
    Finalized,
}

/// Something that matched.
#[derive(Debug, Clone)]
pub struct Match {
    /// Its id: the same one starts no second run.
    pub id: String,
    /// Whose trigger it matched.
    pub organization: OrganizationId,
    /// Whom the trigger is for.
    pub subscriber: String,
    /// The kind of the trigger.
    pub kind: &'static str,
    /// The transaction, where it is about one.
    pub transaction: Option<String>,
    /// The block.
    pub block_number: i64,
    /// Its hash.
    pub block_hash: String,
    /// The log's index in the block.
    pub log_index: Option<i64>,
    /// How sure it has to be.
    pub level: Level,
    /// What becomes of its run when the chain takes it back.
    pub on_reorg: &'static str,
    /// So many blocks later at the latest it has to be there again after a reorganization.
    pub patience: i64,
    /// With what the run begins, as JSON.
    pub body: String,
}

impl Level {
    const fn name(self) -> &'static str {
        match self {
            Self::Seen => "seen",
            Self::Confirmations(_) => "confirmations",
            Self::Safe => "safe",
            Self::Finalized => "finalized",
        }
    }

    const fn confirmations(self) -> i64 {
        match self {
            Self::Confirmations(blocks) => blocks,
            Self::Seen | Self::Safe | Self::Finalized => 0,
        }
    }
}

/// Writes matches of organizations that are in the view: who left it meanwhile finds them where it
/// went. One that was found before keeps what became of it, and has new evidence: what was
/// withdrawn waits again, what was orphaned keeps its run.
pub(super) async fn put(
    connection: &mut PgConnection,
    watch: &ChainWatch,
    matches: &[Match],
) -> Result<(), Error> {
    if matches.is_empty() {
        return Ok(());
    }
    let column = |of: fn(&Match) -> String| matches.iter().map(of).collect::<Vec<_>>();
    let numbers = |of: fn(&Match) -> i64| matches.iter().map(of).collect::<Vec<_>>();
    let transactions: Vec<_> = matches.iter().map(|it| it.transaction.clone()).collect();
    let indexes: Vec<_> = matches.iter().map(|it| it.log_index).collect();
    sqlx::query!(
        "insert into chain_matches as m (
           chain, match_id, organization_id, subscriber, kind, transaction, block_number, block_hash,
           log_index, level, confirmations, on_reorg, patience, body, view, state)
         select $1, u.*, $15, 'waiting'
           from unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bigint[],
                       $8::text[], $9::bigint[], $10::text[], $11::bigint[], $12::text[],
                       $13::bigint[], $14::text[]) u (match_id, organization_id)
          where $15 = coalesce((select v.organization_id from chain_views v
                                 where v.chain = $1 and v.organization_id = u.organization_id and v.own),
                               'installation')
             on conflict (match_id) do update
            set view = excluded.view, block_number = excluded.block_number, block_hash = excluded.block_hash,
                log_index = excluded.log_index, body = excluded.body, gone_at = null,
                state = case m.state when 'withdrawn' then 'waiting' when 'orphaned' then 'delivered'
                                     when 'retracted' then 'returned' else m.state end",
        watch.chain,
        &column(|it| it.id.clone()),
        &column(|it| it.organization.to_string()),
        &column(|it| it.subscriber.clone()),
        &column(|it| it.kind.to_owned()),
        &transactions as _,
        &numbers(|it| it.block_number),
        &column(|it| it.block_hash.clone()),
        &indexes as _,
        &column(|it| it.level.name().to_owned()),
        &numbers(|it| it.level.confirmations()),
        &column(|it| it.on_reorg.to_owned()),
        &numbers(|it| it.patience),
        &column(|it| it.body.clone()),
        watch.view,
    )
    .execute(connection)
    .await
    .map(drop)
    .map_err(while_doing("writing what matched on a chain"))
}

/// What stood behind a block stands there no longer.
pub(super) async fn orphan(
    connection: &mut PgConnection,
    watch: &ChainWatch,
    behind: i64,
    head: i64,
) -> Result<(), Error> {
    sqlx::query!(
        "update chain_matches
            set state = case state when 'waiting' then 'withdrawn' else 'orphaned' end,
                gone_at = case state when 'waiting' then null else $4 + patience end
          where chain = $1 and view = $2 and block_number > $3 and state in ('waiting', 'delivered', 'returned')",
        watch.chain,
        watch.view,
        behind,
        head,
    )
    .execute(connection)
    .await
    .map(drop)
    .map_err(while_doing("orphaning what matched on a chain"))
}
