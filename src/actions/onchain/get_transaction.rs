//! `get-transaction`: a transaction, and what became of it.

use engine::Failure;
use futures::FutureExt as _;
use futures::future::{BoxFuture, try_join};
use serde_json::{Map, Value, json};

use super::asking::{Answered, Chain};
use super::failure::unread;
use super::told;
use crate::chains::{Header, Receipt};
use crate::onchain::Lookup;
use crate::primitives::ChainId;

impl Answered for Lookup {
    fn chain(&self) -> ChainId {
        self.chain
    }

    fn answer(self, chain: Chain) -> BoxFuture<'static, Result<Value, Failure>> {
        async move {
            let reader = &*chain.reader;
            let asked = try_join(reader.transaction(self.hash), reader.receipt(self.hash)).await;
            let (sent, receipt) = asked.map_err(|error| unread(&error))?;
            let mut result = Map::new();
            result.insert("chainId".to_owned(), chain.id.0.into());
            result.insert("transactionHash".to_owned(), json!(self.hash));
            if let Some(sent) = &sent {
                result.extend(fields(told::sent(sent, &self.contract)));
            }
            let Some((receipt, block)) = mined(&chain, receipt).await? else {
                let status = if sent.is_some() { "pending" } else { "not_found" };
                result.insert("status".to_owned(), status.into());
                return Ok(Value::Object(result));
            };
            told::at(&mut result, chain.id, &block);
            let heads = reader.heads().await.map_err(|error| unread(&error))?;
            let confirmations = heads.latest.saturating_sub(block.number);
            result.insert("status".to_owned(), told::status(&receipt).into());
            result.insert("confirmations".to_owned(), confirmations.into());
            let is_final = heads.finalized.is_some_and(|number| block.number <= number);
            result.insert("isFinal".to_owned(), is_final.into());
            result.extend(fields(told::receipt(&receipt)));
            result.insert("logs".to_owned(), told::logs(&receipt, &self.contract));
            result.insert("hasMoreLogs".to_owned(), told::has_more_logs(&receipt).into());
            Ok(Value::Object(result))
        }
        .boxed()
    }
}

/// A receipt, if its block is the one that the chain has at that height; one of a block that was left
/// behind says nothing of the transaction any more.
pub(super) async fn mined(
    chain: &Chain,
    receipt: Option<Receipt>,
) -> Result<Option<(Receipt, Header)>, Failure> {
    let Some(receipt) = receipt else { return Ok(None) };
    let there = chain.reader.header(receipt.block_number).await;
    let there = there.map_err(|error| unread(&error))?;
    let block = there.filter(|header| header.hash == receipt.block_hash);
    Ok(block.map(|block| (receipt, block)))
}

fn fields(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(fields) => fields,
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
            Map::new()
        }
    }
}
