use std::collections::BTreeSet;

use actix_web::web::Data;
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::record::Record;
use super::{closure, order, record};
use crate::access::Principal;
use crate::aggregates::schema::{Details, Order};
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::extract::{IdempotencyKey, LargeBody};
use crate::http::idempotency::Turn;
use crate::http::problem::{Code, Document, Problem};
use crate::schemas::{Level, Name, Version};

/// A new schema.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct RegisterSchema {
    /// Its namespace: small letters, digits, `-`, `_` and `.`, at most 64.
    namespace: String,
    /// Its name within the namespace, as a namespace.
    name: String,
    /// A JSON Schema of draft 2020-12, at most 1 MiB. `$ref` leads to a place in it, or to a version
    /// of a schema of the organization as `schema:namespace/name@1.0.0`.
    #[schema(value_type = Object)]
    schema: Value,
    /// Its first version; 1.0.0 when absent.
    #[schema(value_type = Option<String>)]
    version: Option<Version>,
    /// What it is for.
    description: Option<String>,
    /// Who answers for it.
    owner: Option<String>,
    /// What it is found by, at most 20.
    #[serde(default)]
    tags: BTreeSet<String>,
    /// What its versions promise to one another; `BACKWARD` when absent.
    #[serde(default)]
    compatibility: Level,
}

/// Registers a schema with its first version.
#[utoipa::path(
    post,
    operation_id = "register_schema",
    path = "/v1/validation/schemas",
    tag = "validation",
    params(("Idempotency-Key" = Option<String>, Header, description = "Carries the request out once")),
    request_body = RegisterSchema,
    responses(
        (status = 201, description = "Registered", body = Envelope<Record>),
        (status = 409, description = "The name is taken", body = Document),
        (status = 422, description = "The schema cannot be used", body = Document),
    ),
)]
pub async fn create(
    api: Data<Api>,
    who: Principal,
    key: IdempotencyKey,
    body: LargeBody<RegisterSchema>,
) -> Result<Answer<Record>, Problem> {
    let RegisterSchema {
        namespace,
        name,
        schema,
        version,
        description,
        owner,
        tags,
        compatibility,
    } = body.content;
    let done = match Turn::take(&api, &who, key, &body.fingerprint).await? {
        Turn::Replay(done) => done,
        Turn::Fresh(ticket) => {
            let wrong = |place| move |error| Problem::new(Code::InvalidBody).at(place, error);
            Name::new(&namespace, "a").map_err(wrong("/namespace"))?;
            let name = Name::new(&namespace, &name).map_err(wrong("/name"))?;
            let bundle = closure::bundled(&api, &who, &schema).await?;
            api.validators.compile(&bundle).await?;
            let id = name.schema(who.organization);
            let organization = who.organization;
            let details = Details { description, owner, tags, compatibility };
            let schema = schema.into();
            let order = Order::Register { id, organization, name, details, schema, version };
            order::execute(&api, &who, &ticket, id, order).await?
        }
    };
    let schema = api.schemas.load(&done.stream.aggregate_id).await?.aggregate;
    let written = api.written(&done.stream, done.sequence).await;
    let location = format!("/v1/validation/schemas/{}", done.stream.aggregate_id);
    let created = Answer::created(record::of(&schema, None)?, location);
    Ok(created.written(written).replayed(done.replayed))
}
