//! `bench sse`: many clients watch while runs go on, most of them only a part of what happens.

use std::collections::BTreeMap;
use std::process::Stdio;
use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

use super::drive;
use super::percentiles::Percentiles;
use super::runs::{resident_mb, resume};
use super::sitting::{Sitting, Steps, failed};
use super::watchers::{Plan, Seen, Stream, Truth, micros};
use super::workflows::{Shape, input};
use crate::actions::OWN_PROGRAM;
use crate::cli::client::Error;
use crate::primitives::{Clock as _, Kinds, OrganizationId, SystemClock};
use crate::projections::{Origins, activity};

/// Among so many workflows the runs are spread; so many runs are watched by their id.
const WORKFLOWS: usize = 100;
/// One client in so many watches everything.
const EVERYTHING: usize = 100;
/// One run in so many fails.
const FAILING: usize = 10;
/// Events of one reading.
const PAGE: i64 = 1_000;
/// How long the clients may take to say something.
const PATIENCE: Duration = Duration::from_mins(5);

/// How much is measured.
#[derive(Debug, Clone, Copy)]
pub(super) struct Extent {
    /// How many clients watch.
    pub(super) clients: usize,
    /// How many runs they are told of.
    pub(super) runs: usize,
    /// How many of these are under way at the same time.
    pub(super) at_once: usize,
}

/// What the streams did.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Measured {
    /// How many watched.
    clients: usize,
    /// How many of them watched what: everything, a workflow, a run, a type.
    watching: BTreeMap<&'static str, usize>,
    /// How many runs there were.
    runs: usize,
    /// Entries of activity that these left.
    events: usize,
    /// Those that arrived, of all clients together.
    delivered: usize,
    /// The same, a second.
    delivered_per_second: f64,
    /// Clients to which every event that they wanted came, in order and once.
    complete: usize,
    /// Clients that were let go.
    let_go: usize,
    /// From an event's recording to its arrival.
    pub(super) delay: Option<Percentiles>,
    /// What a client that watches takes of the server's memory, in KB.
    client_kb: Option<f64>,
}

impl Measured {
    /// It in words.
    pub(super) fn lines(&self) -> Vec<String> {
        let watching: Vec<_> =
            self.watching.iter().map(|(what, count)| format!("{count} {what}")).collect();
        let mut lines = vec![
            format!("{} clients: {}", self.clients, watching.join(", ")),
            format!(
                "  {} runs, {} events: {:.0} events/s delivered, {} in all",
                self.runs, self.events, self.delivered_per_second, self.delivered
            ),
            format!("  complete   {:>8} clients, {} let go", self.complete, self.let_go),
        ];
        lines.extend(self.client_kb.map(|kb| format!("  memory     {kb:>8.1} KB a client")));
        lines
    }
}

/// What is watched, and what is let happen.
struct World {
    workflows: Vec<String>,
    failing: String,
    /// Runs that wait.
    waiting: Vec<String>,
}

/// Clients that want the same.
struct Group {
    what: &'static str,
    stream: Stream,
    workflow: Option<String>,
    run: Option<String>,
    kinds: Option<Kinds>,
}

