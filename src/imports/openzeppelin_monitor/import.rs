//! From all files to all workflows.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_json::Value;

use super::monitor;
use super::network::Network;
use super::receiver::Receiver;

/// A file of the configuration.
#[derive(Debug, Clone)]
pub struct File {
    /// Where it lies, below the configuration's folder.
    pub path: String,
    /// What it says.
    pub content: Value,
}

/// The files of a configuration.
#[derive(Debug, Clone, Default)]
pub struct Files {
    /// Those of `networks`.
    pub networks: Vec<File>,
    /// Those of `monitors`.
    pub monitors: Vec<File>,
    /// Those of `triggers`.
    pub triggers: Vec<File>,
}

/// A workflow that was made.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Workflow {
    /// Its name.
    pub name: String,
    /// From which file it comes.
    pub source: String,
    /// Whether its monitor was paused.
    pub is_paused: bool,
    /// Its definition.
    pub definition: Value,
}

/// Something that was not carried over, or not as it was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Left {
    /// In which file it stands.
    pub source: String,
    /// Where in it, as a JSON pointer.
    pub place: String,
    /// What it is, what becomes of it, and what can be done.
    pub message: String,
}

/// What came of it.
#[derive(Debug, Clone, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Imported {
    /// The workflows, in the order of the files.
    pub workflows: Vec<Workflow>,
    /// What was left.
    pub left: Vec<Left>,
    /// The endpoints of the networks, as the setting `chains.endpoints` takes them.
    pub endpoints: Vec<String>,
}

/// Notes what is left of one file.
pub(super) struct Notes<'a> {
    source: &'a str,
    left: &'a mut Vec<Left>,
}

impl Notes<'_> {
    /// Something in this file was not carried over, or not as it was.
    pub(super) fn left(&mut self, place: impl Into<String>, message: impl Into<String>) {
        let left =
            Left { source: self.source.to_owned(), place: place.into(), message: message.into() };
        // Each network of a monitor says the same again.
        if !self.left.contains(&left) {
            self.left.push(left);
        }
    }
}

/// Turns a configuration into workflows. Networks and triggers that no monitor names are passed by.
pub fn import(files: &Files) -> Imported {
    let mut imported = Imported::default();
    let used = |field: &str| -> BTreeSet<&str> {
        let lists = files.monitors.iter().filter_map(|it| it.content[field].as_array());
        lists.flatten().filter_map(Value::as_str).collect()
    };
    let mut networks = BTreeMap::new();
    let wanted = used("networks");
    for File { path, content } in &files.networks {
        if content["slug"].as_str().is_some_and(|slug| !wanted.contains(slug)) {
            continue;
        }
        let mut notes = Notes { source: path, left: &mut imported.left };
        if let Some(network) = Network::read(content, &mut notes) {
            imported.endpoints.extend(network.endpoints.iter().cloned());
            networks.insert(network.slug.clone(), network);
        }
    }
    let mut receivers = BTreeMap::new();
    let wanted = used("triggers");
    for File { path, content } in &files.triggers {
        let mut notes = Notes { source: path, left: &mut imported.left };
        let Some(entries) = content.as_object() else {
            notes.left("", "it is no object of triggers by their names");
            continue;
        };
        for (name, trigger) in entries.iter().filter(|(name, _)| wanted.contains(name.as_str())) {
            if let Some(receiver) = Receiver::read(name, trigger, &mut notes) {
                receivers.insert(name.clone(), receiver);
            }
        }
    }
    for File { path, content } in &files.monitors {
        let mut notes = Notes { source: path, left: &mut imported.left };
        let made = monitor::workflows(content, &networks, &receivers, &mut notes);
        imported.workflows.extend(made.into_iter().map(|made| Workflow {
            name: made.name,
            source: path.clone(),
            is_paused: made.is_paused,
            definition: made.definition,
        }));
    }
    imported
}
