//! `chainkeel readiness`: the launch checklist, answered from what stands.

use clap::Args;
use serde_json::{Value, json};

use super::client::{Client, Error, query};
use super::print::{items, line, print_json};
use super::workflow::text_of;

/// How many workflows a page has.
const PAGE: usize = 100;

/// Whose checklist.
#[derive(Debug, Args)]
pub(super) struct Checklist {
    /// The workflow; without it every workflow that is live or paused.
    workflow: Option<String>,
    /// What is judged: `live`, `draft`, or a version's number.
    #[arg(long, requires = "workflow")]
    edition: Option<String>,
    /// Show what holds as well, with its evidence.
    #[arg(long)]
    all: bool,
}

impl Checklist {
    /// Asks and shows it; an error when a check fails, so that scripts can stop there.
    pub(super) async fn run(self, client: &Client) -> Result<(), Error> {
        let named = match self.workflow {
            Some(id) => vec![(id, String::new())],
            None => launched(client).await?,
        };
        if named.is_empty() && !client.json {
            line("no workflow is live: there is nothing to check");
        }
        let (mut answers, mut unready) = (Vec::new(), 0);
        for (id, name) in named {
            let query = query([("edition", self.edition.clone())]);
            let answer = client.get(&format!("/v1/workflows/{id}/readiness{query}")).await?;
            if answer.get("ready") != Some(&Value::Bool(true)) {
                unready += 1;
            }
            if !client.json {
                show(&answer, &name, self.all);
            }
            answers.push(answer);
        }
        if client.json {
            print_json(&json!(answers));
        }
        match unready {
            0 => Ok(()),
            1 => Err(Error::Outcome("1 workflow is not ready".to_owned())),
            _ => Err(Error::Outcome(format!("{unready} workflows are not ready"))),
        }
    }
}

/// The workflows that were published and not archived, with their names.
async fn launched(client: &Client) -> Result<Vec<(String, String)>, Error> {
    let mut found = Vec::new();
    for status in ["active", "paused"] {
        let mut offset = 0;
        loop {
            let page = client
                .get(&format!("/v1/workflows?status={status}&limit={PAGE}&offset={offset}"))
                .await?;
            let of = |it: &Value| (text_of(it, "id").to_owned(), text_of(it, "name").to_owned());
            found.extend(items(&page).map(of));
            if page.get("hasMore") != Some(&Value::Bool(true)) {
                break;
            }
            offset += PAGE;
        }
    }
    Ok(found)
}

fn show(answer: &Value, name: &str, all: bool) {
    let summary = answer.get("summary");
    let count = |verdict| summary.and_then(|it| it.get(verdict)).and_then(Value::as_u64);
    let [pass, fail, other] =
        ["pass", "fail", "notApplicable"].map(|verdict| count(verdict).unwrap_or_default());
    let state = if fail == 0 { "ready" } else { "not ready" };
    let name = if name.is_empty() { String::new() } else { format!("  {name}") };
    let (id, edition) = (text_of(answer, "workflowId"), text_of(answer, "edition"));
    line(&format!(
        "{id}{name}  {edition}: {state}, {pass} hold, {fail} fail, {other} do not apply"
    ));
    let checks = answer.get("checks").and_then(Value::as_array).into_iter().flatten();
    for check in checks.filter(|check| all || text_of(check, "verdict") == "fail") {
        let mark = match text_of(check, "verdict") {
            "pass" => "pass",
            "fail" => "FAIL",
            _ => "n/a ",
        };
        line(&format!("  {mark}  {:<14} {}", text_of(check, "check"), text_of(check, "title")));
        for seen in check.get("evidence").and_then(Value::as_array).into_iter().flatten() {
            line(&format!("        {}", seen.as_str().unwrap_or_default()));
        }
        if let Some(cure) = check.get("cure").and_then(Value::as_str) {
            line(&format!("        to do: {cure}"));
        }
    }
}
