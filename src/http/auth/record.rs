//! How tokens and sessions are shown.

use serde::Serialize;
use time::OffsetDateTime;
use utoipa::ToSchema;

use crate::actors::people::Tokens;
use crate::aggregates::session::Session;
use crate::primitives::SessionId;

/// What opens the API, and what goes on with it. Both are shown once.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Tokens)]
pub struct TokensRecord {
    /// Opens the API: send it as `Authorization: Bearer …`.
    access_token: String,
    /// Always `Bearer`.
    token_type: &'static str,
    /// When the access token ends.
    #[serde(with = "time::serde::rfc3339")]
    expires_at: OffsetDateTime,
    /// Goes on with the session at `/v1/auth/refresh`, once: the answer has the next one.
    refresh_token: String,
    /// The session.
    session_id: String,
    /// When the session ends, however often it is refreshed.
    #[serde(with = "time::serde::rfc3339")]
    session_expires_at: OffsetDateTime,
    /// Whose it is.
    user_id: String,
}

impl From<Tokens> for TokensRecord {
    fn from(tokens: Tokens) -> Self {
        Self {
            access_token: tokens.access.expose().to_owned(),
            token_type: "Bearer",
            expires_at: tokens.expires_at,
            refresh_token: tokens.refresh.expose().to_owned(),
            session_id: tokens.session.to_string(),
            session_expires_at: tokens.session_expires_at,
            user_id: tokens.user.to_string(),
        }
    }
}

/// A session as its owner sees it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Session)]
pub(super) struct SessionRecord {
    /// Its id.
    id: Option<String>,
    /// Whether it is the one that asks.
    is_current: bool,
    /// The address that it was last used from.
    from: String,
    /// What the program called itself.
    agent: Option<String>,
    /// When it began.
    #[serde(with = "time::serde::rfc3339::option")]
    opened_at: Option<OffsetDateTime>,
    /// When it was last refreshed.
    #[serde(with = "time::serde::rfc3339::option")]
    refreshed_at: Option<OffsetDateTime>,
    /// When it ends at the latest.
    #[serde(with = "time::serde::rfc3339::option")]
    expires_at: Option<OffsetDateTime>,
}

impl SessionRecord {
    /// A session, asked for by another or by itself.
    pub(super) fn of(session: Session, current: SessionId) -> Self {
        Self {
            id: session.id.map(|id| id.to_string()),
            is_current: session.id == Some(current),
            from: session.from,
            agent: session.agent,
            opened_at: session.opened_at,
            refreshed_at: session.refreshed_at,
            expires_at: session.expires_at,
        }
    }
}
