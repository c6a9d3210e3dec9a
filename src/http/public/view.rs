use actix_web::HttpRequest;
use actix_web::web::{Data, Path};
use engine::InputField;
use serde::Serialize;
use utoipa::ToSchema;

use super::gate;
use super::origin;
use super::widget::Widget;
use crate::aggregates::workflow::Workflow;
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::problem::{Code, Document, Problem};
use crate::journal::Loaded;
use crate::primitives::WorkflowId;

/// A workflow as everybody may see it: its shape, and nothing of what its nodes are given.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PublicWorkflow {
    /// Its id.
    #[schema(value_type = String, example = "wf_01h455vb4pex5vsknk084sn02q")]
    id: WorkflowId,
    /// Its name.
    name: String,
    /// What it is for.
    description: Option<String>,
    /// Whether everybody may execute it now.
    executable: bool,
    /// What a run is given.
    #[schema(value_type = Vec<Object>)]
    input_schema: Vec<InputField>,
    /// Its nodes, and which follow which.
    nodes: Vec<PublicNode>,
    /// How it presents itself.
    public_widget_config: Widget,
}

/// A node as everybody may see it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct PublicNode {
    /// Its id.
    id: String,
    /// Its type.
    #[serde(rename = "type")]
    kind: String,
    /// Its title, where its author gave it one.
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<String>,
    /// The nodes that follow.
    children: Vec<String>,
}

/// A workflow whose live version everybody may see. No payloads, no connectors, nothing of its
/// organization.
#[utoipa::path(
    get,
    operation_id = "get_public_workflow",
    path = "/v1/public/workflows/{id}",
    tag = "public",
    security(()),
    params(("id" = String, Path, description = "The workflow")),
    responses(
        (status = 200, description = "The workflow", body = Envelope<PublicWorkflow>),
        (status = 404, description = "No such workflow, or it is not public", body = Document),
    ),
)]
pub async fn view(
    api: Data<Api>,
    id: Path<WorkflowId>,
    request: HttpRequest,
) -> Result<Answer<PublicWorkflow>, Problem> {
    origin::readable_by_everybody(&request);
    let gate::Open { organization, live, executable } = gate::open(&api, *id)?;
    let Loaded { aggregate, .. } = api.workflows.load(&id.to_string()).await?;
    let Workflow { name, description, organization: owner, .. } = aggregate;
    if owner != Some(organization) {
        return Err(Problem::new(Code::WorkflowNotFound));
    }
    let definition = &live.definition;
    let nodes = definition.nodes().iter().map(|(id, node)| PublicNode {
        id: id.to_string(),
        kind: node.kind.to_string(),
        title: node.title_override.clone().or_else(|| node.title.clone()),
        children: node.children.iter().map(ToString::to_string).collect(),
    });
    Ok(Answer::ok(PublicWorkflow {
        id: *id,
        name,
        description,
        executable,
        input_schema: definition.input_schema().to_vec(),
        nodes: nodes.collect(),
        public_widget_config: Widget::of(definition),
    }))
}
