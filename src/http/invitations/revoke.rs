use actix_web::web::{Data, Path};

use super::record::Revoked;
use crate::access::Principal;
use crate::aggregates::organization::Order;
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::extract::{IdempotencyKey, Nothing, Params};
use crate::http::idempotency::Turn;
use crate::http::organizations::order;
use crate::http::problem::{Document, Problem};
use crate::primitives::InvitationId;

/// Takes an invitation back.
#[utoipa::path(
    delete,
    operation_id = "revoke_invitation",
    path = "/v1/organization/invitations/{id}",
    tag = "organizations",
    params(("id" = String, Path, description = "The invitation, not its token")),
    responses(
        (status = 200, description = "Revoked", body = Envelope<Revoked>),
        (status = 404, description = "No such invitation", body = Document),
    ),
)]
pub async fn revoke(
    api: Data<Api>,
    who: Principal,
    id: Path<InvitationId>,
    key: IdempotencyKey,
    _: Params<Nothing>,
) -> Result<Answer<Revoked>, Problem> {
    let turn = Turn::take(&api, &who, key, &id.to_string()).await?;
    let carried = order::order(&api, &who, turn, Order::RevokeInvitation(*id)).await?;
    let revoked = Revoked { id: id.to_string() };
    Ok(Answer::ok(revoked).written(carried.written).replayed(carried.replayed))
}
