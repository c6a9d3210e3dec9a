use actix_web::web::Data;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::connectors::{Error, Returned};
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::extract::Params;
use crate::http::problem::{Code, Document, Problem};

/// The longest of what a provider hands back.
const LONGEST: usize = 4_096;

/// What a provider sends somebody back with. Providers add parameters of their own: they are not
/// looked at.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Query {
    /// What was handed out when it was begun.
    state: Option<String>,
    /// What is exchanged for tokens.
    code: Option<String>,
    /// Why access was not granted.
    error: Option<String>,
}

/// What came of it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ConnectorAuthorized)]
pub struct Authorized {
    /// How the connector stands: `connected`, or `failing` when access was not granted.
    status: &'static str,
    /// Why, unless it is good.
    status_reason: Option<String>,
}

/// Where providers send people back to. Everybody may come; what was handed out at the beginning
/// counts once, for ten minutes.
#[utoipa::path(
    get,
    operation_id = "oauth_callback",
    path = "/v1/oauth/callback",
    tag = "connectors",
    security(()),
    params(Query),
    responses(
        (status = 200, description = "What came of it", body = Envelope<Authorized>),
        (status = 400, description = "Nobody awaits this", body = Document),
    ),
)]
pub async fn callback(api: Data<Api>, query: Params<Query>) -> Result<Answer<Authorized>, Problem> {
    let Params(Query { state, code, error }) = query;
    let not_awaited = || Problem::new(Code::OauthNotAwaited);
    let fits = |text: &String| text.len() <= LONGEST;
    let state = state.filter(fits).ok_or_else(not_awaited)?;
    let outcome = match (code.filter(fits), error.filter(fits)) {
        (_, Some(error)) => Err(error),
        (Some(code), None) => Ok(code),
        (None, None) => return Err(not_awaited()),
    };
    let connector = match api.connectors.redeem(Returned { state, outcome }).await {
        Ok(connector) => connector,
        // Whether it was used, has expired or never was is nobody's business here.
        Err(Error::NotAwaited) => return Err(not_awaited()),
        Err(error) => return Err(error.into()),
    };
    Ok(Answer::ok(Authorized {
        status: connector.status().name(),
        status_reason: connector.check.and_then(|check| check.reason),
    }))
}
