//! One flush: the appends that go to the database in one call, and what became of each.

use std::collections::{HashMap, HashSet, VecDeque};
use std::mem;

use sqlx::PgConnection;
use tokio::sync::{OwnedSemaphorePermit, oneshot};

use super::event::{Fence, NewEvent, Outcome, Side, StreamId};
use super::{Error, Receipt};
use crate::primitives::{OrganizationId, WorkflowId};

/// How much one flush may hold.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    pub(super) events: usize,
    pub(super) bytes: usize,
}

/// An append on its way, with its caller waiting.
#[derive(Debug)]
pub(super) struct Job {
    pub(super) stream: StreamId,
    pub(super) expected: i64,
    pub(super) events: Vec<NewEvent>,
    pub(super) organization: OrganizationId,
    pub(super) command: String,
    /// JSON text.
    pub(super) metadata: String,
    pub(super) fence: Option<Fence>,
    pub(super) side: Vec<Side>,
    pub(super) bytes: usize,
    pub(super) reply: oneshot::Sender<Result<Outcome, Error>>,
    /// Gives its share of the queue back when the job is done.
    pub(super) _share: OwnedSemaphorePermit,
}

impl Job {
    fn last(&self) -> i64 {
        self.expected + self.events.len() as i64
    }

    /// Whether an append of the same stream may follow in the same flush: only when this one can be
    /// refused for no other reason than its place in the stream, or the same fence.
    fn may_lead(&self) -> bool {
        self.side.iter().all(|side| match side {
            Side::Claim { .. } | Side::Receipt(_) | Side::Allowance(_) => false,
            Side::InboxDone(_) => true,
        })
    }

    /// The rows outside the stream that only one append of a flush may write.
    fn keys(&self) -> impl Iterator<Item = Key> {
        self.side.iter().filter_map(|side| match side {
            Side::Claim { trigger_id } => Some(Key::Claim(self.organization, trigger_id.clone())),
            Side::Receipt(receipt) => Some(Key::Receipt(
                receipt.organization,
                receipt.principal.clone(),
                receipt.route.clone(),
                receipt.key.clone(),
            )),
            Side::Allowance(allowance) => Some(Key::Allowance(allowance.workflow)),
            Side::InboxDone(_) => None,
        })
    }
}

#[derive(PartialEq, Eq, Hash)]
enum Key {
    Claim(OrganizationId, String),
    Receipt(OrganizationId, String, String, String),
    Allowance(WorkflowId),
}

/// Takes from the front of `waiting` what fits into one flush. What must come after something in
/// the flush stays, in its order.
pub(super) fn fill(waiting: &mut VecDeque<Job>, limits: Limits) -> Vec<Job> {
    let mut batch: Vec<Job> = Vec::with_capacity(waiting.len());
    let mut streams: HashMap<StreamId, usize> = HashMap::with_capacity(waiting.len());
    let mut put_off: HashSet<StreamId> = HashSet::new();
    let mut taken: HashSet<Key> = HashSet::new();
    let (mut events, mut bytes) = (0, 0);
    for job in mem::take(waiting) {
        let full = !batch.is_empty()
            && (events + job.events.len() > limits.events || bytes + job.bytes > limits.bytes);
        let follows = streams.get(&job.stream).map(|&before| {
            let before = &batch[before];
            before.may_lead() && before.last() == job.expected && before.fence == job.fence
        });
        let admitted = !full
            && follows != Some(false)
            && !put_off.contains(&job.stream)
            && !job.keys().any(|key| taken.contains(&key));
        if admitted {
            events += job.events.len();
            bytes += job.bytes;
            taken.extend(job.keys());
            streams.insert(job.stream.clone(), batch.len());
            batch.push(job);
        } else {
            put_off.insert(job.stream.clone());
            waiting.push_back(job);
        }
    }
    // One order for all: two flushes that meet wait for each other in the same direction.
    batch.sort_by(|a, b| (&a.stream, a.expected).cmp(&(&b.stream, b.expected)));
    batch
}

