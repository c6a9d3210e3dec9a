use serde::Serialize;
use time::OffsetDateTime;
use utoipa::ToSchema;

use crate::aggregates::wallet_lane::Event;
use crate::policies::approvals::{Asked, Need, Standing};

/// Who was asked to approve a transaction or a document, and how that stands.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = SigningApproval)]
pub(super) struct Approval {
    /// What is approved: of a transaction it stands for the call and for the most that its fees may come to,
    /// of a document for all of it.
    digest: String,
    /// Who caused it, and does not approve it.
    asked_by: String,
    /// When they were asked.
    #[serde(with = "time::serde::rfc3339")]
    asked_at: OffsetDateTime,
    /// `pending`, `granted`, `rejected` or `expired`.
    state: &'static str,
    /// What is wanted. All of it has to be met.
    needs: Vec<Wanted>,
    /// Who approved.
    granted_by: Vec<String>,
    /// Who rejected it.
    rejected_by: Option<String>,
}

/// So many of so many people.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ApprovalNeed)]
struct Wanted {
    /// The policy.
    policy: String,
    /// Its approval.
    approval: String,
    /// Who may approve.
    approvers: Vec<String>,
    /// How many of them have to.
    needed: usize,
    /// How many are missing.
    missing: usize,
    /// Until before when an approval counts.
    #[serde(with = "time::serde::rfc3339")]
    expires_at: OffsetDateTime,
}

impl Approval {
    /// How the approval of a transaction with these events stands now; none where nobody was asked.
    pub(super) fn of<'a>(
        events: impl IntoIterator<Item = &'a Event>,
        now: OffsetDateTime,
    ) -> Option<Self> {
        let mut asked: Option<Asked> = None;
        for event in events {
            if let Event::ApprovalRequested { digest, asked_by, needs, at, .. } = event {
                asked = Some(Asked::new(*digest, asked_by.clone(), needs.clone(), *at));
            }
            if let (Some(asked), Event::ApprovalGranted { by, at, .. }) = (&mut asked, event) {
                asked.grant(by.clone(), *at);
            }
            if let (Some(asked), Event::ApprovalRejected { by, .. }) = (&mut asked, event) {
                asked.reject(by.clone());
            }
        }
        asked.map(|asked| Self::shown(&asked, now))
    }

    /// How it stands now.
    pub(super) fn shown(asked: &Asked, now: OffsetDateTime) -> Self {
        let (state, rejected_by) = match asked.standing(now) {
            Standing::Pending { .. } => ("pending", None),
            Standing::Granted => ("granted", None),
            Standing::Rejected { by } => ("rejected", Some(by)),
            Standing::Expired => ("expired", None),
        };
        let wanted = |need: &Need| Wanted {
            policy: need.policy.clone(),
            approval: need.approval.clone(),
            approvers: need.approvers.clone(),
            needed: need.needed,
            missing: asked.missing(need),
            expires_at: asked.expires_at(need),
        };
        Self {
            digest: asked.digest.to_string(),
            asked_by: asked.asked_by.clone(),
            asked_at: asked.asked_at,
            state,
            needs: asked.needs.iter().map(wanted).collect(),
            granted_by: asked.granted_by().map(str::to_owned).collect(),
            rejected_by,
        }
    }
}
