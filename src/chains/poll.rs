//! How far a chain has come: every endpoint that may be asked is asked.

use futures::future::join_all;
use serde_json::json;
use time::Duration;

use super::block::Header;
use super::catalogue::Finality;
use super::error::Error;
use super::fault::Fault;
use super::head::{self, Vote};
use super::health::{STALE, State};
use super::pool::{Node, Pool};
use super::reader::Heads;

/// What is final is asked for at most that often.
const FINALITY_EACH: Duration = Duration::seconds(2);
/// How many times it is looked further back for a block that is old enough.
const MAX_STEPS: usize = 8;

impl Pool {
    pub(super) async fn poll(&self) -> Result<Heads, Error> {
        let told = join_all(self.nodes.iter().map(|node| self.height(node))).await;
        let now = self.clock.now();
        let (mut votes, mut said) = (Vec::new(), Vec::new());
        let mut problems = Vec::new();
        for (node, told) in self.nodes.iter().zip(told) {
            match told {
                None => {}
                Some(Err(fault)) => problems.push(format!("{}: {fault}", node.host())),
                Some(Ok(head)) => {
                    said.push(head);
                    let mut health = node.health();
                    health.reported(head, now);
                    // Whoever has less than he had has no voice until he has it again.
                    if health.head() == Some(head) {
                        let stuck_for = health.stuck_for(now);
                        votes.push(Vote { endpoint: node.index(), head, stuck_for });
                    }
                }
            }
        }
        let before = self.believed(&said);
        let verdict = head::count(before, &votes, self.chain.patience(), STALE);
        for vote in &votes {
            let mut health = self.nodes[vote.endpoint].health();
            if verdict.lagging.contains(&vote.endpoint) { health.lags() } else { health.keeps_up() }
        }
        self.measure(verdict.head);
        let Some(latest) = verdict.head else {
            let problem = if problems.is_empty() {
                let told = self.standings_now().into_iter();
                let told = told.map(|node| format!("{} is {:?}", node.host, node.state));
                told.collect::<Vec<_>>().join(", ")
            } else {
                problems.join("; ")
            };
            return Err(Error::Unreachable { chain: self.chain.id, problem });
        };
        if before.is_none() {
            self.known().fall_back(latest);
        }
        let heads = self.known().advance(Heads { latest, safe: None, finalized: None });
        let (safe, finalized) = self.settled(before, latest).await;
        if safe.is_none() && finalized.is_none() {
            return Ok(heads);
        }
        Ok(self.known().advance(Heads { latest, safe, finalized }))
    }

    /// The head up to now. It is not believed any more when nobody has had it for long, while
    /// somebody answered: an endpoint had invented it.
    fn believed(&self, said: &[u64]) -> Option<u64> {
        let (patience, now) = (self.chain.patience(), self.clock.now());
        let mut known = self.known();
        let before = known.heads.map(|heads| heads.latest)?;
        if said.is_empty() {
            return Some(before);
        }
        if !said.iter().all(|head| head::is_below(*head, before, patience)) {
            known.lost_since = None;
            return Some(before);
        }
        let since = *known.lost_since.get_or_insert(now);
        if now - since < STALE {
            return Some(before);
        }
        let (chain, head) = (self.chain.slug.as_str(), before);
        tracing::warn!(
            chain,
            head,
            "no endpoint of chain {chain} has block {head}: it is forgotten"
        );
        None
    }

    /// The height of an endpoint, if it may be asked. A jump is believed of one that shows where it
    /// has jumped to.
    async fn height(&self, node: &Node) -> Option<Result<u64, Fault>> {
        let state = node.health().state(self.clock.now());
        match state {
            State::RateLimited(_) | State::Broken(_) | State::WrongChain(_) => None,
            State::Checking | State::Alive | State::Lagging => Some(match self.prove(node).await {
                Ok(()) => self.shown_height(node).await,
                Err(fault) => Err(fault),
            }),
        }
    }