/// Records the batch in one transaction. The outcomes are in the order of the batch.
///
/// The call can be repeated when its outcome is unknown: what was recorded answers `Duplicate`.
pub(super) async fn record(
    connection: &mut PgConnection,
    batch: &[Job],
) -> Result<Vec<Outcome>, sqlx::Error> {
    let rows = Rows::of(batch);
    // Few workflows have limits: the rest does without the count.
    let refused = if rows.allowances.append.is_empty() {
        append(connection, &rows).await?
    } else {
        append_allowed(connection, &rows).await?
    };

    let mut outcomes: Vec<Outcome> =
        batch.iter().map(|job| Outcome::Appended { last: job.last() }).collect();
    for row in refused {
        let place = usize::try_from(row.append - 1).unwrap_or(usize::MAX);
        let (Some(outcome), Some(job)) = (outcomes.get_mut(place), batch.get(place)) else {
            continue;
        };
        *outcome = match row.outcome.as_str() {
            "duplicate" => Outcome::Duplicate { last: row.last_sequence.unwrap_or(job.last()) },
            "fenced" => Outcome::Fenced,
            "receipt_taken" => Outcome::ReceiptTaken,
            "claim_taken" => Outcome::ClaimTaken { run: row.claimed_by.unwrap_or_default() },
            "used_up" => Outcome::UsedUp,
            "cooling" => Outcome::Cooling { until: row.claimed_by.unwrap_or_default() },
            _ => Outcome::Conflict,
        };
    }
    Ok(outcomes)
}

/// An append that was not recorded, as the database says it.
struct NotRecorded {
    append: i32,
    outcome: String,
    last_sequence: Option<i64>,
    claimed_by: Option<String>,
}

/// Calls one of the two forms of the append: what both take, and what one of them takes besides.
macro_rules! call {
    ($connection:ident, $file:literal, $rows:ident $(, $more:expr)*) => {
        sqlx::query_file_as!(
            NotRecorded,
            $file,
            &$rows.chain,
            &$rows.types as &[&str],
            &$rows.ids as &[&str],
            &$rows.expected,
            &$rows.commands as &[&str],
            &$rows.slots as &[Option<i16>],
            &$rows.epochs as &[Option<i64>],
            &$rows.events.append,
            &$rows.events.types as &[&str],
            &$rows.events.ids as &[&str],
            &$rows.events.sequences,
            &$rows.events.names as &[&str],
            &$rows.events.versions as &[&str],
            &$rows.events.payloads as &[&str],
            &$rows.events.metadata as &[&str],
            &$rows.claims.append,
            &$rows.claims.organizations,
            &$rows.claims.triggers as &[&str],
            &$rows.claims.runs as &[&str],
            &$rows.receipts.append,
            &$rows.receipts.organizations,
            &$rows.receipts.principals as &[&str],
            &$rows.receipts.routes as &[&str],
            &$rows.receipts.keys as &[&str],
            &$rows.receipts.fingerprints as &[&str],
            &$rows.receipts.statuses,
            &$rows.receipts.responses as &[&str],
            &$rows.done_append,
            &$rows.done,
            $($more,)*
        )
        .fetch_all($connection)
        .await
    };
}

async fn append(
    connection: &mut PgConnection,
    rows: &Rows<'_>,
) -> Result<Vec<NotRecorded>, sqlx::Error> {
    call!(connection, "src/journal/flush.sql", rows)
}

/// The same, where runs of workflows with limits begin.
async fn append_allowed(
    connection: &mut PgConnection,
    rows: &Rows<'_>,
) -> Result<Vec<NotRecorded>, sqlx::Error> {
    call!(
        connection,
        "src/journal/flush_allowed.sql",
        rows,
        &rows.allowances.append,
        &rows.allowances.organizations,
        &rows.allowances.workflows,
        &rows.allowances.allotments,
        &rows.allowances.totals as &[Option<i64>],
        &rows.allowances.cooldowns as &[Option<i64>]
    )
}

/// The arrays of the call.
#[derive(Default)]
struct Rows<'a> {
    chain: Vec<i32>,
    types: Vec<&'a str>,
    ids: Vec<&'a str>,
    expected: Vec<i64>,
    commands: Vec<&'a str>,
    slots: Vec<Option<i16>>,
    epochs: Vec<Option<i64>>,
    events: EventRows<'a>,
    claims: ClaimRows<'a>,
    receipts: ReceiptRows<'a>,
    allowances: AllowanceRows,
    done_append: Vec<i32>,
    done: Vec<String>,
}

