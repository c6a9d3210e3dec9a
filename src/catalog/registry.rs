//! All node types of this build.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use engine::{NodeType, PayloadProblem};
use serde_json::Value;

use super::{Schema, Spec, Stage};

/// The manifests. A new node type is a new file and its line here.
const MANIFESTS: [&str; 23] = [
    include_str!("../../catalog/trigger/manual.json"),
    include_str!("../../catalog/trigger/webhook.json"),
    include_str!("../../catalog/logic/filter.json"),
    include_str!("../../catalog/logic/if.json"),
    include_str!("../../catalog/logic/pluck.json"),
    include_str!("../../catalog/logic/wait.json"),
    include_str!("../../catalog/builtin/code-transform.json"),
    include_str!("../../catalog/builtin/convert-from-wei.json"),
    include_str!("../../catalog/builtin/convert-to-wei.json"),
    include_str!("../../catalog/builtin/delay.json"),
    include_str!("../../catalog/builtin/fail.json"),
    include_str!("../../catalog/builtin/format.json"),
    include_str!("../../catalog/builtin/http-request.json"),
    include_str!("../../catalog/builtin/list-max.json"),
    include_str!("../../catalog/builtin/list-min.json"),
    include_str!("../../catalog/builtin/log.json"),
    include_str!("../../catalog/builtin/org-storage-get.json"),
    include_str!("../../catalog/builtin/org-storage-list.json"),
    include_str!("../../catalog/builtin/org-storage-set.json"),
    include_str!("../../catalog/builtin/parse-google-sheets-url.json"),
    include_str!("../../catalog/builtin/parse-url.json"),
    include_str!("../../catalog/builtin/regex.json"),
    include_str!("../../catalog/builtin/storage.json"),
];

static BUILTIN: LazyLock<Registry> = LazyLock::new(Registry::embedded);

/// Node types by name, with their payload schemas compiled.
#[derive(Debug)]
pub struct Registry {
    entries: BTreeMap<String, Entry>,
}

#[derive(Debug)]
struct Entry {
    spec: Spec,
    payload: Schema,
    branches: &'static [&'static str],
}

impl Registry {
    /// The node types that this build brings. They are read once a process.
    pub fn builtin() -> &'static Self {
        &BUILTIN
    }

    /// The manifest of a type.
    pub fn spec(&self, kind: &str) -> Option<&Spec> {
        self.entries.get(kind).map(|entry| &entry.spec)
    }

    /// All manifests, by name.
    pub fn specs(&self) -> impl Iterator<Item = &Spec> {
        self.entries.values().map(|entry| &entry.spec)
    }

    /// Everything that is wrong with a payload of a type; nothing for a type that is not known,
    /// which is a problem of its own.
    pub fn problems(&self, kind: &str, payload: &Value, stage: Stage) -> Vec<PayloadProblem> {
        let entry = self.entries.get(kind);
        entry.map(|entry| entry.payload.problems(payload, stage)).unwrap_or_default()
    }

    fn embedded() -> Self {
        let entries = MANIFESTS.map(|manifest| {
            let entry = Entry::read(manifest);
            (entry.spec.kind.clone(), entry)
        });
        Self { entries: entries.into() }
    }
}

impl Entry {
    fn read(manifest: &str) -> Self {
        let spec: Spec = serde_json::from_str(manifest)
            .expect("embedded manifests have the form of a Spec: a test reads them all");
        let payload = Schema::compile(&spec.payload_schema)
            .expect("embedded manifests hold valid schemas: a test compiles them all");
        Self { branches: lasting(&spec.branches), spec, payload }
    }
}

/// Names that live as long as the process, as the manifests they come from do.
fn lasting(names: &[String]) -> &'static [&'static str] {
    let names = names.iter().map(|name| &*name.clone().leak());
    names.collect::<Vec<&'static str>>().leak()
}

impl engine::Catalog for Registry {
    fn node_type(&self, kind: &str) -> Option<NodeType> {
        let entry = self.entries.get(kind)?;
        let (role, branches) = (entry.spec.role.into(), entry.branches);
        Some(NodeType { role, branches, connector: None })
    }

    fn payload_problems(&self, kind: &str, payload: &Value) -> Vec<PayloadProblem> {
        self.problems(kind, payload, Stage::Design)
    }

    fn known_types(&self) -> Vec<String> {
        self.entries.keys().cloned().collect()
    }
}
