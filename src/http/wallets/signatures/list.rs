use actix_web::web::Data;
use serde::Deserialize;
use utoipa::IntoParams;

use super::record::Record;
use crate::access::Principal;
use crate::http::answer::{Answer, Envelope, Page};
use crate::http::api::Api;
use crate::http::extract::{MinPosition, Paging, Params};
use crate::http::problem::{Document, Problem};
use crate::primitives::{RunId, WalletId};
use crate::projections::signature_requests::{Filter, Projector};

/// Which documents are wanted: all that is given must hold.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub struct Wanted {
    /// Those of this wallet.
    #[param(value_type = Option<String>)]
    wallet_id: Option<WalletId>,
    /// Those that this run wants.
    #[param(value_type = Option<String>)]
    run_id: Option<RunId>,
    /// Those that stand here.
    status: Option<String>,
    /// How many at most: 1 to 100, 20 when absent.
    limit: Option<i64>,
    /// How many to pass over, at most 10,000.
    offset: Option<i64>,
    /// Where to go on, from the last answer; instead of `offset`.
    cursor: Option<String>,
    /// Waits up to 5 seconds until this position is reached.
    #[param(value_type = Option<i64>)]
    min_position: Option<MinPosition>,
}

/// The documents that runs want wallets to sign, the latest first.
#[utoipa::path(
    get,
    operation_id = "list_signatures",
    path = "/v1/signatures",
    tag = "wallets",
    params(Wanted),
    responses(
        (status = 200, description = "The documents", body = Envelope<Page<Record>>),
        (status = 400, description = "A parameter is wrong", body = Document),
        (status = 503, description = "The view did not reach `minPosition`", body = Document),
    ),
)]
pub async fn list(
    api: Data<Api>,
    who: Principal,
    query: Params<Wanted>,
) -> Result<Answer<Page<Record>>, Problem> {
    let Params(Wanted { wallet_id, run_id, status, limit, offset, cursor, min_position }) = query;
    let paging = Paging::of(limit, offset, cursor)?;
    let filter = Filter { wallet: wallet_id, run: run_id, status, intent: None };
    api.view_at(Projector::NAME, min_position).await?;
    let found =
        api.signature_requests().list(who.organization, &filter, &paging.of_view()?).await?;
    paging.answer(found, |document| Ok(document.into()))
}
