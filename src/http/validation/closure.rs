//! A schema with all that it leads to, read from the ledger.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::access::Principal;
use crate::aggregates::schema::Schema;
use crate::http::api::Api;
use crate::http::problem::{Code, Problem};
use crate::primitives::SchemaId;
use crate::schemas::{MAX_REFERENCES, Reference, Unusable, bundle, references};

/// A schema of the caller's organization.
pub(super) async fn load(api: &Api, who: &Principal, id: SchemaId) -> Result<Schema, Problem> {
    let schema = api.schemas.load(&id.to_string()).await?.aggregate;
    if schema.organization == Some(who.organization) {
        Ok(schema)
    } else {
        Err(Problem::new(Code::SchemaNotFound))
    }
}

/// The text of a schema together with the schemas of the organization that it leads to.
pub(in crate::http) async fn bundled(
    api: &Api,
    who: &Principal,
    schema: &Value,
) -> Result<String, Problem> {
    let refused = |unusable| unusable_at("/schema", unusable);
    let mut wanted: BTreeSet<Reference> = references(schema).map_err(refused)?;
    let mut found: BTreeMap<Reference, Value> = BTreeMap::new();
    while let Some(reference) = wanted.pop_first() {
        if found.contains_key(&reference) {
            continue;
        }
        if found.len() >= MAX_REFERENCES {
            let problem =
                format!("leads to more than {MAX_REFERENCES} schemas, one behind the other");
            return Err(refused(Unusable::at("", problem)));
        }
        let id = reference.name.schema(who.organization);
        let other = api.schemas.load(&id.to_string()).await?.aggregate;
        let own = other.organization == Some(who.organization);
        let edition = other.versions.get(&reference.version).filter(|_| own);
        let edition = edition.ok_or_else(|| {
            refused(Unusable::at(
                "",
                format!("leads to {reference}, which the organization does not have"),
            ))
        })?;
        wanted.extend(references(&edition.schema).map_err(refused)?);
        found.insert(reference, (*edition.schema).clone());
    }
    Ok(bundle(schema, found).map_err(refused)?.to_string())
}

/// A schema that cannot be used, with its place below a pointer.
pub(in crate::http) fn unusable_at(prefix: &str, Unusable { path, problem }: Unusable) -> Problem {
    Problem::new(Code::InvalidSchema).at(format!("{prefix}{path}"), problem)
}
