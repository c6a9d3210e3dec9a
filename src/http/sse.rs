//! Server-sent events out of the ledger: first what is past, then what comes, each event once.
//!
//! The past is read a page at a time while nothing waits for the client, however long it takes. Near its end
//! the client begins to watch; then the rest of the past is read, up to the position where watching begins,
//! so that nothing is lost between the two and nothing is sent twice.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use actix_web::http::header::{CONTENT_ENCODING, HeaderName, HeaderValue};
use actix_web::{HttpRequest, HttpResponse};
use actix_web_lab::header::{CacheControl, CacheDirective};
use bytes::{Bytes, BytesMut};
use futures::{Stream, stream};
use serde::Serialize;
use tokio::time::{Instant, Interval, MissedTickBehavior, Sleep, interval_at, sleep};

use super::problem::{Code, Problem};
use crate::actors::{Filter, Live, Place, StreamHub, Told};
use crate::journal::Recorded;

/// How often a silent stream says that it is alive: below the 30 s after which proxies give up.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// When a client whose stream ended should come again, in milliseconds; the first that a stream says.
const RETRY: &str = "retry: 3000\n\n";
/// How a silent stream says that it is alive.
const ALIVE: &str = ": keep-alive\n\n";
/// The same, where what feeds the server is away.
const WAITING: &str = ": waiting for the ledger\n\n";
/// The last that is said to who does not keep up, or when the server stops or begins anew.
const LET_GO: &str = ": let go: come back with the last id\n\n";
/// So near to the end of the ledger a client begins to watch: less than what may wait for it.
const NEAR: i64 = 512;
/// Events that wait already are sent together up to this many bytes.
const TOGETHER: usize = 16 * 1024;

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
    Send(Bytes),
    /// Passes it over.
    Skip,
    /// Sends it and ends: nothing follows it.
    Last(Bytes),
}

/// Where a stream's events come from, and what becomes of them.
pub(crate) trait Source: 'static {
    /// The next events of the past, none of them without a position or beyond `until`, and the position up
    /// to which was looked: less than `until` where there may be more, even when there is none among them.
    fn past(&mut self, until: i64) -> impl Future<Output = Result<(Vec<Recorded>, i64), Problem>>;

    /// What to do with an event of the past.
    fn step(&mut self, event: &Recorded) -> impl Future<Output = Result<Step, Problem>>;

    /// What to do with an event that came while the client watched.
    fn live(&mut self, told: &Told) -> Result<Step, Problem>;

    /// Whether nothing follows this event, which the client has seen already.
    fn ends(&self, event: &Recorded) -> bool;
}

/// A stream of one client.
pub(crate) struct Feed<S> {
    source: S,
    place: Place,
    filter: Filter,
    /// The position of the last event that was sent or passed over.
    seen: i64,
    at: At,
    over: bool,
}

/// Where a stream is.
enum At {
    /// In the past, which is read up to this position before it is looked again how far the ledger is.
    Past { until: i64 },
    /// In the last of the past: what follows it waits already.
    LastOfPast(Live),
    /// At the end of the ledger.
    End(Live),
}

impl<S: Source> Feed<S> {
    /// A stream of what follows the position `seen`.
    pub(crate) fn after(seen: i64, source: S, place: Place, filter: Filter) -> Self {
        let at = At::Past { until: place.position() };
        Self { source, place, filter, seen, at, over: false }
    }

    /// A stream of what comes from now on. The source is made for the position at which that begins.
    pub(crate) fn from_now(place: Place, filter: Filter, source: impl FnOnce(i64) -> S) -> Self {
        let live = place.watch(filter.clone());
        let seen = live.from;
        let at = At::LastOfPast(live);
        Self { source: source(seen), place, filter, seen, at, over: false }
    }

