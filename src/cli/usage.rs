//! `chainkeel usage`: what compute units cost, what was used, what is left, and how they are given.

use clap::{Subcommand, ValueEnum};
use serde_json::{Map, Value, json};

use super::client::{Client, Error, query};
use super::print::{line, tell};
use super::workflow::text_of;

/// What to do with compute units.
#[derive(Debug, Subcommand)]
pub(super) enum Usage {
    /// Show what was used in a month, by day and by workflow.
    Show {
        /// The month, as `2026-11`; the present one when absent.
        #[arg(long)]
        month: Option<String>,
    },
    /// Show what was used on each day, by node type.
    Daily {
        /// The first day (UTC), as `2026-11-01`; a month before the last when absent.
        #[arg(long)]
        from: Option<String>,
        /// The last day; today when absent.
        #[arg(long)]
        to: Option<String>,
        /// Only what runs of this workflow used.
        #[arg(long)]
        workflow: Option<String>,
        /// Only what nodes of this type used.
        #[arg(long)]
        node_type: Option<String>,
    },
    /// Show what is left.
    Balance,
    /// Show what an execution costs, by node type.
    Prices,
    /// Say whether usage is counted against a balance (the installation's admin alone may).
    Plan {
        /// Whether it is.
        mode: Mode,
        /// Metered: units that are granted in each month.
        #[arg(long)]
        monthly_grant: Option<u64>,
        /// Metered: nothing new starts unless the balance is above this.
        #[arg(long)]
        min_threshold: Option<u64>,
    },
    /// Give units as a present (the installation's admin alone may).
    Grant {
        /// How many.
        units: u64,
        /// Why.
        #[arg(long)]
        reason: Option<String>,
        #[command(flatten)]
        once: Once,
    },
    /// Add units that were paid for (the installation's admin alone may).
    TopUp {
        /// How many.
        units: u64,
        /// What it refers to: an invoice, an order.
        #[arg(long)]
        reference: Option<String>,
        #[command(flatten)]
        once: Once,
    },
}

/// Whether usage is counted against a balance.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum Mode {
    /// Nobody is ever stopped.
    Unlimited,
    /// Workflows are paused when the balance is used up.
    Metered,
}

/// How often it is carried out.
#[derive(Debug, clap::Args)]
pub(super) struct Once {
    /// Carries it out once, however often it is sent with this key.
    #[arg(long)]
    idempotency_key: Option<String>,
}

impl Usage {
    /// Does it.
    pub(super) async fn run(self, client: &Client) -> Result<(), Error> {
        match self {
            Self::Show { month } => {
                let query = query([("yearMonth", month)]);
                let month = client.get(&format!("/v1/usage{query}")).await?;
                tell(client, &month, show_month);
            }
            Self::Daily { from, to, workflow, node_type } => {
                let wanted =
                    [("from", from), ("to", to), ("workflowId", workflow), ("nodeType", node_type)];
                let days = client.get(&format!("/v1/usage/daily{}", query(wanted))).await?;
                tell(client, &days, |days| show_days(days.get("items")));
            }
            Self::Balance => {
                let balance = client.get("/v1/usage/balance").await?;
                tell(client, &balance, |balance| line(&in_a_line(balance)));
            }
            Self::Prices => {
                let prices = client.get("/v1/usage/prices").await?;
                tell(client, &prices, show_prices);
            }
            Self::Plan { mode, monthly_grant, min_threshold } => {
                let mode = match mode {
                    Mode::Unlimited => "unlimited",
                    Mode::Metered => "metered",
                };
                let mut body = json!({ "mode": mode });
                let amounts = [("monthlyGrant", monthly_grant), ("minThreshold", min_threshold)];
                for (name, amount) in amounts {
                    if let Some(amount) = amount {
                        body[name] = amount.into();
                    }
                }
                let account = client.put("/v1/usage/plan", &body).await?;
                tell(client, &account, show_account);
            }
            Self::Grant { units, reason, once } => {
                let body = json!({ "units": units, "reason": reason });
                let key = once.idempotency_key.as_deref();
                let account = client.post_once("/v1/usage/grants", &body, key).await?;
                tell(client, &account, show_account);
            }
            Self::TopUp { units, reference, once } => {
                let body = json!({ "units": units, "reference": reference });
                let key = once.idempotency_key.as_deref();
                let account = client.post_once("/v1/usage/top-ups", &body, key).await?;
                tell(client, &account, show_account);
            }
        }
        Ok(())
    }
}

