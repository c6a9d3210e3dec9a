use std::time::Duration;

use actix_web::web::{Data, Path};
use futures::future::join_all;
use serde::Deserialize;
use sha2::{Digest, Sha256};
use utoipa::ToSchema;

use super::record::{Record, chain_of};
use crate::access::Principal;
use crate::aggregates::chain_endpoints::{Command, Order};
use crate::chains::{MAX_ENDPOINTS, Place};
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::extract::{Body, IdempotencyKey};
use crate::http::idempotency::{Done, Ticket, Turn};
use crate::http::problem::{Code, Detail, Document, Problem};
use crate::journal::StreamId;
use crate::primitives::hex;
use crate::secrets::Mask;

/// How long all endpoints together may take to say of which chain they are.
const PATIENCE: Duration = Duration::from_secs(10);

/// The endpoints through which a chain is to be read.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct NameChainEndpoints {
    /// Their URLs, 1 to 16; they replace those of before. They are sealed, and never shown whole.
    #[schema(example = json!(["https://node.example/v3/key"]))]
    urls: Vec<String>,
}

/// Reads a chain through endpoints of the organization's own from here on. Each is asked first of
/// which chain it is. Triggers go on where they were: nothing is passed by, and nothing fires twice.
#[utoipa::path(
    put,
    operation_id = "name_chain_endpoints",
    path = "/v1/chains/{chain}/endpoints",
    tag = "triggers",
    params(
        ("chain" = String, Path, description = "The chain's name or id; one that is not in the catalogue may be named by its id"),
        ("Idempotency-Key" = Option<String>, Header, description = "Carries the request out once"),
    ),
    request_body = NameChainEndpoints,
    responses(
        (status = 200, description = "They are named", body = Envelope<Record>),
        (status = 400, description = "It is no chain", body = Document),
        (status = 409, description = "There are endpoints of too many chains", body = Document),
        (status = 422, description = "An endpoint does not answer, or is of another chain", body = Document),
    ),
)]
pub async fn name(
    api: Data<Api>,
    who: Principal,
    chain: Path<String>,
    key: IdempotencyKey,
    body: Body<NameChainEndpoints>,
) -> Result<Answer<Record>, Problem> {
    let chain = chain_of(&chain)?;
    let NameChainEndpoints { urls } = body.content;
    let _mask = Mask::of(urls.iter().map(String::as_bytes));
    let places = places_of(&urls)
        .map_err(|details| Problem::new(Code::InvalidBody).with_details(details))?;
    let done = match Turn::take(&api, &who, key, &fingerprint(chain, &places)).await? {
        Turn::Replay(done) => done,
        Turn::Fresh(ticket) => {
            prove(&api, chain, &places).await?;
            named(&api, &who, &ticket, chain, (&urls, &places)).await?
        }
    };
    // Also when this is a replay: the first time may have been cut off here.
    api.chains.forget_older(who.organization, chain).await?;
    let record = Record::load(&api, who.organization, chain).await?;
    let written = api.written(&done.stream, done.sequence).await;
    Ok(Answer::ok(record).written(written).replayed(done.replayed))
}

fn places_of(urls: &[String]) -> Result<Vec<Place>, Vec<Detail>> {
    if urls.is_empty() || urls.len() > MAX_ENDPOINTS {
        let message = format!("must be 1 to {MAX_ENDPOINTS} URLs");
        return Err(vec![Detail::new("/urls", message)]);
    }
    let (mut places, mut details) = (Vec::new(), Vec::new());
    for (at, url) in urls.iter().enumerate() {
        let place = format!("/urls/{at}");
        match Place::read(url) {
            Ok(_) if urls[..at].contains(url) => {
                details.push(Detail::new(place, "is there already: name each endpoint once"));
            }
            Ok(read) => places.push(read),
            Err(problem) => details.push(Detail::new(place, problem.to_string())),
        }
    }
    if details.is_empty() { Ok(places) } else { Err(details) }
}

/// What stands for the request in the receipt of its key: nothing that a URL could be found out by.
fn fingerprint(chain: u64, places: &[Place]) -> String {
    let mut hash = Sha256::new();
    hash.update(format!("name endpoints of {chain}"));
    for place in places {
        hash.update(format!("\n{}", place.masked()));
    }
    hex(&hash.finalize())
}

/// Sees that each endpoint answers, and is of the chain.
async fn prove(api: &Api, chain: u64, places: &[Place]) -> Result<(), Problem> {
    let ask = |place| async move {
        match tokio::time::timeout(PATIENCE, api.chains.sources().prove(place)).await {
            Ok(Ok(id)) if id == chain => None,
            Ok(Ok(id)) => Some(format!("is of chain {id}, not of {chain}")),
            Ok(Err(problem)) => Some(format!("does not say of which chain it is: {problem}")),
            Err(_) => Some(format!("did not answer within {} s", PATIENCE.as_secs())),
        }
    };
    let told = join_all(places.iter().map(ask)).await;
    let wrong = told.into_iter().enumerate().filter_map(|(at, problem)| {
        let host = places[at].host();
        problem.map(|problem| Detail::new(format!("/urls/{at}"), format!("{host} {problem}")))
    });
    let details: Vec<_> = wrong.collect();
    if details.is_empty() {
        return Ok(());
    }
    Err(Problem::new(Code::ChainEndpointsUnfit).with_details(details))
}

async fn named(
    api: &Api,
    who: &Principal,
    ticket: &Ticket,
    chain: u64,
    (urls, places): (&[String], &[Place]),
) -> Result<Done, Problem> {
    let organization = who.organization;
    // Who comes at the same time waits: what is sealed is forgotten where nothing names it.
    let _hold = api.chains.hold(organization, chain).await?;
    let sealed = api.chains.seal(organization, chain, ticket.command, urls).await?;
    let hosts = places.iter().map(|place| place.host().to_owned()).collect();
    let order = Order::Name { organization, hosts, sealed };
    let command = Command { by: who.to_string(), at: api.clock.now(), chain, order };
    let stream = StreamId::chain_endpoints(organization);
    let done = ticket.execute(api, who, api.chains.store(), stream, command).await;
    // What was sealed before goes when it was replaced, and what was sealed now when it was not.
    api.chains.forget_older(organization, chain).await?;
    done
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_that_cannot_be_used_is_told_by_its_place_and_never_repeated() {
        let urls = ["https://a.example/k", "ftp://secret.example", "https://a.example/k", "secret"];
        let details = places_of(&urls.map(str::to_owned)).unwrap_err();
        let places: Vec<_> = details.iter().map(|it| it.path.as_str()).collect();
        assert_eq!(places, ["/urls/1", "/urls/2", "/urls/3"]);
        assert!(details.iter().all(|it| !it.message.contains("secret")), "{details:?}");
        let many = vec!["https://a.example".to_owned(); MAX_ENDPOINTS + 1];
        assert_eq!(places_of(&many).unwrap_err()[0].path, "/urls");
        assert!(places_of(&[]).is_err());
    }
}
