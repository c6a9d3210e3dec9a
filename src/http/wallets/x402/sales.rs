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
use crate::primitives::{SaleId, WorkflowId};
use crate::projections;
use crate::projections::x402::{Projector, Sale, SaleFilter};

/// Events of one reading: it has a few.
const PAGE: i64 = 1_000;

/// A run that somebody paid for.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Sale)]
pub struct Record {
    /// Its id.
    #[schema(example = "sale_01h455vb4pex5vsknk084sn02q")]
    id: String,
    /// What was sold.
    workflow_id: String,
    /// The run that it started.
    run_id: Option<String>,
    /// Where it stands: `reserved`, `pending`, `settled`, `refused`, `declined`.
    status: String,
    /// Who pays.
    payer: String,
    /// On which chain.
    chain_id: i64,
    /// In which token.
    token_address: String,
    /// How much, in its smallest unit.
    amount: String,
    /// Who is paid.
    pay_to: String,
    /// The transaction that moved the money.
    transaction_hash: Option<String>,
    /// Why it did not move, or why that is not known.
    reason: Option<String>,
    /// When it was presented.
    #[serde(with = "time::serde::rfc3339")]
    reserved_at: OffsetDateTime,
    /// When something happened to it the last time.
    #[serde(with = "time::serde::rfc3339")]
    updated_at: OffsetDateTime,
    /// When it was over.
    #[serde(with = "time::serde::rfc3339::option")]
    ended_at: Option<OffsetDateTime>,
}

/// A run that somebody paid for, with all that happened to it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = SaleWithHistory)]
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
    /// Those of runs of this workflow.
    #[param(value_type = Option<String>)]
    workflow_id: Option<WorkflowId>,
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

impl From<Sale> for Record {
    fn from(it: Sale) -> Self {
        Self {
            id: it.sale_id,
            workflow_id: it.workflow_id,
            run_id: it.run_id,
            status: it.status,
            payer: it.payer,
            chain_id: it.chain_id,
            token_address: it.token,
            amount: it.amount,
            pay_to: it.pay_to,
            transaction_hash: it.transaction_hash,
            reason: it.reason,
            reserved_at: it.reserved_at,
            updated_at: it.updated_at,
            ended_at: it.ended_at,
        }
    }
}

/// The runs that somebody paid for, the latest first.
#[utoipa::path(
    get,
    operation_id = "list_sales",
    path = "/v1/sales",
    tag = "x402",
    params(Wanted),
    responses(
        (status = 200, description = "The sales", body = Envelope<Page<Record>>),
        (status = 400, description = "A parameter is wrong", body = Document),
        (status = 503, description = "The view did not reach `minPosition`", body = Document),
    ),
)]
pub async fn list_sales(
    api: Data<Api>,
    who: Principal,
    query: Params<Wanted>,
) -> Result<Answer<Page<Record>>, Problem> {
    let Wanted { workflow_id, status, limit, offset, cursor, min_position } = query.0;
    let paging = Paging::of(limit, offset, cursor)?;
    let filter = SaleFilter { workflow: workflow_id, status, sale: None };
    api.view_at(Projector::NAME, min_position).await?;
    let found = api.sales().list(who.organization, &filter, &paging.of_view()?).await?;
    paging.answer(found, |it| Ok(it.into()))
}

/// A run that somebody paid for, with all that happened to it, from the ledger.
#[utoipa::path(
    get,
    operation_id = "get_sale",
    path = "/v1/sales/{id}",
    tag = "x402",
    params(("id" = String, Path, description = "The sale")),
    responses(
        (status = 200, description = "The sale", body = Envelope<Whole>),
        (status = 404, description = "There is no such sale", body = Document),
    ),
)]
pub async fn get_sale(
    api: Data<Api>,
    who: Principal,
    id: Path<SaleId>,
) -> Result<Answer<Whole>, Problem> {
    let id = *id;
    let filter = SaleFilter { sale: Some(id), ..SaleFilter::default() };
    let first = projections::Paging::first(1);
    let found = api.sales().list(who.organization, &filter, &first).await?;
    let found = found.items.into_iter().next();
    let record = found.map(Record::from).ok_or_else(|| Problem::new(Code::SaleNotFound))?;
    let mut history = Vec::new();
    for recorded in &api.journal.read_stream(&StreamId::sale(id), 0, PAGE).await? {
        history.push(Deed::of(recorded.position, &recorded.sale()?)?);
    }
    Ok(Answer::ok(Whole { record, history }))
}
