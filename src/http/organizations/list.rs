use actix_web::web::Data;
use serde::Deserialize;
use utoipa::IntoParams;

use super::order;
use super::record::{self, Record};
use crate::access::{Actor, Principal};
use crate::http::answer::{Answer, Envelope, Page};
use crate::http::api::Api;
use crate::http::extract::{MinPosition, Paging, Params};
use crate::http::problem::{Document, Problem};
use crate::projections::access::{self, OrganizationRow, Projector};

/// Which part of the list is wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub struct Wanted {
    /// How many at most: 1 to 100, 20 when absent.
    limit: Option<i64>,
    /// How many to pass over, at most 10,000.
    offset: Option<i64>,
    /// Where to go on, from the last answer; instead of `offset`.
    cursor: Option<String>,
    /// Waits up to 5 seconds until this position is reached.
    #[param(value_type = Option<i64>)]
    min_position: Option<MinPosition>,
}

impl From<OrganizationRow> for Record {
    fn from(row: OrganizationRow) -> Self {
        Self { id: row.organization_id, name: row.name, founded_at: row.founded_at }
    }
}

/// The organizations that the credential opens: with the installation's admin key those that were
/// founded, with a key its own.
#[utoipa::path(
    get,
    operation_id = "list_organizations",
    path = "/v1/organizations",
    tag = "organizations",
    params(Wanted),
    responses(
        (status = 200, description = "The organizations", body = Envelope<Page<Record>>),
        (status = 400, description = "A parameter is wrong", body = Document),
        (status = 503, description = "The view did not reach `minPosition`", body = Document),
    ),
)]
pub async fn list(
    api: Data<Api>,
    who: Principal,
    query: Params<Wanted>,
) -> Result<Answer<Page<Record>>, Problem> {
    let Params(Wanted { limit, offset, cursor, min_position }) = query;
    let paging = Paging::of(limit, offset, cursor)?;
    api.view_at(Projector::NAME, min_position).await?;
    match who.actor {
        Actor::Admin => {
            let wanted = paging.of_view()?;
            let found = access::organizations(&api.house, &api.positions, &wanted).await?;
            paging.answer(found, |row| Ok(row.into()))
        }
        Actor::Webhook(_)
        | Actor::Public(_)
        | Actor::User(_)
        | Actor::ServiceAccount(_)
        | Actor::ApiKey(_) => {
            let own = order::own(&api, &who).await?;
            let items = [record::of(who.organization, &own.aggregate)];
            Ok(Answer::ok(paging.of_all(items, |it| it.id.clone())?))
        }
    }
}
