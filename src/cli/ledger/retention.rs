//! `chainkeel retention`: what is kept and for how long, what may not be let go, and what has left the database.

use std::sync::Arc;

use clap::{Args, Subcommand};
use futures::future::join_all;
use serde_json::{Value, json};

use crate::app::Renewal;
use crate::cli::client::{Client, Error};
use crate::cli::config::begin;
use crate::cli::failure::Failure;
use crate::cli::migrate::database;
use crate::cli::print::{empty, items, line, print_json, tell};
use crate::cli::workflow::text_of;
use crate::config::{Flags, Surroundings};
use crate::journal::personal::Subjects;
use crate::journal::reading::{Catalogue, Kept, Sealed, State};
use crate::journal::{Bells, Config, Journal, Leases, Runs, pool};
use crate::notary::{Log, OutsideCopy};
use crate::primitives::{SystemClock, WorkerId};
use crate::projections::rebuild::Means;
use crate::retention::{self, Archivist, Done, Prover};
use crate::secrets::Vault;
use crate::segments::Shelf;

/// Where the API has it.
const RETENTION: &str = "/v1/retention";

/// What to do with old history.
#[derive(Debug, Subcommand)]
pub(in crate::cli) enum Retention {
    /// Show after how long runs are deleted, and what may not be.
    Show,
    /// Settle after how many days runs are deleted for good; a shorter time counts after 7 days.
    Keep {
        /// 365 or more, counted from the end of the month in which they began
        #[arg(long, value_name = "DAYS", required_unless_present = "for_ever")]
        days: Option<u32>,
        /// Keep them
        #[arg(long, conflicts_with = "days")]
        for_ever: bool,
    },
    /// Let nothing be deleted: of the organization, or of a workflow, or a run.
    Hold(Hold),
    /// Lift a hold.
    Release {
        /// The hold
        hold: String,
        /// Why: for whoever asks later
        #[arg(long)]
        reason: String,
    },
    /// Shred the personal data of a subject: destroy the key of all its runs. Nothing brings them back.
    Shred {
        /// Whose data it is, as the workflow's personal.subject names it
        #[arg(long)]
        subject: String,
        /// Why: for whoever asks later; it stays on the ledger, and should name nobody
        #[arg(long)]
        reason: String,
    },
    /// List the subjects whose personal data is sealed, and those that were shredded, by their handles.
    Subjects,
    /// List what has left the database.
    List,
    /// Let months of runs leave that are long over, and delete what is due. Goes on where it was left, and works on the
    /// database itself.
    Seal(Seal),
    /// Read every segment from its first byte to its last, and prove each event by what was signed.
    Verify(Verify),
}

/// What may not be deleted.
#[derive(Debug, Args)]
pub(in crate::cli) struct Hold {
    /// The runs of this workflow; while it stands, all of the organization are kept
    #[arg(long, value_name = "ID")]
    workflow: Option<String>,
    /// This run
    #[arg(long, value_name = "ID", conflicts_with = "workflow")]
    run: Option<String>,
    /// Why: for whoever asks later
    #[arg(long)]
    reason: String,
}

/// How months leave.
#[derive(Debug, Args)]
pub(in crate::cli) struct Seal {
    /// Those that ended so many days ago, 31 or more; what is configured without it
    #[arg(long, value_name = "DAYS")]
    after: Option<u32>,
    #[command(flatten)]
    flags: Flags,
}

/// What is verified.
#[derive(Debug, Args)]
pub(in crate::cli) struct Verify {
    #[command(flatten)]
    flags: Flags,
}

