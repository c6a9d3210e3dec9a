//! What of a workflow everybody may know: whose it is comes from the workflow itself, never from a
//! request, and what is not public does not exist.

use engine::Visibility;

use crate::http::api::Api;
use crate::http::problem::{Code, Problem};
use crate::primitives::{OrganizationId, WorkflowId};
use crate::triggers::Live;

/// A workflow that everybody may see.
pub(super) struct Open {
    /// Whose it is; never shown.
    pub(super) organization: OrganizationId,
    /// What is live of it.
    pub(super) live: Live,
    /// Whether everybody may execute it, too.
    pub(super) executable: bool,
}

/// The workflow, where everybody may see it.
pub(super) fn open(api: &Api, workflow: WorkflowId) -> Result<Open, Problem> {
    let nothing = || Problem::new(Code::WorkflowNotFound);
    let (organization, live, paused) = api.index.published(workflow).ok_or_else(nothing)?;
    let executable = match live.definition.visibility() {
        Some(Visibility::PublicView) => false,
        Some(Visibility::PublicExecute) => !paused,
        Some(Visibility::Private | Visibility::Org) | None => return Err(nothing()),
    };
    Ok(Open { organization, live, executable })
}
