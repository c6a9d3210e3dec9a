use actix_web::web::{Data, Path};

use super::order;
use super::record::Record;
use crate::access::Principal;
use crate::aggregates::ui_component::Order;
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::extract::IdempotencyKey;
use crate::http::idempotency::Turn;
use crate::http::problem::{Document, Problem};
use crate::primitives::UiComponentId;

/// Offers an interface no more. What was published with it keeps its version.
#[utoipa::path(
    delete,
    operation_id = "retire_ui_component",
    path = "/v1/ui-components/{id}",
    tag = "interfaces",
    params(
        ("id" = String, Path, description = "The interface"),
        ("Idempotency-Key" = Option<String>, Header, description = "Carries the request out once"),
    ),
    responses(
        (status = 200, description = "Retired", body = Envelope<Record>),
        (status = 404, description = "No such interface", body = Document),
        (status = 409, description = "It was retired before", body = Document),
    ),
)]
pub async fn retire(
    api: Data<Api>,
    who: Principal,
    id: Path<UiComponentId>,
    key: IdempotencyKey,
) -> Result<Answer<Record>, Problem> {
    let done = match Turn::take(&api, &who, key, "").await? {
        Turn::Replay(done) => done,
        Turn::Fresh(ticket) => {
            order::load(&api, &who, *id).await?;
            order::execute(&api, &who, &ticket, *id, Order::Retire).await?
        }
    };
    let (record, written) = order::shown(&api, &who, &done).await?;
    Ok(Answer::ok(record).written(written).replayed(done.replayed))
}
