//! A request with an `Idempotency-Key` is carried out once. Its receipt is written in the same
//! transaction as its events, so that one is never there without the other.
//!
//! The receipt names the stream and the command instead of holding the answer's text: the events
//! say what was answered, and a replay renders them anew.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use cqrs_es::Aggregate;
use serde::{Deserialize, Serialize};

use super::api::Api;
use super::extract::IdempotencyKey;
use super::problem::{Code, Problem};
use crate::access::Principal;
use crate::journal::{Context, Metadata, NotExecuted, Receipt, Side, Store, StreamId};
use crate::primitives::{CommandId, OrganizationId};

/// When to ask again for the answer of a request that is being carried out.
const RETRY_AFTER: Duration = Duration::from_secs(1);

/// What a key stands for: the same key of somebody else, or on another route, is another one.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Scope {
    organization: OrganizationId,
    principal: String,
    route: String,
    key: String,
}

/// The requests with a key that this process is carrying out.
#[derive(Debug, Clone, Default)]
pub struct InFlight(Arc<Mutex<HashSet<Scope>>>);

/// Holds a scope until it is dropped.
#[derive(Debug)]
struct Guard {
    all: InFlight,
    scope: Scope,
}

impl InFlight {
    fn enter(&self, scope: &Scope) -> Result<Guard, Problem> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if all.insert(scope.clone()) {
            Ok(Guard { all: self.clone(), scope: scope.clone() })
        } else {
            Err(Problem::new(Code::IdempotencyInFlight).retry_after(RETRY_AFTER))
        }
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        self.all.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.scope);
    }
}

/// What a receipt remembers of the answer.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Kept {
    aggregate_type: String,
    aggregate_id: String,
    command: CommandId,
}

/// An order that has been carried out, now or before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Done {
    /// Where its events are.
    pub stream: StreamId,
    /// The sequence of the last of them.
    pub sequence: i64,
    /// Whether it was carried out by an earlier request.
    pub replayed: bool,
}

/// The right to carry out a request.
#[derive(Debug)]
pub struct Ticket {
    /// The id of the command; it is stored with the events.
    pub command: CommandId,
    /// The id of the request, which ties the events to the log and to the caller's own records.
    pub request_id: String,
    /// From where it comes.
    pub address: Option<String>,
    keyed: Option<Box<Keyed>>,
}

#[derive(Debug)]
struct Keyed {
    scope: Scope,
    fingerprint: String,
    _guard: Guard,
}

/// Whether a request is to be carried out.
#[derive(Debug)]
pub enum Turn {
    /// It is new.
    Fresh(Ticket),
    /// It has been carried out: this is what became of it.
    Replay(Done),
}

impl Turn {
    /// Finds out whether the request was carried out before.
    pub async fn take(
        api: &Api,
        who: &Principal,
        key: IdempotencyKey,
        fingerprint: &str,
    ) -> Result<Self, Problem> {
        let command = CommandId::generate();
        let (request_id, address) = (key.request_id, key.address);
        let Some(text) = key.key else {
            return Ok(Self::Fresh(Ticket { command, request_id, address, keyed: None }));
        };
        let scope = Scope {
            organization: who.organization,
            principal: who.to_string(),
            route: key.route,
            key: text,
        };
        let guard = api.in_flight.enter(&scope)?;
        if let Some(done) = earlier(api, &scope, fingerprint).await? {
            return Ok(Self::Replay(done));
        }
        let keyed = Box::new(Keyed { scope, fingerprint: fingerprint.to_owned(), _guard: guard });
        Ok(Self::Fresh(Ticket { command, request_id, address, keyed: Some(keyed) }))
    }
}

impl Ticket {
    /// A ticket for one order of many in a request.
    pub const fn plain(command: CommandId, request_id: String, address: Option<String>) -> Self {
        Self { command, request_id, address, keyed: None }
    }

    /// Carries out an order in a stream, once.
    pub async fn execute<A>(
        &self,
        api: &Api,
        who: &Principal,
        store: &Store<A>,
        stream: StreamId,
        command: A::Command,
    ) -> Result<Done, Problem>
    where
        A: Aggregate<Services = ()>,
        A::Command: Clone,
        A::Error: Into<Problem> + Send + Sync + 'static,
    {
        let context = self.context(who, &stream);
        match store.execute(&stream.aggregate_id, command, context).await {
            Ok(executed) => Ok(Done { stream, sequence: executed.last, replayed: false }),
            Err(error) => self.refused(api, error).await,
        }
    }

