use std::time::Duration;

use actix_web::web::Data;
use engine::Failure;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::endpoints::{address, amount, chain};
use crate::access::Principal;
use crate::actors::wallets::{Letter, Wanting};
use crate::aggregates::paid_endpoints::{Command, Order, Trial};
use crate::aggregates::payment::Origin;
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::extract::{Body, IdempotencyKey};
use crate::http::idempotency::Turn;
use crate::http::problem::{Code, Detail, Document, Problem};
use crate::journal::StreamId;
use crate::onchain::{PaidCall, Whom};
use crate::primitives::{ChainId, PaidEndpointId, PaymentId, WalletId};
use crate::x402::{Demand, Offer, Version, network};

/// How long a call of a person takes at most.
const PATIENCE: Duration = Duration::from_mins(1);
/// How long an answer may take where nobody says, in milliseconds.
const ANSWER_MS: u64 = 30_000;

/// A request that is made to see what it is asked for.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct ProbePaidEndpoint {
    /// Where.
    #[schema(example = "https://api.example.com/weather")]
    url: String,
    /// GET when absent.
    method: Option<String>,
    /// Headers.
    #[serde(default)]
    #[schema(value_type = Object)]
    headers: Map<String, Value>,
    /// The body.
    #[serde(default)]
    #[schema(value_type = Object)]
    body: Value,
}

/// What a request is asked for.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Probe {
    /// The status of its answer; 402 where it has to be paid for.
    status: u16,
    /// Whether it has to be paid for.
    payment_required: bool,
    /// The version of x402 that is spoken.
    x402_version: Option<u64>,
    /// What is paid for, in the seller's words.
    description: Option<String>,
    /// The ways to pay that can be paid here.
    offers: Vec<OfferRecord>,
    /// Why others cannot, or what is asked for cannot be read.
    problems: Vec<String>,
}

/// A way to pay.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = PaymentOffer)]
pub(super) struct OfferRecord {
    /// The chain, as CAIP-2 names it.
    network: String,
    /// The token.
    token_address: String,
    /// Its name, as its signatures have it.
    token_name: String,
    /// How much, in its smallest unit.
    price: String,
    /// Who is paid.
    pay_to: String,
    /// Within how many seconds.
    max_timeout_seconds: u64,
}

/// A request that is made and paid for, to see whether it gives something.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct TestPaidEndpoint {
    /// Where, without a query where it is to be taken up.
    url: String,
    /// GET when absent.
    method: Option<String>,
    /// Parameters that are added to the URL.
    #[serde(default)]
    #[schema(value_type = Object)]
    query: Map<String, Value>,
    /// Headers.
    #[serde(default)]
    #[schema(value_type = Object)]
    headers: Map<String, Value>,
    /// The body.
    #[serde(default)]
    #[schema(value_type = Object)]
    body: Value,
    /// Who pays; the default wallet, or the only one, when absent.
    #[schema(value_type = Option<String>)]
    wallet_id: Option<WalletId>,
    /// The chain: CAIP-2, a name or an id.
    #[schema(value_type = String, example = "eip155:8453")]
    network: Value,
    /// The token.
    token_address: String,
    /// The most that is paid, in the smallest unit of the token.
    max_price: String,
}

/// A request of an endpoint that was taken up.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct ExecutePaidEndpoint {
    /// The endpoint.
    #[schema(value_type = String)]
    endpoint_id: PaidEndpointId,
    /// Parameters that are added to its URL.
    #[serde(default)]
    #[schema(value_type = Object)]
    query: Map<String, Value>,
    /// Headers.
    #[serde(default)]
    #[schema(value_type = Object)]
    headers: Map<String, Value>,
    /// The body.
    #[serde(default)]
    #[schema(value_type = Object)]
    body: Value,
    /// Who pays; the default wallet, or the only one, when absent.
    #[schema(value_type = Option<String>)]
    wallet_id: Option<WalletId>,
    /// The most that is paid; what the endpoint may be paid when absent.
    max_price: Option<String>,
}

