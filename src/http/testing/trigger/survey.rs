//! What a trigger of a chain would have found in blocks that are there.

use std::sync::Arc;
use std::time::Duration;

use engine::Node;
use tokio::time::{Instant, timeout};

use super::occasion::{Blocks, Whose, settings_refused, unfit};
use super::test::{Tested, TriggerFiring};
use crate::actors::detector::chain_watcher::{Bounds, Survey, Surveyed, survey};
use crate::http::api::Api;
use crate::http::problem::{Code, Problem};
use crate::triggers::evm::{Asked, CHAIN_KINDS};
use crate::triggers::{Subscriber, Subscription};

/// How many blocks may be asked for.
const MAX_BLOCKS: u32 = 10_000;
/// How many firings are told.
const MAX_FIRINGS: usize = 200;
/// How long blocks are read before the answer says where to go on.
const TIME: Duration = Duration::from_secs(10);
/// How long the last question may take beyond that.
const PATIENCE: Duration = Duration::from_secs(15);
/// When to try again where the chain cannot be read.
const RETRY_AFTER: Duration = Duration::from_secs(5);

/// Looks for what the trigger asks for.
pub(super) async fn blocks(
    api: &Api,
    whose: Whose,
    blocks: Blocks,
    root: &Node,
) -> Result<Tested, Problem> {
    let wrong = |place: &str, message: String| Problem::new(Code::InvalidBody).at(place, message);
    let asked = Asked::read(&root.kind, &root.payload).ok_or_else(|| unfit("blocks", root))?;
    let asked = asked.map_err(settings_refused)?;
    let kind = CHAIN_KINDS.into_iter().find(|kind| *kind == &*root.kind);
    let kind = kind.ok_or_else(|| unfit("blocks", root))?;
    let Blocks { from, to } = blocks;
    let to = to.unwrap_or_else(|| from.saturating_add(MAX_BLOCKS - 1));
    if to < from || to - from >= MAX_BLOCKS {
        let message = format!("must be from `from` on, and of at most {MAX_BLOCKS} blocks");
        return Err(wrong("/with/blocks/to", message));
    }
    let chain = asked.chain;
    let source = api.chains.open(whose.organization, chain).await?.ok_or_else(|| {
        let message = format!(
            "no endpoint of chain {chain} is known here: name yours with `PUT /v1/chains/{chain}/endpoints`, or those of the installation with `chains.endpoints`"
        );
        wrong("/with/blocks", message)
    })?;
    let subscription = Subscription {
        organization: whose.organization,
        subscriber: Subscriber::Workflow(whose.workflow),
        version: whose.version,
        since: None,
        kind,
        payload: Arc::clone(&root.payload),
        connector: None,
        lane: engine::Lane::Default,
    };
    let bounds = Bounds { most: MAX_FIRINGS, until: Instant::now() + TIME };
    let range = u64::from(from)..=u64::from(to);
    let looked =
        timeout(TIME + PATIENCE, survey(&source, asked, subscription, range, bounds)).await;
    let unread = |error: &dyn std::fmt::Display| {
        let message = format!("chain {chain} cannot be read now: {error}");
        Problem::new(Code::ChainUnread).because(message).retry_after(RETRY_AFTER)
    };
    let Survey { head, found, next } = match looked {
        Ok(Ok(survey)) => survey,
        Ok(Err(error)) => return Err(unread(&error)),
        Err(elapsed) => return Err(unread(&elapsed)),
    };
    if head < u64::from(from) {
        let message = format!("chain {chain} has come to block {head} only");
        return Err(wrong("/with/blocks/from", message));
    }
    let firings: Vec<_> = found.into_iter().map(firing).collect();
    let mut tested = if firings.is_empty() {
        Tested::nothing("nothing in the blocks that were read matches")
    } else {
        Tested::fires(firings)
    };
    tested.read_to = Some(next.map_or(head.min(to.into()), |next| next.saturating_sub(1)));
    tested.next_block = next;
    Ok(tested)
}

fn firing(Surveyed { id, block, hash, body }: Surveyed) -> TriggerFiring {
    let at = body.get("triggeredAt").and_then(|at| at.as_str()).map(str::to_owned);
    let mut firing = TriggerFiring::telling(Arc::new(body));
    firing.id = Some(id);
    firing.at = at;
    firing.block = Some(block);
    firing.block_hash = Some(hash);
    firing
}
