use actix_web::web::Data;

use super::record::Record;
use crate::access::Principal;
use crate::http::answer::{Answer, Envelope, Page};
use crate::http::api::Api;
use crate::http::extract::{Params, Portion};
use crate::http::problem::{Document, Problem};

/// The endpoints that are told of the organization's runs, in the order in which they were made.
#[utoipa::path(
    get,
    operation_id = "list_execution_webhooks",
    path = "/v1/execution-webhooks",
    tag = "execution webhooks",
    params(Portion),
    responses(
        (status = 200, description = "The endpoints", body = Envelope<Page<Record>>),
        (status = 400, description = "A parameter is wrong", body = Document),
    ),
)]
pub async fn list(
    api: Data<Api>,
    who: Principal,
    query: Params<Portion>,
) -> Result<Answer<Page<Record>>, Problem> {
    let paging = query.0.paging()?;
    let all = api.execution_hooks.load(&who.organization.to_string()).await?.aggregate;
    let page = paging.of_all(all.all.into_iter().map(Record::of), Record::place)?;
    Ok(Answer::ok(page))
}
