//! Bells between the parts of the journal: within the process at once, between processes by NOTIFY.
//! A lost ring costs latency, never an event: everybody who waits for a bell also polls.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use sqlx::PgPool;
use sqlx::postgres::PgListener;
use tokio::sync::Notify;

use super::Error;
use super::error::while_doing;

/// The sequencer extended the order.
const LOG_HEAD: &str = "log_head";
/// A process whose neighbour is the sequencer has appended.
pub(super) const APPENDED: &str = "journal_appended";
/// A command lies in the inbox.
pub(super) const INBOX: &str = "run_inbox";
/// A worker has given slots back.
pub(super) const VACANCIES: &str = "slot_vacancies";

/// Wakes the one loop that waits for it. Rings while nobody waits are kept as one.
#[derive(Debug, Clone, Default)]
pub struct Bell(Arc<Notify>);

impl Bell {
    /// Wakes the waiter.
    pub fn ring(&self) {
        self.0.notify_one();
    }

    /// Waits for a ring, however long.
    pub async fn rung(&self) {
        self.0.notified().await;
    }

    /// Waits for a ring, at most for `patience`.
    pub async fn wait(&self, patience: Duration) {
        // Either way the waiter looks for itself.
        let _ = tokio::time::timeout(patience, self.0.notified()).await;
    }
}

/// The bells of one process.
#[derive(Debug, Clone, Default)]
pub struct Bells {
    /// Events were appended: for the sequencer.
    pub appended: Bell,
    /// Positions were assigned: for the tail.
    pub sequenced: Bell,
    /// A command was put into the inbox: for whoever drains it.
    pub inbox: Bell,
    /// Slots were given back: for whoever takes them.
    pub vacancies: Bell,
    /// Whether this process is the sequencer, so that nobody else must be told of appends.
    leading: Arc<AtomicBool>,
}

impl Bells {
    pub(super) fn sequencer_is_here(&self) -> bool {
        self.leading.load(Ordering::Relaxed)
    }

    pub(super) fn set_sequencer_is_here(&self, here: bool) {
        self.leading.store(here, Ordering::Relaxed);
    }

    /// Rings for what other processes did, until the connection is lost. The caller starts it again.
    ///
    /// One listener a process. Notifications get lost while it is not connected.
    pub async fn listen(&self, pool: &PgPool) -> Result<(), Error> {
        let lost = while_doing("listening for notifications");
        let mut listener = PgListener::connect_with(pool).await.map_err(&lost)?;
        listener.listen_all([LOG_HEAD, APPENDED, INBOX, VACANCIES]).await.map_err(&lost)?;
        loop {
            // What happened before we listened, or while the connection was away.
            self.appended.ring();
            self.sequenced.ring();
            self.inbox.ring();
            self.vacancies.ring();
            while let Some(notice) = listener.try_recv().await.map_err(&lost)? {
                match notice.channel() {
                    LOG_HEAD => self.sequenced.ring(),
                    APPENDED => self.appended.ring(),
                    VACANCIES => self.vacancies.ring(),
                    _ => self.inbox.ring(),
                }
            }
        }
    }
}
