//! Keeps one projection's live build up with the ledger. A loop to be hosted: nothing is spawned.

use std::time::Duration;

use sqlx::{Connection, PgConnection};
use tokio::time::{Instant, sleep, sleep_until, timeout, timeout_at};

use super::Error;
use super::builds::{self, Build, State};
use super::concern;
use super::error::while_doing;
use super::lookout::Lookout;
use super::orders::{self, Order};
use super::positions::Positions;
use super::projection::Projection;
use super::session::{self, Office};
use crate::journal::{Batch, Recorded, Subscription, Tail};

/// Events that one transaction takes at most.
const MAX_EVENTS: usize = 2048;
/// The least time between two transactions: at a high rate many events share one. What comes after
/// a pause is written at once.
const PACE: Duration = Duration::from_millis(25);
/// So long the checkpoint may stay behind where nothing that was read concerns the view: twenty views that
/// each write after each event that all events are in them are most of what a quiet house does.
const LAZY: Duration = Duration::from_millis(200);
/// How often a runner that has nothing to do looks whether that has changed: another process holds
/// the office, the build is parked, or it is of another version.
const LOOK: Duration = Duration::from_millis(500);
/// A session that is silent for so long ends, so that another process may follow.
const SILENCE: Duration = Duration::from_secs(10);
/// How often a runner that waits lets the database know that it lives.
const PULSE: Duration = Duration::from_secs(2);

/// Follows the ledger for one projection.
#[derive(Debug)]
pub struct Runner {
    projection: &'static dyn Projection,
    lookout: Lookout,
    tail: Tail,
    positions: Positions,
    serving: Option<Serving>,
    idle: Option<Progress>,
}

/// What a step led to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Progress {
    /// Events were written.
    Advanced {
        /// The checkpoint before.
        from: i64,
        /// The checkpoint now.
        to: i64,
    },
    /// The next event cannot be projected. The view stays where it is until it is rebuilt, or until
    /// a program that can take the event starts.
    Parked {
        /// The event's position.
        position: i64,
        /// What is wrong with it.
        reason: String,
    },
    /// Another process keeps this projection up.
    Standby,
    /// An operator lets it rest.
    Paused,
    /// Another build went live; the next step follows that one.
    Replaced,
    /// What readers see was built by another version, which this program cannot continue: rebuild it.
    Outdated {
        /// The version of the live build.
        live: i32,
        /// The version of this program.
        ours: i32,
    },
}

#[derive(Debug)]
struct Serving {
    connection: PgConnection,
    build: Build,
    /// Up to here nothing that lies behind the checkpoint concerns the view.
    passed: i64,
    /// Since when that is further than the checkpoint, where it is.
    passed_at: Instant,
    subscription: Subscription,
    /// Read and not yet written.
    batches: Vec<Batch>,
    written_at: Instant,
    parked: bool,
    /// What an operator wants, and when that was read.
    order: Order,
    ordered_at: Instant,
    /// Before this, nothing more is written: an operator wants it slow.
    not_before: Instant,
}

impl Runner {
    /// A runner that has not begun.
    pub fn new(
        projection: &'static dyn Projection,
        lookout: Lookout,
        tail: Tail,
        positions: Positions,
    ) -> Self {
        Self { projection, lookout, tail, positions, serving: None, idle: None }
    }

    /// Waits for the next events and writes them with the checkpoint in one transaction.
    ///
    /// May be dropped at any moment: what was not committed is read again. After an error the next
    /// step begins anew from the stored checkpoint.
    pub async fn step(&mut self) -> Result<Progress, Error> {
        if self.serving.is_none() {
            if let Some(idle) = &self.idle {
                sleep(LOOK).await;
                if *idle == Progress::Standby
                    && self.lookout.is_kept(self.projection.name()).await?
                {
                    return Ok(Progress::Standby);
                }
            }
            self.idle = self.open().await?;
            if let Some(progress) = &self.idle {
                return Ok(progress.clone());
            }
        }
        let serving = self.serving.as_mut().expect("it was opened above");
        if serving.parked {
            return self.rest().await;
        }
        serving.gather().await?;
        // Taken out, so that a step that is dropped or fails half-way begins anew.
        let mut serving = self.serving.take().expect("it was opened above");
        if serving.look(self.projection.name()).await?.is_paused {
            self.leave(serving).await?;
            return Ok(Progress::Paused);
        }
        self.write(serving).await
    }

