//! What an attempt is lent: the credentials that its node names, opened at the moment of use, and
//! the mask that keeps them out of everything that is recorded.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use engine::{Failure, FailureCategory, Json};
use serde_json::{Value, json};
use zeroize::Zeroizing;

use super::{Action, Call, Lent};
use crate::access::WebhookSecrets;
use crate::connectors::{self, Credentials, Desk};
use crate::primitives::{ConnectorId, WorkflowId};
use crate::secrets::{Mask, WeakMask};

/// How many masks are noted before those that nobody holds are let go.
const MAX_HELD: usize = 1_024;

/// Lends to attempts, and covers what they bring back.
#[derive(Clone)]
pub(super) struct Lender {
    desk: Desk,
    webhook_secrets: WebhookSecrets,
    /// The masks of workflows whose attempts are under way. Most attempts touch no other secret than
    /// the one of their workflow's webhook, and finding its forms costs more than many an action.
    held: Arc<Mutex<HashMap<WorkflowId, WeakMask>>>,
}

/// Which credentials an attempt was lent, as its history keeps it.
pub(super) struct Used {
    id: ConnectorId,
    kind: &'static str,
    key_version: Option<i32>,
}

impl Lender {
    pub(super) fn new(desk: Desk, webhook_secrets: WebhookSecrets) -> Self {
        Self { desk, webhook_secrets, held: Arc::default() }
    }

    /// What this attempt works with.
    pub(super) async fn lend(&self, action: &dyn Action, call: &Call) -> Result<Lent, Failure> {
        let mut known = action.secrets_in(&call.input);
        let credentials = self.open(action, call).await?;
        known.extend(credentials.iter().flat_map(Credentials::known));
        let mask = match call.origin.workflow.parse() {
            Ok(workflow) => self.mask(workflow, known),
            Err(_) => Mask::of(known.iter().map(|secret| secret.as_slice())),
        };
        Ok(Lent { credentials, mask })
    }

    /// Covers what an attempt touches, and the secret of its workflow's webhook.
    fn mask(&self, workflow: WorkflowId, mut known: Vec<Zeroizing<Vec<u8>>>) -> Mask {
        let touches_more = !known.is_empty();
        if !touches_more && let Some(mask) = self.held().get(&workflow).and_then(WeakMask::upgrade)
        {
            return mask;
        }
        let secret = self.webhook_secrets.secret_of(workflow);
        known.push(Zeroizing::new(secret.into_bytes()));
        let mask = Mask::of(known.iter().map(|secret| secret.as_slice()));
        if !touches_more {
            let mut held = self.held();
            if held.len() >= MAX_HELD {
                held.retain(|_, mask| mask.upgrade().is_some());
            }
            held.insert(workflow, mask.downgrade());
        }
        mask
    }

    fn held(&self) -> MutexGuard<'_, HashMap<WorkflowId, WeakMask>> {
        // Nothing panics while it is held.
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn open(&self, action: &dyn Action, call: &Call) -> Result<Option<Credentials>, Failure> {
        let Some(named) = &call.connector else { return Ok(None) };
        if !action.takes_connector() {
            let message = "a node of this type takes no connector: remove it";
            return Err(Failure::lasting("connector_unusable", FailureCategory::Config, message));
        }
        self.found(named, call).await.map(Some).map_err(|error| refused(&error))
    }

    async fn found(
        &self,
        named: &engine::Connector,
        call: &Call,
    ) -> Result<Credentials, connectors::Error> {
        let organization = call.origin.organization;
        let asker = self.desk.asker_of(call.origin.run);
        let id = self.desk.meant(organization, named, asker).await?;
        let credentials = self.desk.open(organization, id).await?;
        if credentials.kind.kind == named.kind {
            Ok(credentials)
        } else {
            let (actual, wanted) = (credentials.kind.kind.clone(), named.kind.clone());
            Err(connectors::Error::OtherKind { id, actual, wanted })
        }
    }
}

impl Used {
    pub(super) fn of(credentials: &Credentials) -> Self {
        let Credentials { id, kind, key_version, .. } = credentials;
        Self { id: *id, kind: &kind.kind, key_version: *key_version }
    }

    fn told(&self) -> Value {
        json!({ "id": self.id, "type": self.kind, "keyVersion": self.key_version })
    }
}

/// What came of an attempt, without anything secret that it touched, and with the name of the
/// connector that it used. This is where results enter the house: nothing recorded, streamed or
/// exported later holds what is covered here.
pub(super) fn covered(
    outcome: Result<Json, Failure>,
    mask: &Mask,
    used: Option<&Used>,
) -> Result<Json, Failure> {
    let cover = |json: Json| mask.json(&json).map_or(json, Arc::new);
    match outcome {
        Ok(result) => Ok(with_connector(cover(result), used)),
        Err(failure) => {
            let details = failure.details.map(cover);
            let details = match used {
                Some(_) => Some(with_connector(details.unwrap_or_else(|| json!({}).into()), used)),
                None => details,
            };
            let message = mask.text(&failure.message).into_owned();
            Err(Failure { message, details, ..failure })
        }
    }
}

fn with_connector(json: Json, used: Option<&Used>) -> Json {
    let Some(used) = used else { return json };
    let mut value = Arc::unwrap_or_clone(json);
    if let Some(fields) = value.as_object_mut() {
        fields.insert("connector".to_owned(), used.told());
    }
    value.into()
}

fn refused(error: &connectors::Error) -> Failure {
    let (code, category) = match error {
        connectors::Error::Unknown(_) => ("connector_missing", FailureCategory::Config),
        connectors::Error::OtherKind { .. }
        | connectors::Error::UnknownKind(_)
        | connectors::Error::Untestable(_)
        | connectors::Error::Data { .. }
        | connectors::Error::Damaged => ("connector_unusable", FailureCategory::Config),
        connectors::Error::Unresolved { .. } => ("connector_unresolved", FailureCategory::Config),
        connectors::Error::Pending(_) => ("connector_pending", FailureCategory::Auth),
        connectors::Error::Expired { .. } => ("connector_expired", FailureCategory::Auth),
        connectors::Error::NotRenewed { .. } => ("connector_not_renewed", FailureCategory::Auth),
        connectors::Error::NotAwaited
        | connectors::Error::Refused(_)
        | connectors::Error::Contended
        | connectors::Error::Secrets(_)
        | connectors::Error::Journal(_)
        | connectors::Error::View(_) => ("connector_unavailable", FailureCategory::Internal),
    };
    if let (FailureCategory::Internal, Some(source)) = (category, std::error::Error::source(error))
    {
        tracing::warn!(error = source, "a connector could not be opened: {source}");
    }
    let message = error.to_string();
    if error.is_transient() {
        Failure::passing(code, category, message)
    } else {
        Failure::lasting(code, category, message)
    }
}
