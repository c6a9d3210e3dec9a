use std::sync::Arc;

use actix_web::http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_MAX_AGE,
};
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse, Responder};
use engine::Trigger;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::gate::{self, Open};
use super::origin;
use crate::access::Principal;
use crate::actors::StartRun;
use crate::http::answer::Envelope;
use crate::http::api::Api;
use crate::http::extract::{Body, Caller, IdempotencyKey};
use crate::http::idempotency::Turn;
use crate::http::problem::{Code, Document, Problem};
use crate::http::runs::order;
use crate::primitives::{RunId, WorkflowId};

/// How long a browser may remember what it was told about an origin, in seconds.
const PREFLIGHT_SECONDS: &str = "600";

/// What a run is given.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Execute {
    /// The inputs that the workflow declares, and no others.
    #[schema(value_type = Option<Object>)]
    payload: Option<Map<String, Value>>,
}

/// A run that has begun, and the right to see how it stands.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Executed {
    /// The run.
    #[schema(value_type = String, example = "run_01h455vb4pex5vsknk084sn02q")]
    run_id: RunId,
    /// Shows how it stands, as `?token=` of `GET /v1/public/runs/{id}`. Nobody can guess it.
    token: String,
}

/// Starts a run of a workflow that everybody may execute. It takes the declared inputs and nothing
/// else, and is counted by a rate of its own.
#[utoipa::path(
    post,
    operation_id = "execute_public_workflow",
    path = "/v1/public/workflows/{id}/run",
    tag = "public",
    security(()),
    params(
        ("id" = String, Path, description = "The workflow"),
        ("Origin" = Option<String>, Header, description = "Where the browser is that asks"),
        ("Chainkeel-Ticket" = Option<String>, Header, description = "What the embedded page was served with, whose origin is `null`"),
        ("Idempotency-Key" = Option<String>, Header, description = "Starts one run only"),
    ),
    request_body = Option<Execute>,
    responses(
        (status = 202, description = "Begun", body = Envelope<Executed>),
        (status = 403, description = "Not from this origin", body = Document),
        (status = 404, description = "No such workflow, or not everybody may execute it", body = Document),
        (status = 409, description = "It starts no run now", body = Document),
        (status = 422, description = "The payload is not what it declares", body = Document),
        (status = 429, description = "Too many runs", body = Document),
    ),
)]
pub async fn execute(
    api: Data<Api>,
    id: Path<WorkflowId>,
    key: IdempotencyKey,
    request: HttpRequest,
    body: Body<Execute>,
) -> Result<HttpResponse, Problem> {
    let open = executable(&api, *id)?;
    origin::must_be_allowed(&api, *id, &open, &request)?;
    count(&api, *id, &request)?;
    let payload = body.content.payload.unwrap_or_default();
    only_declared(&open, &payload)?;
    let who = Principal::public(open.organization, *id);
    let turn = Turn::take(&api, &who, key, &body.fingerprint).await?;
    let payload = Arc::new(Value::Object(payload));
    let trigger = Trigger {
        kind: "public".to_owned(),
        source: "public".to_owned(),
        body: Arc::clone(&payload),
        headers: Caller::of(&request).kept(),
    };
    let start = |run| StartRun {
        run,
        workflow: *id,
        trigger,
        input: payload,
        claim: None,
        parent: None,
        subject: None,
    };
    let begun = order::begin(&api, &who, turn, async |run, context| {
        api.desk.start(start(run), context).await.map_err(|refused| refused.under("/payload"))
    });
    let begun = begun.await.map_err(hide)?;
    let told = begun.map(|begun| Executed {
        run_id: begun.run_id,
        token: api.webhook_secrets.token_of_run(begun.run_id),
    });
    Ok(told.without_place().respond_to(&request))
}

/// Tells a browser whether it may ask from where it is.
#[utoipa::path(
    options,
    operation_id = "preflight_public_workflow",
    path = "/v1/public/workflows/{id}/run",
    tag = "public",
    security(()),
    params(
        ("id" = String, Path, description = "The workflow"),
        ("Origin" = Option<String>, Header, description = "Where the browser is that asks"),
    ),
    responses(
        (status = 204, description = "It may"),
        (status = 403, description = "Not from this origin", body = Document),
        (status = 404, description = "No such workflow, or not everybody may execute it", body = Document),
    ),
)]
pub async fn preflight(
    api: Data<Api>,
    id: Path<WorkflowId>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let open = executable(&api, *id)?;
    let mut response = HttpResponse::NoContent();
    if origin::may_ask(&open, &request)? {
        response
            .insert_header((ACCESS_CONTROL_ALLOW_METHODS, "POST"))
            .insert_header((
                ACCESS_CONTROL_ALLOW_HEADERS,
                "Content-Type, Idempotency-Key, Chainkeel-Ticket",
            ))
            .insert_header((ACCESS_CONTROL_MAX_AGE, PREFLIGHT_SECONDS));
    }
    Ok(response.finish())
}

fn executable(api: &Api, id: WorkflowId) -> Result<Open, Problem> {
    let open = gate::open(api, id)?;
    if open.executable { Ok(open) } else { Err(Problem::new(Code::WorkflowNotFound)) }
}

pub(in crate::http) fn count(
    api: &Api,
    id: WorkflowId,
    request: &HttpRequest,
) -> Result<(), Problem> {
    let Some(address) = origin::address_of(api, request) else { return Ok(()) };
    api.rates
        .execute(id, address)
        .map_err(|full| Problem::new(Code::RateLimited).retry_after(full.retry_after))
}

/// A stranger hands in what the workflow asks for, and nothing that it might stumble over.
fn only_declared(open: &Open, payload: &Map<String, Value>) -> Result<(), Problem> {
    let declared = open.live.definition.input_schema();
    match payload.keys().find(|key| declared.iter().all(|field| field.key != **key)) {
        None => Ok(()),
        Some(key) => {
            let mut place = "/payload".to_owned();
            crate::primitives::pointer::push(&mut place, key);
            Err(Problem::new(Code::InvalidInput).at(place, "is no input of this workflow"))
        }
    }
}

/// Strangers are not told how the organization stands.
fn hide(problem: Problem) -> Problem {
    const NOT_NOW: [Code; 4] =
        [Code::WorkflowRefuses, Code::RunsUsedUp, Code::CuExhausted, Code::CoolingDown];
    if NOT_NOW.contains(&problem.code()) {
        let message = "this workflow starts no run now: try again later";
        return Problem::new(Code::WorkflowRefuses).because(message);
    }
    problem
}
