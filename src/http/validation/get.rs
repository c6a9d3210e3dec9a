use actix_web::web::{Data, Path};
use serde::Deserialize;
use utoipa::IntoParams;

use super::record::Record;
use super::{closure, record};
use crate::access::Principal;
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::extract::Params;
use crate::http::problem::{Document, Problem};
use crate::primitives::SchemaId;
use crate::schemas::Version;

/// Which version is wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub struct Wanted {
    /// The version; the latest when absent.
    #[param(value_type = Option<String>)]
    version: Option<Version>,
}

/// A schema, in one of its versions.
#[utoipa::path(
    get,
    operation_id = "get_schema",
    path = "/v1/validation/schemas/{id}",
    tag = "validation",
    params(("id" = String, Path, description = "The schema"), Wanted),
    responses(
        (status = 200, description = "The schema", body = Envelope<Record>),
        (status = 404, description = "No such schema or version", body = Document),
    ),
)]
pub async fn get(
    api: Data<Api>,
    who: Principal,
    id: Path<SchemaId>,
    query: Params<Wanted>,
) -> Result<Answer<Record>, Problem> {
    let schema = closure::load(&api, &who, *id).await?;
    Ok(Answer::ok(record::of(&schema, query.0.version)?))
}
