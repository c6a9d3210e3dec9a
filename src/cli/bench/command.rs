//! One sitting of measurements: a private database, a house, a client, and the shapes in turn.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use clap::{Args, Subcommand};
use metrics_exporter_prometheus::PrometheusHandle;
use sqlx::postgres::PgConnectOptions;

use super::node::Node;
use super::receiver::Receiver;
use super::report::Report;
use super::sitting::{Sitting, Steps, failed, fresh_database};
use super::workflows::Shape;
use super::{
    append, beside, cells, chain, hooks, large, ledger, limits, matching, nodes, runs, streams,
    transfers, verify, watchers,
};
use crate::app::{Proofs, chains_at};
use crate::cli::client::Error;
use crate::cli::cluster::Cluster;
use crate::cli::signing::token;
use crate::config::{Role, Surroundings};
use crate::egress;
use crate::notary::OutsideCopy;
use crate::secrets::Keyring;
use crate::signing::{self, softhsm};
use crate::{projections, telemetry};

/// Connections of the private server, for one server of ours and for several.
const MAX_CONNECTIONS: u16 = 100;
const MAX_CONNECTIONS_OF_NODES: u16 = 400;
/// How many runs the clients of streams watch.
const MAX_WATCHED: usize = 3_000;
/// An event's payload of the size that a node of the measured workflows has.
const TYPICAL_PAYLOAD: &str = r#"{"node_succeeded":{"node":"names","kind":"pluck","attempt":1,"input":{"array":[{"name":"gas","open":true,"price":12},{"name":"tip","open":true,"price":1}],"field":"name"},"result":{"values":["gas","tip"],"note":"this text makes the payload as large as that of a node with a modest input and result, which is some four hundred bytes"},"at":"2026-01-01T12:00:00.000000Z"}}"#;

