//! What a chain says of an authorization to pay: whether it was carried out, and whether it still can be.

use std::collections::BTreeSet;

use alloy_primitives::{Address, B256, Bytes, U256};

use crate::actors::wallets::hindrance::Hindrance;
use crate::chains::{Called, ChainReader, Header, LogFilter, Message};
use crate::x402::{Authorization, State};

/// How many stretches of blocks are looked through for the log of a transfer.
const STRETCHES: usize = 64;
/// How many blocks before the one that was noted are looked through, too: it may have been replaced.
const BEFORE: u64 = 32;

/// What a chain says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Seen {
    /// Nobody has carried it out, and somebody still may.
    Free,
    /// Nobody has, and its time is over in this final block.
    Dead(B256, u64),
    /// It was carried out by this transaction.
    Carried(B256),
    /// Its nonce is used, and no transfer used it: its payer has cancelled it.
    Cancelled,
    /// Its nonce is used, and nobody noted since when it should be looked for.
    Unclear,
}

/// Looks for it, from the block that was noted when it was presented or signed.
pub(super) async fn seen(
    nodes: &dyn ChainReader,
    asset: Address,
    it: &Authorization,
    since: Option<u64>,
) -> Result<Seen, Hindrance> {
    let heads = nodes.heads().await?;
    let head = nodes.header(heads.latest).await?.ok_or(Hindrance::Moving)?;
    if state(nodes, asset, it, &head).await? == State::Used {
        let Some(since) = since else { return Ok(Seen::Unclear) };
        let hash = transfer(nodes, asset, it, (since.saturating_sub(BEFORE), head.number)).await?;
        return Ok(hash.map_or(Seen::Cancelled, Seen::Carried));
    }
    let Some(finalized) = heads.finalized else { return Ok(Seen::Free) };
    let finalized = nodes.header(finalized).await?.ok_or(Hindrance::Moving)?;
    if U256::from(finalized.timestamp_s) < it.valid_before {
        return Ok(Seen::Free);
    }
    match state(nodes, asset, it, &finalized).await? {
        State::Free => Ok(Seen::Dead(finalized.hash, finalized.number)),
        State::Used => Err(Hindrance::Moving),
    }
}

/// What the token says of the nonce at a block.
async fn state(
    nodes: &dyn ChainReader,
    asset: Address,
    it: &Authorization,
    block: &Header,
) -> Result<State, Hindrance> {
    let told = returned(nodes, asset, it.asks_state(), block).await?;
    State::of(&told).ok_or(Hindrance::NoToken(asset))
}

/// What a payer has of a token at the newest block, and the number of that block.
pub(super) async fn balance(
    nodes: &dyn ChainReader,
    asset: Address,
    it: &Authorization,
) -> Result<(U256, u64), Hindrance> {
    let head = head(nodes).await?;
    let told = returned(nodes, asset, it.asks_balance(), &head).await?;
    let balance = U256::try_from_be_slice(&told).filter(|_| told.len() == 32);
    Ok((balance.ok_or(Hindrance::NoToken(asset))?, head.number))
}

/// The newest block that most endpoints have.
pub(super) async fn head(nodes: &dyn ChainReader) -> Result<Header, Hindrance> {
    let latest = nodes.heads().await?.latest;
    nodes.header(latest).await?.ok_or(Hindrance::Moving)
}

async fn returned(
    nodes: &dyn ChainReader,
    to: Address,
    data: Bytes,
    block: &Header,
) -> Result<Bytes, Hindrance> {
    let message = Message { to: Some(to), data, ..Message::default() };
    match nodes.call(&message, block).await?.ok_or(Hindrance::Moving)? {
        Called::Returned(bytes) => Ok(bytes),
        Called::Undone(_) => Err(Hindrance::NoToken(to)),
    }
}

/// The transaction that carried it out, between these blocks.
async fn transfer(
    nodes: &dyn ChainReader,
    asset: Address,
    it: &Authorization,
    (first, last): (u64, u64),
) -> Result<Option<B256>, Hindrance> {
    let [event, payer, nonce] = it.used_topics().map(|topic| BTreeSet::from([topic]));
    let topics = [event, payer, nonce, BTreeSet::new()];
    let filter = LogFilter { addresses: BTreeSet::from([asset]), topics };
    let mut next = first;
    for _ in 0..STRETCHES {
        if next > last {
            return Ok(None);
        }
        let span = nodes.logs_in(next..=last, &filter).await?;
        if let Some(log) = span.logs.first() {
            return Ok(Some(log.transaction_hash));
        }
        next = span.read.end().saturating_add(1);
    }
    Err(Hindrance::Moving)
}
