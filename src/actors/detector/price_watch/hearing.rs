//! What waits for prices, and what is done about one that was heard.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use engine::Trigger;
use futures::{StreamExt as _, TryStreamExt as _, stream};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use tokio::time::Instant;

use crate::actors::detector::{Firing, Gate};
use crate::journal::{Error, Journal, PriceMark};
use crate::primitives::{Clock, hex};
use crate::triggers::price::{Assets, Condition, Memory, PRICE, Reading, Settings, Verdict};
use crate::triggers::{Key, Subscriber, Subscription, TriggerIndex};

/// From where such triggers come.
const SOURCE: &str = "stork";
/// How long a price is kept for policies before the next one of its asset is.
const KEEP_EVERY: Duration = Duration::from_secs(1);
/// How many that wait for a price are told of it at the same time.
const AT_ONCE: usize = 64;

/// A firing as it is written down before it is carried out.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Pending {
    id: String,
    #[serde(with = "time::serde::rfc3339")]
    at: OffsetDateTime,
    body: Value,
}

/// A trigger with what is remembered of it.
struct Listener {
    subscription: Arc<Subscription>,
    condition: Condition,
    mark: PriceMark,
}

impl Listener {
    /// Hears a price: writes down what it changes, and then fires.
    async fn hear(
        &mut self,
        reading: &Reading,
        gate: &Gate,
        journal: &Journal,
    ) -> Result<(), Error> {
        // What was turned away is fired before anything else counts.
        if self.mark.pending.is_some() {
            return self.fire(gate, journal).await;
        }
        let fires = match self.condition.see(reading.tick) {
            Verdict::Nothing => return Ok(()),
            Verdict::Turned => false,
            Verdict::Fires => true,
        };
        self.mark.memory = json!(self.condition.memory());
        if fires {
            self.mark.pending = Some(json!(pending(self, reading)));
        }
        write(journal, &mut self.mark).await?;
        self.fire(gate, journal).await
    }

    /// Fires what is written down, where something is, and notes that it was fired.
    async fn fire(&mut self, gate: &Gate, journal: &Journal) -> Result<(), Error> {
        let Some(written) = &self.mark.pending else { return Ok(()) };
        if let Ok(Pending { id, at, body }) = Pending::deserialize(written) {
            let subscription = &self.subscription;
            let subscriber = subscription.subscriber.clone();
            let firing = Firing {
                organization: subscription.organization,
                subscriber: subscriber.clone(),
                id,
                trigger: Trigger {
                    kind: subscription.kind.to_owned(),
                    source: SOURCE.to_owned(),
                    body: Arc::new(body),
                    headers: BTreeMap::default(),
                },
                lane: subscription.lane,
                causation: None,
                correlation: None,
                at,
            };
            if let Err(refused) = gate.fire(firing).await {
                let cause = &refused as &dyn std::error::Error;
                tracing::warn!(
                    %subscriber,
                    error = cause,
                    "a price that fires for {subscriber} is fired again with the next one"
                );
                return Ok(());
            }
        }
        self.mark.pending = None;
        write(journal, &mut self.mark).await
    }
}

/// All that wait for prices.
pub(super) struct Hearing {
    pub(super) index: Arc<TriggerIndex>,
    pub(super) gate: Gate,
    pub(super) journal: Journal,
    pub(super) clock: Arc<dyn Clock>,
    /// What is kept for policies, and when each of it was kept last.
    priced: Assets,
    kept: HashMap<String, Instant>,
    listeners: HashMap<Subscriber, Listener>,
}

impl Hearing {
    pub(super) fn new(
        index: Arc<TriggerIndex>,
        gate: Gate,
        journal: Journal,
        clock: Arc<dyn Clock>,
        priced: Assets,
    ) -> Self {
        let kept = HashMap::new();
        Self { index, gate, journal, clock, priced, kept, listeners: HashMap::new() }
    }

    /// Takes in what waits at this moment; what was being fired when a process died is fired.
    pub(super) async fn look(&mut self) -> Result<(), Error> {
        let live = self.index.under(&Key::Kind(PRICE));
        let shown: HashSet<_> = live.iter().map(|it| it.subscriber.clone()).collect();
        let gone: Vec<_> =
            self.listeners.keys().filter(|it| !shown.contains(it)).cloned().collect();
        for subscriber in gone {
            self.listeners.remove(&subscriber);
            // A workflow may come back; a wait that is over does not.
            if matches!(subscriber, Subscriber::Wait { .. }) {
                self.journal.forget_price_mark(&subscriber.to_string()).await?;
            }
        }
        for subscription in live {
            let known = self.listeners.get_mut(&subscription.subscriber);
            if let Some(listener) = known
                && listener.subscription.since == subscription.since
                && listener.subscription.payload == subscription.payload
            {
                listener.subscription = subscription;
                continue;
            }
            let Ok(settings) = Settings::read(&subscription.payload) else { continue };
            let listener = self.listener(subscription, settings).await?;
            self.listeners.insert(listener.subscription.subscriber.clone(), listener);
        }
        let (gate, journal) = (&self.gate, &self.journal);
        let pending = self.listeners.values_mut().map(|listener| listener.fire(gate, journal));
        stream::iter(pending).buffer_unordered(AT_ONCE).try_collect().await
    }

