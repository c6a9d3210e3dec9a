use actix_web::web::Data;
use serde::Deserialize;
use utoipa::ToSchema;

use super::record::{Record, carry_out};
use crate::access::Principal;
use crate::aggregates::retention::{Order, Scope};
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::extract::{Body, IdempotencyKey};
use crate::http::problem::{Document, Problem};
use crate::http::runs::ledger;
use crate::http::workflows;
use crate::primitives::HoldId;

/// What may not be deleted, and why.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct PlaceHold {
    /// What is held.
    scope: Scope,
    /// Why: 1 to 1,000 characters, for whoever asks later.
    #[schema(example = "Case 7/2026")]
    reason: String,
}

/// Places a hold: while it stands, no segment that it may be about is deleted. A hold on a workflow keeps all runs of
/// the organization.
#[utoipa::path(
    post,
    operation_id = "place_hold",
    path = "/v1/retention/holds",
    tag = "retention",
    params(("Idempotency-Key" = Option<String>, Header, description = "Carries the request out once")),
    request_body = PlaceHold,
    responses(
        (status = 200, description = "It stands", body = Envelope<Record>),
        (status = 404, description = "There is no such run or workflow", body = Document),
        (status = 409, description = "There are too many holds", body = Document),
        (status = 422, description = "The reason is none", body = Document),
    ),
)]
pub async fn hold(
    api: Data<Api>,
    who: Principal,
    key: IdempotencyKey,
    body: Body<PlaceHold>,
) -> Result<Answer<Record>, Problem> {
    let PlaceHold { scope, reason } = body.content;
    // A hold on what there is not would be believed to keep something.
    match scope {
        Scope::Organization => {}
        Scope::Workflow { workflow_id } => {
            workflows::must_belong(&api, &who, workflow_id).await?;
        }
        Scope::Run { run_id } => {
            ledger::must_belong(&api, &who, run_id).await?;
        }
    }
    let order = Order::Hold { hold: HoldId::generate(), scope, reason };
    carry_out(&api, &who, (key, &body.fingerprint), order).await
}
