//! Blocks, transactions and logs in results of nodes.

use alloy_primitives::{Address, U256};
use serde_json::{Map, Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::abi::Contract;
use crate::chains::{Extra, Header, Log, Outcome, Receipt, Submitted};
use crate::primitives::ChainId;

/// The most logs of a transaction that a result tells; there are more only where it is a giant.
const MAX_LOGS: usize = 200;

/// An address with its checksum.
pub(super) fn address(address: Address) -> Value {
    address.to_checksum(None).into()
}

/// Puts the chain and the block into a result.
pub(super) fn at(result: &mut Map<String, Value>, chain: ChainId, block: &Header) {
    result.insert("chainId".to_owned(), chain.0.into());
    result.insert("blockNumber".to_owned(), block.number.into());
    result.insert("blockHash".to_owned(), json!(block.hash));
    result.insert("blockTimestamp".to_owned(), instant(block.timestamp_s).into());
}

/// How a transaction ended, in one word.
pub(super) fn status(receipt: &Receipt) -> &'static str {
    match receipt.status {
        Outcome::Success => "success",
        Outcome::Reverted => "reverted",
        Outcome::Unknown => "unknown",
    }
}

/// What was sent, and how its call reads by an ABI.
pub(super) fn sent(sent: &Submitted, contract: &Contract) -> Value {
    let mut told = json!({
        "from": address(sent.from),
        "to": sent.to.map(address),
        "value": sent.value.to_string(),
        "nonce": sent.nonce,
        "input": sent.input,
    });
    let function = contract.functions.iter().find(|it| sent.input.starts_with(&it.shape.selector));
    if let Some(function) = function
        && let Some(arguments) = function.shape.arguments(&sent.input)
    {
        told["call"] = json!({
            "function": function.shape.signature, "name": function.shape.name,
            "arguments": arguments,
        });
    }
    told
}

/// What a receipt says beside the status.
pub(super) fn receipt(receipt: &Receipt) -> Value {
    json!({
        "transactionIndex": receipt.transaction_index,
        "contractAddress": receipt.contract.map(address),
        "gasUsed": number(&receipt.extra, "gasUsed"),
        "effectiveGasPrice": number(&receipt.extra, "effectiveGasPrice"),
        "fee": fee(&receipt.extra),
    })
}

/// Its logs, those of events that the ABI has with their arguments.
pub(super) fn logs(receipt: &Receipt, contract: &Contract) -> Value {
    let told = receipt.logs.iter().take(MAX_LOGS).map(|it| log(it, contract));
    told.collect()
}

/// Whether a result tells not all of the logs.
pub(super) fn has_more_logs(receipt: &Receipt) -> bool {
    receipt.logs.len() > MAX_LOGS
}

fn log(log: &Log, contract: &Contract) -> Value {
    let mut told = json!({
        "address": address(log.address), "logIndex": log.log_index,
        "topics": log.topics, "data": log.data,
    });
    let event = contract.events.iter().find_map(|event| {
        let is_it = log.topics.first() == Some(&event.topic());
        is_it.then(|| event.decode(&log.topics, &log.data)).flatten().map(|args| (event, args))
    });
    if let Some((event, arguments)) = event {
        told["event"] = event.name().into();
        told["arguments"] = arguments;
    }
    told
}

/// A number of a field that is not read otherwise, as a decimal text.
fn number(extra: &Extra, field: &str) -> Option<String> {
    let text = extra.get(field)?.as_str()?;
    let digits = text.strip_prefix("0x")?;
    U256::from_str_radix(digits, 16).ok().map(|number| number.to_string())
}

/// What was paid for the gas, without what a second layer adds for its first one.
fn fee(extra: &Extra) -> Option<String> {
    let of = |field| number(extra, field)?.parse::<U256>().ok();
    of("gasUsed")?.checked_mul(of("effectiveGasPrice")?).map(|fee| fee.to_string())
}

fn instant(seconds: u64) -> Option<String> {
    let seconds = i64::try_from(seconds).ok()?;
    OffsetDateTime::from_unix_timestamp(seconds).ok()?.format(&Rfc3339).ok()
}
