//! `chainkeel chain-watch`: how far chains were followed, and letting one go on that was halted.

use clap::{Args, Subcommand};
use serde_json::json;
use sqlx::PgPool;

use super::config::begin;
use super::failure::Failure;
use super::migrate::database;
use super::print::{line, print_json};
use crate::config::{Flags, Surroundings};
use crate::journal::{ChainStanding, ChainWatch, pool};

/// Shows how far chains were followed, and lets one go on that was halted
#[derive(Debug, Args)]
pub(super) struct ChainWatches {
    #[command(flatten)]
    flags: Flags,
    /// Print JSON for programs instead of text for people
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// How far each chain was followed, and what is still to be read
    List,
    /// Follow a chain again that was halted, as it is now, from a block on
    Resume {
        /// The chain's id
        chain: u64,
        /// The first block that is read again: the one from which on the chain was another
        #[arg(long)]
        from: u32,
    },
}

impl ChainWatches {
    pub(super) fn run(self) -> Result<(), Failure> {
        let config = begin(&self.flags, &Surroundings::read())?;
        let database = database(&config)?;
        actix_rt::System::new().block_on(async {
            let pool = pool::serving(&database, 2);
            let done = match self.what {
                What::List => list(&pool, self.json).await,
                What::Resume { chain, from } => resume(&pool, chain, from.into(), self.json).await,
            };
            pool.close().await;
            done
        })
    }
}

async fn list(pool: &PgPool, json: bool) -> Result<(), Failure> {
    let standings = ChainStanding::list(pool).await.map_err(|error| Failure::of(&error))?;
    if json {
        let rows: Vec<_> = standings
            .iter()
            .map(|it| {
                json!({
                    "chainId": it.chain, "cursor": it.number, "head": it.head,
                    "safe": it.safe, "finalized": it.finalized, "backfill": it.backfill,
                    "waiting": it.waiting, "orphaned": it.orphaned, "halted": it.halted,
                })
            })
            .collect();
        print_json(&json!({ "items": rows }));
        return Ok(());
    }
    if standings.is_empty() {
        line("no chain is watched: publish a workflow with a trigger such as `evm-log`");
    }
    for it in standings {
        let lag = (it.head - it.number).max(0);
        line(&format!(
            "chain {}  block {} of {} ({lag} behind)  final {}  to backfill {}  waiting {}  orphaned {}",
            it.chain, it.number, it.head, it.finalized, it.backfill, it.waiting, it.orphaned
        ));
        if let Some(reason) = it.halted {
            line(&format!("  halted: {reason}"));
            line(&format!("  try: chainkeel chain-watch resume {} --from BLOCK", it.chain));
        }
    }
    Ok(())
}

async fn resume(pool: &PgPool, chain: u64, from: i64, json: bool) -> Result<(), Failure> {
    let resumed = ChainWatch::new(pool.clone(), chain).resume(from).await;
    if !resumed.map_err(|error| Failure::of(&error))? {
        return Err(Failure::new(format!("the watch of chain {chain} is not halted"))
            .cure("`chainkeel chain-watch list` shows how chains are followed"));
    }
    if json {
        print_json(&json!({ "chainId": chain, "from": from }));
    } else {
        line(&format!("chain {chain} is followed again, from block {from} on"));
    }
    Ok(())
}
