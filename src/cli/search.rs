//! `chainkeel search`: workflows, nodes, runs and errors by words.

use clap::{Args, ValueEnum};
use serde_json::Value;

use super::client::{Client, Error, query};
use super::print::{line, tell};
use super::workflow::text_of;

/// What is searched for.
#[derive(Debug, Args)]
pub(super) struct Sought {
    /// Words, or their beginnings: what is found has all of them.
    #[arg(required = true)]
    words: Vec<String>,
    /// Only things of this kind.
    #[arg(long)]
    kind: Option<Kind>,
    /// How many of each kind at most, 50 at the most; 20 when absent.
    #[arg(long, value_name = "N")]
    limit: Option<u8>,
}

/// A kind of thing that is found.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Kind {
    /// By name, description or tag.
    Workflow,
    /// By id, type, title or description.
    Node,
    /// By id, by what set it off, or who did.
    Run,
    /// By the code, the message or the node of a failure.
    Error,
}

impl Sought {
    /// Does it.
    pub(super) async fn run(self, client: &Client) -> Result<(), Error> {
        let kind = self.kind.map(|kind| match kind {
            Kind::Workflow => "workflow".to_owned(),
            Kind::Node => "node".to_owned(),
            Kind::Run => "run".to_owned(),
            Kind::Error => "error".to_owned(),
        });
        let limit = self.limit.map(|limit| limit.to_string());
        let wanted = [("q", Some(self.words.join(" "))), ("kind", kind), ("limit", limit)];
        let found = client.get(&format!("/v1/search{}", query(wanted))).await?;
        tell(client, &found, show);
        Ok(())
    }
}

fn show(found: &Value) {
    let items = found.get("items").and_then(Value::as_array).cloned().unwrap_or_default();
    if items.is_empty() {
        return line("nothing was found: words are looked for by their beginnings, all of them");
    }
    for item in &items {
        let (kind, id) = (text_of(item, "kind"), text_of(item, "id"));
        let place = match kind {
            "node" => format!("{id} of {}", text_of(item, "workflowId")),
            _ => id.to_owned(),
        };
        line(&format!("{kind:<8}  {place}  {}", text_of(item, "title")));
    }
}
