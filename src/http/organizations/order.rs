//! Gives an order to an organization, once.

use std::sync::Arc;

use crate::access::Principal;
use crate::aggregates::organization::{Command, Event, Order, Organization};
use crate::http::answer::Written;
use crate::http::api::Api;
use crate::http::idempotency::{Done, Turn};
use crate::http::problem::{Code, Problem};
use crate::journal::{Loaded, Recorded, StreamId};
use crate::primitives::OrganizationId;

/// What became of an order.
pub(in crate::http) struct Carried {
    /// The event that it led to; the last one of the organization where it changed nothing.
    pub(in crate::http) event: Option<Event>,
    /// The organization as it is now.
    pub(in crate::http) organization: Arc<Loaded<Organization>>,
    /// Where the event is.
    pub(in crate::http) written: Written,
    /// Whether an earlier request did it.
    pub(in crate::http) replayed: bool,
}

/// Carries out an order to the organization of the principal, unless an earlier request with the
/// same key did.
pub(in crate::http) async fn order(
    api: &Api,
    who: &Principal,
    turn: Turn,
    order: Order,
) -> Result<Carried, Problem> {
    let done = match turn {
        Turn::Replay(done) => done,
        Turn::Fresh(ticket) => {
            let stream = StreamId::organization(who.organization);
            let command = command(api, who, who.organization, order);
            ticket.execute(api, who, &api.organizations, stream, command).await?
        }
    };
    carried(api, who.organization, done).await
}

/// An order by this principal.
pub(in crate::http) fn command(
    api: &Api,
    who: &Principal,
    organization: OrganizationId,
    order: Order,
) -> Command {
    let (by, rights, at) = (who.to_string(), who.permissions, api.clock.now());
    Command { organization, by, rights, at, order }
}

/// What an order led to.
pub(in crate::http) async fn carried(
    api: &Api,
    organization: OrganizationId,
    done: Done,
) -> Result<Carried, Problem> {
    let recorded = api.journal.read_stream(&done.stream, done.sequence - 1, 1).await?;
    let event = recorded.first().map(Recorded::of_organization).transpose()?;
    let organization = api.directory.organization(organization).await?;
    let written = api.written(&done.stream, done.sequence).await;
    Ok(Carried { event, organization, written, replayed: done.replayed })
}

/// The organization of the principal as it is now.
pub(in crate::http) async fn own(
    api: &Api,
    who: &Principal,
) -> Result<Arc<Loaded<Organization>>, Problem> {
    Ok(api.directory.organization(who.organization).await?)
}

/// The id in a path must be that of the organization which the credential opens: any other one is
/// as if it did not exist.
pub(in crate::http) fn must_be_own(who: &Principal, id: OrganizationId) -> Result<(), Problem> {
    if id == who.organization { Ok(()) } else { Err(Problem::new(Code::OrganizationNotFound)) }
}
