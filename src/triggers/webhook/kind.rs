//! The trigger `webhook`, as the list of kinds knows it.

use engine::PayloadProblem;
use serde_json::Value;

use super::settings;
use crate::primitives::OrganizationId;
use crate::triggers::{Key, Kind};

/// Runs that a request to the workflow's own URL starts.
#[derive(Debug)]
pub struct Webhook;

impl Kind for Webhook {
    fn name(&self) -> &'static str {
        "webhook"
    }

    fn problems(&self, payload: &Value) -> Vec<PayloadProblem> {
        settings::problems(payload)
    }

    fn keys(&self, _: OrganizationId, _: &Value) -> Vec<Key> {
        // Found by the secret in its URL.
        Vec::new()
    }
}
