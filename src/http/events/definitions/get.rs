use actix_web::web::{Data, Path};
use serde::Deserialize;
use utoipa::IntoParams;

use super::record::{self, Record};
use crate::access::Principal;
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::extract::Params;
use crate::http::problem::{Document, Problem};
use crate::primitives::EventDefinitionId;
use crate::schemas::Version;

/// Which version is wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub struct Wanted {
    /// The version; the last one when absent.
    #[param(value_type = Option<String>)]
    version: Option<Version>,
}

/// A definition of events, in one of its versions, read from the ledger.
#[utoipa::path(
    get,
    operation_id = "get_event_definition",
    path = "/v1/event-definitions/{id}",
    tag = "events",
    params(("id" = String, Path, description = "The definition"), Wanted),
    responses(
        (status = 200, description = "The definition", body = Envelope<Record>),
        (status = 404, description = "No such definition or version", body = Document),
    ),
)]
pub async fn get(
    api: Data<Api>,
    who: Principal,
    id: Path<EventDefinitionId>,
    query: Params<Wanted>,
) -> Result<Answer<Record>, Problem> {
    let definition = record::load(&api, &who, *id).await?;
    Ok(Answer::ok(record::of(&definition, query.0.version)?))
}
