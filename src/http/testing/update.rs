use actix_web::web::{Data, Path};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::order;
use super::record::{self, Record};
use crate::access::Principal;
use crate::aggregates::test::Order;
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::extract::{Body, IdempotencyKey, Params};
use crate::http::idempotency::Turn;
use crate::http::problem::{Document, Problem};
use crate::primitives::TestId;
use crate::trials::TestDefinition;

/// What the author saw.
#[derive(Debug, Deserialize, IntoParams, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub struct Seen {
    /// The `version` of the test that the author saw: another one now is a conflict.
    expected_version: Option<u64>,
}

/// Replaces a test's definition.
#[utoipa::path(
    put,
    operation_id = "update_test",
    path = "/v1/testing/test-definitions/{id}",
    tag = "testing",
    params(("id" = String, Path, description = "The test"), Seen),
    request_body = TestDefinition,
    responses(
        (status = 200, description = "Replaced", body = Envelope<Record>),
        (status = 404, description = "No such test", body = Document),
        (status = 409, description = "Somebody else changed it", body = Document),
        (status = 422, description = "The test has problems: `details` lists all", body = Document),
    ),
)]
pub async fn update(
    api: Data<Api>,
    who: Principal,
    id: Path<TestId>,
    query: Params<Seen>,
    key: IdempotencyKey,
    body: Body<TestDefinition>,
) -> Result<Answer<Record>, Problem> {
    let done = match Turn::take(&api, &who, key, &body.fingerprint).await? {
        Turn::Replay(done) => done,
        Turn::Fresh(ticket) => {
            record::load(&api, &who, *id).await?;
            let definition = order::kept(&body.content)?;
            let expected_version = query.0.expected_version;
            let update = Order::Update { expected_version, definition };
            order::execute(&api, &who, &ticket, *id, update).await?
        }
    };
    order::answer(&api, &who, done).await
}
