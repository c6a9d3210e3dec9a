//! `wait-for-transaction`: waits until a transaction is in a block, and the block is sure enough.
//!
//! It looks in the rhythm of the chain, and keeps nothing: after a crash it begins anew, and finds what
//! there is.

use std::time::Duration;

use engine::{Failure, FailureCategory};
use futures::FutureExt as _;
use futures::future::BoxFuture;
use serde_json::{Map, Value, json};
use tokio::time::{Instant, sleep_until};

use super::asking::{Answered, Chain};
use super::failure::unread;
use super::get_transaction::mined;
use super::told;
use super::watch::{Look, Watch};
use crate::chains::{self, At, Error, Header, Heads, Outcome, Receipt};
use crate::onchain::WaitFor;
use crate::primitives::ChainId;

/// How much sooner than its attempt the wait ends, so that it is the one to say so.
const HEAD_START: Duration = Duration::from_millis(500);
/// The least and the most time between two looks, in milliseconds.
const LOOKS: (u64, u64) = (250, 4_000);

impl Answered for WaitFor {
    const WAITS: bool = true;

    fn chain(&self) -> ChainId {
        self.chain
    }

    fn answer(self, chain: Chain) -> BoxFuture<'static, Result<Value, Failure>> {
        async move {
            let longest = chain.timeout.saturating_sub(HEAD_START);
            let deadline = Instant::now() + self.limit.map_or(longest, |limit| limit.min(longest));
            watched(&self, &chain, deadline).await
        }
        .boxed()
    }
}

/// What a look found beside what it showed.
struct Found {
    look: Look,
    mined: Option<(Receipt, Header, Heads)>,
}

async fn watched(asked: &WaitFor, chain: &Chain, deadline: Instant) -> Result<Value, Failure> {
    let each = chains::Chain::of(chain.id).map_or(LOOKS.1 / 2, |chain| chain.block_time_ms);
    let each = Duration::from_millis(each.clamp(LOOKS.0, LOOKS.1));
    let mut watch = Watch::new(asked.until, asked.sender);
    loop {
        let next = (Instant::now() + each).min(deadline);
        let looked = look(asked, chain, &mut watch).await;
        let is_late = Instant::now() >= deadline;
        match looked {
            Ok(found) => {
                let is_over = watch.is_over(&found.look);
                if is_over || is_late {
                    return told(asked, chain, &watch, found, !is_over);
                }
            }
            // Nobody knows at the moment; that is no news of the transaction.
            Err(failure) if failure.retryable && !is_late => {}
            Err(failure) => return Err(failure),
        }
        sleep_until(next).await;
    }
}

async fn look(asked: &WaitFor, chain: &Chain, watch: &mut Watch) -> Result<Found, Failure> {
    let reader = &*chain.reader;
    let failed = |error: Error| unread(&error);
    let receipt = reader.receipt(asked.hash).await.map_err(failed)?;
    if let Some((receipt, block)) = mined(chain, receipt).await? {
        let heads = reader.heads().await.map_err(failed)?;
        let is_settled = watch.settled(&heads).is_some_and(|settled| block.number <= settled);
        let look = Look::In { block: block.hash, is_settled };
        return Ok(Found { look, mined: Some((receipt, block, heads)) });
    }
    let look = if let Some(sent) = reader.transaction(asked.hash).await.map_err(failed)? {
        watch.sender = Some((sent.from, sent.nonce));
        Look::Waiting
    } else if is_replaced(asked, chain, watch).await? {
        Look::Replaced
    } else {
        Look::Nowhere
    };
    Ok(Found { look, mined: None })
}

/// Whether another transaction of the sender has the number of this one, in a block that is as sure as
/// was asked for.
async fn is_replaced(asked: &WaitFor, chain: &Chain, watch: &Watch) -> Result<bool, Failure> {
    let Some((sender, number)) = watch.sender else { return Ok(false) };
    let failed = |error: Error| unread(&error);
    let reader = &*chain.reader;
    let heads = reader.heads().await.map_err(failed)?;
    let Some(settled) = watch.settled(&heads) else { return Ok(false) };
    let Some(block) = reader.block_at(At::Number(settled)).await.map_err(failed)? else {
        return Ok(false);
    };
    let sent = reader.nonce(sender, &block).await.map_err(failed)?;
    if sent.is_none_or(|sent| sent <= number) {
        return Ok(false);
    }
    // It may have come into that very block since it was looked for.
    let receipt = reader.receipt(asked.hash).await.map_err(failed)?;
    Ok(receipt.is_none())
}

fn told(
    asked: &WaitFor,
    chain: &Chain,
    watch: &Watch,
    found: Found,
    timed_out: bool,
) -> Result<Value, Failure> {
    let mut result = Map::new();
    result.insert("chainId".to_owned(), chain.id.0.into());
    result.insert("transactionHash".to_owned(), json!(asked.hash));
    result.insert("timedOut".to_owned(), timed_out.into());
    result.insert("reorganizations".to_owned(), watch.moves.into());
    let status = match (found.look, &found.mined) {
        (Look::In { .. }, Some((receipt, block, heads))) => {
            if asked.fails && receipt.status == Outcome::Reverted {
                return Err(reverted(asked));
            }
            told::at(&mut result, chain.id, block);
            let confirmations = heads.latest.saturating_sub(block.number);
            result.insert("confirmations".to_owned(), confirmations.into());
            if let Value::Object(receipt) = told::receipt(receipt) {
                result.extend(receipt);
            }
            told::status(receipt)
        }
        (Look::Waiting, _) => "pending",
        (Look::Replaced, _) => "replaced",
        (Look::Nowhere, _) | (Look::In { .. }, None) => watch.absent(),
    };
    result.insert("status".to_owned(), status.into());
    Ok(Value::Object(result))
}

fn reverted(asked: &WaitFor) -> Failure {
    let message = format!(
        "transaction {} is in a block, and was undone: `debug-transaction` says why",
        asked.hash
    );
    Failure::lasting("transaction_reverted", FailureCategory::Onchain, message)
}
