use actix_web::web::{Data, Path};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::order;
use crate::access::Principal;
use crate::aggregates::table::Order;
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::extract::{IdempotencyKey, Params};
use crate::http::idempotency::Turn;
use crate::http::problem::{Code, Document, Problem};
use crate::tables::Name;

/// How the table is to be dropped.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub struct Dropping {
    /// Says that all its rows may be lost; nothing is dropped without.
    #[serde(default)]
    force: bool,
    /// The version that the table must have: another one now is a conflict.
    expected_version: Option<u64>,
}

/// A table that does not exist any more.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DroppedTable)]
pub struct Dropped {
    /// Its name.
    name: String,
}

/// Drops a table, with all its rows. What it consisted of stays on the ledger, its rows do not.
#[utoipa::path(
    delete,
    operation_id = "drop_table",
    path = "/v1/tables/{name}",
    tag = "tables",
    params(("name" = String, Path, description = "The table"), Dropping),
    responses(
        (status = 200, description = "Dropped", body = Envelope<Dropped>),
        (status = 404, description = "No such table", body = Document),
        (status = 409, description = "`force` is missing, or rows of other tables refer to it", body = Document),
    ),
)]
pub async fn drop(
    api: Data<Api>,
    who: Principal,
    name: Path<String>,
    key: IdempotencyKey,
    query: Params<Dropping>,
) -> Result<Answer<Dropped>, Problem> {
    let name: Name = name.parse().map_err(|_| Problem::new(Code::TableNotFound))?;
    let id = name.table(who.organization);
    let Dropping { force, expected_version } = query.0;
    let fingerprint = format!("drop {name} at {expected_version:?}");
    let turn = Turn::take(&api, &who, key, &fingerprint).await?;
    if matches!(turn, Turn::Fresh(_)) {
        let table = api.data.store().load(&id.to_string()).await?;
        if table.aggregate.definition.is_none() {
            return Err(Problem::new(Code::TableNotFound));
        }
        if !force {
            return Err(Problem::new(Code::TableRefuses)
                .because("all its rows would be lost; say `?force=true` if this is meant"));
        }
        let referring = api.data.referring(who.organization, &name).await?;
        if let Some(other) = referring.first() {
            return Err(Problem::new(Code::TableRefuses).because(format_args!(
                "rows of `{other}` refer to its rows: remove that column first"
            )));
        }
    }
    let dropping = (Order::Drop { expected: expected_version }, 1);
    let ordered = order::execute(&api, &who, turn, id, dropping).await?;
    let written = api.written(&ordered.done.stream, ordered.done.sequence).await;
    let dropped = Dropped { name: name.to_string() };
    Ok(Answer::ok(dropped).written(written).replayed(ordered.done.replayed))
}