    /// What goes along with an order to this stream.
    pub fn context(&self, who: &Principal, stream: &StreamId) -> Context {
        Context {
            metadata: Metadata {
                correlation: Some(self.request_id.clone()),
                address: self.address.clone(),
                ..Metadata::new(who.organization, who.to_string(), self.command)
            },
            fence: None,
            side: self.receipts(stream),
        }
    }

    /// What is answered when an order was not carried out: it may have been earlier.
    pub async fn refused<E>(&self, api: &Api, error: NotExecuted<E>) -> Result<Done, Problem>
    where
        E: std::error::Error + Into<Problem> + Send + Sync + 'static,
    {
        if matches!(error, NotExecuted::ReceiptTaken) {
            return self.taken(api).await;
        }
        self.earlier(api).await?.ok_or_else(|| error.into())
    }

    /// What is to be written beside the events of this stream.
    pub fn receipts(&self, stream: &StreamId) -> Vec<Side> {
        let Some(Keyed { scope, fingerprint, .. }) = self.keyed.as_deref() else {
            return Vec::new();
        };
        let kept = Kept {
            aggregate_type: stream.aggregate_type.to_owned(),
            aggregate_id: stream.aggregate_id.clone(),
            command: self.command,
        };
        vec![Side::Receipt(Receipt {
            organization: scope.organization,
            principal: scope.principal.clone(),
            route: scope.route.clone(),
            key: scope.key.clone(),
            fingerprint: fingerprint.clone(),
            status: 200,
            response: serde_json::to_string(&kept).expect("a receipt has only texts"),
        })]
    }

    /// What became of the request that was faster with the same key, in another process.
    pub async fn taken(&self, api: &Api) -> Result<Done, Problem> {
        let done = self.earlier(api).await?;
        done.ok_or_else(|| Problem::new(Code::IdempotencyInFlight).retry_after(RETRY_AFTER))
    }

    /// What became of an earlier request with the same key, if one was carried out. Asked again
    /// when an order is refused: the obstacle may be that very request, whose caller went away
    /// before it was answered.
    pub async fn earlier(&self, api: &Api) -> Result<Option<Done>, Problem> {
        match self.keyed.as_deref() {
            Some(Keyed { scope, fingerprint, .. }) => earlier(api, scope, fingerprint).await,
            None => Ok(None),
        }
    }
}

async fn earlier(api: &Api, scope: &Scope, fingerprint: &str) -> Result<Option<Done>, Problem> {
    let Scope { organization, principal, route, key } = scope;
    let receipt = api.journal.receipt(*organization, principal, route, key).await?;
    let Some(receipt) = receipt else { return Ok(None) };
    if receipt.fingerprint != fingerprint {
        return Err(Problem::new(Code::IdempotencyMismatch));
    }
    let kept: Kept = serde_json::from_str(&receipt.response).map_err(Problem::internal)?;
    let aggregate_type = match kept.aggregate_type.as_str() {
        "account" => "account",
        "connector" => "connector",
        "api_key" => "api_key",
        "organization" => "organization",
        "blueprint" => "blueprint",
        "ui_component" => "ui_component",
        "policy" => "policy",
        "signing_policy" => "signing_policy",
        "retention" => "retention",
        "run" => "run",
        "schema" => "schema",
        "token_keys" => "token_keys",
        "user" => "user",
        "table" => "table",
        "document" => "document",
        "task" => "task",
        "test" => "test",
        "test_execution" => "test_execution",
        "entry" => "entry",
        "event" => "event",
        "event_definition" => "event_definition",
        "event_subscriptions" => "event_subscriptions",
        "execution_hooks" => "execution_hooks",
        "chain_endpoints" => "chain_endpoints",
        "wallets" => "wallets",
        "paid_endpoints" => "paid_endpoints",
        "wallet_floor" => "wallet_floor",
        "wallet_lane" => "wallet_lane",
        "signature_request" => "signature_request",
        "event_sequences" => "event_sequences",
        "sequence_instance" => "sequence_instance",
        _ => "workflow",
    };
    let stream = StreamId::new(aggregate_type, kept.aggregate_id);
    let sequence = api.journal.sequence_of(&stream, kept.command).await?.unwrap_or(0);
    Ok(Some(Done { stream, sequence, replayed: true }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scope(key: &str) -> Scope {
        Scope {
            organization: OrganizationId::DEFAULT,
            principal: "admin".to_owned(),
            route: "POST /v1/workflows".to_owned(),
            key: key.to_owned(),
        }
    }

    #[test]
    fn a_key_is_in_flight_until_its_request_ends() {
        let all = InFlight::default();
        let guard = all.enter(&scope("a")).expect("the first");
        assert!(all.enter(&scope("a")).is_err());
        assert!(all.enter(&scope("b")).is_ok());
        drop(guard);
        assert!(all.enter(&scope("a")).is_ok());
    }
}
