//! `chainkeel seed`: from the refusal of what is not meant for it to views that have followed.

use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use clap::Args;
use futures::future::try_join_all;
use indicatif::ProgressBar;
use serde_json::json;
use sqlx::postgres::PgConnectOptions;
use time::format_description::well_known::Rfc3339;
use time::{Duration, OffsetDateTime};
use tokio::sync::mpsc;
use tokio::task::spawn_blocking;

use super::line::Line;
use super::plan::{Runs, SPAN};
use super::story::Teller;
use super::views;
use super::workflows::Workflows;
use crate::access::{AdminKey, WebhookSecrets};
use crate::app::{House, Plan};
use crate::cli::audit::pace;
use crate::cli::config::begin;
use crate::cli::failure::Failure;
use crate::cli::migrate::database;
use crate::cli::print::{line, print_json};
use crate::config::{Config, Flags, Role, Surroundings};
use crate::journal::bulk::{self, Dated};
use crate::journal::pool::{self, Logins};
use crate::journal::{Error, StreamId, partitions, webhook_key};
use crate::primitives::{Clock as _, OrganizationId, SystemClock};
use crate::telemetry;

/// Connections that record, each the runs of its share: two keep the server busy while the next are decided.
const WRITERS: u64 = 2;
/// Parts that wait to be recorded, for each of them.
const PARTS: usize = 8;
/// So many runs are one part of each writer: nobody ever sees a part of one of them.
const RECORDED_AT_ONCE: u64 = 400;
/// Unless it is said otherwise, one run of so many waits for a person.
const RUNS_A_TASK: u64 = 2_000;
/// The fewest that do.
const FEWEST_TASKS: u64 = 5;
/// How long ago the story ends: nothing of it lies in the future.
const AGO: Duration = Duration::minutes(5);

/// Fills an organization with workflows and past runs, for demonstrations and measurements
#[derive(Debug, Args)]
pub(in crate::cli) struct Seed {
    /// How many workflows
    #[arg(long, default_value_t = 500, value_parser = clap::value_parser!(u64).range(1..=5_000))]
    workflows: u64,
    /// How many runs of them, begun within the last 85 days
    #[arg(long, default_value_t = 1_000_000, value_parser = clap::value_parser!(u64).range(0..=50_000_000))]
    runs: u64,
    /// How many runs wait for a person's task; by default one of 2,000, and five at least
    #[arg(long)]
    tasks: Option<u64>,
    /// Whose they are; the installation's first organization when it is not said
    #[arg(long, value_name = "ORG")]
    organization: Option<OrganizationId>,
    /// The same number at the same time makes the same workflows and runs
    #[arg(long = "seed", value_name = "NUMBER", default_value_t = 1)]
    number: u64,
    /// When the last of it happened, in RFC 3339; five minutes ago when it is not said
    #[arg(long, value_name = "TIME", value_parser = instant)]
    until: Option<OffsetDateTime>,
    /// Do it although the organization has runs
    #[arg(long)]
    add: bool,
    /// Do it although this installation has a public address
    #[arg(long)]
    yes: bool,
    /// Print JSON for programs instead of text for people
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    flags: Flags,
}

fn instant(text: &str) -> Result<OffsetDateTime, String> {
    let parsed = OffsetDateTime::parse(text, &Rfc3339);
    parsed.map_err(|_| "write it as 2026-11-30T12:00:00Z".to_owned())
}

/// What was recorded.
#[derive(Debug, Clone, Copy)]
struct Recorded {
    workflows: u64,
    runs: u64,
    tasks: u64,
    events: u64,
}

