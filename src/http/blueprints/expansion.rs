//! Puts the blocks of a draft in their places before it is checked and published, and its interfaces beside them.

use std::collections::{BTreeMap, BTreeSet};

use engine::{Diagnostic, DiagnosticCode};
use serde_json::Value;
use time::OffsetDateTime;

use crate::access::Principal;
use crate::blueprints::{self, Block, Kind};
use crate::http::api::Api;
use crate::http::problem::{Code, Problem};
use crate::http::ui_components;
use crate::primitives::BlockId;

/// How many blocks a definition may be put together from, those in blocks included.
const MAX_BLOCKS: usize = 100;

/// The blocks of a definition, by their ids, and when one of them changed last.
#[derive(Default)]
struct Gathered {
    blocks: BTreeMap<String, Block>,
    changed_at: Option<OffsetDateTime>,
}

/// The definition with concrete nodes in the place of its blocks, or what keeps it from that.
pub(in crate::http) async fn expand(
    api: &Api,
    who: &Principal,
    definition: &Value,
) -> Result<Result<Value, Vec<Diagnostic>>, Problem> {
    let Gathered { blocks, .. } = gather(api, who, definition).await?;
    let faults: Vec<(String, String)> = match blueprints::expand(definition, &blocks) {
        Ok(expanded) => match ui_components::pin(api, who, expanded).await? {
            Ok(whole) => return Ok(Ok(whole)),
            Err(faults) => faults,
        },
        Err(faults) => faults.into_iter().map(|fault| (fault.path, fault.message)).collect(),
    };
    let diagnostic = |(path, message)| Diagnostic::at(path, DiagnosticCode::InvalidValue, message);
    Ok(Err(faults.into_iter().map(diagnostic).collect()))
}

/// When a block of the definition changed last; none where it has none.
pub(in crate::http) async fn blocks_changed_at(
    api: &Api,
    who: &Principal,
    definition: &Value,
) -> Result<Option<OffsetDateTime>, Problem> {
    Ok(gather(api, who, definition).await?.changed_at)
}

async fn gather(api: &Api, who: &Principal, definition: &Value) -> Result<Gathered, Problem> {
    let mut wanted = blueprints::references(definition);
    let (mut gathered, mut seen) = (Gathered::default(), BTreeSet::new());
    while let Some(id) = wanted.pop_first() {
        if !seen.insert(id.clone()) || seen.len() > MAX_BLOCKS {
            continue;
        }
        // One that is not there is told by its place when the blocks are put in.
        if id.parse::<BlockId>().is_err() {
            continue;
        }
        let found = match super::load(api, who, Kind::Block, &id).await {
            Ok(found) => found,
            Err(problem) if problem.code() == Code::BlockNotFound => continue,
            Err(problem) => return Err(problem),
        };
        let Some(content) = found.content else { continue };
        gathered.changed_at = gathered.changed_at.max(found.updated_at);
        wanted.extend(blueprints::references(&content.definition));
        let block = Block {
            version: found.version,
            name: content.name,
            inputs: content.inputs,
            definition: (*content.definition).clone(),
        };
        gathered.blocks.insert(id, block);
    }
    Ok(gathered)
}
