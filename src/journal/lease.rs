//! Who does what: workers, the slots of the runs, and everything else of which there must be one.
//!
//! A worker lives as long as its heartbeat row says, by the database's clock. What it holds changes
//! hands only after that, and each change raises an epoch which the appends of the former owner no
//! longer match. For effects, which no epoch can stop, the worker watches its own monotonic clock
//! and stops at half the lease: [`Leases::alive`].

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use sqlx::PgPool;
use sqlx::postgres::types::PgInterval;
use tokio::sync::watch;
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;

use super::error::while_doing;
use super::wakeup::VACANCIES;
use super::{Error, Fence};
use crate::primitives::WorkerId;

/// The shares into which the runs are divided.
pub const SLOTS: i16 = 256;

/// How long after a lease has run out what it held is looked at.
const AFTERWARDS: Duration = Duration::from_millis(10);

/// How often a process that does not hold a lease asks whether it should.
const CANDIDACY: Duration = Duration::from_secs(1);

/// The slot of a run: the last byte of its id's CRC-32.
pub fn slot_of(run: &str) -> i16 {
    let [.., last] = crc32fast::hash(run.as_bytes()).to_be_bytes();
    i16::from(last)
}

/// Whether a worker executes runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Runs {
    /// It wants its share of the slots.
    Wanted,
    /// It does other work.
    Unwanted,
}

/// One worker's membership, and what it holds by it. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Leases {
    pool: PgPool,
    worker: WorkerId,
    lease: Duration,
    /// When the last heartbeat that succeeded was sent.
    pulse: Arc<Mutex<Instant>>,
}

impl Leases {
    /// How long a worker may be silent before its slots are taken. Four heartbeats of two seconds:
    /// shorter, and a slow disk would cost a worker its runs; longer, and the runs of a dead one
    /// would wait.
    pub const LEASE: Duration = Duration::from_secs(8);
    /// How often [`Leases::heartbeat`] should be called.
    pub const HEARTBEAT: Duration = Duration::from_secs(2);

