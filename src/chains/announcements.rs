//! What nodes say over WebSockets: that there is a new block. It rings, and nothing more: what the
//! block is, and whether it is there at all, is asked of the nodes as ever.

use std::time::Duration;

use alloy_primitives::B256;
use futures::future::join_all;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::Notify;
use tokio::time::{Instant, sleep, sleep_until};

use super::pool::{Node, Pool};
use super::quantity;
use crate::egress::{HeaderMap, SocketError, socket_pause};

/// The largest message that is taken: the head of a block is far smaller.
const MAX_MESSAGE_BYTES: usize = 256 * 1024;
/// How long the answer to the subscription may take.
const ANSWER: Duration = Duration::from_secs(10);
/// After so many blocks' time without an announcement a stream is looked into, within these bounds.
const SILENT_BLOCKS: u64 = 8;
const SILENCE: std::ops::RangeInclusive<u64> = 3_000..=120_000;
/// How often a chain that stands still may be silent before the connection is made anew all the same.
const STILL: u32 = 16;
/// How many messages in a row may be none.
const MAX_NONSENSE: u32 = 64;
/// A block that is announced may not be there yet: it rings again after this time, then after twice
/// as long, so often.
const ECHO: Duration = Duration::from_millis(150);
const ECHOES: u32 = 4;
/// How far an announcement is believed to be ahead, when it is judged whether others were missed.
const AHEAD: u64 = 16;
/// The only question that is asked over the socket.
const QUESTION: u64 = 1;

/// Why a connection is over.
#[derive(Debug, thiserror::Error)]
enum Over {
    #[error(transparent)]
    Failed(#[from] SocketError),
    #[error("it closed the stream")]
    Closed,
    #[error("it does not answer to `eth_subscribe`")]
    Unanswered,
    #[error("it refuses `eth_subscribe`")]
    Refused,
    #[error("it announces no blocks, though there are new ones")]
    Silent,
    #[error("what it says is no announcement")]
    Nonsense,
}

#[derive(Deserialize)]
struct Message {
    id: Option<u64>,
    result: Option<Value>,
    params: Option<Params>,
}

#[derive(Deserialize)]
struct Params {
    subscription: Value,
    result: Announced,
}

/// A block that is said to be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
struct Announced {
    #[serde(deserialize_with = "quantity::deserialize")]
    number: u64,
    hash: B256,
}

/// One connection.
struct Line {
    /// What the node calls our subscription; none before it has answered.
    subscription: Option<Value>,
    announced: Option<Announced>,
    /// The highest block that was known, or announced, when it was heard last.
    noted: u64,
    last: Instant,
    still: u32,
    nonsense: u32,
    /// When it rings again, and how often it has.
    echo: Option<(Instant, u32)>,
}

impl Pool {
    /// Rings for each block that an endpoint with a WebSocket announces, and whenever one of them is
    /// heard again.
    pub(super) async fn announcements(&self, bell: &Notify) {
        join_all(self.nodes.iter().map(|node| self.listen_to(node, bell))).await;
        std::future::pending::<()>().await;
    }

    async fn listen_to(&self, node: &Node, bell: &Notify) {
        let Some(url) = node.rpc.stream() else { return };
        let mut failures = 0_u32;
        loop {
            let mut heard = false;
            let Err(over) = self.hear(node, url, bell, &mut heard).await;
            failures = if heard { 0 } else { failures.saturating_add(1) };
            let (chain, host) = (self.chain.slug.as_str(), node.host());
            self.tell_stream(node, false);
            metrics::counter!(
                "chainkeel_chain_stream_gaps_total", "chain" => chain.to_owned(), "host" => self.host_in_metrics(node)
            )
            .increment(1);
            if failures < 2 {
                tracing::warn!(chain, host, %over, "the stream of {host} is not heard; chain {chain} is polled: {over}");
            }
            sleep(socket_pause(failures, rand::random())).await;
        }
    }

    /// One connection, to its end.
    async fn hear(
        &self,
        node: &Node,
        url: &str,
        bell: &Notify,
        heard: &mut bool,
    ) -> Result<std::convert::Infallible, Over> {
        let mut socket =
            node.rpc.egress().socket(url, &HeaderMap::new(), MAX_MESSAGE_BYTES).await?;
        let question = json!({
            "jsonrpc": "2.0", "id": QUESTION, "method": "eth_subscribe", "params": ["newHeads"],
        });
        socket.send(&question.to_string()).await?;
        let silence = SILENT_BLOCKS.saturating_mul(self.chain.block_time_ms);
        let silence = Duration::from_millis(silence.clamp(*SILENCE.start(), *SILENCE.end()));
        let mut line = Line::new(self.latest());
        loop {
            let patience = if line.subscription.is_some() { silence } else { ANSWER };
            let echo = async {
                match line.echo {
                    Some((at, _)) => sleep_until(at).await,
                    None => std::future::pending().await,
                }
            };
            let text = tokio::select! {
                text = socket.next() => text?,
                () = echo => {
                    line.sound(self.latest(), bell);
                    continue;
                }
                () = sleep_until(line.last + patience) => {
                    line.is_silent(self.latest())?;
                    continue;
                }
            };
            let Some(text) = text else { return Err(Over::Closed) };
            if line.take(&text, self.latest())? {
                *heard = true;
                self.tell_stream(node, true);
                bell.notify_one();
            }
        }
    }

