use std::time::Duration;

use actix_web::web::Data;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::access::Principal;
use crate::data::Question;
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::extract::Body;
use crate::http::problem::{Code, Document, Problem};
use crate::tables::statement::Mode;

/// How long a question may take.
const LIMIT: Duration = Duration::from_secs(10);

/// A statement that reads.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct QueryTables {
    /// One `select`, with `?` or `$1` where values go.
    sql: String,
    /// The values, in order.
    #[serde(default)]
    #[schema(value_type = Vec<Object>)]
    params: Vec<Value>,
    /// How many rows are given at most: 1 to 1,000.
    max_rows: Option<i32>,
}

/// What a statement found.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Found {
    /// The rows; numbers that are exact are texts.
    #[schema(value_type = Vec<Object>)]
    rows: Vec<Value>,
    /// How many they are.
    rows_affected: i64,
    /// Whether there are more.
    has_more: bool,
}

/// Asks one statement that reads the tables of the organization.
#[utoipa::path(
    post,
    operation_id = "query_tables",
    path = "/v1/data/query",
    tag = "tables",
    request_body = QueryTables,
    responses(
        (status = 200, description = "What it found", body = Envelope<Found>),
        (status = 422, description = "The statement may not be asked, or asks too much", body = Document),
    ),
)]
pub async fn query(
    api: Data<Api>,
    who: Principal,
    body: Body<QueryTables>,
) -> Result<Answer<Found>, Problem> {
    let QueryTables { sql, params, max_rows } = body.content;
    if max_rows.is_some_and(|rows| !(1..=1_000).contains(&rows)) {
        return Err(Problem::new(Code::InvalidBody).at("/maxRows", "must be between 1 and 1000"));
    }
    let question = Question { sql, values: params, mode: Mode::Read, max_rows, limit: LIMIT };
    let answer = api.data.ask(who.organization, question, None).await?;
    let (rows, rows_affected, has_more) = (answer.rows, answer.rows_affected, answer.has_more);
    Ok(Answer::ok(Found { rows, rows_affected, has_more }))
}