    /// Registers a worker. A worker that has lost its lease joins again under another id.
    pub async fn join(
        pool: PgPool,
        worker: WorkerId,
        label: &str,
        runs: Runs,
        lease: Duration,
    ) -> Result<Self, Error> {
        let pulse = Arc::new(Mutex::new(Instant::now()));
        sqlx::query!(
            "with gone as (
               delete from workers where lease_until < clock_timestamp() - interval '1 hour')
             insert into workers (worker_id, label, takes_slots, lease_until)
             values ($1, $2, $3, clock_timestamp() + $4)",
            worker.as_uuid(),
            label,
            runs == Runs::Wanted,
            interval(lease),
        )
        .execute(&pool)
        .await
        .map_err(while_doing("registering a worker"))?;
        Ok(Self { pool, worker, lease, pulse })
    }

    /// Ends the leases of all workers of this label, which the caller knows to be dead: a server
    /// that holds its data directory alone takes over from its predecessor without waiting.
    pub async fn bury(pool: &PgPool, label: &str) -> Result<u64, Error> {
        sqlx::query!(
            "update workers set lease_until = clock_timestamp()
              where label = $1 and lease_until > clock_timestamp()",
            label
        )
        .execute(pool)
        .await
        .map(|done| done.rows_affected())
        .map_err(while_doing("ending the leases of dead workers"))
    }

    /// The worker that this is.
    pub fn worker(&self) -> WorkerId {
        self.worker
    }

    /// Renews the lease of everything that the worker holds.
    ///
    /// [`Error::LeaseLost`] when it had run out: others may have taken over, and the worker must
    /// drop its runs and join anew.
    pub async fn heartbeat(&self) -> Result<(), Error> {
        let sent = Instant::now();
        let renewed = sqlx::query!(
            "update workers set lease_until = clock_timestamp() + $2
              where worker_id = $1 and lease_until > clock_timestamp()",
            self.worker.as_uuid(),
            interval(self.lease),
        )
        .execute(&self.pool)
        .await
        .map_err(while_doing("renewing a worker's lease"))?;
        if renewed.rows_affected() == 0 {
            return Err(Error::LeaseLost("the worker"));
        }
        *self.pulse.lock().unwrap_or_else(PoisonError::into_inner) = sent;
        Ok(())
    }

    /// Whether the worker may still act. False from half the lease after the last heartbeat on, by
    /// the monotonic clock: well before anybody else may think it dead.
    pub fn alive(&self) -> bool {
        let sent = *self.pulse.lock().unwrap_or_else(PoisonError::into_inner);
        sent.elapsed() < self.lease / 2
    }

    /// Takes free slots up to a fair share among the workers that live. Returns those that are new.
    ///
    /// Waits for appends that are in flight under the former owner's epoch.
    pub async fn acquire_slots(&self) -> Result<Vec<Fence>, Error> {
        sqlx::query_as!(
            Fence,
            "with alive as (
               select worker_id, takes_slots from workers where lease_until > clock_timestamp()),
             wanted as (
               select greatest(0, ceil(256.0 / greatest(1, count(*)))
                 - (select count(*) from slot_leases where owner = $1)) as more
                 from alive where takes_slots or worker_id = $1),
             free as (
               select s.slot from slot_leases s
                where s.owner is null or not exists
                      (select from workers w where w.worker_id = s.owner and w.lease_until > clock_timestamp())
                order by s.slot limit (select more::bigint from wanted) for update)
             update slot_leases s set owner = $1, epoch = s.epoch + 1
               from free f where s.slot = f.slot
             returning s.slot, s.epoch",
            self.worker.as_uuid(),
        )
        .fetch_all(&self.pool)
        .await
        .map_err(while_doing("taking slots"))
    }

    /// How long it is until the lease of another worker runs out, of those that live: the shortest. One that
    /// renews its lease is always far from it.
    pub async fn next_to_run_out(&self) -> Result<Option<Duration>, Error> {
        let left = sqlx::query_scalar!(
            "select extract(epoch from min(lease_until) - clock_timestamp())::float8 from workers
              where worker_id <> $1 and lease_until > clock_timestamp()",
            self.worker.as_uuid(),
        )
        .fetch_one(&self.pool)
        .await
        .map_err(while_doing("asking whose lease runs out next"))?;
        // A little later than that: the lease has run out then.
        Ok(left.map(|left| Duration::from_secs_f64(left.max(0.0)) + AFTERWARDS))
    }

    /// The slots that the worker holds.
    pub async fn slots(&self) -> Result<Vec<Fence>, Error> {
        sqlx::query_as!(
            Fence,
            "select slot, epoch from slot_leases where owner = $1 order by slot",
            self.worker.as_uuid(),
        )
        .fetch_all(&self.pool)
        .await
        .map_err(while_doing("reading the worker's slots"))
    }

    /// How many slots the worker holds beyond its fair share: it should give so many back, once
    /// their runs have come to rest.
    pub async fn surplus(&self) -> Result<usize, Error> {
        let surplus = sqlx::query_scalar!(
            r#"select greatest(0, (select count(*) from slot_leases where owner = $1)
                 - ceil(256.0 / greatest(1, count(*))))::bigint as "surplus!"
                 from workers where takes_slots and lease_until > clock_timestamp()"#,
            self.worker.as_uuid(),
        )
        .fetch_one(&self.pool)
        .await
        .map_err(while_doing("counting the worker's slots"))?;
        Ok(usize::try_from(surplus).unwrap_or_default())
    }

    /// Gives slots back, and tells the others so: they need not wait for the lease to run out.
    pub async fn release_slots(&self, slots: &[i16]) -> Result<(), Error> {
        sqlx::query!(
            "with mine as (
               select slot from slot_leases where owner = $1 and slot = any($2)
                order by slot for update)
             update slot_leases s set owner = null from mine m where s.slot = m.slot",
            self.worker.as_uuid(),
            slots,
        )
        .execute(&self.pool)
        .await
        .map_err(while_doing("giving slots back"))?;
        sqlx::query!("select pg_notify($1, '')", VACANCIES)
            .execute(&self.pool)
            .await
            .map(drop)
            .map_err(while_doing("telling that slots are free"))
    }

    /// Takes a lease of any other kind, if it is free or the worker's own. Returns its epoch.
    ///
    /// One that another holds is only read: candidates ask each second, and an update that changes nothing would
    /// still lock the row and wait for the disk.
    pub async fn acquire(&self, kind: &str, key: &str) -> Result<Option<i64>, Error> {
        sqlx::query_scalar!(
            "insert into leases as l (kind, key, owner, epoch)
             select $1, $2, $3, 1
              where not exists (select from leases h join workers w on w.worker_id = h.owner
                                 where h.kind = $1 and h.key = $2 and h.owner <> $3
                                   and w.lease_until > clock_timestamp())
                 on conflict (kind, key) do update set owner = $3, epoch = l.epoch + 1
              where l.owner is null or l.owner = $3 or not exists
                    (select from workers w where w.worker_id = l.owner and w.lease_until > clock_timestamp())
             returning epoch",
            kind,
            key,
            self.worker.as_uuid(),
        )
        .fetch_optional(&self.pool)
        .await
        .map_err(while_doing("taking a lease"))
    }

    /// Takes a lease of any other kind, when it is free or the worker's own. Returns its epoch.
    pub async fn obtain(&self, kind: &str, key: &str) -> Result<i64, Error> {
        loop {
            if let Some(epoch) = self.acquire(kind, key).await? {
                return Ok(epoch);
            }
            sleep(CANDIDACY).await;
        }
    }

    /// Does a work while this process is a member, anew whenever it has joined anew; until the work ends or it is
    /// told to stop.
    pub async fn while_standing<W, E>(
        mut standing: watch::Receiver<Option<Self>>,
        stop: CancellationToken,
        work: impl Fn(Self) -> W,
    ) -> Result<(), E>
    where
        W: Future<Output = Result<(), E>>,
    {
        loop {
            let leases = standing.borrow_and_update().clone();
            let working = async {
                match leases {
                    Some(leases) => work(leases).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                () = stop.cancelled() => return Ok(()),
                changed = standing.changed() => if changed.is_err() {
                    // Without a member there is nobody to work for, and the stop ends this.
                    stop.cancelled().await;
                },
                ended = working => return ended,
            }
        }
    }

    /// Gives a lease back.
    pub async fn release(&self, kind: &str, key: &str) -> Result<(), Error> {
        sqlx::query!(
            "update leases set owner = null where kind = $1 and key = $2 and owner = $3",
            kind,
            key,
            self.worker.as_uuid(),
        )
        .execute(&self.pool)
        .await
        .map(drop)
        .map_err(while_doing("giving a lease back"))
    }

    /// Gives everything back and ends the membership.
    pub async fn leave(&self) -> Result<(), Error> {
        let slots: Vec<i16> = self.slots().await?.iter().map(|fence| fence.slot).collect();
        self.release_slots(&slots).await?;
        sqlx::query!(
            "with held as (update leases set owner = null where owner = $1)
             delete from workers where worker_id = $1",
            self.worker.as_uuid(),
        )
        .execute(&self.pool)
        .await
        .map(drop)
        .map_err(while_doing("leaving"))
    }

    /// Who owns a slot, if its owner lives: where a command for one of its runs will be heard.
    pub async fn owner_of(&self, slot: i16) -> Result<Option<WorkerId>, Error> {
        let owner = sqlx::query_scalar!(
            "select w.worker_id from slot_leases s join workers w on w.worker_id = s.owner
              where s.slot = $1 and w.lease_until > clock_timestamp()",
            slot,
        )
        .fetch_optional(&self.pool)
        .await
        .map_err(while_doing("asking who owns a slot"))?;
        Ok(owner.map(WorkerId::from_uuid))
    }
}

pub(super) fn interval(duration: Duration) -> PgInterval {
    PgInterval {
        months: 0,
        days: 0,
        microseconds: i64::try_from(duration.as_micros()).unwrap_or(i64::MAX),
    }
}
