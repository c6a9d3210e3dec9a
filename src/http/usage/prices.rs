use actix_web::web::Data;
use serde::Serialize;
use time::OffsetDateTime;
use utoipa::ToSchema;

use crate::catalog::{Prices, Table};
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::problem::Problem;

/// The tables of prices.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = UsagePrices)]
pub struct PriceList {
    /// The version of the table that is in force now.
    current: u32,
    /// All tables that were ever published, and those that come into force later. A table never
    /// changes.
    tables: Vec<TableRecord>,
}

/// A table of prices.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = UsagePriceTable)]
pub(super) struct TableRecord {
    /// Its number, counted from 1.
    version: u32,
    /// From when on executions are priced by it, until the next table begins.
    #[serde(with = "time::serde::rfc3339")]
    from: OffsetDateTime,
    /// What node types cost that are not named.
    other: u32,
    /// Compute units an execution, by node type.
    #[schema(value_type = Object)]
    prices: &'static std::collections::BTreeMap<String, u32>,
}

/// What an execution costs, by node type.
#[utoipa::path(
    get,
    operation_id = "get_usage_prices",
    path = "/v1/usage/prices",
    tag = "usage",
    responses((status = 200, description = "The prices", body = Envelope<PriceList>)),
)]
pub async fn prices(api: Data<Api>) -> Result<Answer<PriceList>, Problem> {
    let prices = Prices::builtin();
    let record = |table: &'static Table| TableRecord {
        version: table.version,
        from: table.from,
        other: table.other,
        prices: &table.prices,
    };
    let current = prices.at(api.clock.now()).version;
    Ok(Answer::ok(PriceList { current, tables: prices.tables().iter().map(record).collect() }))
}
