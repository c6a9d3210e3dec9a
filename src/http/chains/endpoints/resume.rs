use actix_web::web::{Data, Path};

use super::record::{Record, chain_of};
use crate::access::Principal;
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::chains::resume::ResumeChainWatch;
use crate::http::extract::{Body, IdempotencyKey};
use crate::http::problem::{Code, Document, Problem};
use crate::journal::{ChainView, ChainWatch};

/// Follows a chain again through the organization's own endpoints where that was halted, as it is now,
/// from a block on.
#[utoipa::path(
    post,
    operation_id = "resume_chain_endpoints",
    path = "/v1/chains/{chain}/endpoints/resume",
    tag = "triggers",
    params(("chain" = String, Path, description = "The chain's name or id")),
    request_body = ResumeChainWatch,
    responses(
        (status = 200, description = "It is followed again", body = Envelope<Record>),
        (status = 404, description = "The organization named none", body = Document),
        (status = 409, description = "It is not halted", body = Document),
        (status = 422, description = "The block is none", body = Document),
    ),
)]
pub async fn resume(
    api: Data<Api>,
    who: Principal,
    chain: Path<String>,
    _: IdempotencyKey,
    body: Body<ResumeChainWatch>,
) -> Result<Answer<Record>, Problem> {
    let chain = chain_of(&chain)?;
    Record::load(&api, who.organization, chain).await?;
    let view = ChainView::Organization(who.organization);
    let watch = ChainWatch::new(api.journal.pool().clone(), chain, view);
    if !watch.resume(body.content.from()).await? {
        return Err(Problem::new(Code::ChainNotHalted));
    }
    Ok(Answer::ok(Record::load(&api, who.organization, chain).await?))
}
