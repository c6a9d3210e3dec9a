use actix_web::web::{Data, Path};
use alloy_primitives::U256;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use utoipa::{IntoParams, ToSchema};

use super::record::{Record, all};
use crate::abi;
use crate::access::Principal;
use crate::aggregates::paid_endpoints::{Command, Endpoint, Order, Trial};
use crate::chains::chain_id;
use crate::http::answer::{Answer, Envelope, Page};
use crate::http::api::Api;
use crate::http::extract::{Body, IdempotencyKey, MinPosition, Paging, Params};
use crate::http::idempotency::{Done, Turn};
use crate::http::problem::{Code, Document, Problem};
use crate::journal::{Recorded, StreamId};
use crate::primitives::PaidEndpointId;
use crate::projections::x402::Projector;
use crate::x402::chain_of;

/// How many times its price an endpoint may be paid where nobody says.
const USUAL_BOUND: u64 = 5;
/// The most bytes of what is known of an endpoint beside its price.
const MAX_DETAILS: usize = 64 * 1024;
/// How long its name may be, in characters.
const MAX_NAME: usize = 100;
/// How long its description may be, in characters.
const MAX_DESCRIPTION: usize = 2_000;

/// An endpoint that is to be paid by request.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct CreatePaidEndpoint {
    /// What people call it: 1 to 100 characters, which no other one has.
    #[schema(example = "Weather")]
    name: String,
    /// What it gives.
    #[serde(default)]
    description: String,
    /// Its URL, without a query.
    #[schema(example = "https://api.example.com/weather")]
    base_url: String,
    /// GET when absent.
    method: Option<String>,
    /// The chain: CAIP-2, a name or an id.
    #[schema(value_type = String, example = "eip155:8453")]
    network: Value,
    /// Who is paid.
    pay_to: String,
    /// What it asks, in the smallest unit of the token, in digits.
    #[schema(example = "10000")]
    price: String,
    /// The most that is paid for a request; five times the price when absent.
    max_allowed_price: Option<String>,
    /// The token.
    token_address: String,
    /// Its symbol.
    #[schema(example = "USDC")]
    token_symbol: Option<String>,
    /// How many decimals it has.
    token_decimals: Option<u8>,
    /// Parameters of its query: `{name: {type, description, required}}`.
    #[schema(value_type = Option<Object>)]
    query_params: Option<Value>,
    /// Fields of its body.
    #[schema(value_type = Option<Object>)]
    body_params: Option<Value>,
    /// Headers that it takes.
    #[schema(value_type = Option<Object>)]
    header_params: Option<Value>,
    /// Parameters that are sent unless a call says otherwise.
    #[schema(value_type = Option<Object>)]
    default_query_params: Option<Value>,
    /// Headers that are sent unless a call says otherwise.
    #[schema(value_type = Option<Object>)]
    default_headers: Option<Value>,
    /// The body that is sent unless a call says otherwise.
    #[schema(value_type = Option<Object>)]
    default_body: Option<Value>,
    /// A query as an example.
    #[schema(value_type = Option<Object>)]
    example_query_params: Option<Value>,
    /// Headers as an example.
    #[schema(value_type = Option<Object>)]
    example_headers: Option<Value>,
    /// A body as an example.
    #[schema(value_type = Option<Object>)]
    example_body: Option<Value>,
    /// An answer as an example.
    #[schema(value_type = Option<Object>)]
    example_output: Option<Value>,
    /// The JSON Schema of its answer.
    #[schema(value_type = Option<Object>)]
    output_schema: Option<Value>,
    /// The type of its answer.
    mime_type: Option<String>,
    /// A word for what it is about.
    category: Option<String>,
    /// Words by which it is found.
    tags: Option<Vec<String>>,
    /// What it is good for.
    use_cases: Option<Vec<String>>,
    /// What goes in, in a line.
    input_summary: Option<String>,
    /// What comes out, in a line.
    output_summary: Option<String>,
}

/// Which endpoints are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub struct Wanted {
    /// How many at most: 1 to 100, 20 when absent.
    limit: Option<i64>,
    /// How many to pass over, at most 10,000.
    offset: Option<i64>,
    /// Where to go on, from the last answer; instead of `offset`.
    cursor: Option<String>,
    /// Waits up to 5 seconds until the stats have reached this position.
    #[param(value_type = Option<i64>)]
    min_position: Option<MinPosition>,
}

