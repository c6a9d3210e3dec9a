//! `chainkeel hook`: endpoints of the outside that are told what happens in runs.

use clap::Subcommand;
use serde_json::{Value, json};

use crate::cli::client::{Client, Error, query};
use crate::cli::print::{line, list, tell};
use crate::cli::workflow::text_of;

const HOOKS: &str = "/v1/execution-webhooks";
const DELIVERIES: &str = "/v1/execution-webhooks/deliveries";

/// What to do with execution webhooks.
#[derive(Debug, Subcommand)]
pub(in crate::cli) enum Hook {
    /// Tell an endpoint what happens in runs from here on; prints the secret that signs it, this once.
    Create {
        /// What people call it.
        name: String,
        /// Where it is.
        #[arg(value_name = "URL")]
        endpoint: String,
        /// Of what it is told, as run.completed, node.failed, run.* or node.*; may be given several times.
        #[arg(long = "event", default_values = ["run.completed", "run.failed"])]
        events: Vec<String>,
        /// Of this workflow only; may be given several times.
        #[arg(long = "workflow", value_name = "ID")]
        workflows: Vec<String>,
        /// For people.
        #[arg(long)]
        description: Option<String>,
        /// How often a delivery is tried after the first time.
        #[arg(long)]
        max_retries: Option<u32>,
    },
    /// List the endpoints.
    List,
    /// Show an endpoint, with what waits for it.
    Show {
        /// The endpoint.
        id: String,
    },
    /// Tell it of something else, or elsewhere; what is not given stays.
    Change {
        /// The endpoint.
        id: String,
        /// What people call it.
        #[arg(long)]
        name: Option<String>,
        /// The URL where it is.
        #[arg(long, value_name = "URL")]
        endpoint: Option<String>,
        /// Of what it is told; may be given several times.
        #[arg(long = "event")]
        events: Vec<String>,
        /// How often a delivery is tried after the first time.
        #[arg(long)]
        max_retries: Option<u32>,
    },
    /// Tell it again what happens, from here on; what waited goes on.
    Enable {
        /// The endpoint.
        id: String,
    },
    /// Tell it nothing until it is enabled.
    Disable {
        /// The endpoint.
        id: String,
    },
    /// Sign with a new secret, which is printed this once; the one of before signs for a while, too.
    RegenerateSecret {
        /// The endpoint.
        id: String,
        /// For how many hours, 0 to 168.
        #[arg(long, default_value_t = 24)]
        overlap_hours: u32,
    },
    /// Send it a test.
    Test {
        /// The endpoint.
        id: String,
    },
    /// Tell it nothing more, for good.
    Remove {
        /// The endpoint.
        id: String,
    },
    /// List what was sent and is to be sent, the latest event first.
    Deliveries {
        /// To this endpoint.
        #[arg(long, value_name = "ID")]
        hook: Option<String>,
        /// Of this run.
        #[arg(long, value_name = "ID")]
        run: Option<String>,
        /// Those that stand so: pending, retrying, success, failure.
        #[arg(long)]
        status: Option<String>,
    },
    /// Show a delivery, with what was sent and what came back.
    Delivery {
        /// The delivery.
        id: String,
    },
    /// Send a delivery again, or a stretch of the ledger: to `hook_…` from one position or moment to another.
    Replay {
        /// The delivery (`hdl_…`), or the endpoint (`hook_…`).
        id: String,
        /// Of an endpoint: the first position.
        #[arg(long, conflicts_with = "since")]
        from: Option<i64>,
        /// Of an endpoint: the last position.
        #[arg(long, requires = "from")]
        to: Option<i64>,
        /// Of an endpoint: what was recorded at that moment or later, as 2026-11-30T12:00:00Z.
        #[arg(long)]
        since: Option<String>,
        /// And before that moment.
        #[arg(long, requires = "since")]
        until: Option<String>,
    },
}

