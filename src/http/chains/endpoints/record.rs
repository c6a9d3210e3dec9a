//! The endpoints of an organization as they are answered, and what refuses to change them.

use serde::Serialize;
use time::OffsetDateTime;
use utoipa::ToSchema;

use crate::actors::detector::chain_watcher::Unopened;
use crate::aggregates::chain_endpoints::Error;
use crate::chains::{Chain, StateName};
use crate::http::api::Api;
use crate::http::chains::watches::ChainWatchRecord;
use crate::http::problem::{Code, Problem};
use crate::journal::{ChainStanding, ChainView};
use crate::primitives::OrganizationId;

/// The largest number of a chain: beyond it, JSON of other languages is not exact.
const LARGEST: u64 = 9_007_199_254_740_991;

/// The endpoints that the organization named for a chain.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = OwnChainEndpoints)]
pub struct Record {
    /// The chain.
    #[schema(example = 8453)]
    chain_id: u64,
    /// The endpoints, in their order.
    endpoints: Vec<OwnEndpoint>,
    /// Who named them.
    by: String,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    at: OffsetDateTime,
    /// How far the chain was followed through them; null before it was.
    watch: Option<ChainWatchRecord>,
}

/// An endpoint that the organization named.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = OwnChainEndpoint)]
struct OwnEndpoint {
    /// The host, and the last four letters of a long URL.
    #[schema(example = "node.example/…c3f9")]
    url: String,
    /// `checking` where the process that answers has not asked it yet, `alive`, `lagging`,
    /// `rateLimited`, `broken` or `wrongChain`.
    #[schema(value_type = String, example = "alive")]
    state: StateName,
    /// The highest block that it was seen to have.
    head: Option<u64>,
}

impl Record {
    /// What an organization named for a chain.
    pub(super) async fn load(
        api: &Api,
        organization: OrganizationId,
        chain_id: u64,
    ) -> Result<Self, Problem> {
        let all = api.chains.store().load(&organization.to_string()).await?.aggregate;
        let named = all.chains.get(&chain_id);
        let named = named.ok_or_else(|| Problem::new(Code::ChainEndpointsNotFound))?;
        let places = api.chains.places(organization, chain_id).await?;
        let standings = api.chains.standings(organization, chain_id, named);
        let endpoint = |(at, place): (usize, &crate::chains::Place)| OwnEndpoint {
            url: place.masked(),
            state: standings.get(at).map_or(StateName::Checking, |it| it.state),
            head: standings.get(at).and_then(|it| it.head),
        };
        let view = ChainView::Organization(organization);
        let watch = ChainStanding::of(api.journal.pool(), chain_id, view).await?;
        Ok(Self {
            chain_id,
            endpoints: places.iter().enumerate().map(endpoint).collect(),
            by: named.by.clone(),
            at: named.at,
            watch: watch.map(ChainWatchRecord::of),
        })
    }
}

/// The chain that a path names: a name of the catalogue, or any number.
pub(super) fn chain_of(text: &str) -> Result<u64, Problem> {
    let number = Chain::named(text).map(|chain| chain.id.0).or_else(|| text.parse().ok());
    number.filter(|number| (1..=LARGEST).contains(number)).ok_or_else(|| {
        let message = "must be a chain's id, or its name in `GET /v1/chains`";
        Problem::new(Code::InvalidPath).at("chain", message)
    })
}

impl From<Error> for Problem {
    fn from(refusal: Error) -> Self {
        match refusal {
            Error::Unknown => Self::new(Code::ChainEndpointsNotFound),
            Error::Full => Self::new(Code::ChainEndpointsRefuse).because(refusal),
            Error::Empty => Self::new(Code::InvalidBody).at("/urls", refusal),
        }
    }
}

impl From<Unopened> for Problem {
    fn from(error: Unopened) -> Self {
        match error {
            Unopened::Journal(error) => error.into(),
            Unopened::Secrets(error) => error.into(),
            Unopened::Damaged => Self::internal(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chain_is_named_by_the_catalogue_or_by_any_number() {
        assert_eq!(chain_of("base").unwrap(), 8453);
        assert_eq!(chain_of("424242").unwrap(), 424_242);
        for text in ["moon", "0", "-1", "9007199254740992", ""] {
            assert_eq!(chain_of(text).unwrap_err().code(), Code::InvalidPath, "{text}");
        }
    }
}
