//! How far a chain has come: every endpoint that may be asked is asked.

use futures::future::join_all;
use serde_json::json;
use time::Duration;

use super::block::Header;
use super::catalogue::Finality;
use super::error::Error;
use super::fault::Fault;
use super::head::{self, Vote};
use super::health::State;
use super::pool::{Node, Pool};
use super::reader::Heads;

/// How long a head that does not rise is believed while others rise.
const STALE: Duration = Duration::seconds(30);
/// What is final is asked for at most that often.
const FINALITY_EACH: Duration = Duration::seconds(2);
/// How many times it is looked further back for a block that is old enough.
const MAX_STEPS: usize = 8;

impl Pool {
    pub(super) async fn poll(&self) -> Result<Heads, Error> {
        let told = join_all(self.nodes.iter().map(|node| self.height(node))).await;
        let now = self.clock.now();
        let mut votes = Vec::new();
        let mut problems = Vec::new();
        for (node, told) in self.nodes.iter().zip(told) {
            match told {
                None => {}
                Some(Err(fault)) => problems.push(format!("{}: {fault}", node.host())),
                Some(Ok(head)) => {
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
        let before = self.known().heads.map(|heads| heads.latest);
        let verdict = head::count(before, &votes, self.chain.patience(), STALE);
        for vote in &votes {
            let mut health = self.nodes[vote.endpoint].health();
            if verdict.lagging.contains(&vote.endpoint) { health.lags() } else { health.keeps_up() }
        }
        self.measure(verdict.head);
        let Some(latest) = verdict.head else {
            let problem = if problems.is_empty() {
                let told = self.standings().into_iter();
                let told = told.map(|node| format!("{} is {:?}", node.host, node.state));
                told.collect::<Vec<_>>().join(", ")
            } else {
                problems.join("; ")
            };
            return Err(Error::Unreachable { chain: self.chain.id, problem });
        };
        let heads = self.known().advance(Heads { latest, safe: None, finalized: None });
        let (safe, finalized) = self.settled(before, latest).await;
        if safe.is_none() && finalized.is_none() {
            return Ok(heads);
        }
        Ok(self.known().advance(Heads { latest, safe, finalized }))
    }

    /// The height of an endpoint, if it may be asked.
    async fn height(&self, node: &Node) -> Option<Result<u64, Fault>> {
        let state = node.health().state(self.clock.now());
        match state {
            State::RateLimited(_) | State::Broken(_) | State::WrongChain(_) => None,
            State::Checking | State::Alive | State::Lagging => Some(match self.prove(node).await {
                Ok(()) => self.heard(node, node.rpc.height()).await,
                Err(fault) => Err(fault),
            }),
        }
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
        let chain = self.chain.slug.as_str();
        if let Some(head) = head {
            metrics::gauge!("chainkeel_chain_head", "chain" => chain.to_owned()).set(head as f64);
        }
        for standing in self.standings() {
            let labels = [("chain", chain.to_owned()), ("host", standing.host.clone())];
            if let Some(head) = standing.head {
                metrics::gauge!("chainkeel_chain_endpoint_head", &labels).set(head as f64);
            }
            let state = f64::from(standing.state as u8);
            metrics::gauge!("chainkeel_chain_endpoint_state", &labels).set(state);
        }
    }
}
