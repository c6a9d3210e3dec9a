//! A paid endpoint as it is answered, and what refuses to change one.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;
use time::OffsetDateTime;
use utoipa::ToSchema;

use crate::access::Principal;
use crate::aggregates::paid_endpoints::{Endpoint, Error, Known, PaidEndpoints, Trial};
use crate::http::api::Api;
use crate::http::problem::{Code, Problem};
use crate::primitives::PaidEndpointId;
use crate::projections::x402::{Spent, Stats};
use crate::x402::{Version, network};

/// An endpoint of the outside that the organization pays by request.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = PaidEndpoint)]
pub struct Record {
    /// Its id.
    #[schema(value_type = String, example = "xep_01h455vb4pex5vsknk084sn02q")]
    pub(super) id: PaidEndpointId,
    /// What people call it.
    name: String,
    /// What it gives.
    description: String,
    /// Its URL, without a query.
    base_url: String,
    /// The method.
    method: String,
    /// The chain, as CAIP-2 names it.
    #[schema(example = "eip155:8453")]
    network: String,
    /// Who is paid. Where it names another one, nothing is paid.
    pay_to: String,
    /// What it asked when it was taken up, in the smallest unit of the token.
    price: String,
    /// The most that is paid for a request.
    max_allowed_price: String,
    /// The token.
    token_address: String,
    /// Its symbol.
    token_symbol: String,
    /// How many decimals it has.
    token_decimals: u8,
    /// Where it was found: `user_import`.
    source: String,
    /// Who took it up.
    created_by: String,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    created_at: OffsetDateTime,
    /// How it does.
    stats: StatsRecord,
    /// What else is known of it: parameters, defaults, examples, what it is for.
    #[serde(flatten)]
    #[schema(value_type = Object)]
    details: Value,
}

/// How a paid endpoint does.
#[derive(Debug, Default, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = PaidEndpointStats)]
pub(super) struct StatsRecord {
    /// How many requests were made of it.
    total_calls: i64,
    /// How many were answered.
    success_count: i64,
    /// How many came to nothing.
    failure_count: i64,
    /// How long an answer took on the average, in milliseconds.
    avg_response_ms: Option<i64>,
    /// When the last one began.
    #[serde(with = "time::serde::rfc3339::option")]
    last_called_at: Option<OffsetDateTime>,
    /// Why the last one that came to nothing did.
    last_error: Option<String>,
    /// When that was.
    #[serde(with = "time::serde::rfc3339::option")]
    last_error_at: Option<OffsetDateTime>,
    /// What it was paid, by token, in its smallest unit.
    spent_by_token: BTreeMap<String, String>,
}

impl Record {
    /// An endpoint, and how it does.
    pub(super) fn of(id: PaidEndpointId, known: Known, stats: &[Stats], spent: &[Spent]) -> Self {
        let Known { endpoint, by, at } = known;
        let Endpoint { name, description, asked, max_allowed_price, details, source, .. } =
            endpoint;
        let Trial { method, base_url, chain_id, token_address, pay_to, price } = asked;
        let own = id.to_string();
        let found = stats.iter().find(|it| it.endpoint_id == own);
        let mut stats = found.map(StatsRecord::from).unwrap_or_default();
        for Spent { token, amount, .. } in spent.iter().filter(|it| it.endpoint_id == own) {
            stats.spent_by_token.insert(token.clone(), amount.clone());
        }
        Self {
            id,
            name,
            description,
            base_url,
            method,
            network: network(Version::V2, chain_id),
            pay_to: pay_to.to_checksum(None),
            price: price.to_string(),
            max_allowed_price: max_allowed_price.to_string(),
            token_address: token_address.to_checksum(None),
            token_symbol: endpoint.token_symbol,
            token_decimals: endpoint.token_decimals,
            source,
            created_by: by,
            created_at: at,
            stats,
            details: engine::Json::unwrap_or_clone(details),
        }
    }

    /// An endpoint of the principal's organization.
    pub(super) async fn load(
        api: &Api,
        who: &Principal,
        id: PaidEndpointId,
    ) -> Result<Self, Problem> {
        let known = all(api, who).await?.all.remove(&id);
        let known = known.ok_or_else(|| Problem::new(Code::PaidEndpointNotFound))?;
        let (stats, spent) = api.payments().stats(who.organization, &[id.to_string()]).await?;
        Ok(Self::of(id, known, &stats, &spent))
    }
}

/// The endpoints of the principal's organization.
pub(super) async fn all(api: &Api, who: &Principal) -> Result<PaidEndpoints, Problem> {
    Ok(api.paid_endpoints.load(&who.organization.to_string()).await?.aggregate)
}

impl From<&Stats> for StatsRecord {
    fn from(it: &Stats) -> Self {
        Self {
            total_calls: it.total_calls,
            success_count: it.success_count,
            failure_count: it.failure_count,
            avg_response_ms: it.avg_response_ms,
            last_called_at: it.last_called_at,
            last_error: it.last_error.clone(),
            last_error_at: it.last_error_at,
            spent_by_token: BTreeMap::new(),
        }
    }
}

impl From<Error> for Problem {
    fn from(refusal: Error) -> Self {
        match refusal {
            Error::Unknown => Self::new(Code::PaidEndpointNotFound),
            Error::Exists | Error::NameTaken(_) | Error::Untried | Error::Bound | Error::Full => {
                Self::new(Code::PaidEndpointRefuses).because(refusal)
            }
        }
    }
}
