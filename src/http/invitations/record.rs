//! An invitation as the API shows it: never its token, nor what is kept of it.

use serde::Serialize;
use time::OffsetDateTime;
use utoipa::ToSchema;

use crate::aggregates::organization::{Invitation, Organization};
use crate::http::problem::{Code, Problem};
use crate::primitives::InvitationId;

/// A person who may become a member.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Invitation)]
pub struct Record {
    /// Its id, which is not its token.
    #[schema(example = "inv_01h455vb4pex5vsknk084sn02q")]
    pub(super) id: String,
    /// The address of the person, who alone can accept it.
    email: String,
    /// The role that the person will have.
    role: String,
    /// What people call the role.
    role_name: String,
    /// Who invites.
    invited_by: String,
    /// Since when.
    #[serde(with = "time::serde::rfc3339")]
    invited_at: OffsetDateTime,
    /// From when on it cannot be accepted.
    #[serde(with = "time::serde::rfc3339")]
    expires_at: OffsetDateTime,
}

/// An invitation that was taken back.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RevokedInvitation)]
pub struct Revoked {
    /// The invitation.
    pub(super) id: String,
}

/// An invitation.
pub(super) fn of(organization: &Organization, id: InvitationId, it: &Invitation) -> Record {
    Record {
        id: id.to_string(),
        email: it.email.clone(),
        role: it.role.to_string(),
        role_name: organization.role_name(it.role),
        invited_by: it.by.clone(),
        invited_at: it.at,
        expires_at: it.expires_at,
    }
}

/// An invitation by its id.
pub(super) fn find(organization: &Organization, id: InvitationId) -> Result<Record, Problem> {
    let invitation = organization.invitations.get(&id);
    let invitation = invitation.ok_or_else(|| Problem::new(Code::InvitationNotFound))?;
    Ok(of(organization, id, invitation))
}
