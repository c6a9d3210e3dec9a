use std::sync::Arc;

use actix_web::web::{Data, Path};
use serde::Deserialize;
use utoipa::ToSchema;

use super::record::{self, Record};
use super::{order, validate};
use crate::access::Principal;
use crate::aggregates::workflow::{Approval, Error, Order, Review};
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::blueprints;
use crate::http::connectors;
use crate::http::extract::{Body, IdempotencyKey};
use crate::http::idempotency::Turn;
use crate::http::problem::refusals;
use crate::http::problem::{Code, Document, Problem};
use crate::http::reviews;
use crate::http::ui_components;
use crate::primitives::WorkflowId;

/// What the publisher saw.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Publish {
    /// The `version` of the workflow that the publisher saw: another one now is a conflict.
    expected_version: Option<u64>,
}

/// Makes the draft the live version, when it has no problems. The version never changes again.
#[utoipa::path(
    post,
    operation_id = "publish_workflow",
    path = "/v1/workflows/{id}/publish",
    tag = "workflows",
    params(
        ("id" = String, Path, description = "The workflow"),
        ("Idempotency-Key" = Option<String>, Header, description = "Carries the request out once"),
    ),
    request_body = Option<Publish>,
    responses(
        (status = 200, description = "Published", body = Envelope<Record>),
        (status = 404, description = "No such workflow", body = Document),
        (status = 409, description = "Somebody else changed it, or there is no draft", body = Document),
        (status = 422, description = "The draft has problems: `details` lists all", body = Document),
    ),
)]
pub async fn publish(
    api: Data<Api>,
    who: Principal,
    id: Path<WorkflowId>,
    key: IdempotencyKey,
    body: Body<Publish>,
) -> Result<Answer<Record>, Problem> {
    let turn = Turn::take(&api, &who, key, &body.fingerprint).await?;
    let done = match turn {
        Turn::Replay(done) => done,
        Turn::Fresh(ticket) => {
            let publish = checked(&api, &who, *id, body.content.expected_version).await?;
            order::execute(&api, &who, &ticket, *id, publish).await?
        }
    };
    order::answer(&api, &who, done).await
}

/// The order to publish the draft as it is now, once it has no problems.
async fn checked(
    api: &Api,
    who: &Principal,
    id: WorkflowId,
    expected_version: Option<u64>,
) -> Result<Order, Problem> {
    let state = record::load(api, who, id, None).await?.state;
    if let Some(expected) = expected_version.filter(|expected| *expected != state.version) {
        return Err(Error::Conflict { expected, actual: state.version }.into());
    }
    let draft = state.draft.as_ref().ok_or(Error::NoDraft)?;
    let definition =
        validate::check_whole(api, who, &draft.definition).await?.map_err(|found| {
            Problem::new(Code::InvalidDefinition)
                .with_details(refusals::details("/definition", &found))
        })?;
    let found = connectors::problems(api, who, &definition).await?;
    if !found.is_empty() {
        let details = refusals::details("/definition", &found);
        return Err(Problem::new(Code::InvalidDefinition).with_details(details));
    }
    let mut approval = Approval::Unasked;
    if reviews::required(api, who).await? {
        approval = Approval::Required;
        // What was approved is the draft with its blocks and interfaces as they were.
        let approved_at = state.review.as_ref().and_then(Review::approved_at);
        let blocks = blueprints::blocks_changed_at(api, who, &draft.definition).await?;
        let changed_at = blocks.max(ui_components::changed_at(api, who, &draft.definition).await?);
        if approved_at.is_some() && changed_at > approved_at {
            return Err(Problem::new(Code::ReviewRequired).because(
                "a block or an interface of this draft has changed since it was approved",
            ));
        }
    }
    Ok(Order::Publish {
        approval,
        expected_version,
        checked_at_version: state.version,
        definition: Arc::new(serde_json::to_value(&definition).map_err(Problem::internal)?),
    })
}
