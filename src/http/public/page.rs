//! What the server has to know of a public workflow to serve the pages that show it.

use super::gate;
use super::widget::Widget;
use crate::http::api::Api;
use crate::primitives::WorkflowId;

/// The origins whose pages may frame the form of a workflow; none where the workflow is not public.
pub(in crate::http) fn framed_by(api: &Api, workflow: WorkflowId) -> Option<Vec<String>> {
    let open = gate::open(api, workflow).ok()?;
    Some(Widget::of(&open.live.definition).allowed_origins)
}
