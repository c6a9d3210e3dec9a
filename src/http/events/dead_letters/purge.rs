use actix_web::web::Data;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::ToSchema;

use crate::access::Principal;
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::extract::{Body, IdempotencyKey};
use crate::http::problem::{Document, Problem};
use crate::journal::{Chosen, DeadLetters};

/// Which discarded dead letters are forgotten.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct PurgeDeadLetters {
    /// Those that were set aside before this instant; all when absent.
    #[serde(default, with = "time::serde::rfc3339::option")]
    before: Option<OffsetDateTime>,
    /// Those that this part gave up.
    reaction: Option<String>,
}

/// How many.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DeadLettersPurged)]
pub struct Purged {
    /// How many are gone; with 1,000 there may be more.
    purged: u64,
}

/// Forgets dead letters that were discarded, 1,000 at a time. What nobody has discarded stays.
#[utoipa::path(
    post,
    operation_id = "purge_dead_letters",
    path = "/v1/dead-letters/purge",
    tag = "events",
    params(("Idempotency-Key" = Option<String>, Header, description = "Accepted; what is gone stays gone")),
    request_body = PurgeDeadLetters,
    responses(
        (status = 200, description = "They are gone", body = Envelope<Purged>),
        (status = 422, description = "The body has the wrong shape", body = Document),
    ),
)]
pub async fn purge(
    api: Data<Api>,
    who: Principal,
    _key: IdempotencyKey,
    body: Body<PurgeDeadLetters>,
) -> Result<Answer<Purged>, Problem> {
    let PurgeDeadLetters { before, reaction } = body.content;
    let letters = DeadLetters::new(api.journal.pool().clone());
    let chosen = Chosen { reaction, before, position: None };
    let purged = letters.purge(who.organization, &chosen).await?;
    tracing::info!("{who} purges {purged} dead letters of {}", who.organization);
    Ok(Answer::ok(Purged { purged }))
}
