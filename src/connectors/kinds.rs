//! All connector types of this build.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use engine::PayloadProblem;
use serde_json::Value;

use super::Kind;
use crate::catalog::{Schema, Stage};

/// The definitions. A new connector type is a new file and its line here.
const DEFINITIONS: [&str; 25] = [
    include_str!("../../catalog/connectors/airtable.json"),
    include_str!("../../catalog/connectors/alchemy.json"),
    include_str!("../../catalog/connectors/coingecko.json"),
    include_str!("../../catalog/connectors/coingecko-pro.json"),
    include_str!("../../catalog/connectors/coinglass.json"),
    include_str!("../../catalog/connectors/discord.json"),
    include_str!("../../catalog/connectors/dune.json"),
    include_str!("../../catalog/connectors/etherscan.json"),
    include_str!("../../catalog/connectors/github.json"),
    include_str!("../../catalog/connectors/gmail.json"),
    include_str!("../../catalog/connectors/google-sheets.json"),
    include_str!("../../catalog/connectors/http-basic.json"),
    include_str!("../../catalog/connectors/http-bearer.json"),
    include_str!("../../catalog/connectors/http-header.json"),
    include_str!("../../catalog/connectors/http-oauth2.json"),
    include_str!("../../catalog/connectors/infura.json"),
    include_str!("../../catalog/connectors/notion.json"),
    include_str!("../../catalog/connectors/openai-compatible.json"),
    include_str!("../../catalog/connectors/sendgrid.json"),
    include_str!("../../catalog/connectors/shopify.json"),
    include_str!("../../catalog/connectors/slack.json"),
    include_str!("../../catalog/connectors/stripe.json"),
    include_str!("../../catalog/connectors/telegram.json"),
    include_str!("../../catalog/connectors/twilio.json"),
    include_str!("../../catalog/connectors/webhook-secret.json"),
];

static BUILTIN: LazyLock<Kinds> = LazyLock::new(Kinds::embedded);

/// Connector types by name, with the schemas of their data compiled.
#[derive(Debug)]
pub struct Kinds(BTreeMap<String, (Kind, Schema)>);

impl Kinds {
    /// The connector types that this build brings. They are read once a process.
    pub fn builtin() -> &'static Self {
        &BUILTIN
    }

    /// The definition of a type.
    pub fn get(&self, kind: &str) -> Option<&Kind> {
        self.0.get(kind).map(|(kind, _)| kind)
    }

    /// All definitions, by name.
    pub fn all(&self) -> impl Iterator<Item = &Kind> {
        self.0.values().map(|(kind, _)| kind)
    }

    /// Everything that is wrong with the data of a connector of a type; the texts tell places and
    /// rules, never what stands there.
    pub fn problems(&self, kind: &str, data: &Value) -> Vec<PayloadProblem> {
        let Some((_, schema)) = self.0.get(kind) else { return Vec::new() };
        schema.problems(data, Stage::Run)
    }

    fn embedded() -> Self {
        let entries = DEFINITIONS.map(|definition| {
            let kind: Kind = serde_json::from_str(definition)
                .expect("embedded definitions have the form of a Kind: a test reads them all");
            let schema = Schema::compile(&kind.data)
                .expect("embedded definitions hold valid schemas: a test compiles them all");
            (kind.kind.clone(), (kind, schema))
        });
        Self(entries.into())
    }
}
