use actix_web::web::Data;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::ToSchema;

use super::record::Id;
use crate::access::Principal;
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::extract::{Body, IdempotencyKey};
use crate::http::problem::{Code, Document, Problem};
use crate::journal::{Chosen, DeadLetters, MAX_BATCH};

/// Which dead letters are tried again: those that are named, or the oldest that are meant.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct ReprocessDeadLetters {
    /// These, at most 50.
    #[schema(value_type = Option<Vec<String>>)]
    ids: Option<Vec<Id>>,
    /// Those that this part gave up.
    reaction: Option<String>,
    /// Those that were set aside before this instant.
    #[serde(default, with = "time::serde::rfc3339::option")]
    before: Option<OffsetDateTime>,
}

/// How many.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DeadLettersReprocessed)]
pub struct Reprocessed {
    /// How many are tried again; with 50 there may be more.
    reprocessed: u64,
}

/// Lets dead letters be tried again, 50 at a time. What succeeds is gone; what fails again comes back
/// with its history.
#[utoipa::path(
    post,
    operation_id = "reprocess_dead_letters",
    path = "/v1/dead-letters/reprocess",
    tag = "events",
    params(("Idempotency-Key" = Option<String>, Header, description = "Accepted; what is tried again already is not begun anew")),
    request_body = ReprocessDeadLetters,
    responses(
        (status = 200, description = "They are tried again", body = Envelope<Reprocessed>),
        (status = 422, description = "There are too many", body = Document),
    ),
)]
pub async fn reprocess(
    api: Data<Api>,
    who: Principal,
    _key: IdempotencyKey,
    body: Body<ReprocessDeadLetters>,
) -> Result<Answer<Reprocessed>, Problem> {
    let ReprocessDeadLetters { ids, reaction, before } = body.content;
    let letters = DeadLetters::new(api.journal.pool().clone());
    let mut reprocessed = 0;
    match ids {
        None => {
            let chosen = Chosen { reaction, position: None, before };
            reprocessed = letters.reprocess(who.organization, &chosen).await?;
        }
        Some(ids) => {
            if i64::try_from(ids.len()).is_ok_and(|named| named > MAX_BATCH) {
                let message = format_args!("has at most {MAX_BATCH} ids");
                return Err(Problem::new(Code::InvalidBody).at("/ids", message));
            }
            for id in ids.iter().filter(|id| reaction.as_ref().is_none_or(|it| *it == id.reaction))
            {
                reprocessed +=
                    letters.reprocess(who.organization, &Chosen { before, ..id.chosen() }).await?;
            }
        }
    }
    tracing::info!("{who} lets {reprocessed} dead letters of {} be tried again", who.organization);
    Ok(Answer::ok(Reprocessed { reprocessed }))
}
