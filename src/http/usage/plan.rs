use actix_web::web::Data;
use serde::Deserialize;
use utoipa::ToSchema;

use super::order;
use super::record::AccountRecord;
use crate::access::Principal;
use crate::aggregates::account::{Order, Plan};
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::extract::{Body, IdempotencyKey};
use crate::http::problem::{Code, Document, Problem};

/// How usage is counted.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct SetPlan {
    /// `unlimited`, or `metered`: counted against a balance from today (UTC) on.
    mode: Wish,
    /// Metered: units that are granted in each month, the present one included; none when absent.
    monthly_grant: Option<u64>,
    /// Metered: nothing new starts unless the balance is above this; 0 when absent.
    min_threshold: Option<u64>,
}

/// What is wished for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum Wish {
    /// Nobody is ever stopped.
    Unlimited,
    /// Usage is counted against a balance.
    Metered,
}

/// Says whether the organization's usage is counted against a balance. Only the holder of the
/// installation's admin key may.
#[utoipa::path(
    put,
    operation_id = "set_usage_plan",
    path = "/v1/usage/plan",
    tag = "usage",
    params(("Idempotency-Key" = Option<String>, Header, description = "Carries the request out once")),
    request_body = SetPlan,
    responses(
        (status = 200, description = "Done", body = Envelope<AccountRecord>),
        (status = 422, description = "An amount is out of bounds", body = Document),
    ),
)]
pub async fn plan(
    api: Data<Api>,
    who: Principal,
    key: IdempotencyKey,
    body: Body<SetPlan>,
) -> Result<Answer<AccountRecord>, Problem> {
    let SetPlan { mode, monthly_grant, min_threshold } = body.content;
    let order = match mode {
        Wish::Metered => Order::Meter(Plan {
            monthly_grant: monthly_grant.unwrap_or(0),
            min_threshold: min_threshold.unwrap_or(0),
        }),
        Wish::Unlimited if monthly_grant.is_some() || min_threshold.is_some() => {
            let message = "takes neither `monthlyGrant` nor `minThreshold` when it is `unlimited`";
            return Err(Problem::new(Code::InvalidBody).at("/mode", message));
        }
        Wish::Unlimited => Order::Unmeter,
    };
    order::order(&api, &who, key, &body.fingerprint, order).await
}
