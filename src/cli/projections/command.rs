//! `chainkeel projections`: how far the views are, and building them anew while traffic goes on.

use std::sync::Arc;
use std::time::Duration;

use clap::{Args, Subcommand};
use indicatif::{HumanDuration, ProgressBar, ProgressStyle};
use serde_json::{Value, json};

use super::findings::show_findings;
use super::list::list;
use super::watch::watch;
use crate::cli::config::begin;
use crate::cli::failure::Failure;
use crate::cli::migrate::database;
use crate::cli::print::{line, print_json};
use crate::config::{Flags, Surroundings};
use crate::journal::personal::Subjects;
use crate::journal::reading::Sealed;
use crate::journal::{Bells, Config, Journal, pool};
use crate::primitives::{Clock as _, SystemClock};
use crate::projections::rebuild::{self, Means, Phase, Progress};
use crate::projections::{self, Comparison, Effort, Projection, Reason, orders, verify};
use crate::secrets::Vault;
use crate::segments::Shelf;

/// Shows the views and builds them anew from the ledger
#[derive(Debug, Args)]
pub(in crate::cli) struct Projections {
    #[command(flatten)]
    flags: Flags,
    /// Print JSON for programs instead of text for people
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// How far each view is, and its builds
    List,
    /// Show how far each view is and how fast it goes, every second, until it is interrupted
    Watch,
    /// Let a view rest: it falls behind until it is told to go on
    Pause {
        /// The view; all of them when none is named
        name: Option<String>,
    },
    /// Let a view go on that rests
    Resume {
        /// The view; all of them when none is named
        name: Option<String>,
    },
    /// Bound how many events a second a view takes, so that others have the database
    Throttle {
        /// The view; all of them when none is named
        name: Option<String>,
        /// How many; without it, as many as it can
        #[arg(long, value_name = "EVENTS", value_parser = clap::value_parser!(i32).range(1..))]
        per_second: Option<i32>,
    },
    /// Build a view anew beside the live one, compare, and put it into service
    Rebuild {
        /// The view; all of them when none is named
        name: Option<String>,
        #[command(flatten)]
        bound: Bound,
    },
    /// Show rows that differed from the ledger, as samples of it found now and then
    Findings {
        /// How many at most, the newest first
        #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(i64).range(1..=1_000))]
        limit: i64,
    },
    /// Fold the ledger again and compare every row with the live view; changes nothing
    Verify {
        /// The view; all of them when none is named
        name: Option<String>,
        #[command(flatten)]
        bound: Bound,
    },
}

/// How much of the database a build may take.
#[derive(Debug, Clone, Copy, Args)]
struct Bound {
    /// How many events a second are folded at most, so that live traffic has the database; without it, as many
    /// as it can
    #[arg(long, value_name = "EVENTS", value_parser = clap::value_parser!(u32).range(1..))]
    per_second: Option<u32>,
    /// By how many percent a small write of others may be slower because of it, on average: it feels that all the
    /// while, and rests as long as that wants. 10 where no number is said
    #[arg(long, value_name = "PERCENT", num_args = 0..=1, default_missing_value = "10",
          value_parser = clap::value_parser!(u8).range(1..=100))]
    gentle: Option<u8>,
}

impl Bound {
    fn effort(self) -> Effort {
        Effort::bounded(self.per_second).gentle(self.gentle)
    }
}

impl Projections {
    pub(in crate::cli) fn run(self) -> Result<(), Failure> {
        let config = begin(&self.flags, &Surroundings::read())?;
        let database = database(&config)?;
        let keys = config.secrets.source(&config.data_dir).map_err(|error| Failure::of(&error))?;
        actix_rt::System::new().block_on(async {
            let pool = pool::serving(&database, 4);
            let subjects = Subjects::new(Vault::new(pool.clone(), keys));
            // Only read from: nobody runs its lanes.
            let (journal, _lanes) = Journal::open(pool, &Bells::default(), Config::default());
            let files = Shelf::new(config.retention.place(&config.data_dir));
            let journal = journal
                .with_segments(Sealed { shelf: files, clock: Arc::new(SystemClock) })
                .with_subjects(subjects);
            let means = Means { database, journal };
            match self.what {
                What::List => list(&means, self.json).await,
                What::Watch => watch(&means, self.json).await,
                What::Pause { name } => pause(&means, name.as_deref(), true, self.json).await,
                What::Resume { name } => pause(&means, name.as_deref(), false, self.json).await,
                What::Throttle { name, per_second } => {
                    throttle(&means, name.as_deref(), per_second, self.json).await
                }
                What::Findings { limit } => show_findings(&means, limit, self.json).await,
                What::Rebuild { name, bound } => {
                    for projection in named(name.as_deref())? {
                        rebuild_one(&means, projection, bound, self.json).await?;
                    }
                    Ok(())
                }
                What::Verify { name, bound } => {
                    let mut same = true;
                    for projection in named(name.as_deref())? {
                        same &= verify_one(&means, projection, bound, self.json).await?;
                    }
                    if same { Ok(()) } else { Err(differs()) }
                }
            }
        })
    }
}

fn differs() -> Failure {
    Failure::new("a view differs from the ledger")
        .cure("`chainkeel projections rebuild NAME` builds it anew; readers see no gap")
}