/// Measures throughput and latency on this machine, beside the machine's own limits
#[derive(Debug, Args)]
pub(in crate::cli) struct Bench {
    #[command(subcommand)]
    what: Option<What>,
    /// Where the private database of the measurement is made; it is removed at the end
    #[arg(long, default_value = ".data/bench", global = true)]
    directory: PathBuf,
    /// How many runs each shape has
    #[arg(long, default_value_t = 10_000, global = true)]
    runs: usize,
    /// How many are under way at the same time
    #[arg(long, default_value_t = 256, global = true)]
    at_once: usize,
    /// Print JSON for programs instead of text for people
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Debug, Clone, Subcommand)]
enum What {
    /// Finished runs a second in three shapes, and the latency of one (the default)
    Runs {
        /// Only this shape
        #[arg(long)]
        shape: Option<Shape>,
    },
    /// Streams: many clients watch while runs go on
    Sse {
        /// How many clients watch
        #[arg(long, default_value_t = 1_000)]
        clients: usize,
    },
    /// The clients of `bench sse`, which starts them by itself
    #[command(hide = true)]
    Watchers,
    /// The largest: loops at the budget of a run, and one event that all runs wait for
    Large {
        /// How many iterations go on at the same time where they are parallel
        #[arg(long, default_value_t = 10)]
        iterations_at_once: usize,
    },
    /// Several servers on one PostgreSQL, beside one alone
    Nodes {
        /// How many there are at most
        #[arg(long, default_value_t = 3)]
        most: usize,
    },
    /// The rebuild of every view from the ledger; with --events, of one view beside live traffic
    Rebuild {
        /// A ledger of so many events, and live traffic beside the rebuild
        #[arg(long)]
        events: Option<u64>,
        /// The view that is built beside traffic
        #[arg(long, default_value = "run_history", requires = "events")]
        view: String,
        /// Live traffic: how many runs of nine events or so are appended a second
        #[arg(long, default_value_t = 100, requires = "events", value_parser = clap::value_parser!(u32).range(1..=10_000))]
        appends: u32,
        /// How many events a second the rebuild folds at most; without it, as many as it can
        #[arg(long, requires = "events", value_parser = clap::value_parser!(u32).range(1..))]
        per_second: Option<u32>,
        /// By how many percent others may be slower because of the rebuild, on average; 10 where no number is said
        #[arg(long, requires = "events", num_args = 0..=1, default_missing_value = "10",
              value_parser = clap::value_parser!(u8).range(1..=100))]
        gentle: Option<u8>,
        /// For how many seconds live traffic is measured alone, before the rebuild and after it
        #[arg(long, default_value_t = 60, requires = "events", value_parser = clap::value_parser!(u64).range(1..=3_600))]
        alone: u64,
    },
    /// Every decision on the ledger made again
    Replay,
    /// The whole ledger signed and verified, beside the hashing and the reading alone
    Verify {
        /// How many events it has
        #[arg(long, default_value_t = 500_000)]
        events: usize,
    },
    /// Signed deliveries of what happens in runs, to one endpoint and to many, beside the HTTP client alone
    Hooks {
        /// How many deliveries are made to the one endpoint, and to all of the many together
        #[arg(long, default_value_t = 5_000)]
        deliveries: usize,
        /// How many endpoints many are
        #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u8).range(2..=100))]
        endpoints: u8,
    },
    /// The triggers of a log found among 1, 1,000 and 100,000 live ones; without a database
    Matching,
    /// Organizations on several ledgers: how evenly they lie, and what has to move; a simulation
    Cells {
        #[command(flatten)]
        extent: cells::Extent,
    },
    /// A chain: catching up with it, how soon a block starts its runs, and what the node is asked
    Chain {
        /// The node's program; scripts/get-chain fetches one
        #[arg(long, env = "ANVIL", default_value = "target/tools/anvil-1.7.1/anvil")]
        anvil: PathBuf,
        /// How many blocks are caught up with
        #[arg(long, default_value_t = 5_000)]
        blocks: u64,
        /// How many logs each of them has
        #[arg(long, default_value_t = 10)]
        logs: u64,
        /// How many blocks are timed from their arrival to the first event of their runs
        #[arg(long, default_value_t = 200)]
        samples: usize,
        /// With how many triggers the calls a block are compared
        #[arg(long, default_value_t = 10_000)]
        triggers: usize,
    },
    /// Wallets: transactions a second, a key and in all, and the time to the broadcast, with keys sealed in
    /// the database and in a token of SoftHSM2 where that is installed
    Transfers {
        /// The node's program; scripts/get-chain fetches one
        #[arg(long, env = "ANVIL", default_value = "target/tools/anvil-1.7.1/anvil")]
        anvil: PathBuf,
        /// How many wallets pay at the same time
        #[arg(long, default_value_t = 4)]
        wallets: usize,
        /// How many transactions each of them sends
        #[arg(long, default_value_t = 200)]
        each: usize,
        /// How many are sent one after the other, for the time of one
        #[arg(long, default_value_t = 40)]
        alone: usize,
    },
}

impl Bench {
    /// Does it, from the cluster's start to its removal.
    pub(in crate::cli) fn run(self) -> Result<(), Error> {
        if matches!(self.what, Some(What::Matching)) {
            matching::run(self.json);
            return Ok(());
        }
        if let Some(What::Cells { extent }) = self.what {
            cells::run(extent, self.json);
            return Ok(());
        }
        if matches!(self.what, Some(What::Watchers)) {
            return watchers::run();
        }
        if let Some(What::Sse { clients }) = self.what {
            watchers::must_fit(clients)?;
        }
        let directory = self.directory.clone();
        let outcome = |text: String| Error::Outcome(text);
        if directory.exists() {
            std::fs::remove_dir_all(&directory)
                .map_err(|error| outcome(format!("removing {}: {error}", directory.display())))?;
        }
        let surroundings = Surroundings::read();
        let connections = match self.what {
            Some(What::Nodes { .. }) => MAX_CONNECTIONS_OF_NODES,
            Some(_) | None => MAX_CONNECTIONS,
        };
        let cluster = Cluster::start(&directory, connections, &surroundings)
            .map_err(|error| outcome(format!("starting a private PostgreSQL: {error}")))?;
        let report = actix_rt::System::new().block_on(self.measure(&cluster, &directory))?;
        drop(cluster);
        // What is left behind is only space.
        let _ = std::fs::remove_dir_all(&directory);
        report.print(self.json);
        Ok(())
    }

