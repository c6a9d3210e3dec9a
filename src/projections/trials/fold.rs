//! From the events of tests and their executions to rows. There are few of them, and each changes
//! one row by itself.

use serde::Deserialize;
use serde::de::IgnoredAny;
use sqlx::PgConnection;
use time::OffsetDateTime;

use super::write;
use crate::journal::Recorded;
use crate::projections::text::Text;
use crate::projections::{Error, facts};

/// What happened to a test. The names are those of the aggregate's events.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
enum TestEvent<'a> {
    Created(#[serde(borrow)] Change<'a>),
    Updated(#[serde(borrow)] Change<'a>),
    Deleted(#[serde(borrow)] Deed<'a>),
}

/// A new definition.
#[derive(Debug, Deserialize)]
pub(super) struct Change<'a> {
    #[serde(borrow)]
    pub(super) definition: Definition<'a>,
    #[serde(borrow)]
    pub(super) by: Text<'a>,
    #[serde(with = "time::serde::rfc3339")]
    pub(super) at: OffsetDateTime,
}

/// Of a definition what lists show.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Definition<'a> {
    #[serde(borrow)]
    pub(super) name: Text<'a>,
    #[serde(borrow, default)]
    pub(super) description: Option<Text<'a>>,
    #[serde(borrow, default, rename = "type")]
    pub(super) kind: Option<Text<'a>>,
    #[serde(borrow, default)]
    pub(super) target_id: Option<Text<'a>>,
    pub(super) cases: Vec<IgnoredAny>,
}

/// Who, and when.
#[derive(Debug, Deserialize)]
pub(super) struct Deed<'a> {
    #[serde(borrow)]
    pub(super) by: Text<'a>,
    #[serde(with = "time::serde::rfc3339")]
    pub(super) at: OffsetDateTime,
}

/// What happened in an execution.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
enum ExecutionEvent<'a> {
    Started(#[serde(borrow)] Started<'a>),
    CasesPlayed(IgnoredAny),
    Finished(#[serde(borrow)] Finished<'a>),
}

/// The first event of an execution.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Started<'a> {
    #[serde(borrow)]
    pub(super) test_id: Text<'a>,
    pub(super) test_version: i64,
    #[serde(borrow, default)]
    pub(super) workflow: Option<Workflow<'a>>,
    #[serde(borrow)]
    pub(super) by: Text<'a>,
    #[serde(with = "time::serde::rfc3339")]
    pub(super) at: OffsetDateTime,
}

/// What was tested.
#[derive(Debug, Deserialize)]
pub(super) struct Workflow<'a> {
    #[serde(borrow)]
    pub(super) id: Text<'a>,
    pub(super) version: i32,
}

/// The last event of an execution.
#[derive(Debug, Deserialize)]
pub(super) struct Finished<'a> {
    #[serde(borrow)]
    pub(super) status: Text<'a>,
    pub(super) passed: i32,
    pub(super) failed: i32,
    #[serde(with = "time::serde::rfc3339")]
    pub(super) at: OffsetDateTime,
}

/// Folds the next event of a test.
pub(super) async fn test(
    connection: &mut PgConnection,
    event: &Recorded,
    payload: &str,
) -> Result<(), Error> {
    let changed = match facts::read(event, payload)? {
        TestEvent::Created(change) => write::create(connection, event, &change).await?,
        TestEvent::Updated(change) => write::update(connection, event, &change).await?,
        TestEvent::Deleted(deed) => write::delete(connection, event, &deed).await?,
    };
    one(changed, event, "the test's row is missing")
}

/// Folds the next event of an execution.
pub(super) async fn execution(
    connection: &mut PgConnection,
    event: &Recorded,
    payload: &str,
) -> Result<(), Error> {
    let changed = match facts::read(event, payload)? {
        ExecutionEvent::Started(started) => write::begin(connection, event, &started).await?,
        ExecutionEvent::CasesPlayed(IgnoredAny) => write::touch(connection, event).await?,
        ExecutionEvent::Finished(finished) => write::finish(connection, event, &finished).await?,
    };
    one(changed, event, "the execution's row is missing")
}

fn one(changed: u64, event: &Recorded, missing: &str) -> Result<(), Error> {
    if changed == 1 { Ok(()) } else { Err(facts::poison(event, missing)) }
}
