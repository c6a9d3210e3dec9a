//! Carries to the collector what processes noted, batch by batch.

use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::{Instant, timeout, timeout_at};
use tokio_util::sync::CancellationToken;

use super::post::{Post, Undelivered};
use crate::spans::{Lost, Span, lost};

/// How many spans wait at most; what comes beyond them is lost, and counted.
pub const QUEUE: usize = 8_192;
/// The most spans of a batch.
const BATCH: usize = 512;
/// How long a batch waits for more.
const GATHERING: Duration = Duration::from_millis(500);
/// The pauses before a batch is sent again; after the last it is lost.
const PAUSES: [Duration; 2] = [Duration::from_secs(1), Duration::from_secs(4)];
/// How long the last ones may take when the process ends.
const FAREWELL: Duration = Duration::from_secs(2);

/// Carries spans until nobody makes any more, or it is told to stop; what waits then is sent once.
pub async fn collect(post: &Post, spans: &mut mpsc::Receiver<Span>, stop: &CancellationToken) {
    let mut batch = Vec::with_capacity(BATCH);
    loop {
        batch.clear();
        tokio::select! {
            biased;
            () = stop.cancelled() => break,
            came = spans.recv_many(&mut batch, BATCH) => if came == 0 {
                return;
            }
        }
        gather(spans, &mut batch, stop).await;
        deliver(post, &batch, stop).await;
    }
    let farewell = async {
        while let Ok(span) = spans.try_recv() {
            batch.push(span);
            while batch.len() < BATCH
                && let Ok(span) = spans.try_recv()
            {
                batch.push(span);
            }
            deliver(post, &batch, stop).await;
            batch.clear();
        }
    };
    if timeout(FAREWELL, farewell).await.is_err() {
        lost(Lost::Unreachable, spans.len() as u64);
    }
}

async fn gather(spans: &mut mpsc::Receiver<Span>, batch: &mut Vec<Span>, stop: &CancellationToken) {
    let until = Instant::now() + GATHERING;
    while batch.len() < BATCH {
        let room = BATCH - batch.len();
        let came = tokio::select! {
            () = stop.cancelled() => return,
            came = timeout_at(until, spans.recv_many(batch, room)) => came,
        };
        if !matches!(came, Ok(1..)) {
            return;
        }
    }
}

/// When a process that is about to end has waited long enough.
async fn overdue(stop: &CancellationToken) {
    stop.cancelled().await;
    tokio::time::sleep(FAREWELL).await;
}

/// Sends a batch, again for a while where that may help; once where the process is about to end.
async fn deliver(post: &Post, batch: &[Span], stop: &CancellationToken) {
    let mut pauses = PAUSES.into_iter();
    loop {
        let sent = tokio::select! {
            sent = post.send(batch) => sent,
            () = overdue(stop) => Err(Undelivered::Later { why: String::new(), rest: None }),
        };
        let reason = match sent {
            Ok(()) => return,
            Err(Undelivered::Never(_)) => Lost::Refused,
            Err(Undelivered::Later { rest, .. }) => {
                if let Some(pause) = pauses.next().filter(|_| !stop.is_cancelled()) {
                    tokio::select! {
                        () = stop.cancelled() => {}
                        () = tokio::time::sleep(pause.max(rest.unwrap_or_default())) => {}
                    }
                    continue;
                }
                Lost::Unreachable
            }
        };
        lost(reason, batch.len() as u64);
        return;
    }
}
