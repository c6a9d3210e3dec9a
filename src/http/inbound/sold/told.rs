//! What somebody is told who has paid for a run, by how its payment and the run stand.

use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, HeaderName, RETRY_AFTER};
use actix_web::{HttpRequest, HttpResponse, Responder, ResponseError};
use serde::Serialize;
use tokio::time::{Instant, timeout};
use utoipa::ToSchema;

use super::ask::Asking;
use crate::aggregates::sale::{Reservation, Sale, Stage};
use crate::http::answer::Answer;
use crate::http::api::Api;
use crate::http::inbound::reply;
use crate::http::middleware::request_id;
use crate::http::problem::{Code, Problem};
use crate::primitives::{RunId, SaleId};
use crate::triggers::webhook::Respond;
use crate::x402::{Receipt, encoded};

/// How long somebody waits for his payment who waits for nothing else.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long is waited between two looks at a sale at most.
const LOOK: Duration = Duration::from_millis(250);
/// When to ask again.
const AGAIN_SECONDS: &str = "2";

/// How a payment and its run stand.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = SaleStanding)]
pub struct Standing {
    /// The sale.
    #[schema(value_type = String, example = "sale_01h455vb4pex5vsknk084sn02q")]
    sale_id: SaleId,
    /// `pending`: it is not known yet whether the money moved; present the same payment again to learn it.
    /// `settled`: it did.
    payment: &'static str,
    /// The run, once it has begun.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, example = "run_01h455vb4pex5vsknk084sn02q")]
    run_id: Option<RunId>,
}

/// Tells how a sale stands, when it is known or the time is up.
pub(super) async fn standing(
    api: &Api,
    request: &HttpRequest,
    reservation: &Reservation,
    respond: Option<&Respond>,
    is_repeated: bool,
) -> Result<HttpResponse, Problem> {
    let respond = respond.filter(|respond| respond.wait);
    let patience = respond.map_or(PATIENCE, |it| Duration::from_millis(it.timeout_ms));
    let end = Instant::now() + patience;
    let sale = until_known(api, reservation.sale_id, end).await?;
    let asking =
        Asking { terms: reservation.terms.clone(), resource: reservation.resource.clone() };
    let version = reservation.payment.version;
    let mut receipt = Receipt {
        is_success: false,
        reason: None,
        transaction: None,
        payer: Some(reservation.payment.authorization.from),
    };
    let mut response = match &sale.stage {
        Stage::Refused { reason } => {
            let why = format!("the payment came to nothing: {reason}");
            receipt.reason = Some(reason.clone());
            return Ok(asking.refused(&why, (version, &receipt)));
        }
        Stage::Declined { .. } => {
            // Strangers are not told how the organization stands.
            let message = "no run begins now, and nothing was paid: sign a new payment later";
            return Err(Problem::new(Code::WorkflowRefuses).because(message));
        }
        Stage::Settled { transaction } => {
            receipt.is_success = true;
            receipt.transaction = *transaction;
            paid(api, request, &sale, (reservation, respond), (end, is_repeated)).await
        }
        Stage::Nothing | Stage::Reserved | Stage::Begun | Stage::Asked | Stage::Doubted { .. } => {
            let standing =
                Standing { sale_id: reservation.sale_id, payment: "pending", run_id: sale.run };
            let answer = Answer::accepted(standing).replayed(is_repeated);
            let mut response = answer.respond_to(request);
            response.headers_mut().insert(RETRY_AFTER, AGAIN_SECONDS.parse().map_err(odd)?);
            return Ok(response);
        }
    };
    let name = HeaderName::from_static(version.receipt_header());
    let value = encoded(&receipt.written(version, reservation.terms.chain));
    response.headers_mut().insert(name, value.parse().map_err(odd)?);
    response.headers_mut().insert(CACHE_CONTROL, "no-store".parse().map_err(odd)?);
    Ok(response)
}

fn odd(error: actix_web::http::header::InvalidHeaderValue) -> Problem {
    Problem::internal(error)
}

/// What is given for money that moved: what the run answers, where that is waited for.
async fn paid(
    api: &Api,
    request: &HttpRequest,
    sale: &Sale,
    (reservation, respond): (&Reservation, Option<&Respond>),
    (end, is_repeated): (Instant, bool),
) -> HttpResponse {
    let waited = match (sale.run, respond) {
        (Some(run), Some(respond)) => {
            let left = end.saturating_duration_since(Instant::now());
            // A run that was over before is looked at once, however long its buyer waited.
            let left = u64::try_from(left.as_millis()).unwrap_or_default().max(1);
            reply::ended(api, run, &Respond { timeout_ms: left, ..respond.clone() }).await
        }
        (Some(_) | None, _) => Ok(None),
    };
    match waited {
        Ok(Some(response)) => response,
        // With the receipt: the money moved all the same.
        Err(problem) => HttpResponse::build(problem.status_code())
            .content_type("application/problem+json")
            .json(problem.document(&request_id::of(request))),
        Ok(None) => {
            let standing =
                Standing { sale_id: reservation.sale_id, payment: "settled", run_id: sale.run };
            let mut response = Answer::accepted(standing).replayed(is_repeated).respond_to(request);
            *response.status_mut() = StatusCode::ACCEPTED;
            response
        }
    }
}

/// The sale when it is over, or when the time is.
async fn until_known(api: &Api, id: SaleId, end: Instant) -> Result<Sale, Problem> {
    let mut head = api.tail.watch_head();
    loop {
        let sale = api.cashier.sale(id).await?;
        if sale.stage.is_over() || Instant::now() >= end {
            return Ok(sale);
        }
        let look = LOOK.min(end.saturating_duration_since(Instant::now()));
        let _ = timeout(look, head.changed()).await;
    }
}
