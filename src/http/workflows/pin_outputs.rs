use std::collections::BTreeMap;
use std::sync::Arc;

use actix_web::web::{Data, Path};
use engine::Json;
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::order;
use super::record::Record;
use crate::access::Principal;
use crate::aggregates::workflow::Order;
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::extract::{Body, IdempotencyKey};
use crate::http::idempotency::Turn;
use crate::http::problem::{Code, Detail, Document, Problem};
use crate::primitives::WorkflowId;

/// How many outputs may be pinned.
const MAX_PINS: usize = 200;

/// The outputs that are pinned from now on.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct PinOutputs {
    /// The `version` of the workflow that the author saw: another one now is a conflict.
    expected_current_version: Option<u64>,
    /// By node id; all that were pinned before are replaced. At most 200, each a result's size.
    #[schema(value_type = Object)]
    pinned_outputs: BTreeMap<String, Value>,
}

/// Pins results to nodes: simulations and tests are answered with them where there is no mock.
/// Runs never are.
#[utoipa::path(
    put,
    operation_id = "pin_outputs",
    path = "/v1/workflows/{id}/pinned-outputs",
    tag = "workflows",
    params(("id" = String, Path, description = "The workflow")),
    request_body = PinOutputs,
    responses(
        (status = 200, description = "Pinned", body = Envelope<Record>),
        (status = 404, description = "No such workflow", body = Document),
        (status = 409, description = "Somebody else changed it, or it is archived", body = Document),
        (status = 422, description = "Too many, or too large", body = Document),
    ),
)]
pub async fn pin_outputs(
    api: Data<Api>,
    who: Principal,
    id: Path<WorkflowId>,
    key: IdempotencyKey,
    body: Body<PinOutputs>,
) -> Result<Answer<Record>, Problem> {
    let PinOutputs { expected_current_version, pinned_outputs } = body.content;
    let pins = accepted(pinned_outputs)?;
    let turn = Turn::take(&api, &who, key, &body.fingerprint).await?;
    let pin = Order::PinOutputs { expected_version: expected_current_version, pins };
    let done = order::order(&api, &who, turn, *id, pin).await?;
    order::answer(&api, &who, done).await
}

fn accepted(pins: BTreeMap<String, Value>) -> Result<BTreeMap<String, Json>, Problem> {
    if pins.len() > MAX_PINS {
        let message = format!("there are more than {MAX_PINS}");
        return Err(Problem::new(Code::InvalidBody).at("/pinnedOutputs", message));
    }
    let excesses = pins.iter().filter_map(|(node, result)| {
        let excess = engine::within_limits(result).err()?;
        Some(Detail::new(format!("/pinnedOutputs/{node}"), format!("it {excess}")))
    });
    let excesses: Vec<Detail> = excesses.collect();
    if !excesses.is_empty() {
        return Err(Problem::new(Code::InvalidBody).with_details(excesses));
    }
    Ok(pins.into_iter().map(|(node, result)| (node, Arc::new(result))).collect())
}
