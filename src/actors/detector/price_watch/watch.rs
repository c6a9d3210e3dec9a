//! The connection to the oracle: kept while anybody wants a price, and made anew when it says
//! nothing that counts, whatever it answers to pings.

use std::sync::Arc;
use std::time::Duration;

use time::OffsetDateTime;
use tokio::sync::watch;
use tokio::time::{Instant, sleep, sleep_until};
use tokio_util::sync::CancellationToken;

use super::hearing::Hearing;
use crate::actors::detector::Gate;
use crate::actors::detector::office::{Office, hold};
use crate::egress::{Egress, HeaderMap, HeaderValue, Socket, SocketError, header, socket_pause};
use crate::journal::{Error, Journal, Leases};
use crate::primitives::Clock;
use crate::triggers::TriggerIndex;
use crate::triggers::price::{Feed, Oracle, PRICE, subscribe};

/// The office that one process holds.
const OFFICE: Office = Office("prices");
/// Under which name its gaps are on record.
const STREAM: &str = "stork";
/// How long the oracle may say nothing that counts.
const SILENCE: Duration = Duration::from_secs(30);
/// The largest message that is taken.
const MAX_MESSAGE_BYTES: usize = 1024 * 1024;

/// What hears prices.
#[derive(Clone)]
pub struct PriceWatch {
    /// Where prices come from.
    pub feed: Feed,
    /// The way there.
    pub egress: Egress,
    /// The live triggers.
    pub index: Arc<TriggerIndex>,
    /// Where firings are decided.
    pub gate: Gate,
    /// What is remembered.
    pub journal: Journal,
    /// Under which leases this process acts, while it does.
    pub standing: watch::Receiver<Option<Leases>>,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

/// Why a connection is over.
enum Over {
    /// It failed.
    Failed(SocketError),
    /// It said nothing that counts for too long, or closed.
    Silent(&'static str),
    /// Nobody wants to know a price any more.
    Unwanted,
}

/// How the last connection was.
#[derive(Default)]
struct Heard {
    /// Whether it said anything that counts.
    anything: bool,
    /// When a price was heard last, over whatever connection.
    last_at: Option<OffsetDateTime>,
}

impl PriceWatch {
    /// Hears prices, or waits until it may, until it is told to stop.
    pub async fn run(self, stop: CancellationToken) -> Result<(), Error> {
        hold(OFFICE, self.standing.clone(), stop, async |leases| self.listen(&leases).await).await
    }

    async fn listen(&self, leases: &Leases) -> Result<(), Error> {
        let mut hearing = Hearing::new(
            Arc::clone(&self.index),
            self.gate.clone(),
            self.journal.clone(),
            Arc::clone(&self.clock),
            self.feed.assets.clone(),
        );
        let mut changes = self.index.changes(PRICE);
        let (mut failures, mut heard) = (0, Heard::default());
        loop {
            changes.mark_unchanged();
            hearing.look().await?;
            let assets = hearing.assets();
            if assets.is_empty() {
                // The sender lives as long as the index, which we hold.
                let _ = changes.changed().await;
                continue;
            }
            heard.anything = false;
            let over = self.connect(&mut hearing, assets, &mut changes, leases, &mut heard).await?;
            hearing.gap();
            failures = if heard.anything { 0 } else { failures + 1 };
            let why = match over {
                Over::Unwanted => {
                    self.journal.end_stream_gap(STREAM, self.clock.now()).await?;
                    continue;
                }
                Over::Failed(error) => error.to_string(),
                Over::Silent(why) => why.to_owned(),
            };
            let pause = socket_pause(failures, rand::random());
            metrics::counter!("chainkeel_price_gaps_total").increment(1);
            let began = heard.last_at.unwrap_or_else(|| self.clock.now());
            self.journal.begin_stream_gap(STREAM, began, &why).await?;
            tracing::warn!(
                cause = why,
                "prices are not heard, and asked for again in {} ms: {why}",
                pause.as_millis()
            );
            sleep(pause).await;
        }
    }

    /// One connection, to its end.
    async fn connect(
        &self,
        hearing: &mut Hearing,
        mut assets: Vec<Arc<str>>,
        changes: &mut watch::Receiver<u64>,
        leases: &Leases,
        heard: &mut Heard,
    ) -> Result<Over, Error> {
        let mut socket = match self.open(&assets).await {
            Ok(socket) => socket,
            Err(error) => return Ok(Over::Failed(error)),
        };
        let mut last = Instant::now();
        loop {
            if !leases.alive() {
                return Err(Error::LeaseLost("the price watch"));
            }
            let text = tokio::select! {
                text = socket.next() => text,
                () = sleep_until(last + self.feed.silence.unwrap_or(SILENCE)) => {
                    return Ok(Over::Silent("the oracle says nothing that counts"));
                }
                _ = changes.changed() => {
                    hearing.look().await?;
                    let wanted = hearing.assets();
                    if wanted.is_empty() {
                        return Ok(Over::Unwanted);
                    }
                    // What nobody wants any more is no longer listened to; a new connection would
                    // be a gap for everybody else.
                    let new: Vec<_> =
                        wanted.into_iter().filter(|it| !assets.contains(it)).collect();
                    if !new.is_empty() {
                        if let Err(error) = ask(&mut socket, &new).await {
                            return Ok(Over::Failed(error));
                        }
                        assets.extend(new);
                    }
                    continue;
                }
            };
            let text = match text {
                Ok(Some(text)) => text,
                Ok(None) => return Ok(Over::Silent("the oracle has closed the connection")),
                Err(error) => return Ok(Over::Failed(error)),
            };
            for reading in self.oracle().read(&text, hearing.now_ns()) {
                match reading {
                    Ok(reading) => {
                        if !heard.anything {
                            self.journal.end_stream_gap(STREAM, self.clock.now()).await?;
                        }
                        last = Instant::now();
                        *heard = Heard { anything: true, last_at: Some(self.clock.now()) };
                        hearing.hear(&reading).await?;
                    }
                    Err(doubt) => {
                        metrics::counter!("chainkeel_price_doubts_total").increment(1);
                        tracing::debug!(doubt = %doubt, "a price does not count: {doubt}");
                    }
                }
            }
        }
    }

    const fn oracle(&self) -> &Oracle {
        &self.feed.oracle
    }

    async fn open(&self, assets: &[Arc<str>]) -> Result<Socket, SocketError> {
        let mut headers = HeaderMap::new();
        // A token that no header can hold was refused when the configuration was read.
        if let Ok(mut value) = HeaderValue::from_str(&format!("Basic {}", self.feed.token.expose()))
        {
            value.set_sensitive(true);
            headers.insert(header::AUTHORIZATION, value);
        }
        let mut socket = self.egress.socket(&self.feed.url, &headers, MAX_MESSAGE_BYTES).await?;
        ask(&mut socket, assets).await?;
        Ok(socket)
    }
}

/// Asks for the prices of these assets, too.
async fn ask(socket: &mut Socket, assets: &[Arc<str>]) -> Result<(), SocketError> {
    let names: Vec<&str> = assets.iter().map(|asset| &**asset).collect();
    socket.send(&subscribe(&names)).await
}
