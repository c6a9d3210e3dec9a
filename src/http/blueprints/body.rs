//! What is sent to write or to list templates and blocks.

use std::sync::Arc;

use serde::Deserialize;
use serde_json::{Map, Value};
use utoipa::{IntoParams, ToSchema};

use crate::aggregates::blueprint::{Content, Sharing};
use crate::blueprints::{Fault, Input, Kind, check};
use crate::http::extract::MinPosition;
use crate::http::problem::{Code, Detail, Problem};

/// How long a name or a heading may be, in characters.
const MAX_NAME: usize = 200;
/// How many tags there may be, and how long each.
const MAX_TAGS: usize = 20;
const MAX_TAG: usize = 50;

/// A template or a block as it is to be.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schema(as = WriteBlueprint)]
pub struct Write {
    /// The version that the author saw: another one now is a conflict. Not when it is created.
    pub(in crate::http) expected_version: Option<u64>,
    /// Its name, 1 to 200 characters.
    name: String,
    /// What it is for.
    description: Option<String>,
    /// Under which heading it is offered.
    category: Option<String>,
    /// What it is found by: at most 20, each of 1 to 50 characters.
    #[serde(default)]
    tags: Vec<String>,
    /// To whom it is offered: `org` (when absent) or `public`, every organization.
    sharing: Option<Sharing>,
    /// What has to be said to use it: `{{$props.key}}` in a template, `{{$inputs.key}}` in a block.
    #[serde(default)]
    inputs: Vec<Input>,
    /// A template: the definition of a workflow, with `{{ask.field}}` where something is asked.
    /// A block: `{nodes, entry, result}`. Neither may hold ids of an organization or secrets.
    #[schema(value_type = Object)]
    definition: Map<String, Value>,
}

/// Which templates or blocks are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub struct List {
    /// Those under this heading.
    pub(super) category: Option<String>,
    /// Those with this tag.
    pub(super) tag: Option<String>,
    /// How many at most: 1 to 100, 20 when absent.
    pub(super) limit: Option<i64>,
    /// How many to pass over, at most 10,000.
    pub(super) offset: Option<i64>,
    /// Where to go on, from the last answer; instead of `offset`.
    pub(super) cursor: Option<String>,
    /// Waits up to 5 seconds until this position is reached.
    #[param(value_type = Option<i64>)]
    pub(super) min_position: Option<MinPosition>,
}

impl Write {
    /// What is to be kept, once nothing is wrong with it.
    pub(super) fn checked(self, kind: Kind) -> Result<Content, Problem> {
        let mut details = Vec::new();
        let mut bounded = |place: &str, text: &str| {
            let length = text.trim().chars().count();
            if !(1..=MAX_NAME).contains(&length) {
                let message = format!("has 1 to {MAX_NAME} characters, not {length}");
                details.push(Detail::new(place, message));
            }
        };
        bounded("/name", &self.name);
        if let Some(category) = &self.category {
            bounded("/category", category);
        }
        let fits = |tag: &String| (1..=MAX_TAG).contains(&tag.chars().count());
        if self.tags.len() > MAX_TAGS || !self.tags.iter().all(fits) {
            let message = format!("are at most {MAX_TAGS}, each of 1 to {MAX_TAG} characters");
            details.push(Detail::new("/tags", message));
        }
        let definition = Value::Object(self.definition);
        details.extend(as_details("", check(kind, &self.inputs, &definition)));
        if !details.is_empty() {
            return Err(Problem::new(Code::InvalidBlueprint).with_details(details));
        }
        Ok(Content {
            name: self.name.trim().to_owned(),
            description: self.description,
            category: self.category,
            tags: self.tags,
            sharing: self.sharing.unwrap_or(Sharing::Org),
            inputs: self.inputs,
            definition: Arc::new(definition),
        })
    }
}

/// Faults with their places under `prefix`.
pub(in crate::http) fn as_details(prefix: &str, faults: Vec<Fault>) -> Vec<Detail> {
    let faults = faults.into_iter();
    faults.map(|fault| Detail::new(format!("{prefix}{}", fault.path), fault.message)).collect()
}