impl Hook {
    /// Does it.
    pub(in crate::cli) async fn run(self, client: &Client) -> Result<(), Error> {
        match self {
            Self::Create { name, endpoint, events, workflows, description, max_retries } => {
                let body = json!({
                    "name": name,
                    "url": endpoint,
                    "description": description.unwrap_or_default(),
                    "subscribedEventTypes": events,
                    "workflowIds": workflows,
                });
                let body = with(body, "maxRetries", max_retries);
                let made = client.post(HOOKS, &body).await?;
                tell(client, &made, with_secret);
            }
            Self::List => {
                let page = client.get(&format!("{HOOKS}?limit=100")).await?;
                let hint = "nobody is told of runs: chainkeel hook create billing https://…";
                tell(client, &page, |page| list(page, hint, show));
            }
            Self::Show { id } => {
                let shown = client.get(&format!("{HOOKS}/{id}")).await?;
                tell(client, &shown, standing);
            }
            Self::Change { id, name, endpoint, events, max_retries } => {
                let body = with(json!({}), "name", name);
                let body = with(body, "url", endpoint);
                let events = (!events.is_empty()).then_some(events);
                let body =
                    with(with(body, "subscribedEventTypes", events), "maxRetries", max_retries);
                let changed = client.patch(&format!("{HOOKS}/{id}"), &body).await?;
                tell(client, &changed, show);
            }
            Self::Enable { id } => switch(client, &id, "enable").await?,
            Self::Disable { id } => switch(client, &id, "disable").await?,
            Self::RegenerateSecret { id, overlap_hours } => {
                let body = json!({ "overlapMs": u64::from(overlap_hours) * 3_600_000 });
                let path = format!("{HOOKS}/{id}/regenerate-secret");
                let regenerated = client.post(&path, &body).await?;
                tell(client, &regenerated, with_secret);
            }
            Self::Test { id } => {
                let sent = client.post(&format!("{HOOKS}/{id}/test"), &json!({})).await?;
                tell(client, &sent, sent_again);
            }
            Self::Remove { id } => {
                let gone = client.delete(&format!("{HOOKS}/{id}")).await?;
                tell(client, &gone, |gone| line(&format!("{} is gone", text_of(gone, "id"))));
            }
            Self::Deliveries { hook, run, status } => {
                let asked = [("endpointId", hook), ("runId", run), ("status", status)];
                let page = client.get(&format!("{DELIVERIES}{}", query(asked))).await?;
                let hint = "nothing was sent: chainkeel hook test hook_… sends something";
                tell(client, &page, |page| list(page, hint, in_a_line));
            }
            Self::Delivery { id } => {
                let shown = client.get(&format!("{DELIVERIES}/{id}")).await?;
                tell(client, &shown, whole);
            }
            Self::Replay { id, from, to, since, until } if id.starts_with("hook_") => {
                let body = with(with(json!({}), "from", from), "to", to);
                let body = with(with(body, "since", since), "until", until);
                let again = client.post(&format!("{HOOKS}/{id}/replay"), &body).await?;
                tell(client, &again, |again| {
                    line(&format!("positions {} to {} are sent again", again["from"], again["to"]));
                });
            }
            Self::Replay { id, .. } => {
                let again = client.post(&format!("{DELIVERIES}/{id}/replay"), &json!({})).await?;
                tell(client, &again, sent_again);
            }
        }
        Ok(())
    }
}

/// The body with a field more, where it is given.
fn with(mut body: Value, field: &str, value: Option<impl Into<Value>>) -> Value {
    if let Some(value) = value {
        body[field] = value.into();
    }
    body
}

async fn switch(client: &Client, id: &str, deed: &str) -> Result<(), Error> {
    let changed = client.post(&format!("{HOOKS}/{id}/{deed}"), &json!({})).await?;
    tell(client, &changed, show);
    Ok(())
}

fn show(hook: &Value) {
    let [id, name, url] = ["id", "name", "url"].map(|field| text_of(hook, field));
    let stands = match (hook["enabled"].as_bool(), hook["disabledReason"].as_str()) {
        (Some(true), _) => "enabled",
        (_, Some("gone")) => "disabled: it answered 410",
        _ => "disabled",
    };
    let events = hook["subscribedEventTypes"].as_array().into_iter().flatten();
    let events: Vec<_> = events.filter_map(Value::as_str).collect();
    line(&format!("{id}  {stands}  {name}  {url}  {}", events.join(",")));
}

fn with_secret(made: &Value) {
    show(made);
    line(&format!("secret {}", text_of(made, "secret")));
}

fn standing(hook: &Value) {
    show(hook);
    line(&format!("{} wait, {} of them were tried in vain", hook["waiting"], hook["retrying"]));
    if let Some(position) = hook["behindFrom"].as_i64() {
        line(&format!(
            "it takes less than it is told: what is behind position {position} waits, too"
        ));
    }
    if let Some(last) = hook["lastSuccessAt"].as_str() {
        line(&format!("it last took something at {last}"));
    }
}

fn sent_again(sent: &Value) {
    let id = text_of(sent, "deliveryId");
    line(&format!("{id} is sent: chainkeel hook delivery {id}"));
}

fn in_a_line(delivery: &Value) {
    let end = ["errorMessage", "nextRetryAt"].map(|field| text_of(delivery, field)).join("  ");
    let [id, status, kind, run] =
        ["id", "status", "eventType", "runId"].map(|field| text_of(delivery, field));
    line(&format!("{id}  {status:<8}  {kind:<14}  {run}  {}", end.trim()));
}

fn whole(delivery: &Value) {
    in_a_line(delivery);
    for attempt in delivery["attempts"].as_array().into_iter().flatten() {
        let [at, error] = ["at", "error"].map(|field| text_of(attempt, field));
        line(&format!("  {at}  {}  {} ms  {error}", attempt["status"], attempt["durationMs"]));
    }
    line(text_of(delivery, "requestBody"));
    if let Some(status) = delivery["responseStatus"].as_i64() {
        line(&format!("answered with {status}"));
        line(text_of(delivery, "responseBody"));
    }
}
