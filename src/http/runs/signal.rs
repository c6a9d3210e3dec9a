use actix_web::web::{Data, Path};
use serde::Deserialize;
use serde_json::Value;
use std::sync::Arc;
use utoipa::ToSchema;

use super::order;
use crate::access::Principal;
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::extract::{Body, IdempotencyKey};
use crate::http::idempotency::Turn;
use crate::http::problem::{Code, Document, Problem};
use crate::http::workflows::Started;
use crate::primitives::RunId;

/// How long the name of a signal may be, in bytes.
const MAX_NAME: usize = 128;

/// A signal to a run.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Signal {
    /// Its name, as waits with `triggerType` `signal` give it.
    #[serde(alias = "type")]
    #[schema(example = "approved")]
    signal: String,
    /// It becomes `triggerResult` of the waiting nodes.
    #[schema(value_type = Option<Object>)]
    #[serde(default)]
    payload: Value,
}

/// Lets every node of a run go on that waits for this signal.
#[utoipa::path(
    post,
    operation_id = "signal_run",
    path = "/v1/runs/{id}/signal",
    tag = "runs",
    params(
        ("id" = String, Path, description = "The run"),
        ("Idempotency-Key" = Option<String>, Header, description = "Carries the request out once"),
    ),
    request_body = Signal,
    responses(
        (status = 202, description = "What waited for it goes on", body = Envelope<Started>),
        (status = 404, description = "No such run", body = Document),
        (status = 409, description = "No node of the run waits for this signal", body = Document),
    ),
)]
pub async fn signal(
    api: Data<Api>,
    who: Principal,
    id: Path<RunId>,
    key: IdempotencyKey,
    body: Body<Signal>,
) -> Result<Answer<Started>, Problem> {
    let Body { content: Signal { signal, payload }, fingerprint } = body;
    if signal.is_empty() || signal.len() > MAX_NAME {
        return Err(Problem::new(Code::InvalidBody)
            .at("/signal", format_args!("must have 1 to {MAX_NAME} bytes")));
    }
    let turn = Turn::take(&api, &who, key, &fingerprint).await?;
    let data = Arc::new(payload);
    let order = async |context| api.desk.signal(*id, signal, data, context).await;
    order::answer(&api, &who, turn, *id, order).await
}
