use actix_web::web::{Data, Path};

use super::record::{Record, chain_of};
use crate::access::Principal;
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::problem::{Document, Problem};

/// The endpoints that the organization named for a chain, masked, and how far the chain was followed
/// through them.
#[utoipa::path(
    get,
    operation_id = "get_chain_endpoints",
    path = "/v1/chains/{chain}/endpoints",
    tag = "triggers",
    params(("chain" = String, Path, description = "The chain's name or id")),
    responses(
        (status = 200, description = "The endpoints", body = Envelope<Record>),
        (status = 400, description = "It is no chain", body = Document),
        (status = 404, description = "The organization named none", body = Document),
    ),
)]
pub async fn get(
    api: Data<Api>,
    who: Principal,
    chain: Path<String>,
) -> Result<Answer<Record>, Problem> {
    Ok(Answer::ok(Record::load(&api, who.organization, chain_of(&chain)?).await?))
}