impl Seed {
    /// Does it.
    pub(in crate::cli) fn run(self) -> Result<(), Failure> {
        let config = begin(&self.flags, &Surroundings::read())?;
        if config.public_url.is_some() && !self.yes {
            return Err(Failure::new("this installation has a public address: it does not look like one to try things in")
                .cure("name another database, or say --yes"));
        }
        let database = database(&config)?;
        let began = Instant::now();
        let recorded = actix_rt::System::new().block_on(Box::pin(self.fill(&config, &database)))?;
        let seconds = began.elapsed().as_secs_f64();
        let Recorded { workflows, runs, tasks, events } = recorded;
        if self.json {
            print_json(&json!({
                "workflows": workflows, "runs": runs, "openTasks": tasks, "events": events, "seconds": seconds,
            }));
        } else {
            line(&format!(
                "{workflows} workflows and {runs} runs, of which {tasks} or more wait for people: {events} events, in {seconds:.0} s"
            ));
        }
        Ok(())
    }

    async fn fill(
        &self,
        config: &Config,
        database: &PgConnectOptions,
    ) -> Result<Recorded, Failure> {
        let mut plan = Plan::of(config, database.clone(), Logins::OneForAll, false)
            .map_err(|error| Failure::of(&error))?;
        // Nothing but positions and views: where a server does both, this process stands by.
        (plan.roles, plan.label) = (vec![Role::Projector], "chainkeel seed".to_owned());
        plan.proofs = None;
        let metrics = telemetry::measure().map_err(|error| Failure::of(&error))?;
        let door = TcpListener::bind("127.0.0.1:0").map_err(|error| Failure::of(&error))?;
        let (_, key) = AdminKey::generate(rand::random());
        let house = House::open(plan, door, key, metrics).await.map_err(|error| {
            Failure::of(&error).cure("`chainkeel migrate` brings the database up to date")
        })?;
        let filled = Box::pin(self.fill_in(&house, database)).await;
        house.close().await;
        filled
    }

    async fn fill_in(
        &self,
        house: &House,
        database: &PgConnectOptions,
    ) -> Result<Recorded, Failure> {
        let failed = |error: Error| Failure::of(&error);
        let organization = self.organization.unwrap_or(OrganizationId::DEFAULT);
        let owner = pool::owner(database, 2);
        self.must_be_fit(house, organization).await?;
        let until = self.until.unwrap_or_else(|| SystemClock.now() - AGO);
        let until = until.replace_nanosecond(0).unwrap_or(until);
        let teller = Teller { organization, seed: self.number, until };
        let first = until - SPAN;
        partitions::create_between(&owner, first, until).await.map_err(failed)?;
        let secret = webhook_key(&owner, rand::random()).await.map_err(failed)?;
        owner.close().await;
        let secrets = WebhookSecrets::new(secret);
        let workflows = Workflows::made(teller, self.workflows, first, &secrets)?;
        let before = house.journal.head().await.map_err(failed)?;
        let mut events = workflows.events.len() as u64;
        let wanted = self.tasks.unwrap_or((self.runs / RUNS_A_TASK).max(FEWEST_TASKS));
        let published = Arc::new(workflows.published);
        let made = Arc::new(Made {
            runs: AtomicU64::default(),
            events: AtomicU64::default(),
            bar: pace::bar(self.json, "runs      {bar:30} {pos} of {len}  {msg}"),
            began: Instant::now(),
            all: self.runs,
        });
        write_all(database, &workflows.events).await?;
        let extent = (self.runs, wanted);
        let writers = (0..WRITERS).map(|writer| {
            let (published, made) = (Arc::clone(&published), Arc::clone(&made));
            let (parts, mut written) = mpsc::channel::<Vec<Dated>>(PARTS);
            let telling = spawn_blocking(move || {
                let runs = Runs::of(teller, &published, extent);
                tell(&runs, writer, &parts, &made).map(|()| runs.open)
            });
            async move {
                let mut connection = open(database).await?;
                while let Some(part) = written.recv().await {
                    bulk::record(&mut connection, &part).await.map_err(|error| taken(&error))?;
                }
                bulk::settle(connection).await.map_err(|error| Failure::of(&error))?;
                telling
                    .await
                    .map_err(|error| Failure::of(&error))?
                    .map_err(|error| Failure::of(&error))
            }
        });
        let open = try_join_all(writers).await?;
        made.bar.finish_and_clear();
        events += made.events.load(Ordering::Relaxed);
        let target = before + i64::try_from(events).unwrap_or(i64::MAX);
        views::ordered(&house.journal, (before, target), self.json).await?;
        views::followed(&house.pool, target, self.json).await?;
        Ok(Recorded {
            workflows: self.workflows,
            runs: self.runs,
            tasks: open.first().copied().unwrap_or_default(),
            events,
        })
    }