impl Retention {
    /// Does what asks a server.
    pub(in crate::cli) async fn run(self, client: &Client) -> Result<(), Error> {
        let answer = match self {
            Self::Show => client.get(RETENTION).await?,
            Self::Keep { days, for_ever: _ } => {
                client.put(RETENTION, &json!({ "deleteAfterDays": days })).await?
            }
            Self::Hold(Hold { workflow, run, reason }) => {
                let scope = match (workflow, run) {
                    (Some(workflow), _) => json!({ "kind": "workflow", "workflowId": workflow }),
                    (None, Some(run)) => json!({ "kind": "run", "runId": run }),
                    (None, None) => json!({ "kind": "organization" }),
                };
                let body = json!({ "scope": scope, "reason": reason });
                client.post(&format!("{RETENTION}/holds"), &body).await?
            }
            Self::Release { hold, reason } => {
                let path = format!("{RETENTION}/holds/{hold}/lift");
                client.post(&path, &json!({ "reason": reason })).await?
            }
            Self::Shred { subject, reason } => {
                let body = json!({ "subject": subject, "reason": reason });
                let answer = client.post(&format!("{RETENTION}/shredding"), &body).await?;
                tell(client, &answer, |it| {
                    let [subject, at, by] = ["subject", "at", "by"].map(|of| text_of(it, of));
                    let runs = it["runs"].as_u64().unwrap_or_default();
                    line(&format!("the data of {runs} runs is shredded: {at}  {by}"));
                    line(&format!("  the ledger calls the subject {subject}"));
                    if it["isRenewed"] != true {
                        line("  lists and search are being made anew without them");
                    }
                });
                return Ok(());
            }
            Self::Subjects => {
                let page = client.get(&format!("{RETENTION}/subjects?limit=1000")).await?;
                tell(client, &page, |page| {
                    empty(page, "no run handles personal data");
                    items(page).for_each(|key| {
                        let [subject, made, gone] =
                            ["subject", "madeAt", "shreddedAt"].map(|of| text_of(key, of));
                        let number = |of: &str| key[of].as_i64().unwrap_or_default();
                        let fate = if gone.is_empty() {
                            String::new()
                        } else {
                            format!("  shredded {gone}")
                        };
                        let (version, runs) = (number("version"), number("runs"));
                        line(&format!("{subject}  key {version}  {runs} runs  since {made}{fate}"));
                    });
                });
                return Ok(());
            }
            Self::List => {
                let page = client.get(&format!("{RETENTION}/segments")).await?;
                tell(client, &page, |page| {
                    empty(page, "no run has left the database");
                    items(page).for_each(|segment| line(&in_a_line(segment)));
                });
                return Ok(());
            }
            // They ask no server: whoever has the command does them by itself.
            Self::Seal(_) | Self::Verify(_) => return Ok(()),
        };
        tell(client, &answer, show);
        Ok(())
    }
}

fn show(retention: &Value) {
    let days = |value: &Value| match value["deleteAfterDays"].as_u64() {
        Some(days) => format!("deleted {days} days after the month in which they began"),
        None => "kept".to_owned(),
    };
    line(&format!("runs are {}", days(retention)));
    let waiting = &retention["waiting"];
    if waiting.is_object() {
        let (from, by) = (text_of(waiting, "effectiveAt"), text_of(waiting, "by"));
        line(&format!("  from {from} on: {}  {by}", days(waiting)));
    }
    for hold in retention["holds"].as_array().into_iter().flatten() {
        let [id, reason, by, at] = ["holdId", "reason", "by", "at"].map(|it| text_of(hold, it));
        let scope = &hold["scope"];
        let of = ["runId", "workflowId"].map(|it| text_of(scope, it)).concat();
        line(&format!("  {id}  {} {of}  {at}  {by}  {reason}", text_of(scope, "kind")));
    }
}

fn in_a_line(segment: &Value) -> String {
    let [id, month, state, sha256] =
        ["segmentId", "month", "state", "sha256"].map(|it| text_of(segment, it));
    let [part, events, runs, bytes] =
        ["part", "events", "runs", "bytes"].map(|it| segment[it].as_i64().unwrap_or_default());
    format!(
        "{id}  {month} part {part}  {state:<8}  {runs} runs, {events} events, {bytes} bytes  {sha256}"
    )
}

impl Seal {
    /// Does it, on the database itself.
    pub(in crate::cli) fn run(self, json: bool) -> Result<(), Failure> {
        let config = begin(&self.flags, &Surroundings::read())?;
        let database = database(&config)?;
        let pace = config.retention.pace(self.after).map_err(|error| Failure::of(&error))?;
        if pace.seal_after.is_none() {
            return Err(Failure::new("it is not said when a month may leave")
                .cure("pass --after DAYS, or set CHAINKEEL_RETENTION_SEAL_AFTER_DAYS"));
        }
        let keys = config.secrets.source(&config.data_dir).map_err(|error| Failure::of(&error))?;
        let done = actix_rt::System::new().block_on(async {
            let pool = pool::serving(&database, 4);
            let subjects = Subjects::new(Vault::new(pool.clone(), keys));
            let leases = Leases::join(
                pool.clone(),
                WorkerId::generate(),
                "retention seal",
                Runs::Unwanted,
                Leases::LEASE,
            )
            .await?;
            let (journal, lanes) = Journal::open(pool, &Bells::default(), Config::default());
            let files = Shelf::new(config.retention.place(&config.data_dir));
            let clock = Arc::new(SystemClock);
            let journal = journal
                .with_segments(Sealed { shelf: files.clone(), clock: Arc::clone(&clock) as _ })
                .with_subjects(subjects);
            let copy = OutsideCopy::new(config.proof.place(&config.data_dir));
            let archivist = Archivist::new(
                journal.clone(),
                files,
                copy,
                (pace, clock),
                Arc::new(Renewal(Means { database: database.clone(), journal: journal.clone() })),
            );
            let passing = async {
                let done = archivist.pass_in_office(&leases).await;
                journal.close();
                done
            };
            let running = join_all(lanes.into_iter().map(|lane| async move { lane.run().await }));
            let beating = async {
                loop {
                    tokio::time::sleep(Leases::HEARTBEAT).await;
                    if let Err(error) = leases.heartbeat().await {
                        tracing::warn!("the office may be lost: {error}");
                    }
                }
            };
            let done = tokio::select! {
                (done, _) = futures::future::join(passing, running) => done,
                () = beating => unreachable!("it beats until the pass ends"),
            };
            leases.leave().await?;
            done
        });
        match done.map_err(|error| failed(&error))? {
            Some(done) => {
                say(&done, json);
                Ok(())
            }
            None => Err(Failure::new("another process does this now")
                .cure("`chainkeel retention list` shows how far it is")),
        }
    }
}

