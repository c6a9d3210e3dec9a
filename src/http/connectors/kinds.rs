use actix_web::web::{Data, Path};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use crate::access::Principal;
use crate::connectors::{Kind, Kinds};
use crate::http::answer::{Answer, Envelope, Page};
use crate::http::api::Api;
use crate::http::extract::{Paging, Params};
use crate::http::problem::{Code, Document, Problem};

/// A connector type.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ConnectorType)]
pub struct KindRecord {
    /// What a connector names in its `type`.
    #[serde(rename = "type")]
    #[schema(example = "slack")]
    kind: &'static str,
    /// What people call the provider.
    name: &'static str,
    /// What it is good for.
    description: &'static str,
    /// Where it is listed.
    category: &'static str,
    /// How one is known to the provider.
    #[schema(value_type = String, example = "bot_token")]
    auth: crate::connectors::Auth,
    /// The hosts that credentials may go to, perhaps with fields of the data.
    hosts: &'static [String],
    /// The JSON Schema of the data; fields with `writeOnly` are secrets.
    #[schema(value_type = Object)]
    data_schema: &'static Value,
    /// Whether credentials can be tested.
    testable: bool,
    /// How to get the credentials, in Markdown.
    guide: &'static str,
    /// The provider's own documentation.
    documentation_url: Option<&'static str>,
}

impl From<&'static Kind> for KindRecord {
    fn from(kind: &'static Kind) -> Self {
        Self {
            kind: &kind.kind,
            name: &kind.name,
            description: &kind.description,
            category: &kind.category,
            auth: kind.auth,
            hosts: &kind.hosts,
            data_schema: &kind.data,
            testable: kind.probe.is_some(),
            guide: &kind.guide,
            documentation_url: kind.documentation.as_deref(),
        }
    }
}

/// Which part of the list is wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub struct Wanted {
    /// Those of this category.
    category: Option<String>,
    /// How many at most: 1 to 100, 20 when absent.
    limit: Option<i64>,
    /// How many to pass over.
    offset: Option<i64>,
}

/// The connector types of this server, by name.
#[utoipa::path(
    get,
    operation_id = "list_connector_types",
    path = "/v1/connector-types",
    tag = "connectors",
    params(Wanted),
    responses(
        (status = 200, description = "The types", body = Envelope<Page<KindRecord>>),
        (status = 400, description = "A parameter is wrong", body = Document),
    ),
)]
pub async fn kinds(
    _: Data<Api>,
    _: Principal,
    query: Params<Wanted>,
) -> Result<Answer<Page<KindRecord>>, Problem> {
    let Params(Wanted { category, limit, offset }) = query;
    let paging = Paging::of(limit, offset, None)?;
    let listed = |kind: &&Kind| category.as_ref().is_none_or(|wanted| kind.category == *wanted);
    let mut items: Vec<KindRecord> = Kinds::builtin()
        .all()
        .filter(listed)
        .skip(usize::try_from(paging.offset).unwrap_or_default())
        .take(usize::try_from(paging.look_ahead()).unwrap_or_default())
        .map(KindRecord::from)
        .collect();
    let limit = usize::try_from(paging.limit).unwrap_or_default();
    let has_more = items.len() > limit;
    items.truncate(limit);
    let Paging { limit, offset, .. } = paging;
    Ok(Answer::ok(Page { items, limit, offset, has_more, cursor: None }))
}

/// A connector type, with the schema of its data and how to get the credentials.
#[utoipa::path(
    get,
    operation_id = "get_connector_type",
    path = "/v1/connector-types/{type}",
    tag = "connectors",
    params(("type" = String, Path, description = "What a connector names in its `type`")),
    responses(
        (status = 200, description = "The type", body = Envelope<KindRecord>),
        (status = 404, description = "No such type", body = Document),
    ),
)]
pub async fn kind(
    _: Data<Api>,
    _: Principal,
    kind: Path<String>,
) -> Result<Answer<KindRecord>, Problem> {
    let kind = Kinds::builtin().get(&kind);
    kind.map(|kind| Answer::ok(kind.into()))
        .ok_or_else(|| Problem::new(Code::ConnectorTypeNotFound))
}
