use std::collections::BTreeMap;

use actix_web::web::Data;

use super::record::ProjectionRecord;
use crate::access::Principal;
use crate::http::answer::{Answer, Envelope, Page};
use crate::http::api::Api;
use crate::http::problem::Problem;
use crate::projections::{builds, orders, wanted};

/// The views, each build of them, how far behind the ledger they are, and what operators ordered of them.
#[utoipa::path(
    get,
    operation_id = "list_projections",
    path = "/v1/projections",
    tag = "projections",
    responses((status = 200, description = "The views", body = Envelope<Page<ProjectionRecord>>)),
)]
pub async fn list(api: Data<Api>, _: Principal) -> Result<Answer<Page<ProjectionRecord>>, Problem> {
    let pool = api.journal.pool();
    // Before the builds: a rebuild that is over has its build among them.
    let wanted = wanted::list(pool).await?;
    let orders: BTreeMap<_, _> = orders::list(pool).await?.into_iter().collect();
    let builds = builds::list(pool).await?;
    let head = api.journal.head().await?;
    let items: Vec<_> = builds
        .into_iter()
        .map(|build| {
            let order = orders.get(&build.projection).copied().unwrap_or_default();
            let wanted = wanted.iter().find(|wanted| wanted.projection == build.projection);
            ProjectionRecord::of(build, head, order, wanted)
        })
        .collect();
    let limit = i64::try_from(items.len()).unwrap_or(i64::MAX);
    let page = Page { items, limit, offset: 0, has_more: false, cursor: None };
    Ok(Answer::ok(page).at(head))
}
