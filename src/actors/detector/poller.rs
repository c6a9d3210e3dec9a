//! Asks the sources that do not call: each in its rhythm, and fires for what is new.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt as _;
use futures::future::{BoxFuture, try_join_all};
use futures::stream::FuturesUnordered;
use time::OffsetDateTime;
use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;

use super::Gate;
use super::items::{fingerprint, firing};
use super::office::{Office, hold};
use super::ringer::{Ring, Ringer};
use crate::actors::rhythm::Rhythm;
use crate::aggregates::connector::Owner;
use crate::catalog::{Asked, By, Newness, Source};
use crate::connectors::{Credentials, Desk};
use crate::egress::{Egress, HeaderMap, HeaderValue, Method, Redirects, Request, header};
use crate::journal::{Error, Journal, Leases};
use crate::primitives::{Clock, WorkflowId};
use crate::sources::{Cursors, Standing};
use crate::triggers::source::{Answered, Cursor, Question, question, read};
use crate::triggers::{Key, Subscriber, Subscription, TriggerIndex};

/// The office that one process holds: it spares sources the same question twice.
const OFFICE: Office = Office("sources");
/// How often it is looked for who is due.
const LOOK: Duration = Duration::from_millis(250);
/// How many sources are asked at a time.
const SIDE_BY_SIDE: usize = 16;
/// How long one answer may take, and how long it may be.
const PATIENCE: Duration = Duration::from_secs(20);
const MAX_ANSWER: usize = 4 * 1024 * 1024;
/// How long is waited at most after failures, and at most because a source asks for it.
const MAX_BACK_OFF: Duration = Duration::from_mins(15);
const MAX_RETRY_AFTER: Duration = Duration::from_hours(1);
/// How many rings may wait, and how long a source is left alone at least between two questions.
const RINGS: usize = 1_024;
const MIN_PAUSE: Duration = Duration::from_secs(2);

/// What asks sources.
#[derive(Clone)]
pub struct Poller {
    /// The sources that are known.
    pub sources: Vec<&'static Source>,
    /// Who is subscribed.
    pub index: Arc<TriggerIndex>,
    /// Where firings are decided.
    pub gate: Gate,
    /// Where credentials are opened.
    pub connectors: Desk,
    /// The way out.
    pub egress: Egress,
    /// How far sources were read.
    pub cursors: Cursors,
    /// Where gaps of streams are written down.
    pub journal: Journal,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Under which leases this process acts, while it does.
    pub standing: watch::Receiver<Option<Leases>>,
}

/// Why a source was not read.
struct Failure {
    problem: String,
    /// When the source wants to be asked again.
    retry_after: Option<Duration>,
    /// Whether what it was asked for is no longer there, so that it is begun anew.
    lost: bool,
}

/// What is known of when a workflow's source is to be asked.
struct Due {
    version: u32,
    next_at: OffsetDateTime,
    asked_at: OffsetDateTime,
    /// Whether something new was there.
    brought: bool,
}

/// Why it is asked now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Why {
    /// It is time.
    Rhythm,
    /// Its stream rang.
    Rung,
}

impl Failure {
    #[expect(clippy::needless_pass_by_value, reason = "it maps errors")]
    fn of(problem: impl ToString) -> Self {
        Self { problem: problem.to_string(), retry_after: None, lost: false }
    }
}

impl Poller {
    /// Asks, or waits until it may, until it is told to stop.
    pub async fn run(self, stop: CancellationToken) -> Result<(), Error> {
        let (standing, stopping) = (self.standing.clone(), stop.clone());
        hold(OFFICE, standing, stop, async |leases| self.ask_all(&leases, &stopping).await).await
    }

    async fn ask_all(&self, leases: &Leases, stop: &CancellationToken) -> Result<(), Error> {
        let (rings, rung) = mpsc::channel(RINGS);
        let ringer = Ringer {
            index: Arc::clone(&self.index),
            gate: self.gate.clone(),
            journal: self.journal.clone(),
            egress: self.egress.clone(),
            clock: Arc::clone(&self.clock),
            rung: rings,
        };
        let listening = self.sources.iter().copied().filter_map(|source| match &source.by {
            By::Poll(asked) => Some(ringer.listen(source, asked)),
            By::Webhook(_) => None,
        });
        tokio::select! {
            ended = self.ask_in_turn(leases, stop, rung) => ended,
            failed = try_join_all(listening) => failed.map(drop),
        }
    }