    /// The next events as bytes; `None` at the end: after the last event, when the client was too slow, when
    /// the server stops, or after a failure.
    async fn next(&mut self) -> Result<Option<Bytes>, Problem> {
        while !self.over {
            let mut together = Together::default();
            let past = match &self.at {
                At::Past { until } => Some(*until),
                At::LastOfPast(live) => Some(live.from),
                At::End(_) => None,
            };
            match past {
                Some(until) => self.replay(until, &mut together).await?,
                None => self.follow(&mut together).await?,
            }
            if let Some(bytes) = together.bytes() {
                return Ok(Some(bytes));
            }
        }
        Ok(None)
    }

    /// Takes a page of the past.
    async fn replay(&mut self, until: i64, together: &mut Together) -> Result<(), Problem> {
        if self.place.is_closed() {
            self.over = true;
            together.add(Bytes::from_static(LET_GO.as_bytes()));
            return Ok(());
        }
        let (page, looked) = {
            let _turn = self.place.turn().await;
            self.source.past(until).await?
        };
        for event in &page {
            if event.position <= self.seen {
                self.over = self.source.ends(event);
            } else {
                self.seen = event.position;
                let step = self.source.step(event).await?;
                self.take(step, together);
            }
            if self.over {
                return Ok(());
            }
        }
        if looked >= until {
            self.come_nearer(until);
        }
        Ok(())
    }

    /// What was the end of the ledger was reached; meanwhile it may have grown.
    fn come_nearer(&mut self, until: i64) {
        self.at = match std::mem::replace(&mut self.at, At::Past { until }) {
            At::Past { .. } => {
                let head = self.place.position();
                if head - until > NEAR {
                    At::Past { until: head }
                } else {
                    At::LastOfPast(self.place.watch(self.filter.clone()))
                }
            }
            At::LastOfPast(live) | At::End(live) => At::End(live),
        };
    }

    /// Takes what came, and waits where nothing did.
    async fn follow(&mut self, together: &mut Together) -> Result<(), Problem> {
        let At::End(live) = &mut self.at else { return Ok(()) };
        let Some(mut told) = live.events.recv().await else {
            self.over = true;
            together.add(Bytes::from_static(LET_GO.as_bytes()));
            return Ok(());
        };
        loop {
            if told.event.position > self.seen {
                self.seen = told.event.position;
                let step = self.source.live(&told)?;
                self.take(step, together);
            } else {
                self.over = self.source.ends(&told.event);
            }
            let At::End(live) = &mut self.at else { return Ok(()) };
            if self.over || together.len() >= TOGETHER {
                return Ok(());
            }
            let Ok(next) = live.events.try_recv() else { return Ok(()) };
            told = next;
        }
    }

    fn take(&mut self, step: Step, together: &mut Together) {
        match step {
            Step::Send(bytes) => together.add(bytes),
            Step::Skip => {}
            Step::Last(bytes) => {
                together.add(bytes);
                self.over = true;
            }
        }
    }
}

/// Events that are sent together. A single one is not copied.
#[derive(Default)]
struct Together {
    first: Option<Bytes>,
    all: BytesMut,
}

impl Together {
    fn add(&mut self, bytes: Bytes) {
        if !self.all.is_empty() {
            self.all.extend_from_slice(&bytes);
        } else if let Some(first) = self.first.take() {
            self.all.extend_from_slice(&first);
            self.all.extend_from_slice(&bytes);
        } else {
            self.first = Some(bytes);
        }
    }

    fn len(&self) -> usize {
        self.first.as_ref().map_or(self.all.len(), Bytes::len)
    }

    fn bytes(self) -> Option<Bytes> {
        self.first.or_else(|| (!self.all.is_empty()).then(|| self.all.freeze()))
    }
}

/// What is sent to a client: its events, and between them that the stream is alive.
struct Beating<E> {
    events: Pin<Box<E>>,
    hub: StreamHub,
    beat: Interval,
    has_begun: bool,
    /// When it ends at the latest, and what is said then.
    end: Option<(Pin<Box<Sleep>>, Bytes)>,
    is_over: bool,
}

