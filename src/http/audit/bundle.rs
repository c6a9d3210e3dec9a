//! A run with its proofs, as one file.

use std::time::Duration;

use actix_web::HttpResponse;
use actix_web::http::header::CONTENT_DISPOSITION;
use actix_web::web::{Data, Path};
use bytes::Bytes;
use futures::stream::try_unfold;
use serde::Deserialize;
use tokio::time::{Instant, sleep};
use utoipa::IntoParams;

use crate::access::Principal;
use crate::http::api::Api;
use crate::http::extract::Params;
use crate::http::problem::{Document, Problem};
use crate::http::runs::ledger::must_be_proved;
use crate::notary::{self, Export};
use crate::primitives::RunId;

/// How long it is waited until the run's last events are signed.
const PATIENCE: Duration = Duration::from_secs(15);
/// How often it is looked for that.
const LOOK: Duration = Duration::from_millis(250);

/// Against which checkpoint.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub struct Wanted {
    /// Against the checkpoint of so many events, instead of the last one: what it does not cover is left out.
    size: Option<u64>,
}

/// The run as an auditor checks it without this server: its events letter by letter, the version of the
/// workflow, the proof of each, and the signed checkpoint. `chainkeel audit verify` reads it.
#[utoipa::path(
    get,
    operation_id = "export_run_bundle",
    path = "/v1/runs/{id}/bundle",
    tag = "runs",
    params(("id" = String, Path, description = "The run"), Wanted),
    responses(
        (status = 200, description = "The bundle", content_type = "application/json", body = String),
        (status = 404, description = "No such run, or it is not signed yet", body = Document),
    ),
)]
pub async fn bundle(
    api: Data<Api>,
    who: Principal,
    id: Path<RunId>,
    query: Params<Wanted>,
) -> Result<HttpResponse, Problem> {
    must_be_proved(&api, &who, *id).await?;
    let give_up = Instant::now() + PATIENCE;
    let export = loop {
        match Export::open((api.log.clone(), api.journal.clone()), *id, query.0.size).await {
            // The next checkpoint covers it.
            Err(notary::Error::NoCheckpoint(_))
                if query.0.size.is_none() && Instant::now() < give_up =>
            {
                sleep(LOOK).await;
            }
            opened => break opened?,
        }
    };
    let parts = try_unfold(export, |mut export| async move {
        let part = export.next().await.map_err(Problem::from)?;
        Ok::<_, Problem>(part.map(|part| (Bytes::from(part), export)))
    });
    Ok(HttpResponse::Ok()
        .content_type("application/json")
        .insert_header((CONTENT_DISPOSITION, format!("attachment; filename=\"{id}.bundle.json\"")))
        .streaming(parts))
}
