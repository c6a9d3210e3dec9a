use actix_web::web::{Data, Path};
use serde::Deserialize;
use utoipa::IntoParams;

use super::record::{Record, load};
use crate::access::Principal;
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::extract::Params;
use crate::http::problem::{Code, Document, Problem};
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

/// A version of a sequence of events.
#[utoipa::path(
    get,
    operation_id = "get_event_sequence",
    path = "/v1/event-sequences/{name}",
    tag = "events",
    params(("name" = String, Path, description = "The sequence"), Wanted),
    responses(
        (status = 200, description = "The version", body = Envelope<Record>),
        (status = 404, description = "No such sequence, or version", body = Document),
    ),
)]
pub async fn get(
    api: Data<Api>,
    who: Principal,
    name: Path<String>,
    query: Params<Wanted>,
) -> Result<Answer<Record>, Problem> {
    let sequence = load(&api, &who, &name).await?;
    if sequence.retired {
        return Err(Problem::new(Code::EventSequenceNotFound));
    }
    Ok(Answer::ok(Record::of(name.into_inner(), &sequence, query.0.version)?))
}
