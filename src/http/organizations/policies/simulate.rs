use actix_web::web::Data;
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::record::load;
use crate::access::Principal;
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::extract::Body;
use crate::http::problem::{Code, Detail, Document, Problem};
use crate::policies::{self, Applied, Candidate, Context, Mode, Prices, decide};

/// A transaction to be judged.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct SimulatePolicies {
    /// `chainId`, `from`, `to`, `value`, `data`, `gasLimit`, `maxFee`; amounts are texts.
    #[schema(value_type = Object)]
    transaction: Candidate,
    /// By which wallet.
    #[schema(example = "treasury")]
    wallet: String,
    /// For which workflow.
    workflow: Option<String>,
    /// The kind of the trigger that began the run.
    trigger: Option<String>,
    /// Prices by chain and token, `8453:0x…` in small digits: `microUsd`, `decimals`, `signedAt`.
    #[serde(default)]
    #[schema(value_type = Object)]
    prices: Prices,
    /// A policy to be judged by instead of those of the organization.
    #[schema(value_type = Object)]
    document: Option<Value>,
}

/// Says what would be decided over a transaction now, and why: what was used of limits counts. Nothing is
/// signed, reserved or changed.
#[utoipa::path(
    post,
    operation_id = "simulate_policies",
    path = "/v1/policies/simulate",
    tag = "policies",
    request_body = SimulatePolicies,
    responses(
        (status = 200, description = "The decision", body = Envelope<Value>),
        (status = 422, description = "The body has the wrong shape", body = Document),
    ),
)]
pub async fn simulate(
    api: Data<Api>,
    who: Principal,
    body: Body<SimulatePolicies>,
) -> Result<Answer<Value>, Problem> {
    let SimulatePolicies { transaction, wallet, workflow, trigger, prices, document } =
        body.content;
    let document = document.map(|it| policies::Document::read(&it)).transpose();
    let document = document.map_err(|faults| {
        let detail = |it: policies::Fault| Detail::new(format!("/document{}", it.path), it.message);
        Problem::new(Code::InvalidBody).with_details(faults.into_iter().map(detail).collect())
    })?;
    let (all, at) = (load(&api, &who).await?, api.clock.now());
    let context = Context {
        organization: who.organization.to_string(),
        wallet,
        workflow,
        actor: who.to_string(),
        trigger,
        at,
        prices,
    };
    let applied = match &document {
        Some(document) => {
            vec![Applied { policy: "simulated", version: 1, mode: Mode::Enforce, document }]
        }
        None => all.in_force(at),
    };
    let spending = api.spendings.load(&who.organization.to_string()).await?.aggregate;
    let decision = decide(&applied, &transaction, &context, spending.book());
    Ok(Answer::ok(serde_json::to_value(decision).map_err(Problem::internal)?))
}
