use actix_web::web::Data;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::{IntoParams, ToSchema};

use crate::access::Principal;
use crate::http::answer::{Answer, Envelope, Page};
use crate::http::api::Api;
use crate::http::extract::Params;
use crate::http::problem::{Code, Document, Problem};
use crate::journal::personal::{SubjectStanding, Subjects};

/// How many keys an answer holds when nothing is said, and at most.
const DEFAULT_LIMIT: i64 = 100;
const MAX_LIMIT: i64 = 1_000;

/// A key under which personal data of one subject is sealed, or was.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SubjectKeyRecord {
    /// How the ledger calls the subject: a keyed hash of its name, which only the installation can make.
    #[schema(example = "0f4c8f3a5e5c2d8b7a1e6d9c3b2a190817263544536271809f8e7d6c5b4a3928")]
    subject: String,
    /// The how many-th key of the subject it is, from 1.
    version: i32,
    /// How many runs are sealed under it.
    runs: i64,
    /// When the first of them began.
    #[serde(with = "time::serde::rfc3339")]
    made_at: OffsetDateTime,
    /// When it was destroyed; null while it stands.
    #[serde(with = "time::serde::rfc3339::option")]
    shredded_at: Option<OffsetDateTime>,
    /// Since when no list and no search shows what it sealed; null until then.
    #[serde(with = "time::serde::rfc3339::option")]
    renewed_at: Option<OffsetDateTime>,
}

impl From<SubjectStanding> for SubjectKeyRecord {
    fn from(standing: SubjectStanding) -> Self {
        let SubjectStanding { subject, version, made_at, shredded_at, renewed_at, runs } = standing;
        Self { subject, version, runs, made_at, shredded_at, renewed_at }
    }
}

/// Which keys are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub struct Wanted {
    /// How many at most: 1 to 1,000, 100 when absent.
    limit: Option<i64>,
    /// How many are passed over.
    offset: Option<i64>,
}

/// The subjects whose personal data runs of the organization handle, the newest key first. Names are not kept: the
/// handles are what the audit log has.
#[utoipa::path(
    get,
    operation_id = "list_subjects",
    path = "/v1/retention/subjects",
    tag = "retention",
    params(Wanted),
    responses(
        (status = 200, description = "The keys", body = Envelope<Page<SubjectKeyRecord>>),
        (status = 400, description = "The query is none", body = Document),
    ),
)]
pub async fn subjects(
    api: Data<Api>,
    who: Principal,
    query: Params<Wanted>,
) -> Result<Answer<Page<SubjectKeyRecord>>, Problem> {
    let (limit, offset) = (query.0.limit.unwrap_or(DEFAULT_LIMIT), query.0.offset.unwrap_or(0));
    if !(1..=MAX_LIMIT).contains(&limit) {
        return Err(Problem::new(Code::InvalidQuery)
            .at("limit", format_args!("must be between 1 and {MAX_LIMIT}")));
    }
    if offset < 0 {
        return Err(Problem::new(Code::InvalidQuery).at("offset", "must be 0 or more"));
    }
    let mut found = keys(&api)?.list(who.organization, None, limit + 1, offset).await?;
    let wanted = usize::try_from(limit).unwrap_or(usize::MAX);
    let has_more = found.len() > wanted;
    found.truncate(wanted);
    let items = found.into_iter().map(SubjectKeyRecord::from).collect();
    Ok(Answer::ok(Page { items, limit, offset, has_more, cursor: None }))
}

/// The keys of subjects, which every server has.
pub(super) fn keys(api: &Api) -> Result<&Subjects, Problem> {
    api.journal.subjects().ok_or_else(|| Problem::internal("this server has no keys of subjects"))
}
