//! Gives orders to interfaces, once.

use super::record::Record;
use crate::access::Principal;
use crate::aggregates::ui_component::{Command, Order, UiComponent};
use crate::http::answer::Written;
use crate::http::api::Api;
use crate::http::idempotency::{Done, Ticket};
use crate::http::problem::{Code, Detail, Problem};
use crate::interfaces::{Component, check};
use crate::journal::StreamId;
use crate::primitives::UiComponentId;

/// An interface of the organization.
pub(super) async fn load(
    api: &Api,
    who: &Principal,
    id: UiComponentId,
) -> Result<UiComponent, Problem> {
    let found = api.ui_components.load(&id.to_string()).await?.aggregate;
    if found.organization == Some(who.organization) {
        Ok(found)
    } else {
        Err(Problem::new(Code::UiComponentNotFound))
    }
}

/// Everything that is wrong with an interface, with its place in the body.
pub(super) fn faults(component: &Component) -> Vec<Detail> {
    check(component).into_iter().map(|fault| Detail::new(fault.path, fault.message)).collect()
}

/// The interface, once nothing is wrong with it.
pub(super) fn checked(component: Component) -> Result<Box<Component>, Problem> {
    let details = faults(&component);
    if details.is_empty() {
        return Ok(Box::new(component));
    }
    Err(Problem::new(Code::InvalidUiComponent).with_details(details))
}

/// Gives the order.
pub(super) async fn execute(
    api: &Api,
    who: &Principal,
    ticket: &Ticket,
    id: UiComponentId,
    order: Order,
) -> Result<Done, Problem> {
    let command = Command { by: who.to_string(), at: api.clock.now(), order };
    ticket.execute(api, who, &api.ui_components, StreamId::ui_component(id), command).await
}

/// The interface as it is after an order.
pub(super) async fn shown(
    api: &Api,
    who: &Principal,
    done: &Done,
) -> Result<(Record, Written), Problem> {
    let id: UiComponentId = done.stream.aggregate_id.parse().map_err(Problem::internal)?;
    let record = Record::of(id, &load(api, who, id).await?, None)?;
    Ok((record, api.written(&done.stream, done.sequence).await))
}
