//! `chainkeel task`: find work for people, take it, answer it.

use std::path::PathBuf;

use clap::Subcommand;
use serde_json::{Map, Value, json};

use super::client::{Client, Error, query, read_json};
use super::print::{items, line, print_json};
use super::workflow::text_of;

/// What to do with tasks.
#[derive(Debug, Subcommand)]
pub(super) enum Task {
    /// List tasks, those of the latest runs first.
    List {
        /// Where they stand: open, created, assigned, `in_progress`, completed, rejected, cancelled, expired.
        #[arg(long, default_value = "open")]
        status: String,
        /// Whose they are.
        #[arg(long)]
        assignee: Option<String>,
        /// The role that they are meant for.
        #[arg(long)]
        role: Option<String>,
        /// The queue in which they lie.
        #[arg(long)]
        queue: Option<String>,
        /// The run that waits for them.
        #[arg(long)]
        run: Option<String>,
        /// How many at most, 1 to 100.
        #[arg(long, default_value_t = 20)]
        limit: u8,
    },
    /// Show a task, its form, and what happened to it.
    Show {
        /// The task.
        id: String,
    },
    /// Take a task and begin.
    Claim {
        /// The task.
        id: String,
        #[command(flatten)]
        acting: Acting,
    },
    /// Answer a task; its run goes on with the answer. One that asks for an approval takes
    /// `{"decision": "approve"}` or `"reject"`.
    Complete {
        /// The task.
        id: String,
        /// The answer, as JSON.
        #[arg(long, required_unless_present = "data_file", conflicts_with = "data_file")]
        data: Option<String>,
        /// A file with the answer; `-` reads standard input.
        #[arg(long)]
        data_file: Option<PathBuf>,
        #[command(flatten)]
        acting: Acting,
    },
    /// Refuse what a task asks for.
    Reject {
        /// The task.
        id: String,
        /// Why, for the run and the ledger.
        #[arg(long)]
        reason: String,
        #[command(flatten)]
        acting: Acting,
    },
}

/// Who acts.
#[derive(Debug, clap::Args)]
pub(super) struct Acting {
    /// The person who acts; the holder of the key when absent.
    #[arg(long = "as", value_name = "PERSON")]
    person: Option<String>,
}

impl Acting {
    fn body(self, mut body: Value) -> Value {
        if let Some(person) = self.person {
            body["actingAs"] = person.into();
        }
        body
    }
}

impl Task {
    /// Does it.
    pub(super) async fn run(self, client: &Client) -> Result<(), Error> {
        match self {
            Self::List { status, assignee, role, queue, run, limit } => {
                let wanted = query([
                    ("status", Some(status)),
                    ("limit", Some(limit.to_string())),
                    ("assignee", assignee),
                    ("role", role),
                    ("queue", queue),
                    ("runId", run),
                ]);
                list(client, &wanted).await
            }
            Self::Show { id } => {
                let task = client.get(&format!("/v1/tasks/{id}")).await?;
                show(client, &task);
                Ok(())
            }
            Self::Claim { id, acting } => {
                order(client, &id, "claim", &acting.body(json!({}))).await
            }
            Self::Complete { id, data, data_file, acting } => {
                let data = match (data, data_file) {
                    (_, Some(file)) => read_json(&file)?,
                    (data, None) => {
                        serde_json::from_str(&data.unwrap_or_default()).map_err(|source| {
                            Error::NotJson { what: "the answer".to_owned(), source }
                        })?
                    }
                };
                order(client, &id, "complete", &acting.body(json!({ "data": data }))).await
            }
            Self::Reject { id, reason, acting } => {
                order(client, &id, "reject", &acting.body(json!({ "reason": reason }))).await
            }
        }
    }
}

async fn order(client: &Client, id: &str, deed: &str, body: &Value) -> Result<(), Error> {
    let task = client.post(&format!("/v1/tasks/{id}/{deed}"), body).await?;
    if client.json {
        print_json(&task);
    } else {
        line(&in_a_line(&task));
    }
    Ok(())
}

async fn list(client: &Client, query: &str) -> Result<(), Error> {
    let page = client.get(&format!("/v1/tasks{query}")).await?;
    if client.json {
        print_json(&page);
        return Ok(());
    }
    for task in items(&page) {
        line(&in_a_line(task));
    }
    if page.get("hasMore") == Some(&Value::Bool(true)) {
        line("there are more: narrow the list, or raise --limit");
    }
    Ok(())
}

fn show(client: &Client, task: &Value) {
    if client.json {
        print_json(task);
        return;
    }
    line(&in_a_line(task));
    line(&format!("run {} node {}", text_of(task, "runId"), text_of(task, "nodeId")));
    let approval = &task["approval"];
    if !approval.is_null() {
        let of = |name| text_of(approval, name);
        line(&format!("approval of {} {}, digest {}", of("kind"), of("intentId"), of("digest")));
    }
    for name in ["description", "reason", "settledBy", "expiresAt"] {
        if !text_of(task, name).is_empty() {
            line(&format!("{name} {}", text_of(task, name)));
        }
    }
    for name in ["data", "form", "answer"] {
        if let Some(value) = task.get(name).filter(|value| !value.is_null()) {
            line(&format!("{name} {value:#}"));
        }
    }
    for deed in task.get("history").and_then(Value::as_array).into_iter().flatten() {
        let [at, event, by] = ["at", "event", "by"].map(|name| text_of(deed, name));
        line(&format!("  {at}  {event:<12} {by}"));
    }
}

/// A task in a list: its id, where it stands, how urgent it is, by when, whose, and what.
fn in_a_line(task: &Value) -> String {
    let none = Map::new();
    let fields = task.as_object().unwrap_or(&none);
    let whose = ["assignee", "role", "queue"]
        .into_iter()
        .find_map(|name| fields.get(name).and_then(Value::as_str).map(|who| (name, who)))
        .map_or_else(|| "anyone".to_owned(), |(name, who)| format!("{name} {who}"));
    format!(
        "{}  {:<11} {:<8} {}  {whose}  {}",
        text_of(task, "id"),
        text_of(task, "status"),
        text_of(task, "priority"),
        text_of(task, "dueAt"),
        text_of(task, "title")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_task_is_a_line_that_says_whose_it_is() {
        let task = json!({
            "id": "task_1", "status": "created", "priority": "HIGH", "dueAt": "2026-11-24T08:00:00Z",
            "assignee": null, "role": null, "queue": "treasury", "title": "Pay 7?",
        });
        let told = "task_1  created     HIGH     2026-11-24T08:00:00Z  queue treasury  Pay 7?";
        assert_eq!(in_a_line(&task), told);
    }
}
