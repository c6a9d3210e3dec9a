//! An execution webhook as it is answered.

use serde::Serialize;
use time::OffsetDateTime;
use utoipa::ToSchema;

use crate::access::{Delivery, Principal};
use crate::aggregates::execution_hooks::{Choice, Endpoint, Event, Reason, Wish};
use crate::http::api::Api;
use crate::http::problem::{Code, Problem};
use crate::journal::StreamId;
use crate::primitives::{ExecutionHookId, WorkflowId};
use crate::secrets::SecretName;

/// Events of one reading.
const PAGE: i64 = 1_000;

/// An endpoint that is told what happens in runs.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ExecutionHook)]
pub struct Record {
    /// Its id.
    #[schema(value_type = String, example = "hook_01h455vb4pex5vsknk084sn02q")]
    id: ExecutionHookId,
    /// What people call it.
    name: String,
    /// For people.
    description: String,
    /// Where it is.
    url: String,
    /// Of what it is told.
    #[schema(value_type = Vec<String>, example = json!(["run.completed", "run.failed", "node.failed"]))]
    subscribed_event_types: Vec<Choice>,
    /// Of which workflows; of all where there is none.
    #[schema(value_type = Vec<String>)]
    workflow_ids: Vec<WorkflowId>,
    /// How often a delivery is tried after the first time.
    max_retries: u32,
    /// Whether it is told.
    enabled: bool,
    /// Why it is not: somebody wanted it, or it answered 410.
    disabled_reason: Option<Reason>,
    /// Who did that.
    disabled_by: Option<String>,
    /// When.
    #[serde(with = "time::serde::rfc3339::option")]
    disabled_at: Option<OffsetDateTime>,
    /// Until when a secret of before signs, too, after one was regenerated.
    #[serde(with = "time::serde::rfc3339::option")]
    former_secret_until: Option<OffsetDateTime>,
    /// Who made it.
    created_by: String,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    created_at: OffsetDateTime,
    /// When it was last changed.
    #[serde(with = "time::serde::rfc3339")]
    updated_at: OffsetDateTime,
}

impl Record {
    /// The endpoint with this id.
    pub(super) fn of((id, endpoint): (ExecutionHookId, Endpoint)) -> Self {
        let Endpoint { wish, off, secrets, by, at, changed_at } = endpoint;
        let former_secret_until = secrets.iter().filter_map(|it| it.until).max();
        let Wish { name, description, url, event_types, workflows, max_retries } = wish;
        let enabled = off.is_none();
        let (disabled_reason, disabled_at) =
            (off.as_ref().map(|off| off.reason), off.as_ref().map(|off| off.at));
        Self {
            id,
            name,
            description,
            url,
            subscribed_event_types: event_types,
            workflow_ids: workflows,
            max_retries,
            enabled,
            disabled_reason,
            disabled_by: off.map(|off| off.by),
            disabled_at,
            former_secret_until,
            created_by: by,
            created_at: at,
            updated_at: changed_at,
        }
    }

    /// Its place in lists.
    pub(super) fn place(&self) -> String {
        self.id.to_string()
    }
}

/// An endpoint of the caller's organization.
pub(super) async fn load(
    api: &Api,
    who: &Principal,
    id: ExecutionHookId,
) -> Result<Endpoint, Problem> {
    let all = api.execution_hooks.load(&who.organization.to_string()).await?.aggregate;
    let found = all.all.get(&id).cloned();
    found.ok_or_else(|| Problem::new(Code::ExecutionHookNotFound))
}

/// The event that was written there.
pub(super) async fn event_at(
    api: &Api,
    stream: &StreamId,
    sequence: i64,
) -> Result<Event, Problem> {
    let found = api.journal.read_stream(stream, sequence - 1, 1).await?;
    let event = found.first().map(crate::journal::Recorded::execution_hook).transpose()?;
    event.ok_or_else(|| Problem::new(Code::ExecutionHookNotFound))
}

/// Under what each of its secrets was ever sealed.
pub(super) async fn secret_names(
    api: &Api,
    who: &Principal,
    id: ExecutionHookId,
) -> Result<Vec<SecretName>, Problem> {
    let stream = StreamId::execution_hooks(who.organization);
    let (mut names, mut after) = (vec![SecretName::new(id, Delivery::FIELD)], 0);
    loop {
        let page = api.journal.read_stream(&stream, after, PAGE).await?;
        let Some(last) = page.last() else { return Ok(names) };
        after = last.sequence;
        for recorded in &page {
            if let Event::SecretRegenerated { endpoint_id, field, .. } =
                recorded.execution_hook()?
                && endpoint_id == id
            {
                names.push(SecretName::new(id, field));
            }
        }
    }
}
