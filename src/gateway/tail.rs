//! Follows the end of the stream for all clients together, through everything that happens to NATS.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;

use super::source::Source;
use super::written::Written;
use crate::actors::StreamHub;
use crate::relay::{Error, Kept, Reader, Standing, Target};

/// How often it is looked how far the stream is.
const LOOK: Duration = Duration::from_secs(2);
/// How long is waited before the stream is tried again: it doubles with each time in a row.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);
/// What went well for so long has recovered.
const RECOVERED_AFTER: Duration = Duration::from_secs(10);

/// What follows the stream.
pub(super) struct Tail {
    pub(super) target: Target,
    pub(super) hub: StreamHub,
    pub(super) source: Source,
    /// The position that was told last, once it is known where the stream ends, and which event was there.
    last: Option<(i64, Option<String>)>,
}

impl Tail {
    /// Nothing was read yet.
    pub(super) const fn new(target: Target, hub: StreamHub, source: Source) -> Self {
        Self { target, hub, source, last: None }
    }

    /// Follows until it is told to stop. NATS may be away for days: clients wait meanwhile.
    pub(super) async fn run(mut self, stop: &CancellationToken) {
        let (mut pause, mut told) = (FIRST_PAUSE, String::new());
        metrics::gauge!("chainkeel_gateway_connected").set(0.0);
        loop {
            let begun = Instant::now();
            let trouble = tokio::select! {
                () = stop.cancelled() => return,
                trouble = self.follow() => match trouble { Err(trouble) => trouble, Ok(never) => match never {} },
            };
            self.source.is_now(None);
            self.hub.note_away(true);
            metrics::gauge!("chainkeel_gateway_connected").set(0.0);
            let said = trouble.in_words();
            if said == told {
                tracing::debug!("the stream is still not read: {said}");
            } else {
                tracing::warn!("the stream is not read for now, and clients wait: {said}");
            }
            told = said;
            if begun.elapsed() > RECOVERED_AFTER {
                pause = FIRST_PAUSE;
            }
            tokio::select! {
                () = stop.cancelled() => return,
                () = sleep(pause) => {}
            }
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    /// Goes on behind what was told last, until something is wrong.
    async fn follow(&mut self) -> Result<Infallible, Error> {
        let reader = Arc::new(Reader::reach(&self.target).await?);
        let standing = reader.standing().await?.ok_or_else(|| reader.missing())?;
        let position = self.begin(&reader, standing).await?;
        let mut following = reader.follow(position).await?;
        self.source.is_now(Some(Arc::clone(&reader)));
        self.hub.note_away(false);
        metrics::gauge!("chainkeel_gateway_connected").set(1.0);
        measure(standing, position);
        tracing::info!("the stream {} is served from position {position} on", self.target.stream);
        let mut looked = Instant::now();
        loop {
            if let Some(kept) = following.next().await? {
                self.take(kept)?;
            }
            if looked.elapsed() > LOOK {
                looked = Instant::now();
                let standing = reader.standing().await?.ok_or_else(|| reader.missing())?;
                measure(standing, self.hub.position());
            }
        }
    }

    /// Behind which position it goes on. Whoever watches is let go where they would miss something, or would be told
    /// another history: they come back and learn it.
    async fn begin(&mut self, reader: &Reader, standing: Standing) -> Result<i64, Error> {
        let Some((position, id)) = self.last.clone() else {
            return self.begin_anew(reader, standing).await;
        };
        if standing.first > position + 1 {
            let first = standing.first;
            tracing::warn!(
                "the stream begins with {first}, and {position} was told last: its clients are let go"
            );
            return self.begin_anew(reader, standing).await;
        }
        let found = if position == 0 { None } else { reader.id_at(position).await? };
        if found.is_some() && id.is_some() && found != id {
            tracing::error!(
                "at position {position} the stream has another event than was told: its clients are let go"
            );
            return self.begin_anew(reader, standing).await;
        }
        Ok(position)
    }

    async fn begin_anew(&mut self, reader: &Reader, standing: Standing) -> Result<i64, Error> {
        let position = standing.last;
        let id = if position == 0 { None } else { reader.id_at(position).await? };
        self.last = Some((position, id));
        self.hub.begin(position);
        Ok(position)
    }

    /// Tells a message to those who watch, if it is the next.
    fn take(&mut self, kept: Kept) -> Result<(), Error> {
        let (position, known) = (kept.position, self.hub.position());
        if position <= known {
            // The stream had lost its end, and has it again.
            return Ok(());
        }
        if position > known + 1 {
            return Err(Error::Lost);
        }
        self.last = Some((position, Some(kept.id.clone())));
        let organization = kept.organization.parse().ok();
        let run = kept.marks.run.as_deref().and_then(|run| run.parse().ok());
        if kept.marks.is_gone {
            self.hub.skip(position);
        } else if !self.hub.pass(position, organization, run) {
            match Written::of(kept).map(|it| it.map(Written::told)) {
                Ok(Some(Ok(told))) => self.hub.tell(told),
                Ok(None) => self.hub.skip(position),
                Ok(Some(Err(problem))) | Err(problem) => {
                    drop(problem.response("stream"));
                    self.hub.skip(position);
                }
            }
        }
        Ok(())
    }
}

#[expect(clippy::cast_precision_loss, reason = "gauges; positions stay far below 2^52")]
fn measure(standing: Standing, position: i64) {
    metrics::gauge!("chainkeel_gateway_position").set(position as f64);
    metrics::gauge!("chainkeel_gateway_first_position").set(standing.first as f64);
    metrics::gauge!("chainkeel_gateway_lag")
        .set(standing.last.saturating_sub(position).max(0) as f64);
}
