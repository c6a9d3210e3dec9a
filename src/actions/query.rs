//! `db-query`: a statement on the tables of the organization.

use std::time::Duration;

use engine::{Failure, FailureCategory, Json, PayloadProblem};
use serde::Deserialize;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::registry::invalid;
use super::{Action, Call, Lent, Performing};
use crate::data::{self, Answer, Data, Once, Question};
use crate::primitives::hex;
use crate::tables::statement::Mode;

/// How much sooner than the node's time-out the database gives up, so that it is the one to say so.
const HEAD_START: Duration = Duration::from_millis(200);

/// The action behind `db-query`.
///
/// A write is known by its idempotency key, in the transaction that writes: a repetition is answered
/// as the first time, and changes nothing.
#[derive(Clone)]
pub(super) struct DbQuery {
    data: Data,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Payload {
    sql: Option<String>,
    query: Option<String>,
    #[serde(default)]
    params: Vec<Value>,
    #[serde(default)]
    mode: Wish,
    max_rows: Option<i32>,
}

#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Wish {
    #[default]
    Read,
    Write,
}

impl DbQuery {
    /// What a node names in its `type`.
    pub(super) const TYPE: &'static str = "db-query";

    pub(super) const fn new(data: Data) -> Self {
        Self { data }
    }

    async fn carry_out(&self, call: Call) -> Result<Json, Failure> {
        let problem = |path: &str, message: String| {
            invalid(&[PayloadProblem { path: path.to_owned(), message }])
        };
        let fingerprint = hex(&Sha256::digest(call.input.to_string()));
        let payload =
            Payload::deserialize(&*call.input).map_err(|error| problem("", error.to_string()))?;
        let sql = match (payload.sql, payload.query) {
            (Some(sql), None) | (None, Some(sql)) => sql,
            (Some(_), Some(_)) => {
                return Err(problem("/query", "is `sql` by another name: give one".to_owned()));
            }
            (None, None) => return Err(problem("", "`sql` is missing".to_owned())),
        };
        let question = Question {
            sql,
            values: payload.params,
            mode: match payload.mode {
                Wish::Read => Mode::Read,
                Wish::Write => Mode::Write,
            },
            max_rows: payload.max_rows,
            limit: call.timeout.saturating_sub(HEAD_START),
        };
        let once = Once { key: format!("effect {}", call.idempotency_key), fingerprint };
        let answer = self.data.ask(call.origin.organization, question, Some(&once)).await;
        answer.map(told).map_err(failure)
    }
}

impl Action for DbQuery {
    fn perform(&self, call: Call, _: Lent) -> Performing<'_> {
        Box::pin(self.carry_out(call))
    }
}

fn told(answer: Answer) -> Json {
    let Answer { rows, rows_affected, last_row_id, has_more } = answer;
    let mut told = json!({ "rows": rows, "rowsAffected": rows_affected, "hasMore": has_more });
    if let Some(id) = last_row_id {
        told["lastRowId"] = id.into();
    }
    told.into()
}

fn failure(error: data::Error) -> Failure {
    let message = error.to_string();
    match error {
        data::Error::Refused(_) | data::Error::Statement(_) | data::Error::NoTable(_) => {
            Failure::lasting("statement_refused", FailureCategory::Validation, message)
        }
        data::Error::Constraint(_) => {
            Failure::lasting("row_refused", FailureCategory::Validation, message)
        }
        data::Error::TooLarge(_) => {
            Failure::lasting("answer_too_large", FailureCategory::Validation, message)
        }
        data::Error::Full { .. } => {
            Failure::lasting("tables_full", FailureCategory::Config, message)
        }
        data::Error::Overdue => Failure::passing("timeout", FailureCategory::Timeout, message),
        data::Error::Busy | data::Error::InFlight => {
            Failure::passing("tables_busy", FailureCategory::Service, message)
        }
        data::Error::Mismatch => Failure::lasting("key_reused", FailureCategory::Internal, message),
        error @ (data::Error::NoRow(_)
        | data::Error::Conflict { .. }
        | data::Error::Unfit(_)
        | data::Error::Table(_)
        | data::Error::Journal(_)
        | data::Error::Database { .. }
        | data::Error::Damaged(_)) => {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "a statement could not be asked: {error}"
            );
            let message = "the tables could not be reached";
            Failure::passing("tables_unavailable", FailureCategory::Internal, message)
        }
    }
}
