//! What is signed of the ledger, as static files: hashes and signatures, which show nothing of anybody.

use std::time::Duration;

use actix_web::HttpResponse;
use actix_web::http::header::{CACHE_CONTROL, ETAG};
use actix_web::web::{Data, Path};

use crate::http::api::Api;
use crate::http::problem::{Code, Document, Problem};
use crate::notary;
use crate::proof::TileId;

/// How long what may change is kept by those who ask.
const FRESH: Duration = Duration::from_secs(1);
/// What never changes.
const FOREVER: &str = "public, max-age=31536000, immutable";

impl From<notary::Error> for Problem {
    fn from(error: notary::Error) -> Self {
        match error {
            notary::Error::Journal(error) => error.into(),
            notary::Error::NoCheckpoint(why) => Self::new(Code::NotSigned).because(why),
            notary::Error::Signing(_)
            | notary::Error::Copy { .. }
            | notary::Error::Damage(_)
            | notary::Error::NoBackend
            | notary::Error::Unreadable(_) => Self::internal(error),
        }
    }
}

/// The last checkpoint of the ledger: a signed note of C2SP, with its name, its length and the root of the
/// tree over it.
#[utoipa::path(
    get,
    operation_id = "get_log_checkpoint",
    path = "/v1/log/checkpoint",
    tag = "log",
    security(()),
    responses(
        (status = 200, description = "The note", content_type = "text/plain", body = String),
        (status = 404, description = "Nothing is signed yet", body = Document),
    ),
)]
pub async fn checkpoint(api: Data<Api>) -> Result<HttpResponse, Problem> {
    let kept = api.log.latest().await?.ok_or_else(unsigned)?;
    Ok(HttpResponse::Ok()
        .content_type("text/plain; charset=utf-8")
        .insert_header((CACHE_CONTROL, format!("public, max-age={}", FRESH.as_secs())))
        .insert_header((ETAG, format!("\"{}\"", kept.size)))
        .body(kept.note))
}

/// The key that signs checkpoints, as a verifier key of C2SP.
#[utoipa::path(
    get,
    operation_id = "get_log_key",
    path = "/v1/log/key",
    tag = "log",
    security(()),
    responses(
        (status = 200, description = "The key", content_type = "text/plain", body = String),
        (status = 404, description = "Nothing is signed yet", body = Document),
    ),
)]
pub async fn key(api: Data<Api>) -> Result<HttpResponse, Problem> {
    let identity = api.log.identity().await?.ok_or_else(unsigned)?;
    Ok(HttpResponse::Ok()
        .content_type("text/plain; charset=utf-8")
        .insert_header((CACHE_CONTROL, format!("public, max-age={}", FRESH.as_secs())))
        .body(format!("{}\n", identity.key)))
}

/// A tile of the tree: up to 256 hashes of 32 bytes side by side, as C2SP tlog-tiles has them. A tile that is
/// not full is asked for with its width, `0/x001/234.p/17`, by the length that a checkpoint names.
#[utoipa::path(
    get,
    operation_id = "get_log_tile",
    path = "/v1/log/tile/{tile}",
    tag = "log",
    security(()),
    params(("tile" = String, Path, description = "Level and number: `0/x001/234`, `0/067.p/17`")),
    responses(
        (status = 200, description = "The hashes", content_type = "application/octet-stream", body = Vec<u8>),
        (status = 404, description = "The tree has no such tile", body = Document),
    ),
)]
pub async fn tile(api: Data<Api>, tile: Path<String>) -> Result<HttpResponse, Problem> {
    let wanted = format!("tile/{tile}").parse::<TileId>();
    let none = || Problem::new(Code::NotFound);
    let hashes = api.log.tile(wanted.map_err(|_| none())?).await?.ok_or_else(none)?;
    // A tile of a width is the same for ever.
    Ok(HttpResponse::Ok()
        .content_type("application/octet-stream")
        .insert_header((CACHE_CONTROL, FOREVER))
        .body(hashes))
}

fn unsigned() -> Problem {
    Problem::new(Code::NotSigned).because("nothing of the ledger is signed yet")
}
