use actix_web::web::Data;

use super::record::{self, Record};
use crate::access::Principal;
use crate::http::answer::{Answer, Envelope, Page};
use crate::http::api::Api;
use crate::http::extract::{Params, Portion};
use crate::http::organizations::order;
use crate::http::problem::{Document, Problem};

/// The accounts of the organization's programs as they are at this moment.
#[utoipa::path(
    get,
    operation_id = "list_service_accounts",
    path = "/v1/service-accounts",
    tag = "keys",
    params(Portion),
    responses(
        (status = 200, description = "The accounts", body = Envelope<Page<Record>>),
        (status = 400, description = "A parameter is wrong", body = Document),
    ),
)]
pub async fn list(
    api: Data<Api>,
    who: Principal,
    query: Params<Portion>,
) -> Result<Answer<Page<Record>>, Problem> {
    let paging = query.0.paging()?;
    let own = order::own(&api, &who).await?;
    let accounts = own.aggregate.accounts.iter();
    let accounts = accounts.map(|(id, account)| record::of(*id, account));
    Ok(Answer::ok(paging.of_all(accounts, |account| account.id.clone())?))
}
