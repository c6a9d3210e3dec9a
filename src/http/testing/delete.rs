use actix_web::web::{Data, Path};
use serde::Serialize;
use utoipa::ToSchema;

use super::{order, record};
use crate::access::Principal;
use crate::aggregates::test::Order;
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::extract::{IdempotencyKey, Nothing, Params};
use crate::http::idempotency::Turn;
use crate::http::problem::{Document, Problem};
use crate::primitives::TestId;

/// What was deleted.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Deleted {
    /// The test.
    #[schema(value_type = String)]
    id: TestId,
}

/// Deletes a test. What became of it when it was executed stays.
#[utoipa::path(
    delete,
    operation_id = "delete_test",
    path = "/v1/testing/test-definitions/{id}",
    tag = "testing",
    params(("id" = String, Path, description = "The test")),
    responses(
        (status = 200, description = "Deleted", body = Envelope<Deleted>),
        (status = 404, description = "No such test", body = Document),
    ),
)]
pub async fn delete(
    api: Data<Api>,
    who: Principal,
    id: Path<TestId>,
    key: IdempotencyKey,
    _: Params<Nothing>,
) -> Result<Answer<Deleted>, Problem> {
    let done = match Turn::take(&api, &who, key, &id.to_string()).await? {
        Turn::Replay(done) => done,
        Turn::Fresh(ticket) => {
            record::load(&api, &who, *id).await?;
            order::execute(&api, &who, &ticket, *id, Order::Delete).await?
        }
    };
    let written = api.written(&done.stream, done.sequence).await;
    Ok(Answer::ok(Deleted { id: *id }).written(written).replayed(done.replayed))
}
