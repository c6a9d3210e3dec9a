use actix_web::web::{Data, Path};

use super::record::Summary;
use crate::access::Principal;
use crate::http::answer::{Answer, Envelope, Page};
use crate::http::api::Api;
use crate::http::problem::{Document, Problem};
use crate::http::workflows::must_belong;
use crate::primitives::WorkflowId;

/// How many deliveries a list holds: all that are kept.
const ALL: i64 = 50;

/// The last deliveries to the workflow's webhook, the newest first: those that started runs, and
/// those that did not, with the reason. The last 50 are kept, for two weeks.
#[utoipa::path(
    get,
    operation_id = "list_deliveries",
    path = "/v1/workflows/{id}/deliveries",
    tag = "webhooks",
    params(("id" = String, Path, description = "The workflow")),
    responses(
        (status = 200, description = "The deliveries", body = Envelope<Page<Summary>>),
        (status = 404, description = "No such workflow", body = Document),
    ),
)]
pub async fn list(
    api: Data<Api>,
    who: Principal,
    id: Path<WorkflowId>,
) -> Result<Answer<Page<Summary>>, Problem> {
    must_belong(&api, &who, *id).await?;
    let found = api.deliveries.list(who.organization, *id, ALL).await?;
    let items = found.into_iter().map(Summary::from).collect();
    Ok(Answer::ok(Page { items, limit: ALL, offset: 0, has_more: false, cursor: None }))
}
