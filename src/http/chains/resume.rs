use actix_web::web::{Data, Path};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::access::Principal;
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::extract::{Body, IdempotencyKey};
use crate::http::problem::{Code, Document, Problem};
use crate::journal::{ChainView, ChainWatch};

/// From where on a chain is followed again.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct ResumeChainWatch {
    /// The first block that is read again: the one from which on the chain was another.
    from: u32,
}

impl ResumeChainWatch {
    /// The first block.
    pub(super) fn from(&self) -> i64 {
        self.from.into()
    }
}

/// A chain that is followed again.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ResumedChainWatch {
    /// The chain's id.
    #[schema(example = 1)]
    chain_id: u64,
    /// The first block that is read again.
    from: u32,
}

/// Follows a chain again for the installation that was halted, as it is now, from a block on.
#[utoipa::path(
    post,
    operation_id = "resume_chain_watch",
    path = "/v1/chain-watches/{chainId}/resume",
    tag = "triggers",
    params(("chainId" = u64, Path, description = "The chain's id")),
    request_body = ResumeChainWatch,
    responses(
        (status = 200, description = "It is followed again", body = Envelope<ResumedChainWatch>),
        (status = 409, description = "Its watch is not halted", body = Document),
        (status = 422, description = "The block is none", body = Document),
    ),
)]
pub async fn resume(
    api: Data<Api>,
    _: Principal,
    chain: Path<u32>,
    _: IdempotencyKey,
    body: Body<ResumeChainWatch>,
) -> Result<Answer<ResumedChainWatch>, Problem> {
    let (chain_id, from) = (u64::from(*chain), body.content.from);
    let pool = api.journal.pool().clone();
    let watch = ChainWatch::new(pool, chain_id, ChainView::Installation);
    if !watch.resume(from.into()).await? {
        return Err(Problem::new(Code::ChainNotHalted));
    }
    Ok(Answer::ok(ResumedChainWatch { chain_id, from }))
}