    async fn ask_in_turn(
        &self,
        leases: &Leases,
        stop: &CancellationToken,
        mut rung: mpsc::Receiver<Ring>,
    ) -> Result<(), Error> {
        let mut due: HashMap<WorkflowId, Due> = HashMap::new();
        let mut asked = HashSet::new();
        let mut hurried: HashMap<WorkflowId, u8> = HashMap::new();
        let mut under_way: FuturesUnordered<BoxFuture<'_, (WorkflowId, Due)>> =
            FuturesUnordered::new();
        let mut rhythm = Rhythm::new(LOOK, stop.clone());
        loop {
            tokio::select! {
                goes_on = rhythm.beat() => {
                    if !goes_on {
                        return Ok(());
                    }
                    if !leases.alive() {
                        return Err(Error::LeaseLost("the poller of sources"));
                    }
                    let now = self.clock.now();
                    for (workflow, subscription) in self.subscribed() {
                        let known = due.get(&workflow);
                        let is_due = known.is_none_or(|due| {
                            due.version != subscription.version || due.next_at <= now
                        });
                        let is_rung = hurried.contains_key(&workflow)
                            && known.is_none_or(|due| now - due.asked_at >= MIN_PAUSE);
                        if under_way.len() < SIDE_BY_SIDE
                            && (is_due || is_rung)
                            && asked.insert(workflow)
                        {
                            let why = if is_rung { Why::Rung } else { Why::Rhythm };
                            under_way.push(Box::pin(self.turn(workflow, subscription, why)));
                        }
                    }
                }
                Some((workflow, then)) = under_way.next() => {
                    asked.remove(&workflow);
                    let left = hurried.remove(&workflow).unwrap_or_default().saturating_sub(1);
                    if left > 0 && !then.brought {
                        hurried.insert(workflow, left);
                    }
                    due.insert(workflow, then);
                }
                Some(Ring { workflow, times }) = rung.recv() => {
                    hurried.insert(workflow, times);
                }
            }
        }
    }

    /// The workflows whose trigger is a source that is asked.
    fn subscribed(&self) -> Vec<(WorkflowId, Arc<Subscription>)> {
        self.sources
            .iter()
            .copied()
            .filter(|source| matches!(source.by, By::Poll(_)))
            .flat_map(|source| self.index.under(&Key::Kind(&source.kind)))
            .filter_map(|subscription| match subscription.subscriber {
                Subscriber::Workflow(workflow) => Some((workflow, subscription)),
                Subscriber::Wait { .. } => None,
            })
            .collect()
    }

    /// Asks the source of one workflow, if it is due; when it is the next time.
    async fn turn(
        &self,
        workflow: WorkflowId,
        subscription: Arc<Subscription>,
        why: Why,
    ) -> (WorkflowId, Due) {
        let (next_at, brought) = match self.poll(workflow, &subscription, why).await {
            Ok(told) => told,
            Err(error) => {
                tracing::warn!("the source of {workflow} was not asked: {error}");
                (self.clock.now() + MAX_BACK_OFF / 60, false)
            }
        };
        let (version, asked_at) = (subscription.version, self.clock.now());
        (workflow, Due { version, next_at, asked_at, brought })
    }

    async fn poll(
        &self,
        workflow: WorkflowId,
        subscription: &Subscription,
        why: Why,
    ) -> Result<(OffsetDateTime, bool), crate::sources::Error> {
        let (now, nobody) = (self.clock.now(), (self.clock.now() + MAX_BACK_OFF, false));
        let source = self.sources.iter().find(|source| source.kind == subscription.kind);
        let Some(source) = source else { return Ok(nobody) };
        let By::Poll(asked) = &source.by else { return Ok(nobody) };
        let version = i32::try_from(subscription.version).unwrap_or(i32::MAX);
        let settings = fingerprint(subscription);
        let before = self.cursors.load(subscription.organization, workflow).await?;
        if let Some(before) = &before
            && before.version == version
            && before.next_at > now
            // One that fails is left alone for as long as it was to be, whoever rings.
            && (why == Why::Rhythm || before.failures > 0)
        {
            return Ok((before.next_at, false));
        }
        let (revision, items, failures) = before
            .as_ref()
            .map_or((0, 0, 0), |before| (before.revision, before.items, before.failures));
        let text = before.filter(|before| before.settings == settings).and_then(|it| it.cursor);
        let cursor: Option<Cursor> = text.as_deref().and_then(|it| serde_json::from_str(it).ok());
        let answered = self.answer(subscription, source, asked, cursor.as_ref(), now).await;
        let handed = match answered {
            Ok(answered) => self.hand_on(workflow, subscription, &settings, answered).await,
            Err(failure) => Err(failure),
        };
        let interval = Duration::from_secs(u64::from(asked.interval_seconds));
        let standing = match handed {
            Ok((cursor, count, more)) => Standing {
                revision,
                version,
                settings,
                cursor: serde_json::to_string(&cursor).ok(),
                polled_at: now,
                next_at: if more { now } else { self.clock.now() + interval },
                failures: 0,
                problem: None,
                items: items + count,
            },
            Err(Failure { problem, retry_after, lost }) => {
                let failures = failures.saturating_add(1);
                let wait = retry_after.unwrap_or_else(|| back_off(interval, failures));
                tracing::info!("the source of {workflow} was not read: {problem}");
                Standing {
                    revision,
                    version,
                    settings,
                    cursor: text.filter(|_| !lost),
                    polled_at: now,
                    next_at: self.clock.now() + wait,
                    failures,
                    problem: Some(problem),
                    items,
                }
            }
        };
        let outcome = if standing.problem.is_some() { "failed" } else { "read" };
        metrics::counter!("chainkeel_source_polls_total", "kind" => subscription.kind, "outcome" => outcome)
            .increment(1);
        // Whoever was faster has handed on the same items under the same ids.
        self.cursors.swap(subscription.organization, workflow, &standing).await?;
        Ok((standing.next_at, standing.items > items))
    }