/// Lets clients watch while runs go on.
pub(super) async fn measure(
    sitting: &Sitting,
    extent: Extent,
    steps: &Steps,
) -> Result<Measured, Error> {
    steps.show("streams: what they watch");
    let world = World::make(sitting, extent).await?;
    let groups = world.groups(extent.clients);
    while sitting.house.tail.head() < head(sitting).await? {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    steps.show("streams: their opening");
    let before = resident_mb();
    let mut watchers = Watchers::start(sitting, &groups).await?;
    let client_kb = before.zip(resident_mb());
    let client_kb = client_kb.map(|(before, now)| (now - before) * 1_024.0 / extent.clients as f64);
    steps.show("streams");
    let (from, began) = (head(sitting).await?, micros(SystemClock.now()));
    world.live(sitting, extent).await?;
    let (truth, events) = truth(sitting, &groups, from).await?;
    let Seen { delivered, complete, let_go, last, delay } = watchers.end(&truth).await?;
    let seconds = Duration::from_micros(u64::try_from(last - began).unwrap_or(1)).as_secs_f64();
    let mut watching = BTreeMap::new();
    for group in &groups {
        *watching.entry(group.what).or_default() += group.stream.clients;
    }
    Ok(Measured {
        clients: extent.clients,
        watching,
        runs: extent.runs + world.waiting.len(),
        events,
        delivered,
        delivered_per_second: delivered as f64 / seconds,
        complete,
        let_go,
        delay,
        client_kb,
    })
}

impl World {
    async fn make(sitting: &Sitting, extent: Extent) -> Result<Self, Error> {
        let client = &sitting.client;
        let count = WORKFLOWS.min(extent.clients);
        let workflows = drive::repeat(count, 4, async |number| {
            let name = format!("watched {number}");
            drive::publish(client, &name, &Shape::Pure.definition("")).await
        })
        .await?;
        let failing = json!({"nodes": {
            "root": {"type": "manual", "payload": {}, "children": ["stop"]},
            "stop": {"type": "fail", "payload": {"message": "no funds"}},
        }});
        let failing = drive::publish(client, "failing", &failing).await?;
        let waits = drive::publish(client, "waiting", &Shape::Wait.definition("")).await?;
        let waiting = drive::repeat(count.min(extent.runs), 4, async |_| {
            let run = drive::start(client, &waits, &input()).await?;
            sitting.finishes.waiting(&run).await?;
            Ok(run)
        })
        .await?;
        Ok(Self { workflows, failing, waiting })
    }

    /// A few clients that watch everything, and of the others a third each a workflow, a run, and a type.
    fn groups(&self, clients: usize) -> Vec<Group> {
        let everything = (clients / EVERYTHING).max(1);
        let third = (clients - everything) / 3;
        let path = |query: &str| format!("/v1/activity/stream{query}");
        let group = |what, query: &str, clients| Group {
            what,
            stream: Stream { path: path(query), clients },
            workflow: None,
            run: None,
            kinds: None,
        };
        let mut groups = vec![group("everything", "", everything)];
        for (number, workflow) in self.workflows.iter().enumerate() {
            let clients = share(third, self.workflows.len(), number);
            let of_one = group("a workflow", &format!("?workflowId={workflow}"), clients);
            groups.push(Group { workflow: Some(workflow.clone()), ..of_one });
        }
        for (number, run) in self.waiting.iter().enumerate() {
            let clients = share(third, self.waiting.len(), number);
            let of_one = group("a run", &format!("?runId={run}"), clients);
            groups.push(Group { run: Some(run.clone()), ..of_one });
        }
        let kinds = Kinds::try_from("run.failed,workflow.*".to_owned()).ok();
        let rest = clients - groups.iter().map(|group| group.stream.clients).sum::<usize>();
        groups.push(Group { kinds, ..group("a type", "?type=run.failed,workflow.*", rest) });
        groups.retain(|group| group.stream.clients > 0);
        groups
    }

    /// Lets runs begin, go on and end.
    async fn live(&self, sitting: &Sitting, extent: Extent) -> Result<(), Error> {
        let (client, finishes) = (&sitting.client, &sitting.finishes);
        drive::repeat(extent.runs, extent.at_once, async |number| {
            if let Some(run) = self.waiting.get(number) {
                resume(client, run).await?;
                finishes.finished(run).await?;
            }
            let workflow = match number % FAILING {
                0 => &self.failing,
                _ => &self.workflows[number % self.workflows.len()],
            };
            let run = drive::start(client, workflow, &input()).await?;
            finishes.finished(&run).await
        })
        .await
        .map(drop)
    }
}

/// The part of a sum that one of so many has, so that all of them have all of it.
fn share(sum: usize, parts: usize, number: usize) -> usize {
    sum / parts + usize::from(number < sum % parts)
}

async fn head(sitting: &Sitting) -> Result<i64, Error> {
    sitting.house.journal.head().await.map_err(|error| failed("reading the ledger", &error))
}

/// What the clients should have seen, and how many events there were, by the ledger.
async fn truth(sitting: &Sitting, groups: &[Group], from: i64) -> Result<(Truth, usize), Error> {
    let journal = &sitting.house.journal;
    let wrong = |error: &dyn std::error::Error| failed("reading the ledger", error);
    let (mut at, to, mut origins) = (from, head(sitting).await?, Origins::default());
    let mut truth = Truth { recorded: Vec::new(), expected: vec![0; groups.len()] };
    while at < to {
        let read = journal.read_of(OrganizationId::DEFAULT, None, (at, to), PAGE).await;
        let (events, looked) = read.map_err(|error| wrong(&error))?;
        at = looked;
        for event in &events {
            let Some(entry) = activity::entry(event).map_err(|error| wrong(&error))? else {
                continue;
            };
            let workflow = match (entry.workflow_id, &entry.run_id) {
                (None, Some(run)) => {
                    let workflow = origins.of_run(journal, run).await;
                    workflow.map_err(|error| wrong(&error))?.map(|it| it.to_string())
                }
                (workflow, _) => workflow,
            };
            truth.recorded.push((event.position, micros(event.recorded_at)));
            for (group, expected) in groups.iter().zip(&mut truth.expected) {
                let wants = group.workflow.as_ref().is_none_or(|it| workflow.as_ref() == Some(it))
                    && group.run.as_ref().is_none_or(|it| entry.run_id.as_ref() == Some(it))
                    && group.kinds.as_ref().is_none_or(|it| it.has(&entry.kind));
                *expected += usize::from(wants);
            }
        }
    }
    let count = truth.recorded.len();
    Ok((truth, count))
}

/// The process of the clients.
struct Watchers {
    // Killed when it is dropped.
    _child: Child,
    input: ChildStdin,
    output: Lines<BufReader<ChildStdout>>,
}

impl Watchers {
    /// Starts it, and waits until all of them watch.
    async fn start(sitting: &Sitting, groups: &[Group]) -> Result<Self, Error> {
        let mut child = Command::new(OWN_PROGRAM)
            .args(["bench", "watchers"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .map_err(|error| failed("starting the clients", &error))?;
        let (Some(input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(Error::Outcome("the clients have no input or output".to_owned()));
        };
        let output = BufReader::new(output).lines();
        let mut watchers = Self { _child: child, input, output };
        let Some(server) = sitting.house.address else {
            return Err(Error::Outcome("the server has no address".to_owned()));
        };
        let streams = groups.iter().map(|group| group.stream.clone()).collect();
        let _: Value = watchers.ask(&Plan { server, key: sitting.key.clone(), streams }).await?;
        Ok(watchers)
    }

    /// Tells it what should have been seen; what was.
    async fn end(&mut self, truth: &Truth) -> Result<Seen, Error> {
        self.ask(truth).await
    }

    async fn ask<T: DeserializeOwned>(&mut self, question: &impl Serialize) -> Result<T, Error> {
        let mut line = serde_json::to_vec(question).map_err(|error| failed("asking", &error))?;
        line.push(b'\n');
        let asked = async {
            self.input.write_all(&line).await?;
            self.input.flush().await?;
            self.output.next_line().await
        };
        let answer = tokio::time::timeout(PATIENCE, asked).await;
        let answer = answer.map_err(|error| failed("waiting for the clients", &error))?;
        let answer = answer.map_err(|error| failed("asking the clients", &error))?;
        let answer = answer.ok_or_else(|| {
            Error::Outcome("the clients ended: what they said stands above".to_owned())
        })?;
        serde_json::from_str(&answer).map_err(|error| failed("reading what clients saw", &error))
    }
}
