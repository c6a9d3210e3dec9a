use actix_web::web::Data;
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::record::{Record, carry_out, mode_of};
use crate::access::Principal;
use crate::aggregates::signing_policy::Order;
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::extract::{Body, IdempotencyKey};
use crate::http::problem::{Code, Detail, Document, Problem};
use crate::policies;

/// The longest policy, in bytes: the stream of all of them is read about each transaction.
const MAX_POLICY: usize = 64 * 1024;

/// A policy that is to count.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct DefinePolicy {
    /// Its name: 1 to 64 lower-case letters, digits and hyphens. Where there is one of this name, this is
    /// its next version.
    #[schema(example = "suppliers")]
    name: String,
    /// What it says: `docs/policies.md`.
    #[schema(value_type = Object)]
    document: Value,
    /// `enforce`, `monitor` or `off`; as before where nothing is said, and `enforce` where it is new.
    mode: Option<String>,
}

/// Defines a policy, or its next version. What lets more through than before counts after the delay, if
/// the organization set one; everything else at once.
#[utoipa::path(
    post,
    operation_id = "define_policy",
    path = "/v1/policies",
    tag = "policies",
    params(("Idempotency-Key" = Option<String>, Header, description = "Carries the request out once")),
    request_body = DefinePolicy,
    responses(
        (status = 200, description = "It is defined", body = Envelope<Record>),
        (status = 409, description = "There are too many", body = Document),
        (status = 422, description = "The policy is wrong: `details` says where and how", body = Document),
    ),
)]
pub async fn define(
    api: Data<Api>,
    who: Principal,
    key: IdempotencyKey,
    body: Body<DefinePolicy>,
) -> Result<Answer<Record>, Problem> {
    let DefinePolicy { name, document, mode } = body.content;
    let is_name = (1..=64).contains(&name.len())
        && name.bytes().all(|it| it.is_ascii_lowercase() || it.is_ascii_digit() || it == b'-');
    if !is_name {
        let message = "must be 1 to 64 lower-case letters, digits and hyphens";
        return Err(Problem::new(Code::InvalidBody).at("/name", message));
    }
    if document.to_string().len() > MAX_POLICY {
        let message = "must be 64 KiB or less: make two policies of it";
        return Err(Problem::new(Code::InvalidBody).at("/document", message));
    }
    let document = Box::new(policies::Document::read(&document).map_err(|faults| {
        let detail = |it: policies::Fault| Detail::new(format!("/document{}", it.path), it.message);
        Problem::new(Code::InvalidBody).with_details(faults.into_iter().map(detail).collect())
    })?);
    let mode = mode.as_deref().map(mode_of).transpose()?;
    let order = Order::Define { name: name.clone(), document, mode };
    let done = carry_out(&api, &who, (key, &body.fingerprint), order).await?;
    let written = api.written(&done.stream, done.sequence).await;
    let record = Record::load(&api, &who, &name).await?;
    Ok(Answer::ok(record).written(written).replayed(done.replayed))
}
