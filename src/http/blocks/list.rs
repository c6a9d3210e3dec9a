use actix_web::web::Data;

use crate::access::Principal;
use crate::blueprints::Kind;
use crate::http::answer::{Answer, Envelope, Page};
use crate::http::api::Api;
use crate::http::blueprints::{self, BlueprintSummary, List};
use crate::http::extract::Params;
use crate::http::problem::{Document, Problem};

/// The blocks that the organization may use: its own, and what is public.
#[utoipa::path(
    get,
    operation_id = "list_blocks",
    path = "/v1/blocks",
    tag = "blocks",
    params(List),
    responses(
        (status = 200, description = "The blocks", body = Envelope<Page<BlueprintSummary>>),
        (status = 400, description = "A parameter is wrong", body = Document),
        (status = 503, description = "The view did not reach `minPosition`", body = Document),
    ),
)]
pub async fn list(
    api: Data<Api>,
    who: Principal,
    query: Params<List>,
) -> Result<Answer<Page<BlueprintSummary>>, Problem> {
    blueprints::list(&api, &who, Kind::Block, query.0).await
}
