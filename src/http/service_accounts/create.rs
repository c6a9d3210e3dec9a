use actix_web::web::Data;
use serde::Deserialize;
use utoipa::ToSchema;

use super::record::{self, Record};
use crate::access::Principal;
use crate::aggregates::organization::{Event, Order};
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::extract::{Body, IdempotencyKey};
use crate::http::idempotency::Turn;
use crate::http::organizations::order;
use crate::http::organizations::record::permissions;
use crate::http::problem::{Document, Problem};
use crate::primitives::ServiceAccountId;

/// A new account of a program.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct CreateServiceAccount {
    /// What people call it: 1 to 100 characters, no other account has it.
    name: String,
    /// What it is for, at most 500 characters.
    description: Option<String>,
    /// What its keys may do at most: nothing that you may not do yourself.
    permissions: Vec<String>,
}

/// Makes an account for a program. It has no key yet.
#[utoipa::path(
    post,
    operation_id = "create_service_account",
    path = "/v1/service-accounts",
    tag = "keys",
    params(("Idempotency-Key" = Option<String>, Header, description = "Carries the request out once")),
    request_body = CreateServiceAccount,
    responses(
        (status = 201, description = "Made", body = Envelope<Record>),
        (status = 409, description = "The name is taken, or there are enough", body = Document),
        (status = 422, description = "There is no such permission", body = Document),
    ),
)]
pub async fn create(
    api: Data<Api>,
    who: Principal,
    key: IdempotencyKey,
    body: Body<CreateServiceAccount>,
) -> Result<Answer<Record>, Problem> {
    let turn = Turn::take(&api, &who, key, &body.fingerprint).await?;
    let CreateServiceAccount { name, description, permissions: names } = body.content;
    let permissions = permissions("/permissions", &names)?;
    let id = ServiceAccountId::generate();
    let create = Order::AddAccount { id, name, description, permissions };
    let carried = order::order(&api, &who, turn, create).await?;
    let Some(Event::ServiceAccountAdded { service_account_id: id, .. }) = carried.event else {
        return Err(Problem::internal("an account was made without an event that says so"));
    };
    let record = record::find(&carried.organization.aggregate, id)?;
    let created = Answer::created(record, format!("/v1/service-accounts/{id}"));
    Ok(created.written(carried.written).replayed(carried.replayed))
}
