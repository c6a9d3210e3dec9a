//! The events of one run, out of the stream.

use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};

use super::door::Guest;
use super::server::Gateway;
use super::source::Source;
use super::written::Written;
use crate::actors::{Filter, Told};
use crate::http::extract::Params;
use crate::http::problem::{Code, Problem};
use crate::http::runs::{Wanted, frame, ledger, step};
use crate::http::sse::{self, Feed, Step};
use crate::journal::Recorded;
use crate::primitives::{OrganizationId, RunId};

/// `GET /v1/runs/{id}/stream`, as a server answers it.
pub(super) async fn stream(
    gateway: Data<Gateway>,
    guest: Guest,
    id: Path<RunId>,
    query: Params<Wanted>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let (seen, run, organization) = (query.0.seen(&request)?, *id, guest.organization);
    let beginning = gateway.source.beginning(organization, run).await?;
    let marks = &beginning.marks;
    if guest.is_hidden(marks.workflow.as_deref(), marks.private_to.as_deref()) {
        return Err(Problem::new(Code::RunNotFound));
    }
    let source = gateway.source.clone();
    let past =
        RunPast { source, organization, run: run.to_string(), after: beginning.position - 1 };
    if seen > 0 && seen_all(past.clone(), seen.min(gateway.hub.position())).await? {
        return Ok(HttpResponse::NoContent().finish());
    }
    let place = gateway.enter()?;
    let feed = Feed::after(seen, past, place, Filter::Run(run));
    Ok(sse::respond_until(feed, Some(guest.end())))
}

/// Whether the run has ended with an event that the client has seen.
async fn seen_all(mut past: RunPast, seen: i64) -> Result<bool, Problem> {
    while past.after < seen {
        let (page, _) = sse::Source::past(&mut past, seen).await?;
        if page.last().is_some_and(ledger::ends) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The past of one run: what the stream has of the organization's runs is looked through for it.
#[derive(Clone)]
struct RunPast {
    source: Source,
    organization: OrganizationId,
    run: String,
    /// The position up to which it was read.
    after: i64,
}

impl sse::Source for RunPast {
    async fn past(&mut self, until: i64) -> Result<(Vec<Recorded>, i64), Problem> {
        let range = (self.after, until);
        let (kept, looked) = self.source.page(self.organization, Some("run"), range).await?;
        self.after = looked.max(self.after);
        let mut events = Vec::new();
        for kept in kept.into_iter().filter(|kept| kept.marks.run.as_deref() == Some(&self.run)) {
            events.extend(Written::of(kept)?.map(|written| written.event));
        }
        Ok((events, looked))
    }

    async fn step(&mut self, event: &Recorded) -> Result<Step, Problem> {
        Ok(step(event, frame(event)?))
    }

    fn live(&mut self, told: &Told) -> Result<Step, Problem> {
        Ok(step(&told.event, told.whole(frame)?))
    }

    fn ends(&self, event: &Recorded) -> bool {
        ledger::ends(event)
    }
}
