//! Holds back who sends too much: before anything is known of the sender by address, then by key
//! and organization. How the sender stands is told by every answer; `headers` writes it.

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{AUTHORIZATION, X_FORWARDED_FOR};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{Error, HttpMessage, HttpRequest};

use crate::access::Principal;
use crate::http::api::Api;
use crate::http::extract::Address;
use crate::http::problem::{Code, Problem};
use crate::http::rates::{Exhausted, Rates, Standing, source};
use crate::http::routes::{self, Access};

/// The address that a request comes from; none before it was counted.
pub fn address_of(request: &HttpRequest) -> Option<String> {
    request.extensions().get::<Address>().map(|address| address.0.to_string())
}

/// Counts the request for the address that it comes from; narrower where it names nobody.
pub async fn limit_addresses(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let counted = arrive(&request);
    go_on(request, next, counted).await
}

/// Counts the request for the key and the organization that it was let in with.
pub async fn limit_principals(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let who = request.extensions().get::<Principal>().copied();
    let counted = match (who, rates(&request)) {
        (Some(who), Some(rates)) => rates.recognize(&who),
        (None, _) | (_, None) => Ok(None),
    };
    go_on(request, next, counted).await
}

async fn go_on(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
    counted: Result<Option<Standing>, Exhausted>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    match counted {
        Ok(standing) => {
            if let Some(standing) = standing {
                request.extensions_mut().insert(standing);
            }
            Ok(next.call(request).await?.map_into_left_body())
        }
        Err(Exhausted { standing, retry_after }) => {
            request.extensions_mut().insert(standing);
            metrics::counter!("chainkeel_http_rate_limited_total").increment(1);
            let problem = Problem::new(Code::RateLimited).retry_after(retry_after);
            Ok(request.error_response(problem).map_into_right_body())
        }
    }
}

fn arrive(request: &ServiceRequest) -> Result<Option<Standing>, Exhausted> {
    let (Some(rates), Some(peer)) = (rates(request), request.peer_addr()) else { return Ok(None) };
    let forwarded: Vec<&str> = request
        .headers()
        .get_all(X_FORWARDED_FOR)
        .map(|header| header.to_str().unwrap_or_default())
        .collect();
    let address = source(peer.ip(), forwarded.into_iter(), rates.trusted_proxies());
    request.extensions_mut().insert(Address(address));
    if is_login(request) {
        rates.arrive_to_log_in(address)
    } else if is_public(request) || !request.headers().contains_key(AUTHORIZATION) {
        rates.arrive_unnamed(address)
    } else {
        rates.arrive(address)
    }
}

/// Whether the request tries to prove who somebody is, which costs and may be guessing.
fn is_login(request: &ServiceRequest) -> bool {
    let pattern = request.match_pattern();
    pattern.is_some_and(|pattern| pattern.starts_with("/v1/auth/")) && is_public(request)
}

fn is_public(request: &ServiceRequest) -> bool {
    let pattern = request.match_pattern();
    pattern.is_some_and(|pattern| routes::access(request.method(), &pattern) == Access::Public)
}

fn rates(request: &ServiceRequest) -> Option<&Rates> {
    request.app_data::<Data<Api>>().map(|api| &api.rates)
}
