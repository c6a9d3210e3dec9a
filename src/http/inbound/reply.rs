//! What a sender is answered.

use std::sync::Arc;
use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, Responder};
use engine::RunStatus;
use serde::Serialize;
use serde_json::Value;
use tokio::sync::Semaphore;
use utoipa::ToSchema;

use crate::http::answer::{Answer, Written};
use crate::http::api::Api;
use crate::http::problem::{Code, Problem};
use crate::http::runs::until_over;
use crate::primitives::RunId;
use crate::triggers::webhook::Respond;

/// How many senders of a process wait for the end of their run; one more is answered at once.
const WAITING: usize = 64;
/// The run whose output an answer is.
const RUN: HeaderName = HeaderName::from_static("chainkeel-run");

/// The places of those who wait. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Waiting(Arc<Semaphore>);

impl Default for Waiting {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(WAITING)))
    }
}

/// What became of a delivery.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Taken {
    /// The run that has begun.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, example = "run_01h455vb4pex5vsknk084sn02q")]
    pub(super) run_id: Option<RunId>,
    /// Why none has begun, though the delivery was taken in: `cooling_down`, `passed_over`,
    /// `repeated`, `listening`, `ignored`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) skipped: Option<&'static str>,
}

/// A run has begun, now or when the delivery came first.
pub(super) fn begun(request: &HttpRequest, run: RunId, written: Option<Written>) -> HttpResponse {
    let answer = Answer::accepted(Taken { run_id: Some(run), skipped: None });
    let repeated = written.is_none();
    let answer = match written {
        Some(written) => answer.written(written),
        None => answer,
    };
    answer.replayed(repeated).respond_to(request)
}

/// It was taken in and starts nothing: a sender that tried again would find the same.
pub(super) fn skipped(request: &HttpRequest, why: &'static str) -> HttpResponse {
    Answer::accepted(Taken { run_id: None, skipped: Some(why) }).respond_to(request)
}

/// The end of the run as the author wants it answered; `None` when it is not over in time.
pub(super) async fn ended(
    api: &Api,
    run: RunId,
    respond: &Respond,
) -> Result<Option<HttpResponse>, Problem> {
    let Ok(_place) = api.waiting.0.try_acquire() else { return Ok(None) };
    let over = until_over(api, run, Duration::from_millis(respond.timeout_ms)).await?;
    match over.status() {
        RunStatus::Running | RunStatus::Waiting => Ok(None),
        RunStatus::Success => {
            let nothing = Value::Null;
            let output = over.output().map_or(&nothing, |output| &**output);
            let told = output.pointer(&respond.body).unwrap_or(&nothing);
            let status = StatusCode::from_u16(respond.status).unwrap_or(StatusCode::OK);
            let run = HeaderValue::from_str(&run.to_string()).map_err(Problem::internal)?;
            Ok(Some(HttpResponse::build(status).insert_header((RUN, run)).json(told)))
        }
        RunStatus::Failure | RunStatus::Cancelled => Err(Problem::new(Code::WebhookRunFailed)
            .because(format_args!("the run {run} did not succeed"))),
    }
}
