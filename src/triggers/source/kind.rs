//! Sources as the list of kinds knows them.

use std::sync::LazyLock;

use engine::PayloadProblem;
use serde_json::Value;

use crate::catalog::Source;
use crate::primitives::OrganizationId;
use crate::triggers::{Key, Kind};

static KINDS: LazyLock<Vec<FileKind>> = LazyLock::new(|| Source::all().map(FileKind).collect());

/// A kind of trigger that is a file.
#[derive(Debug)]
pub struct FileKind(&'static Source);

/// The kind of that name, where it is a file.
pub fn kind_of(name: &str) -> Option<&'static dyn Kind> {
    let found = KINDS.iter().find(|kind| kind.0.kind == name);
    found.map(|kind| kind as &dyn Kind)
}

impl Kind for FileKind {
    fn name(&self) -> &'static str {
        let Source { kind, .. } = self.0;
        kind
    }

    fn problems(&self, payload: &Value) -> Vec<PayloadProblem> {
        if !engine::has_expression(&payload.to_string()) {
            return Vec::new();
        }
        let message = "the settings of a source are read before there is a run, and hold no \
                       expressions";
        vec![PayloadProblem { path: String::new(), message: message.to_owned() }]
    }

    fn keys(&self, _: OrganizationId, _: &Value) -> Vec<Key> {
        // Found by the secret in its URL, or asked by all of a kind.
        Vec::new()
    }
}
