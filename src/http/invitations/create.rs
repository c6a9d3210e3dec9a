use actix_web::web::Data;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::record::{self, Record};
use crate::access::{InvitationToken, Principal, RoleRef};
use crate::aggregates::organization::{Event, Order};
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::extract::{Body, IdempotencyKey};
use crate::http::idempotency::Turn;
use crate::http::organizations::order;
use crate::http::problem::{Document, Problem};

/// A new invitation.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Invite {
    /// The address of the person, who alone can accept it.
    email: String,
    /// The role that the person will have: none with more permissions than your own.
    #[schema(value_type = String, example = "developer")]
    role: RoleRef,
}

/// An invitation with its token.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MadeInvitation {
    /// What the person needs to accept it. It is shown this one time: absent where the same request
    /// comes again. Chainkeel sends no mail: hand it on.
    #[serde(skip_serializing_if = "Option::is_none")]
    token: Option<String>,
    /// What is known of the invitation.
    #[serde(flatten)]
    record: Record,
}

/// Invites a person. The token can be used once, within 7 days, by whoever has that address.
#[utoipa::path(
    post,
    operation_id = "create_invitation",
    path = "/v1/organization/invitations",
    tag = "organizations",
    params(("Idempotency-Key" = Option<String>, Header, description = "Carries the request out once")),
    request_body = Invite,
    responses(
        (status = 201, description = "Made", body = Envelope<MadeInvitation>),
        (status = 404, description = "No such role", body = Document),
        (status = 409, description = "There are enough invitations", body = Document),
        (status = 422, description = "The address is none", body = Document),
    ),
)]
pub async fn create(
    api: Data<Api>,
    who: Principal,
    key: IdempotencyKey,
    body: Body<Invite>,
) -> Result<Answer<MadeInvitation>, Problem> {
    let turn = Turn::take(&api, &who, key, &body.fingerprint).await?;
    let Invite { email, role } = body.content;
    let (text, made) = InvitationToken::generate(who.organization, rand::random());
    let (id, hash) = (made.hash.invitation(), made.hash);
    let invite = Order::Invite { id, hash, email, role };
    let carried = order::order(&api, &who, turn, invite).await?;
    let Some(Event::Invited { invitation_id, .. }) = carried.event else {
        return Err(Problem::internal("somebody was invited without an event that says so"));
    };
    let record = record::find(&carried.organization.aggregate, invitation_id)?;
    // What an earlier request made has another token, which nobody has any more.
    let token = (invitation_id == id).then_some(text);
    let path = format!("/v1/organization/invitations/{invitation_id}");
    let created = Answer::created(MadeInvitation { token, record }, path);
    Ok(created.written(carried.written).replayed(carried.replayed))
}