    async fn listener(
        &self,
        subscription: Arc<Subscription>,
        settings: Settings,
    ) -> Result<Listener, Error> {
        let subscriber = subscription.subscriber.to_string();
        let since = subscription.since.unwrap_or(OffsetDateTime::UNIX_EPOCH);
        let found = self.journal.price_mark(&subscriber).await?;
        let revision = found.as_ref().map_or(0, |mark| mark.revision);
        let (organization, memory) = (subscription.organization, Value::Null);
        let new = PriceMark { subscriber, organization, since, memory, pending: None, revision };
        // What was remembered before the trigger changed says nothing of it.
        let mark = found.filter(|mark| mark.since == since).unwrap_or(new);
        let memory = Memory::deserialize(&mark.memory).unwrap_or_default();
        Ok(Listener { subscription, condition: Condition::new(settings, memory), mark })
    }

    /// The assets of which somebody wants to know the price, in order.
    pub(super) fn assets(&self) -> Vec<Arc<str>> {
        let mut assets: Vec<_> =
            self.listeners.values().map(|it| Arc::clone(&it.condition.settings().asset)).collect();
        assets.extend(self.priced.names());
        assets.sort_unstable();
        assets.dedup();
        assets
    }

    /// There were prices that nobody heard.
    pub(super) fn gap(&mut self) {
        for listener in self.listeners.values_mut() {
            listener.condition.gap();
        }
    }

    /// A price was heard: what it changes is remembered before it is acted upon.
    pub(super) async fn hear(&mut self, reading: &Reading) -> Result<(), Error> {
        self.keep(reading).await?;
        let live = self.index.under(&Key::Price(reading.asset.as_str().into()));
        let waiting: HashSet<_> = live.iter().map(|it| &it.subscriber).collect();
        let (gate, journal) = (&self.gate, &self.journal);
        let hearing = self.listeners.iter_mut().filter(|(it, _)| waiting.contains(it));
        let hearing = hearing.map(|(_, listener)| listener.hear(reading, gate, journal));
        stream::iter(hearing).buffer_unordered(AT_ONCE).try_collect().await
    }

    /// Keeps a price for policies, where it is one of theirs; not each of many in a second.
    async fn keep(&mut self, reading: &Reading) -> Result<(), Error> {
        let is_soon = |at: &Instant| at.elapsed() < KEEP_EVERY;
        if !self.priced.has(&reading.asset) || self.kept.get(&reading.asset).is_some_and(is_soon) {
            return Ok(());
        }
        let nanos = i128::from(reading.tick.at_ns);
        let Ok(at) = OffsetDateTime::from_unix_timestamp_nanos(nanos) else { return Ok(()) };
        self.journal.keep_signed_price(&reading.asset, &reading.raw, at).await?;
        self.kept.insert(reading.asset.clone(), Instant::now());
        Ok(())
    }

    /// The present time in nanoseconds since 1970.
    pub(super) fn now_ns(&self) -> u64 {
        self.clock.now().unix_timestamp_nanos().try_into().unwrap_or(u64::MAX)
    }
}

async fn write(journal: &Journal, mark: &mut PriceMark) -> Result<(), Error> {
    if !journal.write_price_mark(mark).await? {
        return Err(Error::LeaseLost("the price watch"));
    }
    mark.revision += 1;
    Ok(())
}

fn pending(listener: &Listener, reading: &Reading) -> Pending {
    let nanos = i128::from(reading.tick.at_ns);
    let at = OffsetDateTime::from_unix_timestamp_nanos(nanos).unwrap_or(listener.mark.since);
    let text = reading.tick.price.to_string();
    let body = json!({
        "price": text.parse::<f64>().ok(),
        "exactPrice": text,
        "asset": reading.asset,
        "operation": listener.condition.settings().operation.as_str(),
        "triggeredAt": at.format(&Rfc3339).unwrap_or_default(),
        "rawResponse": reading.raw.get("stork_signed_price"),
    });
    // The same crossing has the same number, whoever counts it.
    let since = listener.mark.since.unix_timestamp_nanos();
    let fired = listener.condition.memory().fired;
    let cause = format!("{} {since} {fired}", listener.mark.subscriber);
    Pending { id: format!("price:{}", hex(&Sha256::digest(cause))), at, body }
}
