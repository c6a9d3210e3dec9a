use actix_web::web::{Data, Path, Payload};
use actix_web::{HttpRequest, HttpResponse};

use super::door::sell;
use super::told::Standing;
use crate::http::answer::Envelope;
use crate::http::api::Api;
use crate::http::problem::{Document, Problem};
use crate::primitives::WorkflowId;

/// Starts a run that is paid for by x402. Without a payment it answers 402 and what is asked: in the body as
/// version 1 has it, in the header `PAYMENT-REQUIRED` as version 2 does. With one, the same authorization starts one
/// run, whoever presents it and however often; presented again, it tells how that run and its payment stand.
#[utoipa::path(
    post,
    operation_id = "buy_run",
    path = "/v1/x402/{id}",
    tag = "x402",
    security(()),
    params(
        ("id" = String, Path, description = "The workflow that is sold"),
        ("PAYMENT-SIGNATURE" = Option<String>, Header, description = "The payment, as version 2 has it"),
        ("X-PAYMENT" = Option<String>, Header, description = "The payment, as version 1 has it"),
    ),
    request_body(content = Object, description = "Anything that the workflow takes, up to 1 MiB"),
    responses(
        (status = 200, description = "It is paid, and the run is over: what the workflow answers"),
        (status = 202, description = "It is paid or pending, and the run has begun", body = Envelope<Standing>),
        (status = 400, description = "The payment cannot be read", body = Document),
        (status = 402, description = "What is asked, and why a payment was not taken"),
        (status = 404, description = "Nothing is sold here", body = Document),
        (status = 409, description = "The authorization was for another request, or no run begins now", body = Document),
        (status = 413, description = "The body is larger than the workflow takes", body = Document),
        (status = 415, description = "The workflow does not take bodies of this type", body = Document),
        (status = 422, description = "The body is not what the workflow declares; nothing was paid", body = Document),
        (status = 429, description = "Too much at once", body = Document),
        (status = 502, description = "It is paid, and the run failed", body = Document),
        (status = 503, description = "Nobody can say now whether the payment is good; nothing was paid", body = Document),
    ),
)]
pub async fn buy(
    api: Data<Api>,
    id: Path<WorkflowId>,
    request: HttpRequest,
    payload: Payload,
) -> Result<HttpResponse, Problem> {
    sell(&api, *id, &request, payload.into_inner()).await
}

/// The same with the parameters of the query as its body, where the workflow takes it.
#[utoipa::path(
    get,
    operation_id = "buy_run_by_get",
    path = "/v1/x402/{id}",
    tag = "x402",
    security(()),
    params(
        ("id" = String, Path, description = "The workflow that is sold"),
        ("PAYMENT-SIGNATURE" = Option<String>, Header, description = "The payment, as version 2 has it"),
        ("X-PAYMENT" = Option<String>, Header, description = "The payment, as version 1 has it"),
    ),
    responses(
        (status = 200, description = "It is paid, and the run is over: what the workflow answers"),
        (status = 202, description = "It is paid or pending, and the run has begun", body = Envelope<Standing>),
        (status = 402, description = "What is asked, and why a payment was not taken"),
        (status = 404, description = "Nothing is sold here", body = Document),
        (status = 405, description = "The workflow does not take this method", body = Document),
    ),
)]
pub async fn buy_by_get(
    api: Data<Api>,
    id: Path<WorkflowId>,
    request: HttpRequest,
    payload: Payload,
) -> Result<HttpResponse, Problem> {
    sell(&api, *id, &request, payload.into_inner()).await
}
