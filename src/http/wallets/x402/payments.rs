use actix_web::web::{Data, Path};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::{IntoParams, ToSchema};

use crate::access::Principal;
use crate::http::answer::{Answer, Envelope, Page};
use crate::http::api::Api;
use crate::http::extract::{MinPosition, Paging, Params};
use crate::http::problem::{Code, Document, Problem};
use crate::http::wallets::deed::Deed;
use crate::journal::StreamId;
use crate::primitives::{PaidEndpointId, PaymentId, RunId};
use crate::projections;
use crate::projections::x402::{Payment, PaymentFilter, Projector};

/// Events of one reading: it has a few.
const PAGE: i64 = 1_000;

/// A request that was paid for.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Payment)]
pub struct Record {
    /// Its id.
    #[schema(example = "pay_01h455vb4pex5vsknk084sn02q")]
    id: String,
    /// The endpoint of the organization that is meant.
    endpoint_id: Option<String>,
    /// The run that wants it.
    run_id: Option<String>,
    /// Its node.
    node_id: Option<String>,
    /// Its workflow.
    workflow_id: Option<String>,
    /// Who wants it.
    made_by: String,
    /// The method.
    method: String,
    /// The URL without its query.
    url: String,
    /// Where it stands: `opened`, `answered`, `declined`, `wanted`, `denied`, `signed`, `pending`, `refused`,
    /// `paid`, `lost`, `expired`.
    status: String,
    /// Who pays.
    wallet_id: Option<String>,
    /// On which chain.
    chain_id: Option<i64>,
    /// In which token.
    token_address: Option<String>,
    /// How much, in its smallest unit.
    amount: Option<String>,
    /// Who is paid.
    pay_to: Option<String>,
    /// The transaction that moved the money.
    transaction_hash: Option<String>,
    /// Why nothing was paid, or given.
    reason: Option<String>,
    /// When it began.
    #[serde(with = "time::serde::rfc3339")]
    opened_at: OffsetDateTime,
    /// When something happened to it the last time.
    #[serde(with = "time::serde::rfc3339")]
    updated_at: OffsetDateTime,
    /// When it was over.
    #[serde(with = "time::serde::rfc3339::option")]
    ended_at: Option<OffsetDateTime>,
}

/// A request that was paid for, with all that happened to it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = PaymentWithHistory)]
pub struct Whole {
    /// As it stands.
    #[serde(flatten)]
    record: Record,
    /// What happened to it, from its beginning on.
    history: Vec<Deed>,
}

/// Which are wanted: all that is given must hold.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub struct Wanted {
    /// Those for this endpoint.
    #[param(value_type = Option<String>)]
    endpoint_id: Option<PaidEndpointId>,
    /// Those of this run.
    #[param(value_type = Option<String>)]
    run_id: Option<RunId>,
    /// Those that stand here.
    status: Option<String>,
    /// How many at most: 1 to 100, 20 when absent.
    limit: Option<i64>,
    /// How many to pass over, at most 10,000.
    offset: Option<i64>,
    /// Where to go on, from the last answer; instead of `offset`.
    cursor: Option<String>,
    /// Waits up to 5 seconds until this position is reached.
    #[param(value_type = Option<i64>)]
    min_position: Option<MinPosition>,
}

impl From<Payment> for Record {
    fn from(it: Payment) -> Self {
        Self {
            id: it.payment_id,
            endpoint_id: it.endpoint_id,
            run_id: it.run_id,
            node_id: it.node_id,
            workflow_id: it.workflow_id,
            made_by: it.made_by,
            method: it.method,
            url: it.url,
            status: it.status,
            wallet_id: it.wallet_id,
            chain_id: it.chain_id,
            token_address: it.token,
            amount: it.amount,
            pay_to: it.pay_to,
            transaction_hash: it.transaction_hash,
            reason: it.reason,
            opened_at: it.opened_at,
            updated_at: it.updated_at,
            ended_at: it.ended_at,
        }
    }
}

/// The requests that were paid for, the latest first.
#[utoipa::path(
    get,
    operation_id = "list_payments",
    path = "/v1/payments",
    tag = "x402",
    params(Wanted),
    responses(
        (status = 200, description = "The payments", body = Envelope<Page<Record>>),
        (status = 400, description = "A parameter is wrong", body = Document),
        (status = 503, description = "The view did not reach `minPosition`", body = Document),
    ),
)]
pub async fn list_payments(
    api: Data<Api>,
    who: Principal,
    query: Params<Wanted>,
) -> Result<Answer<Page<Record>>, Problem> {
    let Wanted { endpoint_id, run_id, status, limit, offset, cursor, min_position } = query.0;
    let paging = Paging::of(limit, offset, cursor)?;
    let filter = PaymentFilter { endpoint: endpoint_id, run: run_id, status, payment: None };
    api.view_at(Projector::NAME, min_position).await?;
    let found = api.payments().list(who.organization, &filter, &paging.of_view()?).await?;
    paging.answer(found, |it| Ok(it.into()))
}

/// A request that was paid for, with all that happened to it, from the ledger.
#[utoipa::path(
    get,
    operation_id = "get_payment",
    path = "/v1/payments/{id}",
    tag = "x402",
    params(("id" = String, Path, description = "The payment")),
    responses(
        (status = 200, description = "The payment", body = Envelope<Whole>),
        (status = 404, description = "There is no such payment", body = Document),
    ),
)]
pub async fn get_payment(
    api: Data<Api>,
    who: Principal,
    id: Path<PaymentId>,
) -> Result<Answer<Whole>, Problem> {
    let id = *id;
    let filter = PaymentFilter { payment: Some(id), ..PaymentFilter::default() };
    let first = projections::Paging::first(1);
    let found = api.payments().list(who.organization, &filter, &first).await?;
    let found = found.items.into_iter().next();
    let record = found.map(Record::from).ok_or_else(|| Problem::new(Code::PaymentNotFound))?;
    let mut history = Vec::new();
    for recorded in &api.journal.read_stream(&StreamId::payment(id), 0, PAGE).await? {
        history.push(Deed::of(recorded.position, &recorded.payment()?)?);
    }
    Ok(Answer::ok(Whole { record, history }))
}
