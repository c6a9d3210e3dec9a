use std::collections::BTreeSet;

use actix_web::web::{Data, Path};
use serde::Deserialize;
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use super::compatibility::compare;
use super::record::Record;
use super::{closure, order, record};
use crate::access::Principal;
use crate::aggregates::schema::{Details, Order, Schema};
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::extract::{IdempotencyKey, LargeBody, Params};
use crate::http::idempotency::{Done, Ticket, Turn};
use crate::http::problem::{Code, Detail, Document, Problem};
use crate::primitives::SchemaId;
use crate::schemas::{Change, Level, Severity, Version};

/// How strictly the version is taken.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub struct Wanted {
    /// Whether the version has to keep the schema's level of compatibility; it has to when absent.
    /// Its number has to say in any case how far it has moved.
    check_compatibility: Option<bool>,
}

/// A new version of a schema, or something else that is said of it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct UpdateSchema {
    /// The version; absent when only what follows changes.
    #[schema(value_type = Option<Object>)]
    schema: Option<Value>,
    /// Its number; the next one that the changes ask for when absent.
    #[schema(value_type = Option<String>)]
    version: Option<Version>,
    /// What it is for, as before when absent.
    description: Option<String>,
    /// Who answers for it, as before when absent.
    owner: Option<String>,
    /// What it is found by, as before when absent.
    tags: Option<BTreeSet<String>>,
    /// What its versions promise to one another, this one included; as before when absent.
    compatibility: Option<Level>,
}

/// Adds a version to a schema. A version never changes: this makes a new one.
#[utoipa::path(
    put,
    operation_id = "update_schema",
    path = "/v1/validation/schemas/{id}",
    tag = "validation",
    params(
        ("id" = String, Path, description = "The schema"),
        Wanted,
        ("Idempotency-Key" = Option<String>, Header, description = "Carries the request out once"),
    ),
    request_body = UpdateSchema,
    responses(
        (status = 200, description = "Added; `changes` says what is new", body = Envelope<Record>),
        (status = 404, description = "No such schema", body = Document),
        (status = 409, description = "It breaks the level of compatibility, or its number is too low", body = Document),
        (status = 422, description = "The schema cannot be used", body = Document),
    ),
)]
pub async fn update(
    api: Data<Api>,
    who: Principal,
    id: Path<SchemaId>,
    query: Params<Wanted>,
    key: IdempotencyKey,
    body: LargeBody<UpdateSchema>,
) -> Result<Answer<Record>, Problem> {
    let is_checked = query.0.check_compatibility.unwrap_or(true);
    let done = match Turn::take(&api, &who, key, &body.fingerprint).await? {
        Turn::Replay(done) => done,
        Turn::Fresh(ticket) => {
            let schema = closure::load(&api, &who, *id).await?;
            let details = details(&schema, &body.content);
            carry_out(&api, &who, &ticket, (*id, &schema), body.content, details, is_checked)
                .await?
        }
    };
    let schema = api.schemas.load(&done.stream.aggregate_id).await?.aggregate;
    let written = api.written(&done.stream, done.sequence).await;
    Ok(Answer::ok(record::of(&schema, None)?).written(written).replayed(done.replayed))
}

fn details(schema: &Schema, asked: &UpdateSchema) -> Details {
    let mut details = schema.details.clone();
    details.description = asked.description.clone().or(details.description);
    details.owner = asked.owner.clone().or(details.owner);
    details.tags = asked.tags.clone().unwrap_or(details.tags);
    details.compatibility = asked.compatibility.unwrap_or(details.compatibility);
    details
}

async fn carry_out(
    api: &Api,
    who: &Principal,
    ticket: &Ticket,
    (id, schema): (SchemaId, &Schema),
    asked: UpdateSchema,
    details: Details,
    is_checked: bool,
) -> Result<Done, Problem> {
    let Some(new) = asked.schema else {
        if asked.version.is_some() {
            let message = "is the number of a version: give its `schema` too";
            return Err(Problem::new(Code::InvalidBody).at("/version", message));
        }
        return order::execute(api, who, ticket, id, Order::Describe(details)).await;
    };
    let level = details.compatibility;
    let compared = compare(api, who, schema, &new, level).await?;
    if is_checked && !compared.keeps {
        return Err(incompatible(&compared.order.changes, &compared.broken, level));
    }
    let order = Order::Add {
        schema: new.into(),
        version: asked.version,
        compared: compared.order,
        details: Some(details),
    };
    order::execute(api, who, ticket, id, order).await
}

/// The changes that break the level; where they are changes since an earlier version than the last,
/// which version that is.
fn incompatible(changes: &[Change], broken: &[(Version, Change)], level: Level) -> Problem {
    let of_last = changes.iter().filter(|change| change.severity(level) == Severity::Breaking);
    let mut details: Vec<Detail> = of_last.map(|it| detail(it, "")).collect();
    if details.is_empty() {
        let earlier = broken.iter();
        details.extend(earlier.map(|(version, it)| detail(it, &format!("since {version}: "))));
    }
    Problem::new(Code::IncompatibleSchema).with_details(details)
}

fn detail(change: &Change, since: &str) -> Detail {
    let code = serde_json::to_value(change.code).ok();
    Detail {
        path: format!("/schema{}", change.path),
        node_id: None,
        code: code.and_then(|code| code.as_str().map(str::to_owned)),
        message: format!("{since}{}", change.message),
    }
}
