//! A workflow as the API shows it, folded from its events.

use std::collections::BTreeMap;
use std::sync::Arc;

use cqrs_es::Aggregate;
use engine::Json;
use serde::Serialize;
use serde_json::Value;
use time::OffsetDateTime;
use utoipa::ToSchema;

use super::review::Review;
use crate::access::Principal;
use crate::aggregates::workflow::{PauseReason, Status, Workflow};
use crate::http::api::Api;
use crate::http::problem::{Code, Problem};
use crate::journal::StreamId;
use crate::primitives::{OrganizationId, WorkflowId};

/// How many events are read at a time.
const PAGE: i64 = 200;

/// A workflow.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Workflow)]
pub struct Record {
    /// Its id.
    #[schema(value_type = String, example = "wf_01h455vb4pex5vsknk084sn02q")]
    pub id: WorkflowId,
    /// The organization that owns it.
    pub organization_id: String,
    /// How often the record changed; send it back as `expectedCurrentVersion` or `expectedVersion`.
    pub version: u64,
    /// Its name.
    pub name: String,
    /// What it is for.
    pub description: Option<String>,
    /// What it is found by.
    pub tags: Vec<String>,
    /// `draft`, `active`, `paused` or `archived`.
    pub status: Status,
    /// Why it is paused, when it is.
    pub pause_reason: Option<PauseReason>,
    /// What to look at before it is resumed, when it paused by itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub review: Option<Review>,
    /// How many runs it may start; null: any number.
    pub max_runs: Option<u32>,
    /// How many runs were added since that was set.
    pub refilled_runs: u64,
    /// How many of all of them are left.
    pub remain_runs: Option<u64>,
    /// How long its triggers start nothing after a run has begun, in milliseconds.
    pub cooldown_ms: Option<u64>,
    /// After how many failed runs in a row its triggers stop; 0: never.
    pub pause_after_failures: u32,
    /// When its last run began, as far as the view of runs knows.
    #[serde(with = "time::serde::rfc3339::option")]
    pub last_triggered_at: Option<OffsetDateTime>,
    /// Whether there are unpublished edits.
    pub has_draft: bool,
    /// Whether a version is live.
    pub has_live_version: bool,
    /// The number of the live version.
    pub live_version: Option<u32>,
    /// The draft, as its author wrote it; without a draft the live definition.
    #[schema(value_type = Object)]
    pub definition: Option<Arc<Value>>,
    /// Results that are pinned to nodes, by node id: simulations and tests are answered with them.
    #[schema(value_type = Object)]
    pub pinned_outputs: BTreeMap<String, Json>,
    /// Where a POST starts a run of the live version. It holds a secret.
    pub webhook_url: String,
    /// Who created it.
    pub created_by: String,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    pub created_at: OffsetDateTime,
    /// Who changed it last.
    pub updated_by: String,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    pub updated_at: OffsetDateTime,
}

/// A workflow's state, and what its events say besides.
pub(in crate::http) struct Loaded {
    /// The state.
    pub(in crate::http) state: Workflow,
    created: Stamp,
    updated: Stamp,
}

#[derive(Clone)]
struct Stamp {
    by: String,
    at: OffsetDateTime,
}

/// Refuses a workflow that does not exist or is somebody else's.
pub(in crate::http) async fn must_belong(
    api: &Api,
    who: &Principal,
    id: WorkflowId,
) -> Result<(), Problem> {
    let first = api.journal.read_stream(&StreamId::workflow(id), 0, 1).await?;
    match first.first() {
        Some(event) if event.organization == who.organization && !api.hides(who, id) => Ok(()),
        Some(_) | None => Err(Problem::new(Code::WorkflowNotFound)),
    }
}

/// The workflow as it is now, or as it was right after the event with this sequence.
pub(in crate::http) async fn load(
    api: &Api,
    who: &Principal,
    id: WorkflowId,
    until: Option<i64>,
) -> Result<Loaded, Problem> {
    let stream = StreamId::workflow(id);
    let mut state = Workflow::default();
    let mut stamps: Option<(Stamp, Stamp)> = None;
    let mut after = 0;
    loop {
        let page = api.journal.read_stream(&stream, after, PAGE).await?;
        let Some(last) = page.last() else { break };
        after = last.sequence;
        for event in
            page.iter().take_while(|event| until.is_none_or(|until| event.sequence <= until))
        {
            if event.organization != who.organization {
                return Err(Problem::new(Code::WorkflowNotFound));
            }
            state.apply(event.workflow()?);
            let by = event.metadata_map()?.remove("actor").unwrap_or_default();
            let stamp = Stamp { by, at: event.recorded_at };
            let created = stamps.take().map_or_else(|| stamp.clone(), |(created, _)| created);
            stamps = Some((created, stamp));
        }
    }
    let (created, updated) = stamps.ok_or_else(|| Problem::new(Code::WorkflowNotFound))?;
    if state.is_private() && state.created_by != who.to_string() && !who.sees_all() {
        return Err(Problem::new(Code::WorkflowNotFound));
    }
    Ok(Loaded { state, created, updated })
}

impl Loaded {
    /// The draft, or the live definition when nothing is being edited.
    pub(super) fn definition(&self) -> Option<&Json> {
        let draft = self.state.draft.as_ref().map(|draft| &draft.definition);
        draft.or_else(|| self.state.live_definition().map(|(_, definition)| definition))
    }

    /// As the API shows it.
    pub(in crate::http) async fn record(
        self,
        api: &Api,
        id: WorkflowId,
    ) -> Result<Record, Problem> {
        let definition = self.definition().cloned();
        let Self { state, created, updated } = self;
        let organization = state.organization.unwrap_or(OrganizationId::DEFAULT);
        let last_triggered_at = api.run_history().last_started(organization, id).await?;
        let remain_runs = match state.total_runs() {
            None => None,
            Some(total) => Some(total.saturating_sub(used(api, id, &state).await?)),
        };
        let secret = api.webhook_secrets.secret_of(id);
        Ok(Record {
            id,
            organization_id: state.organization.map(|id| id.to_string()).unwrap_or_default(),
            version: state.version,
            name: state.name,
            description: state.description,
            tags: state.tags,
            status: state.status,
            pause_reason: state.pause_reason,
            review: state.pause_reason.and_then(|reason| Review::of(id, reason)),
            max_runs: state.limits.max_runs,
            refilled_runs: state.allotment.refilled,
            remain_runs,
            cooldown_ms: state.limits.cooldown_ms,
            pause_after_failures: state.limits.pause_after_failures,
            last_triggered_at,
            has_draft: state.draft.is_some(),
            has_live_version: state.live.is_some(),
            live_version: state.live,
            definition,
            pinned_outputs: state.pins,
            webhook_url: format!("{}/v1/webhooks/{secret}", api.public_url),
            created_by: created.by,
            created_at: created.at,
            updated_by: updated.by,
            updated_at: updated.at,
        })
    }
}

/// How many runs of its present allotment a workflow has started.
async fn used(api: &Api, id: WorkflowId, state: &Workflow) -> Result<u64, Problem> {
    let used = api.journal.allowance_used(id).await?;
    let of_now = used.filter(|used| u64::try_from(used.allotment) == Ok(state.allotment.since));
    Ok(of_now.and_then(|used| u64::try_from(used.runs).ok()).unwrap_or_default())
}
