//! Reading and writing entries for nodes.

use std::sync::Arc;
use std::time::Duration;

use engine::{Failure, FailureCategory, Json};
use serde::Deserialize;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use time::format_description::well_known::Rfc3339;
use uuid::Uuid;

use super::payload::{Operation, Payload, Told, Wish, problem, refused, shown};
use crate::actions::{Action, Call, Lent, Performing};
use crate::aggregates::entry::{Command, Error, Order, Place};
use crate::journal::{self, Context, Entries, Metadata, NotExecuted};
use crate::primitives::{Clock, CommandId, WorkflowId};
use crate::projections::storage::{Filter, Key, Projector, Storage as Keys};
use crate::projections::{self, Cursor, Paging};

/// How long a list waits for the view to have seen what was recorded before.
const PATIENCE: Duration = Duration::from_secs(2);

/// The action behind `storage` and the `org-storage-…` types.
///
/// A repetition under the same idempotency key changes nothing twice: the key is the command's id,
/// and the ledger knows which commands it has seen.
#[derive(Clone)]
pub(in crate::actions) struct Storage {
    entries: Entries,
    keys: Keys,
    clock: Arc<dyn Clock>,
    fixed: Option<Operation>,
}

impl Storage {
    /// The type that does anything, to the workflow's entries or the organization's.
    pub(in crate::actions) const TYPE: &'static str = "storage";

    pub(in crate::actions) fn new(entries: Entries, keys: Keys, clock: Arc<dyn Clock>) -> Self {
        Self { entries, keys, clock, fixed: None }
    }

    /// The types that do one thing to the organization's entries.
    pub(in crate::actions) fn of_the_organization(&self) -> [(&'static str, Self); 3] {
        [
            ("org-storage-get", Operation::Get),
            ("org-storage-set", Operation::Set),
            ("org-storage-list", Operation::List),
        ]
        .map(|(kind, operation)| (kind, Self { fixed: Some(operation), ..self.clone() }))
    }

    async fn carry_out(&self, call: Call) -> Result<Json, Failure> {
        let payload =
            Payload::deserialize(&*call.input).map_err(|error| problem("", error.to_string()))?;
        let workflow: WorkflowId = call.origin.workflow.parse().map_err(|_| {
            let message = "the run names no workflow whose entries these could be";
            Failure::lasting("storage", FailureCategory::Internal, message)
        })?;
        match payload.wish(self.fixed, workflow)? {
            Wish::Get(place) => self.get(&call, &place).await,
            Wish::Change { place, order, told } => self.change(&call, place, order, told).await,
            Wish::List { scope, store, prefix, limit, cursor } => {
                let filter = Filter { scope, store: &store, prefix: &prefix };
                self.list(&call, filter, limit, cursor.as_deref()).await
            }
        }
    }

    async fn get(&self, call: &Call, place: &Place) -> Result<Json, Failure> {
        let read = self.entries.read(call.origin.organization, place).await;
        let entry = read.map_err(|error| unavailable(&error))?;
        let (found, version) = (entry.value().is_some(), entry.version());
        Ok(json!({ "found": found, "value": shown(entry.value()), "version": version }).into())
    }

    pub(super) async fn change(
        &self,
        call: &Call,
        place: Place,
        order: Order,
        told: Told,
    ) -> Result<Json, Failure> {
        let origin = &call.origin;
        let command = Command {
            place,
            by: format!("run {}", origin.run),
            at: self.clock.now(),
            effect: Some(call.idempotency_key.clone()),
            order,
        };
        let metadata = Metadata {
            causation: Some(format!("{} {}", origin.run, origin.node)),
            correlation: Some(origin.run.to_string()),
            ..Metadata::new(origin.organization, "worker", command_of(&call.idempotency_key))
        };
        let written = match self.entries.execute(command, Context::new(metadata)).await {
            Ok(written) => written,
            // For those who compare, it is an answer like any other.
            Err(NotExecuted::Refused(Error::Conflict { actual, .. })) => {
                return Ok(match told {
                    Told::Version | Told::Swapped => json!({ "swapped": false, "version": actual }),
                    Told::Deleted => json!({ "deleted": false, "version": actual }),
                }
                .into());
            }
            Err(NotExecuted::Refused(error)) => return Err(refused(&error)),
            Err(NotExecuted::Journal(error)) => return Err(unavailable(&error)),
            Err(
                error @ (NotExecuted::Conflict
                | NotExecuted::Fenced
                | NotExecuted::NotAllowed
                | NotExecuted::ClaimTaken { .. }
                | NotExecuted::ReceiptTaken),
            ) => {
                let message = format!("the entry could not be changed: {error}");
                return Err(Failure::passing(
                    "storage_contended",
                    FailureCategory::Service,
                    message,
                ));
            }
        };
        Ok(match told {
            Told::Version => json!({ "version": written.sequence }),
            Told::Swapped => json!({ "swapped": true, "version": written.sequence }),
            Told::Deleted => json!({ "deleted": written.sequence.is_some(), "version": 0 }),
        }
        .into())
    }

    async fn list(
        &self,
        call: &Call,
        filter: Filter<'_>,
        limit: i64,
        cursor: Option<&str>,
    ) -> Result<Json, Failure> {
        let after = cursor.map(Cursor::parse).transpose();
        let after = after.map_err(|_| {
            problem("/cursor", "is none that a list gave out: take it from its result".to_owned())
        })?;
        // What was recorded before is listed, unless the view is far behind; then the list is as
        // old as the view.
        let head = self.entries.head().await.map_err(|error| unavailable(&error))?;
        let seen = self.keys.positions().wait_for(Projector::NAME, head, PATIENCE).await;
        seen.map_err(|error| no_list(&error))?;
        let paging = Paging { after, ..Paging::first(limit) };
        let page = self.keys.list(call.origin.organization, filter, &paging).await;
        let page = page.map_err(|error| no_list(&error))?;
        let keys: Vec<Value> = page.items.iter().map(listed).collect();
        let cursor = page.cursor.map(|cursor| cursor.to_string());
        Ok(json!({ "keys": keys, "hasMore": page.has_more, "cursor": cursor }).into())
    }
}

impl Action for Storage {
    fn perform(&self, call: Call, _: Lent) -> Performing<'_> {
        Box::pin(self.carry_out(call))
    }
}

fn listed(key: &Key) -> Value {
    json!({
        "key": key.key,
        "version": key.version,
        "updatedAt": key.updated_at.format(&Rfc3339).unwrap_or_default(),
    })
}

/// The command of an effect: the same for its repetitions.
fn command_of(idempotency_key: &str) -> CommandId {
    let hash = Sha256::digest(format!("storage {idempotency_key}"));
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&hash[..16]);
    CommandId::from_uuid(Uuid::from_bytes(bytes))
}

/// The failure when the ledger cannot be reached: whether the change is on it is not known, and the
/// next attempt finds out.
fn unavailable(error: &journal::Error) -> Failure {
    tracing::warn!(
        error = error as &dyn std::error::Error,
        "an entry could not be reached: {error}"
    );
    let message = "the ledger could not be reached in time";
    Failure::passing("storage_unavailable", FailureCategory::Internal, message)
}

fn no_list(error: &projections::Error) -> Failure {
    tracing::warn!(error = error as &dyn std::error::Error, "keys could not be listed: {error}");
    let message = "the keys could not be listed";
    Failure::passing("storage_unavailable", FailureCategory::Internal, message)
}
