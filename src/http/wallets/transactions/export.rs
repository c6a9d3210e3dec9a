use actix_web::HttpResponse;
use actix_web::web::Data;
use serde::Deserialize;
use utoipa::IntoParams;

use super::record::Record;
use crate::access::Principal;
use crate::http::api::Api;
use crate::http::exports::column::Column;
use crate::http::exports::rows::{self, Format, List};
use crate::http::extract::{MinPosition, Params};
use crate::http::problem::{Document, Problem};
use crate::primitives::{OrganizationId, RunId, WalletId};
use crate::projections::transactions::{Filter, Projector, Transactions};
use crate::projections::{Page, Paging};

/// Which transactions are wanted, all that is given must hold; and as what.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub struct Exporting {
    /// `csv`, `ndjson` for a JSON object a line, or `parquet` for columns with types; the first when absent.
    #[param(value_type = Option<String>)]
    format: Option<Format>,
    /// Those of this wallet.
    #[param(value_type = Option<String>)]
    wallet_id: Option<WalletId>,
    /// Those that this run wants.
    #[param(value_type = Option<String>)]
    run_id: Option<RunId>,
    /// Those that stand here.
    status: Option<String>,
    /// Waits up to 5 seconds until this position is reached.
    #[param(value_type = Option<i64>)]
    min_position: Option<MinPosition>,
}

/// All transactions that the list has by these filters, the latest first, as a file that comes as it is read.
/// Those that are accepted meanwhile are not in it; the others stand as they do when their part is read.
#[utoipa::path(
    get,
    operation_id = "export_transactions",
    path = "/v1/transactions/export",
    tag = "wallets",
    params(Exporting),
    responses(
        (status = 200, description = "The transactions", content(
            (String = "text/csv"),
            (Record = "application/x-ndjson"),
            (String = "application/vnd.apache.parquet"),
        )),
        (status = 400, description = "A parameter is wrong", body = Document),
        (status = 503, description = "The view did not reach `minPosition`", body = Document),
    ),
)]
pub async fn export(
    api: Data<Api>,
    who: Principal,
    query: Params<Exporting>,
) -> Result<HttpResponse, Problem> {
    let Params(Exporting { format, wallet_id, run_id, status, min_position }) = query;
    let filter = Filter { wallet: wallet_id, run: run_id, status, intent: None };
    api.view_at(Projector::NAME, min_position).await?;
    let view = api.transactions();
    let all = All { view, organization: who.organization, filter };
    rows::respond(all, format.unwrap_or_default()).await
}

/// The transactions of an organization.
struct All {
    view: Transactions,
    organization: OrganizationId,
    filter: Filter,
}

impl List for All {
    type Row = Record;
    const NAME: &'static str = "transactions";
    const COLUMNS: &'static [Column] = &[
        Column::text("id"),
        Column::text("walletId"),
        Column::whole("chainId"),
        Column::text("runId"),
        Column::text("nodeId"),
        Column::text("workflowId"),
        Column::text("status"),
        Column::text("to"),
        Column::text("value"),
        Column::whole("nonce"),
        Column::text("hash"),
        Column::whole("blockNumber"),
        Column::text("reason"),
        Column::instant("acceptedAt"),
        Column::instant("updatedAt"),
        Column::instant("endedAt"),
    ];

    async fn page(&self, paging: &Paging) -> Result<Page<Record>, Problem> {
        let page = self.view.list(self.organization, &self.filter, paging).await?;
        Ok(page.map(Record::from))
    }
}
