use std::sync::Arc;

use actix_web::web::{Data, Path};
use engine::{Json, Node, Trigger};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::record::whole;
use crate::access::Principal;
use crate::actors::StartRun;
use crate::deliveries::Delivery;
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::extract::{Body, IdempotencyKey};
use crate::http::idempotency::Turn;
use crate::http::inbound;
use crate::http::problem::{Code, Document, Problem};
use crate::http::runs::order;
use crate::http::workflows::{Edition, SimulatedRun, World, must_belong, record, simulated};
use crate::primitives::{DeliveryId, RunId, WorkflowId};
use crate::trials::{MockSpec, Unmocked};
use crate::triggers::webhook::Settings;

/// What is replayed against.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Replay {
    /// Plays a run of this content in virtual time instead of starting one: `draft`, `live` or the
    /// number of a version.
    #[schema(value_type = Option<String>)]
    simulate: Option<Edition>,
    /// Of a simulation: what the outside answers.
    #[serde(default)]
    mocks: Vec<MockSpec>,
    /// Of a simulation: what becomes of a call that no mock fits.
    #[serde(default)]
    unmocked: Unmocked,
}

/// What came of it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Replayed {
    /// The run that has begun.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, example = "run_01h455vb4pex5vsknk084sn02q")]
    run_id: Option<RunId>,
    /// What would happen, where it was simulated.
    #[serde(skip_serializing_if = "Option::is_none")]
    simulation: Option<SimulatedRun>,
}

/// Starts a run from a delivery that came before, as if it came again and were new; or shows what it
/// would have done to the draft. It is read as the trigger says now; its signature is not looked at
/// again, since whoever may start runs may start one with any body.
#[utoipa::path(
    post,
    operation_id = "replay_delivery",
    path = "/v1/workflows/{id}/deliveries/{deliveryId}/replay",
    tag = "webhooks",
    params(
        ("id" = String, Path, description = "The workflow"),
        ("deliveryId" = String, Path, description = "The delivery"),
        ("Idempotency-Key" = Option<String>, Header, description = "Starts one run only"),
    ),
    request_body = Option<Replay>,
    responses(
        (status = 200, description = "What would happen", body = Envelope<Replayed>),
        (status = 202, description = "A run has begun", body = Envelope<Replayed>),
        (status = 404, description = "No such workflow or delivery", body = Document),
        (status = 409, description = "Only its beginning is kept, or the workflow starts no run now", body = Document),
        (status = 422, description = "It is not what the workflow takes", body = Document),
    ),
)]
pub async fn replay(
    api: Data<Api>,
    who: Principal,
    path: Path<(WorkflowId, DeliveryId)>,
    key: IdempotencyKey,
    body: Body<Replay>,
) -> Result<Answer<Replayed>, Problem> {
    let (id, delivery) = path.into_inner();
    must_belong(&api, &who, id).await?;
    let delivery = whole(&api.deliveries, who.organization, id, delivery).await?;
    let Replay { simulate, mocks, unmocked } = body.content;
    let state = record::load(&api, &who, id, None).await?.state;
    let edition = simulate.unwrap_or(Edition::Live);
    let definition = edition.definition(&state)?;
    let root = definition.root();
    let settings = root.and_then(|root| Settings::of(&root.kind, &root.payload));
    let Some(Ok(settings)) = settings else {
        let message = "its trigger takes no deliveries";
        return Err(Problem::new(Code::WorkflowRefuses).because(message));
    };
    let Some(told) = as_told(root, &settings, &delivery)? else {
        let message = "the delivery is none of those that its trigger asks for";
        return Err(Problem::new(Code::WorkflowRefuses).because(message));
    };
    if simulate.is_some() {
        let played = simulated(
            &api,
            &state,
            id,
            edition,
            (told, delivery.headers),
            World::of(mocks, unmocked),
        );
        let simulation = Some(played.await?);
        return Ok(Answer::ok(Replayed { run_id: None, simulation }));
    }
    let turn = Turn::take(&api, &who, key, &body.fingerprint).await?;
    let trigger = Trigger {
        kind: inbound::kind_of(root),
        source: "replay".to_owned(),
        body: Arc::clone(&told),
        headers: delivery.headers,
    };
    let start = |run| StartRun {
        run,
        workflow: id,
        trigger,
        input: told,
        claim: None,
        parent: None,
        subject: None,
    };
    let begun = order::begin(&api, &who, turn, async |run, context| {
        api.desk.start(start(run), context).await
    });
    Ok(begun.await?.map(|begun| Replayed { run_id: Some(begun.run_id), simulation: None }))
}

/// The delivery as a run is told of it; nothing where it is none that the trigger asks for.
pub(in crate::http) fn as_told(
    root: Option<&Node>,
    settings: &Settings,
    delivery: &Delivery,
) -> Result<Option<Json>, Problem> {
    let kind = delivery
        .headers
        .get("content-type")
        .map(|kind| kind.split(';').next().unwrap_or_default().trim().to_lowercase());
    let Delivery { method, query, body, headers, .. } = delivery;
    let read = inbound::body(settings, method, kind.as_deref(), query, body)?;
    inbound::sift(root, headers, read)
}
