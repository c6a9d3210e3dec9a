use actix_web::web::{Data, Path};
use serde::Serialize;
use time::OffsetDateTime;
use utoipa::ToSchema;

use crate::access::Principal;
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::problem::{Document, Problem};
use crate::http::workflows::must_belong;
use crate::primitives::WorkflowId;
use crate::sources::{Error, Standing};

/// How the source of a workflow is doing, where it is one that is asked.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SourceStanding {
    /// `waiting` before it was asked first, `reading`, or `failing`.
    #[schema(value_type = String, example = "reading")]
    status: &'static str,
    /// When it was asked last.
    #[serde(with = "time::serde::rfc3339::option")]
    polled_at: Option<OffsetDateTime>,
    /// When it is asked next.
    #[serde(with = "time::serde::rfc3339::option")]
    next_at: Option<OffsetDateTime>,
    /// How often in a row it has failed.
    failures: i32,
    /// Why it failed last.
    problem: Option<String>,
    /// How many items were handed on so far.
    items: i64,
}

impl From<Option<Standing>> for SourceStanding {
    fn from(standing: Option<Standing>) -> Self {
        let Some(it) = standing else {
            return Self {
                status: "waiting",
                polled_at: None,
                next_at: None,
                failures: 0,
                problem: None,
                items: 0,
            };
        };
        Self {
            status: if it.failures == 0 { "reading" } else { "failing" },
            polled_at: Some(it.polled_at),
            next_at: Some(it.next_at),
            failures: it.failures,
            problem: it.problem,
            items: it.items,
        }
    }
}

/// How the source of a workflow is doing, where it is one that is asked now and then.
#[utoipa::path(
    get,
    operation_id = "get_source_standing",
    path = "/v1/workflows/{id}/source",
    tag = "webhooks",
    params(("id" = String, Path, description = "The workflow")),
    responses(
        (status = 200, description = "How it is doing", body = Envelope<SourceStanding>),
        (status = 404, description = "No such workflow", body = Document),
    ),
)]
pub async fn source(
    api: Data<Api>,
    who: Principal,
    id: Path<WorkflowId>,
) -> Result<Answer<SourceStanding>, Problem> {
    must_belong(&api, &who, *id).await?;
    Ok(Answer::ok(api.cursors.load(who.organization, *id).await?.into()))
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        Self::unavailable(error)
    }
}
