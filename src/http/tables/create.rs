use actix_web::web::Data;
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::order;
use super::record::{Record, faulty};
use crate::access::Principal;
use crate::aggregates::table::Order;
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::extract::{Body, IdempotencyKey};
use crate::http::idempotency::Turn;
use crate::http::problem::{Code, Document, Problem};
use crate::tables::{Definition, Index, Name};

/// A new table.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct CreateTable {
    /// Its name: small letters, digits and `_`, a letter first, at most 48.
    name: String,
    /// The JSON Schema of a row: an object whose `properties` are the columns. A column is a
    /// `string` (with the format `date-time`: a moment), a `number` (exact), an `integer`, a
    /// `boolean`, or JSON (`object`, `array`, or no type), and may have `maxLength`, `minimum`,
    /// `maximum`, `enum`, `default`, `unique`, `references` (a table) and `description`.
    #[schema(value_type = Object)]
    schema: Value,
    /// Its indexes, beside those of unique columns; at most 20.
    #[serde(default)]
    #[schema(value_type = Vec<Object>)]
    indexes: Vec<Index>,
}

/// Creates a table.
#[utoipa::path(
    post,
    operation_id = "create_table",
    path = "/v1/tables",
    tag = "tables",
    params(("Idempotency-Key" = Option<String>, Header, description = "Carries the request out once")),
    request_body = CreateTable,
    responses(
        (status = 201, description = "Created", body = Envelope<Record>),
        (status = 409, description = "The name is taken, or there are too many tables", body = Document),
        (status = 422, description = "The schema describes no table", body = Document),
    ),
)]
pub async fn create(
    api: Data<Api>,
    who: Principal,
    key: IdempotencyKey,
    body: Body<CreateTable>,
) -> Result<Answer<Record>, Problem> {
    let CreateTable { name, schema, indexes } = body.content;
    let name: Name =
        name.parse().map_err(|error| Problem::new(Code::InvalidBody).at("/name", error))?;
    let definition = Definition::of_schema(&schema, indexes)
        .map_err(|faults| faulty(Code::InvalidTable, "", faults))?;
    let id = name.table(who.organization);
    let turn = Turn::take(&api, &who, key, &body.fingerprint).await?;
    if matches!(turn, Turn::Fresh(_)) {
        for column in &definition.columns {
            if let Some(other) = column.references.as_ref().filter(|other| **other != name) {
                let found = api.data.open(who.organization, other.as_str()).await;
                found.map_err(|_| {
                    let place = format!("/schema/properties/{}/references", column.name);
                    Problem::new(Code::InvalidTable)
                        .at(place, format_args!("there is no table `{other}`"))
                })?;
            }
        }
        if !api.data.has_room(who.organization).await? {
            return Err(Problem::new(Code::TableRefuses)
                .because("there are as many tables as there may be"));
        }
    }
    let location = format!("/v1/tables/{name}");
    let create = Order::Create { id, organization: who.organization, name, definition };
    let ordered = order::execute(&api, &who, turn, id, (create, 1)).await?;
    let written = api.written(&ordered.done.stream, ordered.done.sequence).await;
    let created = Answer::created(ordered.record()?, location);
    Ok(created.written(written).replayed(ordered.done.replayed))
}
