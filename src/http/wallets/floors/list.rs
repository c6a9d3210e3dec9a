use actix_web::web::{Data, Path};

use super::record::{Record, wallet};
use crate::access::Principal;
use crate::http::answer::{Answer, Envelope, Page};
use crate::http::api::Api;
use crate::http::extract::{Freshness, Params};
use crate::http::problem::{Document, Problem};
use crate::primitives::WalletId;
use crate::projections::wallet_floors::{Projector, floors};

/// What a wallet is held to, by chain.
#[utoipa::path(
    get,
    operation_id = "list_wallet_floors",
    path = "/v1/wallets/{id}/floors",
    tag = "wallets",
    params(("id" = String, Path, description = "The wallet"), Freshness),
    responses(
        (status = 200, description = "Its floors", body = Envelope<Page<Record>>),
        (status = 404, description = "There is no such wallet", body = Document),
    ),
)]
pub async fn list(
    api: Data<Api>,
    who: Principal,
    id: Path<WalletId>,
    fresh: Params<Freshness>,
) -> Result<Answer<Page<Record>>, Problem> {
    wallet(&api, &who, *id).await?;
    api.view_at(Projector::NAME, fresh.0.min_position).await?;
    let held = floors(&api.views, who.organization, *id).await?;
    let items: Vec<_> = held.into_iter().map(|held| Record::held(*id, held)).collect();
    let limit = i64::try_from(items.len()).unwrap_or(i64::MAX);
    Ok(Answer::ok(Page { items, limit, offset: 0, has_more: false, cursor: None }))
}
