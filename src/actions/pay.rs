//! `call-x402-endpoint`: a request that is paid for. Who pays, and what he knows of what was paid before, is not
//! known here.

use std::sync::Arc;

use engine::{Failure, FailureCategory, Json};
use futures::future::BoxFuture;
use serde_json::Value;
use zeroize::Zeroizing;

use super::{Action, Call, Lent, Performing};

/// Pays for requests of nodes.
pub trait Pays: Send + Sync {
    /// Makes the request of a call, pays for it where it has to be paid for, and tells what is given.
    ///
    /// The same call is paid for once, however often it is made.
    fn pay(&self, call: Call) -> BoxFuture<'_, Result<Value, Failure>>;
}

/// Where nobody pays: for tests, and for what must never sign.
#[derive(Debug, Clone, Copy)]
pub struct NobodyPays;

impl Pays for NobodyPays {
    fn pay(&self, _: Call) -> BoxFuture<'_, Result<Value, Failure>> {
        Box::pin(async {
            let message = "nobody pays for requests here";
            Err(Failure::lasting("nobody_pays", FailureCategory::Config, message))
        })
    }
}

/// The action behind `call-x402-endpoint`.
pub(super) struct CallPaid(pub(super) Arc<dyn Pays>);

impl CallPaid {
    pub(super) const TYPE: &'static str = "call-x402-endpoint";
}

impl Action for CallPaid {
    fn secrets_in(&self, input: &Json) -> Vec<Zeroizing<Vec<u8>>> {
        let headers = input.get("headers").and_then(Value::as_object).into_iter().flatten();
        headers
            .filter_map(|(_, value)| value.as_str())
            .flat_map(|value| [value, value.rsplit(' ').next().unwrap_or(value)])
            .filter(|value| value.len() >= 16)
            .map(|secret| Zeroizing::new(secret.as_bytes().to_vec()))
            .collect()
    }

    fn waits(&self) -> bool {
        true
    }

    fn perform(&self, call: Call, _: Lent) -> Performing<'_> {
        Box::pin(async move { Ok(Arc::new(self.0.pay(call).await?)) })
    }
}
