//! Notes for auditors that something of the organization goes to a model.

use crate::access::Principal;
use crate::aggregates::audit::Event;
use crate::http::api::Api;
use crate::http::extract::IdempotencyKey;
use crate::http::problem::Problem;
use crate::journal::{Append, Metadata, NewEvent, StreamId};
use crate::primitives::{AuditId, CommandId, ConnectorId};

/// Notes a question before it is asked: who, by which connector, which model, how much. Not what.
pub(super) async fn note(
    api: &Api,
    who: &Principal,
    request: IdempotencyKey,
    (connector_id, model, messages): (ConnectorId, &str, usize),
) -> Result<(), Problem> {
    let event = Event::AssistantAsked {
        connector_id,
        model: model.to_owned(),
        messages: messages as u64,
        at: api.clock.now(),
    };
    let append = Append {
        stream: StreamId::audit(AuditId::generate()),
        expected: 0,
        events: vec![NewEvent::of(&event)?],
        metadata: Metadata {
            correlation: Some(request.request_id),
            address: request.address,
            ..Metadata::new(who.organization, who.to_string(), CommandId::generate())
        },
        fence: None,
        subject: None,
        side: Vec::new(),
    };
    api.journal.append(append).await?;
    Ok(())
}
