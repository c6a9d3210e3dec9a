//! `chainkeel doctor`: looks at everything that an installation needs, and says what to mend.

use clap::Args;
use serde_json::json;
use sqlx::PgPool;
use time::{Duration, OffsetDateTime};

use super::client::{Client, Server};
use super::config::begin;
use super::failure::Failure;
use super::migrate::database;
use super::print::{line, print_json};
use crate::config::{Flags, Surroundings};
use crate::hooks;
use crate::journal::reading::{Catalogue, State, YOUNGEST};
use crate::journal::{self, ChainStanding, Reactions, migrate, partitions, pool};
use crate::notary::{Log, OutsideCopy, Standing};
use crate::primitives::{Clock, SystemClock};
use crate::projections::{self, builds};
use crate::relay::{self, Ledger, Stream, Target};
use crate::segments::Shelf;
use crate::traces;

/// How far the clocks of this machine and of the database may be apart.
const MAX_SKEW: Duration = Duration::milliseconds(500);
/// How many events may be without a position, or a view behind, before it is worth a look.
const MAX_LAG: i64 = 10_000;
/// How many blocks a chain may be behind before it is worth a look.
const MAX_BLOCKS_BEHIND: i64 = 500;
/// How long an endpoint may take nothing before it is worth a look, and a difference is news.
const MAX_SILENCE: Duration = Duration::hours(1);
/// The oldest PostgreSQL whose snapshots the sequencer can use.
const MIN_POSTGRES: i32 = 150_000;

/// Checks the database, versions, leases, lag and clock, and says what to mend
#[derive(Debug, Args)]
pub(super) struct Doctor {
    #[command(flatten)]
    flags: Flags,
    /// Only ask the server of `CHAINKEEL_URL` whether it serves: for the health checks of containers
    #[arg(long)]
    ready: bool,
    /// Print JSON for programs instead of text for people
    #[arg(long)]
    json: bool,
}

/// What helps where history is not what was signed.
const HALTED: &str = "stop here and keep the database as it is; `chainkeel audit verify --all` names the place, \
                      docs/verifying.md says what to do";

/// What was found of one thing.
struct Finding {
    what: &'static str,
    found: String,
    cure: Option<&'static str>,
}

impl Finding {
    /// `cure` counts only when it is not `fine`.
    fn new(what: &'static str, found: String, fine: bool, cure: &'static str) -> Self {
        Self { what, found, cure: (!fine).then_some(cure) }
    }
}

impl Doctor {
    pub(super) fn run(self) -> Result<(), Failure> {
        let config = begin(&self.flags, &Surroundings::read())?;
        if self.ready {
            return ready(config.url.to_string(), self.json);
        }
        let database = database(&config)?;
        let copy = OutsideCopy::new(config.proof.place(&config.data_dir));
        let target = config.relay.target().map_err(|error| Failure::of(&error))?;
        let findings = actix_rt::System::new().block_on(async {
            let pool = pool::owner(&database, 2);
            let files = Shelf::new(config.retention.place(&config.data_dir));
            let after = config.retention.seal_after_days.map(|days| Duration::days(days.into()));
            let findings = examine(&pool, &copy, (&files, after), target.as_ref()).await;
            pool.close().await;
            findings
        });
        let findings = findings.map_err(|error| {
            Failure::of(&*error)
                .cure("check that PostgreSQL runs; `chainkeel migrate` makes the schema")
        })?;
        let sick = findings.iter().filter(|finding| finding.cure.is_some()).count();
        if self.json {
            let findings: Vec<_> = findings
                .iter()
                .map(|finding| json!({ "check": finding.what, "found": finding.found, "ok": finding.cure.is_none(), "cure": finding.cure }))
                .collect();
            print_json(&json!({ "ok": sick == 0, "findings": findings }));
        } else {
            for Finding { what, found, cure } in &findings {
                let mark = if cure.is_some() { "!!" } else { "ok" };
                line(&format!("{mark}  {what:<18} {found}"));
                if let Some(cure) = cure {
                    line(&format!("      try: {cure}"));
                }
            }
        }
        match sick {
            0 => Ok(()),
            1 => Err(Failure::new("one thing needs a look")),
            sick => Err(Failure::new(format!("{sick} things need a look"))),
        }
    }
}

/// Asks the server itself, and looks at nothing else: a container has no other program that could.
fn ready(url: String, json: bool) -> Result<(), Failure> {
    let server = Server { url, api_key: None, organization: None, json };
    let asked = async { Client::new(&server, None)?.get("readyz").await };
    let ready = actix_rt::System::new().block_on(asked).map_err(|error| Failure::of(&error))?;
    if json {
        print_json(&ready);
    } else {
        line(&format!("{} is ready, at position {}", server.url, ready["seen"]));
    }
    Ok(())
}

