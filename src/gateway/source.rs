//! The stream, for who reads its past: the connection of the moment, and pages of messages.

use std::sync::{Arc, PoisonError, RwLock};

use time::OffsetDateTime;

use crate::http::problem::{Code, Problem};
use crate::primitives::{OrganizationId, RunId};
use crate::relay::{self, Begin, Content, Kept, Page, Reader, Wish};

/// How many messages are read at a time.
const PAGE: usize = 256;
/// How many, where only their headers are.
const HEADERS: usize = 1_024;
/// How far the clocks of NATS and of the servers may be apart.
const SKEW: time::Duration = time::Duration::minutes(2);

/// The stream of the moment. Cheap to clone.
#[derive(Clone, Default)]
pub(super) struct Source(Arc<RwLock<Option<Arc<Reader>>>>);

impl Source {
    /// From here on this one is read; none: NATS is away.
    pub(super) fn is_now(&self, reader: Option<Arc<Reader>>) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = reader;
    }

    /// The one that is read now.
    pub(super) fn now(&self) -> Result<Arc<Reader>, Problem> {
        let reader = self.0.read().unwrap_or_else(PoisonError::into_inner).clone();
        reader.ok_or_else(|| Problem::unavailable("NATS is away"))
    }

    /// Refuses a position behind which the stream has not everything.
    pub(super) async fn must_reach(&self, seen: i64) -> Result<(), Problem> {
        let standing = self.now()?.standing().await.map_err(away)?;
        let standing = standing.ok_or_else(|| Problem::unavailable("there is no stream"))?;
        must_begin(standing.first, seen)
    }

    /// The next messages of an organization between two positions, and up to which position those are all.
    pub(super) async fn page(
        &self,
        organization: OrganizationId,
        aggregate: Option<&str>,
        (after, until): (i64, i64),
    ) -> Result<(Vec<Kept>, i64), Problem> {
        if after >= until {
            return Ok((Vec::new(), until));
        }
        let subject = match aggregate {
            Some(aggregate) => format!("{organization}.{aggregate}.>"),
            None => format!("{organization}.>"),
        };
        let wish = Wish {
            begin: Begin::After(after),
            subject: &subject,
            most: PAGE,
            content: Content::Whole,
        };
        let Page { mut kept, looked, standing } = self.now()?.page(wish).await.map_err(away)?;
        must_begin(standing.first, after)?;
        if standing.last < until {
            return Err(Problem::unavailable(
                "the stream has lost its end, and is being given it again",
            ));
        }
        kept.retain(|kept| kept.position <= until);
        Ok((kept, looked.map_or(until, |looked| looked.min(until))))
    }

    /// How the run began: the message of its first event, without its body.
    pub(super) async fn beginning(
        &self,
        organization: OrganizationId,
        run: RunId,
    ) -> Result<Kept, Problem> {
        let (subject, id) = (format!("{organization}.run.started"), run.to_string());
        let reader = self.now()?;
        // NATS had it when the ledger had it or later: later, where the stream was filled anew.
        let born = run.born().checked_sub(SKEW).unwrap_or(OffsetDateTime::UNIX_EPOCH);
        let mut begin = Begin::At(born.max(OffsetDateTime::UNIX_EPOCH));
        loop {
            let wish = Wish { begin, subject: &subject, most: HEADERS, content: Content::Headers };
            let page = reader.page(wish).await.map_err(away)?;
            let looked = page.looked;
            let found = page.kept.into_iter().find(|it| it.marks.run.as_deref() == Some(&id));
            match (found, looked) {
                (Some(found), _) => return Ok(found),
                (None, Some(looked)) => begin = Begin::After(looked),
                (None, None) if page.standing.first > 1 => {
                    let first = page.standing.first;
                    return Err(Problem::new(Code::RunNotFound).because(format!(
                        "the stream has no beginning of this run. It goes back to position {first}: older runs are at \
                         `GET /v1/runs/{{id}}/stream` of a server"
                    )));
                }
                (None, None) => return Err(Problem::new(Code::RunNotFound)),
            }
        }
    }
}

fn must_begin(first: i64, seen: i64) -> Result<(), Problem> {
    if seen.saturating_add(1) >= first {
        return Ok(());
    }
    Err(Problem::new(Code::PositionGone).because(format!(
        "position {} is not in the stream any more, which begins with {first}: read what is missing from a server, by \
         `GET /v1/activity/stream` or `GET /v1/ledger/export?after={seen}`, and come back with the last position that came",
        seen.saturating_add(1)
    )))
}

fn away(error: relay::Error) -> Problem {
    Problem::unavailable(error)
}
