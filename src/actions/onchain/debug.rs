//! `debug-transaction`: why a transaction failed, found by calling again what it called, where it was.

use alloy_primitives::U256;
use engine::Failure;
use futures::FutureExt as _;
use futures::future::BoxFuture;
use serde_json::{Map, Value, json};

use super::asking::{Answered, Chain};
use super::failure::{reason, unread};
use super::get_transaction::mined;
use super::told;
use crate::abi::Shape;
use crate::chains::{At, Called, Error, Extra, Header, Message, Outcome, Receipt, Submitted};
use crate::onchain::{Debug, Lookup};
use crate::primitives::ChainId;

impl Answered for Debug {
    fn chain(&self) -> ChainId {
        self.0.chain
    }

    fn answer(self, chain: Chain) -> BoxFuture<'static, Result<Value, Failure>> {
        async move {
            let Lookup { hash, contract, chain: _ } = self.0;
            let reader = &*chain.reader;
            let sent = reader.transaction(hash).await.map_err(|error| unread(&error))?;
            let receipt = reader.receipt(hash).await.map_err(|error| unread(&error))?;
            let mut result = Map::new();
            result.insert("chainId".to_owned(), chain.id.0.into());
            result.insert("transactionHash".to_owned(), json!(hash));
            let (Some(sent), Some((receipt, block))) = (sent, mined(&chain, receipt).await?) else {
                result.insert("status".to_owned(), "not_found".into());
                let told = "no endpoint has the transaction in a block: nothing has failed yet";
                result.insert("explanation".to_owned(), told.into());
                return Ok(Value::Object(result));
            };
            told::at(&mut result, chain.id, &block);
            result.insert("status".to_owned(), told::status(&receipt).into());
            let told = told::sent(&sent, &contract);
            for field in ["from", "to", "call"] {
                result.insert(field.to_owned(), told[field].clone());
            }
            let (explanation, reason) = match receipt.status {
                Outcome::Success => {
                    ("it did what it was to do: nothing has failed".to_owned(), Value::Null)
                }
                Outcome::Reverted | Outcome::Unknown => {
                    again(&chain, &sent, &receipt, &block, &contract.errors).await?
                }
            };
            result.insert("explanation".to_owned(), explanation.into());
            result.insert("reason".to_owned(), reason);
            Ok(Value::Object(result))
        }
        .boxed()
    }
}

/// Calls again what a transaction called: on the state of the block before its own, where all that was
/// before it in its own block is missing, and on that of its own block.
async fn again(
    chain: &Chain,
    sent: &Submitted,
    receipt: &Receipt,
    block: &Header,
    errors: &[Shape],
) -> Result<(String, Value), Failure> {
    let limit = quantity(&sent.extra, "gas");
    let used = quantity(&receipt.extra, "gasUsed");
    let is_all_used = limit.is_some() && limit == used;
    let message = Message {
        from: Some(sent.from),
        to: sent.to,
        value: sent.value,
        data: sent.input.clone(),
        gas: limit.and_then(|gas| u64::try_from(gas).ok()),
    };
    let before = block.number.saturating_sub(1);
    for number in [before, block.number] {
        let there = if number == block.number {
            block.clone()
        } else {
            chain.block(At::Number(number)).await?
        };
        let called = match chain.reader.call(&message, &there).await {
            Err(Error::Pruned { .. }) => {
                let told = format!(
                    "why is not known: no endpoint keeps the state of block {number} any more; name \
                     an endpoint that keeps old states (an archive)"
                );
                return Ok((told, Value::Null));
            }
            Err(
                error @ (Error::Unreachable { .. }
                | Error::Disputed { .. }
                | Error::TooLarge { .. }
                | Error::Refused { .. }),
            ) => return Err(unread(&error)),
            Ok(called) => called,
        };
        if let Some(Called::Undone(refusal)) = called {
            let reason = reason(&refusal, errors);
            let words = reason.words();
            let is_gas = refusal.data.is_none() && refusal.words.to_lowercase().contains("gas");
            let told = match (is_all_used, is_gas) {
                (true, true) => out_of_gas(limit),
                (true, false) => {
                    format!("{words}; it used all the gas that it had ({})", shown(limit))
                }
                (false, _) => words,
            };
            return Ok((told, reason.told()));
        }
    }
    let told = if is_all_used {
        format!("{}; the same call with more room is not undone", out_of_gas(limit))
    } else {
        "the same call is not undone when it is tried alone: it failed by what was before it in its \
         block"
            .to_owned()
    };
    Ok((told, Value::Null))
}

fn out_of_gas(limit: Option<U256>) -> String {
    format!("it ran out of gas: it used all that it was given ({})", shown(limit))
}

fn shown(gas: Option<U256>) -> String {
    gas.map(|gas| gas.to_string()).unwrap_or_default()
}

fn quantity(extra: &Extra, field: &str) -> Option<U256> {
    let digits = extra.get(field)?.as_str()?.strip_prefix("0x")?;
    U256::from_str_radix(digits, 16).ok()
}
