use actix_web::web::Data;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::provider::provider;
use crate::access::Principal;
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::extract::Params;
use crate::http::problem::{Document, Problem};
use crate::primitives::ConnectorId;

/// Whose models are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub struct Wanted {
    /// The connector; the one that is found for whoever asks when absent.
    #[param(value_type = Option<String>)]
    connector_id: Option<ConnectorId>,
}

/// The models that can be asked.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = AssistantModels)]
pub struct Offered {
    /// The connector that they are asked by.
    #[schema(value_type = String)]
    connector_id: ConnectorId,
    /// The model that the connector names.
    preferred: Option<String>,
    /// What the provider offers, by name, 500 at most. Not all of them need be able to talk.
    models: Vec<String>,
}

/// The models that the provider of a connector offers.
#[utoipa::path(
    get,
    operation_id = "list_assistant_models",
    path = "/v1/assistant/models",
    tag = "assistant",
    params(Wanted),
    responses(
        (status = 200, description = "The models", body = Envelope<Offered>),
        (status = 404, description = "No such connector", body = Document),
        (status = 409, description = "No provider is connected, several are and none was named, or the assistant is off", body = Document),
        (status = 502, description = "The provider gave no list", body = Document),
    ),
)]
pub async fn models(
    api: Data<Api>,
    who: Principal,
    query: Params<Wanted>,
) -> Result<Answer<Offered>, Problem> {
    let Params(Wanted { connector_id }) = query;
    api.rates.ask(&who)?;
    let provider = provider(&api, &who, connector_id).await?;
    let models = api.assistant.models(&provider).await?;
    let preferred = provider.preferred().map(str::to_owned);
    Ok(Answer::ok(Offered { connector_id: provider.connector(), preferred, models }))
}