async fn pause(
    means: &Means,
    name: Option<&str>,
    is_paused: bool,
    json: bool,
) -> Result<(), Failure> {
    for projection in named(name)? {
        let (name, at) = (projection.name(), SystemClock.now());
        let paused = orders::pause(means.journal.pool(), name, is_paused, at).await;
        paused.map_err(|error| Failure::of(&error))?;
        let words = if is_paused {
            format!("{name} rests: `chainkeel projections resume {name}` lets it go on")
        } else {
            format!("{name} goes on")
        };
        told(name, json!({ "isPaused": is_paused }), json, &words);
    }
    Ok(())
}

async fn throttle(
    means: &Means,
    name: Option<&str>,
    per_second: Option<i32>,
    json: bool,
) -> Result<(), Failure> {
    for projection in named(name)? {
        let (name, at) = (projection.name(), SystemClock.now());
        let bound = orders::throttle(means.journal.pool(), name, per_second, at).await;
        bound.map_err(|error| Failure::of(&error))?;
        let words = match per_second {
            Some(most) => format!("{name} takes at most {most} events a second"),
            None => format!("{name} takes as many events as it can"),
        };
        told(name, json!({ "perSecond": per_second }), json, &words);
    }
    Ok(())
}

/// Says what was ordered. A runner that lives sees it within half a second.
fn told(name: &str, mut order: Value, json: bool, words: &str) {
    if json {
        order["projection"] = name.into();
        print_json(&order);
    } else {
        line(words);
    }
}

fn named(name: Option<&str>) -> Result<Vec<&'static dyn Projection>, Failure> {
    let Some(name) = name else { return Ok(projections::all().to_vec()) };
    let known = || projections::all().iter().map(|view| view.name()).collect::<Vec<_>>().join(", ");
    projections::by_name(name)
        .map(|projection| vec![projection])
        .map_err(|error| Failure::of(&error).cure(format!("the views are {}", known())))
}

async fn rebuild_one(
    means: &Means,
    projection: &'static dyn Projection,
    bound: Bound,
    json: bool,
) -> Result<(), Failure> {
    let name = projection.name();
    let bar = bar(name, json);
    let effort = bound.effort();
    let rebuilt = rebuild::rebuild(means, projection, effort, |progress| {
        show(&bar, &progress);
    })
    .await;
    bar.finish_and_clear();
    let rebuilt = rebuilt.map_err(|error| Failure::of(&error))?;
    let seconds = rebuilt.folding.as_secs_f64();
    #[expect(clippy::cast_precision_loss, reason = "a rate for people")]
    let rate = rebuilt.events as f64 / seconds.max(0.001);
    let comparison = compared(&rebuilt.comparison);
    if json {
        print_json(&json!({
            "projection": name,
            "build": rebuilt.build_id,
            "position": rebuilt.position,
            "events": rebuilt.events,
            "seconds": seconds,
            "eventsPerSecond": rate,
            "comparison": comparison,
        }));
    } else {
        line(&format!(
            "{name}: build {} is live at position {}; {} events in {seconds:.1} s ({rate:.0}/s); {comparison}",
            rebuilt.build_id, rebuilt.position, rebuilt.events
        ));
    }
    Ok(())
}

async fn verify_one(
    means: &Means,
    projection: &'static dyn Projection,
    bound: Bound,
    json: bool,
) -> Result<bool, Failure> {
    let name = projection.name();
    let bar = bar(name, json);
    let effort = bound.effort();
    let verified = verify::verify(means, projection, effort, |position, target| {
        bar.set_length(u64::try_from(target).unwrap_or_default());
        bar.set_position(u64::try_from(position).unwrap_or_default());
    })
    .await;
    bar.finish_and_clear();
    let comparison = verified.map_err(|error| Failure::of(&error))?;
    let same = !matches!(comparison, Comparison::Different(_));
    if json {
        print_json(
            &json!({ "projection": name, "same": same, "comparison": compared(&comparison) }),
        );
    } else {
        line(&format!("{name}: {}", compared(&comparison)));
    }
    Ok(same)
}

fn compared(comparison: &Comparison) -> String {
    match comparison {
        Comparison::Same { rows, position } => {
            format!("{rows} rows at position {position}, each as the ledger makes it")
        }
        Comparison::Different(difference) => {
            format!(
                "it differs from the ledger, first in {} at {}",
                difference.table, difference.key
            )
        }
        Comparison::NotComparable(Reason::OtherVersion) => {
            "not compared: the live build was of another version".to_owned()
        }
        Comparison::NotComparable(Reason::LiveIsBehind) => {
            "not compared: the live build was behind (is a projector running?)".to_owned()
        }
    }
}

fn bar(name: &'static str, json: bool) -> ProgressBar {
    let bar = if json { ProgressBar::hidden() } else { ProgressBar::new(0) };
    let style = "{prefix} {msg:10} [{bar:30}] {pos}/{len}";
    if let Ok(style) = ProgressStyle::with_template(style) {
        bar.set_style(style.progress_chars("=> "));
    }
    bar.set_prefix(name);
    bar
}

fn show(bar: &ProgressBar, progress: &Progress) {
    let phase = match progress.phase {
        Phase::Folding => "folding",
        Phase::Indexing => "indexing",
        Phase::Comparing => "comparing",
        Phase::Flipping => "flipping",
    };
    let left = progress
        .remaining
        .filter(|left| *left > Duration::from_secs(1))
        .map(|left| format!(", {} left", HumanDuration(left)))
        .unwrap_or_default();
    bar.set_length(u64::try_from(progress.target).unwrap_or_default());
    bar.set_position(u64::try_from(progress.position).unwrap_or_default());
    bar.set_message(format!("{phase}, {:.0} events/s{left}", progress.per_second));
}
