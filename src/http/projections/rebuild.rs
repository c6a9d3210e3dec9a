use actix_web::web::{Data, Path};
use serde::Deserialize;
use utoipa::ToSchema;

use super::order::most;
use super::record::{RebuildRecord, known};
use crate::access::Principal;
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::extract::Body;
use crate::http::problem::{Document, Problem};
use crate::projections::wanted;

/// How a view is made anew.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Rebuild {
    /// How many events a second are folded at most; when absent, as the installation builds views: so that live
    /// traffic is slower by a little at most, unless it is configured otherwise.
    #[schema(minimum = 1, example = 5_000)]
    per_second: Option<i32>,
}

/// Makes a view anew from the ledger, beside the one that readers see, compares the two, and puts the new one into
/// service. A process with the role `projector` does it; the list of views says how far it is. A rebuild that is
/// ordered already is answered with, and not ordered twice.
#[utoipa::path(
    post,
    operation_id = "rebuild_projection",
    path = "/v1/projections/{name}/rebuild",
    tag = "projections",
    params(("name" = String, Path, description = "The view")),
    request_body = Rebuild,
    responses(
        (status = 202, description = "It is ordered", body = Envelope<RebuildRecord>),
        (status = 404, description = "No such view", body = Document),
        (status = 422, description = "The bound is none", body = Document),
    ),
)]
pub async fn rebuild(
    api: Data<Api>,
    who: Principal,
    name: Path<String>,
    body: Body<Rebuild>,
) -> Result<Answer<RebuildRecord>, Problem> {
    let name = known(&name)?.name();
    let order = (who.to_string(), most(body.content.per_second)?);
    let wanted =
        wanted::want(api.journal.pool(), name, (&order.0, order.1), api.clock.now()).await?;
    Ok(Answer::accepted(RebuildRecord::of(&wanted)))
}
