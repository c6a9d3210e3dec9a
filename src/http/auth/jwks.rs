use actix_web::HttpResponse;
use actix_web::http::header::CACHE_CONTROL;
use actix_web::web::Data;
use serde::Serialize;
use utoipa::ToSchema;

use crate::actors::people::Jwk;
use crate::http::api::Api;
use crate::http::problem::Problem;

/// A minute: whoever meets a key that they do not know asks again.
const CACHED: &str = "public, max-age=60";

/// The keys by which access tokens are verified (RFC 7517).
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct JsonWebKeys {
    /// The keys.
    keys: Vec<JsonWebKey>,
}

/// A key on the curve P-256.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct JsonWebKey {
    /// What it is called: its thumbprint (RFC 7638).
    kid: String,
    /// Always `EC`.
    kty: &'static str,
    /// Always `P-256`.
    crv: &'static str,
    /// Always `ES256`.
    alg: &'static str,
    /// Always `sig`.
    #[serde(rename = "use")]
    purpose: &'static str,
    /// Its first coordinate, in base64url.
    x: String,
    /// Its second.
    y: String,
}

impl From<Jwk> for JsonWebKey {
    fn from(Jwk { kid, public }: Jwk) -> Self {
        let (x, y) = (public.x, public.y);
        Self { kid, kty: "EC", crv: "P-256", alg: "ES256", purpose: "sig", x, y }
    }
}

/// The public keys of this installation's access tokens.
#[utoipa::path(
    get,
    operation_id = "get_jwks",
    path = "/.well-known/jwks.json",
    tag = "auth",
    security(()),
    responses((status = 200, description = "The keys", body = JsonWebKeys)),
)]
pub async fn jwks(api: Data<Api>) -> Result<HttpResponse, Problem> {
    let keys = api.people.ring.public().await?.into_iter().map(JsonWebKey::from).collect();
    let mut response = HttpResponse::Ok();
    Ok(response.insert_header((CACHE_CONTROL, CACHED)).json(JsonWebKeys { keys }))
}
