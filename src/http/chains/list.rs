use std::collections::BTreeMap;

use actix_web::web::Data;
use serde::Serialize;
use utoipa::ToSchema;

use crate::access::{Permission, Principal};
use crate::chains::{Blooms, Chain, Explorer, Finality, Listed, Origin, StateName};
use crate::http::answer::{Answer, Envelope, Page};
use crate::http::api::Api;
use crate::http::problem::Problem;
use crate::primitives::ChainId;

/// A chain that is known.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ChainRecord {
    /// Its number.
    #[schema(example = 8453)]
    chain_id: u64,
    /// Its name in workflows.
    #[schema(example = "base")]
    slug: String,
    /// Its name for people.
    name: String,
    /// Whether its coins are worth nothing. One that only an installation or an organization knows counts as
    /// real.
    is_testnet: bool,
    /// The symbol of its coin.
    #[schema(example = "ETH")]
    symbol: String,
    /// The usual time between two blocks, in milliseconds.
    block_time_ms: u64,
    /// After how many blocks on top of it a block is rarely replaced.
    confirmations: u64,
    /// When a block is final: `tags` (the chain says so), `seconds` or `confirmations`.
    #[schema(example = "tags")]
    finality: &'static str,
    /// Of that many seconds or confirmations.
    final_after: Option<u64>,
    /// Whether the blooms of its headers are believed.
    trusts_blooms: bool,
    /// Where people look at it.
    explorer: Option<ExplorerRecord>,
    /// Who named the endpoints through which your organization reads it: the organization itself, the
    /// installation, or the catalogue, whose endpoints are public.
    endpoints_from: EndpointsFrom,
    /// How many endpoints it is read from.
    endpoint_count: usize,
    /// The endpoints. Your organization sees its own; those of the installation sees whoever manages
    /// it.
    #[serde(skip_serializing_if = "Option::is_none")]
    endpoints: Option<Vec<EndpointRecord>>,
}

/// Patterns of links.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ChainExplorer)]
pub(super) struct ExplorerRecord {
    /// With `{hash}`.
    transaction: String,
    /// With `{address}`.
    address: String,
    /// With `{number}`.
    block: String,
}

/// Who named endpoints.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum EndpointsFrom {
    /// The organization that asks.
    Organization,
    /// The installation, by `chains.endpoints`.
    Installation,
    /// The catalogue.
    Catalogue,
}

/// An endpoint, as the process that answers thinks of it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ChainEndpoint)]
pub(super) struct EndpointRecord {
    /// Where it is. The path, in which keys stand, is not shown.
    host: String,
    /// `checking` where this process has not asked it yet, `alive`, `lagging`, `rateLimited`,
    /// `broken` or `wrongChain`.
    #[schema(value_type = String, example = "alive")]
    state: StateName,
    /// The highest block that it was seen to have.
    head: Option<u64>,
}

/// The chains that are known, by their numbers: those of the catalogue, and those that the
/// installation or the organization added.
#[utoipa::path(
    get,
    operation_id = "list_chains",
    path = "/v1/chains",
    tag = "triggers",
    responses((status = 200, description = "The chains", body = Envelope<Page<ChainRecord>>)),
)]
pub async fn list(api: Data<Api>, who: Principal) -> Result<Answer<Page<ChainRecord>>, Problem> {
    let is_operator = who.permissions.has(Permission::InstallationManage);
    let own = api.chains.store().load(&who.organization.to_string()).await?.aggregate;
    let listed = api.chains.sources().all().into_iter();
    let mut all: BTreeMap<u64, Listed> = listed.map(|it| (it.chain.id.0, it)).collect();
    for (chain, named) in &own.chains {
        let unknown = || Listed {
            chain: Chain::unknown(ChainId(*chain)),
            origin: Origin::Organization,
            endpoints: Vec::new(),
        };
        let listed = all.entry(*chain).or_insert_with(unknown);
        listed.origin = Origin::Organization;
        listed.endpoints = api.chains.standings(who.organization, *chain, named);
    }
    let shown = |it| ChainRecord::of(it, is_operator);
    let items: Vec<_> = all.into_values().map(shown).collect();
    let limit = i64::try_from(items.len()).unwrap_or(i64::MAX);
    Ok(Answer::ok(Page { items, limit, offset: 0, has_more: false, cursor: None }))
}

impl ChainRecord {
    fn of(Listed { chain, origin, endpoints }: Listed, is_operator: bool) -> Self {
        let (finality, final_after) = match chain.finality {
            Finality::Tags => ("tags", None),
            Finality::Seconds(seconds) => ("seconds", Some(seconds)),
            Finality::Confirmations(blocks) => ("confirmations", Some(blocks)),
        };
        let explorer = |Explorer { transaction, address, block }| ExplorerRecord {
            transaction,
            address,
            block,
        };
        Self {
            chain_id: chain.id.0,
            slug: chain.slug,
            name: chain.name,
            is_testnet: chain.is_testnet,
            symbol: chain.symbol,
            block_time_ms: chain.block_time_ms,
            confirmations: chain.confirmations,
            finality,
            final_after,
            trusts_blooms: chain.bloom == Blooms::Trusted,
            explorer: chain.explorer.map(explorer),
            endpoints_from: match origin {
                Origin::Organization => EndpointsFrom::Organization,
                Origin::Configured => EndpointsFrom::Installation,
                Origin::Public => EndpointsFrom::Catalogue,
            },
            endpoint_count: endpoints.len(),
            endpoints: (is_operator || origin == Origin::Organization).then(|| {
                let shown = endpoints.into_iter();
                shown
                    .map(|it| EndpointRecord { host: it.host, state: it.state, head: it.head })
                    .collect()
            }),
        }
    }
}
