use actix_web::web::Data;
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::record::load;
use crate::access::Principal;
use crate::actors::wallets::with_prices;
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::extract::Body;
use crate::http::problem::{Code, Detail, Document, Problem};
use crate::policies::{
    self, Applied, Asked, Candidate, Context, DocumentCandidate, Mode, Prices, decide,
};

/// A transaction or a document to be judged: one of the two.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct SimulatePolicies {
    /// `chainId`, `from`, `to`, `value`, `data`, `gasLimit`, `maxFee`; amounts are texts.
    #[schema(value_type = Object)]
    transaction: Option<Candidate>,
    /// A document of EIP-712: the address that signs it as `from`, and the `document` with `types`,
    /// `primaryType`, `domain` and `message`.
    #[schema(value_type = Object)]
    typed_data: Option<DocumentCandidate>,
    /// By which wallet.
    #[schema(example = "treasury")]
    wallet: String,
    /// For which workflow.
    workflow: Option<String>,
    /// The kind of the trigger that began the run.
    trigger: Option<String>,
    /// Prices by chain and token, `8453:0x…` in small digits: `microUsd`, `decimals`, `signedAt`. When absent, those
    /// that are on record.
    #[schema(value_type = Option<Object>)]
    prices: Option<Prices>,
    /// A policy to be judged by instead of those of the organization.
    #[schema(value_type = Object)]
    document: Option<Value>,
}

/// Says what would be decided over a transaction or a document now, and why: what was used of limits counts. Nothing is
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
    let SimulatePolicies { transaction, typed_data, wallet, workflow, trigger, prices, document } =
        body.content;
    let asked = match (&transaction, &typed_data) {
        (Some(transaction), None) => Asked::Transaction(transaction),
        (None, Some(document)) => Asked::Document(document),
        (Some(_), Some(_)) | (None, None) => {
            let detail =
                Detail::new("/transaction", "or `typedData` is to be judged: give one of the two");
            return Err(Problem::new(Code::InvalidBody).with_details(vec![detail]));
        }
    };
    let document = document.map(|it| policies::Document::read(&it)).transpose();
    let document = document.map_err(|faults| {
        let detail = |it: policies::Fault| Detail::new(format!("/document{}", it.path), it.message);
        Problem::new(Code::InvalidBody).with_details(faults.into_iter().map(detail).collect())
    })?;
    let (all, at) = (load(&api, &who).await?, api.clock.now());
    let applied = match &document {
        Some(document) => {
            vec![Applied { policy: "simulated", version: 1, mode: Mode::Enforce, document }]
        }
        None => all.in_force(at),
    };
    let (known, quotes) = match prices {
        Some(prices) => (prices, Vec::new()),
        None => api.quoting.prices(&applied, asked.chain(), at).await?,
    };
    let context = Context {
        organization: who.organization.to_string(),
        wallet,
        workflow,
        actor: who.to_string(),
        trigger,
        at,
        prices: known,
    };
    let spending = api.spendings.load(&who.organization.to_string()).await?.aggregate;
    let decision = decide(&applied, asked, &context, spending.book());
    Ok(Answer::ok(with_prices(&decision, &quotes).map_err(Problem::internal)?))
}
