//! What the process says of itself: log lines on standard error, metrics for Prometheus.

use std::io::{self, IsTerminal, Write};

use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use serde::{Deserialize, Serialize};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;

use crate::secrets::masked_by_all;

/// The room's part of the configuration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// What is logged.
    pub filter: String,
    /// How a line looks.
    pub format: LogFormat,
}

impl Default for Config {
    fn default() -> Self {
        // The two that are turned down tell of every thread they start and every `if not exists`.
        let filter = "info,actix_server=warn,sqlx::postgres::notice=warn".into();
        Self { filter, format: LogFormat::Text }
    }
}

/// How a log line looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line, for machines.
    Json,
}

/// Why the process cannot speak.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The filter cannot be read.
    #[error("`{filter}` is no filter for log lines: {source}")]
    Filter {
        /// The filter.
        filter: String,
        /// What is wrong with it.
        #[source]
        source: tracing_subscriber::filter::ParseError,
    },
    /// Somebody else in this process keeps the metrics already.
    #[error("starting the metrics: {0}")]
    Metrics(#[from] metrics_exporter_prometheus::BuildError),
}

/// Bounds of the histograms' buckets, in seconds: from a commit on a fast disk to a slow request.
const SECONDS: [f64; 14] =
    [0.000_5, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0];

/// Sends log lines to standard error from here on. A second call changes nothing.
pub fn log(config: &Config) -> Result<(), Error> {
    let filter = EnvFilter::builder()
        .parse(&config.filter)
        .map_err(|source| Error::Filter { filter: config.filter.clone(), source })?;
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(Covered(io::stderr));
    let colours = io::stderr().is_terminal();
    // A test may have set its own before.
    let _ = match config.format {
        LogFormat::Text => lines.with_ansi(colours).with_target(false).try_init(),
        LogFormat::Json => lines.with_ansi(false).json().flatten_event(true).try_init(),
    };
    Ok(())
}

/// Writes lines without any secret that this process is using: the last net below what masks at its
/// source. A line comes in one piece.
#[derive(Debug, Clone)]
pub struct Covered<M>(pub M);

impl<'a, M: MakeWriter<'a>> MakeWriter<'a> for Covered<M> {
    type Writer = CoveredWriter<M::Writer>;

    fn make_writer(&'a self) -> Self::Writer {
        CoveredWriter(self.0.make_writer())
    }
}

/// The writer of [`Covered`].
#[derive(Debug)]
pub struct CoveredWriter<W>(W);

impl<W: Write> Write for CoveredWriter<W> {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        self.0.write_all(&masked_by_all(line))?;
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// Collects metrics from here on. The handle renders them; its `run_upkeep` is to be called every
/// few seconds.
pub fn measure() -> Result<PrometheusHandle, Error> {
    Ok(PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Suffix("_seconds".into()), &SECONDS)?
        .install_recorder()?)
}
