use actix_web::web::Data;
use serde::Deserialize;
use utoipa::IntoParams;

use super::record::{Record, wallets};
use crate::access::Principal;
use crate::aggregates::wallets::Wallet;
use crate::http::answer::{Answer, Envelope, Page};
use crate::http::api::Api;
use crate::http::extract::{Paging, Params};
use crate::http::problem::{Document, Problem};

/// Which wallets are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub struct Wanted {
    /// Also those that are archived; false when absent.
    archived: Option<bool>,
    /// How many at most: 1 to 100, 20 when absent.
    limit: Option<i64>,
    /// How many to pass over, at most 10,000.
    offset: Option<i64>,
    /// Where to go on, from the last answer; instead of `offset`.
    cursor: Option<String>,
}

/// The wallets of the organization, the oldest first.
#[utoipa::path(
    get,
    operation_id = "list_wallets",
    path = "/v1/wallets",
    tag = "wallets",
    params(Wanted),
    responses(
        (status = 200, description = "The wallets", body = Envelope<Page<Record>>),
        (status = 400, description = "A parameter is not one", body = Document),
    ),
)]
pub async fn list(
    api: Data<Api>,
    who: Principal,
    wanted: Params<Wanted>,
) -> Result<Answer<Page<Record>>, Problem> {
    let Wanted { archived, limit, offset, cursor } = wanted.0;
    let paging = Paging::of(limit, offset, cursor)?;
    let all = wallets(&api, &who).await?;
    let is_wanted = |wallet: &Wallet| archived.unwrap_or(false) || !wallet.is_archived;
    let ids = all.all.iter().filter(|(_, wallet)| is_wanted(wallet)).map(|(id, _)| *id);
    let records = ids.filter_map(|id| Record::of(who.organization, &all, id));
    Ok(Answer::ok(paging.of_all(records, |record| record.id.to_string())?))
}
