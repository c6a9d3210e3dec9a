use actix_web::web::Data;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::ToSchema;

use super::record::{self, Record};
use crate::access::{Actor, KeyHash, Permissions, Principal};
use crate::aggregates::api_key::{Command, MAX_KEYS, Order, Owner};
use crate::aggregates::organization::Organization;
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::extract::{Body, IdempotencyKey};
use crate::http::idempotency::{Done, Ticket, Turn};
use crate::http::organizations::order;
use crate::http::organizations::record::permissions;
use crate::http::problem::{Code, Document, Problem};
use crate::journal::StreamId;
use crate::primitives::ServiceAccountId;

/// A new key.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct CreateApiKey {
    /// What people call it: 1 to 100 characters.
    name: String,
    /// Whose it is; your own when absent, which takes that you are logged in.
    #[schema(value_type = Option<String>)]
    service_account_id: Option<ServiceAccountId>,
    /// What it opens at most; all that its owner may do when absent.
    scopes: Option<Vec<String>>,
    /// From when on it opens nothing; never when absent.
    #[serde(default, with = "time::serde::rfc3339::option")]
    expires_at: Option<OffsetDateTime>,
}

/// A key that was issued, with its text.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct IssuedApiKey {
    /// The text, to be sent as `Authorization: Bearer <key>`. It is shown this one time: absent
    /// where the same request comes again, as nobody has it any more.
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<String>,
    /// What is known of the key.
    #[serde(flatten)]
    record: Record,
}

/// Issues a key. Its text is in this answer and nowhere else. Nobody issues a key that opens more
/// than what he may do himself.
#[utoipa::path(
    post,
    operation_id = "create_api_key",
    path = "/v1/api-keys",
    tag = "keys",
    params(("Idempotency-Key" = Option<String>, Header, description = "Carries the request out once")),
    request_body = CreateApiKey,
    responses(
        (status = 201, description = "Issued", body = Envelope<IssuedApiKey>),
        (status = 404, description = "No such service account", body = Document),
        (status = 409, description = "There are enough keys", body = Document),
        (status = 422, description = "A scope is none, or the key would never open", body = Document),
    ),
)]
pub async fn create(
    api: Data<Api>,
    who: Principal,
    key: IdempotencyKey,
    body: Body<CreateApiKey>,
) -> Result<Answer<IssuedApiKey>, Problem> {
    let (done, text) = match Turn::take(&api, &who, key, &body.fingerprint).await? {
        Turn::Replay(done) => (done, None),
        Turn::Fresh(ticket) => {
            let (text, hash) = KeyHash::generate(rand::random());
            let done = issue(&api, &who, &ticket, hash, body.content).await?;
            let is_shown = !done.replayed;
            (done, is_shown.then_some(text))
        }
    };
    let id = &done.stream.aggregate_id;
    let (state, issue) = record::load(&api, &who, id.parse().map_err(Problem::internal)?).await?;
    let issued = IssuedApiKey { key: text, record: record::of(id, &state, issue) };
    let written = api.written(&done.stream, done.sequence).await;
    let created = Answer::created(issued, format!("/v1/api-keys/{id}"));
    Ok(created.written(written).replayed(done.replayed))
}

async fn issue(
    api: &Api,
    who: &Principal,
    ticket: &Ticket,
    hash: KeyHash,
    asked: CreateApiKey,
) -> Result<Done, Problem> {
    let CreateApiKey { name, service_account_id, scopes, expires_at } = asked;
    let organization = order::own(api, who).await?;
    let (owner, may) = owner(who, &organization.aggregate, service_account_id)?;
    let scopes = scopes.map(|names| permissions("/scopes", &names)).transpose()?;
    must_be_given(who, may, scopes)?;
    let at = api.clock.now();
    if api.access().open_keys(who.organization, at).await? >= MAX_KEYS {
        return Err(Problem::new(Code::OrganizationRefuses).because(format_args!(
            "an organization has at most {MAX_KEYS} keys that open something: revoke one first"
        )));
    }
    let organization = who.organization;
    let order = Order::Issue { hash, organization, owner, name, scopes, expires_at };
    let stream = StreamId::api_key(hash.api_key());
    let command = Command { by: who.to_string(), at, order };
    ticket.execute(api, who, &api.api_keys, stream, command).await
}

/// Whose the key will be, and what its owner may do.
fn owner(
    who: &Principal,
    organization: &Organization,
    account: Option<ServiceAccountId>,
) -> Result<(Owner, Permissions), Problem> {
    if let Some(account) = account {
        let may = organization.account(account);
        let may = may.ok_or_else(|| Problem::new(Code::ServiceAccountNotFound))?;
        return Ok((Owner::ServiceAccount(account), may));
    }
    match who.actor {
        Actor::User(user) => {
            let may = organization.member(user);
            let may = may.ok_or_else(|| Problem::new(Code::MemberNotFound))?;
            Ok((Owner::User(user), may))
        }
        Actor::Admin
        | Actor::Webhook(_)
        | Actor::Public(_)
        | Actor::ServiceAccount(_)
        | Actor::ApiKey(_) => Err(Problem::new(Code::InvalidBody)
            .at("/serviceAccountId", "is missing: a key belongs to a service account")),
    }
}

/// A key opens what its scopes say and its owner may do; whoever issues it must have that himself.
fn must_be_given(
    who: &Principal,
    owner: Permissions,
    scopes: Option<Permissions>,
) -> Result<(), Problem> {
    let scopes = scopes.unwrap_or(owner);
    let idle = scopes.beyond(owner);
    if !idle.is_empty() {
        let idle = idle.names().join(", ");
        return Err(Problem::new(Code::InvalidBody)
            .at("/scopes", format_args!("the owner of the key may not do this: {idle}")));
    }
    let beyond = scopes.beyond(who.permissions);
    if !beyond.is_empty() {
        let beyond = beyond.names().join(", ");
        return Err(Problem::new(Code::Forbidden).because(format_args!(
            "the key would open what you may not do yourself: {beyond}; give it fewer `scopes`"
        )));
    }
    Ok(())
}
