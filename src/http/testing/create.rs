use actix_web::web::Data;

use super::order;
use super::record::Record;
use crate::access::Principal;
use crate::aggregates::test::Order;
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::extract::{Body, IdempotencyKey};
use crate::http::idempotency::Turn;
use crate::http::problem::{Document, Problem};
use crate::primitives::TestId;
use crate::trials::TestDefinition;

/// Keeps a test. Its workflow may come later.
#[utoipa::path(
    post,
    operation_id = "create_test",
    path = "/v1/testing/test-definitions",
    tag = "testing",
    params(("Idempotency-Key" = Option<String>, Header, description = "Carries the request out once")),
    request_body = TestDefinition,
    responses(
        (status = 200, description = "Kept", body = Envelope<Record>),
        (status = 422, description = "The test has problems: `details` lists all", body = Document),
    ),
)]
pub async fn create(
    api: Data<Api>,
    who: Principal,
    key: IdempotencyKey,
    body: Body<TestDefinition>,
) -> Result<Answer<Record>, Problem> {
    let done = match Turn::take(&api, &who, key, &body.fingerprint).await? {
        Turn::Replay(done) => done,
        Turn::Fresh(ticket) => {
            let id = TestId::generate();
            let definition = order::kept(&body.content)?;
            let create = Order::Create { id, organization: who.organization, definition };
            order::execute(&api, &who, &ticket, id, create).await?
        }
    };
    order::answer(&api, &who, done).await
}
