//! `chainkeel workflow diff`: what changed, between files, workflows and their versions.

use std::path::Path;

use engine::{Definition, Diff, EdgeFate, NodeChange, ValueChange};
use serde_json::{Value, json};

use super::client::{Client, Error, read_json};
use super::print::{line, print_json};

/// How many characters of a value a line shows.
const MAX_SHOWN: usize = 200;

/// One side of a comparison: a file, or what a server has.
struct Side {
    name: String,
    definition: Definition,
}

/// Shows what changed: from `what` to `other`; between two contents of one workflow without it.
pub(super) async fn diff(
    client: &Client,
    what: String,
    other: Option<String>,
    from: Option<String>,
    to: Option<String>,
) -> Result<(), Error> {
    let is_file = |name: &str| !name.starts_with("wf_");
    let other = match other {
        Some(other) => other,
        None if is_file(&what) => {
            return Err(Error::Outcome(format!(
                "{what} is compared with what? Name another file or a workflow behind it"
            )));
        }
        None => what.clone(),
    };
    let same_workflow = what == other;
    let before = side(client, &what, from.as_deref().unwrap_or("live")).await?;
    let newest = if same_workflow { "draft" } else { "live" };
    let after = side(client, &other, to.as_deref().unwrap_or(newest)).await?;
    let diff = Diff::of(&before.definition, &after.definition);
    if client.json {
        let (from, to, same) = (before.name, after.name, diff.is_empty());
        print_json(&json!({ "from": from, "to": to, "same": same, "diff": diff }));
        return Ok(());
    }
    line(&format!("{} → {}", before.name, after.name));
    if diff.is_empty() {
        line("nothing changed");
    }
    show(&diff);
    Ok(())
}

async fn side(client: &Client, name: &str, edition: &str) -> Result<Side, Error> {
    if !name.starts_with("wf_") {
        let json = read_json(Path::new(name))?;
        let definition = json.get("definition").unwrap_or(&json);
        return Ok(Side { name: name.to_owned(), definition: readable(name, definition)? });
    }
    let path = match edition {
        "draft" => format!("/v1/workflows/{name}"),
        "live" => {
            let record = client.get(&format!("/v1/workflows/{name}")).await?;
            let live = record.get("liveVersion").and_then(Value::as_u64);
            let live = live.ok_or_else(|| Error::Outcome(format!("{name} has no live version")))?;
            format!("/v1/workflows/{name}/versions/{live}")
        }
        number => format!("/v1/workflows/{name}/versions/{number}"),
    };
    let record = client.get(&path).await?;
    let draft = record.get("hasDraft").and_then(Value::as_bool);
    if edition == "draft" && draft == Some(false) {
        return Err(Error::Outcome(format!(
            "{name} has no draft: name two versions by --from, --to"
        )));
    }
    let name = format!("{name} ({edition})");
    let definition = record.get("definition").cloned().unwrap_or_default();
    Ok(Side { definition: readable(&name, &definition)?, name })
}

fn readable(name: &str, definition: &Value) -> Result<Definition, Error> {
    engine::parse(definition).map_err(|problems| {
        let problems: Vec<String> =
            problems.iter().map(|it| format!("\n  {}: {}", it.path, it.message)).collect();
        Error::Outcome(format!("{name} is no definition:{}", problems.concat()))
    })
}

fn show(diff: &Diff) {
    for node in &diff.nodes {
        match node {
            NodeChange::Added { node, kind } => line(&format!("+ node {node} ({kind})")),
            NodeChange::Removed { node, kind } => line(&format!("- node {node} ({kind})")),
            NodeChange::Renamed { node, from } => line(&format!("~ node {from} is now {node}")),
            NodeChange::Changed { node, values } => {
                line(&format!("~ node {node}"));
                show_values(values);
            }
        }
    }
    for edge in &diff.edges {
        let sign = match edge.change {
            EdgeFate::Added => '+',
            EdgeFate::Removed => '-',
        };
        let branch = edge.branch.as_deref().map(|it| format!(" ({it})")).unwrap_or_default();
        line(&format!("{sign} edge {} → {}{branch}", edge.from, edge.to));
    }
    if !diff.settings.is_empty() {
        line("~ settings");
        show_values(&diff.settings);
    }
}

fn show_values(changes: &[ValueChange]) {
    for change in changes {
        line(&format!("    {}", change.path));
        let sides = [('-', &change.before), ('+', &change.after)];
        for (sign, value) in sides {
            let Some(value) = value else { continue };
            let text = value.to_string();
            let end = text.char_indices().nth(MAX_SHOWN).map_or(text.len(), |(at, _)| at);
            let rest = if end < text.len() { "…" } else { "" };
            line(&format!("      {sign} {}{rest}", &text[..end]));
        }
    }
}
