//! Sends what was put down: to each endpoint at its own pace, signed, tried again by the schedule.
//!
//! Deliveries of one run are sent one after the other, as they stand on the ledger; what is tried again holds
//! up nothing behind it. An endpoint that does not answer has one place of those that there are for such, so
//! that dead ones take no place from the living.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::time::Duration;

use futures::StreamExt as _;
use futures::future::{BoxFuture, FutureExt as _};
use futures::stream::FuturesUnordered;
use time::OffsetDateTime;
use tokio::sync::{Notify, Semaphore};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::letter::{headers, kept, shown};
use super::post::HookPost;
use crate::access::Delivery;
use crate::actors::reaction::{Trouble, carried_out};
use crate::actors::rhythm::Rhythm;
use crate::aggregates::execution_hooks::{Command, Endpoint, Order, Reason};
use crate::egress::{Method, Redirects, Request, retry_after};
use crate::hooks::{Fate, LONGEST_ASKED, Parcel, Tried, pause};
use crate::journal::{Context, Error, Leases, Metadata};
use crate::primitives::{CommandId, ExecutionHookId, HookDeliveryId, OrganizationId};
use crate::secrets::{Mask, SecretName};

/// The actor of what it orders.
const NAME: &str = "system:execution-hooks";
/// How often it is looked for what is due, beside whenever something was put down or sent.
const LOOK: Duration = Duration::from_millis(250);
/// How many deliveries are under way to one endpoint at a time.
const EACH: usize = 8;
/// How many are looked at for that, since those of one run go one after the other.
const WINDOW: i64 = 64;
/// How many are under way at all.
const UNDER_WAY: usize = 1_024;
/// How many of them may be to endpoints that did not take the last one.
const AILING: usize = UNDER_WAY / 2;
/// How many of them may ask the database at a time: its other connections are for runs and requests.
const AT_THE_DATABASE: usize = 8;
/// How long an endpoint may take to answer.
const TIME_LIMIT: Duration = Duration::from_secs(15);
/// How much of an answer is read. What is longer counts as none.
const MAX_ANSWER: usize = 1024 * 1024;
/// How long an endpoint rests when the house itself failed.
const REST: Duration = Duration::from_secs(5);
/// How often old deliveries are forgotten.
const SWEEP: Duration = Duration::from_mins(5);
/// How long deliveries that are over are kept, and how many of one endpoint.
const KEPT: time::Duration = time::Duration::days(30);
const KEPT_EACH: i64 = 10_000;

/// What sends.
pub(super) struct Courier<'a> {
    post: &'a HookPost,
    bell: &'a Notify,
    desks: Semaphore,
}

/// What is under way, by endpoint.
#[derive(Debug, Default)]
struct Traffic {
    /// The deliveries, and of which run.
    under_way: HashMap<ExecutionHookId, HashMap<HookDeliveryId, Option<String>>>,
    /// Endpoints that did not take the last one.
    ailing: HashSet<ExecutionHookId>,
    /// Endpoints that rest, and until when.
    resting: HashMap<ExecutionHookId, Instant>,
}

/// Something that has come to its end.
enum Ended {
    /// These are to be sent.
    Taken(Result<Vec<Parcel>, Error>),
    /// This one was sent; whether it was taken.
    Sent(Box<Parcel>, Result<Taken, Trouble>),
    /// What is old was forgotten.
    Swept(Result<(), Error>),
}

/// Whether an endpoint took what it was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Taken {
    /// It did.
    Yes,
    /// It did not.
    No,
    /// It is not to be sent.
    Unsent,
}

impl Traffic {
    fn begin(&mut self, parcel: &Parcel) {
        let of_endpoint = self.under_way.entry(parcel.endpoint).or_default();
        of_endpoint.insert(parcel.id, parcel.run.clone());
    }

    fn end(&mut self, parcel: &Parcel, taken: Option<Taken>) {
        let endpoint = parcel.endpoint;
        if let Some(of_endpoint) = self.under_way.get_mut(&endpoint) {
            of_endpoint.remove(&parcel.id);
            if of_endpoint.is_empty() {
                self.under_way.remove(&endpoint);
            }
        }
        match taken {
            // What is sent nothing takes no place of those who take nothing.
            Some(Taken::Yes | Taken::Unsent) => {
                self.ailing.remove(&endpoint);
            }
            Some(Taken::No) => {
                self.ailing.insert(endpoint);
            }
            None => {
                self.resting.insert(endpoint, Instant::now() + REST);
            }
        }
    }

