use actix_web::web::Data;
use serde::Deserialize;
use utoipa::IntoParams;

use super::record::{Asked, Record, Wish};
use crate::access::Principal;
use crate::http::answer::{Answer, Envelope, Page};
use crate::http::api::Api;
use crate::http::extract::{AsOf, Instant, MinPosition, Paging, Params};
use crate::http::problem::{Document, Problem};
use crate::projections::audit::Projector;

/// Which lines are wanted: all that is given must hold.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub struct Wanted {
    /// Those of this actor: `admin`, or an id.
    actor: Option<String>,
    /// Those whose action begins so: `organization.`, `api_key.issued`, `access.`.
    action: Option<String>,
    /// Those that were allowed, or refused.
    #[param(value_type = Option<String>)]
    outcome: Option<Wish>,
    /// Those from this address.
    address: Option<String>,
    /// Those from this instant on (RFC 3339).
    #[param(value_type = Option<String>)]
    since: Option<Instant>,
    /// Those before this instant.
    #[param(value_type = Option<String>)]
    until: Option<Instant>,
    /// How many at most: 1 to 100, 20 when absent.
    limit: Option<i64>,
    /// How many to pass over, at most 10,000.
    offset: Option<i64>,
    /// Where to go on, from the last answer; instead of `offset`.
    cursor: Option<String>,
    /// The list as it was at this position of the ledger.
    #[param(value_type = Option<i64>)]
    as_of: Option<AsOf>,
    /// Waits up to 5 seconds until this position is reached.
    #[param(value_type = Option<i64>)]
    min_position: Option<MinPosition>,
}

/// The audit log of the organization, the latest first: who did what, from where, and what was
/// refused. Attempts without a valid key stand in the log of the installation's first organization.
#[utoipa::path(
    get,
    operation_id = "list_audit_log",
    path = "/v1/organization/audit-log",
    tag = "organizations",
    params(Wanted),
    responses(
        (status = 200, description = "The log", body = Envelope<Page<Record>>),
        (status = 400, description = "A parameter is wrong", body = Document),
        (status = 503, description = "The view did not reach `minPosition`", body = Document),
    ),
)]
pub async fn list(
    api: Data<Api>,
    who: Principal,
    query: Params<Wanted>,
) -> Result<Answer<Page<Record>>, Problem> {
    let Params(Wanted {
        actor,
        action,
        outcome,
        address,
        since,
        until,
        limit,
        offset,
        cursor,
        as_of,
        min_position,
    }) = query;
    let paging = Paging::of(limit, offset, cursor)?;
    let as_of = api.view_as_of(Projector::NAME, (as_of, min_position)).await?;
    let filter = Asked { actor, action, outcome, address, since, until }.into();
    let found =
        api.audit().list(who.organization, &filter, &paging.of_view()?.as_of(as_of)).await?;
    paging.answer(found, |entry| Ok(entry.into()))
}
