use actix_web::web::Data;
use serde::Deserialize;
use utoipa::ToSchema;

use super::record::UserWithToken;
use super::{order, record};
use crate::access::{Email, Principal};
use crate::actors::people::{NewUser, Rejected};
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::extract::{Body, IdempotencyKey};
use crate::http::idempotency::{Done, Turn};
use crate::http::problem::{Code, Document, Problem};
use crate::journal::{Context, Metadata, StreamId};
use crate::primitives::{CommandId, OrganizationId, UserId};

/// A new user. Nobody else chooses their password: they set it with the token of the answer.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct CreateUser {
    /// The address by which they log in.
    #[schema(example = "ada@example.com")]
    email: String,
    /// What they are called.
    name: Option<String>,
}

/// Registers somebody, and gives the token by which they set their password.
#[utoipa::path(
    post,
    operation_id = "create_user",
    path = "/v1/users",
    tag = "users",
    params(("Idempotency-Key" = Option<String>, Header, description = "Carries the request out once")),
    request_body = CreateUser,
    responses(
        (status = 201, description = "Registered", body = Envelope<UserWithToken>),
        (status = 409, description = "The address is somebody else's", body = Document),
    ),
)]
pub async fn create(
    api: Data<Api>,
    who: Principal,
    key: IdempotencyKey,
    body: Body<CreateUser>,
) -> Result<Answer<UserWithToken>, Problem> {
    let CreateUser { email, name } = body.content;
    let email = Email::parse(&email)
        .map_err(|error| Problem::new(Code::InvalidBody).at("/email", error))?;
    let (done, token) = match Turn::take(&api, &who, key, &body.fingerprint).await? {
        Turn::Replay(done) => (done, None),
        Turn::Fresh(ticket) => {
            let (user, by) = (UserId::generate(), who.to_string());
            let stream = StreamId::user(user);
            let context = order::context(&ticket, &who, &stream);
            let new = NewUser { email, name };
            match api.people.register(user, new, by.clone(), context).await {
                Ok(_) => {
                    let actor = by.clone();
                    let metadata =
                        Metadata::new(OrganizationId::DEFAULT, actor, CommandId::generate());
                    let issued = api.people.issue_reset(user, by, Context::new(metadata)).await?;
                    let done = Done { stream, sequence: issued.1, replayed: false };
                    (done, Some(issued.0.expose().to_owned()))
                }
                Err(Rejected::Answered) => (ticket.taken(&api).await?, None),
                Err(rejected) => match ticket.earlier(&api).await? {
                    Some(done) => (done, None),
                    None => return Err(rejected.into()),
                },
            }
        }
    };
    let written = api.written(&done.stream, done.sequence).await;
    let location = format!("/v1/users/{}", done.stream.aggregate_id);
    let user = record::of(&api, &done.stream.aggregate_id).await?;
    let created = Answer::created(UserWithToken::new(user, token), location);
    Ok(created.written(written).replayed(done.replayed))
}
