//! Watches over the long-lived parts: each runs in an actor of its own, and when one ends,
//! by an error or by a panic, it is built anew from the ledger after a pause that grows.
//!
//! actix's own supervisor neither catches a panic nor drops the old state. Here the state dies
//! with the actor: a part is a factory, and what it builds starts from what is durable.

use std::collections::HashMap;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::time::Duration;

use actix::prelude::*;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// Why a part ended, in words for the log.
pub type Fault = Box<dyn std::error::Error + Send + Sync>;

type Work = Pin<Box<dyn Future<Output = Result<(), Fault>>>>;
type Factory = Rc<dyn Fn(CancellationToken) -> Work>;

/// The pause before the first restart of a part; it doubles with each end in a row.
const FIRST_PAUSE: Duration = Duration::from_millis(50);
/// The longest pause between two restarts: a database that is down is asked this often.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);
/// A part that lived this long has recovered, and its next end starts from the first pause.
const RECOVERED_AFTER: Duration = Duration::from_secs(30);

/// The actor that starts, restarts and stops the parts.
pub struct Supervisor {
    stop: CancellationToken,
    parts: HashMap<&'static str, Watched>,
    drained: Vec<tokio::sync::oneshot::Sender<()>>,
}

struct Watched {
    factory: Factory,
    alive: bool,
    born: Instant,
    ends_in_a_row: u32,
}

impl Supervisor {
    /// A supervisor whose parts are told to end by `stop`.
    pub fn new(stop: CancellationToken) -> Self {
        Self { stop, parts: HashMap::new(), drained: Vec::new() }
    }

    fn launch(&mut self, name: &'static str, ctx: &Context<Self>) {
        let Some(part) = self.parts.get_mut(name) else { return };
        part.alive = true;
        part.born = Instant::now();
        let work = (part.factory)(self.stop.clone());
        Part { name, work: Some(work), outcome: None, supervisor: ctx.address() }.start();
    }

    /// What a part's end leads to: the pause before it is built again.
    fn pause_after(part: &mut Watched) -> Duration {
        if part.born.elapsed() > RECOVERED_AFTER {
            part.ends_in_a_row = 0;
        }
        part.ends_in_a_row += 1;
        let doublings = (part.ends_in_a_row - 1).min(10);
        (FIRST_PAUSE * 2_u32.pow(doublings)).min(LONGEST_PAUSE)
    }

    fn tell_when_drained(&mut self) {
        if self.parts.values().all(|part| !part.alive) {
            for waiting in self.drained.drain(..) {
                // Nobody waits any more: then nobody has to be told.
                let _ = waiting.send(());
            }
        }
    }
}

impl Actor for Supervisor {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Self::Context) {
        // Few messages, none of which may be lost: one a part's end.
        ctx.set_mailbox_capacity(1_024);
    }
}

/// Take this part into care: start it now, and again whenever it ends before it was told to.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Watch {
    name: &'static str,
    factory: Box<dyn Fn(CancellationToken) -> Work + Send>,
}

impl Watch {
    /// A part called `name`, built by `factory`, which is handed the signal to stop.
    pub fn new<F, W, E>(name: &'static str, factory: F) -> Self
    where
        F: Fn(CancellationToken) -> W + Send + 'static,
        W: Future<Output = Result<(), E>> + 'static,
        E: Into<Fault>,
    {
        let factory = move |stop| -> Work {
            let work = factory(stop);
            Box::pin(async move { work.await.map_err(Into::into) })
        };
        Self { name, factory: Box::new(factory) }
    }

    /// The part's name.
    pub const fn name(&self) -> &'static str {
        self.name
    }
}

impl Handler<Watch> for Supervisor {
    type Result = ();

    fn handle(&mut self, watch: Watch, ctx: &mut Self::Context) {
        let part = Watched {
            factory: Rc::from(watch.factory as Box<dyn Fn(CancellationToken) -> Work>),
            alive: false,
            born: Instant::now(),
            ends_in_a_row: 0,
        };
        self.parts.insert(watch.name, part);
        self.launch(watch.name, ctx);
    }
}

/// Answer when every part has ended; they are told to by the token that the supervisor was given.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Drained;

impl Handler<Drained> for Supervisor {
    type Result = ResponseFuture<()>;

