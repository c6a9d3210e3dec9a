use actix_web::web::{Data, Path};
use serde::Deserialize;
use utoipa::ToSchema;

use super::record::{self, Record};
use crate::access::Principal;
use crate::aggregates::organization::Order;
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::extract::{Body, IdempotencyKey};
use crate::http::idempotency::Turn;
use crate::http::organizations::order;
use crate::http::organizations::record::permissions;
use crate::http::problem::{Document, Problem};
use crate::primitives::ServiceAccountId;

/// What is to be different.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct ChangeServiceAccount {
    /// What people call it, as before when absent.
    name: Option<String>,
    /// What it is for, as before when absent.
    description: Option<String>,
    /// What its keys may do at most, as before when absent.
    permissions: Option<Vec<String>>,
}

/// Changes the account of a program, for all its keys, from their next request on.
#[utoipa::path(
    put,
    operation_id = "change_service_account",
    path = "/v1/service-accounts/{id}",
    tag = "keys",
    params(("id" = String, Path, description = "The account")),
    request_body = ChangeServiceAccount,
    responses(
        (status = 200, description = "Changed", body = Envelope<Record>),
        (status = 404, description = "No such account", body = Document),
        (status = 409, description = "The name is taken", body = Document),
    ),
)]
pub async fn change(
    api: Data<Api>,
    who: Principal,
    id: Path<ServiceAccountId>,
    key: IdempotencyKey,
    body: Body<ChangeServiceAccount>,
) -> Result<Answer<Record>, Problem> {
    let turn = Turn::take(&api, &who, key, &body.fingerprint).await?;
    let ChangeServiceAccount { name, description, permissions: names } = body.content;
    let permissions = names.map(|names| permissions("/permissions", &names)).transpose()?;
    let change = Order::ChangeAccount { id: *id, name, description, permissions };
    let carried = order::order(&api, &who, turn, change).await?;
    let record = record::find(&carried.organization.aggregate, *id)?;
    Ok(Answer::ok(record).written(carried.written).replayed(carried.replayed))
}