    /// Finds the live build and the place to go on from; or says why there is nothing to do.
    async fn open(&mut self) -> Result<Option<Progress>, Error> {
        let name = self.projection.name();
        let mut connection = session::open(self.lookout.database(), "public").await?;
        let order = orders::of(&mut connection, name).await?;
        if order.is_paused {
            return give_back(connection, Progress::Paused).await;
        }
        let ours = self.projection.version();
        let build = builds::live(&mut connection, name).await?;
        if build.version != ours {
            return give_back(connection, Progress::Outdated { live: build.version, ours }).await;
        }
        if !Office::Follow.take(&mut connection, name).await? {
            return give_back(connection, Progress::Standby).await;
        }
        session::ends_in_silence(&mut connection, SILENCE).await?;
        session::find_by_keys(&mut connection).await?;
        // Between the two looks another may have moved it.
        let build = builds::live(&mut connection, name).await?;
        if build.version != ours {
            return give_back(connection, Progress::Outdated { live: build.version, ours }).await;
        }
        session::turn_to(&mut connection, &build.schema_name).await?;
        self.positions.reached(name, build.position);
        self.serving = Some(Serving {
            connection,
            subscription: self.tail.subscribe(build.position),
            passed: build.position,
            passed_at: Instant::now(),
            build,
            batches: Vec::new(),
            written_at: Instant::now(),
            parked: false,
            order,
            ordered_at: Instant::now(),
            not_before: Instant::now(),
        });
        Ok(None)
    }

    /// Waits until the build in whose place we are parked is no longer the live one.
    async fn rest(&mut self) -> Result<Progress, Error> {
        sleep(LOOK).await;
        let mut serving = self.serving.take().expect("only what was opened is parked");
        let live = builds::live(&mut serving.connection, self.projection.name()).await?;
        if live.build_id != serving.build.build_id {
            return self.leave(serving).await;
        }
        let progress = Progress::Parked {
            position: live.parked_position.unwrap_or_default(),
            reason: live.parked_reason.unwrap_or_default(),
        };
        self.serving = Some(serving);
        Ok(progress)
    }

    async fn leave(&self, mut serving: Serving) -> Result<Progress, Error> {
        Office::Follow.leave(&mut serving.connection, self.projection.name()).await?;
        Ok(Progress::Replaced)
    }

    async fn write(&mut self, mut serving: Serving) -> Result<Progress, Error> {
        let batches = std::mem::take(&mut serving.batches);
        let events: Vec<&Recorded> = batches.iter().flat_map(|batch| batch.iter()).collect();
        let from = serving.reached();
        let written = match serving.commit(self.projection, &events).await {
            Err(error) if error.blames_the_data().is_some() => {
                serving.isolate(self.projection, &events).await
            }
            Err(Error::Superseded(_)) => return self.leave(serving).await,
            written => written.map(|()| None),
        };
        let parked = match written {
            Ok(parked) => parked,
            Err(Error::Superseded(_)) => return self.leave(serving).await,
            Err(error) => return Err(error),
        };
        let to = serving.reached();
        self.tell(to);
        serving.parked = parked.is_some();
        self.serving = Some(serving);
        Ok(parked.unwrap_or(Progress::Advanced { from, to }))
    }

    #[expect(clippy::cast_precision_loss, reason = "a gauge; positions stay far below 2^52")]
    fn tell(&self, position: i64) {
        let name = self.projection.name();
        self.positions.reached(name, position);
        metrics::gauge!("chainkeel_projection_position", "projection" => name).set(position as f64);
    }
}

/// Gives a connection back that has nothing to write.
async fn give_back(
    connection: PgConnection,
    progress: Progress,
) -> Result<Option<Progress>, Error> {
    connection.close().await.map_err(while_doing("closing a connection"))?;
    Ok(Some(progress))
}

