//! Who pays for what a workflow sends: what keeps its nodes from it, as far as that is known beforehand.

use alloy_primitives::Address;
use engine::{Definition, SIGN_TYPED_DATA, waits_for_signer};
use futures::future::join_all;
use serde_json::Value;

use super::funds::funds;
use super::record::wallets;
use crate::access::Principal;
use crate::aggregates::wallets::Wallets;
use crate::chains::{Chain, chain_id};
use crate::http::api::Api;
use crate::http::problem::Problem;
use crate::journal::StreamId;
use crate::primitives::{ChainId, WalletId};
use crate::readiness::Payer;

/// The nodes of a workflow that send transactions or have documents signed, each with what is wrong with who
/// signs and pays.
pub async fn payers(
    api: &Api,
    who: &Principal,
    definition: &Definition,
) -> Result<Vec<Payer>, Problem> {
    let nodes: Vec<_> = definition
        .nodes()
        .iter()
        .filter(|(_, node)| waits_for_signer(&node.kind))
        .map(|(id, node)| (id.to_string(), &*node.kind == SIGN_TYPED_DATA, node.payload.clone()))
        .collect();
    if nodes.is_empty() {
        return Ok(Vec::new());
    }
    let all = wallets(api, who).await?;
    let policies = api.signing_policies.load(&who.organization.to_string()).await?.aggregate;
    let is_bounded = !policies.in_force(api.clock.now()).is_empty();
    let judged = nodes.iter().map(async |(node, is_free, payload)| {
        let fault = match payer(&all, payload) {
            Err(fault) => Some(fault),
            Ok(_) if !is_bounded => {
                Some("no policy is in force, so that nothing is signed".to_owned())
            }
            // A signature costs nothing.
            Ok(_) if *is_free => None,
            Ok(Some(payer)) => unfunded(api, who, payload, payer).await,
            Ok(None) => None,
        };
        Payer { node: node.clone(), fault }
    });
    Ok(join_all(judged).await)
}

/// Who pays, and the address; none where that is chosen by each run.
fn payer(all: &Wallets, payload: &Value) -> Result<Option<(WalletId, Address)>, String> {
    let named = match payload.get("walletId").and_then(Value::as_str) {
        Some(text) if engine::has_expression(text) => return Ok(None),
        Some(text) => Some(text.parse().map_err(|_| format!("{text} is no wallet's id"))?),
        None => None,
    };
    all.chosen(named).map(|(id, wallet)| Some((id, wallet.address)))
}

/// That a wallet has nothing to pay fees with, or less than it should have, where that is so. One of whom nobody
/// knows at the moment is no fault.
async fn unfunded(
    api: &Api,
    who: &Principal,
    payload: &Value,
    (wallet, address): (WalletId, Address),
) -> Option<String> {
    let chain = ChainId(chain_id(payload.get("chainId")).ok()?);
    let of = Chain::of(chain).cloned().unwrap_or_else(|| Chain::unknown(chain));
    let told = funds(api, who.organization, &of, address, &[]).await.ok()?;
    let (address, held) = (address.to_checksum(None), told.coin.amount);
    if held.is_zero() {
        return Some(format!("{address} has no coins on chain {chain} to pay fees with"));
    }
    let stream = StreamId::wallet_floor(wallet, chain.0);
    let floor = api.floors.load(&stream.aggregate_id).await.ok()?.aggregate.setting?.floor;
    (held < floor).then(|| {
        format!("{address} has {held} wei on chain {chain}, less than its floor of {floor}")
    })
}
