use actix_web::web::Data;
use serde::Serialize;
use utoipa::ToSchema;

use crate::actors::people::Visitor;
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::extract::{Body, Nothing};
use crate::http::problem::{Document, Problem};

/// What an authenticator needs to know. It is shown once.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TotpEnrolment {
    /// The secret, to be typed in.
    secret: String,
    /// The same as an address, to be shown as a QR code.
    otpauth_uri: String,
}

/// Begins to use an authenticator (RFC 6238). It is asked for once `/v1/auth/totp/confirm` was
/// given a code of it.
#[utoipa::path(
    post,
    operation_id = "enrol_totp",
    path = "/v1/auth/totp",
    tag = "auth",
    responses(
        (status = 200, description = "What it needs to know", body = Envelope<TotpEnrolment>),
        (status = 409, description = "One is enrolled already", body = Document),
    ),
)]
pub async fn enrol_totp(
    api: Data<Api>,
    who: Visitor,
    _: Body<Nothing>,
) -> Result<Answer<TotpEnrolment>, Problem> {
    let enrolment = api.people.enrol_totp(who.user).await?;
    Ok(Answer::ok(TotpEnrolment {
        secret: enrolment.secret.expose().to_owned(),
        otpauth_uri: enrolment.uri.expose().to_owned(),
    }))
}
