//! `read-contract`: what a function of a contract says, without a transaction.

use engine::Failure;
use futures::FutureExt as _;
use futures::future::BoxFuture;
use serde_json::{Map, Value, json};

use super::asking::{Answered, Chain};
use super::failure::{no_contract, reason, undone, unread, unreadable};
use super::told;
use crate::chains::{Called, Message};
use crate::onchain::{Calling, ReadContract};
use crate::primitives::ChainId;

impl Answered for ReadContract {
    fn chain(&self) -> ChainId {
        self.chain
    }

    fn answer(self, chain: Chain) -> BoxFuture<'static, Result<Value, Failure>> {
        async move {
            let Self { contract, from, calling, at, chain: _ } = self;
            let Calling { function, data, errors } = calling;
            let block = chain.block(at).await?;
            let message = Message { from, to: Some(contract), data, ..Message::default() };
            let called = chain.reader.call(&message, &block).await;
            let called = chain.there(called.map_err(|error| unread(&error))?)?;
            let address = contract.to_checksum(None);
            let signature = function.as_ref().map(|it| it.shape.signature.clone());
            let what = format!("{} of {address}", signature.as_deref().unwrap_or("the call"));
            let data = match called {
                Called::Returned(data) => data,
                Called::Undone(refusal) => {
                    return Err(undone(&what, &reason(&refusal, &errors)));
                }
            };
            if data.is_empty() {
                // An account without code takes every call, and says nothing.
                let code = chain.reader.code(contract, &block).await;
                if chain.there(code.map_err(|error| unread(&error))?)?.is_empty() {
                    return Err(no_contract(&address));
                }
            }
            let mut result = Map::new();
            told::at(&mut result, chain.id, &block);
            result.insert("contractAddress".to_owned(), told::address(contract));
            result.insert("data".to_owned(), json!(data));
            if let Some(function) = function {
                let outputs =
                    function.returned(&data).ok_or_else(|| unreadable(&what, data.len()))?;
                result.insert("function".to_owned(), function.shape.signature.clone().into());
                result.insert("result".to_owned(), function.told(&outputs));
                result.insert("outputs".to_owned(), outputs.into());
            }
            Ok(Value::Object(result))
        }
        .boxed()
    }
}
