//! The traces of a process: where its spans are put, and the way to the collector.

use std::convert::Infallible;
use std::sync::Arc;

use tokio::sync::{Mutex, mpsc};
use tokio_util::sync::CancellationToken;

use super::Error;
use crate::primitives::Clock;
use crate::spans::{Sink, Span};
use crate::traces::{self, Post, QUEUE, collect};

/// Where spans are put, and what carries them away. Cheap to clone.
#[derive(Clone)]
pub(super) struct Tracing {
    pub(super) sink: Sink,
    pub(super) post: Post,
    /// What waits outlives whoever carries it.
    spans: Arc<Mutex<mpsc::Receiver<Span>>>,
}

impl Tracing {
    /// As it is configured; none where traces go nowhere.
    pub(super) fn of(
        config: &traces::Config,
        clock: &Arc<dyn Clock>,
    ) -> Result<Option<Self>, Error> {
        let Some(destination) = config.destination()? else { return Ok(None) };
        let (sink, spans) = Sink::new(QUEUE, destination.sampler, Arc::clone(clock));
        let post = Post::new(destination, Arc::clone(clock));
        let post = post.map_err(|error| Error::Egress(Box::new(error)))?;
        Ok(Some(Self { sink, post, spans: Arc::new(Mutex::new(spans)) }))
    }

    /// Carries spans to the collector until it is told to stop.
    pub(super) async fn collect(self, stop: CancellationToken) -> Result<(), Infallible> {
        collect(&self.post, &mut *self.spans.lock().await, &stop).await;
        Ok(())
    }
}