type Sick = Box<dyn std::error::Error + Send + Sync>;

async fn examine(
    pool: &PgPool,
    copy: &OutsideCopy,
    (shelf, seal_after): (&Shelf, Option<Duration>),
    target: Option<&Target>,
) -> Result<Vec<Finding>, Sick> {
    let mut findings = server(pool).await?;
    let (current, newest) = (migrate::current(pool).await?, migrate::newest());
    let found =
        current.map_or_else(|| "no schema".to_owned(), |version| format!("version {version}"));
    let fine = current == Some(newest);
    findings.push(Finding::new(
        "schema",
        found,
        fine,
        "`chainkeel migrate` brings it to this program's version",
    ));
    if current.is_none() {
        return Ok(findings);
    }
    findings.extend(ledger(pool).await?);
    findings.extend(history(pool, copy).await?);
    // An older schema does not know of them.
    if fine {
        findings.extend(segments(pool, shelf).await?);
        findings.extend(months(pool, seal_after).await?);
    }
    findings.extend(work(pool).await?);
    findings.extend(reactions(pool).await?);
    findings.extend(chains(pool).await?);
    findings.extend(endpoints(pool).await?);
    findings.extend(samples(pool).await?);
    if let Some(target) = target {
        findings.extend(relayed(pool, target).await?);
    }
    for build in builds::list(pool).await? {
        if !matches!(build.state, builds::State::Live | builds::State::Parked) {
            continue;
        }
        let head =
            sqlx::query_scalar!("select head from sequencer where id = 1").fetch_one(pool).await?;
        let behind = head - build.position;
        let parked = build.parked_reason.as_deref();
        let found = match parked {
            Some(reason) => format!("{} is parked: {reason}", build.projection),
            None => format!("{} is {behind} events behind", build.projection),
        };
        let fine = parked.is_none() && behind <= MAX_LAG;
        findings.push(Finding::new(
            "view",
            found,
            fine,
            "is a projector running? `chainkeel projections rebuild` builds a parked view anew",
        ));
    }
    Ok(findings)
}

/// How far the ledger is relayed.
async fn relayed(pool: &PgPool, target: &Target) -> Result<Option<Finding>, Sick> {
    // Before the first server has run there is no ledger to be relayed.
    let Some(key) = journal::kept_webhook_key(pool).await? else { return Ok(None) };
    let ledger = Ledger::of(&key);
    let looked = async { Stream::reach(target, &ledger).await?.standing().await };
    let looked: Result<_, relay::Error> = looked.await;
    let head =
        sqlx::query_scalar!("select head from sequencer where id = 1").fetch_one(pool).await?;
    let name = &target.stream;
    let is_there = "is a process with the role `relay` running? Its log says why nothing is relayed; \
                    docs/relay.md says what to do";
    let (found, cure) = match looked {
        Err(error) => (
            error.in_words(),
            Some("start NATS with JetStream, and look at `relay.…` of `chainkeel config`"),
        ),
        Ok(None) => (format!("there is no stream {name} yet"), Some(is_there)),
        Ok(Some(it)) if it.last > head => {
            (format!("the stream {name} ends at {}, the ledger at {head}", it.last), Some(HALTED))
        }
        Ok(Some(it)) => {
            let behind = head - it.last;
            let found = format!(
                "the stream {name} has positions {} to {}, {behind} events behind, in {} bytes",
                it.first, it.last, it.bytes
            );
            (found, (behind > MAX_LAG).then_some(is_there))
        }
    };
    Ok(Some(Finding { what: "relay", found, cure }))
}

/// Whether all that has left the database is where it should be.
async fn segments(pool: &PgPool, shelf: &Shelf) -> Result<Option<Finding>, Sick> {
    let kept = Catalogue::new(pool.clone()).list().await?;
    let kept: Vec<_> = kept.iter().filter(|it| it.state != State::Deleted).collect();
    let missing = kept.iter().filter(|it| !shelf.place_of(&it.digest).exists()).count();
    let place = shelf.directory().display();
    Ok((!kept.is_empty()).then(|| {
        Finding::new(
            "segments",
            format!("{} of {} are in {place}", kept.len() - missing, kept.len()),
            missing == 0,
            "let retention.directory name what all servers see, or copy the missing files there; `chainkeel \
             retention verify` names them",
        )
    }))
}

/// The months that are old enough to leave and may not, with what is in the way. None of that is wrong.
async fn months(pool: &PgPool, seal_after: Option<Duration>) -> Result<Vec<Finding>, Sick> {
    let Some(after) = seal_after else { return Ok(Vec::new()) };
    let now = SystemClock.now();
    let signed = Log::new(pool.clone()).standing().await?.last.map_or(0, |it| it.size);
    let signed = i64::try_from(signed).unwrap_or(i64::MAX);
    let catalogue = Catalogue::new(pool.clone());
    let mut found = Vec::new();
    for span in catalogue.ended_before(now - after).await? {
        let standing = catalogue.standing(&span, signed, now - YOUNGEST).await?;
        if standing.runs > 0 && !standing.may_leave() {
            let month = format!("{} stays in the database: {standing}", span.month);
            found.push(Finding { what: "old month", found: month, cure: None });
        }
    }
    Ok(found)
}