#[derive(Default)]
struct EventRows<'a> {
    append: Vec<i32>,
    types: Vec<&'a str>,
    ids: Vec<&'a str>,
    sequences: Vec<i64>,
    names: Vec<&'a str>,
    versions: Vec<&'a str>,
    payloads: Vec<&'a str>,
    metadata: Vec<&'a str>,
}

#[derive(Default)]
struct ClaimRows<'a> {
    append: Vec<i32>,
    organizations: Vec<String>,
    triggers: Vec<&'a str>,
    runs: Vec<&'a str>,
}

#[derive(Default)]
struct ReceiptRows<'a> {
    append: Vec<i32>,
    organizations: Vec<String>,
    principals: Vec<&'a str>,
    routes: Vec<&'a str>,
    keys: Vec<&'a str>,
    fingerprints: Vec<&'a str>,
    statuses: Vec<i16>,
    responses: Vec<&'a str>,
}

#[derive(Default)]
struct AllowanceRows {
    append: Vec<i32>,
    organizations: Vec<String>,
    workflows: Vec<String>,
    allotments: Vec<i64>,
    totals: Vec<Option<i64>>,
    cooldowns: Vec<Option<i64>>,
}

impl<'a> Rows<'a> {
    fn of(batch: &'a [Job]) -> Self {
        let mut rows = Self::default();
        let mut before: Option<(&StreamId, i32)> = None;
        for (number, job) in (1..).zip(batch) {
            let chain = match before {
                Some((stream, chain)) if *stream == job.stream => chain,
                _ => number,
            };
            before = Some((&job.stream, chain));
            rows.chain.push(chain);
            rows.types.push(job.stream.aggregate_type);
            rows.ids.push(&job.stream.aggregate_id);
            rows.expected.push(job.expected);
            rows.commands.push(&job.command);
            rows.slots.push(job.fence.map(|fence| fence.slot));
            rows.epochs.push(job.fence.map(|fence| fence.epoch));
            for (sequence, event) in (job.expected + 1..).zip(&job.events) {
                rows.events.push(number, job, sequence, event);
            }
            for side in &job.side {
                rows.push_side(number, job, side);
            }
        }
        rows
    }

    fn push_side(&mut self, number: i32, job: &'a Job, side: &'a Side) {
        match side {
            Side::Claim { trigger_id } => {
                self.claims.append.push(number);
                self.claims.organizations.push(job.organization.to_string());
                self.claims.triggers.push(trigger_id);
                self.claims.runs.push(&job.stream.aggregate_id);
            }
            Side::Allowance(allowance) => {
                self.allowances.append.push(number);
                self.allowances.organizations.push(job.organization.to_string());
                self.allowances.workflows.push(allowance.workflow.to_string());
                self.allowances.allotments.push(allowance.allotment);
                self.allowances.totals.push(allowance.total);
                self.allowances.cooldowns.push(allowance.cooldown_ms);
            }
            Side::Receipt(receipt) => self.receipts.push(number, receipt),
            Side::InboxDone(command) => {
                self.done_append.push(number);
                self.done.push(command.to_string());
            }
        }
    }
}

impl<'a> EventRows<'a> {
    fn push(&mut self, number: i32, job: &'a Job, sequence: i64, event: &'a NewEvent) {
        self.append.push(number);
        self.types.push(job.stream.aggregate_type);
        self.ids.push(&job.stream.aggregate_id);
        self.sequences.push(sequence);
        self.names.push(&event.event_type);
        self.versions.push(&event.event_version);
        self.payloads.push(&event.payload);
        self.metadata.push(&job.metadata);
    }
}

impl<'a> ReceiptRows<'a> {
    fn push(&mut self, number: i32, receipt: &'a Receipt) {
        self.append.push(number);
        self.organizations.push(receipt.organization.to_string());
        self.principals.push(&receipt.principal);
        self.routes.push(&receipt.route);
        self.keys.push(&receipt.key);
        self.fingerprints.push(&receipt.fingerprint);
        self.statuses.push(receipt.status);
        self.responses.push(&receipt.response);
    }
}