/// The endpoints that the organization pays by request, the oldest first, and how they do.
#[utoipa::path(
    get,
    operation_id = "list_paid_endpoints",
    path = "/v1/x402-endpoints",
    tag = "x402",
    params(Wanted),
    responses(
        (status = 200, description = "The endpoints", body = Envelope<Page<Record>>),
        (status = 400, description = "A parameter is wrong", body = Document),
        (status = 503, description = "The view did not reach `minPosition`", body = Document),
    ),
)]
pub async fn list(
    api: Data<Api>,
    who: Principal,
    query: Params<Wanted>,
) -> Result<Answer<Page<Record>>, Problem> {
    let Wanted { limit, offset, cursor, min_position } = query.0;
    let paging = Paging::of(limit, offset, cursor)?;
    api.view_at(Projector::NAME, min_position).await?;
    let known = all(&api, &who).await?.all;
    let ids: Vec<_> = known.keys().map(ToString::to_string).collect();
    let (stats, spent) = api.payments().stats(who.organization, &ids).await?;
    let records = known.into_iter().map(|(id, known)| Record::of(id, known, &stats, &spent));
    Ok(Answer::ok(paging.of_all(records, |record| record.id.to_string())?))
}

/// A paid endpoint, and how it does.
#[utoipa::path(
    get,
    operation_id = "get_paid_endpoint",
    path = "/v1/x402-endpoints/{id}",
    tag = "x402",
    params(("id" = String, Path, description = "The endpoint")),
    responses(
        (status = 200, description = "The endpoint", body = Envelope<Record>),
        (status = 404, description = "There is no such endpoint", body = Document),
    ),
)]
pub async fn get(
    api: Data<Api>,
    who: Principal,
    id: Path<PaidEndpointId>,
) -> Result<Answer<Record>, Problem> {
    Ok(Answer::ok(Record::load(&api, &who, *id).await?))
}

/// Takes up an endpoint that was tried with success in the last 24 hours, by this method and for this price, token
/// and receiver. Whatever it asks later, it is paid no more than `maxAllowedPrice`, and nobody else is.
#[utoipa::path(
    post,
    operation_id = "create_paid_endpoint",
    path = "/v1/x402-endpoints",
    tag = "x402",
    params(("Idempotency-Key" = Option<String>, Header, description = "Carries the request out once")),
    request_body = CreatePaidEndpoint,
    responses(
        (status = 201, description = "Taken up", body = Envelope<Record>),
        (status = 409, description = "It was not tried, its name is taken, or there are too many", body = Document),
        (status = 422, description = "A field cannot be used", body = Document),
    ),
)]
pub async fn create(
    api: Data<Api>,
    who: Principal,
    key: IdempotencyKey,
    body: Body<CreatePaidEndpoint>,
) -> Result<Answer<Record>, Problem> {
    let fingerprint = body.fingerprint.clone();
    let endpoint = endpoint(body.content)?;
    let done = match Turn::take(&api, &who, key, &fingerprint).await? {
        Turn::Replay(done) => done,
        Turn::Fresh(ticket) => {
            let order = Order::Add(PaidEndpointId::generate(), Box::new(endpoint));
            let command = Command { by: who.to_string(), at: api.clock.now(), order };
            let stream = StreamId::paid_endpoints(who.organization);
            ticket.execute(&api, &who, &api.paid_endpoints, stream, command).await?
        }
    };
    let id = added(&api, &done).await?;
    let record = Record::load(&api, &who, id).await?;
    let written = api.written(&done.stream, done.sequence).await;
    let location = format!("/v1/x402-endpoints/{id}");
    Ok(Answer::created(record, location).written(written).replayed(done.replayed))
}

/// Pays an endpoint no more. Its payments stay in the list.
#[utoipa::path(
    delete,
    operation_id = "remove_paid_endpoint",
    path = "/v1/x402-endpoints/{id}",
    tag = "x402",
    params(
        ("id" = String, Path, description = "The endpoint"),
        ("Idempotency-Key" = Option<String>, Header, description = "Carries the request out once"),
    ),
    responses(
        (status = 200, description = "It is paid no more", body = Envelope<Object>),
        (status = 404, description = "There is no such endpoint", body = Document),
    ),
)]
pub async fn remove(
    api: Data<Api>,
    who: Principal,
    id: Path<PaidEndpointId>,
    key: IdempotencyKey,
) -> Result<Answer<Value>, Problem> {
    let done = match Turn::take(&api, &who, key, "").await? {
        Turn::Replay(done) => done,
        Turn::Fresh(ticket) => {
            let order = Order::Remove(*id);
            let command = Command { by: who.to_string(), at: api.clock.now(), order };
            let stream = StreamId::paid_endpoints(who.organization);
            ticket.execute(&api, &who, &api.paid_endpoints, stream, command).await?
        }
    };
    let written = api.written(&done.stream, done.sequence).await;
    Ok(Answer::ok(json!({ "id": *id })).written(written).replayed(done.replayed))
}

