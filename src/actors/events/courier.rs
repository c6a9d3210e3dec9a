//! Sends events to endpoints of the outside: each at its own pace, signed, tried again, and given up
//! as dead letters.

use std::collections::{BTreeMap, HashMap};
use std::str::FromStr as _;
use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt;
use futures::future::{BoxFuture, FutureExt};
use futures::stream::FuturesUnordered;
use serde_json::{Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use tokio_util::sync::CancellationToken;

use super::reaction::happening;
use super::standing::Standing;
use crate::access::Delivery;
use crate::actors::order::Context;
use crate::actors::reaction::{Trouble, carried_out};
use crate::actors::rhythm::Rhythm;
use crate::aggregates::event_subscriptions::{
    Command, Error as Refusal, Order, Retry, Status, Subscription, Subscriptions,
};
use crate::egress::{
    Egress, HeaderMap, HeaderName, HeaderValue, Method, Redirects, Request, header, retry_after,
};
use crate::journal::{self, Fate, Journal, MAX_DEAD, Outbox, Parcel, Reactions, Recorded, Store};
use crate::primitives::{Clock, EventSubscriptionId, OrganizationId};
use crate::secrets::{Mask, SecretName, Vault};

/// The actor of what it orders.
const NAME: &str = "event-courier";
/// How often is looked for what is due, beside whenever something was sent.
const LOOK: Duration = Duration::from_millis(250);
/// How many events are under way to one endpoint at a time.
const EACH: i64 = 2;
/// How many are under way at all: more than all endpoints of two organizations can hold.
const UNDER_WAY: usize = 512;
/// How long an endpoint may take to answer.
const TIME_LIMIT: Duration = Duration::from_secs(10);
/// How long an event that was taken is left to whoever took it: well over the time of one try.
const LEASE: Duration = Duration::from_mins(1);
/// How long an endpoint may ask to wait; what is longer is cut.
const LONGEST_ASKED: Duration = Duration::from_hours(1);
/// How much of an answer is read. Only its status is of interest.
const MAX_ANSWER: usize = 64 * 1024;

/// What sends events. Cheap to clone.
#[derive(Clone)]
pub struct Courier {
    /// What is to be sent.
    pub outbox: Outbox,
    /// What becomes of it.
    pub reactions: Reactions,
    /// The events.
    pub journal: Journal,
    /// Where subscriptions are changed.
    pub subscriptions: Store<Subscriptions>,
    /// Where to, and how.
    pub standing: Arc<Standing<Subscriptions>>,
    /// What they are signed with.
    pub vault: Vault,
    /// The way out.
    pub egress: Egress,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

/// Something that has come to its end.
enum Ended {
    /// These are to be sent.
    Taken(Result<Vec<Parcel>, journal::Error>),
    /// This one was sent, or not.
    Sent(String, Result<(), Trouble>),
}

/// Why an event was not taken by its endpoint.
enum Setback {
    /// It may be later; not before so long, where the endpoint says so.
    ForNow(String, Option<Duration>),
    /// It never will be as things are.
    ForGood(String),
    /// The house is at fault: this was no try.
    House(Trouble),
}

impl From<Trouble> for Setback {
    fn from(trouble: Trouble) -> Self {
        Self::House(trouble)
    }
}

impl From<journal::Error> for Setback {
    fn from(error: journal::Error) -> Self {
        Self::House(error.into())
    }
}

impl Courier {
    /// Sends until it is told to stop. What is under way then comes again when its lease is over.
    pub async fn run(self, stop: CancellationToken) -> Result<(), journal::Error> {
        let mut rhythm = Rhythm::new(LOOK, stop);
        // What is under way may hold connections of the pool, and gives them back only while it is
        // polled: nothing else is awaited beside it.
        let mut under_way: FuturesUnordered<BoxFuture<'_, Ended>> = FuturesUnordered::new();
        let mut busy: HashMap<String, i64> = HashMap::new();
        let mut taking = false;
        loop {
            tokio::select! {
                goes_on = rhythm.beat() => if !goes_on { return Ok(()) },
                Some(ended) = under_way.next() => match ended {
                    Ended::Taken(parcels) => {
                        taking = false;
                        for parcel in parcels? {
                            *busy.entry(parcel.subscription.clone()).or_default() += 1;
                            under_way.push(self.send(parcel).boxed());
                        }
                        continue;
                    }
                    Ended::Sent(subscription, outcome) => {
                        if let Err(trouble) = outcome {
                            tracing::warn!("an event was not sent to {subscription}: {trouble}");
                        }
                        if let Some(left) = busy.get_mut(&subscription) {
                            *left -= 1;
                        }
                        busy.retain(|_, left| *left > 0);
                    }
                },
            }
            let room = UNDER_WAY.saturating_sub(under_way.len());
            if !taking && room > 0 {
                taking = true;
                under_way.push(self.take(busy.keys().cloned().collect(), room).boxed());
            }
        }
    }

    async fn take(&self, busy: Vec<String>, room: usize) -> Ended {
        let room = i64::try_from(room).unwrap_or(EACH);
        Ended::Taken(self.outbox.take(&busy, (EACH, room), LEASE).await)
    }

    async fn send(&self, parcel: Parcel) -> Ended {
        let outcome = self.settle(&parcel).await;
        Ended::Sent(parcel.subscription, outcome)
    }

    /// One try, and what becomes of it.
    async fn settle(&self, parcel: &Parcel) -> Result<(), Trouble> {
        let Parcel { subscription: name, position, tries } = parcel;
        let page = self.journal.read_after(position - 1, 1).await?;
        let event = page.first().filter(|event| event.position == *position);
        // What is not there was deleted or shredded by order: it is sent to nobody any more.
        let Some(event) = event else {
            return Ok(self.reactions.settle(name, *position).await?);
        };
        let id = EventSubscriptionId::from_str(name).map_err(Trouble::lasting)?;
        let all = self.standing.at(event.organization, *position).await?;
        let (outcome, retry) = match all.as_ref().and_then(|all| all.all.get(&id)) {
            None => {
                let gone = "the subscription was removed".to_owned();
                (Err(Setback::ForGood(gone)), Retry::default())
            }
            Some(subscription) => {
                (self.attempt(event, id, subscription).await, subscription.wish.retry)
            }
        };
        let tried = u32::try_from(*tries).unwrap_or(u32::MAX).saturating_add(1);
        let (fate, reason) = match outcome {
            Ok(()) => return Ok(self.reactions.settle(name, *position).await?),
            Err(Setback::House(trouble)) => return Err(trouble),
            Err(Setback::ForGood(reason)) => (Fate::Parked, reason),
            Err(Setback::ForNow(reason, asked)) => {
                let pause = retry.pause(tried).map(|pause| pause.max(asked.unwrap_or_default()));
                (pause.map_or(Fate::Parked, Fate::Again), reason)
            }
        };
        self.reactions.failed_again(name, *position, fate, &reason).await?;
        if fate == Fate::Parked && self.outbox.backlog(name).await?.dead >= MAX_DEAD {
            suspend(&self.subscriptions, event, id, NAME).await?;
        }
        Ok(())
    }

    /// One of the secrets of a subscription.
    async fn open(
        &self,
        organization: OrganizationId,
        id: EventSubscriptionId,
        field: &str,
    ) -> Result<Delivery, Setback> {
        let opened = self.vault.open(organization, &SecretName::new(id, field)).await;
        let sealed = opened.map_err(|error| {
            if error.is_lost() {
                Setback::ForGood("the secret of the subscription is gone".to_owned())
            } else {
                Setback::House(Trouble::Passing(error.into()))
            }
        })?;
        Delivery::read(&sealed).ok_or_else(broken)
    }

    async fn attempt(
        &self,
        event: &Recorded,
        id: EventSubscriptionId,
        subscription: &Subscription,
    ) -> Result<(), Setback> {
        if subscription.status == Status::Suspended {
            return Err(Setback::ForGood("the subscription is suspended".to_owned()));
        }
        let Some(happening) = happening(event)? else { return Ok(()) };
        // With the first secret the headers are sealed, which are needed when it signs no more.
        let first = self.open(event.organization, id, Delivery::FIELD).await?;
        let now = self.clock.now();
        let mut signing = Vec::new();
        for secret in subscription.signing(now).filter(|it| it.field != Delivery::FIELD) {
            signing.push(self.open(event.organization, id, &secret.field).await?);
        }
        let _mask =
            Mask::of(signing.iter().chain(std::iter::once(&first)).flat_map(Delivery::secrets));
        if subscription.signing(now).any(|it| it.field == Delivery::FIELD) {
            signing.push(first.without_headers());
        }
        let seen = happening.seen();
        let event_id = seen.get("eventId").and_then(Value::as_str).unwrap_or_default();
        let body = body(seen, event.recorded_at);
        let headers = headers((&first.headers, signing.as_slice()), event_id, now, &body);
        let headers = headers.ok_or_else(broken)?;
        let request = Request {
            method: Method::POST,
            url: subscription.wish.url.clone(),
            headers,
            body: body.into(),
            timeout: TIME_LIMIT,
            max_response_bytes: MAX_ANSWER,
            redirects: Redirects::Return,
        };
        match self.egress.send(request).await {
            Ok(response) if response.status.is_success() => Ok(()),
            Ok(response) => {
                let reason = format!("the endpoint answered with {}", response.status.as_u16());
                Err(match response.status.as_u16() {
                    408 | 425 | 429 | 500.. => {
                        Setback::ForNow(reason, retry_after(&response.headers, now, LONGEST_ASKED))
                    }
                    0..=499 => Setback::ForGood(reason),
                })
            }
            Err(error) if error.is_transient() => Err(Setback::ForNow(error.to_string(), None)),
            Err(error) => Err(Setback::ForGood(error.to_string())),
        }
    }
}

fn broken() -> Setback {
    Setback::ForGood("the secret of the subscription is broken".to_owned())
}

/// What an endpoint reads.
fn body(seen: &Value, at: OffsetDateTime) -> String {
    let part = |name: &str| seen.get(name).cloned().unwrap_or_default();
    let happened = seen.pointer("/metadata/timestamp").cloned();
    let recorded = || at.format(&Rfc3339).map_or(Value::Null, Value::from);
    json!({
        "id": part("eventId"),
        "type": part("event"),
        "timestamp": happened.unwrap_or_else(recorded),
        "source": part("source"),
        "metadata": part("metadata"),
        "data": part("payload"),
    })
    .to_string()
}

/// The headers of Standard Webhooks, and those that the subscription has of its own.
fn headers(
    (own, signing): (&BTreeMap<String, String>, &[Delivery]),
    id: &str,
    now: OffsetDateTime,
    body: &str,
) -> Option<HeaderMap> {
    let timestamp = now.unix_timestamp();
    let signatures: Vec<_> = signing.iter().map(|it| it.sign(id, timestamp, body)).collect();
    let mut headers = HeaderMap::new();
    for (name, value) in own {
        let mut value = HeaderValue::from_str(value).ok()?;
        value.set_sensitive(true);
        headers.insert(HeaderName::from_str(name).ok()?, value);
    }
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    let own = [
        ("webhook-id", id.to_owned()),
        ("webhook-timestamp", timestamp.to_string()),
        ("webhook-signature", signatures.join(" ")),
    ];
    for (name, value) in own {
        headers.insert(HeaderName::from_static(name), HeaderValue::from_str(&value).ok()?);
    }
    Some(headers)
}

/// Sends nothing more to an endpoint that has given up too much, and says so on the ledger.
pub(super) async fn suspend(
    subscriptions: &Store<Subscriptions>,
    event: &Recorded,
    id: EventSubscriptionId,
    part: &str,
) -> Result<(), Trouble> {
    let (by, at) = (format!("system:{part}"), event.recorded_at);
    let command = Command { by, at, id, order: Order::SetStatus(Status::Suspended) };
    let context = journal::Context::new(Context::because_of(event, part).into_metadata());
    let stream = event.organization.to_string();
    carried_out(subscriptions.execute(&stream, command, context).await, |refusal| match refusal {
        Refusal::Unknown => Ok(()),
        Refusal::Exists
        | Refusal::Full
        | Refusal::Meaning { .. }
        | Refusal::Url
        | Refusal::Elsewhere
        | Refusal::Secrets
        | Refusal::Headers
        | Refusal::Retry => Err(Trouble::lasting(refusal)),
    })
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    #[test]
    fn an_endpoint_asks_for_patience_in_seconds_or_by_a_date_and_for_an_hour_at_most() {
        let now = datetime!(2026-11-29 07:00 UTC);
        let asked = |text: &'static str| {
            let headers = [(header::RETRY_AFTER, HeaderValue::from_static(text))];
            retry_after(&HeaderMap::from_iter(headers), now, LONGEST_ASKED).map(|it| it.as_secs())
        };
        assert_eq!(asked("120"), Some(120));
        assert_eq!(asked("Sun, 29 Nov 2026 07:00:30 GMT"), Some(30));
        assert_eq!(asked("Sun, 29 Nov 2026 06:00:30 GMT"), Some(0));
        assert_eq!(asked("999999"), Some(3_600));
        assert_eq!(asked("soon"), None);
    }
}
