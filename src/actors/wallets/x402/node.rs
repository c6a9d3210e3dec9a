//! What a node, or a person, wants paid: read, held against what the organization took up, and made a request.

use std::time::Duration;

use engine::{Fact, Failure, FailureCategory};
use futures::future::BoxFuture;
use serde_json::{Map, Value};

use super::payer::{Asked, Payer};
use crate::actions::{Call, Pays};
use crate::aggregates::paid_endpoints::Endpoint;
use crate::aggregates::payment::Origin;
use crate::egress::{
    HeaderMap, HeaderName, HeaderValue, MAX_RESPONSE_BYTES, Method, Redirects, Request, Url, header,
};
use crate::journal::StreamId;
use crate::onchain::{PaidCall, Whom};
use crate::primitives::{OrganizationId, PaidEndpointId, PaymentId};

/// A request as people and nodes write it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Letter {
    /// The method.
    pub method: String,
    /// The URL.
    pub url: String,
    /// Parameters that are added to it.
    pub query: Map<String, Value>,
    /// Headers.
    pub headers: Map<String, Value>,
    /// The body; null for none.
    pub body: Value,
    /// How long one answer may take.
    pub timeout: Duration,
}

impl Letter {
    /// The request that it is.
    ///
    /// # Errors
    /// What of it cannot be sent.
    pub(super) fn request(self) -> Result<Request, Failure> {
        let wrong = |what: String| {
            Failure::lasting(Failure::INVALID_INPUT, FailureCategory::Validation, what)
        };
        let method = Method::from_bytes(self.method.to_uppercase().as_bytes());
        let method = method.map_err(|_| wrong("/method is no method of HTTP".to_owned()))?;
        let url = if self.query.is_empty() {
            self.url
        } else {
            let mut url =
                Url::parse(&self.url).map_err(|error| wrong(format!("/url is no URL: {error}")))?;
            let mut pairs = url.query_pairs_mut();
            for (name, value) in &self.query {
                match value.as_str() {
                    Some(text) => pairs.append_pair(name, text),
                    None => pairs.append_pair(name, &value.to_string()),
                };
            }
            drop(pairs);
            url.into()
        };
        let mut headers = HeaderMap::new();
        for (name, value) in &self.headers {
            let pair = HeaderName::from_bytes(name.as_bytes()).ok().zip(
                value.as_str().and_then(|value| HeaderValue::from_bytes(value.as_bytes()).ok()),
            );
            let Some((name, mut value)) = pair.filter(|(name, _)| !is_ours(name)) else {
                return Err(wrong(format!("/headers: `{name}` cannot be sent as a header")));
            };
            value.set_sensitive(true);
            headers.append(name, value);
        }
        let (body, kind) = match self.body {
            Value::Null => (Vec::new(), None),
            Value::String(text) => (text.into_bytes(), Some("text/plain; charset=utf-8")),
            json @ (Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_)) => {
                (json.to_string().into_bytes(), Some("application/json"))
            }
        };
        if let Some(kind) = kind {
            headers.entry(header::CONTENT_TYPE).or_insert(HeaderValue::from_static(kind));
        }
        Ok(Request {
            method,
            url,
            headers,
            body: body.into(),
            timeout: self.timeout,
            max_response_bytes: MAX_RESPONSE_BYTES,
            redirects: Redirects::Return,
        })
    }
}

/// Whether a header is the payer's to set.
fn is_ours(name: &HeaderName) -> bool {
    ["x-payment", "payment-signature", "idempotency-key"].contains(&name.as_str())
}

/// Who wants a call paid, and how it is known again.
#[derive(Debug, Clone)]
pub struct Wanting {
    /// Whose it is.
    pub organization: OrganizationId,
    /// The payment's id.
    pub payment: PaymentId,
    /// What the other side can recognise a repetition by.
    pub key: String,
    /// Who wants it.
    pub origin: Origin,
    /// How long it may take in all.
    pub timeout: Duration,
}

