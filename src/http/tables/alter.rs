use actix_web::web::{Data, Path};
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
use crate::tables::{Change, Column, Index, Name};

/// How many changes one request makes at most.
const MAX_CHANGES: usize = 50;

/// Changes of a table, all of which are made or none.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct AlterTable {
    /// The changes, in order; at most 50.
    changes: Vec<AskedChange>,
    /// Whether data may be lost, and whoever reads the table broken.
    #[serde(default)]
    force: bool,
    /// The version that the table must have: another one now is a conflict.
    expected_version: Option<u64>,
}

/// One change: one of these is given.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[schema(as = TableChange)]
enum AskedChange {
    /// A column comes.
    AddColumn(NewColumn),
    /// A column goes, with what it holds; only with `force`.
    RemoveColumn(String),
    /// A column is called something else; only with `force`.
    RenameColumn(Renamed),
    /// An index comes.
    AddIndex(NewIndex),
    /// An index goes.
    RemoveIndex(String),
}

/// A column that comes.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct NewColumn {
    /// Its name.
    name: String,
    /// What it holds, as a property of a JSON Schema.
    #[schema(value_type = Object)]
    schema: Value,
    /// Whether every row has a value: with a `default`, or with `force` while there are no rows.
    #[serde(default)]
    required: bool,
}

/// An index that comes.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct NewIndex {
    /// Its name.
    name: String,
    /// Its columns, in order.
    columns: Vec<String>,
    /// Whether no two rows have the same values in them. Where some have, the change is refused.
    #[serde(default)]
    unique: bool,
}

/// A column that is called something else.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = RenamedColumn)]
struct Renamed {
    /// What it is called.
    from: String,
    /// What it will be called.
    to: String,
}

/// Changes a table. What is compatible is made at once; what loses data or breaks readers wants
/// `force`.
#[utoipa::path(
    post,
    operation_id = "alter_table",
    path = "/v1/tables/{name}/changes",
    tag = "tables",
    params(
        ("name" = String, Path, description = "The table"),
        ("Idempotency-Key" = Option<String>, Header, description = "Carries the request out once"),
    ),
    request_body = AlterTable,
    responses(
        (status = 200, description = "Changed", body = Envelope<Record>),
        (status = 404, description = "No such table", body = Document),
        (status = 409, description = "The table, or its rows, do not allow it", body = Document),
        (status = 422, description = "A change describes nothing", body = Document),
    ),
)]
pub async fn alter(
    api: Data<Api>,
    who: Principal,
    name: Path<String>,
    key: IdempotencyKey,
    body: Body<AlterTable>,
) -> Result<Answer<Record>, Problem> {
    let name: Name = name.parse().map_err(|_| Problem::new(Code::TableNotFound))?;
    let AlterTable { changes, force, expected_version } = body.content;
    if !(1..=MAX_CHANGES).contains(&changes.len()) {
        return Err(Problem::new(Code::InvalidBody).at("/changes", "holds 1 to 50 changes"));
    }
    let mut made = Vec::new();
    for (place, change) in changes.into_iter().enumerate() {
        made.push(understood(change).map_err(|problem| problem(place))?);
    }
    for change in &made {
        if let Change::AddColumn(Column { references: Some(other), .. }) = change {
            let found = api.data.open(who.organization, other.as_str()).await;
            found.map_err(|_| {
                Problem::new(Code::InvalidTable)
                    .because(format_args!("there is no table `{other}` to refer to"))
            })?;
        }
    }
    let events = made.len() as u64;
    let turn = Turn::take(&api, &who, key, &body.fingerprint).await?;
    let change = Order::Change { changes: made, forced: force, expected: expected_version };
    let id = name.table(who.organization);
    let ordered = order::execute(&api, &who, turn, id, (change, events)).await?;
    let written = api.written(&ordered.done.stream, ordered.done.sequence).await;
    Ok(Answer::ok(ordered.record()?).written(written).replayed(ordered.done.replayed))
}

/// What is wrong with the change of a place.
type Wrong = Box<dyn Fn(usize) -> Problem>;

fn understood(change: AskedChange) -> Result<Change, Wrong> {
    let named = |text: String, field: &'static str| {
        text.parse::<Name>().map_err(|error| -> Wrong {
            Box::new(move |place| {
                Problem::new(Code::InvalidBody).at(format!("/changes/{place}/{field}"), error)
            })
        })
    };
    Ok(match change {
        AskedChange::AddColumn(NewColumn { name, schema, required }) => {
            let column = Column::of_property(&name, &schema, required);
            Change::AddColumn(column.map_err(|fault| -> Wrong {
                Box::new(move |place| {
                    let prefix = format!("/changes/{place}/addColumn/schema");
                    faulty(Code::InvalidTable, &prefix, vec![fault.clone()])
                })
            })?)
        }
        AskedChange::RemoveColumn(name) => Change::RemoveColumn(named(name, "removeColumn")?),
        AskedChange::RenameColumn(Renamed { from, to }) => Change::RenameColumn {
            from: named(from, "renameColumn/from")?,
            to: named(to, "renameColumn/to")?,
        },
        AskedChange::AddIndex(NewIndex { name, columns, unique }) => {
            Change::AddIndex(Index { name: named(name, "addIndex/name")?, columns, unique })
        }
        AskedChange::RemoveIndex(name) => Change::RemoveIndex(named(name, "removeIndex")?),
    })
}