    async fn measure(&self, cluster: &Cluster, directory: &Path) -> Result<Report, Error> {
        let database: Result<PgConnectOptions, _> = cluster.url("postgres").parse();
        let database = database.map_err(|error| failed("the private database", &error))?;
        let roles = match self.what {
            // Its detectors come and go.
            Some(What::Chain { .. }) => vec![Role::Api, Role::Worker, Role::Projector],
            Some(_) | None => Role::ALL.to_vec(),
        };
        let metrics =
            telemetry::measure().map_err(|error| failed("starting the metrics", &error))?;
        if let Some(What::Transfers { anvil, wallets, each, alone }) = &self.what {
            let extent = transfers::Extent {
                wallets: (*wallets).max(1),
                each: (*each).max(1),
                alone: *alone,
                at_once: self.at_once,
            };
            return Box::pin(self.transfers((&database, directory), metrics, anvil, extent)).await;
        }
        if let Some(What::Verify { events }) = self.what {
            return Box::pin(self.verify((database, directory), metrics, events)).await;
        }
        if let Some(What::Rebuild {
            events: Some(events),
            view,
            appends,
            per_second,
            gentle,
            alone,
        }) = &self.what
        {
            let extent = beside::Extent {
                view,
                events: *events,
                appends_per_second: *appends,
                per_second: *per_second,
                gentle: *gentle,
                alone: Duration::from_secs(*alone),
            };
            return Box::pin(self.beside((cluster, &database, directory), metrics, extent)).await;
        }
        if let Some(What::Hooks { deliveries, endpoints }) = self.what {
            let extent = hooks::Extent { deliveries, endpoints: usize::from(endpoints) };
            return Box::pin(self.hooks(database, metrics, extent)).await;
        }
        if let Some(What::Nodes { most }) = self.what {
            return Box::pin(self.nodes((cluster, &database, directory), metrics, most)).await;
        }
        let sitting = Sitting::open(database, metrics, |plan| {
            plan.roles = roles;
            if matches!(self.what, Some(What::Sse { .. })) {
                // All its clients come from one machine, at once, with one key.
                (plan.rate_limits.per_key, plan.rate_limits.per_organization) = (0, 0);
                plan.rate_limits.per_address = 0;
            }
        })
        .await?;
        let report = Box::pin(self.measures(&sitting, directory)).await;
        sitting.close().await;
        report
    }

    /// A sitting with each backend of keys, one after the other.
    async fn transfers(
        &self,
        (server, directory): (&PgConnectOptions, &Path),
        metrics: PrometheusHandle,
        anvil: &Path,
        extent: transfers::Extent,
    ) -> Result<Report, Error> {
        let (steps, mut report) = (Steps::new(self.json), Report::default());
        let mut backends = vec![signing::Config {
            backend: Some(signing::Kind::Keystore),
            ..signing::Config::default()
        }];
        match softhsm::installed() {
            Some(module) => {
                let made = token::made(module, directory).await;
                let pkcs11 = made.map_err(|error| Error::Outcome(error.to_string()))?;
                let backend = Some(signing::Kind::Pkcs11);
                backends.push(signing::Config { backend, pkcs11, ..signing::Config::default() });
            }
            None => steps.tell("SoftHSM2 is not installed: keys in a token are not measured"),
        }
        for signing in backends {
            let backend = signing.backend.map_or("", signing::Kind::name);
            steps.show(&format!("the start of a node for {backend}"));
            let node = Node::start(anvil).await?;
            let chains = chains_at(&format!("31337={}", node.url));
            let chains = chains.map_err(|error| failed("the node", &error))?;
            let keys = Keyring::parse(&Keyring::written(&rand::random()), "the bench");
            let keys = keys.map_err(|error| failed("a key for the keystore", &error))?;
            // A ledger of its own: what is on it of another node is none of this one's.
            let database = fresh_database(server, backend).await?;
            let sitting = Sitting::open(database, metrics.clone(), |plan| {
                (plan.chains, plan.signing, plan.keys) = (chains, signing, Arc::new(keys));
            })
            .await?;
            let measured = transfers::measure(&sitting, (&node, backend), extent, &steps).await;
            sitting.close().await;
            report.transfers.push(measured?);
        }
        steps.done();
        Ok(report)
    }