    fn handle(&mut self, _: Drained, _: &mut Self::Context) -> Self::Result {
        let (done, wait) = tokio::sync::oneshot::channel();
        self.drained.push(done);
        self.tell_when_drained();
        Box::pin(async move {
            // An error means that the supervisor is gone, and its parts with it.
            let _ = wait.await;
        })
    }
}

#[derive(Message)]
#[rtype(result = "()")]
struct Ended {
    name: &'static str,
    outcome: Option<Result<(), Fault>>,
}

impl Handler<Ended> for Supervisor {
    type Result = ();

    fn handle(&mut self, ended: Ended, ctx: &mut Self::Context) {
        let name = ended.name;
        let Some(part) = self.parts.get_mut(name) else { return };
        part.alive = false;
        if self.stop.is_cancelled() {
            tracing::debug!(part = name, "{name} has stopped");
            self.tell_when_drained();
            return;
        }
        let pause = Self::pause_after(part);
        let pause_ms = u64::try_from(pause.as_millis()).unwrap_or(u64::MAX);
        metrics::counter!("chainkeel_part_restarts_total", "part" => name).increment(1);
        match ended.outcome {
            Some(Ok(())) => {
                tracing::info!(part = name, pause_ms, "{name} ended and is started again");
            }
            Some(Err(error)) => {
                let error = &*error as &dyn std::error::Error;
                tracing::error!(
                    part = name,
                    pause_ms,
                    error,
                    "{name} failed and is built anew in {pause_ms} ms"
                );
            }
            None => tracing::error!(
                part = name,
                pause_ms,
                "{name} panicked and is built anew in {pause_ms} ms"
            ),
        }
        ctx.run_later(pause, move |supervisor, ctx| {
            if !supervisor.stop.is_cancelled() {
                supervisor.launch(name, ctx);
            }
        });
    }
}

/// The actor around one part. Its end, even by a panic, runs its destructor, which tells.
struct Part {
    name: &'static str,
    work: Option<Work>,
    outcome: Option<Result<(), Fault>>,
    supervisor: Addr<Supervisor>,
}

impl Actor for Part {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Self::Context) {
        if let Some(work) = self.work.take() {
            ctx.spawn(work.into_actor(self).map(|outcome, part, ctx| {
                part.outcome = Some(outcome);
                ctx.stop();
            }));
        }
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        let ended = Ended { name: self.name, outcome: self.outcome.take() };
        if self.supervisor.try_send(ended).is_err() {
            tracing::debug!(part = self.name, "{} ended after its supervisor", self.name);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    /// A part that ends in its own way the first two times and then stays until it is told to go.
    fn faltering(births: &Arc<AtomicU32>, end: fn() -> Result<(), Fault>) -> Watch {
        let births = Arc::clone(births);
        Watch::new("faltering", move |stop: CancellationToken| {
            let birth = births.fetch_add(1, Ordering::SeqCst);
            async move {
                if birth < 2 {
                    return end();
                }
                stop.cancelled().await;
                Ok(())
            }
        })
    }

    async fn is_built_anew_after(end: fn() -> Result<(), Fault>) {
        let (stop, births) = (CancellationToken::new(), Arc::new(AtomicU32::new(0)));
        let supervisor = Supervisor::new(stop.clone()).start();
        supervisor.send(faltering(&births, end)).await.expect("the supervisor lives");
        while births.load(Ordering::SeqCst) < 3 {
            tokio::task::yield_now().await;
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        stop.cancel();
        supervisor.send(Drained).await.expect("the supervisor lives");
        assert_eq!(births.load(Ordering::SeqCst), 3);
    }

    #[actix::test]
    async fn a_part_that_fails_is_built_anew() {
        is_built_anew_after(|| Err("the database went away".into())).await;
    }

    #[actix::test]
    async fn a_part_that_panics_is_built_anew() {
        is_built_anew_after(|| panic!("an invariant broke")).await;
    }

    #[test]
    fn the_pause_grows_and_is_bounded() {
        let factory: Factory = Rc::new(|_| Box::pin(async { Ok(()) }));
        let mut part = Watched { factory, alive: false, born: Instant::now(), ends_in_a_row: 0 };
        let pauses: Vec<_> =
            (0..9).map(|_| Supervisor::pause_after(&mut part).as_millis()).collect();
        assert_eq!(pauses, [50, 100, 200, 400, 800, 1_600, 3_200, 5_000, 5_000]);
    }
}
