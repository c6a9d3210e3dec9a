use actix_web::web::{Data, Path};

use super::record::{self, Record};
use crate::access::Principal;
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::extract::{Nothing, Params};
use crate::http::problem::{Document, Problem};

/// A value of the organization, as it is now: it is read from the ledger, and every write that was
/// answered before is seen.
#[utoipa::path(
    get,
    operation_id = "get_storage_entry",
    path = "/v1/organization/storage/{store}/{key}",
    tag = "storage",
    params(
        ("store" = String, Path, description = "The store"),
        ("key" = String, Path, description = "The key, with every slash as %2F"),
    ),
    responses(
        (status = 200, description = "The value", body = Envelope<Record>),
        (status = 400, description = "There can be no such key", body = Document),
        (status = 404, description = "There is no value", body = Document),
    ),
)]
pub async fn get(
    api: Data<Api>,
    who: Principal,
    path: Path<(String, String)>,
    _: Params<Nothing>,
) -> Result<Answer<Record>, Problem> {
    let place = record::place(&path)?;
    let entry = api.entries().read(who.organization, &place).await?;
    Record::of(&place, &entry).map(Answer::ok)
}
