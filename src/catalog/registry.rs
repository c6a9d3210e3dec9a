//! All node types of this build.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use engine::{NodeType, PayloadProblem};
use serde_json::Value;

use super::{Schema, Source, Spec, Stage};

/// The manifests. A new node type is a new file and its line here.
const MANIFESTS: [&str; 57] = [
    include_str!("../../catalog/trigger/cronjob.json"),
    include_str!("../../catalog/trigger/manual.json"),
    include_str!("../../catalog/trigger/schedule.json"),
    include_str!("../../catalog/trigger/token-price-cexes.json"),
    include_str!("../../catalog/trigger/webhook.json"),
    include_str!("../../catalog/trigger/evm-block.json"),
    include_str!("../../catalog/trigger/erc20-receive.json"),
    include_str!("../../catalog/trigger/erc20-send.json"),
    include_str!("../../catalog/trigger/eth-receive.json"),
    include_str!("../../catalog/trigger/eth-send.json"),
    include_str!("../../catalog/trigger/evm-log.json"),
    include_str!("../../catalog/trigger/transaction-status.json"),
    include_str!("../../catalog/trigger/event.json"),
    include_str!("../../catalog/logic/call-workflow.json"),
    include_str!("../../catalog/logic/filter.json"),
    include_str!("../../catalog/logic/for-each.json"),
    include_str!("../../catalog/logic/if.json"),
    include_str!("../../catalog/logic/join.json"),
    include_str!("../../catalog/logic/manual-task.json"),
    include_str!("../../catalog/logic/pluck.json"),
    include_str!("../../catalog/logic/set-variable.json"),
    include_str!("../../catalog/logic/switch.json"),
    include_str!("../../catalog/logic/trigger-workflow.json"),
    include_str!("../../catalog/logic/wait.json"),
    include_str!("../../catalog/builtin/call-x402-endpoint.json"),
    include_str!("../../catalog/builtin/code-transform.json"),
    include_str!("../../catalog/builtin/convert-from-wei.json"),
    include_str!("../../catalog/builtin/convert-to-wei.json"),
    include_str!("../../catalog/builtin/db-query.json"),
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
    include_str!("../../catalog/onchain/approve-erc20.json"),
    include_str!("../../catalog/onchain/batch.json"),
    include_str!("../../catalog/onchain/debug-transaction.json"),
    include_str!("../../catalog/onchain/deploy-contract.json"),
    include_str!("../../catalog/onchain/get-balance.json"),
    include_str!("../../catalog/onchain/get-transaction.json"),
    include_str!("../../catalog/onchain/read-contract.json"),
    include_str!("../../catalog/onchain/resolve-ens.json"),
    include_str!("../../catalog/onchain/send-erc20-token.json"),
    include_str!("../../catalog/onchain/send-native-token.json"),
    include_str!("../../catalog/onchain/sign-typed-data.json"),
    include_str!("../../catalog/onchain/simulate-transaction.json"),
    include_str!("../../catalog/onchain/wait-for-transaction.json"),
    include_str!("../../catalog/onchain/write-contract.json"),
];

/// The format of fields that hold a JSON Schema.
const SCHEMA_FORMAT: &str = "json-schema";

static BUILTIN: LazyLock<Registry> = LazyLock::new(Registry::embedded);

/// The field of a trigger's result in which stands what it tells its run.
const TOLD: &str = "body";

/// Node types by name, with their payload schemas compiled.
#[derive(Debug)]
pub struct Registry {
    entries: BTreeMap<String, Entry>,
}

#[derive(Debug)]
struct Entry {
    spec: Spec,
    payload: Schema,
    /// Fields of the payload that are schemas themselves.
    schemas: Vec<String>,
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
        let Some(entry) = self.entries.get(kind) else { return Vec::new() };
        let mut problems = entry.payload.problems(payload, stage);
        problems.extend(entry.schemas.iter().filter_map(|field| schema_problem(field, payload)));
        problems
    }

    /// Everything that is wrong with what a trigger of a type is said to tell its run; nothing for a
    /// type that is not known.
    pub fn problems_of_told(&self, kind: &str, told: &Value) -> Vec<PayloadProblem> {
        let Some(spec) = self.spec(kind) else { return Vec::new() };
        let result = Schema::compile(&spec.result_schema)
            .expect("embedded manifests hold valid schemas: a test compiles them all");
        let mut problems = result.problems(&serde_json::json!({ TOLD: told }), Stage::Run);
        for problem in &mut problems {
            if let Some(path) = problem.path.strip_prefix(&format!("/{TOLD}")) {
                problem.path = path.to_owned();
            }
        }
        problems
    }

    fn embedded() -> Self {
        let manifests = MANIFESTS.iter().map(|manifest| Entry::read(manifest));
        let entries = manifests.chain(Source::all().map(|source| Entry::of(source.spec())));
        Self { entries: entries.map(|entry| (entry.spec.kind.clone(), entry)).collect() }
    }
}

impl Entry {
    fn read(manifest: &str) -> Self {
        let spec: Spec = serde_json::from_str(manifest)
            .expect("embedded manifests have the form of a Spec: a test reads them all");
        Self::of(spec)
    }

    fn of(spec: Spec) -> Self {
        let payload = Schema::compile(&spec.payload_schema)
            .expect("embedded manifests hold valid schemas: a test compiles them all");
        Self { branches: lasting(&spec.branches), schemas: schemas(&spec), spec, payload }
    }
}

/// The fields of a type's payload whose format says that they are JSON Schemas.
fn schemas(spec: &Spec) -> Vec<String> {
    let properties = spec.payload_schema.get("properties").and_then(Value::as_object);
    let fields = properties.into_iter().flatten();
    let fields = fields.filter(|(_, schema)| schema.get("format") == Some(&SCHEMA_FORMAT.into()));
    fields.map(|(name, _)| name.clone()).collect()
}

/// What is wrong with a schema that stands in a field of a payload.
fn schema_problem(field: &str, payload: &Value) -> Option<PayloadProblem> {
    let schema = payload.get(field).filter(|schema| schema.is_object())?;
    let at = |place: &str| format!("/{field}{place}");
    if engine::has_expression(&schema.to_string()) {
        let message = "a schema is checked when it is drawn and cannot hold expressions";
        return Some(PayloadProblem { path: at(""), message: message.to_owned() });
    }
    let invalid = Schema::compile(schema).err()?;
    let message = format!("it is no usable JSON Schema: {}", invalid.problem);
    Some(PayloadProblem { path: at(&invalid.path), message })
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
