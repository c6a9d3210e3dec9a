//! From the ledger to the rows.

use cqrs_es::Aggregate;
use serde::Deserialize;
use sqlx::PgConnection;
use time::OffsetDateTime;

use crate::aggregates::event::{Event, SourceType};
use crate::aggregates::event_definition;
use crate::aggregates::run::Run;
use crate::journal::Recorded;
use crate::projections::Error;
use crate::projections::concern;
use crate::projections::error::while_doing;
use crate::projections::facts::{self, Fact};
use crate::projections::text::Text;

/// The event of runs that is an event for others.
const EMITTED: &str = "event_emitted";
/// The first event of a run, and the last.
const STARTED: &str = "started";
const ENDS: [&str; 3] = ["succeeded", "failed", "cancelled"];
/// What the trigger of a run with a key has among its headers. Asked of the text first: parsing
/// each start would cost more than all the rest.
const CORRELATION_KEY: &str = "\"correlationKey\"";

/// Whether an event leads to a row.
pub(super) fn concerns(event: &Recorded) -> bool {
    let kind = event.event_type.as_str();
    concern::is_of(event, &[concern::EVENT, concern::EVENT_DEFINITION])
        || concern::is_of(event, &[concern::RUN])
            && (kind == EMITTED || kind == STARTED || ENDS.contains(&kind))
}

/// Of what the trigger brought, the key.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Headers {
    #[serde(default)]
    correlation_key: Option<String>,
}

/// An event as a batch brings it.
struct Row {
    position: i64,
    organization: String,
    id: String,
    name: String,
    source: Option<String>,
    source_type: SourceType,
    correlation: Option<String>,
    occurred_at: OffsetDateTime,
    at: OffsetDateTime,
}

pub(super) async fn write(
    connection: &mut PgConnection,
    events: &[&Recorded],
) -> Result<(), Error> {
    let mut rows = published(events)?;
    rows.extend(emitted(events)?);
    insert(connection, &rows).await?;
    begin(connection, events).await?;
    end(connection, events).await?;
    for (event, change) in facts::of_event_definitions(events)? {
        define(connection, event, change).await?;
    }
    Ok(())
}

fn published(events: &[&Recorded]) -> Result<Vec<Row>, Error> {
    let row = |(event, published): (&Recorded, Event)| {
        let Event::Published(published) = published;
        Row {
            position: event.position,
            organization: event.organization.to_string(),
            id: event.aggregate_id.clone(),
            name: published.event,
            source: published.source.as_deref().map(|source| Text::from(source).to_string()),
            source_type: published.source_type.unwrap_or_default(),
            correlation: published.metadata.correlation_id,
            occurred_at: published.occurred_at.unwrap_or(published.at),
            at: published.at,
        }
    };
    Ok(facts::of_published(events)?.into_iter().map(row).collect())
}

fn emitted(events: &[&Recorded]) -> Result<Vec<Row>, Error> {
    let is_emitted =
        |event: &&&Recorded| event.aggregate_type == Run::TYPE && event.event_type == EMITTED;
    let emitted: Vec<&Recorded> = events.iter().filter(is_emitted).copied().collect();
    let mut rows = Vec::new();
    for (event, payload) in &facts::of_runs(&emitted)? {
        if let Fact::EventEmitted { event: name, at } = facts::read(event, payload)? {
            rows.push(Row {
                position: event.position,
                organization: event.organization.to_string(),
                id: format!("{}#{}", event.aggregate_id, event.sequence),
                name: name.to_string(),
                source: Some(event.aggregate_id.clone()),
                source_type: SourceType::Workflow,
                correlation: None,
                occurred_at: at,
                at,
            });
        }
    }
    Ok(rows)
}

