use actix_web::web::{Data, Path};
use cqrs_es::Aggregate;
use serde::Deserialize;
use utoipa::IntoParams;

use super::order;
use super::record::Record;
use crate::access::Principal;
use crate::aggregates::document;
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::extract::Params;
use crate::http::problem::{Code, Document, Problem};
use crate::journal::StreamId;
use crate::primitives::DocumentId;

/// How many versions are read in order to show one.
const MAX_VERSIONS: u64 = 1_000;

/// Which version is wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct WantedVersion {
    /// The version; the present one when absent.
    version: Option<u64>,
}

/// A document, in one of its versions.
#[utoipa::path(
    get,
    operation_id = "get_document",
    path = "/v1/knowledge/documents/{id}",
    tag = "knowledge",
    params(("id" = String, Path, description = "The document"), WantedVersion),
    responses(
        (status = 200, description = "The document", body = Envelope<Record>),
        (status = 404, description = "No such document or version", body = Document),
    ),
)]
pub async fn get(
    api: Data<Api>,
    who: Principal,
    id: Path<DocumentId>,
    query: Params<WantedVersion>,
) -> Result<Answer<Record>, Problem> {
    let present = order::load(&api, &who, *id).await?;
    let Some(version) = query.0.version.filter(|version| *version != present.version) else {
        return Record::of(&present).map(Answer::ok);
    };
    if present.content.is_none() || !(1..=present.version.min(MAX_VERSIONS)).contains(&version) {
        return Err(
            Problem::new(Code::DocumentNotFound).because("the document has no such version")
        );
    }
    let count = i64::try_from(version).unwrap_or(i64::MAX);
    let events = api.journal.read_stream(&StreamId::document(*id), 0, count).await?;
    let mut document = document::Document::default();
    for event in &events {
        document.apply(event.document()?);
    }
    Record::of(&document).map(Answer::ok)
}
