use std::sync::Arc;
use std::time::Duration;

use actix_web::web::{Data, Path};
use engine::Trigger;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::access::Principal;
use crate::actors::{Context, Placed, Refused, StartRun};
use crate::http::answer::{Answer, Envelope};
use crate::http::api::{Api, PATIENCE};
use crate::http::extract::{Body, Caller, IdempotencyKey};
use crate::http::idempotency::Turn;
use crate::http::problem::{Code, Document, Problem};
use crate::http::runs::order;
use crate::journal::StreamId;
use crate::primitives::{RunId, WorkflowId};

/// When a caller should come again who waited in vain for a trigger index that is behind.
const RETRY_AFTER: Duration = Duration::from_secs(1);

/// What the run is about.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct StartWorkflow {
    /// Its input: `{{$trigger.body}}` and `{{$inputs}}` in the definition. `{}` when absent.
    #[schema(value_type = Option<Object>)]
    payload: Option<Value>,
}

/// A run that has begun.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Started {
    /// The run.
    #[schema(value_type = String, example = "run_01h455vb4pex5vsknk084sn02q")]
    pub run_id: RunId,
}

/// Starts a run of the live version. Answers once its first events are durable.
#[utoipa::path(
    post,
    operation_id = "run_workflow",
    path = "/v1/workflows/{id}/run",
    tag = "workflows",
    params(
        ("id" = String, Path, description = "The workflow"),
        ("Idempotency-Key" = Option<String>, Header, description = "Starts one run only"),
        ("traceparent" = Option<String>, Header, description = "The trace that the run's is linked to (W3C Trace Context)"),
    ),
    request_body = Option<StartWorkflow>,
    responses(
        (status = 202, description = "Begun", body = Envelope<Started>),
        (status = 404, description = "No such workflow", body = Document),
        (status = 409, description = "It is not published", body = Document),
        (status = 429, description = "Too much at once", body = Document),
    ),
)]
pub async fn run(
    api: Data<Api>,
    who: Principal,
    id: Path<WorkflowId>,
    key: IdempotencyKey,
    caller: Caller,
    body: Body<StartWorkflow>,
) -> Result<Answer<Started>, Problem> {
    let turn = Turn::take(&api, &who, key, &body.fingerprint).await?;
    if api.hides(&who, *id) {
        return Err(Problem::new(Code::WorkflowNotFound));
    }
    let payload =
        Arc::new(body.content.payload.unwrap_or_else(|| Value::Object(serde_json::Map::new())));
    let trigger = Trigger {
        kind: "manual".to_owned(),
        source: "manual".to_owned(),
        body: Arc::clone(&payload),
        headers: caller.kept(),
    };
    let order = StartRun {
        run: api.desk.new_run(),
        workflow: *id,
        trigger,
        input: payload,
        claim: None,
        parent: None,
        subject: None,
    };
    order::begin(&api, &who, turn, async |run, context| {
        start(&api, StartRun { run, ..order.clone() }, context).await
    })
    .await
}

/// Starts a run. When the trigger index of this process is behind the ledger, a refusal may be out
/// of date: it is asked once more when what is recorded of the workflow has come to the index. What has not
/// come there in time is not known to be refused.
async fn start(api: &Api, order: StartRun, context: Context) -> Result<Placed, Refused> {
    let refused = match api.desk.start(order.clone(), context.clone()).await {
        Err(refused @ (Refused::UnknownWorkflow | Refused::NotLive)) => refused,
        answer => return answer.map_err(in_the_payload),
    };
    let stream = StreamId::workflow(order.workflow);
    let Some(sequence) = api.journal.last_sequence(&stream, i64::MAX).await? else {
        return Err(refused);
    };
    let position = api.tail.wait_for(&stream, sequence, PATIENCE).await;
    let is_known = match position {
        Some(position) => api.index.wait_for(position, PATIENCE).await,
        None => false,
    };
    if !is_known {
        return Err(Refused::Busy { retry_after: RETRY_AFTER });
    }
    api.desk.start(order, context).await.map_err(in_the_payload)
}

/// The input is what the body holds as `payload`.
fn in_the_payload(refused: Refused) -> Refused {
    refused.under("/payload")
}
