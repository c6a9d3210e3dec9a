//! What was measured, for people and for programs.

use serde::Serialize;

use super::percentiles::Percentiles;
use super::{beside, chain, hooks, large, ledger, nodes, runs, streams, transfers, verify};
use crate::cli::print::{line, print_json};

/// The least share of the raw rate that appends should reach.
const APPEND_TARGET: f64 = 0.6;

/// The figures of one sitting; what was not measured is absent.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Report {
    /// Small durable writes a second, one after the other.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) fsyncs_per_second: Option<f64>,
    /// Events a second that PostgreSQL takes by UNNEST, with nothing else done.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) raw_events_per_second: Option<f64>,
    /// Events a second that the journal takes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) append_events_per_second: Option<f64>,
    /// What each shape did.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) shapes: Vec<runs::Measured>,
    /// What the largest did.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) large: Vec<large::Measured>,
    /// What the streams did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) streams: Option<streams::Measured>,
    /// What a chain's watch did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) chain: Option<chain::Measured>,
    /// What wallets got into blocks, with each backend of keys.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) transfers: Vec<transfers::Measured>,
    /// What one server did, and what several did together.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) nodes: Vec<nodes::Measured>,
    /// What endpoints were told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) hooks: Option<hooks::Measured>,
    /// How a view was built anew beside live traffic.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) beside: Option<beside::Measured>,
    /// How fast it was signed and verified.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) verify: Option<verify::Measured>,
    /// How fast the ledger was gone through.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) ledger: Vec<ledger::Measured>,
}

impl Report {
    /// Prints it.
    pub(super) fn print(&self, json: bool) {
        if json {
            print_json(&serde_json::to_value(self).unwrap_or_default());
            return;
        }
        if let Some(rate) = self.fsyncs_per_second {
            line(&format!("fsync, one after the other   {rate:>10.0} /s"));
        }
        if let Some(raw) = self.raw_events_per_second {
            line(&format!("PostgreSQL alone, by UNNEST  {raw:>10.0} events/s"));
            if let Some(append) = self.append_events_per_second {
                let (share, target) = (append / raw * 100.0, APPEND_TARGET * 100.0);
                line(&format!(
                    "the journal                  {append:>10.0} events/s   {share:.0} % of PostgreSQL alone (aim: {target:.0} %)"
                ));
            }
        }
        for shape in &self.shapes {
            self.print_shape(shape);
        }
        for large in &self.large {
            self.print_large(large);
        }
        if let Some(streams) = &self.streams {
            streams.lines().iter().for_each(|text| line(text));
            print_latency("delay", streams.delay);
        }
        for text in self.chain.iter().flat_map(chain::Measured::lines) {
            line(&text);
        }
        for text in self.transfers.iter().flat_map(transfers::Measured::lines) {
            line(&text);
        }
        if let Some(first) = self.nodes.first() {
            self.nodes.iter().flat_map(|nodes| nodes.lines(first)).for_each(|text| line(&text));
        }
        for text in self.beside.iter().flat_map(beside::Measured::lines) {
            line(&text);
        }
        for text in self.hooks.iter().flat_map(hooks::Measured::lines) {
            line(&text);
        }
        for text in self.verify.iter().flat_map(verify::Measured::lines) {
            line(&text);
        }
        for measured in &self.ledger {
            line(&format!(
                "{:<18} {:>9} events {:>10.0} events/s{}",
                measured.what,
                measured.events,
                measured.events_per_second,
                aim(measured.target)
            ));
        }
    }

    fn print_large(&self, large: &large::Measured) {
        line(&format!("\n{}", large.what));
        line(&format!("  took       {:>8.2} s", large.seconds));
        let portion = self
            .append_events_per_second
            .map(|append| {
                format!("   {:.0} % of the journal", large.events_per_second / append * 100.0)
            })
            .unwrap_or_default();
        let (events, rate) = (large.events, large.events_per_second);
        line(&format!("  events     {rate:>8.0} /s{portion}, {events} in all"));
        if let Some(mb) = large.memory_mb {
            line(&format!("  memory     {mb:>8.0} MB above idle"));
        }
    }

    fn print_shape(&self, shape: &runs::Measured) {
        line(&format!("\n{}, {} runs, {} at once", shape.shape, shape.runs, shape.at_once));
        let portion = self
            .raw_events_per_second
            .map(|raw| {
                format!("   {:.0} % of PostgreSQL alone", shape.events_per_second / raw * 100.0)
            })
            .unwrap_or_default();
        line(&format!("  finished   {:>8.0} runs/s{}", shape.runs_per_second, aim(shape.target)));
        line(&format!("  events     {:>8.0} /s{portion}", shape.events_per_second));
        print_latency("under load", shape.loaded);
        print_latency("alone", shape.alone);
        line(&format!("  views      {:>8} events behind at the end", shape.views_behind));
        if let Some(mb) = shape.waiting_mb {
            line(&format!("  memory of {} waiting runs: {mb:.0} MB above idle", shape.runs));
        }
    }
}

fn print_latency(what: &str, latency: Option<Percentiles>) {
    if let Some(Percentiles { p50_ms, p90_ms, p99_ms, max_ms }) = latency {
        line(&format!(
            "  {what:<10} p50 {p50_ms:.1} ms   p90 {p90_ms:.1} ms   p99 {p99_ms:.1} ms   slowest {max_ms:.1} ms"
        ));
    }
}

fn aim(target: Option<f64>) -> String {
    target.map(|target| format!("   (aim: {target:.0})")).unwrap_or_default()
}
