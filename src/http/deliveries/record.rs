//! A delivery as the API shows it.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;
use time::OffsetDateTime;
use utoipa::ToSchema;

use crate::deliveries::{Deliveries, Delivery, Error, Outcome};
use crate::http::problem::{Code, Problem};
use crate::primitives::{DeliveryId, OrganizationId, RunId, WorkflowId};

/// A delivery in a list.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = WebhookDeliverySummary)]
pub struct Summary {
    /// Its id.
    #[schema(value_type = String, example = "dlv_01h455vb4pex5vsknk084sn02q")]
    id: DeliveryId,
    /// When it came.
    #[serde(with = "time::serde::rfc3339")]
    received_at: OffsetDateTime,
    /// `accepted`, `repeated`, `skipped`, `refused`, `answered` or `heard`.
    #[schema(value_type = String, example = "accepted")]
    outcome: Outcome,
    /// Why it started nothing, where it did not.
    reason: Option<String>,
    /// The run that it started, or that an earlier one of its name had started.
    #[schema(value_type = Option<String>)]
    run_id: Option<RunId>,
    /// What identifies it among the deliveries to this workflow.
    name: Option<String>,
    /// Its method.
    method: String,
    /// From where it came.
    address: Option<String>,
    /// How long its body was.
    body_bytes: usize,
}

/// A delivery.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = WebhookDelivery)]
pub struct Record {
    #[serde(flatten)]
    summary: Summary,
    /// Its headers, without those that hold secrets.
    headers: BTreeMap<String, String>,
    /// The parameters of its query, without those that hold secrets.
    query: BTreeMap<String, String>,
    /// Its body, as far as it is kept, where it is a text.
    body: Option<String>,
    /// The same in base64 where it is none.
    body_base64: Option<String>,
    /// Whether only its beginning is kept: the first 64 KiB.
    is_truncated: bool,
}

impl From<Delivery> for Summary {
    fn from(it: Delivery) -> Self {
        Self {
            id: it.id,
            received_at: it.at,
            outcome: it.outcome,
            reason: it.reason,
            run_id: it.run,
            name: it.name,
            method: it.method,
            address: it.address,
            body_bytes: it.body_bytes,
        }
    }
}

impl From<Delivery> for Record {
    fn from(mut it: Delivery) -> Self {
        let is_truncated = !it.is_whole();
        let (headers, query) = (std::mem::take(&mut it.headers), std::mem::take(&mut it.query));
        let (body, body_base64) = match String::from_utf8(std::mem::take(&mut it.body)) {
            Ok(text) => (Some(text), None),
            Err(bytes) => (None, Some(STANDARD.encode(bytes.as_bytes()))),
        };
        Self { summary: it.into(), headers, query, body, body_base64, is_truncated }
    }
}

/// One of the last deliveries to a workflow.
pub(super) async fn find(
    deliveries: &Deliveries,
    organization: OrganizationId,
    workflow: WorkflowId,
    id: DeliveryId,
) -> Result<Delivery, Problem> {
    let found = deliveries.get(organization, workflow, id).await?;
    found.ok_or_else(|| Problem::new(Code::DeliveryNotFound))
}

/// The same where all of it is kept.
pub(in crate::http) async fn whole(
    deliveries: &Deliveries,
    organization: OrganizationId,
    workflow: WorkflowId,
    id: DeliveryId,
) -> Result<Delivery, Problem> {
    let found = find(deliveries, organization, workflow, id).await?;
    if found.is_whole() { Ok(found) } else { Err(Problem::new(Code::DeliveryIncomplete)) }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        match error {
            Error::Database { .. } => Self::unavailable(error),
            Error::Damaged(_) => Self::internal(error),
        }
    }
}
