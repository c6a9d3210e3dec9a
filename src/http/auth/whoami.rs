//! Who somebody is, by the credential that was shown.

use actix_web::web::Data;
use serde::Serialize;
use utoipa::ToSchema;

use crate::access::{Actor, Principal};
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::extract::{Nothing, Params};
use crate::http::organizations::{order, record};
use crate::http::problem::Problem;

/// Who it is, where, and what may be done there.
#[derive(Debug, Serialize, ToSchema)]
pub struct Whoami {
    /// As an auditor reads it in events: `admin`, or an id.
    actor: String,
    /// What kind of actor it is.
    kind: Kind,
    /// The organization in whose name everything is done.
    organization: record::Record,
    /// What may be done there, by name.
    permissions: Vec<String>,
}

/// The kinds of actors.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ActorKind)]
enum Kind {
    /// The holder of the installation's admin key.
    Admin,
    /// The holder of the secret in a workflow's webhook URL.
    Webhook,
    /// Whoever executes a public workflow.
    Public,
    /// A person who is logged in.
    User,
    /// A program, by a key of its account.
    ServiceAccount,
    /// The holder of a key of a person.
    ApiKey,
}

/// Who you are, by the credential that you send.
#[utoipa::path(
    get,
    path = "/v1/whoami",
    tag = "organizations",
    responses((status = 200, description = "Who you are", body = Envelope<Whoami>)),
)]
pub async fn whoami(
    api: Data<Api>,
    who: Principal,
    _: Params<Nothing>,
) -> Result<Answer<Whoami>, Problem> {
    let own = order::own(&api, &who).await?;
    Ok(Answer::ok(Whoami {
        actor: who.to_string(),
        kind: match who.actor {
            Actor::Admin => Kind::Admin,
            Actor::Webhook(_) => Kind::Webhook,
            Actor::Public(_) => Kind::Public,
            Actor::User(_) => Kind::User,
            Actor::ServiceAccount(_) => Kind::ServiceAccount,
            Actor::ApiKey(_) => Kind::ApiKey,
        },
        organization: record::of(who.organization, &own.aggregate),
        permissions: who.permissions.names(),
    }))
}
