//! A statement that an author wrote, asked behind the walls.

use std::collections::{BTreeMap, BTreeSet};
use std::thread;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sqlx::{Column as _, Executor as _, Statement as _, TypeInfo as _};
use tokio::sync::oneshot;

use super::Error;
use super::error::while_doing;
use super::receipts::Once;
use super::rows::row;
use super::session::Session;
use super::tables::Data;
use crate::primitives::OrganizationId;
use crate::tables::Kind;
use crate::tables::statement::{Admitted, Form, Mode, Refusal, STACK, admit};

/// How many rows are given at most.
const MAX_ROWS: i32 = 1_000;
/// How many bytes an answer has at most.
const MAX_BYTES: i32 = 1024 * 1024;
/// How long a statement may take, however much time its caller has.
const MAX_TIME: Duration = Duration::from_secs(30);

/// A statement with its values.
#[derive(Debug, Clone, PartialEq)]
pub struct Question {
    /// The statement, with `?` or `$1` where values go.
    pub sql: String,
    /// The values.
    pub values: Vec<Value>,
    /// What it may do.
    pub mode: Mode,
    /// How many rows are given at most; 1,000 when that is less.
    pub max_rows: Option<i32>,
    /// How long it may take.
    pub limit: Duration,
}

/// What a statement has led to.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Answer {
    /// The rows, or those that a change returns.
    pub rows: Vec<Value>,
    /// How many rows were changed; how many were given, where nothing changed.
    pub rows_affected: i64,
    /// The id of the last row that was inserted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_row_id: Option<i64>,
    /// Whether there are more rows than were given.
    #[serde(default)]
    pub has_more: bool,
}

#[derive(Debug, Deserialize)]
struct Count {
    rows: i64,
    last: Option<i64>,
}

impl Data {
    /// Asks a statement on the tables of an organization. One that changes rows under a key does so
    /// once, however often it is asked.
    pub async fn ask(
        &self,
        organization: OrganizationId,
        question: Question,
        once: Option<&Once>,
    ) -> Result<Answer, Error> {
        let _turn = self.turns.acquire().await.map_err(|_| Error::Busy)?;
        let limit = question.limit.min(MAX_TIME);
        let mut session = match question.mode {
            Mode::Read => Session::read(&self.pool, organization, limit).await?,
            Mode::Write => Session::write(&self.pool, organization, limit).await?,
        };
        let once = once.filter(|_| question.mode == Mode::Write);
        if let Some(done) = session.earlier(once).await? {
            return Ok(done);
        }
        let tables = Self::names(&mut session).await?;
        let admitted = admitted(question.sql, tables, question.mode).await?;
        if admitted.parameters != question.values.len() {
            let (wanted, given) = (admitted.parameters, question.values.len());
            let message =
                format!("the statement has {wanted} parameters, and {given} values are given");
            return Err(Refusal(message).into());
        }
        if question.mode == Mode::Write && admitted.form != Form::Rows {
            session.has_room().await?;
        }
        let rows = question.max_rows.unwrap_or(MAX_ROWS).clamp(1, MAX_ROWS);
        let answer = session.ask(&admitted, question.values, rows).await?;
        match question.mode {
            Mode::Read => {}
            Mode::Write => session.finish(once, &answer).await?,
        }
        Ok(answer)
    }
}

