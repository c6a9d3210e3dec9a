//! What happens in an organization, out of the stream.

use std::collections::HashMap;

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};

use super::door::Guest;
use super::server::Gateway;
use super::source::Source;
use super::written::Written;
use crate::actors::{Filter, Told, Wanted};
use crate::http::activity::{Asked, Past, Reading};
use crate::http::extract::Params;
use crate::http::problem::Problem;
use crate::http::sse::{self, Feed};
use crate::journal::Recorded;
use crate::primitives::Kinds;
use crate::projections::activity::Entry;

/// `GET /v1/activity/stream`, as a server answers it.
pub(super) async fn stream(
    gateway: Data<Gateway>,
    guest: Guest,
    query: Params<Asked>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let (wanted, seen) = query.0.wanted(guest.organization, &request)?;
    if let Some(seen) = seen {
        gateway.source.must_reach(seen).await?;
    }
    let place = gateway.enter()?;
    let (filter, end) = (Filter::Activity(wanted.clone()), guest.end());
    let stream = Stream { source: gateway.source.clone(), guest, page: HashMap::new() };
    let feed = match seen {
        Some(seen) => Feed::after(seen, Past::new(stream, wanted, seen), place, filter),
        None => Feed::from_now(place, filter, |from| Past::new(stream, wanted, from)),
    };
    Ok(sse::respond_until(feed, Some(end)))
}

/// The stream, as somebody may see it.
struct Stream {
    source: Source,
    guest: Guest,
    /// What was read last, by position.
    page: HashMap<i64, Written>,
}

impl Reading for Stream {
    async fn page(
        &mut self,
        wanted: &Wanted,
        kinds: &Kinds,
        range: (i64, i64),
    ) -> Result<(Vec<Recorded>, i64), Problem> {
        let (kept, looked) = self.source.page(wanted.organization, None, range).await?;
        self.page.clear();
        let mut events = Vec::new();
        for kept in kept {
            let Some(written) = Written::of(kept)? else { continue };
            let event = &written.event;
            if kinds.has(&format!("{}.{}", event.aggregate_type, event.event_type)) {
                events.push(event.clone());
                self.page.insert(event.position, written);
            }
        }
        Ok((events, looked))
    }

    async fn entry(&mut self, event: &Recorded) -> Result<Option<Entry>, Problem> {
        self.page.get(&event.position).map_or(Ok(None), Written::entry)
    }

    fn hides(&self, entry: &Entry, told: Option<&Told>) -> bool {
        let private_to = if let Some(told) = told {
            told.private_to.as_deref()
        } else {
            let written = self.page.get(&entry.position);
            written.and_then(|written| written.marks.private_to.as_deref())
        };
        self.guest.is_hidden(entry.workflow_id.as_deref(), private_to)
    }
}
