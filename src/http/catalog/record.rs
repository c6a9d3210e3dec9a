//! A node type as the API shows it: its manifest, with or without its schemas.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use crate::catalog::{Category, Example, OperationType, Role, Spec};
use crate::http::answer::{Answer, Page};
use crate::http::api::Api;
use crate::http::extract::Paging;
use crate::http::problem::{Code, Problem};

/// Which node types are wanted, and how much of each.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub struct Wanted {
    /// Only those with one of these tags, separated by commas.
    tags: Option<String>,
    /// Without schemas and examples.
    summary: Option<bool>,
    /// How many at most: 1 to 100, 20 when absent.
    limit: Option<i64>,
    /// How many to pass over.
    offset: Option<i64>,
}

/// A node type.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = NodeType)]
pub struct NodeTypeRecord {
    /// What a node names in its `type`.
    #[serde(rename = "type")]
    #[schema(example = "http-request")]
    kind: &'static str,
    /// What people call it.
    name: &'static str,
    /// What it does.
    description: &'static str,
    /// Where it is listed.
    #[schema(value_type = String, example = "logic")]
    category: Category,
    /// Words to find it by.
    tags: &'static [String],
    /// Where it may stand: `trigger` at the root, `logic` and `action` below.
    #[schema(value_type = String, example = "action")]
    role: Role,
    /// The ways out that it chooses among; none when there is only one.
    branches: &'static [String],
    /// `read`, or `write` when it changes the world.
    #[schema(value_type = String, example = "read")]
    operation_type: OperationType,
    /// The JSON Schema of a node's payload.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    payload_schema: Option<&'static Value>,
    /// The JSON Schema of a node's result.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    result_schema: Option<&'static Value>,
    /// A payload as it could be written, and a result that it could have.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    example_usage: Option<&'static Example>,
}

/// How much of a node type is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Extent {
    Whole,
    Summary,
}

impl NodeTypeRecord {
    fn of(spec: &'static Spec, extent: Extent) -> Self {
        let whole = extent == Extent::Whole;
        Self {
            kind: &spec.kind,
            name: &spec.name,
            description: &spec.description,
            category: spec.category,
            tags: &spec.tags,
            role: spec.role,
            branches: &spec.branches,
            operation_type: spec.operation_type,
            payload_schema: whole.then_some(&spec.payload_schema),
            result_schema: whole.then_some(&spec.result_schema),
            example_usage: whole.then_some(&spec.example_usage),
        }
    }
}

/// The node types that may stand in one of these places, by name.
pub(super) fn list(
    api: &Api,
    places: &[Role],
    wanted: Wanted,
) -> Result<Answer<Page<NodeTypeRecord>>, Problem> {
    let Wanted { tags, summary, limit, offset } = wanted;
    let paging = Paging::of(limit, offset, None)?;
    let tags: Option<Vec<&str>> = tags.as_deref().map(|tags| tags.split(',').collect());
    let extent = if summary == Some(true) { Extent::Summary } else { Extent::Whole };
    let tagged = |spec: &&Spec| match &tags {
        Some(tags) => tags.iter().any(|tag| spec.tags.iter().any(|own| own == tag.trim())),
        None => true,
    };
    let mut items: Vec<_> = api
        .catalog
        .specs()
        .filter(|spec| places.contains(&spec.role))
        .filter(tagged)
        .skip(usize::try_from(paging.offset).unwrap_or_default())
        .map(|spec| NodeTypeRecord::of(spec, extent))
        .take(usize::try_from(paging.look_ahead()).unwrap_or_default())
        .collect();
    let limit = usize::try_from(paging.limit).unwrap_or_default();
    let has_more = items.len() > limit;
    items.truncate(limit);
    let Paging { limit, offset, .. } = paging;
    Ok(Answer::ok(Page { items, limit, offset, has_more, cursor: None }))
}

/// One node type, when it may stand in one of these places.
pub(super) fn one(
    api: &Api,
    places: &[Role],
    kind: &str,
) -> Result<Answer<NodeTypeRecord>, Problem> {
    let spec = api.catalog.spec(kind).filter(|spec| places.contains(&spec.role));
    let spec = spec.ok_or_else(|| Problem::new(Code::NodeTypeNotFound))?;
    Ok(Answer::ok(NodeTypeRecord::of(spec, Extent::Whole)))
}
