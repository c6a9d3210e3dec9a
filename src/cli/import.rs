//! `chainkeel import`: what other systems were told, as workflows.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::client::{self, Client, Server};
use super::failure::Failure;
use super::print::{line, print_json};
use crate::imports::openzeppelin_monitor::{File, Files, Imported, Workflow, import};

/// Turn what other systems were told into workflows
#[derive(Debug, Args)]
pub(super) struct Import {
    #[command(subcommand)]
    from: From,
}

#[derive(Debug, Subcommand)]
enum From {
    #[command(about = "Networks, monitors and triggers of OpenZeppelin Monitor")]
    OpenzeppelinMonitor(Monitors),
}

#[derive(Debug, Args)]
struct Monitors {
    #[command(flatten)]
    server: Server,
    /// Its configuration: the folder with `networks`, `monitors` and `triggers`.
    directory: PathBuf,
    /// Write the workflows into this folder, a file each, for `chainkeel workflow apply`.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Make a draft of each workflow on the server. None is published.
    #[arg(long)]
    apply: bool,
    /// Fail, and make nothing, where something cannot be carried over.
    #[arg(long)]
    strict: bool,
}

impl Import {
    /// Does it.
    pub(super) fn run(self) -> Result<(), Failure> {
        let From::OpenzeppelinMonitor(monitors) = self.from;
        let files = read(&monitors.directory)?;
        let imported = import(&files);
        if monitors.strict && !imported.left.is_empty() {
            tell(&imported, monitors.server.json, &[]);
            let message = format!("{} things cannot be carried over", imported.left.len());
            return Err(Failure::new(message).cure("without --strict, what can be is"));
        }
        if let Some(out) = &monitors.out {
            write(out, &imported.workflows)?;
        }
        let mut drafts = Vec::new();
        if monitors.apply {
            let server = &monitors.server;
            let workflows = &imported.workflows;
            let made = async { apply(&Client::open(server).await?, workflows, &mut drafts).await };
            actix_rt::System::new().block_on(made).map_err(Failure::from)?;
        }
        tell(&imported, monitors.server.json, &drafts);
        if let (false, Some(out)) = (monitors.server.json, &monitors.out) {
            let count = imported.workflows.len();
            line(&format!("{count} files were written to {}", out.display()));
        }
        Ok(())
    }
}

fn read(directory: &Path) -> Result<Files, Failure> {
    let monitors = of(directory, "monitors")?;
    if monitors.is_empty() {
        let message = format!("there are no monitors in {}", directory.join("monitors").display());
        let cure = "name the folder that holds `networks`, `monitors` and `triggers`, most often \
                    `config`";
        return Err(Failure::new(message).cure(cure));
    }
    Ok(Files {
        networks: of(directory, "networks")?,
        monitors,
        triggers: of(directory, "triggers")?,
    })
}

/// The JSON files of a folder, by their names; none where it is not there.
fn of(directory: &Path, folder: &str) -> Result<Vec<File>, Failure> {
    let place = directory.join(folder);
    if !place.is_dir() {
        return Ok(Vec::new());
    }
    let unreadable =
        |error: std::io::Error| Failure::new(format!("cannot read {}: {error}", place.display()));
    let mut paths = Vec::new();
    for entry in fs::read_dir(&place).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        if path.extension().is_some_and(|it| it == "json") {
            paths.push(path);
        }
    }
    paths.sort();
    let mut files = Vec::new();
    for path in paths {
        let content = client::read_json(&path).map_err(Failure::from)?;
        let name = path.file_name().map(|it| it.to_string_lossy().into_owned()).unwrap_or_default();
        files.push(File { path: format!("{folder}/{name}"), content });
    }
    Ok(files)
}

/// As `workflow apply` takes it.
fn document(workflow: &Workflow) -> Value {
    let Workflow { name, source, is_paused, definition } = workflow;
    let paused = if *is_paused { " It was paused." } else { "" };
    json!({
        "name": name,
        "description": format!("Imported from {source} of OpenZeppelin Monitor.{paused}"),
        "definition": definition,
    })
}

fn write(out: &Path, workflows: &[Workflow]) -> Result<(), Failure> {
    let failed = |error: std::io::Error| {
        Failure::new(format!("cannot write into {}: {error}", out.display()))
            .cure("name a folder that is not there yet or empty: nothing is written over")
    };
    fs::create_dir_all(out).map_err(failed)?;
    for (at, workflow) in workflows.iter().enumerate() {
        let path = out.join(format!("{:03}-{}.json", at + 1, file_name(&workflow.name)));
        let mut file = fs::File::create_new(path).map_err(failed)?;
        let text = format!("{:#}\n", document(workflow));
        file.write_all(text.as_bytes()).map_err(failed)?;
    }
    Ok(())
}

/// A name as it may stand in a path.
fn file_name(name: &str) -> String {
    let plain = |it: char| if it.is_ascii_alphanumeric() { it.to_ascii_lowercase() } else { '-' };
    let plain: String = name.chars().map(plain).collect();
    let parts: Vec<_> = plain.split('-').filter(|part| !part.is_empty()).collect();
    let mut name = parts.join("-");
    name.truncate(80);
    name
}

/// Makes a draft of each. Those that were made are told even when one fails.
async fn apply(
    client: &Client,
    workflows: &[Workflow],
    drafts: &mut Vec<String>,
) -> Result<(), client::Error> {
    for workflow in workflows {
        let made = client.post("/v1/workflows", &document(workflow)).await;
        let made = match made {
            Ok(made) => made,
            Err(error) => {
                for id in drafts.iter() {
                    line(&format!("made  {id}"));
                }
                return Err(error);
            }
        };
        drafts.push(made["id"].as_str().unwrap_or_default().to_owned());
    }
    Ok(())
}

fn tell(imported: &Imported, as_json: bool, drafts: &[String]) {
    if as_json {
        let mut all = json!(imported);
        all["drafts"] = json!(drafts);
        return print_json(&all);
    }
    for (at, workflow) in imported.workflows.iter().enumerate() {
        let id = drafts.get(at).map_or_else(String::new, |id| format!("{id}  "));
        let paused = if workflow.is_paused { "  (was paused)" } else { "" };
        line(&format!("workflow  {id}{}{paused}", workflow.name));
    }
    for left in &imported.left {
        line(&format!("left      {}{}: {}", left.source, left.place, left.message));
    }
    if !imported.endpoints.is_empty() {
        line("endpoints for `chains.endpoints`:");
        line(&format!("          {}", imported.endpoints.join(",")));
    }
    let (made, left) = (imported.workflows.len(), imported.left.len());
    line(&format!("{made} workflows; {left} things were not carried over, or not as they were"));
    if drafts.is_empty() {
        line("nothing was made: --apply makes drafts of them, --out writes them to files");
    } else {
        line("they are drafts: look at each, then `chainkeel workflow publish`");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_files_are_plain() {
        assert_eq!(file_name("Große · Transfer(address) · ../x"), "gro-e-transfer-address-x");
    }
}
