//! A template or a block as the API shows it.

use engine::Json;
use serde::Serialize;
use time::OffsetDateTime;
use utoipa::ToSchema;

use super::body::List;
use crate::access::Principal;
use crate::aggregates::blueprint::{Blueprint, Sharing};
use crate::blueprints::{Ask, Input, Kind, asks};
use crate::http::answer::{Answer, Page};
use crate::http::api::Api;
use crate::http::extract::Paging;
use crate::http::problem::Problem;
use crate::projections::blueprints::{Filter, Projector, Summary};

/// A template or a block.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Blueprint)]
pub struct BlueprintRecord {
    /// Its id.
    id: String,
    /// Whether it is the organization's own; what is public is others' as well.
    own: bool,
    /// How often it changed; send it back as `expectedVersion`.
    version: u64,
    /// Its name.
    name: String,
    /// What it is for.
    description: Option<String>,
    /// Under which heading it is offered.
    category: Option<String>,
    /// What it is found by.
    tags: Vec<String>,
    /// To whom it is offered.
    sharing: Sharing,
    /// Whether it is offered no more.
    retired: bool,
    /// What has to be said to use it.
    inputs: Vec<Input>,
    /// What a template asks besides, by the names of its `{{ask.field}}`.
    asks: Vec<Ask>,
    /// What it consists of.
    #[schema(value_type = Object)]
    definition: Json,
    /// When it changed last.
    #[serde(with = "time::serde::rfc3339::option")]
    updated_at: Option<OffsetDateTime>,
}

/// A template or a block in a list.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct BlueprintSummary {
    /// Its id.
    id: String,
    /// Whether it is the organization's own.
    own: bool,
    /// How often it changed.
    version: i64,
    /// Its name.
    name: String,
    /// What it is for.
    description: Option<String>,
    /// Under which heading it is offered.
    category: Option<String>,
    /// What it is found by.
    tags: Vec<String>,
    /// To whom it is offered: `org` or `public`.
    sharing: String,
    /// When it was created.
    #[serde(with = "time::serde::rfc3339")]
    created_at: OffsetDateTime,
    /// When it changed last.
    #[serde(with = "time::serde::rfc3339")]
    updated_at: OffsetDateTime,
}

impl BlueprintRecord {
    /// As the organization sees it: of another one's it does not learn whose it is.
    pub(super) fn of(who: &Principal, id: &str, found: Blueprint) -> Result<Self, Problem> {
        let Blueprint { organization, content, retired, version, updated_at, .. } = found;
        let content = content.ok_or_else(|| Problem::internal("a blueprint without content"))?;
        Ok(Self {
            id: id.to_owned(),
            own: organization == Some(who.organization),
            version,
            name: content.name,
            description: content.description,
            category: content.category,
            tags: content.tags,
            sharing: content.sharing,
            retired,
            inputs: content.inputs,
            asks: asks(&content.definition),
            definition: content.definition,
            updated_at,
        })
    }

    /// What the organization may see of it.
    pub(in crate::http) async fn get(
        api: &Api,
        who: &Principal,
        kind: Kind,
        id: &str,
    ) -> Result<Self, Problem> {
        Self::of(who, id, super::load(api, who, kind, id).await?)
    }
}

impl From<Summary> for BlueprintSummary {
    fn from(found: Summary) -> Self {
        Self {
            id: found.blueprint_id,
            own: found.own,
            version: found.version,
            name: found.name,
            description: found.description,
            category: found.category,
            tags: found.tags,
            sharing: found.sharing,
            created_at: found.created_at,
            updated_at: found.updated_at,
        }
    }
}

/// The templates or blocks that the organization may use.
pub(in crate::http) async fn list(
    api: &Api,
    who: &Principal,
    kind: Kind,
    wanted: List,
) -> Result<Answer<Page<BlueprintSummary>>, Problem> {
    let List { category, tag, limit, offset, cursor, min_position } = wanted;
    let paging = Paging::of(limit, offset, cursor)?;
    api.view_at(Projector::NAME, min_position).await?;
    let filter = Filter { kind, category, tag };
    let found = api.blueprint_list().list(who.organization, &filter, &paging.of_view()?).await?;
    paging.answer(found, |it| Ok(it.into()))
}
