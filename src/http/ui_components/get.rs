use actix_web::web::{Data, Path};
use serde::Deserialize;
use utoipa::IntoParams;

use super::order;
use super::record::Record;
use crate::access::Principal;
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::extract::{MinPosition, Params};
use crate::http::problem::{Document, Problem};
use crate::primitives::UiComponentId;

/// Which version is wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub struct Wanted {
    /// Its number, from 1; the latest when absent.
    version: Option<u64>,
    /// Waits up to 5 seconds until this position is reached.
    #[param(value_type = Option<i64>)]
    min_position: Option<MinPosition>,
}

/// An interface of the organization, retired ones included.
#[utoipa::path(
    get,
    operation_id = "get_ui_component",
    path = "/v1/ui-components/{id}",
    tag = "interfaces",
    params(("id" = String, Path, description = "The interface"), Wanted),
    responses(
        (status = 200, description = "The interface", body = Envelope<Record>),
        (status = 404, description = "No such interface, or no such version", body = Document),
    ),
)]
pub async fn get(
    api: Data<Api>,
    who: Principal,
    id: Path<UiComponentId>,
    query: Params<Wanted>,
) -> Result<Answer<Record>, Problem> {
    let Wanted { version, min_position } = query.0;
    let position = api.ledger_at(min_position).await?;
    let record = Record::of(*id, &order::load(&api, &who, *id).await?, version)?;
    Ok(Answer::ok(record).at(position))
}
