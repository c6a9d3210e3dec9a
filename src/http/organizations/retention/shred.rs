use std::collections::BTreeSet;
use std::sync::Arc;

use actix_web::web::Data;
use engine::MAX_SUBJECT_BYTES;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::ToSchema;

use super::subjects::keys;
use crate::access::Principal;
use crate::aggregates::retention::{Command, Error, MAX_REASON, Order, Shredding};
use crate::http::answer::{Answer, Envelope};
use crate::http::api::Api;
use crate::http::extract::{Body, IdempotencyKey};
use crate::http::idempotency::{Done, Ticket, Turn};
use crate::http::problem::{Code, Document, Problem};
use crate::journal::StreamId;
use crate::journal::personal::Closing;
use crate::primitives::RunId;
use crate::retention;

/// Whose data is to be shredded, and why.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct ShredSubject {
    /// The subject, as the workflow's `personal.subject` named it: 1 to 512 bytes.
    #[schema(example = "customer-4711")]
    subject: String,
    /// Why: 1 to 1,000 characters, for whoever asks later. It stays on the ledger: it should name nobody.
    #[schema(example = "Erasure request 12")]
    reason: String,
}

/// Personal data that was given up.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SubjectShredding {
    /// How the ledger calls the subject: a keyed hash of its name.
    subject: String,
    /// How many runs it is about.
    runs: u64,
    /// Why.
    reason: String,
    /// Who ordered it.
    by: String,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    at: OffsetDateTime,
    /// Whether the key is gone: what it sealed opens nowhere any more.
    is_shredded: bool,
    /// Whether lists and search are made anew without it.
    is_renewed: bool,
}

/// Destroys the key under which the personal data of a subject is sealed: all its runs, everywhere. Nothing brings them
/// back. The ledger is told first; lists and search follow within a minute or so. Its runs must be over.
#[utoipa::path(
    post,
    operation_id = "shred_subject",
    path = "/v1/retention/shredding",
    tag = "retention",
    params(("Idempotency-Key" = Option<String>, Header, description = "Carries the request out once")),
    request_body = ShredSubject,
    responses(
        (status = 200, description = "The key is gone", body = Envelope<SubjectShredding>),
        (status = 404, description = "No run was sealed for this subject", body = Document),
        (status = 409, description = "Runs of it are not over, or a hold covers one", body = Document),
        (status = 422, description = "The subject or the reason is none", body = Document),
    ),
)]
pub async fn shred(
    api: Data<Api>,
    who: Principal,
    key: IdempotencyKey,
    body: Body<ShredSubject>,
) -> Result<Answer<SubjectShredding>, Problem> {
    let ShredSubject { subject, reason } = body.content;
    let subject = subject.trim();
    if subject.is_empty() || subject.len() > MAX_SUBJECT_BYTES {
        let message = format_args!("name the subject in 1 to {MAX_SUBJECT_BYTES} bytes");
        return Err(Problem::new(Code::InvalidBody).at("/subject", message));
    }
    // Before anything is closed: what the ledger would refuse is refused here.
    if reason.trim().is_empty() || reason.trim().chars().count() > MAX_REASON {
        return Err(Problem::new(Code::InvalidBody).at("/reason", Error::Reason));
    }
    let known = keys(&api)?.known(who.organization, subject).await?;
    let handle = known.ok_or_else(|| Problem::new(Code::SubjectNotFound))?;
    let done = match Turn::take(&api, &who, key, &body.fingerprint).await? {
        Turn::Replay(done) => Some(done),
        Turn::Fresh(ticket) => order(&api, &who, &ticket, (&handle, reason)).await?,
    };
    let Some(ordered) = ordered(&api, &who, &handle).await? else {
        return Err(Problem::new(Code::SubjectNotFound));
    };
    let which = (who.organization, handle.as_str(), ordered.version);
    retention::destroy((keys(&api)?, &api.retentions), &*api.clock, which)
        .await
        .map_err(refused)?;
    let standing = keys(&api)?.of_subject(who.organization, &handle).await?;
    let own = || standing.iter().filter(|it| it.version <= ordered.version);
    let record = SubjectShredding {
        subject: handle,
        runs: ordered.runs,
        reason: ordered.reason,
        by: ordered.by,
        at: ordered.at,
        is_shredded: own().all(|it| it.shredded_at.is_some()),
        is_renewed: own().all(|it| it.renewed_at.is_some()),
    };
    let answer = Answer::ok(record);
    let Some(done) = done else { return Ok(answer.replayed(true)) };
    let written = api.written(&done.stream, done.sequence).await;
    Ok(answer.written(written).replayed(done.replayed))
}

/// Puts the order on the ledger; nothing where there is nothing left to shred.
async fn order(
    api: &Api,
    who: &Principal,
    ticket: &Ticket,
    (handle, reason): (&str, String),
) -> Result<Option<Done>, Problem> {
    let closed = keys(api)?.close(who.organization, handle).await?;
    let (version, runs) = match closed {
        Closing::Open(runs) => {
            let message = format!("these are not over: {}", runs.join(", "));
            return Err(Problem::new(Code::SubjectBusy).because(message));
        }
        Closing::Closed { version: None, .. } => return Ok(None),
        Closing::Closed { version: Some(version), runs } => (version, runs),
    };
    let runs: BTreeSet<RunId> = runs.iter().filter_map(|run| run.parse().ok()).collect();
    let order = Order::Shred { subject: handle.to_owned(), version, runs: Arc::new(runs), reason };
    let (organization, by, at) = (who.organization, who.to_string(), api.clock.now());
    let command = Command { organization, by, at, order };
    let stream = StreamId::retention(organization);
    match ticket.execute(api, who, &api.retentions, stream, command).await {
        Ok(done) => Ok(Some(done)),
        Err(refusal) => {
            keys(api)?.reopen(organization, handle).await?;
            Err(refusal)
        }
    }
}

async fn ordered(api: &Api, who: &Principal, handle: &str) -> Result<Option<Shredding>, Problem> {
    let loaded = api.retentions.load(&who.organization.to_string()).await?;
    Ok(loaded.aggregate.shredded.get(handle).cloned())
}

fn refused(error: retention::Error) -> Problem {
    if let retention::Error::Journal(error) = error {
        error.into()
    } else {
        Problem::internal(error)
    }
}