    /// How many more may be sent to an endpoint now.
    fn room(&self, endpoint: ExecutionHookId) -> usize {
        let under_way = self.under_way.get(&endpoint).map_or(0, HashMap::len);
        if self.resting.get(&endpoint).is_some_and(|until| Instant::now() < *until) {
            return 0;
        }
        let each = if self.ailing.contains(&endpoint) { 1 } else { EACH };
        each.saturating_sub(under_way)
    }

    /// How many are under way to endpoints that did not take the last one.
    fn to_ailing(&self) -> usize {
        let ailing = self.ailing.iter().filter_map(|endpoint| self.under_way.get(endpoint));
        ailing.map(HashMap::len).sum()
    }

    /// Those of what is due that are sent now: two of one run never at a time, and to each endpoint no more
    /// than there is room.
    fn choose(&self, due: Vec<Parcel>, mut places: usize) -> Vec<Parcel> {
        let mut ailing = AILING.saturating_sub(self.to_ailing());
        let mut chosen: Vec<Parcel> = Vec::new();
        let mut given: HashMap<ExecutionHookId, usize> = HashMap::new();
        let mut runs: HashSet<(ExecutionHookId, String)> = HashSet::new();
        for parcel in due {
            let endpoint = parcel.endpoint;
            let so_far = given.entry(endpoint).or_default();
            let of_endpoint = self.under_way.get(&endpoint);
            let is_busy = |run: &String| {
                of_endpoint.is_some_and(|all| all.values().any(|it| it.as_ref() == Some(run)))
            };
            if places == 0
                || *so_far >= self.room(endpoint)
                || parcel.run.as_ref().is_some_and(is_busy)
            {
                continue;
            }
            if let Some(run) = &parcel.run
                && !runs.insert((endpoint, run.clone()))
            {
                continue;
            }
            if self.ailing.contains(&endpoint) {
                if ailing == 0 {
                    continue;
                }
                ailing -= 1;
            }
            *so_far += 1;
            places -= 1;
            chosen.push(parcel);
        }
        chosen
    }
}

impl<'a> Courier<'a> {
    pub(super) fn new(post: &'a HookPost, bell: &'a Notify) -> Self {
        Self { post, bell, desks: Semaphore::new(AT_THE_DATABASE) }
    }

    /// Sends until it is told to stop. What is under way then comes again under its id.
    pub(super) async fn run(&self, leases: &Leases, stop: &CancellationToken) -> Result<(), Error> {
        let mut rhythm = Rhythm::new(LOOK, stop.clone());
        // What is under way may hold connections of the pool, and gives them back only while it is
        // polled: nothing else is awaited beside it.
        let mut under_way: FuturesUnordered<BoxFuture<'_, Ended>> = FuturesUnordered::new();
        let (mut traffic, mut taking, mut swept_at) = (Traffic::default(), false, Instant::now());
        let mut sent = 0;
        loop {
            tokio::select! {
                goes_on = rhythm.beat() => {
                    if !goes_on {
                        return Ok(());
                    }
                    if !leases.alive() {
                        return Err(Error::LeaseLost("execution hooks"));
                    }
                    traffic.resting.retain(|_, until| Instant::now() < *until);
                    if swept_at.elapsed() >= SWEEP {
                        swept_at = Instant::now();
                        under_way.push(self.sweep().map(Ended::Swept).boxed());
                    }
                }
                () = self.bell.notified() => {}
                Some(ended) = under_way.next() => match ended {
                    Ended::Swept(swept) => {
                        if let Err(error) = swept {
                            tracing::warn!("old deliveries of hooks were not forgotten: {error}");
                        }
                        continue;
                    }
                    Ended::Taken(due) => {
                        taking = false;
                        let chosen = traffic.choose(due?, UNDER_WAY.saturating_sub(sent));
                        for parcel in chosen {
                            sent += 1;
                            traffic.begin(&parcel);
                            under_way.push(self.send(parcel).boxed());
                        }
                        continue;
                    }
                    Ended::Sent(parcel, outcome) => {
                        sent -= 1;
                        if let Err(trouble) = &outcome {
                            let Parcel { id, endpoint, .. } = *parcel;
                            tracing::warn!("{id} was not sent to execution webhook {endpoint}: {trouble}");
                        }
                        traffic.end(&parcel, outcome.ok());
                    }
                },
            }
            if !taking && sent < UNDER_WAY {
                taking = true;
                under_way.push(self.take(&traffic));
            }
        }
    }

