use actix_web::web::{Data, Path, Payload};
use actix_web::{HttpRequest, HttpResponse};

use super::receive::receive;
use super::reply::Taken;
use crate::http::answer::Envelope;
use crate::http::api::Api;
use crate::http::problem::{Document, Problem};

/// Starts a run of the workflow that listens under this URL, or answers why not. What is taken
/// (methods, types, sizes, networks, signatures) is for the workflow's trigger to say; without a word
/// it is a POST of JSON, a form or text. A delivery that names itself starts one run, however often it
/// is repeated.
#[utoipa::path(
    post,
    path = "/v1/webhooks/{secret}",
    tag = "webhooks",
    security(()),
    params(("secret" = String, Path, description = "The secret in the workflow's webhook URL")),
    request_body(content = Object, description = "Anything that the workflow takes, up to 1 MiB"),
    responses(
        (status = 200, description = "The run is over: what the workflow answers"),
        (status = 202, description = "A run has begun, or the delivery was passed over", body = Envelope<Taken>),
        (status = 401, description = "It is not signed as the workflow wants", body = Document),
        (status = 403, description = "Not from there", body = Document),
        (status = 404, description = "No live workflow listens here", body = Document),
        (status = 405, description = "The workflow does not take this method", body = Document),
        (status = 413, description = "The body is larger than the workflow takes", body = Document),
        (status = 415, description = "The workflow does not take bodies of this type", body = Document),
        (status = 422, description = "The body is not what the workflow declares", body = Document),
        (status = 429, description = "Too much at once", body = Document),
        (status = 502, description = "The run that was waited for failed", body = Document),
    ),
)]
pub async fn webhook(
    api: Data<Api>,
    secret: Path<String>,
    request: HttpRequest,
    payload: Payload,
) -> Result<HttpResponse, Problem> {
    receive(&api, &secret, &request, payload.into_inner()).await
}

/// The same with the parameters of the query as its body, where the workflow takes it.
#[utoipa::path(
    get,
    path = "/v1/webhooks/{secret}",
    tag = "webhooks",
    security(()),
    params(("secret" = String, Path, description = "The secret in the workflow's webhook URL")),
    responses(
        (status = 202, description = "A run has begun, or the delivery was passed over", body = Envelope<Taken>),
        (status = 404, description = "No live workflow listens here", body = Document),
        (status = 405, description = "The workflow does not take this method", body = Document),
    ),
)]
pub async fn webhook_get(
    api: Data<Api>,
    secret: Path<String>,
    request: HttpRequest,
    payload: Payload,
) -> Result<HttpResponse, Problem> {
    receive(&api, &secret, &request, payload.into_inner()).await
}

/// The same as a POST, where the workflow takes it.
#[utoipa::path(
    put,
    path = "/v1/webhooks/{secret}",
    tag = "webhooks",
    security(()),
    params(("secret" = String, Path, description = "The secret in the workflow's webhook URL")),
    request_body(content = Object, description = "Anything that the workflow takes, up to 1 MiB"),
    responses(
        (status = 202, description = "A run has begun, or the delivery was passed over", body = Envelope<Taken>),
        (status = 404, description = "No live workflow listens here", body = Document),
        (status = 405, description = "The workflow does not take this method", body = Document),
    ),
)]
pub async fn webhook_put(
    api: Data<Api>,
    secret: Path<String>,
    request: HttpRequest,
    payload: Payload,
) -> Result<HttpResponse, Problem> {
    receive(&api, &secret, &request, payload.into_inner()).await
}

/// The same as a POST, where the workflow takes it.
#[utoipa::path(
    patch,
    path = "/v1/webhooks/{secret}",
    tag = "webhooks",
    security(()),
    params(("secret" = String, Path, description = "The secret in the workflow's webhook URL")),
    request_body(content = Object, description = "Anything that the workflow takes, up to 1 MiB"),
    responses(
        (status = 202, description = "A run has begun, or the delivery was passed over", body = Envelope<Taken>),
        (status = 404, description = "No live workflow listens here", body = Document),
        (status = 405, description = "The workflow does not take this method", body = Document),
    ),
)]
pub async fn webhook_patch(
    api: Data<Api>,
    secret: Path<String>,
    request: HttpRequest,
    payload: Payload,
) -> Result<HttpResponse, Problem> {
    receive(&api, &secret, &request, payload.into_inner()).await
}
