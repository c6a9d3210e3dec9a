//! What `call-x402-endpoint` wants: a request, and how much may be paid for it.

use alloy_primitives::{Address, U256};
use engine::PayloadProblem;
use serde_json::{Map, Value};

use super::payload::{Payload, Question, question};
use crate::primitives::{ChainId, PaidEndpointId, WalletId};

/// How long a seller may take for one answer where nobody says, in milliseconds.
const ANSWER_MS: u64 = 30_000;
/// The most and the least of it.
const ANSWERS_MS: std::ops::RangeInclusive<u64> = 100..=60_000;

/// Whom a request goes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Whom {
    /// An endpoint that the organization took up.
    Endpoint(PaidEndpointId),
    /// Whoever is there, for no more than this.
    Url {
        /// Where.
        url: String,
        /// On which chain he may be paid.
        chain: ChainId,
        /// In which token.
        token: Address,
    },
}

/// A request that may have to be paid for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaidCall {
    /// To whom it goes.
    pub whom: Whom,
    /// The method; that of the endpoint where none is named.
    pub method: Option<String>,
    /// Parameters that are added to the URL.
    pub query: Map<String, Value>,
    /// Headers.
    pub headers: Map<String, Value>,
    /// The body; null for none.
    pub body: Value,
    /// By which wallet; by the one that is used where nobody says which.
    pub wallet: Option<WalletId>,
    /// The most that is paid, in the smallest unit of the token; what the endpoint may be paid without it.
    pub max_price: Option<U256>,
    /// How long the seller may take for one answer, in milliseconds.
    pub timeout_ms: u64,
}

impl PaidCall {
    /// Reads it, when all expressions are resolved.
    ///
    /// # Errors
    /// Everything that is wrong with the payload.
    pub fn of(payload: &Value) -> Result<Self, Vec<PayloadProblem>> {
        question(payload)
    }

    fn whom(payload: &mut Payload<'_>) -> Option<Whom> {
        match (payload.has("endpointId"), payload.has("url")) {
            (true, false) => {
                for field in ["chainId", "tokenAddress"] {
                    if payload.has(field) {
                        let why = "an endpoint says this itself: leave it out";
                        payload.problem::<()>(&format!("/{field}"), why);
                    }
                }
                let id = payload.text("endpointId")?.parse().ok();
                let id = id.or_else(|| {
                    payload.problem("/endpointId", "must be the id of a paid endpoint: xep_…")
                });
                id.map(Whom::Endpoint)
            }
            (false, true) => {
                for field in ["chainId", "tokenAddress", "maxPrice"] {
                    if !payload.has(field) {
                        let why = "is needed beside a URL: nothing is paid without a bound";
                        payload.problem::<()>(&format!("/{field}"), why);
                    }
                }
                let (chain, token) = (payload.chain(), payload.address("tokenAddress"));
                let url = payload.text("url")?.to_owned();
                Some(Whom::Url { url, chain: chain?, token: token? })
            }
            (true, true) => payload.problem("/url", "name either an endpoint or a URL"),
            (false, false) => payload.problem("", "needs `endpointId`, or `url`"),
        }
    }
}

impl Question for PaidCall {
    fn read(payload: &mut Payload<'_>) -> Option<Self> {
        let whom = Self::whom(payload);
        let wallet = match payload.text("walletId") {
            None => None,
            Some(text) => match text.parse() {
                Ok(id) => Some(id),
                Err(_) => payload.problem("/walletId", "must be a wallet's id: wal_…"),
            },
        };
        let timeout_ms = payload.whole("timeoutMs").unwrap_or(ANSWER_MS);
        if !ANSWERS_MS.contains(&timeout_ms) {
            payload.problem::<()>("/timeoutMs", "must be 100 to 60,000")?;
        }
        let map = |payload: &Payload<'_>, field: &str| {
            payload.known(field).and_then(Value::as_object).cloned().unwrap_or_default()
        };
        Some(Self {
            query: map(payload, "query"),
            headers: map(payload, "headers"),
            body: payload.known("body").cloned().unwrap_or_default(),
            method: payload.text("method").map(str::to_owned),
            max_price: payload.amount("maxPrice"),
            wallet,
            timeout_ms,
            whom: whom?,
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn places(payload: &Value) -> Vec<String> {
        let problems = PaidCall::of(payload).unwrap_err();
        problems.into_iter().map(|problem| problem.path).collect()
    }

    #[test]
    fn whoever_is_there_is_paid_within_bounds_only() {
        let token = "0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913";
        let payload = json!({
            "url": "https://example.com/", "chainId": "base", "tokenAddress": token,
            "maxPrice": "10000", "query": { "q": "x" },
        });
        let read = PaidCall::of(&payload).unwrap();
        assert_eq!(read.max_price, Some(U256::from(10_000)));
        let (chain, token) = (ChainId(8_453), token.parse().unwrap());
        let url = "https://example.com/".to_owned();
        assert_eq!(read.whom, Whom::Url { url, chain, token });
        let bare = json!({ "url": "https://example.com/" });
        assert_eq!(places(&bare), ["/chainId", "/tokenAddress", "/maxPrice"]);
    }

    #[test]
    fn an_endpoint_says_itself_in_what_it_is_paid() {
        let id = PaidEndpointId::generate();
        let read = PaidCall::of(&json!({ "endpointId": id, "body": { "a": 1 } })).unwrap();
        assert_eq!((read.whom, read.max_price), (Whom::Endpoint(id), None));
        assert_eq!(places(&json!({ "endpointId": id, "chainId": 1 })), ["/chainId"]);
        assert_eq!(places(&json!({ "endpointId": "weather" })), ["/endpointId"]);
        assert_eq!(places(&json!({ "endpointId": id, "url": "https://x" })), ["/url"]);
        assert_eq!(places(&json!({ "endpointId": id, "maxPrice": "1.5" })), ["/maxPrice"]);
        assert_eq!(places(&json!({})), [""]);
    }
}