    /// What is due for endpoints that have room.
    fn take<'s>(&'s self, traffic: &Traffic) -> BoxFuture<'s, Ended> {
        let full = traffic.under_way.keys().chain(traffic.resting.keys()).copied();
        let full: HashSet<_> = full.filter(|endpoint| traffic.room(*endpoint) == 0).collect();
        let all = traffic.under_way.values().flat_map(HashMap::keys);
        let under_way: Vec<_> = all.copied().collect();
        async move { Ended::Taken(self.due(&full, &under_way).await) }.boxed()
    }

    async fn due(
        &self,
        full: &HashSet<ExecutionHookId>,
        under_way: &[HookDeliveryId],
    ) -> Result<Vec<Parcel>, Error> {
        let now = self.post.clock.now();
        let due = self.post.office.due_endpoints(now).await?;
        let is_open = |(organization, id): &(OrganizationId, ExecutionHookId)| {
            let known = self.post.known.present(*organization);
            // One that is not known here yet, or no more, is asked for when it is sent to.
            let off = known.and_then(|all| all.all.get(id).map(|it| it.off.is_some()));
            !full.contains(id) && off != Some(true)
        };
        let open: Vec<_> = due.into_iter().filter(is_open).map(|(_, id)| id).collect();
        if open.is_empty() {
            return Ok(Vec::new());
        }
        self.post.office.due(&open, under_way, WINDOW, now).await
    }

    async fn send(&self, parcel: Parcel) -> Ended {
        let outcome = self.settle(&parcel).await;
        Ended::Sent(Box::new(parcel), outcome)
    }

    /// One try, and what becomes of it.
    async fn settle(&self, parcel: &Parcel) -> Result<Taken, Trouble> {
        let Parcel { organization, endpoint: id, .. } = *parcel;
        let known = self.post.known.at(organization, parcel.position.unwrap_or(0)).await?;
        let known = known.and_then(|all| all.all.get(&id).cloned());
        let endpoint = if let Some(endpoint) = known {
            endpoint
        } else {
            let loaded = self.post.hooks.load(&organization.to_string()).await?;
            let Some(endpoint) = loaded.aggregate.all.get(&id).cloned() else {
                self.post.office.give_up(id, self.post.clock.now()).await?;
                return Ok(Taken::Unsent);
            };
            endpoint
        };
        if endpoint.off.is_some() {
            return Ok(Taken::Unsent);
        }
        let (tried, is_gone) = self.attempt(parcel, &endpoint).await?;
        if is_gone {
            self.disable(parcel).await?;
        }
        let _desk = self.desks.acquire().await.ok();
        self.post.office.settle(parcel, &tried, self.post.clock.now()).await?;
        let outcome = tried.fate.status().as_str();
        metrics::counter!("chainkeel_hook_deliveries_total", "outcome" => outcome).increment(1);
        metrics::histogram!("chainkeel_hook_delivery_seconds").record(tried.took.as_secs_f64());
        Ok(if tried.fate == Fate::Taken { Taken::Yes } else { Taken::No })
    }

    /// What signs at this moment, the latest first; none where it is gone.
    async fn secrets(
        &self,
        parcel: &Parcel,
        endpoint: &Endpoint,
        now: OffsetDateTime,
    ) -> Result<Vec<Delivery>, Trouble> {
        let _desk = self.desks.acquire().await.ok();
        let mut signing = Vec::new();
        for secret in endpoint.signing(now) {
            let name = SecretName::new(parcel.endpoint, secret.field.clone());
            match self.post.vault.open(parcel.organization, &name).await {
                Ok(sealed) => signing.extend(Delivery::read(&sealed)),
                Err(error) if error.is_lost() => {}
                Err(error) => return Err(Trouble::Passing(error.into())),
            }
        }
        Ok(signing)
    }

    /// Sends once: what came of it, and whether the endpoint is gone for good.
    async fn attempt(
        &self,
        parcel: &Parcel,
        endpoint: &Endpoint,
    ) -> Result<(Tried, bool), Trouble> {
        let now = self.post.clock.now();
        let signing = self.secrets(parcel, endpoint, now).await?;
        let _mask = Mask::of(signing.iter().flat_map(Delivery::secrets));
        let Some(headers) = headers(&signing, &parcel.id.to_string(), now, &parcel.body) else {
            let problem = "its secret is gone: regenerate it".to_owned();
            let fate = self.again(parcel, None);
            let (headers, took) = (BTreeMap::new(), Duration::ZERO);
            let tried = Tried { headers, answered: None, took, problem: Some(problem), fate };
            return Ok((tried, false));
        };
        let shown = shown(&headers);
        let request = Request {
            method: Method::POST,
            url: endpoint.wish.url.clone(),
            headers,
            body: parcel.body.clone().into(),
            timeout: TIME_LIMIT,
            max_response_bytes: MAX_ANSWER,
            redirects: Redirects::Return,
        };
        let begun = Instant::now();
        let answer = self.post.egress.send(request).await;
        let took = begun.elapsed();
        let tried = match &answer {
            Ok(response) => {
                let status = response.status.as_u16();
                let problem = match status {
                    200..=299 => None,
                    300..=399 => Some(format!(
                        "the endpoint answered with {status}: redirects are not followed, name the URL itself"
                    )),
                    410 => Some(
                        "the endpoint answered with 410: it is gone, and was disabled".to_owned(),
                    ),
                    _ => Some(format!("the endpoint answered with {status}")),
                };
                let fate = match status {
                    200..=299 => Fate::Taken,
                    410 => Fate::GivenUp,
                    _ => {
                        let now = self.post.clock.now();
                        self.again(parcel, retry_after(&response.headers, now, LONGEST_ASKED))
                    }
                };
                Tried { headers: shown, answered: Some(kept(response)), took, problem, fate }
            }
            Err(error) => {
                let (problem, fate) = (Some(error.to_string()), self.again(parcel, None));
                Tried { headers: shown, answered: None, took, problem, fate }
            }
        };
        let is_gone = tried.answered.as_ref().is_some_and(|it| it.status == 410);
        Ok((tried, is_gone))
    }

    /// When what was not taken is tried again, if it is; not before an endpoint asks for it.
    fn again(&self, parcel: &Parcel, asked: Option<Duration>) -> Fate {
        let tried = parcel.tries.saturating_add(1);
        pause(tried, parcel.max_retries, rand::random()).map_or(Fate::GivenUp, |pause| {
            Fate::Again(self.post.clock.now() + pause.max(asked.unwrap_or_default()))
        })
    }

    /// Says on the ledger that an endpoint is gone.
    async fn disable(&self, parcel: &Parcel) -> Result<(), Trouble> {
        let Parcel { organization, endpoint: id, .. } = *parcel;
        let (by, at) = (NAME.to_owned(), self.post.clock.now());
        let command = Command { by, at, id, order: Order::Disable(Reason::Gone) };
        let metadata = Metadata {
            causation: Some(parcel.id.to_string()),
            ..Metadata::new(organization, NAME, CommandId::generate())
        };
        let stream = organization.to_string();
        let done = self.post.hooks.execute(&stream, command, Context::new(metadata)).await;
        // What is refused was removed meanwhile.
        carried_out(done, |_| Ok(()))
    }

    /// Forgets what is old.
    async fn sweep(&self) -> Result<(), Error> {
        let before = self.post.clock.now() - KEPT;
        for endpoint in self.post.office.noted_endpoints().await? {
            self.post.office.forget(endpoint, before, KEPT_EACH).await?;
        }
        Ok(())
    }
}
