//! Events on their way into the log.

use std::collections::HashMap;

use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};
use sqlx::PgConnection;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::kinds::{Kind, SHOWN, kind};
use crate::aggregates::audit;
use crate::journal::Recorded;
use crate::projections::Error;
use crate::projections::error::while_doing;
use crate::projections::facts::{self, poison};
use crate::projections::text::Text;

/// How long the text of one field may be that is shown.
const MAX_FIELD: usize = 4_096;

/// A line of the log.
struct Row<'a> {
    event: &'a Recorded,
    at: OffsetDateTime,
    outcome: &'static str,
    action: String,
    actor: String,
    subject: String,
    address: Option<String>,
    request_id: Option<String>,
    times: i64,
    detail: Value,
}

/// Of an event's metadata, what an auditor asks for.
#[derive(Deserialize)]
struct Metadata<'a> {
    #[serde(borrow)]
    actor: Text<'a>,
    #[serde(borrow, default)]
    correlation_id: Option<Text<'a>>,
    #[serde(borrow, default)]
    address: Option<Text<'a>>,
}

pub(super) async fn write(
    connection: &mut PgConnection,
    events: &[&Recorded],
) -> Result<(), Error> {
    let mut rows = Vec::new();
    for event in events {
        match kind(&event.aggregate_type, &event.event_type) {
            Kind::Nothing => {}
            Kind::Deed => rows.push(deed(event, "allowed")?),
            Kind::Attempt => rows.push(deed(event, "refused")?),
            Kind::Refusal => rows.push(refusal(event)?),
            Kind::Question => rows.push(question(event)?),
        }
    }
    if rows.is_empty() {
        return Ok(());
    }
    let column = |pick: for<'r> fn(&'r Row<'r>) -> &'r str| -> Vec<String> {
        rows.iter().map(|row| Text::from(pick(row)).to_string()).collect()
    };
    let optional = |pick: for<'r> fn(&'r Row<'r>) -> Option<&'r str>| -> Vec<Option<String>> {
        rows.iter().map(|row| pick(row).map(|text| Text::from(text).to_string())).collect()
    };
    let positions: Vec<i64> = rows.iter().map(|row| row.event.position).collect();
    let organizations: Vec<String> =
        rows.iter().map(|row| row.event.organization.to_string()).collect();
    let at: Vec<OffsetDateTime> = rows.iter().map(|row| row.at).collect();
    let times: Vec<i64> = rows.iter().map(|row| row.times).collect();
    let details: Vec<Value> = rows.iter().map(|row| row.detail.clone()).collect();
    let (outcomes, actions) = (column(|row| row.outcome), column(|row| &row.action));
    let (actors, subjects) = (column(|row| &row.actor), column(|row| &row.subject));
    let addresses = optional(|row| row.address.as_deref());
    let requests = optional(|row| row.request_id.as_deref());
    sqlx::query!(
        "insert into audit (position, organization_id, at, outcome, action, actor, subject, address,
                            request_id, times, detail)
         select * from unnest($1::bigint[], $2::text[], $3::timestamptz[], $4::text[], $5::text[],
                              $6::text[], $7::text[], $8::text[], $9::text[], $10::bigint[],
                              $11::jsonb[])",
        &positions,
        &organizations,
        &at,
        &outcomes,
        &actions,
        &actors,
        &subjects,
        &addresses as _,
        &requests as _,
        &times,
        &details,
    )
    .execute(connection)
    .await
    .map(drop)
    .map_err(while_doing("writing the audit log"))
}

/// The fields of an event that an auditor is shown: no secret, and no hash of one, is in any of them.
pub fn shown(event: &Recorded) -> Map<String, Value> {
    // An event without fields is a text.
    let payload: Option<HashMap<&str, HashMap<String, &RawValue>>> =
        serde_json::from_str(&event.payload).ok();
    let fields = payload.unwrap_or_default().into_values().next().unwrap_or_default();
    let shown = SHOWN.iter().filter_map(|name| {
        let value = fields.get(*name).filter(|value| value.get().len() <= MAX_FIELD)?;
        Some(((*name).to_owned(), without_nul(serde_json::from_str(value.get()).ok()?)))
    });
    shown.collect()
}

/// What somebody did, or tried to.
fn deed<'a>(event: &'a Recorded, outcome: &'static str) -> Result<Row<'a>, Error> {
    let Metadata { actor, correlation_id, address } = facts::read(event, &event.metadata)?;
    facts::read::<HashMap<&str, &RawValue>>(event, &event.payload)?;
    Ok(Row {
        event,
        at: event.recorded_at,
        outcome,
        action: format!("{}.{}", event.aggregate_type, event.event_type),
        actor: actor.to_string(),
        subject: event.aggregate_id.clone(),
        address: address.map(|it| it.to_string()),
        request_id: correlation_id.map(|it| it.to_string()),
        times: 1,
        detail: Value::Object(shown(event)),
    })
}

/// What was asked of a language model: on the connector, as something that somebody did.
fn question(event: &Recorded) -> Result<Row<'_>, Error> {
    let asked = event.audit().map_err(|error| poison(event, &error))?;
    let audit::Event::AssistantAsked { connector_id, .. } = asked else {
        return Err(poison(event, &"it is of another kind than its name says"));
    };
    Ok(Row {
        action: "assistant.asked".to_owned(),
        subject: connector_id.to_string(),
        ..deed(event, "allowed")?
    })
}

/// What was refused.
fn refusal(event: &Recorded) -> Result<Row<'_>, Error> {
    let refused = event.audit().map_err(|error| poison(event, &error))?;
    let audit::Event::Refused { reason, route, actor, address, times, since, at } = refused else {
        return Err(poison(event, &"it is of another kind than its name says"));
    };
    let since = since.format(&Rfc3339).map_err(|error| poison(event, &error))?;
    Ok(Row {
        event,
        at,
        outcome: "refused",
        action: format!("access.{reason}"),
        actor: actor.unwrap_or_else(|| "unknown".to_owned()),
        subject: route,
        address,
        request_id: None,
        times: times.cast_signed(),
        detail: json!({ "since": since }),
    })
}

/// The one character that the database cannot hold is replaced in every text.
fn without_nul(value: Value) -> Value {
    match value {
        Value::String(text) => Value::String(Text::from(text).to_string()),
        Value::Array(items) => Value::Array(items.into_iter().map(without_nul).collect()),
        Value::Object(fields) => {
            let plain = |(name, value)| (Text::from(name).to_string(), without_nul(value));
            Value::Object(fields.into_iter().map(plain).collect())
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => value,
    }
}
