use actix_web::web::Data;
use serde::Serialize;
use time::OffsetDateTime;
use utoipa::ToSchema;

use crate::aggregates::token_keys::{Key, TokenKeys};
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::problem::Problem;

/// A key that signs access tokens, or did.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct TokenKey {
    /// What it is called.
    kid: String,
    /// Whether it signs.
    is_signing: bool,
    /// Whether what it signed is believed.
    is_believed: bool,
    /// Since when it is there.
    #[serde(with = "time::serde::rfc3339")]
    added_at: OffsetDateTime,
    /// Up to when it is believed; absent while it signs.
    #[serde(with = "time::serde::rfc3339::option", skip_serializing_if = "Option::is_none")]
    believed_until: Option<OffsetDateTime>,
}

/// The keys.
#[derive(Debug, Serialize, ToSchema)]
pub struct TokenKeyList {
    /// Those that are remembered, the newest first; at most 16.
    items: Vec<TokenKey>,
}

impl TokenKeyList {
    /// All that are remembered.
    pub(super) fn of(keys: TokenKeys, now: OffsetDateTime) -> Self {
        let signing = keys.signing().map(|key| key.kid.clone());
        let shown = |key: Key| TokenKey {
            is_signing: signing.as_ref() == Some(&key.kid),
            is_believed: key.is_believed(now),
            kid: key.kid,
            added_at: key.added_at,
            believed_until: key.believed_until,
        };
        Self { items: keys.keys.into_iter().rev().map(shown).collect() }
    }
}

/// The keys that sign access tokens, and those that did last.
#[utoipa::path(
    get,
    operation_id = "list_token_keys",
    path = "/v1/token-keys",
    tag = "users",
    responses((status = 200, description = "The keys", body = Envelope<TokenKeyList>)),
)]
pub async fn list(api: Data<Api>) -> Result<Answer<TokenKeyList>, Problem> {
    Ok(Answer::ok(TokenKeyList::of(api.people.ring.load().await?, api.clock.now())))
}