    /// A sitting whose ledger is signed by a key of its own.
    async fn verify(
        &self,
        (database, directory): (PgConnectOptions, &Path),
        metrics: PrometheusHandle,
        events: usize,
    ) -> Result<Report, Error> {
        let (steps, copy) = (Steps::new(self.json), OutsideCopy::new(directory.join("log")));
        let keys = Keyring::parse(&Keyring::written(&rand::random()), "the bench");
        let keys = keys.map_err(|error| failed("a key for the keystore", &error))?;
        let interval = Duration::from_millis(100);
        let proofs = Proofs { copy: copy.clone(), interval, origin: None };
        let sitting = Sitting::open(database, metrics, |plan| {
            // Views and runs have no part in it.
            plan.roles = vec![Role::Api, Role::Worker];
            (plan.keys, plan.proofs) = (Arc::new(keys), Some(proofs));
        })
        .await?;
        let places = (&sitting.owner, &sitting.database, &copy);
        let measured = verify::measure(places, events, TYPICAL_PAYLOAD, &steps).await;
        sitting.close().await;
        steps.done();
        Ok(Report { verify: Some(measured?), ..Report::default() })
    }

    /// A sitting that may reach a receiver of its own.
    async fn hooks(
        &self,
        database: PgConnectOptions,
        metrics: PrometheusHandle,
        extent: hooks::Extent,
    ) -> Result<Report, Error> {
        let steps = Steps::new(self.json);
        let receiver = Receiver::start(hooks::DEAD);
        let receiver = receiver.map_err(|error| failed("starting a receiver", &error))?;
        let opening: Result<egress::Opening, _> = receiver.opening().parse();
        let opening = opening.map_err(|error| failed("opening the door to it", &error))?;
        // The secrets that sign deliveries are sealed.
        let keys = Keyring::parse(&Keyring::written(&rand::random()), "the bench");
        let keys = keys.map_err(|error| failed("a key for the keystore", &error))?;
        let sitting = Sitting::open(database, metrics, |plan| {
            plan.egress.allow.push(opening);
            plan.keys = Arc::new(keys);
            (plan.rate_limits.per_key, plan.rate_limits.per_organization) = (0, 0);
            plan.rate_limits.per_address = 0;
        })
        .await?;
        let measured = hooks::measure(&sitting, &receiver, extent, &steps).await;
        sitting.close().await;
        receiver.stop().await;
        steps.done();
        Ok(Report { hooks: Some(measured?), ..Report::default() })
    }

    /// A ledger each for one server and for several, which nobody works on but them.
    async fn nodes(
        &self,
        (cluster, server, directory): (&Cluster, &PgConnectOptions, &Path),
        metrics: PrometheusHandle,
        most: usize,
    ) -> Result<Report, Error> {
        let (steps, mut report) = (Steps::new(self.json), Report::default());
        for nodes in [1, most.max(2)] {
            let name = format!("nodes_{nodes}");
            let database = fresh_database(server, &name).await?;
            let sitting = Sitting::open(database, metrics.clone(), |plan| {
                plan.roles = vec![Role::Api];
            })
            .await?;
            let (url, extent) = (cluster.url(&name), (nodes, self.runs, self.at_once));
            let measured = nodes::measure(&sitting, (&url, directory), extent, &steps).await;
            sitting.close().await;
            report.nodes.push(measured?);
        }
        steps.done();
        Ok(report)
    }

    /// A ledger of runs that nobody executes, on which one view is built.
    async fn beside(
        &self,
        (cluster, server, directory): (&Cluster, &PgConnectOptions, &Path),
        metrics: PrometheusHandle,
        extent: beside::Extent<'_>,
    ) -> Result<Report, Error> {
        projections::by_name(extent.view).map_err(|error| failed("the view", &error))?;
        let (steps, name) = (Steps::new(self.json), "beside");
        let database = fresh_database(server, name).await?;
        let sitting = Sitting::open(database.clone(), metrics.clone(), |_| ()).await?;
        let pattern = beside::pattern(&sitting).await;
        sitting.close().await;
        let sitting = Sitting::open(database, metrics, |plan| {
            plan.roles = vec![Role::Api, Role::Projector];
        })
        .await?;
        let places = (cluster.url(name), directory);
        let measured =
            beside::measure(&sitting, &pattern?, (&places.0, places.1), extent, &steps).await;
        sitting.close().await;
        steps.done();
        Ok(Report { beside: Some(measured?), ..Report::default() })
    }

