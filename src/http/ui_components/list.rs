use actix_web::web::Data;
use serde::Deserialize;
use utoipa::IntoParams;

use super::record::Listed;
use crate::access::Principal;
use crate::http::answer::{Answer, Envelope, Page};
use crate::http::api::Api;
use crate::http::extract::{MinPosition, Paging, Params};
use crate::http::problem::{Document, Problem};
use crate::interfaces::ComponentType;
use crate::projections::ui_components::Projector;

/// Which interfaces are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub struct List {
    /// Those of this type.
    component_type: Option<ComponentType>,
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

/// The interfaces of the organization, the latest first. What is retired is left out.
#[utoipa::path(
    get,
    operation_id = "list_ui_components",
    path = "/v1/ui-components",
    tag = "interfaces",
    params(List),
    responses(
        (status = 200, description = "The interfaces", body = Envelope<Page<Listed>>),
        (status = 400, description = "A parameter is wrong", body = Document),
        (status = 503, description = "The view did not reach `minPosition`", body = Document),
    ),
)]
pub async fn list(
    api: Data<Api>,
    who: Principal,
    query: Params<List>,
) -> Result<Answer<Page<Listed>>, Problem> {
    let List { component_type, limit, offset, cursor, min_position } = query.0;
    let paging = Paging::of(limit, offset, cursor)?;
    api.view_at(Projector::NAME, min_position).await?;
    let list = api.ui_component_list();
    let found = list.list(who.organization, component_type, &paging.of_view()?).await?;
    paging.answer(found, |it| Ok(it.into()))
}
