//! Server-sent events out of the ledger: first what is past, then what comes, each event once.
//!
//! The client is subscribed before the past is read. The past ends at the position where the
//! subscription begins, so that nothing is lost between the two and nothing is sent twice.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, Responder};
use actix_web_lab::sse::{Data, Event, Sse};
use futures::{Stream, stream};
use serde::Serialize;
use tokio::sync::mpsc;

use super::problem::{Code, Problem};
use crate::journal::Recorded;

/// How often a silent stream says that it is alive: below the 30 s after which proxies give up.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// When a client whose stream ended should come again.
const RETRY: Duration = Duration::from_secs(3);

const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");

/// The last position that the client has seen: from the header that browsers send when they
/// reconnect, or else from the query.
pub(crate) fn last_event_id(
    request: &HttpRequest,
    query: Option<i64>,
) -> Result<Option<i64>, Problem> {
    let given = match request.headers().get(LAST_EVENT_ID) {
        None => query,
        Some(header) => match header.to_str().unwrap_or("?").trim() {
            "" => query,
            text => Some(text.parse().map_err(|_| not_a_position())?),
        },
    };
    match given {
        Some(position) if position < 0 => Err(not_a_position()),
        given => Ok(given),
    }
}

fn not_a_position() -> Problem {
    Problem::new(Code::InvalidHeader).at("Last-Event-ID", "must be the id of an event: a position")
}

/// What a stream does with an event that it has not sent yet.
pub(crate) enum Step {
    /// Sends it.
    Send(Data),
    /// Passes it over.
    Skip,
    /// Sends it and ends: nothing follows it.
    Last(Data),
}

/// Where a stream's events come from, and what becomes of them.
pub(crate) trait Source: 'static {
    /// The next events of the past; none at its end. Those without a position, or beyond `until`,
    /// come by the subscription.
    fn past(&mut self, until: i64) -> impl Future<Output = Result<Vec<Recorded>, Problem>>;

    /// What to do with an event.
    fn step(&mut self, event: &Recorded) -> impl Future<Output = Result<Step, Problem>>;

    /// Whether nothing follows this event, which the client has seen already.
    fn ends(&self, event: &Recorded) -> bool;
}

/// A stream of one client.
pub(crate) struct Feed<S> {
    source: S,
    /// The position of the last event that was sent or passed over.
    seen: i64,
    /// Where the past ends.
    until: i64,
    past: VecDeque<Recorded>,
    replaying: bool,
    over: bool,
    live: mpsc::Receiver<Arc<Recorded>>,
}

impl<S: Source> Feed<S> {
    /// A stream of what follows the position `seen`.
    pub(crate) fn new(
        source: S,
        seen: i64,
        until: i64,
        live: mpsc::Receiver<Arc<Recorded>>,
    ) -> Self {
        Self { source, seen, until, past: VecDeque::new(), replaying: true, over: false, live }
    }

    /// The next event; `None` at the end: after the last event, when the client was too slow, when
    /// the server stops, or after a failure.
    async fn next(&mut self) -> Result<Option<Data>, Problem> {
        while !self.over {
            let live;
            let past;
            let event: &Recorded = if let Some(event) = self.next_of_the_past().await? {
                past = event;
                &past
            } else {
                let Some(event) = self.live.recv().await else { return Ok(None) };
                live = event;
                &live
            };
            if event.position <= self.seen {
                self.over = self.source.ends(event);
                continue;
            }
            self.seen = event.position;
            match self.source.step(event).await? {
                Step::Send(data) => return Ok(Some(data)),
                Step::Skip => {}
                Step::Last(data) => {
                    self.over = true;
                    return Ok(Some(data));
                }
            }
        }
        Ok(None)
    }

    async fn next_of_the_past(&mut self) -> Result<Option<Recorded>, Problem> {
        while self.replaying {
            match self.past.pop_front() {
                Some(event) if event.position > 0 && event.position <= self.until => {
                    return Ok(Some(event));
                }
                Some(_) => self.replaying = false,
                None => {
                    self.past = self.source.past(self.until).await?.into();
                    self.replaying = !self.past.is_empty();
                }
            }
        }
        self.past = VecDeque::new();
        Ok(None)
    }

    fn into_stream(self) -> impl Stream<Item = Result<Event, Infallible>> {
        stream::unfold(self, |mut feed| async move {
            match feed.next().await {
                Ok(data) => data.map(|data| (Ok(Event::Data(data)), feed)),
                Err(problem) => {
                    // The status is long sent: the client comes back and is told then.
                    drop(problem.response("stream"));
                    None
                }
            }
        })
    }
}

/// An event as a stream sends it: `id` is its position.
pub(crate) fn data(position: i64, kind: &str, record: &impl Serialize) -> Result<Data, Problem> {
    Ok(Data::new_json(record)
        .map_err(Problem::internal)?
        .id(position.to_string())
        .event(kind.to_owned()))
}

/// Begins to answer with a stream.
pub(crate) fn respond<S: Source>(feed: Feed<S>, request: &HttpRequest) -> HttpResponse {
    let mut response = Sse::from_stream(feed.into_stream())
        .with_keep_alive(HEARTBEAT)
        .with_retry_duration(RETRY)
        .respond_to(request);
    // nginx collects answers unless it is told not to.
    response
        .headers_mut()
        .insert(HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no"));
    response
}