    fn latest(&self) -> u64 {
        self.known().heads.map_or(0, |heads| heads.latest)
    }

    fn tell_stream(&self, node: &Node, is_heard: bool) {
        if self.is_of_an_organization() {
            return;
        }
        let labels = [("chain", self.chain.slug.clone()), ("host", node.host().to_owned())];
        metrics::gauge!("chainkeel_chain_stream_heard", &labels).set(f64::from(is_heard));
    }
}

impl Line {
    fn new(latest: u64) -> Self {
        Self {
            subscription: None,
            announced: None,
            noted: latest,
            last: Instant::now(),
            still: 0,
            nonsense: 0,
            echo: None,
        }
    }

    /// Takes a message; whether it rings: it is a block that was not announced before, or the answer
    /// after which blocks are.
    fn take(&mut self, text: &str, latest: u64) -> Result<bool, Over> {
        let message = serde_json::from_str::<Message>(text).ok();
        match (message, &self.subscription) {
            (Some(Message { id: Some(QUESTION), result, .. }), None) => {
                let id = result.filter(|it| it.is_string() || it.is_number());
                self.subscription = Some(id.ok_or(Over::Refused)?);
                (self.last, self.echo) = (Instant::now(), Some((Instant::now() + ECHO, 0)));
                Ok(true)
            }
            (Some(Message { params: Some(params), .. }), Some(ours))
                if params.subscription == *ours =>
            {
                let is_new = self.announced != Some(params.result);
                self.announced = Some(params.result);
                self.noted = latest.max(params.result.number.min(latest + AHEAD));
                (self.last, self.still, self.nonsense) = (Instant::now(), 0, 0);
                if is_new {
                    self.echo = Some((Instant::now() + ECHO, 0));
                }
                Ok(is_new)
            }
            (Some(_) | None, Some(_) | None) => {
                self.nonsense += 1;
                if self.nonsense >= MAX_NONSENSE { Err(Over::Nonsense) } else { Ok(false) }
            }
        }
    }

    /// Rings again where the announced block is not there yet.
    fn sound(&mut self, latest: u64, bell: &Notify) {
        let Some((at, times)) = self.echo.take() else { return };
        if self.announced.is_none() {
            self.noted = self.noted.max(latest);
        }
        let is_there = self.announced.is_none_or(|announced| announced.number <= latest);
        if is_there || times >= ECHOES {
            return;
        }
        bell.notify_one();
        self.echo = Some((at + ECHO * 2_u32.pow(times + 1), times + 1));
    }

    /// Nothing was announced for long. That is no fault where the chain stands still.
    fn is_silent(&mut self, latest: u64) -> Result<(), Over> {
        if self.subscription.is_none() {
            return Err(Over::Unanswered);
        }
        self.still += 1;
        if latest > self.noted || self.still > STILL {
            return Err(Over::Silent);
        }
        self.last = Instant::now();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line() -> Line {
        let mut line = Line::new(5);
        assert!(line.take(r#"{"jsonrpc":"2.0","id":1,"result":"0xab"}"#, 5).unwrap());
        line
    }

    fn announced(subscription: &str, number: &str) -> String {
        let result = json!({"number": number, "hash": B256::repeat_byte(7), "extra": {}});
        let params = json!({"subscription": subscription, "result": result});
        json!({"jsonrpc": "2.0", "method": "eth_subscription", "params": params}).to_string()
    }

    #[test]
    fn only_a_new_block_of_our_own_subscription_rings() {
        let mut line = line();
        assert!(line.take(&announced("0xab", "0x6"), 5).unwrap());
        assert!(!line.take(&announced("0xab", "0x6"), 5).unwrap(), "it says so again");
        assert!(!line.take(&announced("0xac", "0x7"), 5).unwrap(), "another subscription");
        for nonsense in ["", "{", "[]", "7", r#"{"id":1,"result":"0xcd"}"#, r#"{"params":{}}"#] {
            assert!(!line.take(nonsense, 5).unwrap(), "{nonsense}");
        }
        assert!(!line.take(&announced("0xab", "seven"), 5).unwrap());
        assert_eq!(line.noted, 6);
    }

    #[test]
    fn a_stream_is_left_when_it_refuses_talks_nonsense_or_misses_blocks() {
        let refused = Line::new(5).take(r#"{"id":1,"error":{"code":-32601,"message":"no"}}"#, 5);
        assert!(matches!(refused, Err(Over::Refused)));
        let mut line = line();
        let end = (0..MAX_NONSENSE).find_map(|_| line.take("nonsense", 5).err());
        assert!(matches!(end, Some(Over::Nonsense)));
        let mut line = self::line();
        assert!(line.is_silent(5).is_ok(), "the chain stands still");
        assert!(matches!(line.is_silent(6), Err(Over::Silent)));
        assert!(matches!(Line::new(5).is_silent(5), Err(Over::Unanswered)));
    }

    #[test]
    fn a_block_that_is_not_there_yet_rings_again_some_times() {
        let (mut line, bell) = (line(), Notify::new());
        line.take(&announced("0xab", "0x9"), 8).unwrap();
        let mut rung = 0;
        while line.echo.is_some() && rung < 100 {
            line.sound(8, &bell);
            rung += 1;
        }
        assert_eq!(rung, ECHOES + 1);
        line.echo = Some((Instant::now(), 0));
        line.sound(9, &bell);
        assert_eq!(line.echo, None, "it is there");
    }
}
