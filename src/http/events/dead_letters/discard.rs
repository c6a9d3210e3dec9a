use actix_web::web::{Data, Path};
use serde::Deserialize;
use utoipa::ToSchema;

use super::record::{self, Id, Record};
use crate::access::Principal;
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::extract::{Body, IdempotencyKey};
use crate::http::problem::{Code, Document, Problem};
use crate::journal::DeadLetters;

/// How long a note may be, in bytes.
const MAX_NOTES: usize = 2_000;

/// Why it is discarded.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct DiscardDeadLetter {
    /// For those who ask later, 2,000 bytes at most.
    notes: Option<String>,
}

/// Discards a dead letter: it is not tried again. It is kept with your name until it is purged.
#[utoipa::path(
    post,
    operation_id = "discard_dead_letter",
    path = "/v1/dead-letters/{id}/discard",
    tag = "events",
    params(
        ("id" = String, Path, description = "The dead letter"),
        ("Idempotency-Key" = Option<String>, Header, description = "Accepted; what is discarded stays so"),
    ),
    request_body = DiscardDeadLetter,
    responses(
        (status = 200, description = "Discarded", body = Envelope<Record>),
        (status = 404, description = "No such dead letter", body = Document),
    ),
)]
pub async fn discard(
    api: Data<Api>,
    who: Principal,
    id: Path<Id>,
    _key: IdempotencyKey,
    body: Body<DiscardDeadLetter>,
) -> Result<Answer<Record>, Problem> {
    let notes = body.content.notes;
    if notes.as_ref().is_some_and(|notes| notes.len() > MAX_NOTES || notes.contains('\0')) {
        let message = format_args!("has at most {MAX_NOTES} bytes, none of them NUL");
        return Err(Problem::new(Code::InvalidBody).at("/notes", message));
    }
    let letters = DeadLetters::new(api.journal.pool().clone());
    let (which, by) = ((id.reaction.as_str(), id.position), who.to_string());
    if letters.discard(who.organization, which, &by, notes.as_deref()).await? {
        tracing::info!("{by} discards the dead letter {} of {}", *id, who.organization);
    }
    Ok(Answer::ok(record::find(&api, &who, &id).await?.into()))
}
