//! `chainkeel schedule`: when workflows come round, and when a pattern would.

use clap::Subcommand;
use serde_json::{Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::client::{self, Client, Server, query};
use super::failure::Failure;
use super::print::{line, tell};
use super::workflow::text_of;
use crate::primitives::{Clock, SystemClock};

/// How many times are shown at most.
const MAX_TIMES: u32 = 100;

/// What to do with schedules.
#[derive(Debug, clap::Args)]
#[command(about = "See when workflows come round, and when a pattern would")]
pub(super) struct Schedules {
    #[command(subcommand)]
    what: Schedule,
}

#[derive(Debug, Subcommand)]
enum Schedule {
    /// Show when a workflow came round last, and when it will.
    Show {
        #[command(flatten)]
        server: Server,
        /// The workflow's id.
        workflow: String,
        /// How many of the next times: 0 to 100.
        #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(0..=i64::from(MAX_TIMES)))]
        count: u32,
    },
    /// Show when a cron pattern or a recurrence comes round, without any server.
    Preview {
        /// The pattern, as `0 9 * * MON-FRI` or `DTSTART:20261201T090000Z\nRRULE:FREQ=DAILY`.
        pattern: String,
        /// The IANA name of a time zone.
        #[arg(long)]
        timezone: Option<String>,
        /// How many times: 1 to 100.
        #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=i64::from(MAX_TIMES)))]
        count: u32,
        /// After which time, as `2026-12-01T00:00:00Z`; now when absent.
        #[arg(long)]
        from: Option<String>,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
}

impl Schedules {
    /// Does it.
    pub(super) fn run(self) -> Result<(), Failure> {
        match self.what {
            Schedule::Show { server, workflow, count } => {
                let shown = async { show(&Client::open(&server).await?, &workflow, count).await };
                actix_rt::System::new().block_on(shown).map_err(Failure::from)
            }
            Schedule::Preview { pattern, timezone, count, from, json } => {
                let from = match from {
                    None => SystemClock.now(),
                    Some(text) => OffsetDateTime::parse(&text, &Rfc3339).map_err(|_| {
                        Failure::new("--from is no time").cure("write it as 2026-12-01T00:00:00Z")
                    })?,
                };
                preview(&pattern, timezone.as_deref(), from, count, json)
            }
        }
    }
}

async fn show(client: &Client, workflow: &str, count: u32) -> Result<(), client::Error> {
    let query = query([("count", Some(count.to_string()))]);
    let path = format!("/v1/workflows/{workflow}/schedule{query}");
    let schedule = client.get(&path).await?;
    tell(client, &schedule, |schedule| {
        for told in lines_of(schedule) {
            line(&told);
        }
    });
    Ok(())
}

/// A schedule as people read it.
fn lines_of(schedule: &Value) -> Vec<String> {
    let of = |name| text_of(schedule, name);
    let state = of("state");
    if state == "none" {
        return vec!["no schedule: nothing is live that comes round in time".to_owned()];
    }
    let pattern = of("pattern").replace(['\r', '\n'], " ");
    let mut lines =
        vec![format!("{state}  {pattern}  {}  missed times: {}", of("timezone"), of("catchUp"))];
    let last = match (of("lastRunAt"), of("lastRunId")) {
        ("", _) => "last  none yet".to_owned(),
        (at, "") => format!("last  {at}  started no run"),
        (at, run) => format!("last  {at}  {run}"),
    };
    lines.push(last);
    let upcoming = schedule.get("upcoming").and_then(Value::as_array).into_iter().flatten();
    lines.extend(upcoming.filter_map(Value::as_str).map(|at| format!("next  {at}")));
    lines
}

fn preview(
    pattern: &str,
    zone: Option<&str>,
    from: OffsetDateTime,
    count: u32,
    as_json: bool,
) -> Result<(), Failure> {
    // A shell hands a line break on as the two characters that people write.
    let pattern = pattern.replace("\\n", "\n");
    let schedule = engine::Schedule::read(&pattern, zone)
        .map_err(|error| Failure::new(error.to_string()).cure("see docs/schedules.md"))?;
    let count = usize::try_from(count).unwrap_or_default();
    let next = |last: &OffsetDateTime| schedule.next_after(*last);
    let times: Vec<_> = std::iter::successors(schedule.next_after(from), next)
        .take(count)
        .filter_map(|at| at.format(&Rfc3339).ok())
        .collect();
    let zone = schedule.zone();
    if as_json {
        line(&json!({ "timezone": zone, "times": times }).to_string());
    } else if times.is_empty() {
        line("it never comes round again");
    } else {
        line(&format!("in {zone}, told in UTC:"));
        for at in &times {
            line(at);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_schedule_is_told_in_lines() {
        let schedule = json!({
            "state": "active", "pattern": "0 9 * * *", "timezone": "Europe/Zurich",
            "catchUp": "one", "lastRunAt": "2026-11-28T08:00:00Z", "lastRunId": "run_1",
            "upcoming": ["2026-11-29T08:00:00Z"],
        });
        let told = [
            "active  0 9 * * *  Europe/Zurich  missed times: one",
            "last  2026-11-28T08:00:00Z  run_1",
            "next  2026-11-29T08:00:00Z",
        ];
        assert_eq!(lines_of(&schedule), told);
        assert!(lines_of(&json!({ "state": "none" }))[0].starts_with("no schedule"));
    }
}