impl Serving {
    /// What an operator wants of it, read again every half second.
    async fn look(&mut self, projection: &str) -> Result<Order, Error> {
        if self.ordered_at.elapsed() >= LOOK {
            self.order = orders::of(&mut self.connection, projection).await?;
            self.ordered_at = Instant::now();
        }
        Ok(self.order)
    }

    /// The view holds everything up to here.
    fn reached(&self) -> i64 {
        self.passed.max(self.build.position)
    }

    /// When the checkpoint has to follow what was passed over, if it is behind that.
    fn settles_at(&self) -> Option<Instant> {
        (self.passed > self.build.position).then(|| self.passed_at + LAZY)
    }

    /// Waits for an event, and then for as many as come before the next transaction is due; for none, where
    /// the checkpoint has to follow.
    async fn gather(&mut self) -> Result<(), Error> {
        while Instant::now() < self.not_before {
            sleep_until(self.not_before.min(Instant::now() + PULSE)).await;
            self.live().await?;
        }
        let due = self.written_at + PACE;
        loop {
            let gathered: usize = self.batches.iter().map(|batch| batch.len()).sum();
            if gathered >= MAX_EVENTS || (gathered > 0 && Instant::now() >= due) {
                return Ok(());
            }
            let due = if gathered == 0 { self.settles_at() } else { Some(due) };
            let next = match due {
                None => self.next().await,
                Some(due) => match timeout_at(due, self.subscription.next()).await {
                    Ok(batch) => batch.map_err(Error::from),
                    Err(_due) => return Ok(()),
                },
            };
            self.batches.push(next?);
        }
    }

    /// The next batch, whenever it comes.
    async fn next(&mut self) -> Result<Batch, Error> {
        loop {
            match timeout(PULSE, self.subscription.next()).await {
                Ok(batch) => return Ok(batch?),
                Err(_quiet) => self.live().await?,
            }
        }
    }

    /// Lets the database know that this process lives: the office of one that is silent is another's.
    async fn live(&mut self) -> Result<(), Error> {
        self.connection.ping().await.map_err(while_doing("keeping the office of a projector"))
    }

    async fn commit(
        &mut self,
        projection: &dyn Projection,
        events: &[&Recorded],
    ) -> Result<(), Error> {
        let to = events.last().map_or(self.passed, |event| event.position);
        let concerns = events.iter().any(|event| projection.concerns(event));
        if !concerns && self.passed <= self.build.position {
            self.passed_at = Instant::now();
        }
        if concerns || self.passed_at.elapsed() >= LAZY {
            let doing = "committing what was projected";
            let mut transaction = self.connection.begin().await.map_err(while_doing(doing))?;
            concern::write(projection, &mut transaction, events.iter().copied()).await?;
            let Build { build_id, position, .. } = self.build;
            builds::advance(&mut transaction, build_id, position, to).await?;
            transaction.commit().await.map_err(while_doing(doing))?;
            self.build.position = to;
        }
        self.passed = to;
        self.written_at = Instant::now();
        if let Some(per_second) = self.order.per_second {
            let per_second = u32::try_from(per_second).unwrap_or(1).max(1);
            let count = u32::try_from(events.len()).unwrap_or(u32::MAX);
            self.not_before = self.written_at + Duration::from_secs(1) * count / per_second;
        }
        Ok(())
    }

    /// Writes event by event up to the one that cannot be taken, and parks before it.
    async fn isolate(
        &mut self,
        projection: &dyn Projection,
        events: &[&Recorded],
    ) -> Result<Option<Progress>, Error> {
        for event in events {
            let Err(error) = self.commit(projection, &[event]).await else { continue };
            let Some(reason) = error.blames_the_data() else { return Err(error) };
            let (name, position) = (projection.name(), event.position);
            builds::park(&mut self.connection, self.build.build_id, position, &reason).await?;
            self.build.state = State::Parked;
            metrics::counter!("chainkeel_projection_parked_total", "projection" => name)
                .increment(1);
            tracing::error!(
                projection = name,
                position,
                error = &error as &dyn std::error::Error,
                "{name} is parked before position {position}: {reason}"
            );
            return Ok(Some(Progress::Parked { position, reason }));
        }
        Ok(None)
    }
}
