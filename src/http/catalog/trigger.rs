use actix_web::web::{Data, Path};

use super::record::{self, NodeTypeRecord};
use crate::access::Principal;
use crate::catalog::Role;
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::problem::{Document, Problem};

/// One of the things that can start a run.
#[utoipa::path(
    get,
    operation_id = "get_trigger",
    path = "/v1/triggers/{type}",
    tag = "catalog",
    params(("type" = String, Path, description = "What a node names in its `type`")),
    responses(
        (status = 200, description = "The node type", body = Envelope<NodeTypeRecord>),
        (status = 404, description = "No such node type", body = Document),
    ),
)]
pub async fn trigger(
    api: Data<Api>,
    _: Principal,
    kind: Path<String>,
) -> Result<Answer<NodeTypeRecord>, Problem> {
    record::one(&api, &[Role::Trigger], &kind)
}