/// What a URL asks for a request, without paying it.
#[utoipa::path(
    post,
    operation_id = "probe_paid_endpoint",
    path = "/v1/x402-endpoints/probe",
    tag = "x402",
    request_body = ProbePaidEndpoint,
    responses(
        (status = 200, description = "What is asked", body = Envelope<Probe>),
        (status = 422, description = "The request does not get there", body = Document),
    ),
)]
pub async fn probe(
    api: Data<Api>,
    _who: Principal,
    body: Body<ProbePaidEndpoint>,
) -> Result<Answer<Probe>, Problem> {
    let ProbePaidEndpoint { url, method, headers, body } = body.content;
    let letter = Letter {
        method: method.unwrap_or_else(|| "GET".to_owned()),
        url,
        headers,
        body,
        timeout: Duration::from_millis(ANSWER_MS),
        ..Letter::default()
    };
    let probed = api.payer.probe(letter).await.map_err(|failure| failed(&failure))?;
    let mut told = Probe {
        status: probed.status,
        payment_required: probed.demand.is_some(),
        x402_version: None,
        description: None,
        offers: Vec::new(),
        problems: Vec::new(),
    };
    match probed.demand {
        Some(Ok(Demand { version, resource, offers, unspoken, .. })) => {
            told.x402_version = Some(version.number());
            told.description = Some(resource.description).filter(|text| !text.is_empty());
            told.offers = offers.iter().map(OfferRecord::from).collect();
            told.problems = unspoken.iter().map(ToString::to_string).collect();
        }
        Some(Err(why)) => told.problems.push(why),
        None => {}
    }
    Ok(Answer::ok(told))
}

/// Makes a request and pays for it, within `maxPrice` and the policies. An endpoint that gives something may be
/// taken up within 24 hours. With an `Idempotency-Key`, the same request is paid for once, however often it is made.
#[utoipa::path(
    post,
    operation_id = "test_paid_endpoint",
    path = "/v1/x402-endpoints/test",
    tag = "x402",
    params(("Idempotency-Key" = Option<String>, Header, description = "Pays once")),
    request_body = TestPaidEndpoint,
    responses(
        (status = 200, description = "What was given, and what was paid", body = Envelope<Object>),
        (status = 422, description = "Nothing was given; `details` says what became of the payment", body = Document),
    ),
)]
pub async fn test(
    api: Data<Api>,
    who: Principal,
    key: IdempotencyKey,
    body: Body<TestPaidEndpoint>,
) -> Result<Answer<Value>, Problem> {
    let asked = body.content;
    let method = asked.method.clone().unwrap_or_else(|| "GET".to_owned()).to_uppercase();
    let base_url = asked.url.split(['?', '#']).next().unwrap_or_default().to_owned();
    let call = PaidCall {
        whom: Whom::Url {
            chain: ChainId(chain(&asked.network, "/network")?),
            token: address(&asked.token_address, "/tokenAddress")?,
            url: asked.url,
        },
        method: Some(method.clone()),
        query: asked.query,
        headers: asked.headers,
        body: asked.body,
        wallet: asked.wallet_id,
        max_price: Some(amount(&asked.max_price, "/maxPrice")?),
        timeout_ms: ANSWER_MS,
    };
    let given = paid(&api, &who, &key, call).await?;
    if given["paid"] == true {
        let part = |name: &str| given["payment"][name].as_str().unwrap_or_default().to_owned();
        let trial = Trial {
            method,
            base_url,
            chain_id: given["payment"]["chainId"].as_u64().unwrap_or_default(),
            token_address: address(&part("tokenAddress"), "/tokenAddress")?,
            pay_to: address(&part("payTo"), "/payTo")?,
            price: amount(&part("amount"), "/maxPrice")?,
        };
        // Under a key of its own: that the request was paid for is known by its payment.
        let key = IdempotencyKey { key: None, ..key };
        if let Turn::Fresh(ticket) = Turn::take(&api, &who, key, "").await? {
            let (by, at, order) = (who.to_string(), api.clock.now(), Order::Try(trial));
            let stream = StreamId::paid_endpoints(who.organization);
            let command = Command { by, at, order };
            ticket.execute(&api, &who, &api.paid_endpoints, stream, command).await?;
        }
    }
    Ok(Answer::ok(given))
}

