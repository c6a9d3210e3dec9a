//! The live lane of a chain: follows its head block by block, takes back what a reorganization
//! replaced, and leaves what was passed by while nobody watched to the backfill.

use std::sync::Arc;

use alloy_primitives::B256;
use tokio::sync::watch;

use super::reading::{Lookout, matches_in, signed, unsigned};
use super::roll::Roll;
use super::source::{ChainSource, Seen, Unread};
use crate::journal::{
    Advance, ChainView as View, ChainWatch, Cursor, Error, Gap, Leases, Mark, Place,
};
use crate::triggers::evm::{Link, MAX_LINKS, SeenBlock, Tail, Verdict};

/// So many blocks are followed in one beat at most, so that deliveries are not kept waiting.
const BLOCKS_A_BEAT: usize = 64;
/// A watcher that is so far behind goes on near the head, and the blocks between are a gap. It is
/// more than what is followed in two beats.
const FAR_BEHIND: u64 = 2 * BLOCKS_A_BEAT as u64;
/// How far before the head it goes on: behind it, a block is read by its number only, and that is
/// where reorganizations do not reach.
const RUN_UP: u64 = 64;

/// What may end a beat early.
#[derive(Debug, thiserror::Error)]
pub(super) enum Obstacle {
    /// The chain could not be read.
    #[error(transparent)]
    Unread(#[from] Unread),
    /// What was found could not be kept.
    #[error(transparent)]
    Journal(#[from] Error),
}

/// The live lane.
pub(super) struct Live {
    pub(super) chain: u64,
    pub(super) view: View,
    pub(super) source: Arc<dyn ChainSource>,
    pub(super) watch: ChainWatch,
    pub(super) leases: Leases,
    pub(super) roll: Roll,
    pub(super) lookout: watch::Sender<Option<Arc<Lookout>>>,
    pub(super) tail: Tail,
    pub(super) safe: u64,
    /// The head at the last look.
    pub(super) heard: Option<u64>,
    /// Nobody looks for anything, and that was noted.
    pub(super) resting: bool,
}

impl Live {
    /// Takes up where the chain was left; what is kept is read anew.
    pub(super) async fn take_up(&mut self, cursor: &Cursor) -> Result<(), Error> {
        let places = self.watch.places().await?;
        let links = places.iter().map(link).collect::<Result<Vec<_>, _>>()?;
        self.tail = Tail::new(links, unsigned(cursor.finalized));
        self.safe = unsigned(cursor.safe);
        Ok(())
    }

    /// One look at the chain. False while it is halted.
    pub(super) async fn beat(&mut self) -> Result<bool, Obstacle> {
        self.must_hold()?;
        self.resting = false;
        let seen = self.source.heads().await?;
        let Some(cursor) = self.watch.cursor().await? else {
            return self.begin(seen).await.map(|()| true);
        };
        if cursor.halted.is_some() {
            return Ok(false);
        }
        if cursor.hash.is_empty() {
            // A person let it go on, as it is now.
            self.tail = Tail::default();
            self.go_on_near(seen, Mark { number: cursor.number, hash: cursor.hash }).await?;
            return Ok(true);
        }
        if self.mark().is_none_or(|mark| mark.hash != cursor.hash) {
            self.take_up(&cursor).await?;
        }
        if self.lookout.borrow().as_ref().is_some_and(|it| it.epoch != cursor.epoch) {
            // Somebody entered or left the view.
            self.lookout.send_replace(None);
        }
        for _ in 0..BLOCKS_A_BEAT {
            self.must_hold()?;
            if !self.step(seen).await? {
                break;
            }
        }
        self.note(seen).await?;
        self.heard = Some(seen.head);
        Ok(true)
    }

    /// Nobody looks for anything on this chain: whoever comes back counts from then on.
    pub(super) async fn rest(&mut self) -> Result<(), Error> {
        if !self.resting {
            if let Some(presence) = self.watch.presence().await? {
                let has_own = |organization| presence.own.contains(&organization);
                if self.roll.is_wanted_beside(has_own) {
                    // Somebody came in who was not heard of yet.
                    return Ok(());
                }
                if self.watch.enrol(presence.epoch, &[], 0).await?.is_none() {
                    return Ok(());
                }
            }
            self.lookout.send_replace(None);
            (self.heard, self.resting) = (None, true);
        }
        Ok(())
    }

    /// Reads the roll where it has changed since. Who is new became live after the last look, and
    /// counts from what was not there then.
    async fn call_the_roll(&mut self, seen: Seen) -> Result<(), Error> {
        if self.roll.has_changed() || self.lookout.borrow().is_none() {
            let since = self.heard.unwrap_or(seen.head) + 1;
            let lookout = self.roll.call(&self.watch, since).await?;
            self.lookout.send_replace(lookout.map(Arc::new));
        }
        Ok(())
    }

    /// Begins at the head: what was before the first trigger is none of its business.
    async fn begin(&mut self, seen: Seen) -> Result<(), Obstacle> {
        let Some(block) = self.source.block(seen.head).await? else { return Ok(()) };
        self.watch.begin(&place(block.link), signed(seen.head)).await?;
        if let Some(cursor) = self.watch.cursor().await? {
            self.take_up(&cursor).await?;
        }
        Ok(self.call_the_roll(seen).await?)
    }

    /// Looks at the next block. False when there is nothing more to do now.
    async fn step(&mut self, seen: Seen) -> Result<bool, Obstacle> {
        let Some(tip) = self.tail.tip() else { return Ok(false) };
        let Some(next) = self.source.block(seen.head.min(tip.number + 1)).await? else {
            return Ok(false);
        };
        let mut walked = vec![next.link];
        loop {
            match self.tail.judge(&walked) {
                Verdict::Known | Verdict::Doubt => {
                    self.call_the_roll(seen).await?;
                    return Ok(false);
                }
                Verdict::Next if seen.head - tip.number > FAR_BEHIND => {
                    return self.go_on_near(seen, mark(tip)).await;
                }
                Verdict::Next => {
                    self.call_the_roll(seen).await?;
                    return self.follow(tip, &next, seen).await;
                }
                Verdict::Walk(hash) if walked.len() <= MAX_LINKS => {
                    let block = self.source.block_by_hash(hash).await?;
                    walked.push(block.ok_or(Unread::Missing(hash))?.link);
                }
                Verdict::Fork { ancestor } if self.is_agreed(&walked).await? => {
                    return self.rewind(tip, ancestor).await;
                }
                Verdict::Broken { below } if self.is_agreed(&walked).await? => {
                    return self.halt(tip, below).await;
                }
                Verdict::Walk(_) if self.is_agreed(&walked).await? => {
                    return self.halt(tip, next.link.number).await;
                }
                // One endpoint is alone with its branch.
                Verdict::Fork { .. } | Verdict::Broken { .. } | Verdict::Walk(_) => {
                    return Ok(false);
                }
            }
        }
    }

    /// Whether most of the endpoints have the branch that was walked: its first block, which is
    /// the last one of the walk.
    async fn is_agreed(&self, walked: &[Link]) -> Result<bool, Obstacle> {
        let Some(first) = walked.last() else { return Ok(false) };
        let agreed = self.source.agreed(first.number).await?;
        Ok(agreed.is_some_and(|block| block.link.hash == first.hash))
    }

    /// Reads the next block and keeps what matches in it.
    async fn follow(&mut self, tip: Link, next: &SeenBlock, seen: Seen) -> Result<bool, Obstacle> {
        let Some(lookout) = self.lookout.borrow().clone() else { return Ok(false) };
        let matches = matches_in(&self.source, &lookout, next).await?;
        let found = u64::try_from(matches.len()).unwrap_or(u64::MAX);
        let step = Advance {
            from: &mark(tip),
            to: &place(next.link),
            safe: signed(self.safe),
            finalized: signed(self.tail.finalized()),
            head: signed(seen.head),
            matches: &matches,
            epoch: lookout.epoch,
            forget_before: signed(next.link.number.saturating_sub(MAX_LINKS as u64)),
        };
        if !self.watch.advance(step).await? {
            let is_here = |it: &Cursor| it.hash == tip.hash.to_string() && it.halted.is_none();
            if self.watch.cursor().await?.as_ref().is_none_or(is_here) {
                // Somebody entered or left the view: the roll is called anew.
                self.lookout.send_replace(None);
                return Ok(false);
            }
            return overtaken();
        }
        self.tail.extend(next.link);
        let chain = self.chain.to_string();
        metrics::counter!(
            "chainkeel_chain_matches_total", "chain" => chain, "view" => self.view.kind()
        )
        .increment(found);
        Ok(true)
    }

    /// Goes on near the head; what lies between is read by the backfill.
    async fn go_on_near(&mut self, seen: Seen, from: Mark) -> Result<bool, Obstacle> {
        let next = unsigned(from.number) + 1;
        let run_up = seen.head.saturating_sub(RUN_UP);
        let finalized = seen.finalized.map_or(run_up, |(number, _)| number);
        let farthest = seen.head.saturating_sub(MAX_LINKS as u64);
        // Endpoints that have not come so far are followed from where they are.
        let at = run_up.min(finalized).max(farthest).max(next).min(seen.head);
        let Some(block) = self.source.block(at).await? else { return Ok(false) };
        let (next_block, last) = (signed(next), signed(at));
        let gap = Gap { next: next_block, last, organization: None };
        let gap = (next <= at).then_some(gap);
        if !self.watch.jump(&from, &place(block.link), signed(seen.head), gap).await? {
            return overtaken();
        }
        let (chain, blocks) = (self.chain, (at + 1).saturating_sub(next));
        tracing::info!(
            chain,
            blocks,
            "chain {chain} is followed from block {at} on; {blocks} blocks that were passed by are read besides"
        );
        self.tail.jump(block.link);
        Ok(true)
    }

    /// Takes back what was followed behind a block that both branches have.
    async fn rewind(&mut self, tip: Link, ancestor: u64) -> Result<bool, Obstacle> {
        let Some(to) = self.tail.at(ancestor) else { return overtaken() };
        if !self.watch.rewind(&mark(tip), &mark(to)).await? {
            return overtaken();
        }
        let (chain, depth) = (self.chain, tip.number - ancestor);
        tracing::warn!(
            chain,
            depth,
            "chain {chain} was reorganized: {depth} blocks behind block {ancestor} were replaced"
        );
        metrics::counter!(
            "chainkeel_chain_reorganizations_total",
            "chain" => chain.to_string(), "view" => self.view.kind()
        )
        .increment(1);
        self.tail.rewind(ancestor);
        Ok(true)
    }

    /// The chain contradicts what was final: nothing is guessed.
    async fn halt(&mut self, tip: Link, below: u64) -> Result<bool, Obstacle> {
        let chain = self.chain;
        let (number, finalized) = (tip.number, self.tail.finalized());
        let reason = format!(
            "its blocks from {below} on are others than those that were followed up to {number}, and \
             what is up to {finalized} was final: look which is true, then resume the watch"
        );
        self.watch.halt(&reason).await?;
        tracing::error!(chain, below, finalized, "the watch of chain {chain} is halted: {reason}");
        Ok(false)
    }

    /// Notes what the chain calls safe and final, as far as that was followed.
    async fn note(&mut self, seen: Seen) -> Result<(), Obstacle> {
        let Some(tip) = self.tail.tip() else { return Ok(()) };
        if let Some((number, hash)) = seen.finalized
            && number <= tip.number
        {
            self.tail.finalize(number, hash);
        }
        if let Some((number, hash)) = seen.safe
            && number <= tip.number
            && self.tail.at(number).is_none_or(|link| link.hash == hash)
        {
            self.safe = self.safe.max(number);
        }
        let (safe, finalized) = (signed(self.safe), signed(self.tail.finalized()));
        self.watch.note(&mark(tip), safe, finalized, signed(seen.head)).await?;
        self.measure(tip, seen);
        Ok(())
    }

    #[expect(clippy::cast_precision_loss, reason = "gauges; blocks stay far below 2^52")]
    fn measure(&self, tip: Link, seen: Seen) {
        // Gauges of many organizations would be many: `/v1/chain-watches` shows each.
        if self.view != View::Installation {
            return;
        }
        let chain = self.chain.to_string();
        metrics::gauge!("chainkeel_chain_head", "chain" => chain.clone()).set(seen.head as f64);
        metrics::gauge!("chainkeel_chain_cursor", "chain" => chain.clone()).set(tip.number as f64);
        let lag = seen.head.saturating_sub(tip.number);
        metrics::gauge!("chainkeel_chain_lag_blocks", "chain" => chain).set(lag as f64);
    }

    fn mark(&self) -> Option<Mark> {
        self.tail.tip().map(mark)
    }

    fn must_hold(&self) -> Result<(), Error> {
        if self.leases.alive() { Ok(()) } else { Err(Error::LeaseLost("the watch of a chain")) }
    }
}

/// Another process moved the cursor: it watches now.
fn overtaken() -> Result<bool, Obstacle> {
    Err(Error::LeaseLost("the watch of a chain").into())
}

fn mark(link: Link) -> Mark {
    Mark { number: signed(link.number), hash: link.hash.to_string() }
}

fn place(link: Link) -> Place {
    Place {
        number: signed(link.number),
        hash: link.hash.to_string(),
        parent: link.parent.to_string(),
    }
}

fn link(place: &Place) -> Result<Link, Error> {
    let hash = |text: &str| {
        text.parse::<B256>().map_err(|_| Error::Damaged(format!("{text} is no block's hash")))
    };
    Ok(Link {
        number: unsigned(place.number),
        hash: hash(&place.hash)?,
        parent: hash(&place.parent)?,
    })
}