    async fn measures(&self, sitting: &Sitting, directory: &Path) -> Result<Report, Error> {
        let what = self.what.clone().unwrap_or(What::Runs { shape: None });
        let steps = Steps::new(self.json);
        let mut report = Report::default();
        match what {
            What::Runs { shape } => {
                self.limits(sitting, directory, &steps, &mut report).await?;
                let shapes = shape.map_or(Shape::ALL.to_vec(), |shape| vec![shape]);
                for shape in shapes {
                    steps.show(shape.name());
                    report.shapes.push(self.shape(sitting, shape).await?);
                }
            }
            What::Large { iterations_at_once } => {
                self.limits(sitting, directory, &steps, &mut report).await?;
                let (client, finishes) = (&sitting.client, &sitting.finishes);
                for at_once in [1, iterations_at_once] {
                    steps.show("a large loop");
                    report.large.push(large::one_loop(client, finishes, at_once).await?);
                }
                steps.show("one event for all");
                let large = large::one_event(client, finishes, self.runs, self.at_once).await?;
                report.large.push(large);
            }
            What::Sse { clients } => {
                // Hundreds of clients see each of them: a few runs are many deliveries.
                let (runs, at_once) = (self.runs.min(MAX_WATCHED), self.at_once.min(2));
                let extent = streams::Extent { clients: clients.max(4), runs, at_once };
                report.streams = Some(streams::measure(sitting, extent, &steps).await?);
            }
            // They have no sitting, or another one.
            What::Matching
            | What::Cells { .. }
            | What::Watchers
            | What::Transfers { .. }
            | What::Verify { .. }
            | What::Hooks { .. }
            | What::Nodes { .. } => {}
            What::Chain { anvil, blocks, logs, samples, triggers } => {
                steps.show("the start of a node");
                let node = Node::start(&anvil).await?;
                let extent = chain::Extent { blocks, logs, samples, triggers };
                report.chain = Some(chain::measure(sitting, &node, extent, &steps).await?);
            }
            What::Rebuild { .. } => {
                steps.show("runs to rebuild from");
                self.shape(sitting, Shape::Pure).await?;
                for projection in projections::all() {
                    steps.show(projection.name());
                    report.ledger.push(sitting.rebuild(projection.name()).await?);
                }
            }
            What::Replay => {
                steps.show("runs to replay");
                for shape in Shape::ALL {
                    self.shape(sitting, shape).await?;
                }
                steps.show("replay");
                report.ledger.push(ledger::replay(&sitting.house).await?);
            }
        }
        steps.done();
        Ok(report)
    }

    /// The machine's own limits, with which the rest is compared.
    async fn limits(
        &self,
        sitting: &Sitting,
        directory: &Path,
        steps: &Steps,
        report: &mut Report,
    ) -> Result<(), Error> {
        steps.show("the disk");
        report.fsyncs_per_second = limits::fsyncs_per_second(directory).ok();
        steps.show("PostgreSQL alone");
        let raw = limits::raw_events_per_second(&sitting.owner, TYPICAL_PAYLOAD).await;
        report.raw_events_per_second =
            Some(raw.map_err(|error| Error::Outcome(format!("measuring PostgreSQL: {error}")))?);
        steps.show("the journal");
        let append = append::events_per_second(&sitting.owner, &sitting.database, TYPICAL_PAYLOAD);
        let append = append
            .await
            .map_err(|error| Error::Outcome(format!("measuring the journal: {error}")))?;
        report.append_events_per_second = Some(append);
        Ok(())
    }

    async fn shape(&self, sitting: &Sitting, shape: Shape) -> Result<runs::Measured, Error> {
        let (client, finishes) = (&sitting.client, &sitting.finishes);
        let runs = match shape {
            Shape::Pure | Shape::Wait => self.runs,
            Shape::Effects => (self.runs / 2).max(1),
        };
        let mut measured =
            runs::measure(client, finishes, shape, &sitting.echo_url, runs, self.at_once).await?;
        measured.views_behind = sitting.views_behind().await?;
        Ok(measured)
    }
}
