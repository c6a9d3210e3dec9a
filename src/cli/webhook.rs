//! `chainkeel webhook`: what came in lately, and to have it come again.

use clap::Subcommand;
use serde_json::{Value, json};

use super::client::{Client, Error};
use super::print::{line, list, tell};
use super::workflow::text_of;

/// What to do with deliveries.
#[derive(Debug, Subcommand)]
pub(super) enum Webhook {
    /// List the last deliveries to a workflow, and what became of them.
    Deliveries {
        /// The workflow.
        workflow: String,
    },
    /// Show a delivery as it came.
    Show {
        /// The workflow.
        workflow: String,
        /// The delivery.
        delivery: String,
    },
    /// Start a run from a delivery that came before, or show what it would do.
    Replay {
        /// The workflow.
        workflow: String,
        /// The delivery.
        delivery: String,
        /// Start nothing, and show what it would do to the `draft`, to what is `live` or to a
        /// version's number.
        #[arg(long, value_name = "VERSION")]
        simulate: Option<String>,
    },
    /// Say how the source of a workflow is doing, where it is one that is asked.
    Source {
        /// The workflow.
        workflow: String,
    },
    /// Let a workflow that is not live hear deliveries for ten minutes.
    Listen {
        /// The workflow.
        workflow: String,
    },
}

impl Webhook {
    /// Does it.
    pub(super) async fn run(self, client: &Client) -> Result<(), Error> {
        match self {
            Self::Deliveries { workflow } => {
                let page = client.get(&deliveries(&workflow)).await?;
                tell(client, &page, |page| {
                    let hint = "nothing came in: `chainkeel workflow show` has the URL, and \
                                `chainkeel webhook listen` opens it before the workflow is live";
                    list(page, hint, |delivery| line(&in_a_line(delivery)));
                });
            }
            Self::Show { workflow, delivery } => {
                let path = format!("{}/{delivery}", deliveries(&workflow));
                let shown = client.get(&path).await?;
                tell(client, &shown, |shown| {
                    line(&in_a_line(shown));
                    for (name, value) in shown["headers"].as_object().into_iter().flatten() {
                        line(&format!("{name}: {}", value.as_str().unwrap_or_default()));
                    }
                    line("");
                    line(shown["body"].as_str().unwrap_or("(not a text)"));
                    if shown["isTruncated"] == true {
                        line("(the beginning of it)");
                    }
                });
            }
            Self::Replay { workflow, delivery, simulate } => {
                let body = simulate.map_or_else(|| json!({}), |it| json!({"simulate": it}));
                let path = format!("{}/{delivery}/replay", deliveries(&workflow));
                let replayed = client.post(&path, &body).await?;
                tell(client, &replayed, |replayed| match replayed["runId"].as_str() {
                    Some(run) => line(run),
                    None => tell_simulation("it", &replayed["simulation"]),
                });
            }
            Self::Source { workflow } => {
                let shown = client.get(&format!("/v1/workflows/{workflow}/source")).await?;
                tell(client, &shown, |shown| {
                    line(&format!(
                        "{}  asked {}, next {}  {} items  {}",
                        text_of(shown, "status"),
                        text_of(shown, "polledAt"),
                        text_of(shown, "nextAt"),
                        shown["items"],
                        text_of(shown, "problem"),
                    ));
                });
            }
            Self::Listen { workflow } => {
                let path = format!("/v1/workflows/{workflow}/listen");
                let heard = client.post(&path, &json!({})).await?;
                tell(client, &heard, |heard| {
                    let until = text_of(heard, "until");
                    line(&format!(
                        "{} hears deliveries until {until}",
                        text_of(heard, "webhookUrl")
                    ));
                });
            }
        }
        Ok(())
    }
}

fn deliveries(workflow: &str) -> String {
    format!("/v1/workflows/{workflow}/deliveries")
}

/// Says how what was played would end.
pub(super) fn tell_simulation(what: &str, simulation: &Value) {
    line(&format!("{what} would end with {}", text_of(simulation, "status")));
    for (node, state) in simulation["executionState"].as_object().into_iter().flatten() {
        line(&format!("  {node}  {}", text_of(state, "status")));
    }
}

fn in_a_line(delivery: &Value) -> String {
    let end = delivery["runId"].as_str().or_else(|| delivery["reason"].as_str());
    format!(
        "{}  {}  {:<8}  {:<5}  {} bytes  {}",
        text_of(delivery, "id"),
        text_of(delivery, "receivedAt"),
        text_of(delivery, "outcome"),
        text_of(delivery, "method"),
        delivery["bodyBytes"],
        end.unwrap_or_default(),
    )
}
