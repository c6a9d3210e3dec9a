//! A delivery as it is answered.

use serde::Serialize;
use serde_json::Value;
use time::OffsetDateTime;
use utoipa::ToSchema;

use crate::hooks::{Delivery, Status};

/// Something that an endpoint was told, or is to be told.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ExecutionHookDelivery)]
pub struct Record {
    /// Its id, which is `webhook-id` of every try.
    #[schema(example = "hdl_01h455vb4pex5vsknk084sn02q")]
    id: String,
    /// Who is told.
    endpoint_id: String,
    /// Of whose run.
    organization_id: String,
    /// Of which workflow; null for a test.
    workflow_id: Option<String>,
    /// Of which run.
    run_id: Option<String>,
    /// Of which node: the run and the place.
    execution_id: Option<String>,
    /// Of what.
    #[schema(example = "run.completed")]
    event_type: String,
    /// The event's position on the ledger.
    position: Option<i64>,
    /// Its number in the run.
    sequence: Option<i64>,
    /// What is sent.
    request_body: String,
    /// The headers of the last try; signatures are covered.
    #[schema(value_type = Option<Object>)]
    request_headers: Option<Value>,
    /// What came back at last.
    response_status: Option<i32>,
    /// Some of its headers.
    #[schema(value_type = Option<Object>)]
    response_headers: Option<Value>,
    /// The beginning of its body, 4 KiB at most.
    response_body: Option<String>,
    /// How long the last try took.
    duration_ms: Option<i32>,
    /// Why it was not taken.
    error_message: Option<String>,
    /// How often it was tried after the first time.
    retry_count: i32,
    /// How often it is at most.
    max_retries: i32,
    /// When it is tried again.
    #[serde(with = "time::serde::rfc3339::option")]
    next_retry_at: Option<OffsetDateTime>,
    /// How it stands.
    status: Status,
    /// The last twenty tries: when, the status, how long, what was wrong.
    #[schema(value_type = Vec<Object>)]
    attempts: Value,
    /// When it was put down.
    #[serde(with = "time::serde::rfc3339")]
    created_at: OffsetDateTime,
    /// When it last changed.
    #[serde(with = "time::serde::rfc3339")]
    updated_at: OffsetDateTime,
}

impl From<Delivery> for Record {
    fn from(it: Delivery) -> Self {
        let status = Status::read(&it.status).unwrap_or(Status::Failure);
        let next_retry_at = it.next_try_at.filter(|_| status == Status::Retrying);
        Self {
            id: it.delivery_id,
            endpoint_id: it.endpoint_id,
            organization_id: it.organization_id,
            workflow_id: it.workflow_id,
            run_id: it.run_id,
            execution_id: it.execution_id,
            event_type: it.event_type,
            position: it.position,
            sequence: it.sequence,
            request_body: it.request_body,
            request_headers: it.request_headers,
            response_status: it.response_status,
            response_headers: it.response_headers,
            response_body: it.response_body,
            duration_ms: it.duration_ms,
            error_message: it.error_message,
            retry_count: (it.tries - 1).max(0),
            max_retries: it.max_retries,
            next_retry_at,
            status,
            attempts: it.attempts,
            created_at: it.created_at,
            updated_at: it.updated_at,
        }
    }
}
