//! `simulate-transaction`: what a transaction would do, and how much gas it would take.

use engine::Failure;
use futures::FutureExt as _;
use futures::future::{BoxFuture, try_join};
use serde_json::{Map, Value, json};

use super::asking::{Answered, Chain};
use super::failure::{reason, undone, unread};
use super::told;
use crate::chains::{Called, Gas};
use crate::onchain::{Calling, Simulation};
use crate::primitives::ChainId;

impl Answered for Simulation {
    fn chain(&self) -> ChainId {
        self.chain
    }

    fn answer(self, chain: Chain) -> BoxFuture<'static, Result<Value, Failure>> {
        async move {
            let Self { message, calling, at, fails, chain: _ } = self;
            let Calling { function, data: _, errors } = calling;
            let block = chain.block(at).await?;
            let reader = &*chain.reader;
            let asked = try_join(reader.call(&message, &block), reader.gas(&message, &block)).await;
            let (called, gas) = asked.map_err(|error| unread(&error))?;
            let called = chain.there(called)?;
            let mut result = Map::new();
            told::at(&mut result, chain.id, &block);
            let refusal = match (&called, &gas) {
                (Called::Undone(refusal), Gas::Undone(_) | Gas::Enough(_))
                // A sender who cannot pay for the gas is found by the estimate alone.
                | (Called::Returned(_), Gas::Undone(refusal)) => Some(refusal),
                (Called::Returned(_), Gas::Enough(_)) => None,
            };
            let reason = refusal.map(|refusal| reason(refusal, &errors));
            if fails && let Some(reason) = &reason {
                return Err(undone("the transaction", reason));
            }
            result.insert("success".to_owned(), reason.is_none().into());
            result.insert("reason".to_owned(), reason.map(|it| it.told()).into());
            let gas = match gas {
                Gas::Enough(gas) => Some(gas),
                Gas::Undone(_) => None,
            };
            result.insert("gas".to_owned(), gas.into());
            if let Called::Returned(data) = &called {
                result.insert("data".to_owned(), json!(data));
                // What cannot be read by the ABI is no failure of what was simulated.
                let outputs = function.as_ref().and_then(|it| Some((it, it.returned(data)?)));
                if let Some((function, outputs)) = outputs {
                    result.insert("result".to_owned(), function.told(&outputs));
                    result.insert("outputs".to_owned(), outputs.into());
                }
            }
            Ok(Value::Object(result))
        }
        .boxed()
    }
}
