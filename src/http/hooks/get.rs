use actix_web::web::{Data, Path};
use serde::Serialize;
use time::OffsetDateTime;
use utoipa::ToSchema;

use super::record::{Record, load};
use crate::access::Principal;
use crate::hooks::Standing;
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::problem::{Document, Problem};
use crate::primitives::ExecutionHookId;

/// An endpoint, and how it stands.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ExecutionHookStanding)]
pub struct Shown {
    /// The endpoint.
    #[serde(flatten)]
    endpoint: Record,
    /// How many deliveries wait to be sent, or to be sent again; counted up to 10,000.
    waiting: i64,
    /// How many of them were tried in vain.
    retrying: i64,
    /// The position from behind which the ledger waits, because the endpoint takes less than it is told.
    behind_from: Option<i64>,
    /// How many stretches are being sent again.
    replays: i64,
    /// When it last took something.
    #[serde(with = "time::serde::rfc3339::option")]
    last_success_at: Option<OffsetDateTime>,
}

/// An endpoint that is told of runs, and how it stands.
#[utoipa::path(
    get,
    operation_id = "get_execution_webhook",
    path = "/v1/execution-webhooks/{id}",
    tag = "execution webhooks",
    params(("id" = String, Path, description = "The endpoint")),
    responses(
        (status = 200, description = "The endpoint", body = Envelope<Shown>),
        (status = 404, description = "No such endpoint", body = Document),
    ),
)]
pub async fn get(
    api: Data<Api>,
    who: Principal,
    id: Path<ExecutionHookId>,
) -> Result<Answer<Shown>, Problem> {
    let endpoint = Record::of((*id, load(&api, &who, *id).await?));
    let standing = api.hook_log.standing(who.organization, *id).await?;
    let Standing { waiting, retrying, behind, replays, taken_at } = standing;
    let (behind_from, last_success_at) = (behind, taken_at);
    Ok(Answer::ok(Shown { endpoint, waiting, retrying, behind_from, replays, last_success_at }))
}