fn show_month(month: &Value) {
    let none = Value::Null;
    let summary = month.get("summary").unwrap_or(&none);
    let [used, granted, deposited] =
        ["used", "granted", "deposited"].map(|name| number(summary, name));
    let name = text_of(summary, "yearMonth");
    line(&format!("{name}  used {used}  granted {granted}  paid for {deposited}"));
    for workflow in month.get("workflows").and_then(Value::as_array).into_iter().flatten() {
        line(&row(text_of(workflow, "workflowId"), workflow));
    }
    show_days(month.get("daily"));
}

fn show_days(days: Option<&Value>) {
    for day in days.and_then(Value::as_array).into_iter().flatten() {
        line(&format!("{}  used {}", text_of(day, "date"), number(day, "used")));
        for part in day.get("breakdown").and_then(Value::as_array).into_iter().flatten() {
            line(&row(text_of(part, "nodeType"), part));
        }
    }
}

/// What was used by one of many: its name, its executions, its units.
fn row(name: &str, part: &Value) -> String {
    format!(
        "  {name:<32} {:>12} executions {:>14} units",
        number(part, "count"),
        number(part, "cu")
    )
}

fn show_prices(list: &Value) {
    let none = Map::new();
    for table in list.get("tables").and_then(Value::as_array).into_iter().flatten() {
        let (version, from) = (number(table, "version"), text_of(table, "from"));
        let in_force =
            if table.get("version") == list.get("current") { "  (in force)" } else { "" };
        line(&format!("version {version} from {from}{in_force}"));
        for (kind, units) in table.get("prices").and_then(Value::as_object).unwrap_or(&none) {
            line(&format!("  {kind:<32} {units:>6}"));
        }
        line(&format!("  {:<32} {:>6}", "any other", number(table, "other")));
    }
}

fn show_account(account: &Value) {
    let (mode, credited) = (text_of(account, "mode"), number(account, "credited"));
    let mut told = format!("{mode}  credited in all {credited}");
    if mode == "metered" {
        let [grant, threshold] = ["monthlyGrant", "minThreshold"].map(|name| number(account, name));
        let rules = format!("  granted each month {grant}  stops at {threshold}");
        told.push_str(&rules);
    }
    line(&told);
}

/// How an account stands, in a line that says what follows from it.
fn in_a_line(balance: &Value) -> String {
    let amount = |name| number(balance, name);
    if text_of(balance, "mode") != "metered" {
        return "unlimited: nothing is counted against a balance".to_owned();
    }
    let state = if balance.get("exhausted") == Some(&Value::Bool(true)) {
        "used up: nothing new starts"
    } else {
        "runs start"
    };
    let mut told = format!(
        "{} left of {} granted and {} paid for  stops at {}  {state}",
        amount("balance"),
        amount("granted"),
        amount("deposited"),
        amount("minThreshold")
    );
    let next = text_of(balance, "nextGrantAt");
    if !next.is_empty() {
        let more = format!("  {} more at {next}", amount("monthlyGrant"));
        told.push_str(&more);
    }
    told
}

fn number(value: &Value, name: &str) -> i64 {
    value.get(name).and_then(Value::as_i64).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_balance_is_a_line_that_says_what_follows_from_it() {
        assert!(in_a_line(&json!({ "mode": "unlimited" })).starts_with("unlimited"));
        let metered = json!({
            "mode": "metered", "balance": -3, "granted": 100, "deposited": 0, "minThreshold": 0,
            "exhausted": true, "monthlyGrant": 100, "nextGrantAt": "2026-12-01T00:00:00Z",
        });
        let told = "-3 left of 100 granted and 0 paid for  stops at 0  used up: nothing new starts  \
                    100 more at 2026-12-01T00:00:00Z";
        assert_eq!(in_a_line(&metered), told);
    }
}