    /// Whether the organization is there and has no runs that would be mixed up with these, and whether nobody goes
    /// on with a run of which only a part is recorded.
    async fn must_be_fit(
        &self,
        house: &House,
        organization: OrganizationId,
    ) -> Result<(), Failure> {
        let founded = house.journal.read_stream(&StreamId::organization(organization), 0, 1).await;
        let founded = founded.map_err(|error| Failure::of(&error))?;
        if founded.is_empty() && organization != OrganizationId::DEFAULT {
            return Err(Failure::new(format!("there is no organization {organization}"))
                .cure("`chainkeel organization list` names those that there are"));
        }
        let has_runs = bulk::has_runs(&house.pool, organization).await;
        if has_runs.map_err(|error| Failure::of(&error))? && !self.add {
            return Err(Failure::new(format!("organization {organization} has runs")).cure(
                "name another by --organization, or say --add: what was made is never unmade",
            ));
        }
        if self.runs > RECORDED_AT_ONCE {
            let are_executed = bulk::are_executed(&house.pool).await;
            if are_executed.map_err(|error| Failure::of(&error))? {
                return Err(Failure::new(
                    "a server executes runs on this database: its timers would go on with runs of which only a part is recorded",
                )
                .cure(format!(
                    "start it with `--roles api,projector` meanwhile, or make no more than {RECORDED_AT_ONCE} runs"
                )));
            }
        }
        Ok(())
    }
}

/// How far it is, for whoever waits.
struct Made {
    runs: AtomicU64,
    events: AtomicU64,
    bar: ProgressBar,
    began: Instant,
    all: u64,
}

impl Made {
    fn add(&self, events: usize) {
        self.events.fetch_add(events as u64, Ordering::Relaxed);
        let done = self.runs.load(Ordering::Relaxed);
        pace::show(&self.bar, (done, self.all), pace::rate(done, self.began.elapsed()));
    }
}

/// Tells the runs of one writer's share, in the order of their times.
fn tell(
    runs: &Runs<'_>,
    writer: u64,
    parts: &mpsc::Sender<Vec<Dated>>,
    made: &Made,
) -> Result<(), Error> {
    let mut line = Line::default();
    let mut number = writer;
    while number < runs.count {
        if let Some((at, streams)) = runs.told(number)? {
            while let Some(part) = line.full(at) {
                made.add(part.len());
                if parts.blocking_send(part).is_err() {
                    // Whoever records has given up, and says why.
                    return Ok(());
                }
            }
            for events in streams {
                line.take(events);
            }
        }
        made.runs.fetch_add(1, Ordering::Relaxed);
        number += WRITERS;
    }
    while let Some(part) = line.rest() {
        made.add(part.len());
        if parts.blocking_send(part).is_err() {
            return Ok(());
        }
    }
    Ok(())
}

async fn open(database: &PgConnectOptions) -> Result<sqlx::PgConnection, Failure> {
    let connection = pool::owner(database, 1).acquire().await;
    let mut connection = connection.map_err(|error| Failure::of(&error))?.detach();
    bulk::hurry(&mut connection).await.map_err(|error| Failure::of(&error))?;
    Ok(connection)
}

/// Records the workflows, all at once: nobody sees one published that somebody has paused.
async fn write_all(database: &PgConnectOptions, events: &[Dated]) -> Result<(), Failure> {
    let mut connection = open(database).await?;
    bulk::record(&mut connection, events).await.map_err(|error| taken(&error))?;
    bulk::settle(connection).await.map_err(|error| Failure::of(&error))
}

/// Why events were not recorded: most likely because they were before.
fn taken(error: &Error) -> Failure {
    Failure::of(error)
        .cure("the same seed until the same moment makes the same runs: say another --seed")
}