    async fn shown_height(&self, node: &Node) -> Result<u64, Fault> {
        let height = self.heard(node, node.rpc.height()).await?;
        let before = self.known().heads.map_or(0, |heads| heads.latest);
        if !head::is_below(before, height, self.chain.patience()) {
            return Ok(height);
        }
        let shown = self.heard(node, async {
            let shown = self.header_call(node, height).await?;
            shown.ok_or_else(|| Fault::Invented(format!("the head {height}, which it has not")))
        });
        shown.await.map(|_| height)
    }

    /// What is safe and what is final, where it is time to ask and somebody can say so.
    async fn settled(&self, before: Option<u64>, latest: u64) -> (Option<u64>, Option<u64>) {
        let now = self.clock.now();
        let each = Duration::milliseconds(i64::try_from(self.chain.block_time_ms).unwrap_or(0));
        let is_due = {
            let mut known = self.known();
            let passed = known.finality_at.map(|at| now - at);
            let due = match passed {
                None => true,
                Some(passed) if before == Some(latest) => passed >= FINALITY_EACH,
                Some(passed) => passed >= FINALITY_EACH.min(each),
            };
            if due {
                known.finality_at = Some(now);
            }
            due
        };
        if !is_due {
            return (None, None);
        }
        match self.chain.finality {
            Finality::Confirmations(blocks) => (None, latest.checked_sub(blocks)),
            Finality::Tags => {
                let (safe, finalized) =
                    futures::join!(self.tagged("safe"), self.tagged("finalized"));
                let within = |number: &u64| *number <= latest;
                (safe.filter(within), finalized.filter(within))
            }
            Finality::Seconds(seconds) => (None, self.old_enough(latest, seconds).await),
        }
    }

    /// The highest block with a tag that a majority of the live endpoints has.
    async fn tagged(&self, tag: &'static str) -> Option<u64> {
        let now = self.clock.now();
        let live = self.nodes.iter().filter(|node| node.health().state(now) == State::Alive);
        let told = join_all(live.map(|node| self.tag_of(node, tag))).await;
        let mut told: Vec<u64> = told.into_iter().flatten().collect();
        told.sort_unstable_by(|one, other| other.cmp(one));
        told.get(told.len() / 2).copied()
    }

    async fn tag_of(&self, node: &Node, tag: &'static str) -> Option<u64> {
        let call = node.rpc.ask("eth_getBlockByNumber", vec![json!(tag), json!(false)]);
        let told: Result<Option<Header>, Fault> = self.heard(node, call).await;
        told.ok().flatten().map(|header| header.number)
    }

    /// The newest block that is known to be so many seconds older than the newest one.
    async fn old_enough(&self, latest: u64, seconds: u64) -> Option<u64> {
        let newest = self.header_at(latest).await.ok()??;
        let mut back = (seconds * 1_000).div_ceil(self.chain.block_time_ms.max(1));
        for _ in 0..MAX_STEPS {
            let number = latest.saturating_sub(back);
            let header = self.header_at(number).await.ok()??;
            if number == 0 || header.timestamp_s.saturating_add(seconds) <= newest.timestamp_s {
                return Some(number);
            }
            back = back.saturating_mul(2);
        }
        None
    }

    #[expect(clippy::cast_precision_loss, reason = "heights are far below 2^52")]
    fn measure(&self, head: Option<u64>) {
        if self.is_of_an_organization() {
            return;
        }
        let chain = self.chain.slug.as_str();
        if let Some(head) = head {
            metrics::gauge!("chainkeel_chain_head", "chain" => chain.to_owned()).set(head as f64);
        }
        for standing in self.standings_now() {
            let labels = [("chain", chain.to_owned()), ("host", standing.host.clone())];
            if let Some(head) = standing.head {
                metrics::gauge!("chainkeel_chain_endpoint_head", &labels).set(head as f64);
            }
            let state = f64::from(standing.state as u8);
            metrics::gauge!("chainkeel_chain_endpoint_state", &labels).set(state);
        }
    }
}