async fn insert(connection: &mut PgConnection, rows: &[Row]) -> Result<(), Error> {
    if rows.is_empty() {
        return Ok(());
    }
    let texts = |of: fn(&Row) -> &str| rows.iter().map(of).collect::<Vec<_>>();
    let options = |of: fn(&Row) -> Option<&str>| rows.iter().map(of).collect::<Vec<_>>();
    let times = |of: fn(&Row) -> OffsetDateTime| rows.iter().map(of).collect::<Vec<_>>();
    let positions: Vec<i64> = rows.iter().map(|row| row.position).collect();
    sqlx::query!(
        "insert into happenings (position, organization_id, event_id, name, source, source_type,
                                 correlation_id, occurred_at, at)
         select * from unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::text[],
                              $6::text[], $7::text[], $8::timestamptz[], $9::timestamptz[])",
        &positions,
        &texts(|row| &row.organization) as _,
        &texts(|row| &row.id) as _,
        &texts(|row| &row.name) as _,
        &options(|row| row.source.as_deref()) as _,
        &texts(|row| row.source_type.name()) as _,
        &options(|row| row.correlation.as_deref()) as _,
        &times(|row| row.occurred_at),
        &times(|row| row.at),
    )
    .execute(connection)
    .await
    .map(drop)
    .map_err(while_doing("keeping events"))
}

/// Keeps the runs that begin under a key; they say so in what their trigger brought.
async fn begin(connection: &mut PgConnection, events: &[&Recorded]) -> Result<(), Error> {
    let is_keyed = |event: &&&Recorded| {
        event.aggregate_type == Run::TYPE
            && event.event_type == STARTED
            && event.payload.contains(CORRELATION_KEY)
    };
    let begun: Vec<&Recorded> = events.iter().filter(is_keyed).copied().collect();
    for (event, payload) in &facts::of_runs(&begun)? {
        let Fact::Started(started) = facts::read(event, payload)? else { continue };
        let headers = started.trigger.headers.map(serde_json::value::RawValue::get);
        let headers: Option<Headers> = headers.and_then(|text| serde_json::from_str(text).ok());
        let Some(key) = headers.and_then(|it| it.correlation_key) else { continue };
        if started.trigger.kind.as_str() != "event" {
            continue;
        }
        sqlx::query!(
            "insert into keyed_runs (run_id, organization_id, workflow_id, key, position)
             values ($1, $2, $3, $4, $5)",
            event.aggregate_id,
            event.organization.to_string(),
            started.workflow.id.as_str(),
            Text::from(key).to_string(),
            event.position,
        )
        .execute(&mut *connection)
        .await
        .map_err(while_doing("keeping a run under its key"))?;
    }
    Ok(())
}

/// Notes where runs ended.
async fn end(connection: &mut PgConnection, events: &[&Recorded]) -> Result<(), Error> {
    let is_end = |event: &&&Recorded| {
        event.aggregate_type == Run::TYPE && ENDS.contains(&event.event_type.as_str())
    };
    let ended: Vec<&Recorded> = events.iter().filter(is_end).copied().collect();
    if ended.is_empty() {
        return Ok(());
    }
    let runs: Vec<&str> = ended.iter().map(|event| event.aggregate_id.as_str()).collect();
    let positions: Vec<i64> = ended.iter().map(|event| event.position).collect();
    sqlx::query!(
        "update keyed_runs k set ended_at = u.position
           from unnest($1::text[], $2::bigint[]) u (run_id, position)
          where k.run_id = u.run_id",
        &runs as _,
        &positions,
    )
    .execute(connection)
    .await
    .map(drop)
    .map_err(while_doing("noting where keyed runs ended"))
}

/// Writes a change of a definition; they are few.
async fn define(
    connection: &mut PgConnection,
    event: &Recorded,
    change: event_definition::Event,
) -> Result<(), Error> {
    match change {
        event_definition::Event::Defined { name, version, content, status, at, .. } => {
            let description =
                content.description.as_deref().map(|text| Text::from(text).to_string());
            let types: Vec<String> =
                content.source_types.iter().map(|it| it.name().to_owned()).collect();
            sqlx::query!(
                "insert into event_definitions (definition_id, version, organization_id, name,
                                                description, source_types, status, created_at,
                                                updated_at)
                 values ($1, $2, $3, $4, $5, $6, $7, $8, $8)",
                event.aggregate_id,
                version.to_string(),
                event.organization.to_string(),
                name,
                description,
                &types,
                status.name(),
                at,
            )
            .execute(connection)
            .await
        }
        event_definition::Event::StatusChanged { version, status, at, .. } => {
            sqlx::query!(
                "update event_definitions set status = $3, updated_at = $4
                  where definition_id = $1 and version = $2",
                event.aggregate_id,
                version.to_string(),
                status.name(),
                at,
            )
            .execute(connection)
            .await
        }
    }
    .map(drop)
    .map_err(while_doing("writing a definition of events"))
}
