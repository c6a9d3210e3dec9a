//! `chainkeel run`: start runs, watch them, look at them, replay them.

use std::path::PathBuf;

use clap::Subcommand;
use futures::TryStreamExt;
use serde_json::{Value, json};

use super::{changes, replay};
use crate::cli::client::{Client, Error, query, read_json, refused, unreachable};
use crate::cli::ledger::{RowFormat, export_rows};
use crate::cli::print::{line, list, print_json, tell};
use crate::cli::sse::Events;
use crate::cli::workflow::text_of;

/// How often a stream that broke off is taken up again before the command gives up.
const RECONNECTS: u32 = 20;

/// What to do with runs.
#[derive(Debug, Subcommand)]
pub(in crate::cli) enum Run {
    /// List runs, the latest first.
    List {
        /// Those of this workflow.
        #[arg(long, value_name = "ID")]
        workflow: Option<String>,
        /// Those that stand here: running, waiting, success, failure or cancelled.
        #[arg(long)]
        status: Option<String>,
        /// Those whose id, or whose failure, contains this.
        #[arg(long)]
        search: Option<String>,
        /// How many at most, 1 to 100.
        #[arg(long, default_value_t = 20)]
        limit: u8,
    },
    /// Write all runs into a file, the latest first.
    Export {
        /// Those of this workflow.
        #[arg(long, value_name = "ID")]
        workflow: Option<String>,
        /// Those that stand here: running, waiting, success, failure or cancelled.
        #[arg(long)]
        status: Option<String>,
        /// Those that began at or after this instant, as 2026-11-28T00:00:00Z.
        #[arg(long)]
        from: Option<String>,
        /// Those that began before this instant.
        #[arg(long)]
        to: Option<String>,
        /// Those whose id, or whose failure, contains this.
        #[arg(long)]
        search: Option<String>,
        /// As what.
        #[arg(long, default_value = "csv")]
        format: RowFormat,
        /// The file; - is standard output.
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
    /// Start a run of a workflow's live version.
    Start {
        /// The workflow.
        workflow: String,
        /// Its input, as JSON.
        #[arg(long, conflicts_with = "input_file")]
        input: Option<String>,
        /// A file with its input; `-` reads standard input.
        #[arg(long)]
        input_file: Option<PathBuf>,
        /// Show what happens until the run is over; the exit code is 1 unless it succeeds.
        #[arg(long)]
        watch: bool,
        /// Starting twice with the same key starts one run.
        #[arg(long)]
        idempotency_key: Option<String>,
    },
    /// Show a run and where each of its nodes stands.
    Show {
        /// The run.
        id: String,
        /// As it was after this event of the run, from 1 on.
        #[arg(long, value_name = "SEQUENCE")]
        at: Option<u64>,
        /// As it was when the ledger had come to this position.
        #[arg(long, value_name = "POSITION", conflicts_with = "at")]
        as_of: Option<u64>,
    },
    /// Show what changed in a run between two of its events.
    Diff {
        /// The run.
        id: String,
        /// After this event, from 1 on.
        from: u64,
        /// After this one; without it, as it is now.
        to: Option<u64>,
    },
    /// Show a run with all that it continues and all that continue it.
    Lineage {
        /// The run.
        id: String,
    },
    /// Show what happens in a run until it is over.
    Watch {
        /// The run.
        id: String,
    },
    /// End a run before its time.
    Cancel {
        /// The run.
        id: String,
        /// Why, for the ledger.
        #[arg(long)]
        reason: Option<String>,
        /// Undo what has a compensation, the last thing first.
        #[arg(long)]
        compensate: bool,
    },
    /// Let nothing new start in a run.
    Pause {
        /// The run.
        id: String,
        /// Why, for the ledger.
        #[arg(long)]
        reason: Option<String>,
    },
    /// Let a paused run go on.
    Resume {
        /// The run.
        id: String,
    },
    /// Let every node go on that waits for a signal.
    Signal {
        /// The run.
        id: String,
        /// The signal.
        signal: String,
        /// What it brings, as JSON.
        #[arg(long)]
        payload: Option<String>,
    },
    /// Run a failed run again from where it failed.
    Retry {
        /// The run.
        id: String,
        /// Another input, as JSON.
        #[arg(long)]
        input: Option<String>,
        /// Show what happens until the new run is over; the exit code is 1 unless it succeeds.
        #[arg(long)]
        watch: bool,
    },
    /// Execute a run that is over again from one of its nodes on.
    Rerun {
        /// The run.
        id: String,
        /// The node to begin with.
        #[arg(long)]
        from: String,
        /// By the version of the workflow that is live now, not by the one that the run had.
        #[arg(long)]
        live: bool,
        /// Another input, as JSON.
        #[arg(long)]
        input: Option<String>,
        /// Show what happens until the new run is over; the exit code is 1 unless it succeeds.
        #[arg(long)]
        watch: bool,
    },
    /// Decide a recorded run again, event by event, and name the first one that differs.
    Replay {
        /// The run.
        id: String,
    },
}

impl Run {
    /// Does it.
    pub(in crate::cli) async fn run(self, client: &Client) -> Result<(), Error> {
        match self {
            Self::List { workflow, status, search, limit } => {
                let query = query([
                    ("workflowId", workflow),
                    ("status", status),
                    ("search", search),
                    ("limit", Some(limit.to_string())),
                ]);
                let page = client.get(&format!("/v1/runs{query}")).await?;
                let hint = "no such run: chainkeel run start WORKFLOW starts one";
                tell(client, &page, |page| list(page, hint, in_a_line));
                Ok(())
            }
            Self::Export { workflow, status, from, to, search, format, out } => {
                let query = query([
                    ("format", Some(format.name().to_owned())),
                    ("workflowId", workflow),
                    ("status", status),
                    ("from", from),
                    ("to", to),
                    ("search", search),
                ]);
                export_rows(client, &format!("/v1/runs/export{query}"), format, &out).await
            }
            Self::Start { workflow, input, input_file, watch, idempotency_key } => {
                let payload = payload(input, input_file)?;
                let path = format!("/v1/workflows/{workflow}/run");
                let body = json!({ "payload": payload });
                let started = client.post_once(&path, &body, idempotency_key.as_deref()).await?;
                begun(client, &started, watch).await
            }
            Self::Show { id, at, as_of } => show(client, &id, (at, as_of)).await,
            Self::Diff { id, from, to } => changes::diff(client, &id, (from, to)).await,
            Self::Lineage { id } => lineage(client, &id).await,
            Self::Watch { id } => follow(client, &id).await,
            Self::Cancel { id, reason, compensate } => {
                let body = json!({ "reason": reason, "shouldCompensate": compensate });
                order(client, &id, "cancel", &body, "asked to cancel").await
            }
            Self::Pause { id, reason } => {
                order(client, &id, "pause", &json!({ "reason": reason }), "paused").await
            }
            Self::Resume { id } => order(client, &id, "resume", &json!({}), "goes on").await,
            Self::Signal { id, signal, payload: data } => {
                let body = json!({ "signal": signal, "payload": payload(data, None)? });
                order(client, &id, "signal", &body, "signalled").await
            }
            Self::Retry { id, input, watch } => {
                let body = json!({ "payload": edited(input)? });
                let started = client.post(&format!("/v1/runs/{id}/retry"), &body).await?;
                begun(client, &started, watch).await
            }
            Self::Rerun { id, from, live, input, watch } => {
                let version = if live { "live" } else { "same" };
                let body =
                    json!({ "fromNode": from, "payload": edited(input)?, "version": version });
                let started = client.post(&format!("/v1/runs/{id}/rerun"), &body).await?;
                begun(client, &started, watch).await
            }
            Self::Replay { id } => replay::replay(client, &id).await,
        }
    }
}

fn in_a_line(run: &Value) {
    let of = |key| text_of(run, key);
    let text = format!(
        "{}  {}  {:<9}  {}  {}  {}",
        of("startedAt"),
        of("id"),
        of("status"),
        of("workflowId"),
        of("triggerSource"),
        of("failureCode"),
    );
    line(text.trim_end());
}

/// Gives an order to a run and says that it was given.
async fn order(
    client: &Client,
    id: &str,
    deed: &str,
    body: &Value,
    done: &str,
) -> Result<(), Error> {
    let answer = client.post(&format!("/v1/runs/{id}/{deed}"), body).await?;
    if client.json {
        print_json(&answer);
    } else {
        line(done);
    }
    Ok(())
}

/// Tells of a run that has begun, and shows what happens in it if that is wanted.
async fn begun(client: &Client, started: &Value, watch: bool) -> Result<(), Error> {
    let id = text_of(started, "runId").to_owned();
    if client.json && !watch {
        print_json(started);
    } else if !client.json {
        line(&id);
    }
    if watch { follow(client, &id).await } else { Ok(()) }
}

fn edited(input: Option<String>) -> Result<Option<Value>, Error> {
    input.map(|input| payload(Some(input), None)).transpose()
}

fn payload(input: Option<String>, file: Option<PathBuf>) -> Result<Value, Error> {
    if let Some(file) = file {
        return read_json(&file);
    }
    let Some(text) = input else { return Ok(json!({})) };
    serde_json::from_str(&text)
        .map_err(|source| Error::NotJson { what: "the input".to_owned(), source })
}

async fn show(
    client: &Client,
    id: &str,
    (at, as_of): (Option<u64>, Option<u64>),
) -> Result<(), Error> {
    let moment = [("atSequence", at), ("asOf", as_of)];
    let query = query(moment.map(|(name, value)| (name, value.map(|it| it.to_string()))));
    let run = client.get(&format!("/v1/runs/{id}{query}")).await?;
    if client.json {
        print_json(&run);
        return Ok(());
    }
    let version = run.get("workflowVersion").and_then(Value::as_u64).unwrap_or_default();
    line(&format!("{id}  {}", text_of(&run, "status")));
    line(&format!("workflow {} version {version}", text_of(&run, "workflowId")));
    if !text_of(&run, "sourceRunId").is_empty() {
        line(&format!("continues {}", text_of(&run, "sourceRunId")));
    }
    line(&format!("started  {}", text_of(&run, "startedAt")));
    if !text_of(&run, "finishedAt").is_empty() {
        line(&format!("finished {}", text_of(&run, "finishedAt")));
    }
    let nodes = run.get("executionState").and_then(Value::as_object);
    for (node, state) in nodes.into_iter().flatten() {
        let error = state.get("error").map(|error| text_of(error, "message")).unwrap_or_default();
        line(&format!(
            "  {:<10} {node} ({}) {error}",
            text_of(state, "status"),
            text_of(state, "type")
        ));
    }
    if let Some(failure) = run.get("failure").filter(|failure| !failure.is_null()) {
        tell_failure(&run, failure);
    }
    Ok(())
}

async fn lineage(client: &Client, id: &str) -> Result<(), Error> {
    let found = client.get(&format!("/v1/runs/{id}/lineage")).await?;
    if client.json {
        print_json(&found);
        return Ok(());
    }
    for run in found.get("runs").and_then(Value::as_array).into_iter().flatten() {
        let mark = if text_of(run, "id") == id { '>' } else { ' ' };
        let failed = match text_of(run, "failedNodeId") {
            "" => String::new(),
            node => format!(" at {node} ({})", text_of(run, "failureCode")),
        };
        let continues = match text_of(run, "sourceRunId") {
            "" => String::new(),
            source => format!("  continues {source}"),
        };
        line(&format!(
            "{mark} {}  {}  {}{failed}{continues}",
            text_of(run, "id"),
            text_of(run, "startedAt"),
            text_of(run, "status"),
        ));
    }
    Ok(())
}

/// Why the run failed, what helps, and what a retry would do.
fn tell_failure(run: &Value, failure: &Value) {
    let (category, code) = (text_of(failure, "category"), text_of(failure, "code"));
    line(&format!("failed   {category}, {code}: {}", text_of(failure, "message")));
    line(&format!("helps    {}", text_of(run, "remediation")));
    let Some(retry) = run.get("onRetry").filter(|retry| !retry.is_null()) else { return };
    let names = |field: &str| -> Vec<&str> {
        let places = retry.get(field).and_then(Value::as_array);
        places.into_iter().flatten().filter_map(Value::as_str).collect()
    };
    let taken_over = retry.get("takenOver").and_then(Value::as_u64).unwrap_or_default();
    let begins = names("beginsWith").join(", ");
    line(&format!("on retry {taken_over} executions are taken over; it begins with {begins}"));
    let unknown = names("outcomeUnknown");
    if !unknown.is_empty() {
        line(&format!("unknown  whether it has happened: {}", unknown.join(", ")));
    }
}

/// Prints the events of a run as they come, through lost connections, until the run is over.
async fn follow(client: &Client, id: &str) -> Result<(), Error> {
    let path = format!("/v1/runs/{id}/stream");
    let mut last: Option<String> = None;
    for _ in 0..RECONNECTS {
        let opened = client.streams().events(&path, last.as_deref()).await;
        let (status, bytes) =
            opened.map_err(|source| unreachable(client.streams().base().as_str(), source))?;
        if !status.is_success() {
            let body: Vec<u8> = bytes
                .try_fold(Vec::new(), |mut all, chunk| async move {
                    all.extend_from_slice(&chunk);
                    Ok(all)
                })
                .await
                .unwrap_or_default();
            return Err(refused(serde_json::from_slice(&body).unwrap_or_default()));
        }
        let mut events = Events::new(bytes);
        while let Ok(Some(event)) = events.next().await {
            if event.id.is_some() {
                last.clone_from(&event.id);
            }
            let Ok(data) = serde_json::from_str::<Value>(&event.data) else { continue };
            if client.json {
                print_json(&data);
            } else {
                line(&in_words(&data));
            }
            match text_of(&data, "type") {
                "succeeded" => return Ok(()),
                end @ ("failed" | "cancelled") => {
                    return Err(Error::Outcome(format!("the run {end}")));
                }
                _ => {}
            }
        }
    }
    Err(Error::Outcome(format!("the stream of {id} broke off {RECONNECTS} times")))
}

/// An event as a line: when, what, where, and what matters of it.
pub(in crate::cli) fn in_words(event: &Value) -> String {
    let at = text_of(event, "recordedAt").get(11..23).unwrap_or_default();
    let kind = text_of(event, "type");
    // The payload is as it stands on the ledger: the event inside its name.
    let payload =
        event.pointer("/payload").and_then(|payload| payload.get(kind)).unwrap_or(&Value::Null);
    let matters = ["branch", "dueAt", "source", "reason"]
        .iter()
        .filter_map(|key| {
            payload.get(*key).and_then(Value::as_str).map(|value| format!("{key} {value}"))
        })
        .chain(
            payload
                .pointer("/result/message")
                .and_then(Value::as_str)
                .map(|message| format!("{message:?}")),
        )
        .chain(payload.pointer("/failure/message").and_then(Value::as_str).map(str::to_owned))
        .collect::<Vec<_>>()
        .join(", ");
    let sequence = event.get("sequence").and_then(Value::as_i64).unwrap_or_default();
    format!("{at} {sequence:>3} {:<16} {:<18} {matters}", kind, text_of(payload, "node"))
        .trim_end()
        .to_owned()
}
