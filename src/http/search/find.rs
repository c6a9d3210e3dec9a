use actix_web::web::Data;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::access::{Permission, Principal};
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::extract::{MinPosition, Params};
use crate::http::problem::{Code, Document, Problem};
use crate::projections::search::{Found, Kind, Projector, Words};

/// How many matches of a kind are given when nothing is said, and at most.
const DEFAULT_LIMIT: i64 = 20;
const MAX_LIMIT: i64 = 50;

/// What is searched for.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub struct Wanted {
    /// Words, or their beginnings: what is found has all of them.
    q: String,
    /// Only things of this kind: `workflow` (name, description, tags), `node`, `run` or `error`.
    #[param(value_type = Option<String>)]
    kind: Option<WantedKind>,
    /// How many of each kind at most: 1 to 50, 20 when absent.
    limit: Option<i64>,
    /// Waits up to 5 seconds until this position is reached.
    #[param(value_type = Option<i64>)]
    min_position: Option<MinPosition>,
}

/// A kind of thing that is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum WantedKind {
    /// A workflow.
    Workflow,
    /// A node of a workflow.
    Node,
    /// A run.
    Run,
    /// A failed run, by its failure.
    Error,
}

/// What was found.
#[derive(Debug, Serialize, ToSchema)]
pub struct Findings {
    /// The matches: workflows first, then nodes, errors and runs; the best of each kind first.
    items: Vec<Finding>,
}

/// Something that was found.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Finding {
    /// What it is.
    kind: WantedKind,
    /// Its id: of the workflow, of the node in it, or of the run.
    id: String,
    /// The workflow to which it belongs.
    workflow_id: String,
    /// What it is called.
    title: String,
    /// What is said of it.
    text: Option<String>,
    /// How well it fits, among those of its kind.
    score: f32,
}

/// Finds workflows, nodes, runs and errors of the organization by words. Runs and errors are shown to
/// whoever may read runs; of them, the last 10,000 of each are looked through.
#[utoipa::path(
    get,
    operation_id = "search",
    path = "/v1/search",
    tag = "search",
    params(Wanted),
    responses(
        (status = 200, description = "What was found", body = Envelope<Findings>),
        (status = 400, description = "A parameter is wrong", body = Document),
        (status = 503, description = "The view did not reach `minPosition`", body = Document),
    ),
)]
pub async fn find(
    api: Data<Api>,
    who: Principal,
    query: Params<Wanted>,
) -> Result<Answer<Findings>, Problem> {
    let Params(Wanted { q, kind, limit, min_position }) = query;
    let refuse = |place, message: &str| Problem::new(Code::InvalidQuery).at(place, message);
    let words = Words::of(&q).ok_or_else(|| refuse("q", "must have a letter or a digit"))?;
    let limit = limit.unwrap_or(DEFAULT_LIMIT);
    if !(1..=MAX_LIMIT).contains(&limit) {
        return Err(refuse("limit", "must be between 1 and 50"));
    }
    api.view_at(Projector::NAME, min_position).await?;
    api.view_at("run_history", min_position).await?;
    let hidden = api.hidden_from(&who);
    let (mut items, mut position) = (Vec::new(), 0);
    for of in [WantedKind::Workflow, WantedKind::Node, WantedKind::Error, WantedKind::Run] {
        if kind.is_some_and(|kind| kind != of) || !of.may_be_shown(&who) {
            continue;
        }
        let found =
            api.search().of_kind(who.organization, of.into(), &words, &hidden, limit).await?;
        position = found.position;
        items.extend(found.value.into_iter().map(|found| Finding::of(of, found)));
    }
    Ok(Answer::ok(Findings { items }).at(position))
}

impl WantedKind {
    const fn may_be_shown(self, who: &Principal) -> bool {
        match self {
            Self::Workflow | Self::Node => true,
            Self::Run | Self::Error => who.permissions.has(Permission::RunsRead),
        }
    }
}

impl From<WantedKind> for Kind {
    fn from(kind: WantedKind) -> Self {
        match kind {
            WantedKind::Workflow => Self::Workflow,
            WantedKind::Node => Self::Node,
            WantedKind::Run => Self::Run,
            WantedKind::Error => Self::Error,
        }
    }
}

impl Finding {
    fn of(kind: WantedKind, found: Found) -> Self {
        let Found { id, workflow_id, title, text, score } = found;
        Self { kind, id, workflow_id, title, text, score }
    }
}
