use actix_web::web::{Data, Path};

use super::record::{self, Record};
use crate::access::Principal;
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::problem::{Document, Problem};
use crate::primitives::TestId;

/// A test with its cases.
#[utoipa::path(
    get,
    operation_id = "get_test",
    path = "/v1/testing/test-definitions/{id}",
    tag = "testing",
    params(("id" = String, Path, description = "The test")),
    responses(
        (status = 200, description = "The test", body = Envelope<Record>),
        (status = 404, description = "No such test", body = Document),
    ),
)]
pub async fn get(
    api: Data<Api>,
    who: Principal,
    id: Path<TestId>,
) -> Result<Answer<Record>, Problem> {
    let position = api.ledger_at(None).await?;
    let (content, version) = record::load(&api, &who, *id).await?;
    Ok(Answer::ok(Record::of(content, version)).at(position))
}