/// Makes a request of an endpoint that was taken up, and pays for it. With an `Idempotency-Key`, the same request is
/// paid for once, however often it is made: what is not known yet is asked for again by the same payload.
#[utoipa::path(
    post,
    operation_id = "execute_paid_endpoint",
    path = "/v1/x402-endpoints/execute",
    tag = "x402",
    params(("Idempotency-Key" = Option<String>, Header, description = "Pays once")),
    request_body = ExecutePaidEndpoint,
    responses(
        (status = 200, description = "What was given, and what was paid", body = Envelope<Object>),
        (status = 404, description = "There is no such endpoint", body = Document),
        (status = 422, description = "Nothing was given; `details` says what became of the payment", body = Document),
    ),
)]
pub async fn execute(
    api: Data<Api>,
    who: Principal,
    key: IdempotencyKey,
    body: Body<ExecutePaidEndpoint>,
) -> Result<Answer<Value>, Problem> {
    let asked = body.content;
    let known = super::record::all(&api, &who).await?;
    if !known.all.contains_key(&asked.endpoint_id) {
        return Err(Problem::new(Code::PaidEndpointNotFound));
    }
    let max_price = match &asked.max_price {
        Some(text) => Some(amount(text, "/maxPrice")?),
        None => None,
    };
    let call = PaidCall {
        whom: Whom::Endpoint(asked.endpoint_id),
        method: None,
        query: asked.query,
        headers: asked.headers,
        body: asked.body,
        wallet: asked.wallet_id,
        max_price,
        timeout_ms: ANSWER_MS,
    };
    Ok(Answer::ok(paid(&api, &who, &key, call).await?))
}

/// Has a request made and paid for, under the key that it came with.
async fn paid(
    api: &Api,
    who: &Principal,
    key: &IdempotencyKey,
    call: PaidCall,
) -> Result<Value, Problem> {
    let (organization, by) = (who.organization, who.to_string());
    let payment = match &key.key {
        Some(text) => PaymentId::ordered(organization, &by, &format!("{} {text}", key.route)),
        None => PaymentId::generate(),
    };
    let origin = Origin { by, run_id: None, node_id: None, workflow_id: None, trigger: None };
    let key = payment.to_string();
    let wanting = Wanting { organization, payment, key, origin, timeout: PATIENCE };
    let asked = api.payer.asked(call, wanting).await.map_err(|failure| failed(&failure))?;
    api.payer.pay(asked).await.map_err(|failure| failed(&failure))
}

/// A failure as a problem, with its code and the payment.
fn failed(failure: &Failure) -> Problem {
    let payment = failure.details.as_ref().and_then(|it| it["paymentId"].as_str());
    let mut detail = Detail::new(payment.unwrap_or_default(), failure.message.clone());
    detail.code = Some(failure.code.clone());
    Problem::new(Code::PaymentFailed).because(&failure.message).with_details(vec![detail])
}

impl From<&Offer> for OfferRecord {
    fn from(offer: &Offer) -> Self {
        let terms = &offer.terms;
        Self {
            network: network(Version::V2, terms.chain),
            token_address: terms.asset.to_checksum(None),
            token_name: terms.token.name.clone(),
            price: terms.amount.to_string(),
            pay_to: terms.pay_to.to_checksum(None),
            max_timeout_seconds: terms.max_timeout_seconds,
        }
    }
}
