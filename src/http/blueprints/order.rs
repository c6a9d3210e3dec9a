//! Gives orders to templates and blocks, once.

use super::body::Write;
use super::record::BlueprintRecord;
use crate::access::Principal;
use crate::aggregates::blueprint::{Blueprint, Command, Order, Sharing};
use crate::blueprints::Kind;
use crate::http::answer::Answer;
use crate::http::api::Api;
use crate::http::extract::IdempotencyKey;
use crate::http::idempotency::{Done, Ticket, Turn};
use crate::http::problem::{Code, Problem};
use crate::journal::StreamId;
use crate::primitives::{BlockId, TemplateId};

/// A template or a block that the organization may use: its own, or a public one.
pub(in crate::http) async fn load(
    api: &Api,
    who: &Principal,
    kind: Kind,
    id: &str,
) -> Result<Blueprint, Problem> {
    let found = api.blueprints.load(id).await?.aggregate;
    let own = found.organization == Some(who.organization);
    let public = found.content.as_ref().is_some_and(|it| it.sharing == Sharing::Public);
    if found.kind == Some(kind) && (own || public && !found.retired) {
        Ok(found)
    } else {
        Err(Problem::new(nothing(kind)))
    }
}

/// Refuses what is another organization's, public or not.
async fn may_change(
    api: &Api,
    who: &Principal,
    kind: Kind,
    id: &str,
) -> Result<Blueprint, Problem> {
    let found = load(api, who, kind, id).await?;
    if found.organization == Some(who.organization) {
        Ok(found)
    } else {
        Err(Problem::new(nothing(kind)))
    }
}

const fn nothing(kind: Kind) -> Code {
    match kind {
        Kind::Template => Code::TemplateNotFound,
        Kind::Block => Code::BlockNotFound,
    }
}

/// Creates a template or a block.
pub(in crate::http) async fn create(
    api: &Api,
    who: &Principal,
    (key, fingerprint): (IdempotencyKey, &str),
    kind: Kind,
    body: Write,
) -> Result<Answer<BlueprintRecord>, Problem> {
    let done = match Turn::take(api, who, key, fingerprint).await? {
        Turn::Replay(done) => done,
        Turn::Fresh(ticket) => {
            let id = match kind {
                Kind::Template => TemplateId::generate().to_string(),
                Kind::Block => BlockId::generate().to_string(),
            };
            let (organization, content) = (who.organization, body.checked(kind)?);
            let create = Order::Create { kind, organization, content };
            execute(api, who, &ticket, &id, create).await?
        }
    };
    let place = match kind {
        Kind::Template => format!("/v1/templates/{}", done.stream.aggregate_id),
        Kind::Block => format!("/v1/blocks/{}", done.stream.aggregate_id),
    };
    let (record, written) = shown(api, who, kind, &done).await?;
    Ok(Answer::created(record, place).written(written).replayed(done.replayed))
}

/// Replaces the content of a template or a block.
pub(in crate::http) async fn revise(
    api: &Api,
    who: &Principal,
    (key, fingerprint): (IdempotencyKey, &str),
    (kind, id): (Kind, String),
    body: Write,
) -> Result<Answer<BlueprintRecord>, Problem> {
    let done = match Turn::take(api, who, key, fingerprint).await? {
        Turn::Replay(done) => done,
        Turn::Fresh(ticket) => {
            may_change(api, who, kind, &id).await?;
            let expected_version = body.expected_version;
            let revise = Order::Revise { expected_version, content: body.checked(kind)? };
            execute(api, who, &ticket, &id, revise).await?
        }
    };
    let (record, written) = shown(api, who, kind, &done).await?;
    Ok(Answer::ok(record).written(written).replayed(done.replayed))
}

/// Offers a template or a block no more.
pub(in crate::http) async fn retire(
    api: &Api,
    who: &Principal,
    key: IdempotencyKey,
    (kind, id): (Kind, String),
) -> Result<Answer<BlueprintRecord>, Problem> {
    let done = match Turn::take(api, who, key, "").await? {
        Turn::Replay(done) => done,
        Turn::Fresh(ticket) => {
            may_change(api, who, kind, &id).await?;
            execute(api, who, &ticket, &id, Order::Retire).await?
        }
    };
    let (record, written) = shown(api, who, kind, &done).await?;
    Ok(Answer::ok(record).written(written).replayed(done.replayed))
}

async fn execute(
    api: &Api,
    who: &Principal,
    ticket: &Ticket,
    id: &str,
    order: Order,
) -> Result<Done, Problem> {
    let command = Command { by: who.to_string(), at: api.clock.now(), order };
    ticket.execute(api, who, &api.blueprints, StreamId::blueprint(id), command).await
}

async fn shown(
    api: &Api,
    who: &Principal,
    kind: Kind,
    done: &Done,
) -> Result<(BlueprintRecord, crate::http::answer::Written), Problem> {
    let id = &done.stream.aggregate_id;
    let record = BlueprintRecord::of(who, id, load(api, who, kind, id).await?)?;
    Ok((record, api.written(&done.stream, done.sequence).await))
}
