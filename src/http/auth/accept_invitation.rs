use std::time::Duration;

use actix_web::web::Data;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::access::{InvitationToken, Permissions};
use crate::actors::people::Visitor;
use crate::aggregates::organization::{Command, Order};
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::extract::{Body, Origin};
use crate::http::problem::{Code, Document, Problem};
use crate::journal::{Context, Metadata, StreamId};
use crate::primitives::{CommandId, OrganizationId, Secret, UserId};
use crate::projections::access::Projector;

/// How long an answer waits until the view has it.
const VIEW_WAIT: Duration = Duration::from_millis(500);

/// An invitation that was handed out.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct AcceptInvitation {
    /// Its token, `ck_inv_…`.
    #[schema(value_type = String)]
    token: Secret,
}

/// Where one belongs now.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AcceptedInvitation {
    /// The organization.
    organization_id: String,
    /// What one may do there, by name.
    permissions: Vec<String>,
}

/// Becomes a member of the organization that invited the email address with which one logs in.
#[utoipa::path(
    post,
    operation_id = "accept_invitation",
    path = "/v1/auth/invitations/accept",
    tag = "auth",
    request_body = AcceptInvitation,
    responses(
        (status = 200, description = "One belongs to it", body = Envelope<AcceptedInvitation>),
        (status = 404, description = "It opens nothing: used, taken back, over, or another's", body = Document),
    ),
)]
pub async fn accept_invitation(
    api: Data<Api>,
    who: Visitor,
    origin: Origin,
    body: Body<AcceptInvitation>,
) -> Result<Answer<AcceptedInvitation>, Problem> {
    let email = api.people.users.load(&who.user.to_string()).await?.aggregate.email;
    let token = InvitationToken::read(body.content.token.expose());
    let token = token.ok_or_else(|| Problem::new(Code::InvitationNotFound))?;
    let (organization, permissions) = accept(&api, token, (who.user, email), origin.from).await?;
    let organization_id = organization.to_string();
    Ok(Answer::ok(AcceptedInvitation { organization_id, permissions: permissions.names() }))
}

/// Carries the acceptance out: the organization decides whether the invitation is this person's.
/// It is waited for a moment until the person's next request finds where they belong.
pub(super) async fn accept(
    api: &Api,
    token: InvitationToken,
    (user, email): (UserId, String),
    from: String,
) -> Result<(OrganizationId, Permissions), Problem> {
    let InvitationToken { organization, hash } = token;
    let (by, at) = (user.to_string(), api.clock.now());
    let order = Order::Accept { id: hash.invitation(), hash, user, email };
    let metadata = Metadata {
        address: Some(from),
        ..Metadata::new(organization, by.clone(), CommandId::generate())
    };
    let command = Command { organization, by, rights: Permissions::NONE, at, order };
    let stream = StreamId::organization(organization);
    let done = api.organizations.execute(&stream.aggregate_id, command, Context::new(metadata));
    let done = done.await?;
    if let Some(position) = api.written(&stream, done.last).await.position {
        let found = api.positions.wait_for(Projector::NAME, position, VIEW_WAIT).await;
        found
            .inspect_err(|error| tracing::debug!(%error, "the view of members was not waited for"))
            .ok();
    }
    Ok((organization, done.aggregate.member(user).unwrap_or_default()))
}
