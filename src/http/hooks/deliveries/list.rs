use actix_web::web::Data;
use serde::Deserialize;
use utoipa::IntoParams;

use super::record::Record;
use crate::access::Principal;
use crate::hooks::{Status, Wanted};
use crate::http::answer::{Answer, Envelope, Page};
use crate::http::api::Api;
use crate::http::extract::{Cursor, Paging, Params};
use crate::http::problem::{Document, Problem};
use crate::primitives::{ExecutionHookId, RunId};

/// Which deliveries are wanted: all that is given must hold.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub struct Asked {
    /// Those to this endpoint.
    #[param(value_type = Option<String>)]
    endpoint_id: Option<ExecutionHookId>,
    /// Those that stand so: `pending`, `retrying`, `success` or `failure`.
    status: Option<Status>,
    /// Those of this run.
    #[param(value_type = Option<String>)]
    run_id: Option<RunId>,
    /// How many at most: 1 to 100, 20 when absent.
    limit: Option<i64>,
    /// How many to pass over, at most 10,000.
    offset: Option<i64>,
    /// Where to go on, from the last answer; instead of `offset`.
    cursor: Option<String>,
}

/// What endpoints were told and are to be told, the latest event first. What is over is kept for 30 days, the
/// last 10,000 of an endpoint.
#[utoipa::path(
    get,
    operation_id = "list_execution_webhook_deliveries",
    path = "/v1/execution-webhooks/deliveries",
    tag = "execution webhooks",
    params(Asked),
    responses(
        (status = 200, description = "The deliveries", body = Envelope<Page<Record>>),
        (status = 400, description = "A parameter is wrong", body = Document),
    ),
)]
pub async fn list(
    api: Data<Api>,
    who: Principal,
    query: Params<Asked>,
) -> Result<Answer<Page<Record>>, Problem> {
    let Params(Asked { endpoint_id, status, run_id, limit, offset, cursor }) = query;
    let paging = Paging::of(limit, offset, cursor)?;
    let after: Option<String> = paging.cursor.as_ref().map(Cursor::read).transpose()?;
    let run = run_id.map(|run| run.to_string());
    let wanted = Wanted { endpoint: endpoint_id, status, run, after };
    let part = (paging.look_ahead(), paging.offset);
    let found = api.hook_log.list(who.organization, &wanted, part).await?;
    let page = paging.page(found, |it| it.delivery_id.clone());
    let Page { items, limit, offset, has_more, cursor } = page;
    let items = items.into_iter().map(Record::from).collect();
    Ok(Answer::ok(Page { items, limit, offset, has_more, cursor }))
}