    async fn answer(
        &self,
        subscription: &Subscription,
        source: &Source,
        asked: &Asked,
        cursor: Option<&Cursor>,
        now: OffsetDateTime,
    ) -> Result<Answered, Failure> {
        let now = now.unix_timestamp();
        let settings = &*subscription.payload;
        let Question { url, body } = question(asked, settings, cursor, now).map_err(Failure::of)?;
        let credentials = match &source.connector {
            Some(kind) => Some(self.credentials(subscription, kind).await?),
            None => None,
        };
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT, HeaderValue::from_static("application/json, */*;q=0.5"));
        let method = if body.is_some() { Method::POST } else { Method::GET };
        if body.is_some() {
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        }
        let mut request = Request {
            method,
            url,
            headers,
            body: body.map(|body| body.to_string()).unwrap_or_default().into(),
            timeout: PATIENCE,
            max_response_bytes: MAX_ANSWER,
            redirects: Redirects::Follow,
        };
        if let Some(credentials) = &credentials {
            credentials.put_into(&mut request).map_err(Failure::of)?;
        }
        let response = self.egress.send(request).await.map_err(Failure::of)?;
        let status = response.status;
        if !status.is_success() {
            let told = response.headers.get(header::RETRY_AFTER);
            let told = told.and_then(|told| told.to_str().ok()?.trim().parse().ok());
            let retry_after = told.map(|told| Duration::from_secs(told).min(MAX_RETRY_AFTER));
            let lost = matches!(asked.cursor, Newness::History { .. })
                && cursor.is_some()
                && status.as_u16() == 404;
            return Err(Failure { problem: format!("it answers {status}"), retry_after, lost });
        }
        read(source, asked, settings, cursor, (&response.body, now)).map_err(|error| {
            let problem = error.to_string();
            // What a source says of an error may hold what it was asked with.
            Failure::of(match &credentials {
                Some(credentials) => credentials.mask().text(&problem).into_owned(),
                None => problem,
            })
        })
    }

    async fn credentials(
        &self,
        subscription: &Subscription,
        kind: &str,
    ) -> Result<Credentials, Failure> {
        let organization = subscription.organization;
        let named = subscription.connector.as_ref().filter(|named| named.kind == kind);
        let named = named.ok_or_else(|| {
            Failure::of(format!("the trigger names no connector of the type `{kind}`"))
        })?;
        // The trigger acts for the organization.
        let asker = async { Ok(Owner::Organization) };
        let id = self.connectors.meant(organization, named, asker).await.map_err(Failure::of)?;
        self.connectors.open(organization, id).await.map_err(Failure::of)
    }

    /// Fires for each item. The cursor stays where it was when one of them could not be handed on:
    /// those before it start nothing when they come again.
    async fn hand_on(
        &self,
        workflow: WorkflowId,
        subscription: &Subscription,
        settings: &str,
        answered: Answered,
    ) -> Result<(Cursor, i64, bool), Failure> {
        let Answered { items, cursor, more } = answered;
        let count = i64::try_from(items.len()).unwrap_or_default();
        for item in items {
            let firing = firing(workflow, subscription, settings, item, self.clock.now());
            self.gate.fire(firing).await.map_err(Failure::of)?;
        }
        Ok((cursor, count, more))
    }
}

/// Twice as long after each failure.
fn back_off(interval: Duration, failures: i32) -> Duration {
    let doublings = u32::try_from(failures).unwrap_or_default().min(16);
    interval.saturating_mul(1 << doublings).min(MAX_BACK_OFF.max(interval))
}