fn failed(error: &retention::Error) -> Failure {
    Failure::of(error)
        .cure("nothing is lost: the same command goes on; docs/retention.md tells more")
}

fn say(done: &Done, json: bool) {
    let Done { written, sealed, detached, dropped, deleted, shredded, waiting, unsigned } = done;
    if json {
        let waiting: Vec<Value> = waiting
            .iter()
            .map(|(month, it)| {
                json!({
                    "month": month, "openRuns": it.open_runs, "restless": it.restless,
                    "unsigned": it.unsigned, "untold": it.untold, "parked": it.parked,
                })
            })
            .collect();
        print_json(&json!({
            "written": written, "sealed": sealed, "detached": detached, "dropped": dropped,
            "deleted": deleted, "shredded": shredded, "waiting": waiting, "unsigned": unsigned,
        }));
        return;
    }
    if *unsigned {
        line(
            "nothing of the ledger is signed yet, so that nothing can be proved, and nothing leaves",
        );
    }
    line(&format!("{written} segments written, {sealed} told of on the ledger"));
    for (what, which) in [
        ("read from segments from here on", detached),
        ("dropped from the database", dropped),
        ("deleted by order", deleted),
        ("shredded by order", shredded),
    ] {
        if !which.is_empty() {
            line(&format!("  {what}: {}", which.join(", ")));
        }
    }
    for (month, standing) in waiting {
        line(&format!("  {month} stays: {standing}"));
    }
}

impl Verify {
    /// Verifies, and names the first file and frame that is not as it was signed.
    pub(in crate::cli) fn run(self, json: bool) -> Result<(), Failure> {
        let config = begin(&self.flags, &Surroundings::read())?;
        let database = database(&config)?;
        let verified = actix_rt::System::new().block_on(async {
            let pool = pool::serving(&database, 2);
            let copy = OutsideCopy::new(config.proof.place(&config.data_dir));
            let prover = Prover::open(Log::new(pool.clone()), &copy).await?;
            let kept = Catalogue::new(pool).list().await.map_err(retention::Error::from)?;
            let files = Shelf::new(config.retention.place(&config.data_dir));
            let mut events = 0;
            let there: Vec<&Kept> = kept.iter().filter(|it| it.state != State::Deleted).collect();
            for it in &there {
                events += verify(&files, prover.as_ref(), it).await?;
            }
            Ok::<_, retention::Error>((there.len(), events, prover.is_some()))
        });
        let (segments, events, is_proved) = verified.map_err(|error| failed(&error))?;
        if json {
            print_json(&json!({
                "ok": true, "segments": segments, "events": events, "proved": is_proved,
            }));
            return Ok(());
        }
        line(&format!("all {segments} segments are what was sealed: {events} events"));
        if !is_proved {
            line(
                "  note  there is no checkpoint outside of the database: nothing was proved by it",
            );
        }
        Ok(())
    }
}

async fn verify(
    shelf: &Shelf,
    prover: Option<&Prover>,
    kept: &Kept,
) -> Result<u64, retention::Error> {
    let segment = shelf.open(&kept.digest)?;
    segment.must_be(&kept.digest)?;
    let mut events = 0;
    for frame in 0..segment.frames() {
        let rows = segment.rows(frame)?;
        if let Some(prover) = prover {
            prover.prove(&segment.header().organization, &rows).await?;
        }
        events += rows.len() as u64;
    }
    if i64::try_from(events) != Ok(kept.events)
        || segment.header().organization != kept.organization
    {
        return Err(retention::Error::Incomplete {
            organization: kept.organization.clone(),
            month: kept.month.clone(),
            part: u32::try_from(kept.part).unwrap_or_default(),
            found: events,
            expected: kept.events,
        });
    }
    Ok(events)
}