impl Payer {
    /// What is paid for, by what is wanted: an endpoint is paid what it may be, to whom it named, in its token.
    ///
    /// # Errors
    /// There is no such endpoint, or what is wanted cannot be sent.
    pub async fn asked(&self, call: PaidCall, wanting: Wanting) -> Result<Asked, Failure> {
        let PaidCall { whom, method, query, headers, body, wallet, max_price, timeout_ms } = call;
        let config =
            |why: String| Failure::lasting("paid_endpoint_unknown", FailureCategory::Config, why);
        let mut letter = Letter {
            method: method.clone().unwrap_or_else(|| "GET".to_owned()),
            query,
            headers,
            body,
            timeout: Duration::from_millis(timeout_ms),
            ..Letter::default()
        };
        let (endpoint, chain, token, pay_to, max_price) = match whom {
            Whom::Endpoint(id) => {
                let known = self.endpoint(wanting.organization, id).await?;
                let known = known.ok_or_else(|| config(format!("there is no endpoint {id}")))?;
                let Endpoint { asked, max_allowed_price, details, .. } = known;
                letter.url.clone_from(&asked.base_url);
                if method.is_none() {
                    letter.method.clone_from(&asked.method);
                }
                defaults(&mut letter, &details);
                let most = max_price.map_or(max_allowed_price, |it| it.min(max_allowed_price));
                (Some(id), asked.chain_id, asked.token_address, Some(asked.pay_to), most)
            }
            Whom::Url { url, chain, token } => {
                letter.url = url;
                (None, chain.0, token, None, max_price.unwrap_or_default())
            }
        };
        let Wanting { organization, payment, key, origin, timeout } = wanting;
        let request = letter.request()?;
        Ok(Asked {
            payment,
            organization,
            endpoint,
            request,
            wallet,
            chain,
            token,
            pay_to,
            max_price,
            key,
            origin,
            timeout,
        })
    }

    async fn endpoint(
        &self,
        organization: OrganizationId,
        id: PaidEndpointId,
    ) -> Result<Option<Endpoint>, Failure> {
        let loaded = self.endpoints.load(&organization.to_string()).await;
        let mut all = loaded.map_err(|error| away(&error))?.aggregate.all;
        Ok(all.remove(&id).map(|known| known.endpoint))
    }

    /// Who wants what a node wants.
    async fn origin(&self, call: &Call) -> Result<Origin, Failure> {
        let run = call.origin.run;
        let first = self.endpoints.journal().read_stream(&StreamId::run(run), 0, 1).await;
        let first = first.map_err(|error| away(&error))?;
        let first = first.first();
        let fact = first.and_then(|event| Some(event.fact().ok()?.0));
        let trigger = match fact {
            Some(Fact::Started { trigger, .. }) => Some(trigger.kind),
            Some(_) | None => None,
        };
        let by = first.and_then(|event| event.metadata_map().ok()?.remove("actor"));
        Ok(Origin {
            by: by.unwrap_or_default(),
            run_id: Some(run),
            node_id: Some(call.origin.node.clone()),
            workflow_id: call.origin.workflow.parse().ok(),
            trigger,
        })
    }
}

impl Pays for Payer {
    fn pay(&self, call: Call) -> BoxFuture<'_, Result<Value, Failure>> {
        Box::pin(async move {
            let wanted = PaidCall::of(&call.input).map_err(|problems| {
                let told = problems.iter().map(|it| format!("{} {}", it.path, it.message));
                let why = format!("the payload is wrong: {}", told.collect::<Vec<_>>().join("; "));
                Failure::lasting(Failure::INVALID_INPUT, FailureCategory::Validation, why)
            })?;
            let origin = self.origin(&call).await?;
            let wanting = Wanting {
                organization: call.origin.organization,
                payment: PaymentId::of(call.origin.run, &call.origin.node),
                // The same for all attempts: it is one request to the seller.
                key: format!("{} {}", call.origin.run, call.origin.node),
                origin,
                timeout: call.timeout,
            };
            let asked = self.asked(wanted, wanting).await?;
            Self::pay(self, asked).await
        })
    }
}

/// What an endpoint is sent unless somebody says otherwise.
fn defaults(letter: &mut Letter, details: &Value) {
    let map =
        |name: &str| details.get(name).and_then(Value::as_object).cloned().unwrap_or_default();
    for (name, value) in map("defaultQueryParams") {
        letter.query.entry(name).or_insert(value);
    }
    for (name, value) in map("defaultHeaders") {
        letter.headers.entry(name).or_insert(value);
    }
    if letter.body.is_null()
        && let Some(body) = details.get("defaultBody")
    {
        letter.body = body.clone();
    }
}

fn away(error: &crate::journal::Error) -> Failure {
    Failure::passing("payment_hindered", FailureCategory::Internal, error.to_string())
}