/// Whether samples of the ledger differed from the views lately.
async fn samples(pool: &PgPool) -> Result<Option<Finding>, Sick> {
    let found = projections::findings::list(pool, 1).await?;
    let now = SystemClock.now();
    let lately = found.into_iter().find(|it| now - it.found_at < MAX_SILENCE);
    Ok(lately.map(|it| {
        let done = if it.is_mended { "it was projected again" } else { "it is as it was" };
        let found = format!(
            "{} differed from the ledger in {} at {}: {done}",
            it.projection, it.table, it.key
        );
        let cure = "`chainkeel projections findings` shows what readers saw: report it; `chainkeel \
                    projections verify` looks at every row";
        Finding { what: "sample of views", found, cure: Some(cure) }
    }))
}

async fn reactions(pool: &PgPool) -> Result<Vec<Finding>, Sick> {
    let head =
        sqlx::query_scalar!("select head from sequencer where id = 1").fetch_one(pool).await?;
    let finding = |standing: journal::Standing| {
        let journal::Standing { name, position, again, parked, reason } = standing;
        let behind = head - position;
        let late = format!("{name} is {behind} events behind and tries {again} again");
        let found = match reason {
            None => late,
            Some(reason) => format!("{late}; it has given {parked} up: {reason}"),
        };
        let cure = "is a worker running? `chainkeel dead-letter list` shows each organization what was \
                    given up; mend the cause, then `chainkeel dead-letter reprocess`";
        Finding::new("reaction", found, parked == 0 && behind <= MAX_LAG, cure)
    };
    // Traces are behind where nobody is to take them: that is nobody's trouble.
    let all = Reactions::list(pool).await?.into_iter();
    Ok(all.filter(|standing| standing.name != traces::CHECKPOINT).map(finding).collect())
}

/// Who is told of runs, and takes nothing.
async fn endpoints(pool: &PgPool) -> Result<Vec<Finding>, Sick> {
    let head =
        sqlx::query_scalar!("select head from sequencer where id = 1").fetch_one(pool).await?;
    let fed = hooks::Office::new(pool.clone()).position().await?;
    let behind = fed.map_or(0, |fed| head - fed);
    let mut findings = vec![Finding::new(
        "execution hooks",
        format!("are told up to {behind} events before the end"),
        behind <= MAX_LAG,
        "is a worker running? One of them tells execution webhooks what happens",
    )];
    for it in hooks::ailing(pool, SystemClock.now() - MAX_SILENCE).await? {
        let hooks::Ailing { endpoint_id, organization_id, waiting, since, problem } = it;
        let problem = problem.unwrap_or_default();
        findings.push(Finding::new(
            "execution hook",
            format!("{endpoint_id} of {organization_id} has not taken {waiting} since {since}: {problem}"),
            false,
            "`chainkeel hook deliveries --hook` shows what it answers; mend it, or `chainkeel hook disable` it",
        ));
    }
    Ok(findings)
}

async fn server(pool: &PgPool) -> Result<Vec<Finding>, Sick> {
    let server = sqlx::query!(
        r#"select current_setting('server_version_num')::int as "version!", version() as "about!",
                  current_setting('fsync') as "fsync!", current_setting('synchronous_commit') as "commit!",
                  current_setting('data_checksums') as "checksums!", clock_timestamp() as "now!""#
    )
    .fetch_one(pool)
    .await?;
    let skew = (server.now - SystemClock.now()).abs();
    let about: String = server.about.split_whitespace().take(2).collect::<Vec<_>>().join(" ");
    Ok(vec![
        Finding::new(
            "postgresql",
            about,
            server.version >= MIN_POSTGRES,
            "use PostgreSQL 15 or newer",
        ),
        Finding::new(
            "fsync",
            server.fsync.clone(),
            server.fsync == "on",
            "set fsync = on: without it a crash loses what was acknowledged",
        ),
        Finding::new(
            "commits",
            format!("synchronous_commit = {}", server.commit),
            server.commit != "off",
            "set synchronous_commit = on: without it a crash loses what was acknowledged",
        ),
        Finding { what: "checksums", found: server.checksums, cure: None },
        Finding::new(
            "clock",
            format!("{} ms apart", skew.whole_milliseconds()),
            skew <= MAX_SKEW,
            "let both machines keep their clocks by NTP",
        ),
    ])
}

