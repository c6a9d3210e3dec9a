//! From a block to what matches in it.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use alloy_primitives::B256;

use super::roll::Enrolled;
use super::source::{ChainSource, RawLog, RawReceipt, Unread};
use crate::journal::{Level, Match};
use crate::primitives::OrganizationId;
use crate::triggers::evm::{
    Armed, Delivery, Found, Matcher, SeenBlock, SeenLog, SeenTransaction, Wanted, What,
};

/// All triggers of a view of a chain, and what has to be read for them.
#[derive(Debug)]
pub(super) struct Lookout {
    pub(super) chain: u64,
    /// When they were called, by the epoch of the view.
    pub(super) epoch: i64,
    pub(super) armed: Vec<Arc<Armed<Enrolled>>>,
    pub(super) matcher: Matcher<Enrolled>,
    pub(super) wanted: Wanted,
    /// Whether blocks themselves match, so that none may be passed by.
    pub(super) every_block: bool,
}

impl Lookout {
    /// Looks for what these ask for.
    pub(super) fn of(chain: u64, armed: Vec<Arc<Armed<Enrolled>>>, epoch: i64) -> Self {
        let every_block = armed.iter().any(|it| matches!(it.asked.what, What::Blocks(_)));
        let matcher = Matcher::new(armed.iter().cloned());
        let wanted = matcher.wanted();
        Self { chain, epoch, armed, matcher, wanted, every_block }
    }

    /// What of it one organization asks for.
    pub(super) fn only(&self, organization: OrganizationId) -> Self {
        let of_it = self.armed.iter().filter(|it| {
            let subscription = &it.subscription.subscription;
            subscription.organization == organization
        });
        Self::of(self.chain, of_it.cloned().collect(), self.epoch)
    }
}

/// Everything that matches in one block. Its logs, transactions and receipts are asked for by its
/// hash, so that they belong together whatever the chain does meanwhile.
pub(super) async fn matches_in(
    source: &Arc<dyn ChainSource>,
    lookout: &Lookout,
    block: &SeenBlock,
) -> Result<Vec<Match>, Unread> {
    let mut logs = BTreeMap::new();
    for query in &lookout.wanted.queries {
        for log in source.logs(block.link.hash, query).await? {
            logs.insert(log.index, log);
        }
    }
    sift(lookout, block.link.number, &mut logs);
    judge(source, lookout, block, logs).await
}

/// Leaves of the logs of a block those that match, and counts those that could not be read. Neither
/// the block nor its receipts are asked for on account of a log that nobody wants.
pub(super) fn sift(lookout: &Lookout, number: u64, logs: &mut BTreeMap<u64, RawLog>) {
    let mut unread = 0;
    logs.retain(|_, log| {
        let weighed = lookout.matcher.weigh(number, log.address, &log.topics, &log.data);
        unread += weighed.unread;
        weighed.is_wanted
    });
    if unread > 0 {
        let unread = u64::try_from(unread).unwrap_or(u64::MAX);
        metrics::counter!("chainkeel_chain_logs_unread_total", "chain" => lookout.chain.to_string())
            .increment(unread);
    }
}

/// The same, for logs that were read and sifted before.
pub(super) async fn judge(
    source: &Arc<dyn ChainSource>,
    lookout: &Lookout,
    block: &SeenBlock,
    logs: BTreeMap<u64, RawLog>,
) -> Result<Vec<Match>, Unread> {
    let hash = block.link.hash;
    let matcher = &lookout.matcher;
    if let Some(stray) = logs.values().find(|log| log.block.hash != hash) {
        let how = format!("a log is said to be in {}", stray.block.hash);
        return Err(Unread::Contradiction { block: hash, how });
    }
    let mut transactions = Vec::new();
    if lookout.wanted.transactions {
        transactions = source.transactions(hash).await?;
        transactions.retain(|it| matcher.looks_at(it.hash, it.from, it.to, it.value));
    }
    let mut found = Vec::new();
    matcher.block(block, &mut found);
    // One question for all of them: which ordinal a log has in its transaction, and how the
    // transaction ended, stands in its receipt and nowhere else.
    if !logs.is_empty() || !transactions.is_empty() {
        let receipts = source.receipts(hash).await?;
        let receipts: HashMap<B256, RawReceipt> =
            receipts.into_iter().map(|receipt| (receipt.transaction, receipt)).collect();
        let receipt = |transaction: &B256| {
            receipts.get(transaction).ok_or_else(|| Unread::Contradiction {
                block: hash,
                how: format!("there is no receipt of its transaction {transaction}"),
            })
        };
        let ordinals: HashMap<(B256, u64), u64> = receipts
            .values()
            .flat_map(|it| {
                it.logs.iter().zip(0..).map(|(at, ordinal)| ((it.transaction, *at), ordinal))
            })
            .collect();
        for log in logs.into_values() {
            receipt(&log.transaction)?;
            let ordinal =
                ordinals.get(&(log.transaction, log.index)).copied().ok_or_else(|| {
                    let (index, transaction) = (log.index, log.transaction);
                    let how =
                        format!("log {index} is not in the receipt of transaction {transaction}");
                    Unread::Contradiction { block: hash, how }
                })?;
            let RawLog { address, topics, data, transaction, block: _, index } = log;
            let log = SeenLog { address, topics, data, transaction, ordinal, index };
            matcher.log(block, &log, &mut found);
        }
        for it in transactions {
            let outcome = receipt(&it.hash)?.outcome;
            let seen = SeenTransaction {
                hash: it.hash,
                from: it.from,
                to: it.to,
                value: it.value,
                index: it.index,
                outcome,
            };
            matcher.transaction(block, &seen, &mut found);
        }
    }
    Ok(rows(block, found))
}

/// What matched, as it is kept; each id once.
fn rows(block: &SeenBlock, found: Vec<Found<'_, Enrolled>>) -> Vec<Match> {
    let mut rows = BTreeMap::new();
    for (at, found) in found.into_iter().enumerate() {
        let Found { armed, identity, body, log_index } = found;
        let subscription = &armed.subscription.subscription;
        let id = identity.trigger_id(&armed.subscription.name, block.chain);
        let row = Match {
            id: id.clone(),
            organization: subscription.organization,
            subscriber: armed.subscription.name.clone(),
            kind: subscription.kind,
            transaction: identity.transaction().map(|hash| hash.to_string()),
            block_number: signed(block.link.number),
            block_hash: block.link.hash.to_string(),
            log_index: log_index.map(signed),
            level: match armed.asked.delivery {
                Delivery::Seen => Level::Seen,
                Delivery::Confirmations(blocks) => Level::Confirmations(signed(blocks)),
                Delivery::Safe => Level::Safe,
                Delivery::Finalized => Level::Finalized,
            },
            on_reorg: armed.asked.on_reorg.name(),
            patience: signed(armed.asked.delivery.patience()),
            body: body.to_string(),
        };
        rows.entry(id).or_insert((at, row));
    }
    let mut rows: Vec<_> = rows.into_values().collect();
    rows.sort_by_key(|(at, _)| *at);
    rows.into_iter().map(|(_, row)| row).collect()
}

/// A block's number as the database has it. No chain comes near the end of it.
pub(super) fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// The other way round.
pub(super) fn unsigned(number: i64) -> u64 {
    u64::try_from(number).unwrap_or_default()
}