impl<E: Stream<Item = Bytes>> Stream for Beating<E> {
    type Item = Result<Bytes, Problem>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if !self.has_begun {
            self.has_begun = true;
            return Poll::Ready(Some(Ok(Bytes::from_static(RETRY.as_bytes()))));
        }
        if self.is_over {
            return Poll::Ready(None);
        }
        let end = self
            .end
            .as_mut()
            .and_then(|(end, last)| end.as_mut().poll(context).is_ready().then(|| last.clone()));
        if let Some(last) = end {
            self.is_over = true;
            return Poll::Ready(Some(Ok(last)));
        }
        if let Poll::Ready(bytes) = self.events.as_mut().poll_next(context) {
            return Poll::Ready(bytes.map(Ok));
        }
        let text = if self.hub.is_away() { WAITING } else { ALIVE };
        self.beat.poll_tick(context).map(|_| Some(Ok(Bytes::from_static(text.as_bytes()))))
    }
}

/// An event as a stream sends it: `id` is its position.
pub(crate) fn frame(position: i64, kind: &str, record: &impl Serialize) -> Result<Bytes, Problem> {
    let json = serde_json::to_string(record).map_err(Problem::internal)?;
    let mut text = String::with_capacity(json.len() + kind.len() + 48);
    // What other programs recorded may have line breaks between its words.
    let lines = json.split(['\r', '\n']);
    text.push_str("id: ");
    text.push_str(&position.to_string());
    text.push_str("\nevent: ");
    text.push_str(kind);
    for line in lines {
        text.push_str("\ndata: ");
        text.push_str(line);
    }
    text.push_str("\n\n");
    Ok(Bytes::from(text))
}

/// Begins to answer with a stream.
pub(crate) fn respond<S: Source>(feed: Feed<S>) -> HttpResponse {
    respond_until(feed, None)
}

/// Begins to answer with a stream that ends after this time at the latest, with these bytes.
pub(crate) fn respond_until<S: Source>(
    feed: Feed<S>,
    end: Option<(Duration, Bytes)>,
) -> HttpResponse {
    let hub = feed.place.hub();
    let end = end.map(|(after, last)| (Box::pin(sleep(after)), last));
    let events = stream::unfold(feed, |mut feed| async move {
        match feed.next().await {
            Ok(bytes) => bytes.map(|bytes| (bytes, feed)),
            Err(problem) => {
                // The status is long sent: the client comes back and is told then.
                drop(problem.response("stream"));
                None
            }
        }
    });
    let mut beat = interval_at(Instant::now() + HEARTBEAT, HEARTBEAT);
    beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    HttpResponse::Ok()
        .content_type("text/event-stream")
        .insert_header((CONTENT_ENCODING, "identity"))
        .insert_header(CacheControl(vec![CacheDirective::NoCache]))
        // nginx collects answers unless it is told not to.
        .insert_header((
            HeaderName::from_static("x-accel-buffering"),
            HeaderValue::from_static("no"),
        ))
        .streaming(Beating {
            events: Box::pin(events),
            hub,
            beat,
            has_begun: false,
            end,
            is_over: false,
        })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_event_is_framed_with_its_position_and_type() {
        let bytes = frame(7, "run.failed", &json!({"a": "x\ny"})).expect("JSON");
        assert_eq!(bytes, "id: 7\nevent: run.failed\ndata: {\"a\":\"x\\ny\"}\n\n");
        let text = "{\n\"a\":1}".to_owned();
        let raw = serde_json::value::RawValue::from_string(text).expect("JSON");
        let bytes = frame(8, "x", &raw).expect("JSON");
        assert_eq!(bytes, "id: 8\nevent: x\ndata: {\ndata: \"a\":1}\n\n");
    }

    #[test]
    fn events_are_sent_together_in_their_order() {
        let mut together = Together::default();
        assert_eq!(together.len(), 0);
        for text in ["a", "bc", "d"] {
            together.add(Bytes::from_static(text.as_bytes()));
        }
        assert_eq!((together.len(), together.bytes()), (4, Some(Bytes::from_static(b"abcd"))));
        assert_eq!(Together::default().bytes(), None);
    }
}