async fn ledger(pool: &PgPool) -> Result<Vec<Finding>, Sick> {
    let now: OffsetDateTime = SystemClock.now();
    let ahead = partitions::months_ahead(pool, now).await?;
    let unordered = sqlx::query_scalar!(
        r#"select count(*) as "count!" from (
             select from events, sequencer s
              where s.id = 1 and xid >= pg_snapshot_xmax(s.last_snapshot) limit $1) e"#,
        MAX_LAG + 1,
    )
    .fetch_one(pool)
    .await?;
    let head =
        sqlx::query_scalar!("select head from sequencer where id = 1").fetch_one(pool).await?;
    Ok(vec![
        Finding::new(
            "months ahead",
            ahead.to_string(),
            ahead >= partitions::MONTHS_AHEAD_ALARM,
            "`chainkeel migrate` makes the months that are missing: without one, no run can begin",
        ),
        Finding::new(
            "ledger",
            format!("{head} events in order, {unordered} without a position yet"),
            unordered <= MAX_LAG,
            "is a process of this installation running? One of them orders the ledger",
        ),
    ])
}

/// Whether the ledger is signed, and goes on from the copy outside of the database.
async fn history(pool: &PgPool, copy: &OutsideCopy) -> Result<Vec<Finding>, Sick> {
    let log = Log::new(pool.clone());
    let Standing { head, last, halted } = log.standing().await?;
    let signed = last.as_ref().map_or(0, |it| it.size);
    let kept = copy.checkpoint()?.and_then(|note| note.lines().nth(1)?.parse::<u64>().ok());
    let (found, cure) = match (halted, kept) {
        (Some(reason), _) => (format!("signing has halted: {reason}"), Some(HALTED)),
        (None, Some(kept)) if kept > head => {
            (format!("the ledger ends at {head}, and {kept} events were signed"), Some(HALTED))
        }
        (None, _) => {
            let place = copy.place().display();
            let copied = match kept {
                Some(kept) => format!("the copy in {place} has {kept}"),
                None => format!("there is no copy in {place}"),
            };
            let is_late = head.saturating_sub(signed) > MAX_LAG.unsigned_abs();
            let cure = "is a process with the role `worker` running, and has the keystore a key \
                        (`CHAINKEEL_SECRETS_KEY`)? Its log says why nothing is signed";
            (format!("{signed} of {head} events are signed; {copied}"), is_late.then_some(cure))
        }
    };
    Ok(vec![Finding { what: "history", found, cure }])
}

/// How chains are followed.
async fn chains(pool: &PgPool) -> Result<Vec<Finding>, Sick> {
    let finding = |it: ChainStanding| {
        let behind = (it.head - it.number).max(0);
        let chain = match it.view.as_str() {
            "installation" => it.chain.to_string(),
            organization => format!("{} for {organization}", it.chain),
        };
        let found = match &it.halted {
            Some(reason) => format!("{chain} is halted: {reason}"),
            None => format!("{chain}: {behind} blocks behind, {} to backfill", it.backfill),
        };
        let cure = "`chainkeel chain watches` shows more; one that is halted wants a person: \
                    see docs/chain-triggers.md";
        let fine = it.halted.is_none() && behind <= MAX_BLOCKS_BEHIND;
        Finding::new("chain", found, fine, cure)
    };
    Ok(ChainStanding::list(pool).await?.into_iter().map(finding).collect())
}

async fn work(pool: &PgPool) -> Result<Vec<Finding>, Sick> {
    let work = sqlx::query!(
        r#"select (select count(*) from workers where lease_until > clock_timestamp()) as "alive!",
                  (select count(*) from slot_leases s join workers w on w.worker_id = s.owner
                    where w.lease_until > clock_timestamp()) as "owned!",
                  (select count(*) from leases l join workers w on w.worker_id = l.owner
                    where l.kind = 'sequencer' and w.lease_until > clock_timestamp()) as "sequencers!",
                  (select count(*) from run_inbox where refusal is null
                     and created_at < clock_timestamp() - interval '1 minute') as "waiting!""#
    )
    .fetch_one(pool)
    .await?;
    Ok(vec![
        Finding::new(
            "processes",
            format!("{} alive", work.alive),
            work.alive > 0,
            "start one: `chainkeel dev`, or `chainkeel serve`",
        ),
        Finding::new(
            "slots",
            format!("{} of 256 owned", work.owned),
            work.owned == 256,
            "start a process with the role `worker`, or wait for a dead one's leases to run out (8 s)",
        ),
        Finding::new(
            "sequencer",
            format!("{} in office", work.sequencers),
            work.sequencers == 1,
            "start a process, or wait for a dead one's lease to run out (8 s)",
        ),
        Finding::new(
            "inbox",
            format!("{} orders wait for over a minute", work.waiting),
            work.waiting == 0,
            "start a process with the role `worker`",
        ),
    ])
}