/// The endpoint that a request has added.
async fn added(api: &Api, done: &Done) -> Result<PaidEndpointId, Problem> {
    let events = api.journal.read_stream(&done.stream, done.sequence - 1, 1).await?;
    let event = events.first().map(Recorded::paid_endpoints).transpose()?;
    event.and_then(|event| event.added()).ok_or_else(|| Problem::new(Code::Internal))
}

/// The number of the chain that a field means.
pub(super) fn chain(value: &Value, at: &str) -> Result<u64, Problem> {
    if let Some(chain) = value.as_str().and_then(chain_of) {
        return Ok(chain);
    }
    chain_id(Some(value)).map_err(|why| Problem::new(Code::InvalidBody).at(at, why))
}

/// The amount that a field means.
pub(super) fn amount(text: &str, at: &str) -> Result<U256, Problem> {
    let is_digits =
        (1..=78).contains(&text.len()) && text.bytes().all(|letter| letter.is_ascii_digit());
    let amount = Some(text).filter(|_| is_digits).and_then(|text| text.parse().ok());
    amount.ok_or_else(|| {
        let why = "must be an amount in the smallest unit of the token, in digits";
        Problem::new(Code::InvalidBody).at(at, why)
    })
}

/// The address that a field means.
pub(super) fn address(text: &str, at: &str) -> Result<alloy_primitives::Address, Problem> {
    abi::address(text).map_err(|why| Problem::new(Code::InvalidBody).at(at, why))
}

fn endpoint(it: CreatePaidEndpoint) -> Result<Endpoint, Problem> {
    let wrong = |at: &str, why: &str| Err(Problem::new(Code::InvalidBody).at(at, why));
    let name = it.name.trim().to_owned();
    let is_plain = |text: &str| !text.chars().any(char::is_control);
    if !(1..=MAX_NAME).contains(&name.chars().count()) || !is_plain(&name) {
        return wrong("/name", "has 1 to 100 characters");
    }
    if it.description.chars().count() > MAX_DESCRIPTION {
        return wrong("/description", "has at most 2,000 characters");
    }
    let is_http = ["http://", "https://"].iter().any(|scheme| it.base_url.starts_with(scheme));
    if !is_http || it.base_url.contains(['?', '#']) || it.base_url.len() > 2_000 {
        return wrong("/baseUrl", "must be an http or https URL without a query");
    }
    let symbol = it.token_symbol.clone().unwrap_or_default();
    if symbol.chars().count() > 20 || !is_plain(&symbol) {
        return wrong("/tokenSymbol", "has at most 20 characters");
    }
    let decimals = it.token_decimals.unwrap_or(6);
    if decimals > 36 {
        return wrong("/tokenDecimals", "must be 0 to 36");
    }
    let price = amount(&it.price, "/price")?;
    let max_allowed_price = match &it.max_allowed_price {
        Some(text) => amount(text, "/maxAllowedPrice")?,
        None => price.saturating_mul(U256::from(USUAL_BOUND)),
    };
    let asked = Trial {
        method: it.method.clone().unwrap_or_else(|| "GET".to_owned()).to_uppercase(),
        base_url: it.base_url.clone(),
        chain_id: chain(&it.network, "/network")?,
        token_address: address(&it.token_address, "/tokenAddress")?,
        pay_to: address(&it.pay_to, "/payTo")?,
        price,
    };
    let description = it.description.clone();
    let details = details(it);
    if details.to_string().len() > MAX_DETAILS {
        return wrong("", "what is known of an endpoint has at most 64 KiB");
    }
    Ok(Endpoint {
        name,
        description,
        asked,
        max_allowed_price,
        token_symbol: symbol,
        token_decimals: decimals,
        details: details.into(),
        source: "user_import".to_owned(),
    })
}

/// What is known of an endpoint beside its price.
fn details(it: CreatePaidEndpoint) -> Value {
    let mut details = Map::new();
    let all = [
        ("queryParams", it.query_params),
        ("bodyParams", it.body_params),
        ("headerParams", it.header_params),
        ("defaultQueryParams", it.default_query_params),
        ("defaultHeaders", it.default_headers),
        ("defaultBody", it.default_body),
        ("exampleQueryParams", it.example_query_params),
        ("exampleHeaders", it.example_headers),
        ("exampleBody", it.example_body),
        ("exampleOutput", it.example_output),
        ("outputSchema", it.output_schema),
        ("mimeType", it.mime_type.map(Value::from)),
        ("category", it.category.map(Value::from)),
        ("tags", it.tags.map(Value::from)),
        ("useCases", it.use_cases.map(Value::from)),
        ("inputSummary", it.input_summary.map(Value::from)),
        ("outputSummary", it.output_summary.map(Value::from)),
    ];
    for (name, value) in all {
        if let Some(value) = value.filter(|value| !value.is_null()) {
            details.insert(name.to_owned(), value);
        }
    }
    Value::Object(details)
}
