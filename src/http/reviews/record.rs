//! A review as the API shows it.

use serde::Serialize;
use time::OffsetDateTime;
use utoipa::ToSchema;

use crate::access::Principal;
use crate::aggregates::workflow::{Order, Verdict, Workflow, hash_of};
use crate::http::answer::Answer;
use crate::http::api::Api;
use crate::http::extract::IdempotencyKey;
use crate::http::idempotency::Turn;
use crate::http::problem::Problem;
use crate::http::workflows::{load, order};
use crate::primitives::WorkflowId;

/// How the draft of a workflow stands.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DraftReview {
    /// Whether the organization wants drafts approved before they are published.
    required: bool,
    /// Names the draft as it is; an approval is of this one and no other. Null without a draft.
    draft_hash: Option<String>,
    /// `none`, `requested`, `approved` or `rejected`. An edit makes it `none`.
    status: ReviewStatus,
    /// Who asked for the review.
    requested_by: Option<String>,
    /// When.
    #[serde(with = "time::serde::rfc3339::option")]
    requested_at: Option<OffsetDateTime>,
    /// What whoever asked has to say.
    note: Option<String>,
    /// Who judged.
    judged_by: Option<String>,
    /// When.
    #[serde(with = "time::serde::rfc3339::option")]
    judged_at: Option<OffsetDateTime>,
    /// Why it was rejected.
    reason: Option<String>,
    /// What people said, in order.
    comments: Vec<ReviewComment>,
}

/// Where a review stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum ReviewStatus {
    /// Nobody has asked for one since the last edit.
    None,
    /// Somebody is to look at it.
    Requested,
    /// It may go live.
    Approved,
    /// It may not.
    Rejected,
}

/// What somebody said.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ReviewComment {
    /// Who.
    by: String,
    /// What.
    text: String,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    at: OffsetDateTime,
}

impl DraftReview {
    /// How the draft stands.
    pub(super) fn of(required: bool, workflow: Workflow) -> Self {
        let draft_hash = workflow.draft.as_ref().map(|draft| hash_of(&draft.definition));
        let Some(review) = workflow.review else {
            return Self {
                required,
                draft_hash,
                status: ReviewStatus::None,
                requested_by: None,
                requested_at: None,
                note: None,
                judged_by: None,
                judged_at: None,
                reason: None,
                comments: Vec::new(),
            };
        };
        let (status, judged_by, judged_at, reason) = match review.verdict {
            None => (ReviewStatus::Requested, None, None, None),
            Some(Verdict::Approved { by, at }) => {
                (ReviewStatus::Approved, Some(by), Some(at), None)
            }
            Some(Verdict::Rejected { by, reason, at }) => {
                (ReviewStatus::Rejected, Some(by), Some(at), Some(reason))
            }
        };
        let comments = review.comments.into_iter();
        Self {
            required,
            draft_hash,
            status,
            requested_by: Some(review.requested_by),
            requested_at: Some(review.requested_at),
            note: review.note,
            judged_by,
            judged_at,
            reason,
            comments: comments
                .map(|comment| ReviewComment { by: comment.by, text: comment.text, at: comment.at })
                .collect(),
        }
    }
}

/// Whether the organization wants drafts approved.
pub(in crate::http) async fn required(api: &Api, who: &Principal) -> Result<bool, Problem> {
    let policy = api.policies.load(&who.organization.to_string()).await?;
    Ok(policy.aggregate.review_required)
}

/// Carries out an order that concerns a review, and answers with the review right after it.
pub(super) async fn carry_out(
    api: &Api,
    who: &Principal,
    (key, fingerprint): (IdempotencyKey, &str),
    id: WorkflowId,
    what: Order,
) -> Result<Answer<DraftReview>, Problem> {
    let turn = Turn::take(api, who, key, fingerprint).await?;
    let done = order::order(api, who, turn, id, what).await?;
    let state = load(api, who, id, Some(done.sequence)).await?.state;
    let written = api.written(&done.stream, done.sequence).await;
    let review = DraftReview::of(required(api, who).await?, state);
    Ok(Answer::ok(review).written(written).replayed(done.replayed))
}