impl Session {
    async fn ask(
        &mut self,
        admitted: &Admitted,
        values: Vec<Value>,
        max_rows: i32,
    ) -> Result<Answer, Error> {
        let Some(space) = self.space.clone() else {
            return Err(Refusal("the organization has no tables yet".to_owned()).into());
        };
        let doing = "asking a statement";
        // Understood by the database, and not performed: what its columns and values are.
        sqlx::query_scalar!("select set_config('search_path', $1 || ', pg_temp', true)", space)
            .fetch_one(self.rows())
            .await
            .map_err(while_doing(doing))?;
        let described = self.rows().prepare(&admitted.sql).await.map_err(while_doing(doing))?;
        let kinds: BTreeMap<String, Kind> = described
            .columns()
            .iter()
            .map(|column| (column.name().to_owned(), kind(column.type_info().name())))
            .collect();
        let wanted = match described.parameters() {
            Some(sqlx::Either::Left(types)) => {
                types.iter().map(|it| it.name().ends_with("[]")).collect()
            }
            Some(sqlx::Either::Right(_)) | None => Vec::new(),
        };
        drop(described);
        sqlx::query_scalar!("select set_config('search_path', 'public, pg_temp', true)")
            .fetch_one(self.rows())
            .await
            .map_err(while_doing(doing))?;
        let is_list = |place: usize| wanted.get(place).copied().unwrap_or(false);
        let values: Vec<Option<String>> = values
            .into_iter()
            .enumerate()
            .map(|(place, value)| literal(value, is_list(place)))
            .collect();
        let (door, form) = match admitted.form {
            Form::Rows => ("reader", "rows"),
            Form::Changed => ("writer", "changed"),
            Form::Count => ("writer", "count"),
        };
        let lines = sqlx::query_scalar!(
            r#"select data_ask($1, $2, $3, $4, $5, $6) as "line!""#,
            door,
            admitted.sql,
            &values as _,
            form,
            max_rows,
            MAX_BYTES,
        );
        let lines = lines.fetch_all(self.rows()).await.map_err(while_doing(doing))?;
        told(admitted, &lines, &kinds, max_rows)
    }
}

fn told(
    admitted: &Admitted,
    lines: &[String],
    kinds: &BTreeMap<String, Kind>,
    max_rows: i32,
) -> Result<Answer, Error> {
    if admitted.form == Form::Count {
        let line = lines.first().map(String::as_str).unwrap_or_default();
        let count: Count =
            serde_json::from_str(line).map_err(|error| Error::Damaged(error.to_string()))?;
        let last_row_id = count.last.filter(|_| admitted.inserts);
        return Ok(Answer { rows_affected: count.rows, last_row_id, ..Answer::default() });
    }
    let most = usize::try_from(max_rows).unwrap_or_default();
    let given = lines.iter().take(most);
    let rows: Vec<Value> =
        given.map(|line| row(line, |name| kinds.get(name).copied())).collect::<Result<_, _>>()?;
    let last = rows.last().and_then(|row| row.get("id")).and_then(Value::as_i64);
    Ok(Answer {
        rows_affected: i64::try_from(rows.len()).unwrap_or(i64::MAX),
        last_row_id: last.filter(|_| admitted.inserts),
        has_more: lines.len() > most,
        rows,
    })
}

/// Reads a statement with the stack that this may take.
async fn admitted(sql: String, tables: BTreeSet<String>, mode: Mode) -> Result<Admitted, Error> {
    let (tell, told) = oneshot::channel();
    let reading = thread::Builder::new().name("statement".to_owned()).stack_size(STACK);
    // Nobody listens any more when the caller has gone.
    let reading = reading.spawn(move || drop(tell.send(admit(&sql, &tables, mode))));
    reading.map_err(|_| Error::Busy)?;
    let told = told.await;
    Ok(told.map_err(|_| Refusal("the statement cannot be understood".to_owned()))??)
}

/// What a column of a result holds, as it is shown: only exact numbers are not as JSON has them.
fn kind(name: &str) -> Kind {
    if name == "NUMERIC" { Kind::Number } else { Kind::Json }
}

/// A value as the text from which the database reads it as whatever the statement wants.
fn literal(value: Value, is_list: bool) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text),
        Value::Array(items) if is_list => Some(list(items)),
        other @ (Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_)) => {
            Some(other.to_string())
        }
    }
}

fn list(items: Vec<Value>) -> String {
    let items = items.into_iter().map(|item| match literal(item, true) {
        None => "NULL".to_owned(),
        Some(text) => format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"")),
    });
    format!("{{{}}}", items.collect::<Vec<_>>().join(","))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_list_is_written_as_the_database_reads_it() {
        let list = literal(json!(["a\"b", null, 1, "\\"]), true);
        assert_eq!(list.as_deref(), Some(r#"{"a\"b",NULL,"1","\\"}"#));
        assert_eq!(literal(json!([1]), false).as_deref(), Some("[1]"));
        assert_eq!(literal(Value::Null, true), None);
    }
}
